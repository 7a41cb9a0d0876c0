"""How the service stands, and what wants a person: for the health page, metrics, status and mail.

All of it is read from the store, so that it is the same whether the service asks, or a person while
the service is down. A concern has one cause, one line that says what to do, and ends by itself when
its cause does: what an earlier notice told of and what has gone well since is none any more.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from service import editions, ticking
from service.schedule import Due, Rule
from service.settings import Settings
from service.store import Store, articles, beats, deliveries, issues, notices, periods, sources
from service.store.beats import Beat
from service.store.issues import IssueHead
from service.store.notices import Notice
from service.store.periods import Slot
from service.store.sources import SourceState
from service.ticking import words

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Ticks come every quarter of a minute; one that is older means that the service does not run.
STALE = timedelta(minutes=3)
#: A delivery that waits for so long is told of: a server that is down for minutes is not.
WAITS = timedelta(hours=1)
#: A source that has given nothing for so long is told of; one that never gave anything, at once.
SILENT = timedelta(days=1)
#: A period that is due for so long and not made.
OVERDUE = timedelta(minutes=30)
#: A notice counts for so long, unless its cause is known to have ended.
COUNTS = timedelta(days=1)
#: Issues that are shown.
LAST = 5
#: The beat in which the operator's mail says how it fared.
MAIL = "operator mail"
#: The beat of settings that were taken up.
SETTINGS = "settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """Something that wants a person."""

    #: A short name, the same for as long as the cause lasts: "source:Xinhua".
    cause: str
    #: What is wrong, and what to do.
    text: str
    #: Whether the service cannot do its work, rather than a part of it.
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionStanding:
    """An edition, or an edition in a zone of its readers."""

    edition: str
    zone: str
    next: Due | None
    #: Its last published issue, and its last period that has come to an end.
    issue: IssueHead | None
    last: Slot | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How everything stands at a moment."""

    at: datetime
    beats: Mapping[str, Beat]
    #: Those of the settings.
    sources: tuple[SourceState, ...]
    #: Revisions in the store.
    articles: int
    editions: tuple[EditionStanding, ...]
    issues: tuple[IssueHead, ...]
    periods: Mapping[periods.State, int]
    deliveries: Mapping[deliveries.State, int]
    #: Since when the oldest row waits.
    oldest: datetime | None
    #: Rows in doubt that wait for a person.
    doubts: int
    notices: tuple[Notice, ...]
    concerns: tuple[Concern, ...]

    @property
    def broken(self) -> tuple[Concern, ...]:
        return tuple(concern for concern in self.concerns if concern.broken)

    def beat_age(self, name: str) -> timedelta | None:
        """Return how long ago a part last did its work; None: never."""
        beat = self.beats.get(name)
        return None if beat is None else max(self.at - beat.at, timedelta())


def standing(store: Store, settings: Settings, *, now: datetime) -> Standing:
    """Return how everything stands. Raises StoreError where the store cannot be read."""
    with store.read() as db:
        beating = beats.listing(db)
        own = {source.name for source in settings.source}
        known = tuple(state for state in sources.listing(db) if state.name in own)
        made = tuple(_edition(db, rule, now) for rule in editions.rules(settings, db))
        waiting = periods.listing(db, states=("due", "running", "held"), limit=None)
        told = notices.listing(db, since=now - COUNTS)
        counted = deliveries.counts(db)
        oldest, doubts = deliveries.oldest(db), deliveries.held(db)
        concerns = (
            *_alive(beating, now, editions=len(made)),
            *_late(waiting, now),
            *_failed(made),
            *_undelivered(oldest, doubts, now),
            *_silent(known, now),
            *_unmailed(beating),
            *_noticed(told, beating, made, doubts=doubts, held=waiting),
        )
        return Standing(
            at=now,
            beats=beating,
            sources=known,
            articles=articles.count(db),
            editions=made,
            issues=issues.listing(db, limit=LAST),
            periods=periods.counts(db),
            deliveries=counted,
            oldest=oldest,
            doubts=doubts,
            notices=told,
            concerns=tuple({concern.cause: concern for concern in reversed(concerns)}.values())[
                ::-1
            ],
        )


def _edition(db: "Connection", rule: Rule, now: datetime) -> EditionStanding:
    ended = periods.listing(
        db, edition=rule.edition, states=("published", "empty", "failed"), limit=1
    )
    past = issues.listing(db, rule.edition, limit=LAST)
    return EditionStanding(
        edition=rule.edition,
        zone=rule.zone,
        next=next(iter(ticking.ahead(db, rule, now=now, count=1)), None),
        issue=next((head for head in past if head.state == "published"), None),
        last=next(iter(ended), None),
    )


def _alive(beating: Mapping[str, Beat], now: datetime, *, editions: int) -> list[Concern]:
    """Whether the service runs, and believes its clock."""
    tick = beating.get(ticking.TICK)
    if tick is None:
        text = "no service has run on this database yet: start `briefing serve`"
        return [Concern(cause="tick", text=text, broken=True)] if editions else []
    age = now - tick.at
    if abs(age) > STALE:
        how = f"{words(age)} ago" if age > timedelta() else f"{words(-age)} ahead of the clock"
        text = (
            f"the last tick was {how}: the service does not run, or cannot write; see its log, "
            "and start `briefing serve`"
        )
        return [Concern(cause="tick", text=text, broken=True)]
    if tick.note:
        text = f"{tick.note}: check the machine's time; `briefing editions` shows what is held"
        return [Concern(cause="clock", text=text, broken=True)]
    return []


def _late(waiting: tuple[Slot, ...], now: datetime) -> list[Concern]:
    made = []
    for slot in waiting:
        if slot.state == "held":
            text = f"{slot.edition} {slot.key} is held: {slot.note}"
            made.append(Concern(cause=f"held:{slot.edition}", text=text, broken=True))
        elif now - slot.due > OVERDUE:
            why = f": {slot.note}" if slot.note else ""
            text = (
                f"{slot.edition} {slot.key} was due {words(now - slot.due)} ago and is not "
                f"published yet{why}; the log of `briefing serve` says what it does"
            )
            made.append(Concern(cause=f"overdue:{slot.edition}", text=text, broken=True))
    return made


def _failed(made: tuple[EditionStanding, ...]) -> list[Concern]:
    return [
        Concern(
            cause=f"failed:{one.edition}",
            text=(
                f"{one.edition} {one.last.key} was not published: {one.last.note}; once mended, "
                f"`briefing editions run {one.edition}` makes it now"
            ),
            broken=True,
        )
        for one in made
        if one.last is not None and one.last.state == "failed"
    ]


def _undelivered(oldest: datetime | None, doubts: int, now: datetime) -> list[Concern]:
    made = []
    if oldest is not None and now - oldest > WAITS:
        text = (
            f"a delivery has waited for {words(now - oldest)}: `briefing deliveries list --state "
            "deferred` shows the answers, `briefing doctor` checks the mail server"
        )
        made.append(Concern(cause="undelivered", text=text, broken=True))
    if doubts:
        text = (
            f"nobody knows whether {doubts} deliveries arrived: `briefing deliveries list --state "
            "doubt` shows them, `briefing deliveries resolve ID --sent` or `--not-sent` settles it"
        )
        made.append(Concern(cause="doubt", text=text))
    return made


def _silent(known: tuple[SourceState, ...], now: datetime) -> list[Concern]:
    made = []
    for state in known:
        check = f"`briefing sources check '{state.name}'`"
        if state.health.stopped == "gone":
            text = f"{state.name} says that it is gone for good: remove it, or correct its address"
        elif state.health.stopped == "quarantine":
            text = f"{state.name} is not read any more, its content stopped the reader: {check}"
        elif state.state == "failed" and (how := _silence(state, now)):
            text = f"{state.name} could not be read {how}: {state.last_error}; {check}"
        else:
            continue
        made.append(Concern(cause=f"source:{state.name}", text=text))
    return made


def _silence(state: SourceState, now: datetime) -> str | None:
    """Say for how long a source that fails has failed; None: not long enough to be told of."""
    if state.last_success is None:
        # A wrong address: no day has to pass for that.
        return "yet"
    silent = now - state.last_success
    return f"for {words(silent)}" if silent > SILENT else None


def _unmailed(beating: Mapping[str, Beat]) -> list[Concern]:
    beat = beating.get(MAIL)
    if beat is None or beat.note is None:
        return []
    text = (
        f"the mail to the operator was not taken: {beat.note}; `briefing doctor` checks the mail "
        "server, operator.address is whom it goes to"
    )
    return [Concern(cause=MAIL, text=text)]


def _noticed(
    told: tuple[Notice, ...],
    beating: Mapping[str, Beat],
    made: tuple[EditionStanding, ...],
    *,
    doubts: int,
    held: tuple[Slot, ...],
) -> list[Concern]:
    """Return what was told of and has not ended since."""
    standing_ = {one.edition: one for one in made}
    found = []
    for notice in told:
        kind, _, of = notice.cause.partition(":")
        if kind == "job":
            beat = beating.get(of)
            ended = beat is not None and beat.at > notice.last
        elif kind == "plain":
            one = standing_.get(of)
            ended = one is not None and one.last is not None and one.last.updated > notice.last
        elif kind == "held":
            ended = not any(slot.state == "held" and slot.edition == of for slot in held)
        elif kind in ("clock", "settings"):
            beat = beating.get(ticking.BELIEVED if kind == "clock" else SETTINGS)
            ended = beat is not None and beat.at > notice.last
        elif kind == "doubt":
            ended = not doubts
        else:
            # Of sources, editions and deliveries the state itself says it.
            ended = kind in ("source", "overdue", "undelivered", "tick", "failed")
        if not ended:
            found.append(Concern(cause=notice.cause, text=notice.text))
    return found


def states(known: tuple[SourceState, ...]) -> Counter[str]:
    """Return how many sources are in each state; one that is not read any more is "stopped"."""
    return Counter("stopped" if one.health.stopped else one.state for one in known)
