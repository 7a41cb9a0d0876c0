"""What a fault of the database means, in one line. Mistakes in our SQL are not faults."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from service.errors import StoreError, UnreachableError

#: SQLite's primary result code -> what is wrong, and what to do.
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

_GONE = "went away in the middle: nothing is half written; it is tried again"

#: PostgreSQL's code (SQLSTATE), or its first two signs -> what is wrong, and what to do.
_STATES = {
    "08": _GONE,
    "57P01": _GONE,
    "57P02": _GONE,
    "57P03": "is starting or stopping: it is tried again",
    "25006": "cannot be written, it is read-only: name the server that is written to in store.url",
    "53100": "cannot grow, the disk is full: free some space; nothing was half written",
    "53200": "has no memory left: stop what takes it, or give the server more",
    "53300": "takes no more connections: raise max_connections, or run fewer workers",
    "55P03": "is in use by another program for too long: stop that one, or try again",
    "40P01": "is in use by another program for too long: stop that one, or try again",
    "57014": "took too long to answer: it is tried again",
    "25P03": "was kept waiting for too long, and ended the transaction: it is tried again",
    "42501": "does not let this user do that: make the user the owner of the database",
    "58030": "cannot be read or written, the disk reports an error: check the disk",
    "XX001": "is damaged: restore it from a backup",
    "XX002": "is damaged: restore it from a backup",
}
#: Of these, what may be over when it is tried again.
_PASSING = ("08", "57P0", "53", "55P03", "40P01", "57014", "25P03")

#: What a server, or the way to it, says instead of a code when there is no connection yet.
_REFUSALS = (
    ("password authentication failed", "refuses this user and password: mend them in store.url"),
    ("no password supplied", "wants a password: write it in store.url, by BRIEFING_STORE__URL"),
    ("no pg_hba.conf entry", "does not let this user in from here: add a line to pg_hba.conf"),
    ("role ", "does not know this user: name another one in store.url"),
    ("database ", "does not exist: make it with createdb, or name another one in store.url"),
)
_STARTING = ("starting up", "shutting down", "recovery mode", "not yet accepting")


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Raise StoreError for a fault of the database; let every other error through.

    name: how messages call it. UnreachableError where trying again may help.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        # Bare where the driver is used directly.
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, sqlite3.Error):
            # The low byte is the primary code.
            code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
            if code not in _WORDS:
                raise
            raise StoreError(f"the database {name} {_WORDS[code]}") from error
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        _explain(name, cause, error, lost=lost)
        raise


def _explain(name: str, cause: object, error: Exception, *, lost: bool) -> None:
    """Raise what a fault of PostgreSQL means; return where it is no fault."""
    state = getattr(cause, "sqlstate", None)
    words = _STATES.get(state or "") or _STATES.get((state or "")[:2])
    if words is not None:
        passing = str(state).startswith(_PASSING)
        raise (UnreachableError if passing else StoreError)(
            f"the database {name} {words}"
        ) from error
    if lost:
        raise UnreachableError(f"the database {name} {_GONE}") from error
    if state is None and type(cause).__name__ in ("OperationalError", "ConnectionTimeout"):
        _refused(name, str(cause), error)


def _refused(name: str, said: str, error: Exception) -> None:
    """Raise what it means that no connection came about."""
    for sign in _STARTING:
        if sign in said:
            raise UnreachableError(f"the database {name} {_STATES['57P03']}") from error
    if "too many" in said or "remaining connection slots" in said:
        raise UnreachableError(f"the database {name} {_STATES['53300']}") from error
    _, fatal, told = said.partition("FATAL:")
    for sign, words in _REFUSALS if fatal else ():
        if sign in told:
            raise StoreError(f"the database {name} {words}") from error
    why = (said.splitlines() or [""])[0].rpartition("failed: ")[2]
    raise UnreachableError(
        f"the database {name} does not answer ({why}): start it, or mend store.url"
    ) from error
