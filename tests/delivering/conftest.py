"""A store, and a clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import Store
from tests.delivering.given import Clock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        yield store


@pytest.fixture
def clock() -> Clock:
    return Clock()
