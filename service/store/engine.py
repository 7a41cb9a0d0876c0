"""One database: opened, brought to the schema of this program, read and written."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, inspect, select

from service.errors import StoreError
from service.store import places
from service.store.faults import explained
from service.store.sqlite import Sqlite

#: The newest migration; a test compares. Known here so that a database that is up to date is
#: opened without importing Alembic.
HEAD = "0012"

_MIGRATIONS = Path(__file__).parent / "migrations"
#: Alembic's own record of where a database stands.
_VERSION = Table("alembic_version", MetaData(), Column("version_num", Text))
#: Tables of the distributed engine, which may stand beside ours.
_ENGINE = "procrastinate_"

#: What a transaction may write while others write, where an engine has many writers. "articles":
#: what was collected. "rows": rows that it finds by their keys and owners, such as the outbox's.
Beside = Literal["articles", "rows"]


class Backend(Protocol):
    """What differs between SQLite and PostgreSQL."""

    #: How messages call the database; without a password.
    name: str
    engine: Engine

    def reading(self, connection: Connection) -> Connection: ...

    def writing(self, connection: Connection) -> Connection: ...

    def take_turn(
        self, db: Connection, beside: str | None, about: Callable[[], Collection[str]] | None
    ) -> None: ...

    def idle(self) -> None: ...

    def end_frozen(self, db: Connection, silent_s: float | None) -> int: ...

    def settled(self, db: Connection) -> bool: ...

    def settle(self) -> None: ...

    def check(self, db: Connection) -> tuple[str, ...]: ...

    def counted_on(self, db: Connection) -> None: ...


class Store:
    """An open database. Close it, or use it in `with`.

    Threads may share it: each transaction has a connection of its own.
    """

    def __init__(self, url: str, *, busy_timeout_s: float, artifacts: str | None = None) -> None:
        self.url = url
        #: The place for the bytes of new files (`files`); None: the database.
        self.artifacts = artifacts
        self.backend = _backend(url, busy_timeout_s)
        self._engine = self.backend.engine

    @classmethod
    def open(
        cls,
        url: str,
        *,
        busy_timeout_s: float = 30.0,
        migrate: bool = True,
        artifacts: str | None = None,
    ) -> Self:
        """Open the database at `url`, making or migrating it first where needed.

        url: "sqlite:///relative.db", "sqlite:////absolute.db" or "postgresql://user@host/name".
        busy_timeout_s: how long to wait for another writer. migrate: False where an older schema
        is another's to change; then it is a StoreError. artifacts: the address of the place for
        the bytes of files, "file:///srv/briefs" or "s3://bucket/prefix"; None: the database.
        Raises StoreError: an address of another kind, no folder, no right to write, not a
        database, damaged, another program's, or made by a newer version of this one; a place
        whose package is not installed.
        UnreachableError, which is one: a server that does not answer now.
        """
        if artifacts is not None:
            places.require(artifacts)
        store = cls(url, busy_timeout_s=busy_timeout_s, artifacts=artifacts)
        try:
            store._prepare(migrate=migrate)
        except BaseException:
            store.close()
            raise
        return store

    @property
    def path(self) -> Path:
        """The database's file; ValueError where it is none."""
        if not isinstance(self.backend, Sqlite):
            raise ValueError(f"the database {self.backend.name} is no file")
        return self.backend.path

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees the database as it is at its first query."""
        with explained(self.backend.name), self._engine.connect() as connection:
            db = self.backend.reading(connection)
            with db.begin():
                yield db

    @contextmanager
    def write(
        self,
        beside: Beside | None = None,
        *,
        about: Callable[[], Collection[str]] | None = None,
        keep: bool = True,
    ) -> Iterator[Connection]:
        """Give a connection that may write; commit at the end, roll back on any error.

        It alone may write; or, where `beside` says what it writes, beside others of that kind.
        about: gives the names of all texts and addresses that it decides on (`revisions.names`), so
        that others may decide on others meanwhile; asked only where there are many writers.
        keep: False for a trial, which is rolled back at the end.
        """
        with explained(self.backend.name), self._engine.connect() as connection:
            db = self.backend.writing(connection)
            with db.begin() as transaction:
                self.backend.take_turn(db, beside, about)
                yield db
                if not keep:
                    transaction.rollback()

    def end_frozen(self, *, silent_s: float | None = None) -> int:
        """End transactions of processes that were stopped within one; return how many.

        silent_s: for how long nothing has come of them; None: as long as any transaction may idle.
        """
        with self.read() as db:
            return self.backend.end_frozen(db, silent_s)

    def close(self) -> None:
        """Close every connection; with the last one SQLite folds its log into the file."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def version(self, db: Connection) -> str | None:
        """Return the schema's version, None for an empty database; StoreError if not ours."""
        tables = {name for name in inspect(db).get_table_names() if not name.startswith(_ENGINE)}
        if not tables:
            return None
        found = None
        if _VERSION.name in tables:
            found = db.scalar(select(_VERSION.c.version_num))
        # Ours are four digits.
        if found is None or len(found) != len(HEAD) or not found.isdecimal():
            raise StoreError(
                f"the database {self.backend.name} belongs to another program: "
                "name another one in store.url"
            )
        if found > HEAD:
            raise StoreError(
                f"the database {self.backend.name} has schema {found}, newer than the {HEAD} of "
                "this program: install a version at least as new as the one that wrote it"
            )
        return str(found)

    def _prepare(self, *, migrate: bool) -> None:
        with self.read() as db:
            found = self.version(db)
            if found == HEAD and self.backend.settled(db):
                return
        if not migrate and found != HEAD:
            raise StoreError(
                f"the database {self.backend.name} has schema {found or 'none'}, older than the "
                f"{HEAD} of this program: `briefing store migrate` brings it up to date"
            )
        if found is not None and found != HEAD:
            self.backend.idle()
        # Only now: a file that is not ours must not be changed.
        self.backend.settle()
        with self.write() as db:
            # Another process may have done it since.
            if self.version(db) != HEAD:
                _migrate(db)


def _backend(url: str, busy_timeout_s: float) -> Backend:
    if url.startswith(("postgresql://", "postgresql+psycopg://")):
        from service.store.postgres import Postgres

        return Postgres(url, busy_timeout_s=busy_timeout_s)
    return Sqlite(url, busy_timeout_s=busy_timeout_s)


def _migrate(db: Connection) -> None:
    """Run the migrations that `db` lacks, in its transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    # The value goes through configparser, to which "%" begins an interpolation.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = db
    command.upgrade(config, "head")
