"""One database: opened, brought to the schema of this program, read and written."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    select,
)
from sqlalchemy.engine import URL

from service.errors import StoreError
from service.store.faults import explained

#: The newest migration; a test compares. Known here so that a database that is up to date is
#: opened without importing Alembic.
HEAD = "0007"

_MIGRATIONS = Path(__file__).parent / "migrations"
#: Between two tries of what SQLite does not wait for itself.
_PAUSE_S = 0.01
#: The execution option that says how a transaction begins.
_BEGIN = "briefing_begin"
#: Alembic's own record of where a database stands.
_VERSION = Table("alembic_version", MetaData(), Column("version_num", Text))


class Store:
    """An open database. Close it, or use it in `with`.

    Threads may share it: each transaction has a connection of its own.
    """

    def __init__(self, url: URL, *, busy_timeout_s: float) -> None:
        self.path = Path(url.database or "")
        self._busy_timeout_s = busy_timeout_s
        self._engine = create_engine(
            url,
            # The driver must not begin transactions on its own: `_begin` does.
            connect_args={"isolation_level": None, "timeout": busy_timeout_s},
        )
        event.listen(self._engine, "connect", _connect)
        event.listen(self._engine, "begin", _begin)

    @classmethod
    def open(cls, url: str, *, busy_timeout_s: float = 30.0) -> Self:
        """Open the database at `url`, making or migrating it first where needed.

        url: "sqlite:///relative.db" or "sqlite:////absolute.db".
        busy_timeout_s: how long to wait for another writer.
        Raises StoreError: an address of another kind, no folder, no right to write, not a
        database, damaged, another program's, or made by a newer version of this one.
        """
        address = _address(url)
        _check(Path(address.database or ""))
        store = cls(address, busy_timeout_s=busy_timeout_s)
        try:
            store._prepare()
        except BaseException:
            store.close()
            raise
        return store

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees the database as it is at its first query."""
        with self._transaction("BEGIN") as db:
            yield db

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection that alone may write; commit at the end, roll back on any error."""
        with self._transaction("BEGIN IMMEDIATE") as db:
            yield db

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with explained(self.path), self._engine.connect() as connection:
            db = connection.execution_options(**{_BEGIN: begin})
            with db.begin():
                yield db

    def close(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
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

    def _prepare(self) -> None:
        with self.read() as db:
            # A copy made by SQLite's own backup has lost the mode.
            ahead = db.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            if self._version(db) == HEAD and ahead:
                return
        # Only now: a file that is not ours must not be changed.
        self._log_ahead()
        with self.write() as db:
            # Another process may have done it since.
            if self._version(db) != HEAD:
                _migrate(db)

    def _log_ahead(self) -> None:
        """Set the write-ahead log, which stays set in the file.

        SQLite refuses this at once, without waiting, while another process looks at the file; two
        that start together on a new one met that once in some 50 starts.
        """
        deadline = time.monotonic() + self._busy_timeout_s
        with explained(self.path), self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            while True:
                try:
                    driver.execute("PRAGMA journal_mode = WAL")
                except sqlite3.OperationalError as error:
                    busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                    if not busy or time.monotonic() > deadline:
                        raise
                    time.sleep(_PAUSE_S)
                else:
                    return

    def _version(self, db: Connection) -> str | None:
        """Return the schema's version, None for an empty database; StoreError if not ours."""
        tables = set(inspect(db).get_table_names())
        if not tables:
            return None
        found = None
        if _VERSION.name in tables:
            found = db.scalar(select(_VERSION.c.version_num))
        # Ours are four digits.
        if found is None or len(found) != len(HEAD) or not found.isdecimal():
            raise StoreError(
                f"the database {self.path} belongs to another program: "
                "name another file in store.url"
            )
        if found > HEAD:
            raise StoreError(
                f"the database {self.path} has schema {found}, newer than the {HEAD} of this "
                "program: install a version at least as new as the one that wrote it"
            )
        return str(found)


def _address(url: str) -> URL:
    # Not `make_url`: it would end a folder's name at a question mark.
    kind, separator, file = url.partition(":///")
    if kind != "sqlite" or not separator:
        raise StoreError(
            f'store.url {url!r} is not one that this version stores in: write "sqlite:///" '
            'and a file, as in "sqlite:///briefing.db"'
        )
    if file in ("", ":memory:"):
        raise StoreError('store.url names no file: write it as in "sqlite:///briefing.db"')
    return URL.create("sqlite", database=file)


def _check(path: Path) -> None:
    """Raise StoreError where no database of ours can be; the rest is for SQLite to say."""
    if not path.parent.is_dir():
        raise StoreError(
            f"the folder {path.parent} of the database does not exist: make it, or change store.url"
        )
    if path.is_dir():
        raise StoreError(f"the database {path} is a folder: name a file in store.url")


def _connect(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _begin(db: Connection) -> None:
    db.exec_driver_sql(db.get_execution_options().get(_BEGIN, "BEGIN"))


def _migrate(db: Connection) -> None:
    """Run the migrations that `db` lacks, in its transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    # The value goes through configparser, to which "%" begins an interpolation.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = db
    command.upgrade(config, "head")
