"""Hints of the distributed engine, with steps that only count."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from service import engine
from service.engine import LANE, LANES, Due, Queue, here
from service.errors import UnreachableError
from tests.postgres.given import server


class Counting:
    """Steps that say how often they were run."""

    def __init__(self, due: Due) -> None:
        self._due, self.ran = due, Counter[str]()
        self.fails = False

    def due(self) -> Due:
        return self._due

    async def collect(self, number: int) -> None:
        if self.fails:
            raise RuntimeError("a step that cannot be done")
        self.ran[f"collect {number}"] += 1

    async def publish(self, number: int) -> None:
        self.ran[f"publish {number}"] += 1

    async def deliver(self, number: int) -> None:
        self.ran[f"deliver {number}"] += 1


ALL = Due(groups=(3, 17), periods=1, messages=LANE + 1)
RAN = Counter({"publish 0": 1, "deliver 0": 1, "deliver 1": 1, "collect 3": 1, "collect 17": 1})


@pytest.fixture
def url() -> Iterator[str]:
    with server().empty() as url:
        yield url


def until_done(queue: Queue, steps: Counting) -> "asyncio.Future[None]":
    one = {"collect": 1, "publish": 1, "deliver": 1}
    return asyncio.ensure_future(queue.work(steps, at_once=one, wait=False))


def test_what_is_due_is_run_here_without_any_queue() -> None:
    steps = Counting(ALL)
    assert asyncio.run(here(steps)) == 5
    assert steps.ran == RAN


def test_the_most_urgent_is_the_first_and_a_flood_of_messages_is_no_flood_of_hints() -> None:
    hints = Due(groups=(1,), periods=2, messages=10**7).hints()
    assert [name for name, _ in hints] == ["publish"] * 2 + ["deliver"] * LANES + ["collect"]


def test_what_is_due_is_handed_over_once_however_often_it_is_swept(url: str) -> None:
    async def run() -> tuple[int, int, dict[str, int], Counter[str], dict[str, int]]:
        queue, steps = Queue(url), Counting(ALL)
        async with queue.opened():
            first, second = await queue.sweep(ALL), await queue.sweep(ALL)
            waiting = await queue.counts()
            await until_done(queue, steps)
            return first, second, waiting, steps.ran, await queue.counts()

    first, second, waiting, ran, after = asyncio.run(run())
    assert (first, second) == (5, 0)
    assert waiting == {"publish": 1, "deliver": 2, "collect": 2}
    assert ran == RAN
    assert after == {}


def test_a_queue_that_was_emptied_is_built_up_by_the_next_sweep(url: str) -> None:
    async def run() -> Counter[str]:
        queue, steps = Queue(url), Counting(ALL)
        async with queue.opened():
            await queue.sweep(ALL)
            server().sql("TRUNCATE procrastinate_jobs CASCADE", url.rpartition("/")[2])
            assert await queue.counts() == {}
            assert await queue.sweep(ALL) == 5
            await until_done(queue, steps)
            return steps.ran

    assert asyncio.run(run()) == RAN


def test_a_step_that_fails_is_put_off_and_not_handed_over_again_meanwhile(url: str) -> None:
    due = Due(groups=(3,))

    async def run() -> tuple[int, dict[str, int], Counter[str]]:
        queue, steps = Queue(url), Counting(due)
        steps.fails = True
        async with queue.opened():
            await queue.sweep(due)
            await until_done(queue, steps)
            return await queue.sweep(due), await queue.counts(), steps.ran

    again, waiting, ran = asyncio.run(run())
    assert again == 0
    assert waiting == {"collect": 1}
    assert ran == {}


def test_the_job_of_a_dead_worker_is_put_off_and_taken_up(url: str) -> None:
    due = Due(groups=(3,))
    name = url.rpartition("/")[2]

    async def run() -> tuple[int, int]:
        queue = Queue(url)
        async with queue.opened():
            await queue.sweep(due)
            # A worker that fetched it, and was never heard of again.
            server().sql(
                "SELECT * FROM procrastinate_fetch_job_v2(NULL, "
                "(SELECT worker_id FROM procrastinate_register_worker_v1()))",
                name,
            )
            server().sql(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'", name
            )
            return await queue.revive(), await queue.sweep(due)

    assert asyncio.run(run()) == (1, 0)
    ready = "SELECT status, scheduled_at > now() FROM procrastinate_jobs"
    assert server().sql(ready, name) == [("todo", True)]


def test_a_database_that_is_not_there_is_named(url: str) -> None:
    async def run() -> None:
        async with Queue("postgresql://briefing@127.0.0.1:1/none").opened():
            pass

    with pytest.raises(UnreachableError, match="does not answer"):
        asyncio.run(run())


def test_every_source_of_a_host_is_in_one_group_and_groups_are_even() -> None:
    assert engine.group_of("https://Wire.example/a") == engine.group_of("http://wire.example:8/b")
    sizes = Counter(engine.group_of(f"https://h{n}.example/feed") for n in range(6400))
    assert len(sizes) == engine.GROUPS
    assert max(sizes.values()) < 200
