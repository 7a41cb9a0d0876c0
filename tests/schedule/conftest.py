"""An empty store for one test of the calendar."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        yield store
