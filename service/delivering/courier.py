"""The worker of the outbox: claim, build, hand over, record."""

import asyncio
import logging
import os
import random
import secrets
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal

from service.delivering.journal import Journal
from service.delivering.lanes import Lanes
from service.delivering.letters import Letters
from service.delivering.outcomes import judge
from service.delivery.base import Channel, Outcome
from service.errors import DeliveryError, RenderError
from service.store import Store, notices, outbox
from service.store.deliveries import State
from service.store.outbox import Claimed, Entry

if TYPE_CHECKING:
    from sqlalchemy import Connection

log = logging.getLogger(__name__)

#: A row is ours for so long; it is renewed while we live. After a crash another one waits for this.
LEASE = timedelta(minutes=2)
_RENEWALS = 4
#: While a channel is full, rows of others that stand behind its own are looked for this often.
_DEEP = timedelta(seconds=10)


def new_owner() -> str:
    """Return a name for one run of one process, which no other run has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Courier:
    """Sends what is due. Several may run on one store, in one process or in many."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        letters: Letters,
        *,
        clock: Callable[[], datetime],
        owner: str | None = None,
        on_doubt: Literal["resend", "hold"] = "resend",
        slots: int = 20,
        only: int | None = None,
        lease: timedelta = LEASE,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """slots: messages under way at once on each channel. only: rows of this issue alone."""
        self._only = only
        self._store, self._channels, self._letters = store, channels, letters
        self._clock, self._owner, self._jitter = clock, owner or new_owner(), jitter
        self._resend = on_doubt == "resend"
        self._most = slots * max(len(channels), 1)
        self._lease = lease
        self._lanes = Lanes(slots=slots, clock=clock)
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._error: BaseException | None = None
        #: With so many under way, at most, more are claimed; and when behind full channels, too.
        self._refill, self._deep_at = self._most, clock()
        #: Whether it found nothing to do when it last looked.
        self.idle = False
        #: What became of rows since the start; "lost": another one took it over meanwhile.
        self.tally: Counter[State | Literal["lost"]] = Counter()

    def closed(self) -> tuple[str, ...]:
        """Return channels and destinations that do not answer and are left alone for now."""
        return self._lanes.closed()

    async def close(self) -> None:
        """Give back connections."""
        for channel in self._channels.values():
            await channel.close()

    def wake(self) -> None:
        """Look for rows now: some were written."""
        self._refill, self._deep_at = self._most, self._clock()
        self._wake.set()

    async def run(self, *, stop: asyncio.Event | None = None, idle_s: float | None = None) -> None:
        """Send what is due; return when nothing more is, or with `idle_s` when `stop` is set.

        idle_s: how long to wait at most before looking again. When it is stopped, what is under way
        is brought to an end. Raises StoreError when the store cannot be written; what was under way
        then is taken up again once its lease has ended.
        """
        # What ended an earlier run may have been put right.
        self._error = None
        journal = Journal(self._store, self._owner, clock=self._clock)
        try:
            await journal.write(self._sweep)
            keeper = asyncio.create_task(self._keep(journal))
            keeper.add_done_callback(self._done)
            try:
                await self._work(journal, stop, idle_s)
            finally:
                keeper.cancel()
                with suppress(asyncio.CancelledError):
                    await keeper
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)
            await journal.close()

    async def _work(
        self, journal: Journal, stop: asyncio.Event | None, idle_s: float | None
    ) -> None:
        while self._error is None and not (stop is not None and stop.is_set()):
            self._wake.clear()
            self.idle = False
            rows: tuple[Claimed, ...] = ()
            # Not for each place that comes free: a claim is a transaction.
            if len(self._under_way) <= self._refill or self._clock() >= self._deep_at:
                rows = await self._claim(journal)
            for row in rows:
                task = asyncio.create_task(self._one(row, journal))
                self._under_way.add(task)
                task.add_done_callback(self._done)
            if rows:
                continue
            if self._under_way:
                await self._pause(stop, _DEEP.total_seconds())
            elif idle_s is None:
                break
            else:
                self.idle = True
                await self._pause(stop, idle_s)
        while self._under_way:
            await asyncio.wait(self._under_way)
        if self._error is not None:
            raise self._error

    async def _pause(self, stop: asyncio.Event | None, timeout_s: float | None) -> None:
        """Wait until a place comes free, something was written, it is to stop, or time is up."""
        waits = [asyncio.create_task(self._wake.wait())]
        if stop is not None:
            waits.append(asyncio.create_task(stop.wait()))
        try:
            await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    def _done(self, task: "asyncio.Task[None]") -> None:
        """Go on; the first error of any task ends the run."""
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._error = self._error or error
        self._wake.set()

    async def _claim(self, journal: Journal) -> tuple[Claimed, ...]:
        admitted: list[tuple[str, str]] = []

        def admit(channel: str, address: str) -> bool:
            if not self._lanes.admit(channel, address):
                return False
            admitted.append((channel, address))
            return True

        now, limit = self._clock(), self._most - len(self._under_way)
        deep = now >= self._deep_at
        if deep:
            self._deep_at = now + _DEEP
        work = partial(
            outbox.claim,
            owner=self._owner,
            now=now,
            until=now + self._lease,
            limit=limit,
            resend=self._resend,
            admit=admit,
            full=(lambda channel: False) if deep else self._lanes.full,
            only=self._only,
        )
        try:
            rows = await journal.write(work, rows=True)
        except BaseException:
            for place in admitted:
                self._lanes.release(*place, None)
            raise
        # Where there was no more for it to take, half of what it has is to be done first.
        under_way = len(self._under_way) + len(rows)
        self._refill = under_way // 2 if len(rows) < limit else self._most // 2
        return rows

    async def _one(self, row: Claimed, journal: Journal) -> None:
        """Try one row, and record what came of it."""
        outcome = None
        try:
            outcome = await self._tried(row, journal)
        finally:
            self._lanes.release(row.channel, row.address, outcome)
        verdict = judge(row, outcome, now=self._clock(), jitter=self._jitter())
        ours = await journal.settle(row, verdict)
        became = verdict.row.state if ours else "lost"
        self.tally[became] += 1
        log.info(
            "delivery tried id=%d issue=%d attempt=%d state=%s code=%s",
            row.id,
            row.issue,
            row.attempts,
            became,
            verdict.row.code,
        )

    async def _tried(self, row: Claimed, journal: Journal) -> Outcome:
        channel = self._channels.get(row.channel)
        if channel is None:
            text = f"there is no way out here for {row.channel}: see its section in the settings"
            return Outcome(result="deferred", cause="policy", text=text)
        try:
            letter = self._letters.build(row)
        except (DeliveryError, RenderError) as error:
            return Outcome(result="failed", cause="message", text=str(error))
        entry = Entry(id=row.id, attempts=row.attempts, head=letter.head, sha256=letter.sha256)
        return await channel.send(letter.envelope, partial(journal.enter, entry))

    async def _keep(self, journal: Journal) -> None:
        """Renew what is ours, and take back what is nobody's, while we live."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / _RENEWALS)
            until = self._clock() + self._lease
            renew = partial(outbox.renew, owner=self._owner, until=until)
            await journal.write(renew, rows=True)
            await journal.write(self._sweep)

    def _sweep(self, db: "Connection") -> None:
        now = self._clock()
        found = outbox.sweep(db, now=now)
        if found.doubtful:
            text = (
                f"{found.doubtful} deliveries were cut off between the message and the answer; "
                "`briefing deliveries list --state doubt` shows them"
            )
            notices.tell(db, "doubt", text, now=now)
        if found.expired:
            text = (
                f"{found.expired} deliveries were not sent in time and are given up; "
                "`briefing deliveries list --state failed` shows why"
            )
            notices.tell(db, "expired", text, now=now)
        if found.freed or found.doubtful or found.expired:
            log.info(
                "outbox swept freed=%d doubtful=%d expired=%d",
                found.freed,
                found.doubtful,
                found.expired,
            )
