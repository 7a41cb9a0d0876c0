"""The steps of the service: each once at a time, each bounded, none ends another.

A job that fails is logged and told to the operator; it is called again when it is due again. What
it had claimed comes free with its lease.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta

from service import publishing
from service.app import App
from service.delivering.courier import Courier
from service.errors import BriefError
from service.progress import Progress
from service.serving.clock import Clock
from service.serving.desk import Editions
from service.store import beats, notices
from service.ticking import Ticked, tick

log = logging.getLogger(__name__)

#: Between two ticks of the calendar.
TICK_S = 15
#: Between two looks at which sources are due.
COLLECT_S = 60


class Jobs:
    """What the service does, step by step; the clock calls them, and so does a test."""

    def __init__(
        self,
        app: App,
        clock: Clock,
        courier: Courier,
        *,
        owner: str,
        progress: Progress,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """stopping: whether nothing new is to be begun."""
        self._app, self._clock, self._courier = app, clock, courier
        self._owner, self._progress = owner, progress
        self._stopping = stopping
        self._editions = Editions(app)
        self._desk = self._editions.publishing()
        # Two rounds at once would ask a source twice.
        self._reading = asyncio.Lock()

    async def tick(self) -> None:
        """Write the periods that are due."""
        ticked = await asyncio.to_thread(self._tick)
        if not ticked.doubted:
            self._clock.believe()

    def _tick(self) -> Ticked:
        return tick(
            self._app.store,
            self._editions.rules(),
            now=self._clock.now(),
            drift=self._clock.drift(),
        )

    async def collect(self, names: Collection[str] | None = None) -> None:
        """Read the sources that are due. names: these, whether due or not."""
        async with self._reading:
            due = await asyncio.to_thread(self._app.due) if names is None else tuple(names)
            # A folder is told when it changes, and is looked at again now and then: `watch`.
            if due:
                await self._app.collect(self._progress, names=due)
        await self._beat("collect")

    async def publish(self) -> None:
        """Publish every period that is due, one after the other."""
        while not self._stopping():
            slot = await publishing.publish_due(
                self._desk,
                owner=self._owner,
                clock=self._clock.now,
                progress=self._progress,
                collect=self.collect,
            )
            if slot is None:
                break
            self._courier.wake()
        await self._beat("publish")

    async def deliver(self, stop: asyncio.Event) -> None:
        """Send what is due until told to stop."""
        await self._courier.run(stop=stop, idle_s=TICK_S)

    async def _beat(self, name: str) -> None:
        await asyncio.to_thread(self._beaten, name)

    def _beaten(self, name: str) -> None:
        with self._app.store.write() as db:
            beats.beat(db, name, at=self._clock.now())

    async def guarded(self, name: str, job: Callable[[], Awaitable[None]]) -> bool:
        """Run a job; return whether it succeeded. What it raises is logged and told."""
        try:
            await job()
        except BriefError as error:
            log.error("job failed name=%s", name)
            await self._tell(name, str(error))
        except Exception as error:
            log.exception("job failed name=%s", name)
            await self._tell(name, f"{type(error).__name__}: {error}; the log has more")
        else:
            return True
        return False

    async def _tell(self, name: str, text: str) -> None:
        try:
            await asyncio.to_thread(self._told, name, text)
        except BriefError:
            # The store is what failed: the log has it, and /readyz says so.
            log.exception("notice not written name=%s", name)

    def _told(self, name: str, text: str) -> None:
        with self._app.store.write() as db:
            notices.tell(db, f"job:{name}", f"{name}: {text}", now=self._clock.now())


#: How long a job that failed at once is left alone.
PAUSE = timedelta(seconds=TICK_S)
