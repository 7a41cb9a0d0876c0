"""What a fault of the database means, in one line. Mistakes in our SQL are not faults."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from service.errors import StoreError

#: Primary result code -> what is wrong, and what to do.
_WORDS = {
    sqlite3.SQLITE_BUSY: "is in use by another program for too long: stop that one, or try again",
    sqlite3.SQLITE_LOCKED: "is in use by another program for too long: stop that one, or try again",
    sqlite3.SQLITE_READONLY: "cannot be written: make the file and its folder writable",
    sqlite3.SQLITE_PERM: "cannot be written: make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: make the file and its folder readable and writable",
    sqlite3.SQLITE_FULL: "cannot grow, the disk is full: free some space; nothing was half written",
    sqlite3.SQLITE_IOERR: "cannot be read or written, the disk reports an error: check the disk",
    sqlite3.SQLITE_CORRUPT: "is damaged: restore it from a backup, or move it away to begin anew",
    sqlite3.SQLITE_NOTADB: "is not a database: name another file in store.url, or move it away",
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise StoreError for a fault of the database file; let every other error through."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        # Bare where the driver is used directly. The low byte is the primary code.
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code not in _WORDS:
            raise
        raise StoreError(f"the database {path} {_WORDS[code]}") from error
