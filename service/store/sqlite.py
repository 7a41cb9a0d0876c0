"""SQLite: one file, one writer at a time.

`BEGIN IMMEDIATE` for writing, because a deferred transaction that reads and then writes is refused
at once, whatever the time-out, when another one wrote in between. A write-ahead log, so that
readers go on meanwhile. `synchronous=FULL` for all: an issue or a delivery that is lost with the
power is sent twice, and a reading is one commit a source.
"""

import sqlite3
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL

from service.errors import StoreError
from service.store import lock
from service.store.faults import explained

#: Between two tries of what SQLite does not wait for itself.
_PAUSE_S = 0.01
#: The execution option that says how a transaction begins.
_BEGIN = "briefing_begin"


class Sqlite:
    """A file, and how its transactions begin."""

    def __init__(self, url: str, *, busy_timeout_s: float) -> None:
        """Raises StoreError where no database of ours can be; the rest is for SQLite to say."""
        address = _address(url)
        self.path = Path(address.database or "")
        self.name = str(self.path)
        _check(self.path)
        self._busy_timeout_s = busy_timeout_s
        self.engine = create_engine(
            address,
            # The driver must not begin transactions on its own: `_begin` does.
            connect_args={"isolation_level": None, "timeout": busy_timeout_s},
        )
        event.listen(self.engine, "connect", _connect)
        event.listen(self.engine, "begin", _begin)

    def reading(self, connection: Connection) -> Connection:
        """Return the connection as one whose transaction only reads."""
        return connection.execution_options(**{_BEGIN: "BEGIN"})

    def writing(self, connection: Connection) -> Connection:
        """Return the connection as one whose transaction alone may write."""
        return connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})

    def take_turn(
        self, db: Connection, beside: str | None, about: Callable[[], Collection[str]] | None
    ) -> None:
        """Do nothing: the transaction has begun as the only one that writes."""

    def idle(self) -> None:
        """Raise StoreError while a service runs, to which a newer schema would be strange."""
        lock.idle(self.path)

    def end_frozen(self, db: Connection, silent_s: float | None) -> int:
        """Do nothing: whose process is stopped within a transaction is for the operator to end."""
        return 0

    def settled(self, db: Connection) -> bool:
        """Say whether the file has its write-ahead log; a copy made by SQLite's backup has not."""
        return db.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"

    def settle(self) -> None:
        """Set the write-ahead log, which stays set in the file.

        SQLite refuses this at once, without waiting, while another process looks at the file; two
        that start together on a new one met that once in some 50 starts.
        """
        deadline = time.monotonic() + self._busy_timeout_s
        with explained(self.name), self.engine.connect() as connection:
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

    def check(self, db: Connection) -> tuple[str, ...]:
        """Return what is wrong with the database as a whole, a line each."""
        rows = db.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
        found = [f"the file is damaged: {row}" for row in rows if row != "ok"]
        lost = db.exec_driver_sql("PRAGMA foreign_key_check").all()
        found += [f"{row[0]} row {row[1]} refers to no row of {row[2]}" for row in lost[:20]]
        return tuple(found)

    def counted_on(self, db: Connection) -> None:
        """Do nothing: a number of a row is the highest one and one more."""


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
