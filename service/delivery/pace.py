"""Not faster than a mail server or a contract allows: the next message waits for its turn."""

import asyncio
import time
from collections.abc import Awaitable, Callable


class Pace:
    """So many messages a second, evenly: none is made up for what was not sent before."""

    def __init__(
        self,
        per_second: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """per_second: over 0; None: as many as there are."""
        self._gap = 0.0 if per_second is None else 1 / per_second
        self._clock, self._sleep = clock, sleep
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until the next message may go out."""
        if not self._gap:
            return
        now = self._clock()
        at = max(now, self._next)
        self._next = at + self._gap
        if at > now:
            await self._sleep(at - now)
