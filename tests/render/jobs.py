"""Work for the process that sets pages: what it should do, and what it must survive."""

import os
import signal
import socket
import subprocess
import sys

from service.render import pdf
from tests import builders

#: Its time doubles with each box more; so deep, it has not been seen to end.
ENDLESS = "<div style='display:flex'>" * 14


def whoami() -> int:
    return os.getpid()


def page(markup: str) -> bytes:
    """Set a page of this body."""
    frame = f'<html lang="en"><head><title>x</title></head><body>{markup}x</body></html>'
    return pdf._set(frame, "", builders.quiet())


def idle() -> None:
    """Wait for ever, at no cost of CPU."""
    while True:
        signal.pause()


def hoard() -> None:
    _ = b"\1" * (4 << 30)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def mistaken() -> None:
    raise TypeError("a bug")


def connect() -> None:
    with socket.socket() as one:
        one.connect(("127.0.0.1", 9))


def start() -> None:
    subprocess.run([sys.executable, "--version"], check=True)
