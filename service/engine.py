"""The steps of the service, run here, or handed to workers on other machines.

Problem: one machine can read and send only so much; and work that is spread over several must not
be lost, nor done twice where that is seen. Choice: the tables say what is due and who is at it
(`Due`), and each step asks them first. What is handed over is a hint ("collect group 17",
"publish", "deliver"), by Procrastinate, whose queue lies in the same database: no broker, a job is
fetched with SKIP LOCKED, LISTEN wakes who waits. A hint that is lost, doubled or late costs
nothing: the step finds what is due now, or nothing. So the queue may be emptied at any time, and
one sweep builds it up again; and the very same steps run in one process without any queue (`here`).

Each hint has a queueing lock: while one waits, a second like it is refused. There is no lock on
what runs: who has the work is said by leases in our own tables, which a frozen worker loses, while
the engine's locks stay with a job until somebody gives the job up. A step that fails is put off by
the engine, twice as long each time; while it waits, its queueing lock keeps the sweep from handing
it over again. After the last try it is dropped, the operator is told, and the next sweep begins
anew. A job whose worker has died is put off in the same way, so that a poisoned one cannot end
worker after worker.

Groups: sources are spread over `GROUPS` by the host that they are read from. A group is one
worker's at a time, so that a host is asked by one at a time, one request after the other, whoever
it is; a lease for each request to a host was rejected, which would cost two transactions a request.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit
from zlib import crc32

from service.errors import UnreachableError

if TYPE_CHECKING:
    from procrastinate.jobs import Job

log = logging.getLogger(__name__)

#: In so many parts the sources are spread. Workers of different versions must agree on it.
GROUPS = 64
#: Workers that send at once, at most, and messages that are due for each before the next begins.
LANES, LANE = 16, 200
#: Between two looks at what is due.
SWEEP_S = 5.0
#: A job whose worker has not been heard of for so long is taken from it.
STALLED_S = 45.0
#: How often a step is tried before its hint is dropped, and the first pause, doubled each time.
TRIES, PAUSE_S = 8, 4
#: Longer than this no step takes: what is still to do is handed over again.
LIMITS_S = {"collect": 600.0, "publish": 1200.0, "deliver": 120.0}
#: What is fetched first.
PRIORITIES = {"publish": 20, "deliver": 10, "collect": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is due and nobody is at."""

    #: Groups of which a source may be read.
    groups: tuple[int, ...] = ()
    #: Periods that can be claimed.
    periods: int = 0
    #: Messages to be sent.
    messages: int = 0

    def hints(self) -> tuple[tuple[str, int], ...]:
        """Return the steps that are to be run: name and number, the most urgent first."""
        lanes = min(-(-self.messages // LANE), LANES)
        publish = [("publish", number) for number in range(min(self.periods, LANES))]
        return (
            *publish,
            *(("deliver", number) for number in range(lanes)),
            *(("collect", group) for group in self.groups),
        )


class Steps(Protocol):
    """The steps; each may be called at any time, also when nothing is due."""

    def due(self) -> Due: ...

    async def collect(self, number: int) -> None: ...

    async def publish(self, number: int) -> None: ...

    async def deliver(self, number: int) -> None: ...


def group_of(address: str) -> int:
    """Return the group of a source: that of its host, or of its folder."""
    return crc32((urlsplit(address).hostname or address).lower().encode()) % GROUPS


async def here(steps: Steps, *, at_once: int = 8) -> int:
    """Run all that is due in this process, so many steps at once; return how many steps."""
    hints = (await asyncio.to_thread(steps.due)).hints()
    places = asyncio.Semaphore(at_once)

    async def one(name: str, number: int) -> None:
        async with places:
            await run(steps, name, number)

    await asyncio.gather(*(one(name, number) for name, number in hints))
    return len(hints)


async def run(steps: Steps, name: str, number: int) -> None:
    """Run one step, for no longer than it may take."""
    step: Callable[[int], Awaitable[None]] = getattr(steps, name)
    async with asyncio.timeout(LIMITS_S[name]):
        await step(number)


class Queue:
    """The hints, in the database."""

    def __init__(self, conninfo: str, *, connections: int = 8) -> None:
        """conninfo: as psycopg takes it. connections: to the database, at most."""
        from procrastinate import App, PsycopgConnector, RetryStrategy

        connector = PsycopgConnector(
            conninfo=conninfo,
            min_size=1,
            max_size=connections,
            timeout=10.0,
            # Not ours to wait for: who runs us tries again.
            reconnect_timeout=5.0,
            kwargs={"connect_timeout": 10, "application_name": "briefing queue"},
        )
        self._app = App(connector=connector)
        self._steps: Steps | None = None
        retry = RetryStrategy(max_attempts=TRIES, exponential_wait=PAUSE_S)
        for name in LIMITS_S:
            self._app.task(name=name, queue=name, priority=PRIORITIES[name], retry=retry)(
                self._task(name)
            )

    def _task(self, name: str) -> Callable[[int], Awaitable[None]]:
        async def step(number: int) -> None:
            if self._steps is None:
                raise RuntimeError("a step without its objects")
            await run(self._steps, name, number)

        return step

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Keep connections within. Raises UnreachableError where there is no database."""
        with unreachable():
            async with self._app.open_async():
                await self._made()
                yield

    async def _made(self) -> None:
        """Make the queue's tables where there are none."""
        if not await self._app.check_connection_async():
            await self._app.schema_manager.apply_schema_async()
            log.info("queue made")

    async def defer(self, name: str, number: int) -> bool:
        """Hand a step over; return whether it was not waiting already."""
        from procrastinate.exceptions import AlreadyEnqueued

        task = self._app.configure_task(
            name,
            queue=name,
            priority=PRIORITIES[name],
            queueing_lock=f"{name}:{number}",
        )
        try:
            await task.defer_async(number=number)
        except AlreadyEnqueued:
            return False
        return True

    async def sweep(self, due: Due) -> int:
        """Hand over what is due and does not wait; return how many steps."""
        with unreachable():
            waiting = {job.queueing_lock for job in await self._jobs("todo")}
            hints = [h for h in due.hints() if f"{h[0]}:{h[1]}" not in waiting]
            return sum([await self.defer(name, number) for name, number in hints])

    async def revive(self) -> int:
        """Put off the jobs of workers that have died; return how many."""
        with unreachable():
            manager = self._app.job_manager
            found = await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S)
            stalled = tuple(found)
            waiting = {job.queueing_lock for job in await self._jobs("todo")} if stalled else set()
            for job in stalled:
                if job.attempts >= TRIES or job.queueing_lock in waiting:
                    await self._drop(job)
                    continue
                waiting.add(job.queueing_lock)
                pause = timedelta(seconds=min(PAUSE_S**job.attempts, 3600))
                await manager.retry_job(job, retry_at=datetime.now(UTC) + pause)
            if stalled:
                log.warning("jobs of dead workers taken up count=%d", len(stalled))
            return len(stalled)

    async def _drop(self, job: "Job") -> None:
        from procrastinate.jobs import Status

        await self._app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)

    async def counts(self) -> dict[str, int]:
        """Return how many jobs wait, by step."""
        found: dict[str, int] = {}
        for job in await self._jobs("todo"):
            found[job.task_name] = found.get(job.task_name, 0) + 1
        return found

    async def _jobs(self, status: str) -> "tuple[Job, ...]":
        return tuple(await self._app.job_manager.list_jobs_async(status=status))

    async def work(self, steps: Steps, *, at_once: dict[str, int], wait: bool = True) -> None:
        """Run the steps that are handed over, until cancelled; or, without `wait`, until none is.

        at_once: of each step. Raises UnreachableError when the database goes away.
        """
        self._steps = steps
        workers = [
            asyncio.create_task(
                self._app.run_worker_async(
                    queues=[name],
                    name=name,
                    concurrency=number,
                    wait=wait,
                    delete_jobs="always",
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=_GRACE_S,
                )
            )
            for name, number in at_once.items()
        ]
        with unreachable():
            try:
                await asyncio.gather(*workers)
            finally:
                for one in workers:
                    one.cancel()
                await asyncio.gather(*workers, return_exceptions=True)


#: What is under way when a worker is to stop is brought to its end for so long.
_GRACE_S = 20.0


@contextmanager
def unreachable() -> Iterator[None]:
    """Raise UnreachableError for a fault of the queue's database; let all else through."""
    from procrastinate.exceptions import ConnectorException
    from psycopg import OperationalError
    from psycopg_pool import PoolTimeout

    try:
        yield
    except (ConnectorException, OperationalError, PoolTimeout) as error:
        cause = error.__cause__ or error
        why = (str(cause).splitlines() or [""])[0]
        raise UnreachableError(f"the queue's database does not answer ({why})") from error
