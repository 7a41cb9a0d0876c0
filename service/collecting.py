"""Collecting: every source read, what is new stored, and how each is doing.

An error of one source is recorded and costs that source only; an error of the store ends the run.
When a source is asked again is decided by `feeds.health`, and kept with what it gave, in one
transaction.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds import health as rules
from feeds.base import Batch, Source
from service.errors import SourceError
from service.model import Health, ReadState, SourceRead
from service.progress import Progress
from service.store import Store, health, sources

log = logging.getLogger(__name__)


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
) -> tuple[SourceRead, ...]:
    """Read every source, all at once, and store what is new; return what each gave.

    jitter: gives numbers in [0, 1), for the next checks. stopped: read those that were stopped,
    too; without it they are failures that say why.
    """
    with progress.step("collect"):
        reads = await asyncio.gather(*(_read(store, feed, stopped=stopped) for feed in feeds))
        return tuple(
            _record(store, feed, read, now=now, jitter=jitter())
            for feed, read in zip(feeds, reads, strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What one source gave."""

    #: None: it was not asked.
    batch: Batch | SourceError | None
    #: How it was doing before.
    before: Health


async def _read(store: Store, feed: Feed, *, stopped: bool) -> _Read:
    with store.read() as db:
        cursor = sources.cursor(db, feed.source.name, address=feed.address)
        before = health.get(db, feed.source.name, address=feed.address)
    if before.stopped and not stopped:
        return _Read(batch=None, before=before)
    source = feed.source
    if before.address is not None and feed.elsewhere is not None:
        source = feed.elsewhere(before.address)
    try:
        batch = await source.read(cursor)
        if before.unparsed and batch.outcome and batch.outcome.parsed is None:
            # Nothing is new since a body that could not be parsed: that proves nothing. Ask anew.
            batch = await source.read(None)
    except SourceError as error:
        return _Read(batch=error, before=before)
    return _Read(batch=batch, before=before)


def _record(store: Store, feed: Feed, read: _Read, *, now: datetime, jitter: float) -> SourceRead:
    name, kind, batch = feed.source.name, feed.source.kind, read.batch
    if batch is None:
        error = rules.why_stopped(read.before, name)
        return SourceRead(name=name, kind=kind, state="failed", items=0, new=0, error=error)
    outcome = rules.failed(batch) if isinstance(batch, SourceError) else batch.outcome
    after = rules.after(read.before, outcome or rules.FOLDER, now=now, jitter=jitter)
    after = rules.adopted(after, address=feed.address)
    if isinstance(batch, SourceError):
        log.warning("source failed name=%s", name)
        with store.write() as db:
            sources.record_failure(
                db,
                source=name,
                kind=kind,
                address=feed.address,
                at=now,
                error=str(batch),
                health=after,
            )
        return SourceRead(name=name, kind=kind, state="failed", items=0, new=0, error=str(batch))
    with store.write() as db:
        new = sources.record_read(
            db,
            source=name,
            kind=kind,
            address=feed.address,
            at=now,
            entries=batch.entries,
            problems=batch.problems,
            items=batch.items,
            cursor=batch.cursor,
            gone=batch.gone,
            health=after,
        )
    log.info("source read name=%s items=%d new=%d", name, batch.items, len(new))
    return _given(feed, items=batch.items, new=len(new), faulty=bool(batch.problems))


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
