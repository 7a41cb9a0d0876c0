"""What worker processes are asked to do in the tests of `feeds.worker`: importable by name."""

import os
import re
import signal
import socket
import subprocess
import threading
from pathlib import Path

from service.errors import ExtractError


def whoami(_number: int = 0) -> int:
    """Return the id of the process that this runs in."""
    return os.getpid()


def forever() -> None:
    """Run Python without end."""
    while True:
        pass


def forever_in_c() -> bool:
    """Run a regular expression for longer than anybody waits; no signal handler is called."""
    return bool(re.match(r"(a+)+$", "a" * 60 + "b"))


def hoard() -> None:
    """Allocate until there is no memory left."""
    held = []
    while True:
        held.append(bytearray(50 << 20))


def much(size: int) -> bytes:
    """Return so many bytes."""
    return bytes(size)


def crash() -> None:
    """End like a fault in a C library."""
    os.kill(os.getpid(), signal.SIGSEGV)


def refused() -> None:
    """Raise an error that a person may read."""
    raise ExtractError("holds no text", source="somewhere")


def mistaken() -> None:
    """Raise what only a bug raises."""
    raise TypeError("a bug")


def connect() -> None:
    """Reach for the network."""
    socket.create_connection(("127.0.0.1", 9))


def start() -> None:
    """Reach for another program."""
    subprocess.run(["true"], check=True)


def write(path: str) -> None:
    """Reach for a file."""
    Path(path).write_text("written", encoding="utf-8")


def names_of_threads() -> list[str]:
    """Return the threads of the process that this runs in."""
    return [thread.name for thread in threading.enumerate()]
