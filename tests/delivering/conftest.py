"""A store, and a clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import Store
from tests.delivering.given import Clock
from tests.postgres.given import ENGINES, database, opened


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with opened(request.param, tmp_path) as store:
        yield store


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty database of each engine, for tests with processes."""
    with database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def clock() -> Clock:
    return Clock()
