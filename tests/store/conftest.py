"""The engines that the store is tested on. A second one is a line in `ENGINES`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.store import Store

#: Name -> the address of a new, empty database for one test, given a folder of its own.
ENGINES: dict[str, Callable[[Path], str]] = {
    "sqlite": lambda folder: f"sqlite:///{folder / 'store.db'}",
}


@pytest.fixture(params=sorted(ENGINES))
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return ENGINES[request.param](tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as store:
        yield store
