"""A service that is killed at every statement of a tick: `python killed.py FOLDER`.

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
from collections.abc import Callable
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


def main(folder: Path) -> None:
    before = folder / "before.db"
    _fork(_begin, before)
    number, killed = 0, True
    while killed:
        number += 1
        file = folder / f"{number}.db"
        shutil.copyfile(before, file)
        status = _fork(_tick, file, number)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        left = _look(file)
        _fork(_tick, file, None)
        row = {"n": number, "killed": killed, "status": status, "left": left, "end": _look(file)}
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


def _open(file: Path) -> Store:
    return Store.open(f"sqlite:///{file}")


def _begin(file: Path) -> None:
    with _open(file) as store:
        tick(store, RULES, now=START)
        tick(store, RULES, now=START + timedelta(hours=20))


def _tick(file: Path, number: int | None) -> None:
    with _open(file) as store:
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


def _look(file: Path) -> dict[str, str]:
    """Return the states of all periods; the store is opened as after a restart."""
    found = file.with_suffix(".json")
    _fork(_write, file, found)
    rows: dict[str, str] = json.loads(found.read_text(encoding="utf-8"))
    return rows


def _write(file: Path, found: Path) -> None:
    with _open(file) as store, store.read() as db:
        slots = periods.listing(db, limit=None)
    rows = {f"{slot.edition} {slot.key}": slot.state for slot in slots}
    found.write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
