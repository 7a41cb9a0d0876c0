"""The periods of a rule, and the instant at which each is due."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

CatchUp = Literal["latest", "all", "none"]
#: What the name of a period is made of.
Shape = Literal["day", "week", "month", "time"]

_DAY = timedelta(days=1)
#: How long each kind of period is, at most.
_LENGTHS = {"day": _DAY, "week": 7 * _DAY, "month": 31 * _DAY, "time": _DAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When one edition is due. Exactly one of `every` and `cron` is given."""

    #: "daily", or "daily@Asia/Tokyo" for the readers of a zone of their own.
    edition: str
    every: Literal["day", "week", "month"] | None = None
    #: Five fields: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday).
    cron: str | None = None
    #: 0 (Monday) to 6 for a week; 1 to 31 for a month, the last day where a month has fewer.
    on: int = 0
    at: time = time(7)
    #: A name of the IANA list.
    zone: str = "UTC"
    catch_up: CatchUp = "latest"
    #: How late an issue may be and still be worth making; None: until the next one is due, and
    #: with `catch_up` "all" for ever.
    lateness: timedelta | None = None

    def __post_init__(self) -> None:
        if (self.every is None) == (self.cron is None):
            raise ValueError("a rule has either `every` or `cron`")
        if self.every == "week" and not 0 <= self.on <= 6:
            raise ValueError(f"a weekday is 0 to 6, not {self.on}")
        if self.every == "month" and not 1 <= self.on <= 31:
            raise ValueError(f"a day of the month is 1 to 31, not {self.on}")
        if self.cron is not None:
            check_cron(self.cron)

    @property
    def shape(self) -> Shape:
        """What its periods are named by."""
        if self.every is not None:
            return self.every
        return "time" if _often(self.cron or "") else "day"

    @property
    def length(self) -> timedelta:
        """How long the span is that a period is named by; a rule of cron may leave many out."""
        return _LENGTHS[self.shape]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Due:
    """A period, and when it is due."""

    #: In UTC.
    at: datetime
    #: "2026-11-21", "2026-W47", "2026-11" or "2026-11-21T07:30", of the rule's zone.
    key: str


def due(rule: Rule, since: datetime, until: datetime) -> tuple[Due, ...]:
    """Return the periods whose instant lies in (since, until], in order of time.

    Both are aware. Consecutive spans together give what one long span gives.
    """
    if since >= until:
        return ()
    zone = ZoneInfo(rule.zone)
    # A gap moves an instant by at most a day (a zone that changed sides of the date line).
    first = since.astimezone(zone).date() - 2 * _DAY
    last = until.astimezone(zone).date() + 2 * _DAY
    found = _dues(rule, zone, first, last)
    return tuple(sorted(item for item in found if since < item.at <= until))


def latest(rule: Rule, since: datetime, until: datetime) -> Due | None:
    """Return the last period whose instant lies in (since, until]; None: there is none.

    Looks at no more of the span than it must: a clock that is years ahead costs nothing.
    """
    span = 2 * rule.length
    while True:
        start = max(since, until - span)
        found = due(rule, start, until)
        if found or start <= since:
            return found[-1] if found else None
        span *= 4


def upcoming(rule: Rule, now: datetime, count: int) -> tuple[Due, ...]:
    """Return the next periods after `now`, at most `count`; fewer only if the rule has no more."""
    zone = ZoneInfo(rule.zone)
    first = now.astimezone(zone).date() - 2 * _DAY
    # Two wall times in one gap have one instant: order is kept, never reversed.
    later = _dues(rule, zone, first, date(first.year + 9, 1, 1))
    return tuple(islice((item for item in later if item.at > now), count))


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the one moment, in UTC, that a wall time stands for.

    wall: naive. A time that comes twice is its first occurrence; one that is skipped is the first
    moment after the gap.
    """
    earlier = wall.replace(tzinfo=zone, fold=0)
    moment = earlier.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # In a gap: fold 0 counts by the offset before it, fold 1 by the one behind it.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    low, high = min(before, moment), max(before, moment)
    # Search for the first second whose wall time is not before the wanted one.
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            high = middle
        else:
            low = middle
    return high


#: How the name of a period begins that a person asked for, out of turn.
ASKED = "asked-"


def asked(now: datetime) -> str:
    """Return the name of a period that a person asks for now; the schedule has none like it."""
    return f"{ASKED}{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def shape(key: str) -> Shape:
    """Return what the name of a period of the schedule is made of."""
    if "T" in key:
        return "time"
    if "W" in key:
        return "week"
    return "day" if len(key) == len("2026-11-21") else "month"


def check_cron(text: str) -> None:
    """Raise ValueError, in words, for a string that is no rule of five fields."""
    if len(text.split()) != 5:
        raise ValueError(
            f'"{text}" has {len(text.split())} fields; cron has five: minute, hour, day of the '
            "month, month, day of the week"
        )
    try:
        CronSim(text, datetime(2026, 1, 1))  # noqa: DTZ001
    except CronSimError as error:
        raise ValueError(f'"{text}" is no rule of cron: {str(error).lower()}') from error


def _often(cron: str) -> bool:
    """Whether it may be due more than once a day."""
    rule = CronSim(cron, datetime(2026, 1, 1))  # noqa: DTZ001
    return len(rule.minutes) * len(rule.hours) > 1


def _dues(rule: Rule, zone: ZoneInfo, first: date, last: date) -> Iterator[Due]:
    """Yield the periods of the local dates from the first to the last, in order of wall time."""
    kind = rule.shape
    for wall in _walls(rule, first, last):
        yield Due(at=instant(wall, zone), key=_key(kind, wall))


def _key(kind: Shape, wall: datetime) -> str:
    match kind:
        case "week":
            year, week, _ = wall.isocalendar()
            return f"{year}-W{week:02}"
        case "month":
            return f"{wall:%Y-%m}"
        case "time":
            return f"{wall:%Y-%m-%dT%H:%M}"
        case _:
            return f"{wall:%Y-%m-%d}"


def _walls(rule: Rule, first: date, last: date) -> Iterator[datetime]:
    """Yield the wall times from the first day to the last, both included, in order."""
    if rule.cron is not None:
        start = datetime.combine(first, time()) - timedelta(seconds=1)
        for wall in CronSim(rule.cron, start):
            if wall.date() > last:
                return
            yield wall
        return
    for day in _days(rule, first, last):
        yield datetime.combine(day, rule.at)


def _days(rule: Rule, first: date, last: date) -> Iterator[date]:
    if rule.every == "month":
        year, month = first.year, first.month
        while (year, month) <= (last.year, last.month):
            day = date(year, month, min(rule.on, monthrange(year, month)[1]))
            if first <= day <= last:
                yield day
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return
    step = 7 if rule.every == "week" else 1
    day = first + timedelta(days=(rule.on - first.weekday()) % 7 if step == 7 else 0)
    while day <= last:
        yield day
        day += timedelta(days=step)
