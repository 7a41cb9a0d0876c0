"""A store with two issues and their articles, made once an engine and copied for each test.

A module whose tests are to run on PostgreSQL, too, overrides `engine`:

    @pytest.fixture(params=ENGINES)  # or SECOND_SLOW
    def engine(request: pytest.FixtureRequest) -> str: ...
"""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Literal, Protocol

import pytest

from service.store import Store
from tests.archive import given
from tests.archive.given import Desk
from tests.postgres.given import Server, server

What = Literal["empty", "full"]


class Copies(Protocol):
    """Databases of one engine: one with nothing, one with issues 12 and 13 of a daily edition."""

    def of(self, what: What, folder: Path) -> AbstractContextManager[str]: ...


class Files:
    """Copies of a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        Store.open(f"sqlite:///{folder / 'empty.db'}").close()
        shutil.copy(folder / "empty.db", folder / "full.db")
        _fill(f"sqlite:///{folder / 'full.db'}")

    @contextmanager
    def of(self, what: What, folder: Path) -> Iterator[str]:
        shutil.copy(self._folder / f"{what}.db", folder / "store.db")
        yield f"sqlite:///{folder / 'store.db'}"


class Databases:
    """Copies of a database, the last of which is given again as long as nobody writes into it."""

    def __init__(self, on: Server) -> None:
        self._on = on
        self._unchanged: dict[What, str] = {}
        self._like: dict[What, str] = {}
        empty = on.database()
        Store.open(empty).close()
        self._like["empty"] = empty.rpartition("/")[2]
        full = on.database(like=self._like["empty"])
        _fill(full)
        self._like["full"] = full.rpartition("/")[2]

    @contextmanager
    def of(self, what: What, folder: Path) -> Iterator[str]:
        url = self._unchanged.pop(what, None) or self._on.database(like=self._like[what])
        before = self._writes()
        try:
            yield url
        finally:
            if self._writes() == before:
                self._unchanged[what] = url
            else:
                self._on.drop(url)

    def _writes(self) -> object:
        """Return the number that the server's next transaction gets that writes."""
        return self._on.sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")


def _fill(url: str) -> None:
    with Store.open(url) as store:
        given.collected(store)
        given.publish(store, given.brief(12))
        given.publish(store, given.brief(13))
        given.indexed(store)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    return Files(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="session")
def databases() -> Copies:
    return Databases(server())


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def copies(engine: str, request: pytest.FixtureRequest) -> Copies:
    made: Copies = request.getfixturevalue("files" if engine == "sqlite" else "databases")
    return made


@contextmanager
def _desk(copies: Copies, what: What, folder: Path) -> Iterator[Desk]:
    with ExitStack() as held:
        url = held.enter_context(copies.of(what, folder))
        yield Desk(held.enter_context(Store.open(url)), folder)


@pytest.fixture
def empty(copies: Copies, tmp_path: Path) -> Iterator[Desk]:
    """A desk that has published nothing."""
    with _desk(copies, "empty", tmp_path) as desk:
        yield desk


@pytest.fixture
def desk(copies: Copies, tmp_path: Path) -> Iterator[Desk]:
    """A desk with issues 12 and 13 of its daily edition."""
    with _desk(copies, "full", tmp_path) as desk:
        yield desk
