"""10,000 recipients to a local sink: the ledger, beside the channel and beside a bare loop.

`--count N` (10,000), `--connections N` (20), `--attach` (the PDF, too), `--rounds N` (3). The sink
is a process of its own, a new one for each run. The bare loop is aiosmtplib's `sendmail` over as
many connections, and writes nothing down; ours makes each reader's mail, with a row that is durable
before the final dot and again after the answer (SQLite, synchronous=FULL).
"""

import argparse
import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.mail_sink import sinking
from benchmarks.now import write_corpus
from service import pipeline, settings
from service.app import App
from service.delivering import setup
from service.delivering.courier import Courier
from service.delivering.enqueue import enqueue
from service.delivering.letters import Desk, Letter, Letters, stored
from service.delivering.mailings import of_issue
from service.delivering.preview import preview
from service.delivery.base import Envelope
from service.delivery.smtp import Server, SmtpChannel
from service.progress import Silent
from service.store import Store, recipients
from service.store.recipients import Wanted

if TYPE_CHECKING:
    pass

EDITION = "bench"
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is sent, and over how many connections."""

    count: int
    connections: int
    attach: bool

    def server(self, port: int) -> Server:
        return Server(
            host="127.0.0.1",
            port=port,
            security="none",
            name="bench.example",
            connections=self.connections,
            per_connection=self.count,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Seconds that one run took, by the clock and of this process."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An issue with readers, and one reader's mail."""

    store: Store
    issue: int
    desk: Desk
    letter: Letter


def main(words: Sequence[str]) -> None:
    """Print messages a second of each way, and the ratios."""
    parser = argparse.ArgumentParser(prog="deliver")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--attach", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(words)
    case = Case(count=given.count, connections=given.connections, attach=given.attach)
    runs: dict[str, list[Run]] = {"bare": [], "channel": [], "ledger": []}
    for number in range(given.rounds):
        for name, run, note in _round(case):
            runs[name].append(run)
            print(
                f"round {number + 1}  {name:<8} {case.count / run.wall_s:6.0f} a second, "
                f"{1000 * run.cpu_s / case.count:.2f} ms of CPU each  {note}",
                flush=True,
            )
    for name in ("channel", "ledger"):
        pairs = list(zip(runs["bare"], runs[name], strict=True))
        rate = [bare.wall_s / ours.wall_s for bare, ours in pairs]
        cpu = [bare.cpu_s / ours.cpu_s for bare, ours in pairs]
        print(
            f"{name}: {statistics.median(rate):.2f} of the bare loop's rate "
            f"({', '.join(f'{ratio:.2f}' for ratio in rate)}), "
            f"{statistics.median(cpu):.2f} by CPU"
        )


def _round(case: Case) -> Iterator[tuple[str, Run, str]]:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        write_corpus(home / "corpus", 30)
        with App(settings.load(None, home=home)) as app:
            ready = _prepared(app, case)
            size = len(ready.letter.envelope.message)
            yield "bare", _timed(case, lambda port: _bare(port, case, ready)), f"{size} bytes each"
            yield "channel", _timed(case, lambda port: _channel(port, case, ready)), ""
            begin = time.perf_counter()
            _enqueued(ready)
            queued = time.perf_counter() - begin
            sizes: list[int] = []
            run = _timed(case, lambda port: _ledger(port, case, ready, sizes))
            third = len(sizes) // 3
            yield (
                *("ledger", run),
                f"{queued:.1f} s to write the rows; memory {max(sizes[:third] or sizes)} MB in the "
                f"first third, {max(sizes)} MB at most",
            )


def _timed(case: Case, run: Callable[[int], Coroutine[Any, Any, None]]) -> Run:
    """Return what a run to a sink of its own took; all must have arrived."""
    told: list[int] = []
    gc.collect()
    with sinking(told) as port:
        wall, cpu = time.perf_counter(), time.process_time()
        asyncio.run(run(port))
        took = Run(wall_s=time.perf_counter() - wall, cpu_s=time.process_time() - cpu)
    if told != [case.count, case.count]:
        raise SystemExit(f"of {case.count} messages {told} arrived")
    return took


def _prepared(app: App, case: Case) -> Prepared:
    """Make an issue and its readers."""
    order = app.order(
        edition=EDITION,
        formats=("pdf",),
    )
    reads = asyncio.run(app.collect(Silent()))
    made = pipeline.publish(app.store, app.feeds, reads, app.profile, order, progress=Silent())
    desk, now = setup.desk(app.settings), datetime.now(UTC)
    wanted = [
        Wanted(
            address=f"reader{number}@host{number % 97}.example",
            editions=(EDITION,),
            attach=("pdf",) if case.attach else (),
        )
        for number in range(case.count)
    ]
    with app.store.write() as db:
        recipients.add(db, wanted, {}, now=now)
    letters: list[Letter] = []

    mailings = of_issue(app.store, made.id, desk, edition=EDITION)
    with app.store.write(keep=False) as db:
        readers = recipients.readers(db, EDITION)[:1]
        preview(db, made.id, readers, mailings, lambda _, one: letters.append(one), now=now)
    return Prepared(store=app.store, issue=made.id, desk=desk, letter=letters[0])


def _enqueued(ready: Prepared) -> None:
    now = datetime.now(UTC)
    with ready.store.read() as db:
        readers = recipients.readers(db, EDITION)
    mailings = of_issue(ready.store, ready.issue, ready.desk, edition=EDITION)
    mailings.prepare(readers)
    with ready.store.write() as db:
        enqueue(db, ready.issue, readers, mailings, now=now, expires=now + DAY)


async def _bare(port: int, case: Case, ready: Prepared) -> None:
    import aiosmtplib

    numbers, envelope = iter(range(case.count)), ready.letter.envelope

    async def one() -> None:
        async with aiosmtplib.SMTP(
            hostname="127.0.0.1", port=port, start_tls=False, local_hostname="bench.example"
        ) as client:
            for number in numbers:
                to = f"reader{number}@host{number % 97}.example"
                await client.sendmail(envelope.sender, [to], envelope.message)

    await asyncio.gather(*(one() for _ in range(case.connections)))


async def _channel(port: int, case: Case, ready: Prepared) -> None:
    channel = SmtpChannel(case.server(port))
    numbers, made = iter(range(case.count)), ready.letter.envelope

    async def commit() -> bool:
        return True

    async def one() -> None:
        for number in numbers:
            to = f"reader{number}@host{number % 97}.example"
            envelope = Envelope(to=to, sender=made.sender, name=made.name, message=made.message)
            outcome = await channel.send(envelope, commit)
            if outcome.result != "sent":
                raise SystemExit(f"a message was not sent: {outcome}")

    await asyncio.gather(*(one() for _ in range(case.connections)))
    await channel.close()


async def _ledger(port: int, case: Case, ready: Prepared, sizes: list[int]) -> None:
    """Send all rows that are due; write down the size of this process in MB meanwhile."""
    courier = Courier(
        ready.store,
        {"mail": SmtpChannel(case.server(port))},
        Letters(ready.desk, stored(ready.store)),
        clock=lambda: datetime.now(UTC),
        slots=4 * case.connections,
    )

    async def watch() -> None:
        while True:
            pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
            sizes.append(int(pages) * 4096 // 1_000_000)
            await asyncio.sleep(0.1)

    watching = asyncio.create_task(watch())
    await courier.run()
    watching.cancel()
    await courier.close()
    if courier.tally != {"sent": case.count}:
        raise SystemExit(f"not all were sent: {courier.tally}")
