"""A period that is due becomes an issue, with its deliveries, or the reason why not.

The issue, its files, the rows of its recipients and the end of the period are one transaction
(`pipeline.publish(also=…)`), so that a process that is killed anywhere leaves a period that is due
still, or one that is published with everything that belongs to it.

A reader would rather have a plain issue on time than a fine one never: what fails is tried again
after a minute, then made without what may be at fault (PDF, charts, templates of the desk's own,
and any source whose articles stop it), and only then given up, as a failed issue that every listing
shows and of which the operator is told. An error that we did not foresee takes the same way, since
it may be one article's fault.

*Spans.* An issue has what was collected after the cut-off of the edition's last one, up to its own:
none twice, none left out. A round of reading stamps what it finds with the moment at which it
began, and may still write it when an issue is made: so the cut-off is before such a round
(`cutoff`), and what it finds is the next issue's. A clock that was put back would stamp articles
with times before the last cut-off, where no issue looks any more; so neither goes behind it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from service import collecting, pipeline
from service.collecting import Feed
from service.errors import BriefError
from service.model import Artifact, Brief, Period, SourceRead
from service.order import Order
from service.pipeline import Withheld
from service.progress import Progress, Silent
from service.store import Store, issues, notices, periods
from service.store.periods import Slot
from service.topic import Profile

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from service.render.worker import Press

log = logging.getLogger(__name__)

#: A period is ours for so long, and is renewed while we are at it.
LEASE = timedelta(minutes=3)
_RENEWALS = 4
#: From this attempt on it is made without what may be at fault; behind the last it is given up.
PLAIN, LAST = 3, 4
#: The last round of collecting may hold an issue up for so long.
COLLECT_S = 300.0
#: What the plain form of an issue is made in.
PLAIN_FORMATS = ("html", "txt")
#: So often an issue is composed at most to find the source that stops it.
_TRIALS = 60
#: The moment next to a cut-off.
STEP = timedelta(microseconds=1)


#: Writes the rows of an issue's recipients, given its id and the moment; returns how many.
Rows: TypeAlias = "Callable[[Connection, int, datetime], int]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What making an issue needs of the rest."""

    store: Store
    feeds: Sequence[Feed]
    profile: Profile
    press: "Press | None"
    #: The order of an edition's issue, of what was collected since a moment (None: the first).
    order: Callable[[str, datetime | None], Order]
    #: How far back the first issue of an edition looks.
    length: Callable[[str], timedelta]
    #: Why an edition does without this issue, or None.
    unless: Callable[[str, Brief], str | None]
    #: Makes what its recipients get, of the order, the issue and its files.
    enqueue: "Callable[[Order, Brief, Sequence[Artifact]], Rows]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of making an issue: one of the three."""

    issue: int | None = None
    #: Why it is not wanted.
    withheld: str | None = None
    #: Why it could not be made.
    error: str | None = None


#: Makes the issue of a claimed period as of a moment, here or in another process.
Make = Callable[[Slot, datetime], Awaitable[Made]]


def cutoff(store: Store, now: datetime, *, reading_since: datetime | None = None) -> datetime:
    """Return the latest moment up to which all that was collected is in the store.

    reading_since: when the round of reading that is under way began. Never before the last issue's
    cut-off.
    """
    cut, last = now if reading_since is None else reading_since - STEP, _last(store)
    return cut if last is None else max(cut, last)


def stamp(store: Store, now: datetime) -> datetime:
    """Return the moment that a round which begins now stamps with: behind every cut-off."""
    last = _last(store)
    return now if last is None else max(now, last + STEP)


def _last(store: Store) -> datetime | None:
    with store.read() as db:
        return max((head.cutoff for head in issues.latest(db)), default=None)


async def publish_due(
    store: Store,
    make: Make,
    *,
    owner: str,
    clock: Callable[[], datetime],
    cut: Callable[[], datetime],
    collect: Callable[[], Awaitable[object]] | None = None,
) -> Slot | None:
    """Publish the period that has been due the longest; None: there is none.

    cut: the cut-off of an issue that is made now. collect: reads what is due to be read, so that
    the issue has the latest; that it fails or takes too long is told by the issue's coverage and
    holds up nothing. Returns the period as it stands afterwards. Cancelled, it gives the period
    back. Raises StoreError if the store cannot be read or written.
    """

    def claim() -> Slot | None:
        with store.write() as db:
            return periods.claim(db, owner, now=clock(), lease=LEASE)

    held = await asyncio.to_thread(claim)
    if held is None:
        return None
    keeper = asyncio.create_task(_keep(store, held, clock))
    try:
        if collect is not None:
            await _bounded(collect, held)
        made = await make(held, await asyncio.to_thread(cut))
    except asyncio.CancelledError:
        _give_back(store, held, now=clock())
        raise
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
    return await asyncio.to_thread(_close, store, held, made, clock())


async def _bounded(collect: Callable[[], Awaitable[object]], held: Slot) -> None:
    try:
        await asyncio.wait_for(collect(), COLLECT_S)
    except TimeoutError:
        log.warning("last round cut off edition=%s key=%s", held.edition, held.key)
    except Exception:
        log.exception("last round failed edition=%s key=%s", held.edition, held.key)


async def _keep(store: Store, held: Slot, clock: Callable[[], datetime]) -> None:
    """Renew the lease for as long as we are at it."""
    while True:
        await asyncio.sleep(LEASE.total_seconds() / _RENEWALS)
        try:
            await asyncio.to_thread(_renew, store, held, clock())
        except BriefError as error:
            # If the lease ends meanwhile, another may take over; then this issue is dropped.
            log.warning("lease not renewed edition=%s reason=%s", held.edition, error)


def _renew(store: Store, held: Slot, now: datetime) -> None:
    with store.write() as db:
        periods.renew(db, held, now=now, lease=LEASE)


def _give_back(store: Store, held: Slot, *, now: datetime) -> None:
    with store.write() as db:
        given = periods.give_back(db, held, now=now)
    if given:
        log.info("period given back edition=%s key=%s", held.edition, held.key)


def made(desk: Desk, held: Slot, at: datetime, progress: Progress) -> Made:
    """Make the issue of a claimed period, up to its cut-off `at`, and end the period with it."""
    try:
        return Made(issue=_made(desk, held, at, progress).id)
    except Withheld as reason:
        return Made(withheld=str(reason))
    except BriefError as error:
        return Made(error=str(error))
    except Exception as error:
        log.exception("issue failed edition=%s key=%s", held.edition, held.key)
        return Made(error=f"{type(error).__name__}: {error}; the log has more")


def _made(desk: Desk, held: Slot, at: datetime, progress: Progress) -> pipeline.Published:
    order = _order(desk, held, at)
    reads = collecting.known(desk.store, desk.feeds)
    plain = held.attempts >= PLAIN
    if not plain:
        return _publish(desk, held, order, desk.feeds, reads, progress, note=None)
    order = replace(order, formats=PLAIN_FORMATS, templates=None)
    note = f"published as {', '.join(order.formats)} only, since making all of it had failed"
    try:
        return _publish(desk, held, order, desk.feeds, reads, progress, note=note)
    except (Withheld, BriefError):
        raise
    except Exception as error:
        log.exception("plain issue failed edition=%s key=%s", held.edition, held.key)
        blamed = _blamed(partial(_composes, desk, order), desk.feeds)
        if not blamed:
            raise
        names = {feed.source.name for feed in blamed}
        why = f"left out: its articles stopped the issue from being made ({type(error).__name__})"
        told = [replace(r, state="failed", error=why) if r.name in names else r for r in reads]
        rest = [feed for feed in desk.feeds if feed.source.name not in names]
        note = f"{note}, and without {', '.join(sorted(names))}"
        return _publish(desk, held, order, rest, told, progress, note=note)


def _order(desk: Desk, held: Slot, at: datetime) -> Order:
    edition = held.edition
    with desk.store.read() as db:
        past = [i for i in issues.listing(db, edition) if i.state == "published"]
    # The first issue looks back over one period; a later one from where the last one ended.
    since = past[0].cutoff + STEP if past else held.due - desk.length(edition)
    return replace(desk.order(edition, since), until=at + STEP, cutoff=at)


def _publish(
    desk: Desk,
    held: Slot,
    order: Order,
    feeds: Sequence[Feed],
    reads: Sequence[SourceRead],
    progress: Progress,
    *,
    note: str | None,
) -> pipeline.Published:
    """note: what it lacks, of which the operator is told."""
    at = order.cutoff
    rows: Rows | None = None

    def ready(brief: Brief, files: Sequence[Artifact]) -> None:
        nonlocal rows
        rows = desk.enqueue(order, brief, files)

    def also(db: "Connection", issue: int) -> None:
        if rows is not None:
            rows(db, issue, at)
        if note is not None:
            text = f"{held.edition}, issue {issue}: {note}; the log says what failed"
            notices.tell(db, f"plain:{held.edition}", text, now=at)
        periods.publish(db, held, issue, now=at, note=note)

    return pipeline.publish(
        desk.store,
        feeds,
        reads,
        desk.profile,
        order,
        progress=progress,
        press=desk.press,
        also=also,
        ready=ready,
        unless=partial(desk.unless, held.edition),
    )


def _composes(desk: Desk, order: Order, feeds: Sequence[Feed]) -> bool:
    """Tell whether an issue of these sources alone can be composed."""
    try:
        pipeline.publish(
            desk.store,
            feeds,
            (),
            desk.profile,
            order,
            progress=Silent(),
            unless=lambda brief: "only to see whether it can be composed",
        )
    except Withheld:
        return True
    except BriefError:
        raise
    except Exception:
        return False
    raise AssertionError("what is not wanted is not published")


def _blamed(composes: Callable[[Sequence[Feed]], bool], feeds: Sequence[Feed]) -> tuple[Feed, ...]:
    """Return the sources that stop an issue each alone, found by halves.

    Empty where there is no such source, where all are, or where it takes too many trials.
    """
    found: list[Feed] = []
    waiting = [tuple(feeds)]
    for _ in range(_TRIALS):
        if not waiting:
            return tuple(found) if len(found) < len(feeds) else ()
        some = waiting.pop()
        if not some or composes(some):
            continue
        if len(some) == 1:
            found += some
        else:
            half = len(some) // 2
            waiting += [some[half:], some[:half]]
    return ()


def _close(store: Store, held: Slot, made: Made, now: datetime) -> Slot:
    """Record what came of a period, where the issue itself has not; return how it stands."""
    if made.withheld is not None:
        with store.write() as db:
            periods.close(db, held, "empty", now=now, note=made.withheld)
        log.info("issue withheld edition=%s key=%s", held.edition, held.key)
    elif made.error is not None:
        _failed(store, held, made.error, now=now)
    else:
        log.info(
            "period published edition=%s key=%s issue=%s attempt=%d",
            *(held.edition, held.key, made.issue, held.attempts),
        )
    with store.read() as db:
        return periods.get(db, held.edition, held.key)


def _failed(store: Store, held: Slot, error: str, *, now: datetime) -> None:
    """Give the period back to be tried again, or give it up and tell of it everywhere."""
    with store.write() as db:
        if held.attempts < LAST:
            at = now + timedelta(minutes=2 ** (held.attempts - 1))
            if periods.retry(db, held, at=at, now=now, note=error):
                log.warning(
                    "issue put off edition=%s key=%s attempt=%d reason=%s",
                    *(held.edition, held.key, held.attempts, error),
                )
            return
        if not periods.close(db, held, "failed", now=now, note=error):
            return
        issues.add(
            db,
            edition=held.edition,
            number=issues.next_number(db, held.edition),
            period=Period(start=min(held.due, now), end=now),
            cutoff=now,
            created=now,
            title=held.edition,
            brief_json=None,
            manifest="{}",
            state="failed",
            error=error,
        )
        text = (
            f"{held.edition} {held.key} was not published after {held.attempts} attempts: {error}. "
            f"Once mended, `briefing editions run {held.edition}` makes it now"
        )
        notices.tell(db, f"failed:{held.edition}", text, now=now)
    log.error("issue given up edition=%s key=%s reason=%s", held.edition, held.key, error)


def nothing_to_tell(brief: Brief) -> str | None:
    """Return why an issue with no story at all is left out, or None if it has one."""
    if brief.told():
        return None
    if any(change.kind == "continuing" for change in brief.changed):
        return "nothing was new or updated since the last issue"
    return "no relevant article was collected"


def nothing_new(brief: Brief) -> str | None:
    """Return why an issue that only repeats is left out, or None if something is new in it."""
    told = brief.told()
    if any(item.badge != "continuing" for item in told):
        return None
    return "nothing was new or updated since the last issue" if told else nothing_to_tell(brief)
