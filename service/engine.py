"""The steps of the service, run here, or handed to workers on other machines.

Problem: one machine can read and send only so much; and work that is spread over several must not
be lost, nor done twice where that is seen. Choice: the tables say what is due and who is at it
(`Due`), and each step asks them first. What is handed over is a hint ("collect group 17",
"condense part 3", "publish"), by Procrastinate, whose queue lies in the same database: no broker, a
job is fetched with SKIP LOCKED, LISTEN wakes who waits. A hint that is lost, doubled or late costs
nothing: the step finds what is due now, or nothing. So the queue may be emptied at any time, and
one sweep builds it up again; and the very same steps run in one process without any queue (`here`).

Each hint has a queueing lock: while one waits, a second like it is refused. There is no lock on
what runs: who has the work is said by leases in our own tables, which a frozen worker loses, while
the engine's locks stay with a job until somebody gives the job up. A step that fails is put off by
the engine, twice as long each time; while it waits, its queueing lock keeps the sweep from handing
it over again. After the last try it is dropped, the operator is told, and the next sweep begins
anew. A job whose worker has died is put off in the same way, so that a poisoned one cannot end
worker after worker.

What is a step: what can be lost and done again without anybody seeing it, and costs more than the
hint. `condense` is (`service.condensing`): 200 articles take an eighth to a quarter of a second,
and no two of them need each other. To extract is not. It is 24 ms of CPU a feed, in processes that
can be killed, beside the request; as a task of its own it would need the body, 112 KB of real feeds
on average, written to the database, read and deleted, which takes 10 ms, 2 of them of this
machine's CPU, and a hint more, for work that is spread already: whoever has the group does it. To
render is not, either. An issue is there with its files, its mails and the end of its period in one
transaction, or not at all. Its pages take 4 to 7 s of CPU, once a period, in a process that can be
killed (`render.worker`), and a format that takes too long is left out. Made later, it would
contradict the issue, whose coverage prints that it could not be made, and whose mails have gone
without it; `briefing issues render` makes it for who asks.

Rejected: to hand over in the transaction that makes work due, which the engine can. It would tie
every write of the store to the queue's tables, also where there is no queue, for what a sweep right
after the commit does as well (`Worker.soon`), and the next one five seconds later in any case.

Groups: sources are spread over `GROUPS` by the host that they are read from. A group is one
worker's at a time, so that a host is asked by one at a time, one request after the other, whoever
it is; a lease for each request to a host was rejected, which would cost two transactions a request.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit
from zlib import crc32

from service import queue_schema
from service.errors import UnreachableError
from service.store.postgres import LASTING

if TYPE_CHECKING:
    from procrastinate.jobs import Job
    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool

log = logging.getLogger(__name__)

#: In so many parts the sources are spread. Workers of different versions must agree on it. More of
#: them would let more than eight workers read at once, and leave each of few workers with too few
#: hosts to go to while it waits for the others (`benchmarks.capacity` shows both).
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
LIMITS_S = {"collect": 600.0, "publish": 1200.0, "deliver": 120.0, "condense": 60.0}
#: What is fetched first.
PRIORITIES = {"publish": 20, "deliver": 10, "collect": 0, "condense": -10}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is due and nobody is at."""

    #: Groups of which a source may be read.
    groups: tuple[int, ...] = ()
    #: Periods that can be claimed.
    periods: int = 0
    #: Messages to be sent.
    messages: int = 0
    #: Pieces of work of articles that can be worked out before an issue asks for them.
    parts: tuple[int, ...] = ()

    def hints(self) -> tuple[tuple[str, int], ...]:
        """Return the steps that are to be run: name and number, the most urgent first."""
        lanes = min(-(-self.messages // LANE), LANES)
        publish = [("publish", number) for number in range(min(self.periods, LANES))]
        return (
            *publish,
            *(("deliver", number) for number in range(lanes)),
            *(("collect", group) for group in self.groups),
            *(("condense", part) for part in self.parts),
        )


class Steps(Protocol):
    """The steps; each may be called at any time, also when nothing is due."""

    def due(self) -> Due: ...

    async def collect(self, number: int) -> None: ...

    async def publish(self, number: int) -> None: ...

    async def deliver(self, number: int) -> None: ...

    async def condense(self, number: int) -> None: ...


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

        self._conninfo = conninfo
        connector = PsycopgConnector(
            pool_factory=_pool,
            conninfo=conninfo,
            min_size=1,
            max_size=connections,
            timeout=10.0,
            # Not ours to wait for: who runs us tries again.
            reconnect_timeout=5.0,
            configure=_unhurried,
            kwargs=_CONNECTING,
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
            try:
                await run(self._steps, name, number)
            except Exception:
                # The engine cannot put one off while another like it waits: that one tries again.
                if f"{name}:{number}" not in await self._waiting():
                    raise

        return step

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Keep connections within. Raises UnreachableError where there is no database."""
        with unreachable():
            # First, because it says at once that there is no server, or no way in; the pool would
            # try again for half a minute, and then not say why.
            await self._made()
            async with self._app.open_async():
                yield

    async def _made(self) -> None:
        """Make the queue's tables where there are none; StoreError: they are another version's."""
        await asyncio.to_thread(queue_schema.made, self._conninfo)

    async def sweep(self, due: Due) -> int:
        """Hand over what is due and does not wait, in one statement; return how many steps."""
        from procrastinate.exceptions import AlreadyEnqueued

        jobs = {job.queueing_lock: job for job in (_job(*hint) for hint in due.hints())}
        with unreachable():
            for _ in range(_RACES):
                waiting = await self._waiting()
                missing = [job for lock, job in jobs.items() if lock not in waiting]
                if not missing:
                    return 0
                # One lock that another sweep took since we looked undoes the whole statement.
                with suppress(AlreadyEnqueued):
                    await self._app.job_manager.batch_defer_jobs_async(missing)
                    return len(missing)
            return 0

    async def revive(self) -> int:
        """Put off the jobs of workers that have died; return how many."""
        with unreachable():
            manager = self._app.job_manager
            found = await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S)
            stalled = tuple(found)
            waiting = await self._waiting() if stalled else set()
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

    async def _waiting(self) -> set[str | None]:
        """Return the queueing locks that are taken."""
        return {job.queueing_lock for job in await self._jobs("todo")}

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
#: Sweeps that meet are tried so often; then the one that comes next hands over what is missing.
_RACES = 5
#: Of each connection of the queue.
_CONNECTING: dict[str, Any] = {**LASTING, "application_name": "briefing queue"}


def _job(name: str, number: int) -> "Job":
    """Return a hint as the engine writes it."""
    from procrastinate.jobs import Job

    return Job(
        queue=name,
        task_name=name,
        priority=PRIORITIES[name],
        lock=None,
        queueing_lock=f"{name}:{number}",
        task_kwargs={"number": number},
    )


def _pool(*, check: object, **given: Any) -> "AsyncConnectionPool[Any]":
    """Return a pool that hands out connections unchecked: a dead one ends the work, which begins
    anew with others; to ask each one first would cost a round trip a statement."""
    from psycopg_pool import AsyncConnectionPool

    return AsyncConnectionPool(**given)


async def _unhurried(connection: "AsyncConnection[Any]") -> None:
    """Let each statement be a transaction, whose commit does not wait for the disk.

    A hint that is lost with the power comes back with the next sweep. The store has connections of
    its own, whose commits wait.
    """
    await connection.set_autocommit(True)
    await connection.execute("SET synchronous_commit TO off")


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
