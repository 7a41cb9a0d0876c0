"""What worker processes are asked to do in the tests of `feeds.worker`: importable by name."""

import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from service.errors import ExtractError, ParseError

PROJECT = Path(__file__).resolve().parents[2]
#: Bombs that end their reader, or nearly.
SLOW_FEEDS = ("author", "deep_xml", "huge_item", "many_attributes", "many_items", "billion_laughs")


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


def opened() -> list[str]:
    """Read every quick bomb; return what was opened outside of Python and of this project."""
    from feeds.documents import read
    from feeds.items import items
    from tests.feeds import bombs

    now = datetime(2025, 6, 1, tzinfo=UTC)
    ours = tuple(
        os.path.realpath(path)
        for path in (sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), str(PROJECT))
    )
    found: list[str] = []

    def note(event: str, args: tuple[object, ...]) -> None:
        if event == "open" and not isinstance(args[0], int):
            path = os.path.realpath(os.fsdecode(str(args[0])))
            if not path.startswith((*ours, "/usr/share/zoneinfo")):
                found.append(path)
        elif event.startswith(("socket.", "subprocess.", "urllib.", "os.exec", "os.system")):
            found.append(event)

    sys.addaudithook(note)
    bodies = [make() for name, make in bombs.FEEDS.items() if name not in SLOW_FEEDS]
    for body in (*bodies, *bombs.PATHS):
        with suppress(ParseError):
            items(body, url="https://example.org/feed", now=now)
    for name in ("deep.html", "formatted.html", "tables.html", "aliases.md", "aliases.txt"):
        with suppress(ParseError, ExtractError):
            read(name, bombs.FILES[name](), now=now)
    for body in bombs.PATHS:
        for name in ("a.txt", "a.md", "a.html"):
            with suppress(ParseError, ExtractError):
                read(name, body, now=now)
    return found
