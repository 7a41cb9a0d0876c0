"""One writer for many messages: what is handed in while a commit runs goes into the next one.

A commit that survives a loss of power takes as long as the disk does, whatever is in it; a commit
for each message would make a mail server wait for our disk twice a message. So one thread writes,
and a group of messages shares a commit. None goes on before its own is durable.

Only who holds a connection is in a hurry: a message that is about to be handed over. What became
of one that was answered waits a little for such a commit to go along with, since a commit of its
own would be in the way of the next message's. Until it is written the row is `in_data`, and a crash
leaves it in doubt, as one a moment earlier would have.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from service.delivering.outcomes import Verdict
from service.store import Store, bounces, notices, outbox
from service.store.outbox import Claimed, Entry

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")

#: Messages that share a commit, at most.
_MOST = 400
#: So long what became of a message waits for others.
_LINGER_S = 0.01
#: And so long a commit does for whoever is nearly there. With 4 connections and a disk of 4 ms it
#: saves a quarter of the commits; 2 ms save more, and cost more than they save.
_GATHER_S = 0.001


class Journal:
    """What becomes of claimed rows, written down in groups."""

    def __init__(self, store: Store, owner: str, *, clock: Callable[[], datetime]) -> None:
        self._store, self._owner, self._clock = store, owner, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._entries: list[tuple[Entry, asyncio.Future[bool]]] = []
        self._verdicts: list[tuple[Claimed, Verdict, asyncio.Future[bool]]] = []
        self._works: list[tuple[Callable[[Connection], Any], asyncio.Future[Any]]] = []
        #: Whether one of those wants to be the only one that writes.
        self._alone = False
        self._hurry = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def enter(self, entry: Entry) -> bool:
        """Record that a row is about to be handed over; False: it must not be."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._entries.append((entry, future))
        self._handed_in(hurry=True)
        return await future

    async def settle(self, row: Claimed, verdict: Verdict) -> bool:
        """Record what became of a row, with all consequences; False: it was ours no more."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._verdicts.append((row, verdict, future))
        self._handed_in(hurry=len(self._verdicts) >= _MOST)
        return await future

    async def write(self, work: "Callable[[Connection], T]", *, rows: bool = False) -> T:
        """Do something in the next commit, behind all else that is in it.

        rows: it changes only rows that are ours, or that it makes ours: others may do so beside it.
        """
        self._alone |= not rows
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._works.append((work, future))
        self._handed_in(hurry=True)
        return await future

    async def close(self) -> None:
        """Wait for what was handed in."""
        self._hurry.set()
        if self._running is not None:
            await asyncio.wait((self._running,))
        self._thread.shutdown()

    def _handed_in(self, *, hurry: bool) -> None:
        if hurry:
            self._hurry.set()
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._entries or self._verdicts or self._works:
                await self._company()
                await self._commit()
        finally:
            self._running = None

    async def _company(self) -> None:
        """Wait for who comes along."""
        if not self._hurry.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_LINGER_S):
                    await self._hurry.wait()
        await asyncio.sleep(_GATHER_S)
        self._hurry.clear()

    async def _commit(self) -> None:
        entries, self._entries = self._entries[:_MOST], self._entries[_MOST:]
        verdicts, self._verdicts = self._verdicts[:_MOST], self._verdicts[_MOST:]
        works, self._works = self._works, []
        alone, self._alone = self._alone, False
        if self._entries:
            self._hurry.set()
        group = partial(
            self._group,
            [entry for entry, _ in entries],
            [(row, verdict) for row, verdict, _ in verdicts],
            [work for work, _ in works],
            alone=alone,
        )
        try:
            entered, settled, done = await asyncio.get_running_loop().run_in_executor(
                self._thread, group
            )
        except BaseException as error:
            waiting: list[asyncio.Future[Any]] = [future for _, future in entries]
            waiting += [future for _, _, future in verdicts]
            waiting += [future for _, future in works]
            for future in waiting:
                if not future.done():
                    future.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for entry, future in entries:
            _answer(future, entry.id in entered)
        for row, _, future in verdicts:
            _answer(future, row.id in settled)
        for (_, future), result in zip(works, done, strict=True):
            _answer(future, result)

    def _group(
        self,
        entries: Sequence[Entry],
        verdicts: Sequence[tuple[Claimed, Verdict]],
        works: "Sequence[Callable[[Connection], Any]]",
        *,
        alone: bool,
    ) -> tuple[frozenset[int], frozenset[int], list[Any]]:
        now = self._clock()
        entered = settled = frozenset[int]()
        # What a verdict means for a reader or the operator may be in another's way.
        alone = alone or any(v.bounce is not None or v.notice is not None for _, v in verdicts)
        with self._store.write(None if alone else "rows") as db:
            if verdicts:
                settled = outbox.settle(db, self._owner, [v.row for _, v in verdicts], now=now)
            for row, verdict in verdicts:
                if row.id in settled:
                    _consequences(db, row, verdict, now)
            # Behind them, so that a recipient who was just suppressed gets nothing more.
            if entries:
                entered = outbox.enter(db, self._owner, entries, now=now)
            done = [work(db) for work in works]
        return entered, settled, done


def _answer(future: "asyncio.Future[T]", value: T) -> None:
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
