"""The service: it starts the jobs, stops them in good order, and begins anew with other settings.

The scheduler is a clock and nothing else: it holds its jobs in memory, each is run once at a time,
and what is missed is run once, however late. SIGTERM and SIGINT stop: nothing new is begun, what is
under way is brought to its end within `serve.stop_s`, and what is not is given back by its lease.
SIGHUP reads the settings again; wrong ones are refused, and the old ones stay.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from feeds import watch
from service import settings as reading
from service.app import App
from service.delivering import setup
from service.delivering.courier import new_owner
from service.errors import SettingsError
from service.progress import Progress, Silent
from service.serving import systemd
from service.serving.clock import Clock
from service.serving.jobs import COLLECT_S, PAUSE, TICK_S, Jobs
from service.settings import Settings
from service.store import beats, notices, recipients

log = logging.getLogger(__name__)

End = Literal["stop", "reload"]


class Service:
    """One run of `briefing serve`, from its start to its last signal."""

    def __init__(
        self,
        settings: Settings,
        *,
        file: Path | None = None,
        clock: Clock | None = None,
        progress: Progress | None = None,
    ) -> None:
        """file: where the settings were read, to be read again; None: the default place."""
        self._settings, self._file = settings, file
        self._clock = clock or Clock()
        self._progress = progress or Silent()
        self._asked = asyncio.Event()
        self._end: End = "stop"
        #: What is wrong with settings that were to be taken up, until it is told.
        self._refused: SettingsError | None = None

    def ask(self, end: End) -> None:
        """Ask the service to stop, or to read its settings again. A second time stops at once."""
        if self._asked.is_set() and self._end == "stop" and end == "stop":
            raise SystemExit(1)
        self._end = end
        self._asked.set()

    async def run(self) -> None:
        """Serve until asked to stop. Raises BriefError for what is wrong at the start."""
        loop = asyncio.get_running_loop()
        for number, end in _SIGNALS.items():
            loop.add_signal_handler(number, self.ask, end)
        try:
            while True:
                self._asked.clear()
                await self._session(self._settings)
                if self._end == "stop":
                    break
                self._settings = self._reread()
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _reread(self) -> Settings:
        """Return the settings as they are now, or the old ones where the new are wrong."""
        try:
            found = reading.load(self._file)
        except SettingsError as error:
            for problem in error.problems:
                log.error("settings refused reason=%s", problem)
            self._refused = error
            return self._settings
        log.info("settings read again")
        return found

    async def _session(self, settings: Settings) -> None:
        """Serve with these settings until asked for something else."""
        with App(settings, clock=self._clock.now, settled_s=watch.INTERVAL_S) as app:
            owner = new_owner()
            stop = asyncio.Event()
            courier = app.courier()
            jobs = Jobs(
                app,
                self._clock,
                courier,
                owner=owner,
                progress=self._progress,
                stopping=stop.is_set,
            )
            await asyncio.to_thread(self._prepare, app)
            app.press.start()
            async with app.reading(), self._clocked(jobs), self._beside(app, jobs, stop):
                systemd.notify("READY=1")
                log.info("service started editions=%d", len(settings.edition))
                await self._asked.wait()
                systemd.notify("STOPPING=1" if self._end == "stop" else "RELOADING=1")
                stop.set()
                log.info("service stopping reason=%s", self._end)
            await courier.close()

    def _prepare(self, app: App) -> None:
        """Bring the settings' recipients into the store, and tell of settings that were refused."""
        now = self._clock.now()
        with app.store.write() as db:
            recipients.sync(db, setup.wanted(app.settings), setup.groups(app.settings), now=now)
            beats.beat(db, "start", at=now)
            if self._refused is not None:
                text = f"the changed settings are wrong, the old ones are in use: {self._refused}"
                notices.tell(db, "settings", text, now=now)
                self._refused = None
        if app.settings.recipient:
            # What would be wrong when the first mail is built is told now.
            setup.desk(app.settings)

    @contextlib.asynccontextmanager
    async def _clocked(self, jobs: Jobs) -> AsyncIterator[None]:
        """Let the scheduler call the jobs; leave when what it called has ended."""
        running: set[asyncio.Task[Any]] = set()

        def every(name: str, job: Callable[[], Awaitable[None]], seconds: float) -> None:
            async def once() -> None:
                task = asyncio.create_task(jobs.guarded(name, job), name=name)
                running.add(task)
                try:
                    await task
                finally:
                    running.discard(task)

            scheduler.add_job(
                once, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC)
            )

        scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        scheduler.add_listener(_failed, EVENT_JOB_ERROR)
        scheduler.start()
        every("tick", jobs.tick, TICK_S)
        every("collect", jobs.collect, COLLECT_S)
        every("publish", jobs.publish, TICK_S)
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)
            await _bounded(running, self._settings.serve.stop_s)

    @contextlib.asynccontextmanager
    async def _beside(self, app: App, jobs: Jobs, stop: asyncio.Event) -> AsyncIterator[None]:
        """Run what goes on all the time: the courier, and watching folders."""
        deliver = asyncio.create_task(
            self._again("deliver", jobs, stop, lambda: jobs.deliver(stop)), name="deliver"
        )
        watching = asyncio.create_task(
            self._again("watch", jobs, stop, lambda: _watched(app, jobs)), name="watch"
        )
        try:
            yield
        finally:
            watching.cancel()
            await _bounded({deliver, watching}, self._settings.serve.stop_s)

    async def _again(
        self, name: str, jobs: Jobs, stop: asyncio.Event, job: Callable[[], Awaitable[None]]
    ) -> None:
        """Run what is to go on for ever; after a failure, again."""
        while not stop.is_set():
            await jobs.guarded(name, job)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PAUSE.total_seconds())


async def _watched(app: App, jobs: Jobs) -> None:
    """Read each folder as soon as what changed in it has come to rest."""
    folders = {
        source.name: app.settings.path(source.path or "")
        for source in app.settings.source
        if source.kind == "folder"
    }
    async for name in watch.changes(folders):
        await jobs.guarded("collect", partial(jobs.collect, (name,)))


async def _bounded(tasks: "set[asyncio.Task[Any]]", seconds: float) -> None:
    """Wait for what is under way; what takes too long is cut off, and its lease gives it back."""
    pending = {task for task in tasks if not task.done()}
    if not pending:
        return
    _, late = await asyncio.wait(pending, timeout=seconds)
    for task in late:
        task.cancel()
        log.warning("job cut off at the end name=%s", task.get_name())
    await asyncio.gather(*late, return_exceptions=True)


def _failed(event: JobExecutionEvent) -> None:
    log.error("the clock lost a job id=%s error=%s", event.job_id, event.exception)


_SIGNALS: dict[int, End] = {
    signal.SIGTERM: "stop",
    signal.SIGINT: "stop",
    signal.SIGHUP: "reload",
}
