"""A task that does nothing: ours beside the engine as it comes, in one process each."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.figures import Empty
from benchmarks.metering import Look
from service.engine import GROUPS, Due, Queue
from service.store import Store
from tests.postgres.cluster import Cluster

#: In one process at once, of both.
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spent:
    """Of all tasks, in seconds."""

    hand_s: float
    run_s: float
    own_s: float


class _Nothing:
    """Steps that do nothing."""

    def due(self) -> Due:
        return Due()

    async def collect(self, number: int) -> None:
        return

    condense = publish = deliver = collect


def measured(cluster: Cluster, count: int) -> dict[str, Empty]:
    """Return what an empty task costs: "bare" and "ours"."""
    return {
        name: _measured(cluster, work, count) for name, work in (("bare", _bare), ("ours", _ours))
    }


def _measured(cluster: Cluster, work: Callable[[str, int], Awaitable[_Spent]], count: int) -> Empty:
    url = cluster.database()
    Store.open(url).close()
    with Look(cluster, url) as look:
        before = look.server_s()
        spent = asyncio.run(_awaited(work, url, count))
        server_s = look.server_s() - before
    return Empty(
        hand_ms=1000 * spent.hand_s / count,
        run_ms=1000 * spent.run_s / count,
        own_ms=1000 * spent.own_s / count,
        server_ms=1000 * server_s / count,
    )


async def _awaited(work: Callable[[str, int], Awaitable[_Spent]], url: str, count: int) -> _Spent:
    return await work(url, count)


async def _bare(url: str, count: int) -> _Spent:
    """The engine with its defaults: a statement a task, each waits for the disk."""
    from procrastinate import App, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=url))

    @app.task(name="empty")
    async def empty(number: int) -> None:
        return

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        begun, own = time.perf_counter(), time.process_time()
        for number in range(count):
            await empty.defer_async(number=number)
        handed = time.perf_counter()
        await app.run_worker_async(wait=False, concurrency=_AT_ONCE, install_signal_handlers=False)
        return _Spent(
            hand_s=handed - begun,
            run_s=time.perf_counter() - handed,
            own_s=time.process_time() - own,
        )


async def _ours(url: str, count: int) -> _Spent:
    """Our queue: hints handed over by sweeps, as many at once as a round of work has, then run."""
    queue = Queue(url)
    async with queue.opened():
        begun, own = time.perf_counter(), time.process_time()
        for first in range(0, count, GROUPS):
            await queue.sweep(Due(groups=tuple(range(first, min(first + GROUPS, count)))))
        handed = time.perf_counter()
        await queue.work(_Nothing(), at_once={"collect": _AT_ONCE}, wait=False)
        return _Spent(
            hand_s=handed - begun,
            run_s=time.perf_counter() - handed,
            own_s=time.process_time() - own,
        )
