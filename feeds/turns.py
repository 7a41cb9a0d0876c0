"""Whose turn it is: one request to a host at a time, with a gap behind it, and so many in all.

Waiting for a turn is no part of a request's deadline: a source that shares a host with forty others
has not failed because it was the last.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

CONNECTIONS = 50
GAP_S = 1.0
#: A gap is up to so much longer: clients that keep time to the millisecond meet again and again.
JITTER = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many requests at once, and how close to each other."""

    #: In all; to one host it is one.
    connections: int = CONNECTIONS
    #: Between the end of a request to a host and the start of the next.
    gap_s: float = GAP_S
    #: Seconds of a clock that never goes back.
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    #: Gives numbers in [0, 1).
    jitter: Callable[[], float] = random.random


@dataclass(slots=True)
class _Host:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: When the next request may begin, and when the last one ended, by the clock of the pace.
    free_at: float = 0.0
    ended_at: float | None = None


class Turns:
    """The queues of all hosts; belongs to one event loop."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._all = asyncio.Semaphore(pace.connections)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, *, gap_s: float = 0.0) -> AsyncIterator[None]:
        """Wait for the turn of a request to a host, and keep it until it is left.

        gap_s: what this host wants before and behind the request, where that is longer than ours.
        """
        queue = self._hosts.setdefault(host.rstrip(".").lower(), _Host())
        async with queue.turn:
            # The gap is waited for before one of the places for all is taken.
            free_at = queue.free_at
            if queue.ended_at is not None:
                free_at = max(free_at, queue.ended_at + gap_s)
            wait_s = free_at - self._pace.clock()
            if wait_s > 0:
                await self._pace.sleep(wait_s)
            async with self._all:
                try:
                    yield
                finally:
                    behind_s = self._pace.gap_s * (1 + JITTER * self._pace.jitter())
                    queue.ended_at = self._pace.clock()
                    queue.free_at = queue.ended_at + max(behind_s, gap_s)
