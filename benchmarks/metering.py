"""What worker processes do and cost, seen from outside: by their database, and by the kernel."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from benchmarks.figures import Run, What
from service.serving.worker import AT_ONCE
from tests.postgres.cluster import Cluster

_ROOT = Path(__file__).resolve().parents[1]
#: A run that takes longer has stopped.
_LONGEST_S = 3600.0
#: Between two looks; a look is a statement on a connection that stays.
_LOOK_S = 0.2
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Look:
    """A connection that watches the workers' database, and the processes' times."""

    def __init__(self, cluster: Cluster, url: str) -> None:
        import psycopg

        self._connection = psycopg.connect(url, autocommit=True)
        self._server = int((cluster.data / "postmaster.pid").read_text().split()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def number(self, query: str) -> float:
        """Return the only value of a query; 0 for none."""
        row = self._connection.execute(query.encode()).fetchone()
        return float(row[0] or 0) if row else 0.0

    def do(self, statement: str) -> None:
        """Run a statement."""
        self._connection.execute(statement.encode())

    def row_bytes(self) -> dict[str, float]:
        """Return bytes a row, with indexes and large values, of each table of more than a hundred.

        Updated rows leave dead ones behind: the tables are rewritten first, as autovacuum would
        have kept them.
        """
        self._connection.execute("VACUUM FULL")
        names = self._connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        sizes = {}
        for (name,) in names:
            count = self.number(f'SELECT count(*) FROM "{name}"')
            if count > 100:
                sizes[name] = self.number(f"SELECT pg_total_relation_size('\"{name}\"')") / count
        return sizes

    def server_s(self) -> float:
        """Return the seconds of CPU of the server."""
        return cpu_s(self._server)

    def hints(self) -> int:
        """Return how many hints were ever handed over here."""
        if not self.number("SELECT count(*) FROM pg_class WHERE relname = 'procrastinate_jobs'"):
            return 0
        used = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM "
        return round(self.number(f"{used}procrastinate_jobs_id_seq"))

    def now(self, workers: "list[subprocess.Popen[bytes]]") -> "Reading":
        """Read all counters."""
        worker_s = sum(cpu_s(process.pid) for process in workers)
        return Reading(
            at=time.perf_counter(),
            worker_s=worker_s,
            server_s=self.server_s(),
            outside_s=cpu_s(os.getpid()) - worker_s,
            machine_s=_machine_s(),
            database_s=self.number(
                "SELECT active_time / 1000 FROM pg_stat_database WHERE datname = current_database()"
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Counters at a moment, in seconds."""

    at: float
    worker_s: float
    server_s: float
    outside_s: float
    machine_s: float
    database_s: float

    def run(self, since: "Reading", *, what: What, workers: int, count: int, hints: int) -> Run:
        """Return what was done and used since another reading."""
        seconds = self.at - since.at
        ours = self._ours() - since._ours()
        return Run(
            what=what,
            workers=workers,
            count=count,
            seconds=seconds,
            worker_s=self.worker_s - since.worker_s,
            server_s=self.server_s - since.server_s,
            outside_s=self.outside_s - since.outside_s,
            database_s=self.database_s - since.database_s,
            others=max(self.machine_s - since.machine_s - ours, 0.0) / seconds,
            hints=hints,
        )

    def _ours(self) -> float:
        return self.worker_s + self.server_s + self.outside_s


def watched(
    look: Look, file: Path, *, what: What, workers: int, apart: bool, done: str, count: int
) -> Run:
    """Let workers work until a count is reached; measure from when all of them are there.

    done: a query that counts what is done.
    """
    hints = look.hints()
    with _crew(file, workers, apart=apart) as processes:
        log = file.with_suffix(".log")

        def there() -> bool:
            if not look.number(
                "SELECT count(*) FROM pg_class WHERE relname = 'procrastinate_workers'"
            ):
                return False
            registered = look.number("SELECT count(*) FROM procrastinate_workers")
            return registered >= workers * len(AT_ONCE) and look.number(done) > 0

        _until(there, processes, log)
        begun, before = look.now(processes), look.number(done)
        _until(lambda: look.number(done) >= count, processes, log)
        end = look.now(processes)
        # The server tells how long sessions were busy once a second.
        time.sleep(1.5)
        run = end.run(
            begun,
            what=what,
            workers=workers,
            count=round(count - before),
            hints=look.hints() - hints,
        )
        return replace(run, database_s=look.now(processes).database_s - begun.database_s)


@contextlib.contextmanager
def _crew(file: Path, number: int, *, apart: bool) -> "Iterator[list[subprocess.Popen[bytes]]]":
    """Run workers, each on a core of its own if asked; they are told to stop at the end."""
    cores = sorted(os.sched_getaffinity(0))
    with file.with_suffix(".log").open("wb") as log:
        processes = []
        try:
            for index in range(number):
                keep = {cores[index % len(cores)]} if apart else set(cores)
                # What it starts stays there, too.
                program = (
                    f"import os; os.sched_setaffinity(0, {keep}); "
                    "from service.cli import main; main()"
                )
                processes.append(
                    subprocess.Popen(
                        [sys.executable, "-P", "-c", program, "worker", "--config", str(file)],
                        stderr=log,
                        env=os.environ | {"PYTHONPATH": str(_ROOT)},
                    )
                )
            yield processes
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            for process in processes:
                process.wait(timeout=60)


def _until(
    reached: Callable[[], bool], processes: "list[subprocess.Popen[bytes]]", log: Path
) -> None:
    deadline = time.monotonic() + _LONGEST_S
    while not reached():
        ended = [process for process in processes if process.poll() is not None]
        if ended or time.monotonic() > deadline:
            last = log.read_text(encoding="utf-8").splitlines()[-5:]
            raise SystemExit("\n".join(["a worker has ended or stands still:", *last]))
        time.sleep(_LOOK_S)


def cpu_s(root: int) -> float:
    """Return the seconds of CPU of a process and its descendants, ended ones too."""
    children: dict[int, list[int]] = {}
    fields: dict[int, list[Any]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            stat = (path / "stat").read_text().rpartition(")")[2].split()
            fields[int(path.name)] = stat
            children.setdefault(int(stat[1]), []).append(int(path.name))
    found = [root]
    for pid in found:
        found += children.get(pid, ())
    return _TICK_S * sum(sum(map(int, fields[pid][11:15])) for pid in found if pid in fields)


def _machine_s() -> float:
    """Return the seconds that all cores of the machine were busy."""
    user, nice, system, _, _, *rest = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    )
    return _TICK_S * (user + nice + system + sum(rest[:2]))
