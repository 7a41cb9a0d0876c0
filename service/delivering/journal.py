"""One writer for many messages: what is handed in while a commit runs goes into the next one.

A commit that survives a loss of power takes as long as the disk does, whatever is in it; a commit
for each message would make a mail server wait for our disk twice a message. So one thread writes,
and a group of messages shares a commit. None goes on before its own is durable.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from service.delivering.outcomes import Verdict
from service.store import Store, bounces, notices, outbox
from service.store.outbox import Claimed, Entry

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")

#: Messages that share a commit, at most.
_MOST = 400


class Journal:
    """What becomes of claimed rows, written down in groups."""

    def __init__(self, store: Store, owner: str, *, clock: Callable[[], datetime]) -> None:
        self._store, self._owner, self._clock = store, owner, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._entries: list[tuple[Entry, asyncio.Future[bool]]] = []
        self._verdicts: list[tuple[Claimed, Verdict, asyncio.Future[bool]]] = []
        self._running: asyncio.Task[None] | None = None

    async def enter(self, entry: Entry) -> bool:
        """Record that a row is about to be handed over; False: it must not be."""
        future = asyncio.get_running_loop().create_future()
        self._entries.append((entry, future))
        return await self._handed_in(future)

    async def settle(self, row: Claimed, verdict: Verdict) -> bool:
        """Record what became of a row, with all consequences; False: it was ours no more."""
        future = asyncio.get_running_loop().create_future()
        self._verdicts.append((row, verdict, future))
        return await self._handed_in(future)

    async def write(self, work: "Callable[[Connection], T]") -> T:
        """Do something in a transaction of its own, in turn with the others."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, partial(self._alone, work)
        )

    async def close(self) -> None:
        """Wait for what was handed in."""
        if self._running is not None:
            await asyncio.wait((self._running,))
        self._thread.shutdown()

    def _alone(self, work: "Callable[[Connection], T]") -> T:
        with self._store.write() as db:
            return work(db)

    async def _handed_in(self, future: "asyncio.Future[bool]") -> bool:
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        # Whoever is ready in this turn of the loop comes along.
        await asyncio.sleep(0)
        while self._entries or self._verdicts:
            entries, self._entries = self._entries[:_MOST], self._entries[_MOST:]
            verdicts, self._verdicts = self._verdicts[:_MOST], self._verdicts[_MOST:]
            work = partial(
                self._group, [e for e, _ in entries], [(row, v) for row, v, _ in verdicts]
            )
            try:
                entered, settled = await loop.run_in_executor(
                    self._thread, partial(self._alone, work)
                )
            except BaseException as error:
                for future in [f for _, f in entries] + [f for _, _, f in verdicts]:
                    if not future.done():
                        future.set_exception(error)
                if not isinstance(error, Exception):
                    self._running = None
                    raise
                continue
            for entry, future in entries:
                _answer(future, entry.id in entered)
            for row, _, future in verdicts:
                _answer(future, row.id in settled)
        self._running = None

    def _group(
        self,
        entries: Sequence[Entry],
        verdicts: Sequence[tuple[Claimed, Verdict]],
        db: "Connection",
    ) -> tuple[frozenset[int], frozenset[int]]:
        now = self._clock()
        entered = settled = frozenset[int]()
        if verdicts:
            settled = outbox.settle(db, self._owner, [v.row for _, v in verdicts], now=now)
        for row, verdict in verdicts:
            if row.id in settled:
                _consequences(db, row, verdict, now)
        # Last, so that a recipient who was just suppressed gets nothing more.
        if entries:
            entered = outbox.enter(db, self._owner, entries, now=now)
        return entered, settled


def _answer(future: "asyncio.Future[bool]", value: bool) -> None:
    # Who waited for it may have been cancelled.
    if not future.done():
        future.set_result(value)


def _consequences(db: "Connection", row: Claimed, verdict: Verdict, now: datetime) -> None:
    if verdict.bounce is not None:
        bounces.record(
            db,
            f"delivery:{row.id}:{row.attempts}",
            verdict.bounce,
            at=now,
            recipient=row.recipient,
            of=row.id,
            status=verdict.row.enhanced,
            text=verdict.row.reply,
        )
    if verdict.notice is not None:
        cause, text = verdict.notice
        notices.tell(db, cause, text, now=now)
