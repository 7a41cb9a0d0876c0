"""Collecting: every source read, what is new stored, and how each is doing.

An error of one source is recorded and costs that source only; an error of the store ends the run.
When a source is asked again is decided by `feeds.health`, and kept with what it gave, in one
transaction. One transaction records all that have been read since the last one: a commit waits for
the disk, and a thousand of them take longer than the thousand feeds.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from feeds import health as rules
from feeds.base import Batch, Source
from service.errors import SourceError
from service.model import Entry, Health, ReadState, SourceRead
from service.progress import Progress
from service.store import Store, health, revisions, sources
from service.store.chunks import SIZE

if TYPE_CHECKING:
    from sqlalchemy import Connection

log = logging.getLogger(__name__)

#: Sources that are read at once, whose bodies are held in memory; more than there are connections,
#: because some of them wait for their host, and some for a worker.
_AT_ONCE = 100
#: That one transaction writes, unless one source has more.
_MOST_ARTICLES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A source as configured: how to read it, and what the settings say of it."""

    source: Source
    address: str
    #: ISO 3166 code where the operator labels it as state media.
    state_media: str | None = None
    #: How to read it at another address, where it has moved to; None for a folder.
    elsewhere: Callable[[str], Source] | None = None


async def collect(
    store: Store,
    feeds: Sequence[Feed],
    *,
    now: datetime,
    progress: Progress,
    jitter: Callable[[], float] = random.random,
    stopped: bool = False,
    fence: "Callable[[Connection], None]" = lambda db: None,
) -> tuple[SourceRead, ...]:
    """Read every source, many at once, and store what is new; return what each gave.

    jitter: gives numbers in [0, 1), for the next checks. stopped: read those that were stopped,
    too; without it they are failures that say why. fence: called first in each transaction that
    writes; raises StoreError where these sources are another's to read by now.
    """
    with progress.step("collect"):
        names = [feed.source.name for feed in feeds]
        some = names if len(names) <= SIZE else None
        with store.read() as db:
            cursors, states = sources.cursors(db, some), health.listing(db, some)
        waiting = iter(enumerate(_before(feed, cursors, states) for feed in feeds))
        given: dict[int, SourceRead] = {}
        running: dict[asyncio.Task[_Read], int] = {}
        try:
            while True:
                for index, before in islice(waiting, _AT_ONCE - len(running)):
                    running[asyncio.create_task(_read(before, stopped=stopped))] = index
                if not running:
                    break
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                reads = {running.pop(task): task.result() for task in done}
                for part in _parts(reads):
                    # In a thread: the others go on reading meanwhile.
                    write = partial(_record, store, part, now=now, jitter=jitter, fence=fence)
                    given |= await asyncio.to_thread(write)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        return tuple(given[index] for index in range(len(feeds)))


def _parts(reads: "Mapping[int, _Read]") -> "Iterator[dict[int, _Read]]":
    """Divide readings into what one transaction writes, so that other writers need not wait for it.

    One that decides on more than a thousand names writes alone (`store.postgres`), and an article
    has two; those who wait meanwhile come with still more.
    """
    part: dict[int, _Read] = {}
    articles = 0
    for index, read in reads.items():
        more = len(read.batch.entries) if isinstance(read.batch, Batch) else 0
        if part and articles + more > _MOST_ARTICLES:
            yield part
            part, articles = {}, 0
        part[index] = read
        articles += more
    if part:
        yield part


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """A source before it is read."""

    feed: Feed
    cursor: str | None
    health: Health


def _before(
    feed: Feed, cursors: Mapping[str, tuple[str, str | None]], states: Mapping[str, Health]
) -> _Before:
    """Return what is known of a source; nothing of what was learnt at another address."""
    name = feed.source.name
    address, cursor = cursors.get(name, (None, None))
    if address != feed.address:
        return _Before(feed=feed, cursor=None, health=Health())
    return _Before(feed=feed, cursor=cursor, health=states.get(name, Health()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What one source gave."""

    before: _Before
    #: None: it was not asked.
    batch: Batch | SourceError | None

    @property
    def unchanged(self) -> bool:
        """Whether it says that all is as it was: a feed of which nothing was parsed.

        A folder never says so: its problems are judged anew each time.
        """
        batch = self.batch
        return (
            isinstance(batch, Batch)
            and self.before.cursor is not None
            and batch.outcome is not None
            and batch.outcome.ok
            and batch.outcome.parsed is None
            and self.before.feed.source.kind == "feed"
            and not (batch.entries or batch.gone)
        )


async def _read(before: _Before, *, stopped: bool) -> _Read:
    known = before.health
    if known.stopped and not stopped:
        return _Read(batch=None, before=before)
    source = before.feed.source
    if known.address is not None and before.feed.elsewhere is not None:
        source = before.feed.elsewhere(known.address)
    try:
        batch = await source.read(before.cursor)
        if known.unparsed and batch.outcome and batch.outcome.parsed is None:
            # Nothing is new since a body that could not be parsed: that proves nothing. Ask anew.
            batch = await source.read(None)
    except SourceError as error:
        return _Read(batch=error, before=before)
    return _Read(batch=batch, before=before)


def _record(
    store: Store,
    reads: Mapping[int, _Read],
    *,
    now: datetime,
    jitter: Callable[[], float],
    fence: "Callable[[Connection], None]",
) -> dict[int, SourceRead]:
    """Write some readings in one transaction; return what each gave, under its number."""
    given: dict[int, SourceRead] = {}
    unchanged: list[sources.Unchanged] = []
    batches = [read.batch for read in reads.values() if isinstance(read.batch, Batch)]
    entries = [entry for batch in batches for entry in batch.entries]
    about = partial(revisions.names, entries)
    with store.write("articles" if entries else "rows", about=about) as db:
        fence(db)
        for index, read in sorted(reads.items()):
            feed, batch = read.before.feed, read.batch
            if batch is None:
                given[index] = _failed(
                    feed, rules.why_stopped(read.before.health, feed.source.name)
                )
                continue
            after = _after(read, now=now, jitter=jitter())
            if isinstance(batch, SourceError):
                given[index] = _record_failure(db, feed, batch, after, now=now)
            elif read.unchanged:
                unchanged.append(_unchanged(feed, batch, after))
                given[index] = _given(feed, items=batch.items, new=0, faulty=batch.faults > 0)
            else:
                given[index] = _record_batch(db, feed, batch, after, now=now)
        sources.record_unchanged(db, unchanged, at=now)
    log.info("sources read count=%d unchanged=%d", len(reads), len(unchanged))
    return given


def _after(read: _Read, *, now: datetime, jitter: float) -> Health:
    batch = read.batch
    outcome = rules.failed(batch) if isinstance(batch, SourceError) else batch and batch.outcome
    after = rules.after(read.before.health, outcome or rules.FOLDER, now=now, jitter=jitter)
    return rules.adopted(after, address=read.before.feed.address)


def _unchanged(feed: Feed, batch: Batch, after: Health) -> sources.Unchanged:
    return sources.Unchanged(
        source=feed.source.name,
        items=batch.items,
        problems=batch.faults,
        cursor=batch.cursor,
        health=after,
    )


def _record_failure(
    db: "Connection", feed: Feed, error: SourceError, after: Health, *, now: datetime
) -> SourceRead:
    # The whole reason is in the store: it may quote an address, with what it is a key to.
    log.warning(
        "source failed name=%s error=%s status=%s times=%d",
        *(feed.source.name, type(error).__name__, getattr(error, "status", None), after.failures),
    )
    sources.record_failure(
        db,
        source=feed.source.name,
        kind=feed.source.kind,
        address=feed.address,
        at=now,
        error=str(error),
        health=after,
    )
    return _failed(feed, str(error))


def _record_batch(
    db: "Connection", feed: Feed, batch: Batch, after: Health, *, now: datetime
) -> SourceRead:
    name = feed.source.name
    new = sources.record_read(
        db,
        source=name,
        kind=feed.source.kind,
        address=feed.address,
        at=now,
        entries=tuple(_named(entry, feed) for entry in batch.entries),
        problems=batch.problems,
        items=batch.items,
        cursor=batch.cursor,
        gone=batch.gone,
        health=after,
    )
    log.info("source read name=%s items=%d new=%d", name, batch.items, len(new))
    return _given(feed, items=batch.items, new=len(new), faulty=batch.faults > 0)


def _named(entry: Entry, feed: Feed) -> Entry:
    """Name the outlet of a feed's item: the feed, as the operator calls it, where it names none.

    A folder is no outlet; and an agency that is credited with the text stays its origin.
    """
    if feed.source.kind != "feed" or entry.outlet:
        return entry
    return replace(entry, outlet=feed.source.name)


def _failed(feed: Feed, error: str | None) -> SourceRead:
    name, kind = feed.source.name, feed.source.kind
    return SourceRead(name=name, kind=kind, state="failed", items=0, new=0, error=error)


def _given(feed: Feed, *, items: int, new: int, faulty: bool) -> SourceRead:
    state: ReadState = "partial" if faulty else "read" if items else "silent"
    name, kind = feed.source.name, feed.source.kind
    return SourceRead(name=name, kind=kind, state=state, items=items, new=new)


def known(store: Store, feeds: Sequence[Feed]) -> tuple[SourceRead, ...]:
    """Return what each source gave when it was last read, without reading it."""
    with store.read() as db:
        states = {state.name: state for state in sources.listing(db)}
    reads = []
    for feed in feeds:
        name, kind = feed.source.name, feed.source.kind
        state = states.get(name)
        if state is None or state.last_read is None:
            error = "was never read"
            reads.append(
                SourceRead(name=name, kind=kind, state="failed", items=0, new=0, error=error)
            )
        elif state.state == "failed":
            reads.append(
                SourceRead(
                    name=name, kind=kind, state="failed", items=0, new=0, error=state.last_error
                )
            )
        else:
            reads.append(_given(feed, items=state.items, new=0, faulty=state.problems > 0))
    return tuple(reads)
