"""Workers on PostgreSQL: collecting and delivery with one process and with two; the queue alone.

`--feeds N` (500), `--messages N` (2,000), `--workers 1,2`. The server is one of its own, made from
the installed packages, with its usual settings (a commit waits for the disk). Feeds come from
`benchmarks.feed_server`, each from a host of its own; mail goes to `benchmarks.mail_sink`. A worker
is `briefing worker`, a process with its children. Timed is from the first row that is done to the
last, as the database has it, so that starting up counts for nothing. The bare engine runs an empty
task, the same number of times as there are hints to a round of work.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import feed_server
from benchmarks.collect import REAL
from benchmarks.mail_sink import sinking
from benchmarks.now import write_corpus
from service import pipeline, settings
from service.app import App
from service.delivering import setup
from service.delivering.enqueue import enqueue
from service.delivering.mailings import of_issue
from service.engine import Due, Queue
from service.progress import Silent
from service.store import Store, recipients
from service.store.recipients import Wanted
from tests.postgres.cluster import Cluster, running

_ROOT = Path(__file__).resolve().parents[1]
#: A commit waits for the disk, as it does where nobody chose otherwise.
SAFE = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "256MB"}
EDITION = "bench"
#: A run that takes longer has stopped.
_LONGEST_S = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run did."""

    workers: int
    count: int
    seconds: float
    #: Of all processes of the workers, and of the server's, as it counts them.
    cpu_s: float
    database_s: float

    @property
    def rate(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0

    def told(self, what: str) -> str:
        return (
            f"{what:<8} {self.workers} worker{'s' if self.workers > 1 else ' '} "
            f"{self.rate:7.1f} a second ({self.count} in {self.seconds:.1f} s), each "
            f"{1000 * self.cpu_s / self.count:.1f} ms of CPU and "
            f"{1000 * self.database_s / self.count:.2f} ms in the database"
        )


def main(words: Sequence[str]) -> None:
    """Print the rates, the ratio of two workers to one, and the cost of the queue."""
    parser = argparse.ArgumentParser(prog="scale")
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--workers", default="1,2")
    given = parser.parse_args(words)
    numbers = [int(number) for number in given.workers.split(",")]
    with running(SAFE) as cluster, tempfile.TemporaryDirectory() as name:
        _queue_alone(cluster, given.feeds)
        home = Path(name)
        write_corpus(home / "corpus", 30)
        runs: dict[str, list[Run]] = {"collect": [], "deliver": []}
        with feed_server.serving(REAL) as port:
            for number in numbers:
                runs["collect"].append(_collected(cluster, home, port, given.feeds, number))
                print(runs["collect"][-1].told("collect"), flush=True)
        for number in numbers:
            runs["deliver"].append(_delivered(cluster, home, given.messages, number))
            print(runs["deliver"][-1].told("deliver"), flush=True)
    for what, done in runs.items():
        if len(done) > 1:
            print(f"{what}: {done[-1].rate / done[0].rate:.2f} times the rate of one worker")


def _queue_alone(cluster: Cluster, count: int) -> None:
    """Print what a task costs that does nothing: to hand it over, and to fetch and end it."""

    class Nothing:
        def due(self) -> Due:
            return Due()

        async def collect(self, number: int) -> None:
            pass

        publish = deliver = collect

    async def run() -> tuple[float, float]:
        queue = Queue(cluster.database())
        async with queue.opened():
            begun = time.perf_counter()
            for number in range(count):
                await queue.defer("collect", number)
            handed = time.perf_counter()
            await queue.work(Nothing(), at_once={"collect": 8}, wait=False)
            return handed - begun, time.perf_counter() - handed

    handed, worked = asyncio.run(run())
    print(
        f"queue    an empty task takes {1000 * handed / count:.2f} ms to hand over and "
        f"{1000 * worked / count:.2f} ms to run ({count} of them)",
        flush=True,
    )


def _collected(cluster: Cluster, home: Path, port: int, feeds: int, workers: int) -> Run:
    url = cluster.database()
    file = home / f"collect{workers}.toml"
    sources = "".join(
        f'[[source]]\nname = "feed {number}"\nkind = "feed"\nurl = "{address}"\n'
        "allow_private = true\n"
        for number, address in enumerate(feed_server.addresses(port, feeds))
    )
    _configure(file, url, sources)
    Store.open(url).close()
    read = "SELECT count(*) FROM source WHERE last_success IS NOT NULL"
    return _worked(cluster, url, file, read, feeds, workers)


def _delivered(cluster: Cluster, home: Path, messages: int, workers: int) -> Run:
    url = cluster.database()
    file = home / f"deliver{workers}.toml"
    told: list[int] = []
    with sinking(told) as port:
        _configure(
            file,
            url,
            f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nconnections = 10\n',
        )
        _enqueued(file, messages)
        sent = "SELECT count(*) FROM delivery WHERE state = 'sent'"
        run = _worked(cluster, url, file, sent, messages, workers)
    if told != [messages, messages]:
        raise SystemExit(f"of {messages} messages {told} arrived")
    return run


def _configure(file: Path, url: str, rest: str) -> None:
    file.write_text(
        f'[store]\nurl = "{url}"\n[serve]\nworkers = true\n[collect]\nconnections = 50\n{rest}',
        encoding="utf-8",
    )


def _enqueued(file: Path, messages: int) -> None:
    """Make an issue, its readers and their rows."""
    now = datetime.now(UTC)
    chosen = settings.load(file)
    with App(chosen, clock=lambda: now) as app:
        order = app.order(
            edition=EDITION,
            formats=("txt",),
        )
        reads = asyncio.run(app.collect(Silent()))
        made = pipeline.publish(app.store, app.feeds, reads, app.profile, order, progress=Silent())
        wanted = [
            Wanted(
                address=f"reader{number}@host{number % 97}.example", editions=(EDITION,), attach=()
            )
            for number in range(messages)
        ]
        with app.store.write() as db:
            recipients.add(db, wanted, {}, now=now)
        desk = setup.desk(chosen)
        with app.store.read() as db:
            readers = recipients.readers(db, EDITION)
            mailings = of_issue(db, made.id, desk, edition=EDITION)
        mailings.prepare(readers)
        with app.store.write() as db:
            enqueue(db, made.id, readers, mailings, now=now, expires=now + timedelta(hours=24))


def _worked(cluster: Cluster, url: str, file: Path, done: str, count: int, workers: int) -> Run:
    """Let workers work until a count is reached; time it from the first that is done."""
    name = url.rpartition("/")[2]

    def number() -> int:
        return int(cluster.sql(done, name)[0][0])

    def database_s() -> float:
        query = f"SELECT active_time FROM pg_stat_database WHERE datname = '{name}'"
        return float(cluster.sql(query)[0][0]) / 1000

    with _workers(file, workers) as processes:
        log = file.with_suffix(".log")
        _until(lambda: number() > 0, processes, log)
        begun, before, spent = time.perf_counter(), number(), database_s()
        cpu = sum(_cpu_s(process.pid) for process in processes)
        _until(lambda: number() >= count, processes, log)
        seconds = time.perf_counter() - begun
        cpu = sum(_cpu_s(process.pid) for process in processes) - cpu
        time.sleep(1.1)  # the server tells its statistics once a second
        return Run(
            workers=workers,
            count=count - before,
            seconds=seconds,
            cpu_s=cpu,
            database_s=database_s() - spent,
        )


@contextlib.contextmanager
def _workers(file: Path, number: int) -> "Iterator[list[subprocess.Popen[bytes]]]":
    """Run workers; they are told to stop at the end."""
    command = [sys.executable, "-P", "-c", "from service.cli import main; main()"]
    with file.with_suffix(".log").open("wb") as log:
        processes = [
            subprocess.Popen(
                [*command, "worker", "--config", str(file)],
                stderr=log,
                env=os.environ | {"PYTHONPATH": str(_ROOT)},
            )
            for _ in range(number)
        ]
        try:
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
        time.sleep(0.05)


def _cpu_s(root: int) -> float:
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
    ticks = sum(sum(map(int, fields[pid][11:15])) for pid in found if pid in fields)
    return ticks / os.sysconf("SC_CLK_TCK")
