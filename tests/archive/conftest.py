"""A store with two issues and their articles."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import Store
from tests.archive import given
from tests.archive.given import Desk


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/store.db") as store:
        yield store


@pytest.fixture
def empty(store: Store, tmp_path: Path) -> Desk:
    """A desk that has published nothing."""
    return Desk(store, tmp_path)


@pytest.fixture
def desk(empty: Desk) -> Desk:
    """A desk with issues 12 and 13 of its daily edition."""
    given.collected(empty.store)
    given.publish(empty.store, given.brief(12))
    given.publish(empty.store, given.brief(13))
    given.indexed(empty.store)
    return empty
