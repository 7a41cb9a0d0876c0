"""The steps of the service: each once at a time, each bounded, none ends another.

A job that fails is logged and told to the operator; it is called again when it is due again. What
it had claimed comes free with its lease.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

from service import publishing
from service.app import App
from service.condensing import Condensing
from service.delivering import returns, setup
from service.delivering.courier import Courier
from service.errors import BriefError
from service.progress import Progress
from service.publishing import Make
from service.serving.clock import Clock
from service.serving.desk import Editions
from service.serving.operator import OperatorMail
from service.store import beats, notices
from service.ticking import Ticked, tick

log = logging.getLogger(__name__)

#: Between two ticks of the calendar.
TICK_S = 15
#: Between two looks at which sources are due.
COLLECT_S = 60
#: Folders are watched, and read when they change; what the watch may miss is found after this.
FOLDERS = timedelta(minutes=15)
#: Between two looks at what the operator should know.
OPERATOR_S = 60


class Jobs:
    """What the service does, step by step; the clock calls them, and so does a test."""

    def __init__(
        self,
        app: App,
        clock: Clock,
        courier: Courier,
        *,
        owner: str,
        make: Make,
        progress: Progress,
        ran: Callable[[str, bool], None] = lambda name, well: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """make: makes the issue of a period. ran: hears of each job that has ended, and whether
        well. stopping: whether nothing new is to be begun.
        """
        self._app, self._clock, self._courier = app, clock, courier
        self._owner, self._make, self._progress = owner, make, progress
        self._ran, self._stopping = ran, stopping
        self._editions = Editions(app)
        self._condensing = Condensing(app.store, app.profile, self._editions.rules)
        # Two rounds at once would ask a source twice.
        self._reading = asyncio.Lock()
        #: When `look` last read the folders.
        self._folders_at: datetime | None = None
        #: When the round that is under way began.
        self._reading_since: datetime | None = None
        #: Why the store could not be written when it last was to be; None: it could.
        self.unwritable: str | None = None
        self._operator = OperatorMail(
            app.store,
            app.settings,
            clock=clock.now,
            channel=lambda: setup.channels(app.settings)["mail"],
        )

    async def tick(self) -> None:
        """Write the periods that are due."""
        self._clock.after(await asyncio.to_thread(self._tick))

    def _tick(self) -> Ticked:
        return tick(
            self._app.store,
            self._editions.rules(),
            now=self._clock.now(),
            drift=self._clock.drift(),
            stand=self._clock.stand(),
        )

    async def look(self) -> None:
        """Read the sources that are due, and folders now and then."""
        due = await asyncio.to_thread(self._app.due)
        now = self._clock.now()
        if self._folders_at is not None and abs(now - self._folders_at) < FOLDERS:
            folders = {f.source.name for f in self._app.feeds if f.source.kind == "folder"}
            due = tuple(name for name in due if name not in folders)
        else:
            self._folders_at = now
        await self.collect(due)

    async def collect(self, names: Collection[str] | None = None) -> None:
        """Read the sources that are due. names: these, whether due or not.

        Not while the clock is not believed: what is found would bear a time that is wrong, and be
        in no issue, or in all.
        """
        async with self._reading:
            if self._clock.doubted:
                return
            due = await asyncio.to_thread(self._app.due) if names is None else tuple(names)
            if due:
                self._reading_since = publishing.stamp(self._app.store, self._clock.now())
                try:
                    await self._app.collect(self._progress, names=due, at=self._reading_since)
                finally:
                    self._reading_since = None
        await self._beat("collect")

    def _cut(self) -> datetime:
        """Return the cut-off of an issue that is made now."""
        return publishing.cutoff(
            self._app.store, self._clock.now(), reading_since=self._reading_since
        )

    async def publish(self) -> None:
        """Publish every period that is due, one after the other."""
        while not self._stopping():
            slot = await publishing.publish_due(
                self._app.store,
                self._make,
                owner=self._owner,
                clock=self._clock.now,
                cut=self._cut,
                collect=self.collect,
            )
            if slot is None:
                break
            self._courier.wake()
        await self._beat("publish")

    async def condense(self) -> None:
        """Work out the articles that are new, before an issue asks for them."""
        await asyncio.to_thread(self._condense)
        await self._beat("condense")

    def _condense(self) -> None:
        clock = self._clock.now
        for part in self._condensing.parts(clock()):
            self._condensing.work(part, clock, goes_on=lambda: not self._stopping())

    async def deliver(self, stop: asyncio.Event) -> None:
        """Send what is due until told to stop."""
        await self._courier.run(stop=stop, idle_s=TICK_S)

    def wake(self) -> None:
        """Let what sends look again at what is due."""
        self._courier.wake()

    async def returns(self) -> None:
        """Read what came back by mail, where the settings say where."""
        await asyncio.to_thread(self._returned)
        await self._beat("returns")

    def _returned(self) -> None:
        settings = self._app.settings
        mailbox = setup.mailbox_for_bounces(settings)
        if mailbox is None:
            return
        returns.poll(
            self._app.store,
            mailbox,
            setup.ticket(settings),
            address=settings.bounces.address,
            clock=self._clock.now,
        )

    async def operator(self) -> None:
        """Note what wants the operator, and mail it."""
        await self._operator.step()

    async def _beat(self, name: str) -> None:
        await asyncio.to_thread(self._beaten, name)

    def _beaten(self, name: str) -> None:
        with self._app.store.write() as db:
            beats.beat(db, name, at=self._clock.now())

    async def guarded(self, name: str, job: Callable[[], Awaitable[None]]) -> bool:
        """Run a job; return whether it succeeded. What it raises is logged and told."""
        well = False
        try:
            await job()
            well, self.unwritable = True, None
        except BriefError as error:
            log.error("job failed name=%s reason=%s", name, error)
            await self._tell(name, str(error))
        except Exception as error:
            log.exception("job failed name=%s", name)
            await self._tell(name, f"{type(error).__name__}: {error}; the log has more")
        finally:
            self._ran(name, well)
        return well

    async def _tell(self, name: str, text: str) -> None:
        try:
            await asyncio.to_thread(self._told, name, text)
        except BriefError as error:
            # The store is what failed: the log has it, and /readyz says so.
            self.unwritable = str(error)
            log.error("notice not written name=%s reason=%s", name, error)

    def _told(self, name: str, text: str) -> None:
        with self._app.store.write() as db:
            notices.tell(db, f"job:{name}", f"{name}: {text}", now=self._clock.now())
