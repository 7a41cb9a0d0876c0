"""The service: it starts the jobs, stops them in good order, and begins anew with other settings.

SIGTERM and SIGINT stop: nothing new is begun, what is under way is brought to its end within
`serve.stop_s`, and what is not is given back; a second one ends at once. SIGHUP reads the settings
again, tries them as a whole, and refuses wrong ones, of which the operator is told; the old ones
stay. New ones begin a new session, while the socket of the archive stays open.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

from feeds import watch
from service import queue_schema, ticking
from service import settings as reading
from service.app import App
from service.archive.exposure import check_exposure
from service.delivering import setup
from service.delivering.courier import new_owner
from service.errors import BriefError, SettingsError, StoreError
from service.publishing import Make
from service.serving import health, logs, systemd, web
from service.serving.clock import Clock
from service.serving.health import Pulse
from service.serving.jobs import COLLECT_S, OPERATOR_S, TICK_S, Jobs
from service.serving.making import Maker
from service.serving.metrics import Metrics
from service.serving.timer import Timer
from service.settings import Settings
from service.standing import SETTINGS, standing
from service.store import beats, notices, recipients

log = logging.getLogger(__name__)

End = Literal["stop", "reload"]

#: Of the time to stop, so much is kept for closing what is open.
_CLOSING_S = 2.0
#: Between two looks at the wall clock and the watchdog.
_LOOK_S = 5.0
#: The wall clock is taken to have leapt back.
_LEAP_S = 2.0


class Service:
    """One run of `briefing serve`, from its start to its last signal."""

    def __init__(
        self,
        settings: Settings,
        *,
        file: Path | None = None,
        clock: Clock | None = None,
        make: Make | None = None,
    ) -> None:
        """file: where the settings were read, to be read again; None: the default place. make:
        makes issues; None: each in a process of its own.
        """
        self._settings, self._file = settings, file
        self._clock = clock or Clock()
        self._make = make
        self._asked = asyncio.Event()
        self._end: End = "stop"
        self._end_by = 0.0
        self._socket: socket.socket | None = None

    @property
    def left_s(self) -> float:
        """Seconds that are left until the service is to have ended, once it was asked."""
        return max(self._end_by - asyncio.get_running_loop().time(), 0.0)

    def ask(self, end: End) -> None:
        """Ask the service to stop, or to read its settings again. A second time stops at once."""
        if self._asked.is_set() and self._end == "stop":
            if end == "stop":
                _leave_at_once()
            return
        self._end = end
        self._end_by = asyncio.get_running_loop().time() + self._settings.serve.stop_s
        self._asked.set()

    async def run(self) -> None:
        """Serve until asked to stop. Raises BriefError for what is wrong at the start."""
        loop = asyncio.get_running_loop()
        for number, end in _SIGNALS.items():
            loop.add_signal_handler(number, self.ask, end)
        try:
            await asyncio.to_thread(_check, self._settings)
            self._socket = web.bound(self._settings.web.listen)
            while await self._session(self._settings) == "reload":
                logs.of(self._settings)
                log.info("settings read again editions=%d", len(self._settings.edition))
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)
            if self._socket is not None:
                self._socket.close()

    async def _next(self, app: App) -> End:
        """Wait for the end of the session; wrong settings are none, but told of."""
        while True:
            await self._asked.wait()
            if self._end == "stop":
                return "stop"
            # Now, so that a signal that comes while the settings are read is heard afterwards.
            self._asked.clear()
            wrong = await self._reread()
            if wrong is None:
                return "reload"
            for problem in getattr(wrong, "problems", (str(wrong),)):
                log.error("settings refused reason=%s", problem)
            await asyncio.to_thread(self._refused, app, wrong)

    async def _reread(self) -> BriefError | None:
        """Take up the settings as they are now; return what is wrong with them, or None."""
        old = self._settings
        try:
            found = await asyncio.to_thread(reading.load, self._file)
            if found.store_url != old.store_url:
                raise SettingsError(("store.url: another database wants a new start",))
            await asyncio.to_thread(_check, found)
            if found.web.listen != old.web.listen:
                listening = web.bound(found.web.listen)
                self._listening.close()
                self._socket = listening
        except BriefError as error:
            return error
        self._settings = found
        return None

    def _refused(self, app: App, error: BriefError) -> None:
        text = f"the changed settings are wrong, the old ones are in use: {error}"
        try:
            with app.store.write() as db:
                notices.tell(db, "settings", text, now=self._clock.now())
        except StoreError as failed:
            log.error("notice not written name=settings reason=%s", failed)

    async def _session(self, settings: Settings) -> End:
        """Serve with these settings until asked for something else; return for what."""
        with App(settings, clock=self._clock.now, settled_s=watch.INTERVAL_S) as app:
            pulse = Pulse(self._clock)
            stop = asyncio.Event()
            courier = app.courier(clock=self._clock.now)
            numbers = Metrics(
                lambda: standing(app.store, settings, now=self._clock.now()),
                lambda: self._clock.drift().total_seconds(),
            )

            def ran(name: str, well: bool) -> None:
                pulse.beat()
                numbers.ran(name, well=well)

            make = self._make or Maker(settings, prepare=logs.of, took=numbers.took).make
            jobs = Jobs(
                app,
                self._clock,
                courier,
                owner=new_owner(),
                make=make,
                progress=numbers,
                ran=ran,
                stopping=stop.is_set,
            )
            await asyncio.to_thread(self._prepare, app)
            # What is due is known before anything is read: a clock that is wrong is, too.
            await jobs.guarded("tick", jobs.tick)
            timer = Timer(jobs.guarded)
            async with app.reading(), self._web(app, jobs, numbers, pulse, timer) as hang_up:
                beside = self._begun(app, jobs, timer, pulse, stop)
                systemd.notify("READY=1")
                log.info(
                    "service started editions=%d web=%s",
                    *(len(settings.edition), web.where(self._listening)),
                )
                if not settings.edition:
                    log.warning("no edition in the settings, nothing is due by itself")
                end = await self._next(app)
                systemd.notify("STOPPING=1" if end == "stop" else "RELOADING=1")
                log.info("service stopping reason=%s", end)
                hang_up()
                await self._ended(timer, beside, stop)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(courier.close(), _CLOSING_S)
            log.info("service stopped reason=%s", end)
            return end

    @property
    def _listening(self) -> socket.socket:
        if self._socket is None:
            raise RuntimeError("the socket is opened first")
        return self._socket

    def _prepare(self, app: App) -> None:
        """Bring the settings' recipients into the store."""
        now = self._clock.now()
        with app.store.write() as db:
            recipients.sync(db, setup.wanted(app.settings), setup.groups(app.settings), now=now)
            beats.beat(db, "start", at=now)
            beats.beat(db, SETTINGS, at=now)
            self._clock.resume(beats.listing(db).get(ticking.BELIEVED))

    @contextlib.asynccontextmanager
    async def _web(
        self, app: App, jobs: Jobs, numbers: Metrics, pulse: Pulse, timer: Timer
    ) -> AsyncIterator[Callable[[], None]]:
        """Answer requests; gives what ends that."""
        from service.archive.application import application
        from service.archive.place import Given

        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(jobs.wake)
            timer.soon("publish")

        given = Given(clock=self._clock.now, wake=wake)
        watching = web.Watching(
            application(app.store, app.settings, given),
            app.settings,
            alive=lambda: pulse.beats,
            ready=lambda: health.ready(
                app.store, app.settings, self._clock.now(), unwritable=jobs.unwritable
            ),
            numbers=numbers.text,
        )
        async with web.serving(watching, self._listening) as hang_up:
            yield hang_up

    def _begun(
        self, app: App, jobs: Jobs, timer: Timer, pulse: Pulse, stop: asyncio.Event
    ) -> "tuple[asyncio.Task[Any], ...]":
        """Let the clock call the jobs, and begin what goes on all the time."""
        timer.every("tick", jobs.tick, TICK_S)
        alone = not app.settings.serve.workers
        if alone:
            timer.every("collect", jobs.look, COLLECT_S)
            timer.every("publish", jobs.publish, TICK_S)
            timer.every("condense", jobs.condense, COLLECT_S)
        timer.every("operator", jobs.operator, OPERATOR_S)
        if app.settings.bounces.maildir or app.settings.bounces.host:
            timer.every("returns", jobs.returns, 60 * app.settings.bounces.minutes)
        again = partial(_again, jobs, stop)
        look = asyncio.create_task(self._looked(timer, pulse), name="look")
        if not alone:
            # The rest is done by `briefing worker`.
            return (asyncio.create_task(_until(stop), name="deliver"), look)
        return (
            asyncio.create_task(again("deliver", lambda: jobs.deliver(stop)), name="deliver"),
            asyncio.create_task(again("watch", lambda: _watched(app, jobs)), name="watch"),
            look,
        )

    async def _ended(
        self, timer: Timer, beside: "tuple[asyncio.Task[Any], ...]", stop: asyncio.Event
    ) -> None:
        """Bring what is under way to its end; what takes too long is cut off and given back."""
        stop.set()
        timer.pause()
        deliver, *others = beside
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        pending = {task for task in (*timer.tasks, deliver) if not task.done()}
        if pending:
            await asyncio.wait(pending, timeout=max(self.left_s - _CLOSING_S, 0.0))
        late = [task for task in pending if not task.done()]
        for task in late:
            task.cancel()
            log.warning("job cut off at the end name=%s", task.get_name())
        await asyncio.gather(*late, return_exceptions=True)
        timer.close()

    async def _looked(self, timer: Timer, pulse: Pulse) -> None:
        """Tell systemd that we live, and the timer when the wall clock was put back."""
        before = self._clock.drift().total_seconds()
        while True:
            await asyncio.sleep(_LOOK_S)
            drift = self._clock.drift().total_seconds()
            if drift < before - _LEAP_S:
                log.warning("the clock was put back seconds=%d", before - drift)
                timer.rewind()
            before = drift
            if pulse.beats:
                systemd.notify("WATCHDOG=1")


async def _again(
    jobs: Jobs, stop: asyncio.Event, name: str, job: Callable[[], Awaitable[None]]
) -> None:
    """Run what is to go on for ever; after a failure, again."""
    while not stop.is_set():
        await jobs.guarded(name, job)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TICK_S)


async def _until(stop: asyncio.Event) -> None:
    await stop.wait()


async def _watched(app: App, jobs: Jobs) -> None:
    """Read each folder as soon as what changed in it has come to rest."""
    folders = {
        source.name: app.settings.path(source.path or "")
        for source in app.settings.source
        if source.kind == "folder"
    }
    async for name in watch.changes(folders):
        await jobs.guarded("collect", partial(jobs.collect, (name,)))


def _check(settings: Settings) -> None:
    """Raise BriefError for what would be wrong once the settings are at work."""
    exposed = check_exposure(settings)
    if exposed is not None:
        raise SettingsError((exposed,))
    setup.wanted(settings)
    setup.desk(settings)
    setup.channels(settings)
    setup.mailbox_for_bounces(settings)
    # The topic, the summarizer's words and the database are read.
    with App(settings) as app:
        if settings.serve.workers:
            queue_schema.migrated(app.store)


def _leave_at_once() -> None:
    log.warning("stopped at once by a second signal")
    for child in multiprocessing.active_children():
        child.kill()
    logging.shutdown()
    os._exit(1)


_SIGNALS: dict[int, End] = {
    signal.SIGTERM: "stop",
    signal.SIGINT: "stop",
    signal.SIGHUP: "reload",
}
