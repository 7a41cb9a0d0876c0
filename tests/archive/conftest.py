"""A store with two issues and their articles, made once and copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import Store
from tests.archive import given
from tests.archive.given import Desk


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two databases: one with nothing, one with issues 12 and 13 of a daily edition."""
    folder = tmp_path_factory.mktemp("archive")
    empty, full = folder / "empty.db", folder / "full.db"
    Store.open(f"sqlite:///{empty}").close()
    shutil.copy(empty, full)
    with Store.open(f"sqlite:///{full}") as store:
        given.collected(store)
        given.publish(store, given.brief(12))
        given.publish(store, given.brief(13))
        given.indexed(store)
    return empty, full


def _copy(source: Path, folder: Path) -> Iterator[Desk]:
    shutil.copy(source, folder / "store.db")
    with Store.open(f"sqlite:///{folder}/store.db") as store:
        yield Desk(store, folder)


@pytest.fixture
def empty(made: tuple[Path, Path], tmp_path: Path) -> Iterator[Desk]:
    """A desk that has published nothing."""
    yield from _copy(made[0], tmp_path)


@pytest.fixture
def desk(made: tuple[Path, Path], tmp_path: Path) -> Iterator[Desk]:
    """A desk with issues 12 and 13 of its daily edition."""
    yield from _copy(made[1], tmp_path)
