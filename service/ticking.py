"""The tick: what is due is worked out and written down, each period once.

One write transaction does all of it, so that a service that is killed within it has done nothing,
and one that is killed behind it has nothing left to do. Two services that tick at once write the
same names, which are unique. Making the issue is not our matter; how late it may be is.

*The clock* of the machine is believed as long as it moves with the steady one, over restarts of the
service too. Where it leapt ahead by more than an issue may be late, or a service that starts again
finds more than a month gone, nothing is made: the latest period is held for the operator, and the
calendar stays where it was. A clock that is put right goes on as if nothing had been. If it was
right all the time, the operator says so by releasing what is held, or by skipping it, and the whole
span is then judged as after any outage. A clock that is put back repeats nothing, because the
calendar never goes back.

*A restart of the machine* begins the steady clock anew. A wall clock that is ahead by less than a
month then looks like the outage that it more often is: it is believed, the issue of that later day
is made, and once the clock is right nothing is due until it has caught up, of which the operator is
told. Nothing at hand tells better: the times of files and a database here have this very clock, and
the date in a feed's answer is whatever its server says.

*An edition that is new* starts now, and not with issues of the past; so does one that comes back
after more than a day in which others were ticked without it. The period before its start is written
down as skipped, for a time that is edited to be held against; one that is moved to later that day
is made, all the same.

Rejected: to write a held period off when the clock is right again, which takes the key that the
period needs when its time really comes; to remember a hash of each rule, to find edits by, which
goes wrong with two versions of the settings on one database.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from service.schedule import Due, Rule, due, latest, shape, upcoming
from service.store import Store, beats, notices, periods

if TYPE_CHECKING:
    from sqlalchemy import Connection

log = logging.getLogger(__name__)

#: The wall clock may differ by so much from the steady one since the last tick.
TOLERANCE = timedelta(minutes=5)
#: After a restart of the machine nothing tells an outage from a wrong clock: a longer one wants a
#: person.
LONGEST_OUTAGE = timedelta(days=31)
#: With catch_up "none", what is late by no more than this is on time.
ON_TIME = timedelta(minutes=5)
#: An edition that was not ticked for longer, while others were, was not wanted.
AWAY = timedelta(days=1)
#: How far back the last period of a rule is looked for: some are due once a year.
_YEAR = timedelta(days=400)

#: The beats of a tick, and of one that believed the clock.
TICK, BELIEVED = "tick", "clock"

#: Why a period was skipped; with this one a later time of the same day counts still.
BEFORE = "before the service first knew of this edition"

#: A state that was written, and the key; the state and the note of a row that is there.
Written = tuple[periods.Written, str]
Row = tuple[periods.State, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How the wall clock stood to the steady one when it was last believed.

    Steady is one that nobody sets and that counts while the machine sleeps: on Linux
    `time.clock_gettime(time.CLOCK_BOOTTIME)`, in seconds.
    """

    wall: datetime
    steady_s: float

    def drift(self, wall: datetime, steady_s: float) -> timedelta:
        """Return how far the wall clock has moved away since then; ahead is positive."""
        return (wall - self.wall) - timedelta(seconds=steady_s - self.steady_s)

    def after(self, ticked: "Ticked", wall: datetime, steady_s: float) -> Self:
        """Return the clock to measure the next tick by: taken anew unless this one is doubted."""
        return self if ticked.doubted else type(self)(wall=wall, steady_s=steady_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What one tick wrote."""

    due: tuple[tuple[str, str], ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    held: tuple[tuple[str, str], ...] = ()
    #: Editions for which the clock is not believed.
    doubted: tuple[str, ...] = ()


def tick(
    store: Store,
    rules: Iterable[Rule],
    *,
    now: datetime,
    drift: timedelta = timedelta(),
    stand: str | None = None,
) -> Ticked:
    """Write the periods that have become due by `now`; return what was written.

    drift: of `Clock`; zero where nobody knows, after a restart of the machine. stand: how the
    steady clock stands, kept with a tick that believes the wall clock, for a later service.
    """
    made: dict[periods.Written, list[tuple[str, str]]] = {"due": [], "skipped": [], "held": []}
    wanted = sorted(rules, key=lambda rule: rule.edition)
    with store.write() as db:
        known = _known(db, now)
        doubted = [rule.edition for rule in wanted if known.doubts(rule, now=now, drift=drift)]
        for rule in wanted:
            for state, key in _rule(db, rule, known, now, doubted=rule.edition in doubted):
                made[state].append((rule.edition, key))
        periods.advance(db, (r.edition for r in wanted if r.edition not in doubted), now)
        if abs(drift) > TOLERANCE:
            notices.tell(db, "clock", _leapt(drift), now=now)
        if not doubted:
            beats.beat(db, BELIEVED, at=now, note=stand)
        beats.beat(db, TICK, at=now, note=_doubt(doubted))
    for state, written in made.items():
        for edition, key in written:
            log.info("period written edition=%s key=%s state=%s", edition, key, state)
    return Ticked(
        due=tuple(made["due"]),
        skipped=tuple(made["skipped"]),
        held=tuple(made["held"]),
        doubted=tuple(doubted),
    )


def _rule(
    db: "Connection", rule: Rule, known: "_Known", now: datetime, *, doubted: bool
) -> list[Written]:
    """Write what a tick has to write of one edition."""
    mark = known.mark(rule)
    if mark is None:
        return _begin(db, rule, now)
    if doubted:
        return _hold(db, rule, mark, known.span(mark, now), now)
    if rule.edition in known.held:
        # The clock is believed again.
        for key in periods.withdraw(db, rule.edition):
            log.info("period no longer held edition=%s key=%s", rule.edition, key)
    if mark <= now:
        return _write(db, rule, mark, now)
    if mark - now > TOLERANCE:
        notices.tell(db, f"clock:{rule.edition}", _behind(rule.edition, mark, now), now=now)
    return []


def ahead(db: "Connection", rule: Rule, *, now: datetime, count: int) -> tuple[Due, ...]:
    """Return the next periods that will be made, at most `count`.

    One that is there already is left out: its time was edited after it had been made or skipped.
    """
    rows = _rows(db, rule, now)
    coming = upcoming(rule, now, count + len(rows))
    return tuple([d for d in coming if _open(rows.get(d.key))][:count])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the calendar says before a tick."""

    #: Edition -> how far its periods are worked out.
    marks: dict[str, datetime]
    #: Editions of which a period is held.
    held: frozenset[str]
    #: When a tick last believed the clock, and when the operator last vouched for it; None also
    #: for a time that is still to come.
    believed: datetime | None
    vouched: datetime | None

    def mark(self, rule: Rule) -> datetime | None:
        """Return how far a rule's periods are worked out; None: its calendar starts now."""
        mark = self.marks.get(rule.edition)
        away = mark is not None and self.believed is not None and self.believed - mark > AWAY
        return None if away else mark

    def span(self, mark: datetime, now: datetime) -> timedelta:
        """Return how long ago the clock was known to be right."""
        return now - max(filter(None, (mark, self.believed, self.vouched)))

    def doubts(self, rule: Rule, *, now: datetime, drift: timedelta) -> bool:
        """Whether so much time has passed that the clock, not the service, may be at fault."""
        mark = self.mark(rule)
        if mark is None:
            return False
        span, limit = self.span(mark, now), rule.lateness or rule.length
        return span > LONGEST_OUTAGE or (drift > limit and span > limit)


def _known(db: "Connection", now: datetime) -> _Known:
    beating = beats.listing(db)
    past = {name: beat.at for name, beat in beating.items() if beat.at - now <= TOLERANCE}
    held = periods.listing(db, states=("held",), limit=None)
    return _Known(
        marks=periods.high_water(db),
        held=frozenset(slot.edition for slot in held),
        believed=past.get(BELIEVED),
        vouched=past.get(periods.VOUCHED),
    )


def _begin(db: "Connection", rule: Rule, now: datetime) -> list[Written]:
    """Start an edition's calendar now; what was due before is not made."""
    periods.start(db, rule.edition, now)
    last = latest(rule, now - _YEAR, now)
    if last is None or not _add(db, rule, last, "skipped", now, BEFORE):
        return []
    return [("skipped", last.key)]


def _write(db: "Connection", rule: Rule, mark: datetime, now: datetime) -> list[Written]:
    """Write the periods of an edition that have become due, and give up what is too late."""
    if rule.lateness is not None:
        since = now - rule.lateness
        note = f"not made within {words(rule.lateness)}, too late to be made"
        periods.give_up(db, rule.edition, now=now, note=note, waiting_since=since)
    kind = rule.shape
    # A time that is moved to earlier in the day would leave the day out if only the span since the
    # last tick counted. Names with a time in them tell nothing of an edit.
    spans = due(rule, mark if kind == "time" else mark - rule.length, now)
    if not spans:
        return []
    rows = _rows(db, rule, spans[0].at)
    found = [d for d in spans if (_open(rows.get(d.key)) if d.at > mark else d.key not in rows)]
    if found and found[0].at <= mark:
        # Not one that another came after already, nor of an edition whose periods were of another
        # kind until now, which begins afresh.
        newest = periods.newest(db, rule.edition)
        same = newest is not None and shape(newest) == kind
        found = [d for d in found if d.at > mark or (same and d.key > (newest or ""))]
    judged = [(d, *_judged(rule, d, spans[-1], now)) for d in found]
    if rule.catch_up != "all":
        for d, state, _ in judged:
            if state == "due":
                note = f"superseded by {d.key}"
                periods.give_up(db, rule.edition, now=now, note=note, before=d.at)
    return [
        (state, d.key)
        for d, state, note in judged
        if _put(db, rule, d, state, now, note, again=d.key in rows)
    ]


def _rows(db: "Connection", rule: Rule, since: datetime) -> dict[str, Row]:
    """Return the rows that periods of an edition due since then may have already, by key.

    A row has the time at which the period was due before an edit: within the period, in a zone.
    """
    return periods.recent(db, rule.edition, since - rule.length - timedelta(days=2))


def _open(row: Row | None) -> bool:
    """Whether a period that is still to come will be made."""
    return row is None or row[0] == "held" or row == ("skipped", BEFORE)


def _judged(rule: Rule, d: Due, last: Due, now: datetime) -> tuple[periods.Written, str | None]:
    """Say whether a period is made, and why not. last: the last one that is due by now."""
    late = now - d.at
    if rule.lateness is not None and late > rule.lateness:
        return "skipped", f"{words(late)} late, too late to be made"
    if rule.catch_up == "none" and late > ON_TIME:
        return "skipped", f"{words(late)} late, and nothing is caught up"
    if rule.catch_up != "all" and d != last:
        return "skipped", f"superseded by {last.key}"
    return "due", None


def _hold(
    db: "Connection", rule: Rule, mark: datetime, span: timedelta, now: datetime
) -> list[Written]:
    """Hold the latest period for the operator; the calendar stays where it was."""
    text = f"the clock says that {words(span)} have gone since it was last known to be right"
    d = latest(rule, mark, now)
    if d is None:
        notices.tell(db, "clock", f"{text}: check the machine's time", now=now)
        return []
    note = (
        f"{text}: if it is right, `briefing editions release {rule.edition} {d.key}`, or `skip` in "
        "place of `release`; if not, put the clock right"
    )
    if not _add(db, rule, d, "held", now, note):
        return []
    notices.tell(db, f"held:{rule.edition}", f"{rule.edition} {d.key}: {note}", now=now)
    return [("held", d.key)]


def _put(
    db: "Connection",
    rule: Rule,
    d: Due,
    state: periods.Written,
    now: datetime,
    note: str | None,
    *,
    again: bool,
) -> bool:
    if not again:
        return _add(db, rule, d, state, now, note)
    periods.reopen(db, edition=rule.edition, key=d.key, due=d.at, state=state, now=now, note=note)
    return True


def _add(
    db: "Connection", rule: Rule, d: Due, state: periods.Written, now: datetime, note: str | None
) -> bool:
    return periods.add(
        db, edition=rule.edition, key=d.key, due=d.at, state=state, now=now, note=note
    )


def _doubt(doubted: list[str]) -> str | None:
    return f"the clock is not believed for {', '.join(doubted)}" if doubted else None


def _leapt(drift: timedelta) -> str:
    way = "ahead" if drift > timedelta() else "back"
    return f"the clock was put {way} by {words(abs(drift))}: check the machine's time"


def _behind(edition: str, mark: datetime, now: datetime) -> str:
    return (
        f"the clock is {words(mark - now)} behind the last tick of {edition}: nothing is due "
        "until it has caught up; check the machine's time"
    )


def words(span: timedelta) -> str:
    """Return "3 days", "5 hours" or "7 minutes"."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if span.total_seconds() >= size:
            count = int(span.total_seconds() // size)
            return f"{count} {name}{'s' if count != 1 else ''}"
    return "less than a minute"
