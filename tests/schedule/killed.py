"""A service that is killed at every statement of a tick: `python killed.py FOLDER [URL]`.

URL: of an empty database of PostgreSQL, of which copies are made; without it, files of SQLite.

For n from 1 on: a process of its own ticks and kills itself with SIGKILL before the n-th statement
or commit; another looks at what is there, ticks to the end, and looks again. Ends with the first n
that a whole tick does not reach. Prints a JSON object a line.

A fork is cheap where a start is not: nothing is imported anew, and no thread has been started.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from service.schedule import Rule
from service.store import Store, periods
from service.ticking import tick

RULES = (
    Rule(edition="daily", every="day"),
    Rule(edition="every", every="day", catch_up="all"),
    Rule(edition="limit", every="day", catch_up="none", lateness=timedelta(hours=2)),
    Rule(edition="weekly@Asia/Tokyo", every="week", zone="Asia/Tokyo"),
)
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
#: Three days later: some are due, some superseded, some too late, some waited since before.
BACK = START + timedelta(days=3)


class Files:
    """Databases that are files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.first = f"sqlite:///{folder / 'before.db'}"

    @contextmanager
    def copied(self, number: int) -> Iterator[str]:
        """Give a copy of the first one."""
        file = self._folder / f"{number}.db"
        shutil.copyfile(self._folder / "before.db", file)
        yield f"sqlite:///{file}"


class Databases:
    """Databases of a server."""

    def __init__(self, url: str) -> None:
        self.first = url
        self._server, _, self._name = url.rpartition("/")

    @contextmanager
    def copied(self, number: int) -> Iterator[str]:
        """Give a copy of the first one."""
        name = f"killed{number}"
        self._sql(f"CREATE DATABASE {name} TEMPLATE {self._name}")
        yield f"{self._server}/{name}"
        self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _sql(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"{self._server}/postgres", autocommit=True) as db:
            db.execute(statement.encode())


def main(folder: Path, url: str | None) -> None:
    made = Files(folder) if url is None else Databases(url)
    found = folder / "found.json"
    _fork(_begin, made.first)
    number, killed = 0, True
    while killed:
        number += 1
        with made.copied(number) as copy:
            status = _fork(_tick, copy, number)
            killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
            left = _look(copy, found)
            _fork(_tick, copy, None)
            end = _look(copy, found)
        row = {"n": number, "killed": killed, "status": status, "left": left, "end": end}
        sys.stdout.write(json.dumps(row) + "\n")


def _fork(work: Callable[..., None], *given: object) -> int:
    """Do something in a process of its own; return how it ended."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work(*given)
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


def _begin(url: str) -> None:
    with Store.open(url) as store:
        tick(store, RULES, now=START)
        tick(store, RULES, now=START + timedelta(hours=20))


def _tick(url: str, number: int | None) -> None:
    with Store.open(url) as store:
        if number is not None:
            _kill_at(store, number)
        tick(store, RULES, now=BACK)


def _kill_at(store: Store, number: int) -> None:
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "commit"):
        event.listen(store._engine, name, count)


def _look(url: str, found: Path) -> dict[str, str]:
    """Return the states of all periods; the store is opened as after a restart."""
    _fork(_write, url, found)
    rows: dict[str, str] = json.loads(found.read_text(encoding="utf-8"))
    return rows


def _write(url: str, found: Path) -> None:
    with Store.open(url) as store, store.read() as db:
        slots = periods.listing(db, limit=None)
    rows = {f"{slot.edition} {slot.key}": slot.state for slot in slots}
    found.write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
