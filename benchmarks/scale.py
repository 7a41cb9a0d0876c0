"""Workers on PostgreSQL: collecting and delivery with one process and with two; the queue alone.

`--only queue,collect,deliver`, `--feeds N` (5,000), `--messages N` (20,000), `--workers 1,2`,
`--cores one|all` (one), `--write FILE`. The server is one of its own, made from the installed
packages, with its usual settings (a commit waits for the disk). Feeds come from
`benchmarks.feed_server`, each from a host of its own; mail goes to `benchmarks.mail_sink`. A worker
is `briefing worker`, a process with its children. Timed is from when all workers are there and the
first row is done to the last row, as the database has it.

What two workers are is the question. One worker left alone uses two cores already: it parses in
processes of its own, and the server works beside it. So by default each worker, with all that it
starts, is kept on one core, the first on core 0 and the second on core 1, as if a machine of one
core were added to another; the server, the feeds and the sink have no core of their own and take
what the workers leave, of both. With `--cores all` nobody is kept anywhere.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import feed_server
from benchmarks.capacity import predictions
from benchmarks.collect import REAL
from benchmarks.empty import measured
from benchmarks.figures import Figures, Run
from benchmarks.mail_sink import sinking
from benchmarks.metering import Look, watched
from benchmarks.now import write_corpus
from service import pipeline, settings
from service.app import App
from service.delivering import setup
from service.delivering.enqueue import enqueue
from service.delivering.mailings import of_issue
from service.progress import Silent
from service.store import Store, recipients, search
from service.store.recipients import Wanted
from tests.postgres.cluster import Cluster, running

#: A commit waits for the disk, as it does where nobody chose otherwise.
SAFE = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "256MB"}
EDITION = "bench"
#: To the mail server, of each worker.
CONNECTIONS = 10
PARTS = ("queue", "collect", "deliver")
#: Tasks that do nothing, of each engine.
_EMPTY = 2000
#: Articles that are made searchable, to be weighed.
_SEARCHABLE = 3000
#: A source has been read when it is to be read again later.
_READ = "SELECT count(*) FROM health WHERE next_check > now()"
_AGAIN = "UPDATE health SET next_check = now() - interval '1 minute'"
_SENT = "SELECT count(*) FROM delivery WHERE state = 'sent'"
_TITLES = {"first": "a feed, first read", "again": "a feed, unchanged", "message": "a message"}


def main(words: Sequence[str]) -> None:
    """Print the rates, the ratio of two workers to one, and the cost of the queue."""
    parser = argparse.ArgumentParser(prog="scale")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--feeds", type=int, default=5000)
    parser.add_argument("--messages", type=int, default=20000)
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--cores", choices=("one", "all"), default="one")
    parser.add_argument("--write", type=Path)
    given = parser.parse_args(words)
    parts = given.only.split(",")
    if set(parts) - set(PARTS):
        parser.error(f"--only: of {', '.join(PARTS)}")
    numbers = [int(number) for number in given.workers.split(",")]
    apart = given.cores == "one"
    print(
        "each worker on a core of its own; the server and who serves feeds and takes mail on all"
        if apart
        else "all processes on all cores"
    )
    found = Figures(load=(os.getloadavg()[0], 0.0), apart=apart)

    def keep(part: Figures) -> None:
        nonlocal found
        found = replace(
            part.over(found),
            at=f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
            load=(found.load[0], os.getloadavg()[0]),
            cores=len(os.sched_getaffinity(0)),
            apart=apart,
        )
        if given.write:
            found.write(given.write)

    with running(SAFE) as cluster, tempfile.TemporaryDirectory() as name:
        bench = Bench(cluster=cluster, home=Path(name), apart=apart)
        write_corpus(bench.home / "corpus", 30)
        if "queue" in parts:
            keep(Figures(empty=measured(cluster, _EMPTY)))
            told_queue(found)
        if "collect" in parts:
            with feed_server.serving(REAL) as port:
                for number in numbers:
                    keep(bench.collect(port, given.feeds, number))
        if "deliver" in parts:
            for number in numbers:
                keep(bench.deliver(given.messages, number))
    told_ratios(found)
    for line in predictions(found):
        print(line)
    print(f"load {found.load[0]:.1f} before, {found.load[1]:.1f} behind")


def told_queue(found: Figures) -> None:
    """Print what an empty task costs, of both engines."""
    for name, one in found.empty.items():
        print(
            f"queue    {name:<5} an empty task: {one.hand_ms:.2f} ms to hand over + "
            f"{one.run_ms:.2f} ms to fetch, run and end = {one.wall_ms:.2f} ms; of CPU "
            f"{one.own_ms:.2f} ms here and {one.server_ms:.2f} ms in the server",
            flush=True,
        )
    added = found.empty["ours"].wall_ms - found.empty["bare"].wall_ms
    print(f"queue    ours beside the bare engine: {added:+.2f} ms a task   (asked: at most 3 ms)")


def told(run: Run) -> None:
    """Print a run."""
    print(
        f"{_TITLES[run.what]:<18} {run.workers} worker{'s' if run.workers > 1 else ' '} "
        f"{run.rate:7.1f} a second ({run.count} in {run.seconds:.1f} s); each "
        f"{run.each_ms(run.worker_s):.2f} ms of the workers' CPU, "
        f"{run.each_ms(run.server_s):.2f} of the server's, {run.each_ms(run.outside_s):.2f} "
        f"outside; {run.each_ms(run.database_s):.2f} ms in the database; {run.hints} hints; "
        f"others used {run.others:.2f} cores",
        flush=True,
    )


def told_ratios(found: Figures) -> None:
    """Print what more workers do, and what the queue adds to each feed and message."""
    for one in [run for run in found.runs if run.workers == 1]:
        for run in found.runs:
            if run.what == one.what and run.workers > 1:
                print(
                    f"{_TITLES[run.what]:<18} {run.workers} workers: {run.rate / one.rate:.2f} "
                    "times the rate of one   (asked: at least 1.5 with two)"
                )
        if "ours" in found.empty:
            each = found.empty["ours"].wall_ms * one.hints / one.count
            print(f"{_TITLES[one.what]:<18} of which {each:.3f} ms are the queue's")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where the runs are made."""

    cluster: Cluster
    home: Path
    #: Whether each worker is kept on one core.
    apart: bool

    def collect(self, port: int, feeds: int, workers: int) -> Figures:
        """Read feeds for the first time, and again; with one worker, weigh the rows."""
        url = self.cluster.database()
        sources = "".join(
            f'[[source]]\nname = "feed {number}"\nkind = "feed"\nurl = "{address}"\n'
            "allow_private = true\n"
            for number, address in enumerate(feed_server.addresses(port, feeds))
        )
        file = self._configured(f"collect{workers}", url, sources)
        with Store.open(url) as store, Look(self.cluster, url) as look:
            runs = []
            for what in ("first", "again"):
                run = watched(
                    look,
                    file,
                    what=what,
                    workers=workers,
                    apart=self.apart,
                    done=_READ,
                    count=feeds,
                )
                told(run)
                runs.append(run)
                look.do(_AGAIN)
            if workers > 1:
                return Figures(runs=tuple(runs))
            articles = look.number("SELECT count(*) FROM revision") / feeds
            _made_searchable(store)
            return Figures(runs=tuple(runs), articles=articles, row_bytes=look.row_bytes())

    def deliver(self, messages: int, workers: int) -> Figures:
        """Send an issue to many readers; with one worker, weigh the rows."""
        url = self.cluster.database()
        arrived: list[int] = []
        with sinking(arrived) as port:
            smtp = (
                f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
                f"connections = {CONNECTIONS}\n"
            )
            file = self._configured(f"deliver{workers}", url, smtp)
            _enqueued(file, messages)
            with Look(self.cluster, url) as look:
                run = watched(
                    look,
                    file,
                    what="message",
                    workers=workers,
                    apart=self.apart,
                    done=_SENT,
                    count=messages,
                )
                told(run)
                weighed = look.row_bytes() if workers == 1 else {}
        if arrived != [messages, messages]:
            raise SystemExit(f"of {messages} messages {arrived} arrived")
        return Figures(
            runs=(run,),
            row_bytes={name: weighed[name] for name in ("recipient", "delivery") if weighed},
        )

    def _configured(self, name: str, url: str, rest: str) -> Path:
        file = self.home / f"{name}.toml"
        file.write_text(
            f'[store]\nurl = "{url}"\n[serve]\nworkers = true\n[collect]\nconnections = 50\n{rest}',
            encoding="utf-8",
        )
        return file


def _made_searchable(store: Store) -> None:
    """Do what the archive does behind the workers, for some articles, to weigh its rows, too."""
    for _ in range(_SEARCHABLE // 500):
        with store.write() as db:
            search.catch_up(db, most=500)


def _enqueued(file: Path, messages: int) -> None:
    """Make an issue, its readers and their rows."""
    now = datetime.now(UTC)
    chosen = settings.load(file)
    with App(chosen, clock=lambda: now) as app:
        order = app.order(edition=EDITION, formats=("txt",))
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
            mailings = of_issue(app.store, made.id, desk, edition=EDITION)
        mailings.prepare(readers)
        with app.store.write() as db:
            enqueue(db, made.id, readers, mailings, now=now, expires=now + timedelta(hours=24))
