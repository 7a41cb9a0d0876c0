"""A desk of its own for a test of the service."""

from pathlib import Path

import pytest

from tests.serving.given import Hands


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def place(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a desk with a corpus, where the clock is not the environment's."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    return home
