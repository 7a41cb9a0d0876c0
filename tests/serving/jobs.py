"""What tests run in the process that makes an issue."""

import logging
import os
import signal
import sys
import time
from pathlib import Path

from service.settings import Settings


def quiet(settings: Settings) -> None:
    """Say nothing."""
    logging.getLogger().addHandler(logging.NullHandler())


def dies(settings: Settings) -> None:
    """End as a system short of memory ends a process."""
    os.kill(os.getpid(), signal.SIGKILL)


def leaves(settings: Settings) -> None:
    sys.exit(5)


def hangs(settings: Settings) -> None:
    """Say who it is, and stay."""
    (settings.anchor / "pid").write_text(str(os.getpid()))
    time.sleep(600)


def hears(settings: Settings) -> None:
    """Be told to end as all processes of a terminal are, and go on."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(os.getpid(), number)
    (settings.anchor / "heard").touch()


def pid(folder: Path) -> int | None:
    found = folder / "pid"
    return int(found.read_text()) if found.exists() and found.read_text() else None
