"""From the cost of one worker to that of many: checked where two were measured, told where not.

`--read FILE` of `./run bench scale --write FILE`; `--largest N` (1,000,000) feeds are simulated at
most. First, two workers: what `benchmarks.simulate` makes of one worker's costs, beside what was
measured. Then tables for the sizes that were asked for, each with the bounds of all resources and
the one that is met first. What a table takes for granted is printed above it.
"""

import argparse
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import feed_server
from benchmarks.figures import Figures, Run, What
from benchmarks.simulate import Cost, Lane, Outcome, Pile, Simulation, Site, calibrated
from feeds.health import USUAL_S
from service.engine import GROUPS, LANES, group_of
from service.serving.worker import AT_ONCE, MOST

#: As in the runs: of each worker, connections to feeds, and to the mail server.
FETCHING, SENDING = 50, 10
#: So busy a core is on average, at most: what comes at once is to be done in time.
BUSY = 0.7
#: New articles a day of a feed, and how long all is kept.
NEW, KEPT_DAYS = 10, 90
FEEDS = (100, 10_000, 1_000_000)
RECIPIENTS = (10**3, 10**5, 10**7)
DAY_S = 86_400.0
#: Weighing, grouping and composing, of one article of the period (`docs/speed.md`, 1,000 articles).
PUBLISH_S = 0.0016
#: Longer than this an issue may not take (`engine.LIMITS_S`), with all its readers' rows, of which
#: one takes so long to write (`docs/speed.md`, 10,000 rows).
ISSUE_S, ENQUEUE_S = 1200.0, 0.0001
#: Between two requests to one host (`collect.gap_s`), and until one is answered.
GAP_S, FETCH_S = 1.0, 0.2
#: So many workers find a group of feeds that no other one holds.
FINDING = GROUPS // AT_ONCE["collect"]
#: Cores of a large server; memory of a worker, and what it keeps of a source (10,000 measured).
LARGE, MEMORY, SOURCE = 16, 4e9, 3000.0
#: Messages a second that a provider takes from one customer, until asked for more.
PROVIDER = 100

#: Tables that have a row for each article.
_ARTICLE = ("revision", "place", "searchable", "search_words")
_TITLES: dict[What, str] = {
    "first": "feeds, first read",
    "again": "feeds, unchanged",
    "message": "messages",
}


def main(words: Sequence[str]) -> None:
    """Print predictions beside measurements, then the tables."""
    parser = argparse.ArgumentParser(prog="capacity")
    parser.add_argument("--read", type=Path, required=True)
    parser.add_argument("--largest", type=int, default=max(FEEDS))
    given = parser.parse_args(words)
    figures = Figures.read(given.read)
    print(f"measured {figures.at}, load {figures.load[0]:.1f} to {figures.load[1]:.1f}")
    for lines in (
        predictions(figures),
        feeds_table(figures, given.largest),
        groups_table(figures),
        mail_table(figures),
    ):
        print("\n".join(lines), end="\n\n", flush=True)


def cost_of(run: Run) -> Cost:
    """Return what an item of a run cost; how long it waited is not known yet."""
    return Cost(
        worker_s=run.worker_s / run.count,
        server_s=run.server_s / run.count,
        outside_s=run.outside_s / run.count,
    )


def hint_of(figures: Figures) -> Cost:
    """Return what a hand-over by the queue costs."""
    ours = figures.empty.get("ours")
    if ours is None:
        return Cost()
    return Cost(worker_s=ours.own_ms / 1000, server_s=ours.server_ms / 1000)


def piles_of(what: What, count: int) -> tuple[Pile, ...]:
    """Return the work of a measured run: feeds in groups by their hosts, or all messages in one."""
    if what == "message":
        return (Pile(lanes=(Lane(items=count),), holders=LANES),)
    groups = Counter(group_of(address) for address in feed_server.addresses(1, count))
    return tuple(
        Pile(lanes=tuple(Lane(items=1) for _ in range(groups[number]))) for number in sorted(groups)
    )


def bench_of(figures: Figures, run: Run) -> Site:
    """Return the machine of a measured run: cores for the workers, the server and others."""
    every = tuple(range(max(figures.cores, 1)))
    own = [(n % len(every),) if figures.apart else every for n in range(run.workers)]
    site = Site(
        cores=len(every), workers=tuple(own), server=every, outside=every, others=run.others
    )
    return _for_mail(site) if run.what == "message" else _for_feeds(site)


def _for_feeds(site: Site) -> Site:
    # Two processes that parse, and the one that fetches and writes.
    return replace(site, threads=3, open=FETCHING, piles=AT_ONCE["collect"], most=MOST)


def _for_mail(site: Site) -> Site:
    # The step goes on as long as there is something to send.
    return replace(site, threads=1, open=SENDING, piles=1, most=10**9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What so many workers do, of one kind of work."""

    what: What
    workers: int
    predicted: float
    measured: float

    @property
    def off(self) -> float:
        """How far the prediction is from the measurement, as a part of that."""
        return self.predicted / self.measured - 1


def predicted(figures: Figures) -> Iterator[Prediction]:
    """Give what the simulation makes of one worker's costs, for each run with more than one."""
    for run in figures.runs:
        one = figures.one(run.what, 1)
        if run.workers > 1 and one is not None:
            found = Simulation(
                bench_of(figures, run),
                piles_of(run.what, run.count),
                item=_calibrated(figures, one),
                task=hint_of(figures),
            ).run()
            yield Prediction(
                what=run.what, workers=run.workers, predicted=found.rate, measured=run.rate
            )


def _calibrated(figures: Figures, one: Run) -> Cost:
    # Two thousand items are as good as all of them.
    piles = piles_of(one.what, min(one.count, 2000))
    return calibrated(
        bench_of(figures, one),
        piles,
        item=cost_of(one),
        task=hint_of(figures),
        rate=one.rate,
    )


def predictions(figures: Figures) -> Iterator[str]:
    """Give predictions beside measurements, a line each."""
    yield from (
        f"{_TITLES[one.what]:<18} {one.workers} workers: predicted {one.predicted:.1f} a second, "
        f"measured {one.measured:.1f}: {one.off:+.0%}   (asked: within 20 %)"
        for one in predicted(figures)
    )


# Many feeds.


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What ends first, and how near it is."""

    name: str
    #: Needed, as a part of what there can be: above 1 it does not go.
    used: float

    def __str__(self) -> str:
        return f"{self.name}: {self.used:.0%} of what there can be"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reading feeds takes, each once an hour."""

    feeds: int
    #: Of a reading, on average.
    cost: Cost
    #: New rows of a day, in bytes.
    bytes_day: float

    @property
    def each_s(self) -> float:
        return self.feeds / USUAL_S

    @property
    def workers(self) -> int:
        """How many workers of one core it takes."""
        return max(1, math.ceil(self.each_s * self.cost.worker_s / BUSY))

    @property
    def server_cores(self) -> float:
        return self.each_s * self.cost.server_s

    def limits(self) -> tuple[Limit, ...]:
        """Return how far each resource is used, the most first."""
        articles = self.feeds * NEW
        found = (
            Limit(
                name=f"{FINDING} workers find a group",
                used=self.each_s * self.cost.worker_s / (FINDING * BUSY),
            ),
            Limit(name="one issue of all articles of a day", used=articles * PUBLISH_S / ISSUE_S),
            Limit(name=f"a server of {LARGE} cores", used=self.server_cores / (LARGE * BUSY)),
            Limit(
                name="each worker's list of sources in memory", used=self.feeds * SOURCE / MEMORY
            ),
        )
        return tuple(sorted(found, key=lambda limit: -limit.used))


def reading(figures: Figures, feeds: int) -> Reading:
    """Return what so many feeds take. Raises ValueError where one worker was not measured.

    A reading that brings something new is taken to cost what a first one does, which brings all.
    """
    new, same = cost_of(_of_one(figures, "first")), cost_of(_of_one(figures, "again"))
    changed = min(1.0, NEW / (DAY_S / USUAL_S))
    rows = figures.row_bytes
    article = sum(rows.get(name, 0.0) for name in _ARTICLE)
    return Reading(
        feeds=feeds,
        cost=Cost(
            worker_s=changed * new.worker_s + (1 - changed) * same.worker_s,
            server_s=changed * new.server_s + (1 - changed) * same.server_s,
            wait_s=FETCH_S,
        ),
        bytes_day=feeds * (NEW * article + DAY_S / USUAL_S * rows.get("reading", 0.0)),
    )


def _of_one(figures: Figures, what: What) -> Run:
    run = figures.one(what, 1)
    if run is None:
        raise ValueError(f"{_TITLES[what]} were not measured with one worker")
    return run


def machines(workers: int, server: int) -> Site:
    """Return workers of one core each, and a server of some cores of its own."""
    return Site(
        cores=workers + server,
        workers=tuple((core,) for core in range(workers)),
        server=tuple(range(workers, workers + server)),
    )


def read_once(figures: Figures, feeds: int, workers: int, *, groups: int = GROUPS) -> Outcome:
    """Return what becomes of feeds that are all due at once, as after an outage.

    Half of them are alone at their host, the others ten to a host.
    """
    wanted = reading(figures, feeds)
    lanes: list[list[Lane]] = [[] for _ in range(groups)]
    alone = feeds - feeds // 20 * 10
    for number in range(alone):
        lanes[number % groups].append(Lane(items=1))
    for number in range(feeds // 20):
        lanes[number % groups].append(Lane(items=10, at_once=1, gap_s=GAP_S))
    site = _for_feeds(machines(workers, max(1, math.ceil(wanted.server_cores / BUSY))))
    piles = [Pile(lanes=tuple(own)) for own in lanes]
    return Simulation(site, piles, item=wanted.cost, task=hint_of(figures)).run()


def feeds_table(figures: Figures, largest: int) -> Iterator[str]:
    """Give the table of feeds, line by line; a round of more than `largest` is not simulated."""
    yield (
        f"Each feed is read once an hour and has {NEW} new articles a day; rows are kept for "
        f"{KEPT_DAYS} days; a worker has one core, of which {BUSY:.0%} are used."
    )
    yield (
        "| feeds | readings a second | workers | server's cores | rows a day | kept | all at once,"
        " simulated | nearest limit |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for feeds in FEEDS:
        one = reading(figures, feeds)
        took = "not simulated"
        if feeds <= largest:
            took = _span(read_once(figures, feeds, one.workers).seconds)
        yield (
            f"| {feeds:,} | {one.each_s:.2f} | {one.workers} | {one.server_cores:.2f} "
            f"| {_bytes(one.bytes_day)} | {_bytes(KEPT_DAYS * one.bytes_day)} | {took} "
            f"| {one.limits()[0]} |"
        )


def groups_table(figures: Figures) -> Iterator[str]:
    """Give the table of groups, line by line."""
    yield f"| workers of one core | 10,000 feeds at once, {GROUPS} groups | 256 groups |"
    yield "| --- | --- | --- |"
    for workers in (1, 2, 4, 8, 16, 32):
        rates = [read_once(figures, 10_000, workers, groups=many).rate for many in (GROUPS, 256)]
        yield f"| {workers} | " + " | ".join(f"{rate:.0f} a second" for rate in rates) + " |"


# Many messages.


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """What one issue to so many readers takes."""

    recipients: int
    #: Messages a second of one worker.
    rate: float
    cost: Cost
    #: Of the readers and of one issue's rows.
    bytes_each: float

    def hours(self, rate: float) -> float:
        """Return how long it is sent at a rate."""
        return self.recipients / rate / 3600

    def limits(self) -> tuple[Limit, ...]:
        """Return how far each resource is used, the most first; it is to be sent within an hour."""
        a_second = self.recipients / 3600
        found = (
            Limit(
                name="the issue's step, which writes every reader's row",
                used=self.recipients * ENQUEUE_S / ISSUE_S,
            ),
            Limit(name=f"{LANES} workers send at once", used=a_second / (LANES * self.rate)),
            Limit(
                name=f"a server of {LARGE} cores",
                used=a_second * self.cost.server_s / (LARGE * BUSY),
            ),
            Limit(name=f"a provider that takes {PROVIDER} a second", used=a_second / PROVIDER),
        )
        return tuple(sorted(found, key=lambda limit: -limit.used))


def mailing(figures: Figures, count: int) -> Mailing:
    """Return what one issue to so many takes. Raises ValueError where none was measured."""
    run = _of_one(figures, "message")
    rows = figures.row_bytes
    return Mailing(
        recipients=count,
        rate=run.rate,
        cost=cost_of(run),
        bytes_each=rows.get("recipient", 0.0) + rows.get("delivery", 0.0),
    )


def mail_table(figures: Figures) -> Iterator[str]:
    """Give the table of messages, line by line."""
    yield f"One issue to all; each worker has {SENDING} connections to the mail server."
    yield (
        "| recipients | one worker | four | sixteen | at a provider's "
        f"{PROVIDER} a second | rows of one issue | within an hour, nearest limit |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    item = replace(_calibrated(figures, _of_one(figures, "message")), outside_s=0.0)
    rates = {}
    for workers in (1, 4, 16):
        site, work = _for_mail(machines(workers, LARGE)), piles_of("message", 2000 * workers)
        rates[workers] = Simulation(site, work, item=item, task=hint_of(figures)).run().rate
    for count in RECIPIENTS:
        one = mailing(figures, count)
        times = (*rates.values(), float(PROVIDER))
        yield (
            f"| {count:,} | "
            + " | ".join(_span(3600 * one.hours(rate)) for rate in times)
            + f" | {_bytes(count * one.bytes_each)} | {one.limits()[0]} |"
        )
    yield "simulated: " + ", ".join(
        f"{workers} worker{'s' if workers > 1 else ''} {rate:.0f} a second"
        for workers, rate in rates.items()
    )


def _span(seconds: float) -> str:
    for size, name in ((86_400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.1f} s"


def _bytes(count: float) -> str:
    for size, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if count >= size:
            return f"{count / size:.1f} {name}"
    return f"{count / 1000:.0f} KB"
