"""Faults of the machine itself, not imitated: a stopped process, a full disk (rows 1, 29)."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.store import Store, deliveries, notices, periods
from tests.beside import beside
from tests.delivery.server import Server, serving
from tests.serving import served
from tests.serving.given import LONG_AGO

pytestmark = pytest.mark.slow

#: `briefing serve` in a machine whose clock is ahead by so many seconds.
AHEAD = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from service import settings
from service.serving import logs
from service.serving.clock import Clock
from service.serving.service import Service

ahead = timedelta(seconds=float(sys.argv[1]))
chosen = settings.load(None)
logs.of(chosen)
asyncio.run(Service(chosen, clock=Clock(wall=lambda: datetime.now(UTC) + ahead)).run())
"""
#: From the start of the process until its edition is due, and until it goes on.
DUE_S, GOES_ON_S = 15.0, 22.0


def test_a_process_that_is_stopped_across_the_moment_publishes_once_when_it_goes_on(
    place: Path,
) -> None:
    with beside(serving(Server())) as server:
        served.write(place, smtp=server.port)
        now = datetime.now(UTC)
        # As `served.write` says: at half past, some eleven to twelve hours from now.
        due = (now + timedelta(hours=12)).replace(minute=30, second=0, microsecond=0)
        ahead = (due - now).total_seconds() - DUE_S
        began = time.monotonic()
        program = (sys.executable, "-c", AHEAD, str(ahead))
        with served.serving(place, program=program) as service:
            service.started()
            key = f"{due:%Y-%m-%d}"
            assert key not in _periods(place), "the machine is too busy for this test"
            service.hear(signal.SIGSTOP)
            served.until(lambda: time.monotonic() - began > GOES_ON_S)
            assert key not in _periods(place)
            service.hear(signal.SIGCONT)
            with served.store(place) as store:
                service.until(lambda: _sent(store) == {"sent": 1}, "sent")
            assert _periods(place)[key] == "published"
            assert list(_periods(place).values()).count("published") == 1
            assert service.end()[0] == 0
        with served.store(place) as store, store.read() as db:
            # To be stopped is no leap of the clock.
            assert notices.listing(db, since=LONG_AGO) == ()
    assert len(server.kept) == 1


def test_a_disk_that_is_full_loses_nothing_and_the_service_goes_on_when_it_is_not(
    place: Path,
) -> None:
    with beside(serving(Server())) as server, small_disk(6) as disk:
        file = served.write(place, smtp=server.port)
        url = f"sqlite:///{disk / 'briefing.db'}"
        file.write_text(f'{file.read_text("utf-8")}\n[store]\nurl = "{url}"\n', encoding="utf-8")
        with served.serving(place) as service:
            service.started()
            service.wait_for("sources read")
            with Store.open(url) as store:
                now = datetime.now(UTC)
                with store.write() as db:
                    periods.add(db, edition="daily", key="asked-1", due=now, state="due", now=now)
                fill(disk / "other")
                service.wait_for("the disk is full")
                service.until(lambda: _ready(service)["ready"] is False, "not ready")
                with store.read() as db:
                    assert deliveries.counts(db)["pending"] == 0
                (disk / "other").unlink()
                service.until(lambda: _sent(store) == {"sent": 1}, "sent")
                service.until(lambda: _ready(service)["ready"] is True, "ready")
                with store.read() as db:
                    assert periods.get(db, "daily", "asked-1").state == "published"
            assert "Traceback" not in service.text()
            assert service.end()[0] == 0
    assert len(server.kept) == 1


@contextlib.contextmanager
def small_disk(size_mb: int) -> Iterator[Path]:
    """Give a folder on a disk of this size; skips where none can be mounted."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = Path(tempfile.mkdtemp(prefix="small-disk"))
    mount = ("mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", folder)
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        folder.rmdir()
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(("umount", "--lazy", folder), check=True)
        folder.rmdir()


def fill(path: Path) -> None:
    """Write a file until the disk has no room left."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


def _periods(home: Path) -> dict[str, str]:
    with served.store(home) as store, store.read() as db:
        return {slot.key: slot.state for slot in periods.listing(db)}


def _sent(store: Store) -> dict[str, int]:
    with store.read() as db:
        return {state: count for state, count in deliveries.counts(db).items() if count}


def _ready(service: served.Process) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"{service.address}readyz") as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            found = json.load(error)
    return found
