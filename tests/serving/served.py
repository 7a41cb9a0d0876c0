"""The service as a process of its own, and a mail server in a thread, for tests that end either."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from service.store import Store

COMMAND = (sys.executable, "-c", "from service.cli import main; main()")
#: Seconds that anything here may take; the machine may be busy.
PATIENCE_S = 90.0

SETTINGS = """
[web]
listen = "127.0.0.1:{web}"
[smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"
[serve]
stop_s = {stop_s}
[[edition]]
name = "daily"
every = "day"
at = "{at}"
formats = ["{formats}"]
[[recipient]]
address = "reader@example.org"
editions = ["daily"]
attach = []
"""


def write(home: Path, *, smtp: int, web: int = 0, stop_s: int = 25, formats: str = "txt") -> Path:
    """Write the settings of a desk; its edition is due by the clock at no time of this test."""
    hour = (time.gmtime().tm_hour + 12) % 24
    file = home / "briefing.toml"
    file.write_text(
        SETTINGS.format(smtp=smtp, web=web, stop_s=stop_s, formats=formats, at=f"{hour:02}:30"),
        encoding="utf-8",
    )
    return file


class Process:
    """A running `briefing serve`, or another command that runs on."""

    def __init__(
        self,
        home: Path,
        *,
        command: str = "serve",
        environ: dict[str, str] | None = None,
        program: tuple[str, ...] = COMMAND,
    ) -> None:
        """program: what is started in place of our own; it is given the command."""
        self.home = home
        self.log = home / f"log-{time.monotonic_ns()}.txt"
        own = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
        own |= {"BRIEFING_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [*program, command], cwd=home, env=own | (environ or {}), stderr=out
            )

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_for(self, words: str) -> str:
        """Wait until the log has some words; return the log."""
        self.until(lambda: words in self.text(), words)
        return self.text()

    def until(self, done: Callable[[], bool], what: str = "") -> None:
        until(lambda: done() or self.process.poll() is not None, lambda: f"{what}: {self.text()}")
        assert done(), f"ended with {self.process.returncode}: {self.text()}"

    def started(self) -> "Process":
        self.wait_for("service started")
        return self

    @property
    def address(self) -> str:
        found = re.search(r"web=(http://\S+)", self.text())
        assert found is not None
        return found[1]

    def hear(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Signal it, and return its exit code and the seconds until then."""
        began = time.monotonic()
        self.hear(number)
        code = self.process.wait(PATIENCE_S)
        return code, time.monotonic() - began


def until(done: Callable[[], bool], what: Callable[[], str] = lambda: "") -> None:
    """Wait for another process, as long as patience lasts."""
    end = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < end, what()
        # Another process has to come along; there is nothing to be woken by.
        threading.Event().wait(0.02)


@contextlib.contextmanager
def serving(
    home: Path,
    *,
    command: str = "serve",
    environ: dict[str, str] | None = None,
    program: tuple[str, ...] = COMMAND,
) -> Iterator[Process]:
    """Run the service, or another command; kill it at the end if it still runs."""
    found = Process(home, command=command, environ=environ, program=program)
    try:
        yield found
    finally:
        if found.process.poll() is None:
            found.process.kill()
            found.process.wait()


def store(home: Path) -> Store:
    return Store.open(f"sqlite:///{home / 'briefing.db'}")
