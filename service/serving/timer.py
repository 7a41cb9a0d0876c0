"""The scheduler as a clock that calls jobs, and nothing else.

It holds its jobs in memory, each is run once at a time, and what is missed is run once, however
late. Its own triggers count in wall time: a clock that is put ahead by a year would make them list
every time that was missed, one that is put back would silence them until the old time comes again.
So the next time counts from now on (`Every`), and after a leap back all jobs are due at once
(`rewind`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]


class Every(BaseTrigger):  # type: ignore[misc]
    """Due so many seconds after it was last due, or after now where that is past."""

    __slots__ = ("_interval",)

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return a time after `now`, or `now` for a job that never ran."""
        if previous is None:
            return now
        following = previous + self._interval
        return following if now < following <= now + self._interval else now + self._interval


class Timer:
    """Calls jobs, each once at a time."""

    def __init__(self, run: Callable[[str, Job], Awaitable[object]]) -> None:
        """run: runs a job of a name; what it raises is lost."""
        self._run = run
        self._tasks: set[asyncio.Task[object]] = set()
        self._ending = False
        self._loop = asyncio.get_running_loop()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(_lost, EVENT_JOB_ERROR)
        self._scheduler.start()

    def every(self, name: str, job: Job, seconds: float) -> None:
        """Run a job now, and then every so many seconds."""

        async def once() -> None:
            if self._ending:
                return
            task = asyncio.create_task(self._watched(name, job), name=name)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            # Not the task itself: what waits for it may be cancelled, the job has its own end.
            await asyncio.wait((task,))
            if not task.cancelled():
                task.result()

        self._scheduler.add_job(once, Every(seconds), id=name, next_run_time=datetime.now(UTC))

    async def _watched(self, name: str, job: Job) -> object:
        return await self._run(name, job)

    def soon(self, name: str) -> None:
        """Run a job now, or as soon as it has come to its end. Any thread may ask."""
        self._loop.call_soon_threadsafe(self._now, name)

    def rewind(self) -> None:
        """Run all jobs now: the wall clock has leapt."""
        for job in self._scheduler.get_jobs():
            self._now(job.id)

    def _now(self, name: str) -> None:
        if not self._ending:
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def pause(self) -> None:
        """Begin nothing more."""
        self._ending = True
        self._scheduler.pause()

    @property
    def tasks(self) -> tuple["asyncio.Task[Any]", ...]:
        """Jobs that are under way."""
        return tuple(self._tasks)

    def close(self) -> None:
        """End the scheduler, when nothing is under way any more."""
        self._ending = True
        self._scheduler.shutdown(wait=False)


def _lost(event: JobExecutionEvent) -> None:
    log.error("the clock lost a job id=%s error=%s", event.job_id, event.exception)
