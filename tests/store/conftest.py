"""The engines that the store is tested on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import Store
from tests.postgres.given import ENGINES, database


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a new, empty database for one test."""
    with database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as store:
        yield store
