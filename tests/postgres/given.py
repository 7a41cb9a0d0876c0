"""An empty database of either engine, for one test; PostgreSQL's server is one for all of a run."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from service.store import Store
from service.store.engine import HEAD
from tests.postgres.cluster import CannotStart, Cluster

ENGINES = ("sqlite", "postgresql")
#: For what is worth a run on the second one only where time is no matter.
SECOND_SLOW = ("sqlite", pytest.param("postgresql", marks=pytest.mark.slow))


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """Give the address of a new database; the test is skipped where its engine cannot run."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'store.db'}"
        return
    with server().empty() as url:
        yield url


@contextmanager
def opened(engine: str, folder: Path) -> Iterator[Store]:
    """Give a new store, likewise."""
    with database(engine, folder) as url, Store.open(url) as store:
        yield store


def server() -> "Server":
    """Return the server of this run; skip the test where there can be none."""
    found = _server()
    if isinstance(found, CannotStart):
        pytest.skip(str(found))
    return found


class Server(Cluster):
    """A server whose databases are emptied and used again: making one takes longer than a test."""

    def __init__(self) -> None:
        super().__init__()
        self._free: list[str] = []

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Give the address of a database with our schema and no row."""
        url = self._free.pop() if self._free else self._made()
        try:
            yield url
        finally:
            self._take_back(url)

    def _made(self) -> str:
        url = self.database()
        Store.open(url).close()
        return url

    def _take_back(self, url: str) -> None:
        name = url.rpartition("/")[2]
        try:
            stands = self.sql("SELECT version_num FROM alembic_version", name)
            queue = self.sql("SELECT to_regclass('procrastinate_jobs')", name)
            if stands != [(HEAD,)] or queue != [(None,)]:
                raise LookupError(stands, queue)
            self.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
            )
            self.sql(_EMPTY, name)
        except Exception:
            # What a test has made of it is not worth mending.
            self.drop(url)
        else:
            self._free.append(url)


_EMPTY = """
DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(quote_ident(table_name), ', ') || ' RESTART IDENTITY'
    FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'alembic_version'
); END $$
"""


@cache
def _server() -> Server | CannotStart:
    try:
        made = Server()
    except CannotStart as why:
        return why
    atexit.register(made.remove)
    return made
