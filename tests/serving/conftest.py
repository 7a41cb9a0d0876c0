"""A desk of its own for a test of the service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.app import App
from tests.serving.given import Hands, chosen, open_app


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def place(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a desk with a corpus, where the clock is not the environment's."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    return home


@pytest.fixture
def app(place: Path, hands: Hands) -> Iterator[App]:
    with open_app(chosen(place), hands) as found:
        yield found
