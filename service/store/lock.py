"""One service a database file: two would not make an issue twice, but would do all work twice."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.errors import StoreError


def database(url: str) -> Path | None:
    """Return the file of a database of SQLite; None for one of another kind."""
    kind, separator, file = url.partition(":///")
    return Path(file) if kind == "sqlite" and separator else None


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Hold the lock of a database file; it ends with the process, however that ends.

    Raises StoreError if another service holds it, or it cannot be made.
    """
    path = database.with_name(f"{database.name}.lock")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as exc:
        raise StoreError(f"{path}: cannot be made: {exc.strerror}") from exc
    try:
        _lock(handle, database)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        # The file stays: removing it would let a third process lock another file of the same name.
        yield
    finally:
        os.close(handle)


def idle(database: Path) -> None:
    """Raise StoreError while a service other than this process is at work on a database file."""
    try:
        handle = os.open(database.with_name(f"{database.name}.lock"), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if _holder(handle) != str(os.getpid()):
            _lock(handle, database)
    finally:
        os.close(handle)


def _lock(handle: int, database: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        whose = _holder(handle)
        raise StoreError(
            f"{database}: another `briefing serve` is at work on it"
            + (f" (process {whose})" if whose else "")
            + "; stop that one first"
        ) from None


def _holder(handle: int) -> str:
    return os.pread(handle, 20, 0).decode("ascii", "replace").strip()
