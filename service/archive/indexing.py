"""Keeps the search index up to date while the application runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from service.errors import StoreError
from service.store import Store, search

#: Made searchable in one transaction: some 0.2 s, for which another writer waits.
_PART = 50

log = logging.getLogger(__name__)


def step(store: Store) -> int:
    """Make some of what is new searchable; return how much, 0 when nothing is left."""
    with store.read() as db:
        if not search.behind(db):
            return 0
    with store.write() as db:
        made = search.catch_up(db, most=_PART)
    if made:
        log.info("search index updated texts=%d", made)
    return made


@asynccontextmanager
async def running(
    store: Store, every_s: float | None, *, step: Callable[[Store], int] = step
) -> AsyncIterator[None]:
    """Look every so often for what is not searchable yet, until the end of the block."""
    if every_s is None:
        yield
        return
    stop = asyncio.Event()
    task = asyncio.get_running_loop().create_task(_look(store, every_s, stop, step))
    try:
        yield
    finally:
        stop.set()
        await task


async def _look(
    store: Store, every_s: float, stop: asyncio.Event, step: Callable[[Store], int]
) -> None:
    while not stop.is_set():
        try:
            made = await asyncio.to_thread(step, store)
        except StoreError as error:
            # A database that is locked for long, or a full disk: the next look may find it better.
            log.warning("search index not updated reason=%s", error)
            made = 0
        if not made:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every_s)
