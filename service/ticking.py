"""The tick: what is due is worked out and written down, each period once.

One write transaction does all of it, so that a service that is killed within it has done nothing,
and one that is killed behind it has nothing left to do. Two services that tick at once write the
same names, which are unique.

What counts as late is decided here; making the issue is not our matter. The clock of the machine
is believed as long as it moves with the monotonic one. Where it leapt ahead by more than an issue
may be late, nothing is made: the latest period is held for the operator, and the calendar stays
where it was, so that a clock that is put right goes on as if nothing had been. A clock that is put
back repeats nothing, because the calendar never goes back.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from service.schedule import Due, Rule, due, shape
from service.store import Store, beats, notices, periods

if TYPE_CHECKING:
    from sqlalchemy import Connection

log = logging.getLogger(__name__)

#: The wall clock may differ by so much from the monotonic one since the last tick.
TOLERANCE = timedelta(minutes=5)
#: After a restart nothing tells an outage from a clock that is wrong: a longer one wants a person.
LONGEST_OUTAGE = timedelta(days=31)
#: With catch_up "none", what is late by no more than this is on time.
ON_TIME = timedelta(minutes=5)

BEFORE = "before the service first knew of this edition"
WRONG_CLOCK = "the clock was wrong; it is right again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What one tick wrote."""

    due: tuple[tuple[str, str], ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    held: tuple[tuple[str, str], ...] = ()
    #: Editions for which the clock is not believed; while there are any, the caller keeps `drift`
    #: as it is, and takes it anew once there are none.
    doubted: tuple[str, ...] = ()


def tick(
    store: Store,
    rules: Iterable[Rule],
    *,
    now: datetime,
    drift: timedelta = timedelta(),
) -> Ticked:
    """Write the periods that have become due by `now`; return what was written.

    drift: how far the wall clock has moved away from the monotonic one since the clock was last
    believed; zero after a restart.
    """
    made: dict[periods.Written, list[tuple[str, str]]] = {"due": [], "skipped": [], "held": []}
    doubted: list[str] = []
    with store.write() as db:
        marks = periods.high_water(db)
        for rule in sorted(rules, key=lambda r: r.edition):
            mark = marks.get(rule.edition)
            if mark is not None and suspect(rule, mark, now=now, drift=drift):
                doubted.append(rule.edition)
            for state, key in _rule(db, rule, mark, now=now, drift=drift):
                made[state].append((rule.edition, key))
        if abs(drift) > TOLERANCE:
            notices.tell(db, "clock", _leapt(drift), now=now)
        beats.beat(db, "tick", at=now)
    for state, found in made.items():
        for edition, key in found:
            log.info("period written edition=%s key=%s state=%s", edition, key, state)
    return Ticked(
        due=tuple(made["due"]),
        skipped=tuple(made["skipped"]),
        held=tuple(made["held"]),
        doubted=tuple(doubted),
    )


def _rule(
    db: "Connection", rule: Rule, mark: datetime | None, *, now: datetime, drift: timedelta
) -> list[tuple[periods.Written, str]]:
    """Write what is due of one edition; return states and keys of the rows written."""
    edition = rule.edition
    if mark is None:
        periods.advance(db, edition, now)
        last = due(rule, now - rule.length - timedelta(days=1), now)[-1:]
        return [("skipped", d.key) for d in last if _add(db, rule, d, "skipped", now, BEFORE)]
    if mark > now:
        if mark - now > TOLERANCE:
            notices.tell(db, f"clock:{edition}", _behind(edition, mark, now), now=now)
        return []
    if suspect(rule, mark, now=now, drift=drift):
        return _hold(db, rule, mark, now)
    _forgive(db, edition, now)
    found = _candidates(db, rule, mark, now)
    periods.advance(db, edition, now)
    if found and rule.catch_up == "latest":
        _supersede(db, edition, found[-1], now)
    return [
        (state, d.key)
        for d, state, note in _judged(rule, found, now)
        if _add(db, rule, d, state, now, note)
    ]


def _supersede(db: "Connection", edition: str, latest: Due, now: datetime) -> None:
    """Give up what still waits to be made from before: only the latest is caught up."""
    for slot in periods.listing(db, edition=edition, states=("due",)):
        if slot.due < latest.at:
            note = f"superseded by {latest.key}"
            periods.skip(db, edition, slot.key, now=now, note=note)


def suspect(rule: Rule, mark: datetime, *, now: datetime, drift: timedelta) -> bool:
    """Whether so much time has passed that the clock, and not the service, may be at fault."""
    span = now - mark
    if span > LONGEST_OUTAGE:
        return True
    limit = rule.limit or rule.length
    return drift > limit and span > limit


def _candidates(db: "Connection", rule: Rule, mark: datetime, now: datetime) -> list[Due]:
    """Return the periods that have no row: since the last tick, and those of a moved time.

    A time that is moved to earlier in the day would leave the day out if only the span since the
    last tick counted. An edition whose periods were of another kind until now begins afresh.
    """
    known = periods.keys(db, rule.edition)
    same = any(shape(key) == rule.shape for key in known)
    since = mark - rule.length if same else mark
    return [d for d in due(rule, since, now) if d.key not in known]


def _judged(
    rule: Rule, found: list[Due], now: datetime
) -> list[tuple[Due, periods.Written, str | None]]:
    """Say of each period whether it is made, and why not."""
    judged: list[tuple[Due, periods.Written, str | None]] = []
    for d in found:
        late = now - d.at
        if rule.limit is not None and late > rule.limit:
            judged.append((d, "skipped", f"{_words(late)} late, too late to be made"))
        elif rule.catch_up == "none" and late > ON_TIME:
            judged.append((d, "skipped", f"{_words(late)} late, and nothing is caught up"))
        elif rule.catch_up == "latest" and d is not found[-1]:
            judged.append((d, "skipped", f"superseded by {found[-1].key}"))
        else:
            judged.append((d, "due", None))
    return judged


def _hold(
    db: "Connection", rule: Rule, mark: datetime, now: datetime
) -> list[tuple[periods.Written, str]]:
    """Hold the latest period for the operator; the calendar stays where it was."""
    last = due(rule, max(mark, now - rule.length - timedelta(days=1)), now)[-1:]
    held: list[tuple[periods.Written, str]] = []
    for d in last:
        note = (
            f"the clock says {_words(now - mark)} since the last tick: if it is right, "
            f"`briefing editions release {rule.edition} {d.key}`; if not, put the clock right"
        )
        if _add(db, rule, d, "held", now, note):
            notices.tell(db, f"held:{rule.edition}", f"{rule.edition} {d.key}: {note}", now=now)
            held.append(("held", d.key))
    return held


def _forgive(db: "Connection", edition: str, now: datetime) -> None:
    """Give up what was held for a time that has not come: the clock is right again."""
    for slot in periods.listing(db, edition=edition, states=("held",)):
        if slot.due > now:
            periods.skip(db, edition, slot.key, now=now, note=WRONG_CLOCK)


def _add(
    db: "Connection", rule: Rule, d: Due, state: periods.Written, now: datetime, note: str | None
) -> bool:
    return periods.add(
        db, edition=rule.edition, key=d.key, due=d.at, state=state, now=now, note=note
    )


def _leapt(drift: timedelta) -> str:
    way = "ahead" if drift > timedelta() else "back"
    return f"the clock was put {way} by {_words(abs(drift))}: check the machine's time"


def _behind(edition: str, mark: datetime, now: datetime) -> str:
    return (
        f"the clock is {_words(mark - now)} behind the last tick of {edition}: nothing is due "
        "until it has caught up; check the machine's time"
    )


def _words(span: timedelta) -> str:
    """Return "3 days", "5 hours" or "7 minutes"."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if span.total_seconds() >= size:
            count = int(span.total_seconds() // size)
            return f"{count} {name}{'s' if count != 1 else ''}"
    return "less than a minute"
