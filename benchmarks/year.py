"""A year of the calendar, in a minute: every period once, none lost, none twice.

    ./run bench year [SEED]   40 restarts, two services on one database, 14 zones of readers

The clock is a number that is counted up in steps of minutes to hours. Two services tick by turns or
both, and make what is due. Forty times one of them dies: at a statement of the tick, between the
tick and the issue, or with a period in hand; it comes back at once or days later, and sometimes the
other is down as well. Clocks are put an hour ahead and back, and days ahead until somebody sees it;
times are edited. At the end every period that the rules had in the year has one row, and every row
that says "published" one issue.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from typing import Any

from sqlalchemy import event

from service.schedule import Rule, due
from service.store import Store, issues, periods
from service.ticking import Clock, tick
from tests.store.given import blank_issue

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
RESTARTS = 40
LEASE = timedelta(minutes=20)
ZONES = (
    *("Asia/Shanghai", "Asia/Tokyo", "Asia/Kolkata", "Europe/Moscow", "Europe/Berlin"),
    *("Europe/London", "Africa/Cairo", "America/Havana", "America/New_York", "America/Santiago"),
    *("America/St_Johns", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham"),
)
RULES = (
    # At half past midnight clocks change in some of these zones.
    *(Rule(edition=f"daily@{z}", every="day", at=wall_time(0, 30), zone=z) for z in ZONES),
    Rule(edition="early", every="day", at=wall_time(2, 30), zone="Europe/Berlin", catch_up="all"),
    Rule(edition="live", every="day", zone="America/New_York", catch_up="none"),
    Rule(edition="weekly", every="week", on=6, zone="Africa/Cairo", catch_up="all"),
    Rule(edition="monthly", every="month", on=31, zone="Asia/Tokyo", catch_up="all"),
    Rule(edition="workdays", cron="0 7 * * 1-5", zone="Europe/London"),
    Rule(edition="twice", cron="30 7,19 * * *", zone="America/Santiago", catch_up="all"),
    Rule(edition="mondays", cron="30 0 * * 1", zone="Asia/Beirut"),
)
#: Editions whose time is edited now and then, and put back.
EDITED = ("daily@Europe/London", "early", "weekly")


#: How a service dies.
WAYS = ("in the tick", "behind the tick", "with a period in hand")


class Killed(BaseException):
    """A service dies: nothing may catch it, and nothing is tidied up but the transaction."""


@dataclass(kw_only=True)
class Year:
    """What was done, and what came of it."""

    days: int
    rows: Counter[str] = field(default_factory=Counter)
    expected: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    #: Of editions that catch up all: what has no issue at the end.
    unmade: list[str] = field(default_factory=list)
    ticks: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    leaps: int = 0
    edits: int = 0
    seconds: float = 0.0
    #: Of the processor: what it takes where nothing else runs.
    work_s: float = 0.0

    @property
    def right(self) -> bool:
        return not (self.lost or self.twice or self.extra or self.unmade)


class Service:
    """A process with a store and a clock of its own; steady seconds go on while it is down."""

    def __init__(self, url: str, name: str) -> None:
        self.url, self.name = url, name
        self.store = Store.open(url)
        self.clock: Clock | None = None
        self.up_from = START

    def step(self, now: datetime, steady_s: float, rules: tuple[Rule, ...]) -> None:
        """Tick, and make what is due."""
        if self.clock is None:
            self.clock = Clock(wall=now, steady_s=steady_s)
        drift = self.clock.drift(now, steady_s)
        ticked = tick(self.store, rules, now=now, drift=drift)
        self.clock = self.clock.after(ticked, now, steady_s)
        self.make(now)

    def make(self, now: datetime) -> None:
        with self.store.write() as db:
            while slot := periods.claim(db, self.name, now=now, lease=LEASE):
                periods.publish(db, slot, blank_issue(db, slot.edition, now), now=now, note=None)

    def die(
        self, how: str, now: datetime, steady_s: float, rules: tuple[Rule, ...], at: int
    ) -> None:
        """Die in the tick, behind it, or with a period in hand."""
        try:
            if how == WAYS[0]:
                with _killing(self.store, at):
                    self.step(now, steady_s, rules)
            else:
                tick(self.store, rules, now=now)
                if how == WAYS[2]:
                    with self.store.write() as db:
                        periods.claim(db, self.name, now=now, lease=LEASE)
        except Killed:
            pass  # as it was meant to
        self.store.close()
        self.store, self.clock = Store.open(self.url), None


@contextmanager
def _killing(store: Store, number: int) -> Iterator[None]:
    """Raise Killed before the n-th statement."""
    left = [number]

    def count(*_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    event.listen(store._engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(store._engine, "before_cursor_execute", count)


class World:
    """The time that it is, what the clocks show, and what the settings say."""

    def __init__(self, year: Year, chance: random.Random, mean_h: float) -> None:
        self.now, self.end = START, START + timedelta(days=year.days)
        #: How far the clock of the machine is ahead.
        self.wrong = timedelta()
        self.rules = RULES
        self._year, self._chance, self._mean_h = year, chance, mean_h
        self._leaps = sorted(chance.uniform(0.05, 0.9) for _ in range(max(2, year.days // 30)))
        self._right_from, self._edit_from = START, START + timedelta(days=2)

    @property
    def gone(self) -> float:
        """How much of the span is over, in [0, 1]."""
        return (self.now - START) / (self.end - START)

    @property
    def clock(self) -> tuple[datetime, float]:
        """What the machine's clocks show: the one on the wall, and the steady one in seconds."""
        return self.now + self.wrong, (self.now - START).total_seconds()

    def go(self, *, all_up: bool) -> None:
        """Let some time go by. A clock is days ahead only where a service lives to see it leap."""
        chance = self._chance
        hours = chance.expovariate(1 / self._mean_h)
        self.now = min(self.end, self.now + timedelta(hours=hours, minutes=1))
        if self.wrong and (self.now >= self._right_from or self.gone > 0.95):
            self.wrong = timedelta()
        elif self._leaps and self.gone >= self._leaps[0] and all_up:
            self._leaps.pop(0)
            self._year.leaps += 1
            self.wrong = timedelta(hours=chance.choice((1, -1, 9 * 24)))
            self._right_from = self.now + timedelta(hours=chance.uniform(0.5, 12))
        if self.gone > 0.95:
            self.rules = RULES
        elif self.now >= self._edit_from:
            self._year.edits += self.rules is RULES
            self.rules = _edited(chance) if self.rules is RULES else RULES
            self._edit_from = self.now + timedelta(days=chance.uniform(0.1, 12))


def simulate(folder: Path, *, days: int, seed: int, restarts: int, mean_h: float) -> Year:
    """Walk through days of the calendar; return what came of them. mean_h: between two ticks."""
    chance, year = random.Random(seed), Year(days=days)
    began = time.monotonic(), time.process_time()
    url = f"sqlite:///{folder / 'year.db'}"
    services = (Service(url, "one"), Service(url, "two"))
    world = World(year, chance, mean_h)
    kills = sorted(chance.uniform(0.02, 0.95) for _ in range(restarts))
    while world.now < world.end:
        for service in chance.sample(services, k=chance.choice((1, 2))):
            if world.now < service.up_from:
                continue
            year.ticks += 1
            if kills and world.gone >= kills[0] and not world.wrong:
                kills.pop(0)
                how = chance.choice(WAYS)
                year.kills[how] += 1
                service.die(how, *world.clock, world.rules, at=chance.randint(1, 60))
                down = timedelta(hours=chance.choice((0.0, 0.2, 30.0, 75.0)))
                for other in services if chance.random() < 0.5 else (service,):
                    other.up_from = world.now + down
            else:
                service.step(*world.clock, world.rules)
        world.go(all_up=all(service.up_from <= world.now for service in services))
    for service in services:
        service.step(*world.clock, RULES)
    _compare(services[0].store, world.end, year)
    for service in services:
        service.store.close()
    year.seconds, year.work_s = time.monotonic() - began[0], time.process_time() - began[1]
    return year


def _edited(chance: random.Random) -> tuple[Rule, ...]:
    moved = {name: wall_time(chance.randint(0, 23), chance.choice((0, 30))) for name in EDITED}
    return tuple(replace(r, at=moved[r.edition]) if r.edition in moved else r for r in RULES)


def _compare(store: Store, end: datetime, year: Year) -> None:
    with store.read() as db:
        slots = periods.listing(db, limit=None)
        numbers = Counter(head.edition for head in issues.listing(db))
    year.rows.update(slot.state for slot in slots)
    states = {(slot.edition, slot.key): slot.state for slot in slots}
    made = Counter(slot.edition for slot in slots if slot.state == "published")
    for rule in RULES:
        keys = [d.key for d in due(rule, START, end)]
        year.expected += len(keys)
        if numbers[rule.edition] != made[rule.edition]:
            year.twice.append(f"{rule.edition}: {numbers[rule.edition]} issues")
        rows = {key for edition, key in states if edition == rule.edition}
        year.lost += [f"{rule.edition} {key}" for key in keys if key not in rows]
        # The one before the start is written down as skipped.
        before = {key for key in rows if key < keys[0] and states[rule.edition, key] == "skipped"}
        year.extra += [f"{rule.edition} {key}" for key in rows - set(keys) - before]
        if rule.catch_up == "all":
            year.unmade += [k for k in keys if states.get((rule.edition, k)) != "published"]


def main(words: list[str]) -> None:
    """Walk through the year, print what came of it; fail where a period was lost or made twice."""
    seed = int(words[0]) if words else 1
    with tempfile.TemporaryDirectory() as folder:
        year = simulate(Path(folder), days=365, seed=seed, restarts=RESTARTS, mean_h=6.0)
    kills = ", ".join(f"{number} {how}" for how, number in sorted(year.kills.items()))
    print(
        f"{year.days} days, {len(RULES)} editions in {len({r.zone for r in RULES})} zones, two "
        f"services: {year.ticks} ticks, {year.kills.total()} restarts ({kills}), {year.leaps} "
        f"leaps of the clock, {year.edits} edits; {year.seconds:.0f} s, "
        f"{year.work_s:.0f} s of the processor"
    )
    rows = ", ".join(f"{number} {state}" for state, number in sorted(year.rows.items()))
    print(
        f"{year.expected} periods expected: {len(year.lost)} lost, {len(year.twice)} twice, "
        f"{len(year.extra)} that are none, {len(year.unmade)} not caught up; rows: {rows}"
    )
    for line in (*year.lost, *year.twice, *year.extra, *year.unmade)[:20]:
        print(f"  {line}")
    if not year.right:
        sys.exit(1)
