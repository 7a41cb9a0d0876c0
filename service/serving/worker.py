"""`briefing worker`: the steps of the service, as the distributed engine calls them.

A worker holds nothing that another one needs: it may be stopped, killed, frozen or cut off at any
time. Whatever it was at comes free with its lease, and what it writes afterwards is refused. While
the database is away it waits, longer each time, and goes on.

An issue has all that was collected before its cut-off. With one process the service knows which
round of reading is under way; here the leases say it (`leases.oldest`), whoever reads. The clocks
of several machines differ a little, and to take a lease takes a moment: a cut-off stands back by
the most of both (`BACK`), a worker whose clock is further from the database's does not work, and a
lease that took longer is given back.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from service import engine, publishing
from service.app import App
from service.collecting import Feed
from service.condensing import Condensing
from service.delivering.courier import Courier, new_owner
from service.engine import Due, Queue, group_of
from service.errors import BriefError, StoreError, UnreachableError
from service.progress import Silent
from service.publishing import Make
from service.serving.desk import Editions
from service.store import Store, beats, deliveries, leases, notices, periods, sources
from service.store.engine import HEAD
from service.store.leases import Lease
from service.store.postgres import driver_url

log = logging.getLogger(__name__)

#: A group of sources is ours for so long; it is renewed while we live.
LEASE = timedelta(minutes=2)
_RENEWALS = 4
#: Sources of a group that are read in one step, at most.
MOST = 200
#: How far the clocks of the machines may differ.
SKEW = timedelta(seconds=2)
#: How long it may take to take a lease, and how far a cut-off stands back.
TAKING = timedelta(seconds=3)
BACK = SKEW + SKEW + TAKING
#: So long one step sends, at most.
SENDING_S = 30.0
#: The first pause when the database is away, and the longest.
_FIRST_S, _LONGEST_S = 1.0, 30.0
#: So long one step works articles out, at most.
CONDENSING_S = 20.0
#: At once in one process: of groups, of issues, of couriers, of batches of articles.
AT_ONCE = {"collect": 8, "publish": 1, "deliver": 1, "condense": 1}


class Work:
    """The steps of the service, each safe beside any other worker's."""

    def __init__(
        self,
        app: App,
        *,
        make: Make,
        clock: Callable[[], datetime],
        courier: Courier,
        owner: str,
    ) -> None:
        self._app, self._make, self._clock, self._courier = app, make, clock, courier
        self._owner = owner
        #: Called when a step has made others due.
        self.then: Callable[[], None] = lambda: None
        self._sending = asyncio.Lock()
        #: Steps that failed when they last ran here.
        self._failing: set[str] = set()
        self._condensing = Condensing(app.store, app.profile, Editions(app).rules)
        self._groups: dict[int, list[Feed]] = {}
        for feed in app.feeds:
            self._groups.setdefault(group_of(feed.address), []).append(feed)

    def due(self) -> Due:
        """Return what is due and nobody is at; end the leases whose time is up."""
        now = self._clock()
        every = {feed.source.name: feed for feed in self._app.feeds}
        resend = self._app.settings.delivery.on_doubt == "resend"
        most = engine.LANES * engine.LANE
        with self._app.store.write("rows") as db:
            leases.expire(db, now=now)
            for name in AT_ONCE.keys() - self._failing:
                # That there is a worker is what tells a quiet service from a stopped one.
                beats.beat(db, name, at=now)
        parts = self._condensing.parts(now)
        with self._app.store.read() as db:
            names = sources.due(db, now, {name: feed.address for name, feed in every.items()})
            return Due(
                groups=tuple(sorted({group_of(every[name].address) for name in names})),
                periods=periods.waiting(db, now=now),
                messages=deliveries.waiting(db, now=now, resend=resend, most=most),
                parts=parts,
            )

    async def collect(self, number: int) -> None:
        """Read the sources of a group that are due, unless another worker is at it."""
        async with self._told("collect"):
            await self._collect(number)

    async def _collect(self, number: int) -> None:
        await asyncio.to_thread(self._in_time)
        held, names = await asyncio.to_thread(self._taken, number)
        if held is None:
            return
        keeper = asyncio.create_task(self._keep(held))
        try:
            await self._app.collect(
                Silent(), names=names, at=held.since, fence=partial(leases.hold, held=held)
            )
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            await asyncio.to_thread(self._given_back, held)

    def _taken(self, number: int) -> tuple[Lease | None, tuple[str, ...]]:
        now = self._clock()
        feeds = {feed.source.name: feed.address for feed in self._groups.get(number, ())}
        since = publishing.stamp(self._app.store, now)
        with self._app.store.write("rows") as db:
            names = sources.due(db, now, feeds)[:MOST]
            if not names:
                return None, ()
            name = f"collect:{number}"
            held = leases.take(db, name, self._owner, now=since, until=now + LEASE)
        if held is not None and self._clock() - now > TAKING:
            # An issue may have been cut meanwhile, behind the time that we would stamp.
            self._given_back(held)
            held = None
        return held, names

    async def _keep(self, held: Lease) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / _RENEWALS)
            try:
                if not await asyncio.to_thread(self._renewed, held):
                    log.warning("lease lost name=%s", held.name)
                    return
            except StoreError as error:
                # If it ends meanwhile, what is read is not written.
                log.warning("lease not renewed name=%s reason=%s", held.name, error)

    def _renewed(self, held: Lease) -> bool:
        with self._app.store.write("rows") as db:
            return leases.renew(db, held, until=self._clock() + LEASE)

    def _given_back(self, held: Lease) -> None:
        with self._app.store.write("rows") as db:
            leases.give_back(db, held)

    async def publish(self, number: int) -> None:
        """Publish the period that has been due the longest."""
        async with self._told("publish"):
            await asyncio.to_thread(self._in_time)
            slot = await publishing.publish_due(
                self._app.store, self._make, owner=self._owner, clock=self._clock, cut=self._cut
            )
        if slot is not None:
            self.then()

    def _cut(self) -> datetime:
        """Return the cut-off of an issue that is made now."""
        now = self._clock()
        with self._app.store.read() as db:
            reading = leases.oldest(db, "collect:")
        since = min(filter(None, (reading, now))) - BACK
        return publishing.cutoff(self._app.store, now, reading_since=since)

    async def deliver(self, number: int) -> None:
        """Send what is due, for a while."""
        async with self._told("deliver"), self._sending:
            stop = asyncio.Event()
            handle = asyncio.get_running_loop().call_later(SENDING_S, stop.set)
            try:
                await self._courier.run(stop=stop)
            finally:
                handle.cancel()

    async def condense(self, number: int) -> None:
        """Work out articles of one part for a while, unless another worker is at it."""
        async with self._told("condense"):
            await asyncio.to_thread(self._condense, number)

    def _condense(self, number: int) -> None:
        now = self._clock()
        end = now + timedelta(seconds=CONDENSING_S)
        with self._app.store.write("rows") as db:
            held = leases.take(db, f"condense:{number}", self._owner, now=now, until=now + LEASE)
        if held is None:
            return
        try:
            self._condensing.work(number, self._clock, goes_on=lambda: self._clock() < end)
        finally:
            self._given_back(held)

    @asynccontextmanager
    async def _told(self, name: str) -> AsyncIterator[None]:
        """Note for the operator what stops a step; the engine tries it again later.

        That the database is away is noted the second time: mostly it is back by then.
        """
        try:
            await asyncio.to_thread(self._same)
            yield
        except Exception as error:
            log.error("step failed name=%s reason=%s", name, error)
            if name in self._failing or not isinstance(error, UnreachableError):
                await asyncio.to_thread(self._note, name, str(error) or type(error).__name__)
            self._failing.add(name)
            raise
        self._failing.discard(name)

    def _same(self) -> None:
        """Raise StoreError where the schema is another version's by now: we were left running."""
        with self._app.store.read() as db:
            found = self._app.store.version(db)
        if found != HEAD:
            raise StoreError(
                f"the database has schema {found or 'none'}, older than the {HEAD} of this worker: "
                "`briefing store migrate` brings it up to date"
            )

    def _note(self, name: str, text: str) -> None:
        with suppress(StoreError), self._app.store.write("rows") as db:
            notices.tell(db, f"job:{name}", f"{name}: {text}", now=self._clock())

    def _in_time(self) -> None:
        """Raise StoreError where our clock is not the database's."""
        with self._app.store.read() as db:
            theirs: datetime = db.execute(select(func.clock_timestamp())).scalar_one()
        apart = abs(theirs - self._clock())
        if apart > SKEW:
            raise StoreError(
                f"the clock of this machine is {apart.total_seconds():.0f} s from the database's: "
                "set both by NTP"
            )


class Worker:
    """One `briefing worker`, from its start to its end."""

    def __init__(
        self, queue: Queue, store: Store, work: Work, *, owner: str, clock: Callable[[], datetime]
    ) -> None:
        self._queue, self._store, self._work = queue, store, work
        self._owner, self._clock = owner, clock
        self._soon = asyncio.Event()

    def soon(self) -> None:
        """Look at once at what is due."""
        self._soon.set()

    async def run(self) -> None:
        """Work until cancelled, whatever becomes of the database meanwhile."""
        pause_s = _FIRST_S
        while True:
            try:
                async with self._queue.opened(), asyncio.TaskGroup() as group:
                    group.create_task(self._sweeping())
                    group.create_task(self._watching())
                    group.create_task(self._queue.work(self._work, at_once=AT_ONCE))
                    pause_s = _FIRST_S
            except* BriefError as faults:
                log.error("worker waits reason=%s seconds=%g", faults.exceptions[0], pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_S)

    async def _sweeping(self) -> None:
        while True:
            self._soon.clear()
            with suppress(TimeoutError):
                if await asyncio.to_thread(self._my_turn):
                    await self._queue.revive()
                    await self._queue.sweep(await asyncio.to_thread(self._work.due))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._soon.wait(), engine.SWEEP_S)

    async def _watching(self) -> None:
        """End what frozen workers hold; on its own, because all else may be waiting for that."""
        while True:
            if ended := await asyncio.to_thread(self._store.end_frozen):
                log.warning("transactions of frozen processes ended count=%d", ended)
            await asyncio.sleep(engine.SWEEP_S)

    def _my_turn(self) -> bool:
        """Say whether no other worker has just swept; one that made work due does not ask."""
        if self._soon.is_set():
            return True
        until = self._clock() + timedelta(seconds=engine.SWEEP_S * 0.9)
        with self._store.write("rows") as db:
            held = leases.take(db, "sweep", self._owner, now=self._clock(), until=until)
        return held is not None


async def work(app: App, *, make: Make, clock: Callable[[], datetime]) -> None:
    """Work for a store on PostgreSQL until cancelled."""
    owner = new_owner()
    queue = Queue(driver_url(app.store.url))
    courier = app.courier(clock=clock)
    steps = Work(app, make=make, clock=clock, courier=courier, owner=owner)
    worker = Worker(queue, app.store, steps, owner=owner, clock=clock)
    steps.then = worker.soon
    try:
        async with app.reading():
            await worker.run()
    finally:
        await courier.close()


def answering(
    url: str,
    *,
    who: str = "worker",
    migrate: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until the database answers, longer each time. Raises StoreError for all else.

    who: waits, as the log has it. migrate: as for `Store.open`.
    """
    pause_s = _FIRST_S
    while True:
        try:
            Store.open(url, migrate=migrate).close()
        except UnreachableError as error:
            log.error("%s waits reason=%s seconds=%g", who, error, pause_s)
        else:
            return
        sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_S)
