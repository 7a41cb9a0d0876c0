"""Stores whose files lie elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import Store
from tests.store.outside import PLACES, emptied


@pytest.fixture(params=PLACES)
def outside(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> Iterator[Store]:
    """Give a store of each engine whose files go to each kind of place."""
    with emptied(request.param, tmp_path) as store.artifacts:
        yield store
