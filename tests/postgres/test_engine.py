"""Hints of the distributed engine, with steps that only count."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from service import engine
from service.engine import LANE, LANES, Due, Queue, here
from service.errors import StoreError, UnreachableError
from service.store import Store
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

    async def condense(self, number: int) -> None:
        self.ran[f"condense {number}"] += 1


ALL = Due(groups=(3, 17), periods=1, messages=LANE + 1, parts=(16,))
RAN = Counter(
    ["publish 0", "deliver 0", "deliver 1", "collect 3", "collect 17", "condense 16"],
)


@pytest.fixture
def url() -> Iterator[str]:
    with server().empty() as url:
        yield url


def until_done(queue: Queue, steps: Counting) -> "asyncio.Future[None]":
    one = dict.fromkeys(engine.LIMITS_S, 1)
    return asyncio.ensure_future(queue.work(steps, at_once=one, wait=False))


def test_what_is_due_is_run_here_without_any_queue() -> None:
    steps = Counting(ALL)
    assert asyncio.run(here(steps)) == 6
    assert steps.ran == RAN


def test_the_most_urgent_is_the_first_and_a_flood_of_messages_is_no_flood_of_hints() -> None:
    hints = Due(groups=(1,), periods=2, messages=10**7, parts=(3,)).hints()
    names = [name for name, _ in hints]
    assert names == ["publish"] * 2 + ["deliver"] * LANES + ["collect", "condense"]
    urgent = [engine.PRIORITIES[name] for name in names]
    assert urgent == sorted(urgent, reverse=True)


def test_what_is_due_is_handed_over_once_however_often_it_is_swept(url: str) -> None:
    async def run() -> tuple[int, int, dict[str, int], Counter[str], dict[str, int]]:
        queue, steps = Queue(url), Counting(ALL)
        async with queue.opened():
            first, second = await queue.sweep(ALL), await queue.sweep(ALL)
            waiting = await queue.counts()
            await until_done(queue, steps)
            return first, second, waiting, steps.ran, await queue.counts()

    first, second, waiting, ran, after = asyncio.run(run())
    assert (first, second) == (6, 0)
    assert waiting == {"publish": 1, "deliver": 2, "collect": 2, "condense": 1}
    assert ran == RAN
    assert after == {}


def test_a_queue_that_was_emptied_is_built_up_by_the_next_sweep(url: str) -> None:
    async def run() -> Counter[str]:
        queue, steps = Queue(url), Counting(ALL)
        async with queue.opened():
            await queue.sweep(ALL)
            server().sql("TRUNCATE procrastinate_jobs CASCADE", url.rpartition("/")[2])
            assert await queue.counts() == {}
            assert await queue.sweep(ALL) == 6
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


def test_a_step_that_fails_while_the_next_one_waits_leaves_that_one_only(url: str) -> None:
    due = Due(groups=(3,))

    class Meanwhile(Counting):
        async def collect(self, number: int) -> None:
            self.ran["collect"] += 1
            if self.ran["collect"] == 1:
                assert await queue.sweep(due) == 1
            raise RuntimeError("a step that cannot be done")

    queue, steps = Queue(url), Meanwhile(due)

    async def run() -> None:
        async with queue.opened():
            await queue.sweep(due)
            await until_done(queue, steps)

    asyncio.run(run())
    assert steps.ran["collect"] == 2
    jobs = server().sql("SELECT status FROM procrastinate_jobs", url.rpartition("/")[2])
    assert jobs == [("todo",)]


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


def test_a_hint_that_is_due_twice_is_handed_over_once(url: str) -> None:
    async def run() -> tuple[int, dict[str, int]]:
        queue = Queue(url)
        async with queue.opened():
            return await queue.sweep(Due(groups=(3, 3))), await queue.counts()

    assert asyncio.run(run()) == (1, {"collect": 1})


class Met(Queue):
    """A queue whose sweep meets another one between its look and its statement, so many times.

    The other one hands over group 0 at the first time, group 1 at the second, and so on.
    """

    def __init__(self, conninfo: str, other: Queue, times: int) -> None:
        super().__init__(conninfo)
        self._other, self._groups = other, iter(range(times))

    async def _waiting(self) -> set[str | None]:
        found = await super()._waiting()
        for group in self._groups:
            await self._other.sweep(Due(groups=(group,)))
            break
        return found


@pytest.mark.parametrize(("times", "handed"), [(0, 5), (1, 4), (3, 2), (100, 0)])
def test_a_sweep_that_meets_others_hands_over_what_they_did_not_and_ends(
    url: str, times: int, handed: int
) -> None:
    """One that meets them without end leaves the rest to the next."""
    due = Due(groups=tuple(range(5)) if times < 100 else tuple(range(50)))

    async def run() -> tuple[int, dict[str, int]]:
        other = Queue(url)
        queue = Met(url, other, times)
        async with other.opened(), queue.opened():
            return await queue.sweep(due), await queue.counts()

    swept, waiting = asyncio.run(run())
    assert swept == handed
    assert waiting == {"collect": 5}


def test_a_commit_of_the_queue_does_not_wait_for_the_disk_and_one_of_the_store_does(
    url: str,
) -> None:
    asked = "SHOW synchronous_commit"

    async def run() -> str:
        queue = Queue(url)
        async with queue.opened():
            row = await queue._app.connector.execute_query_one_async(asked)
            return str(row["synchronous_commit"])

    with Store.open(url) as store, store.write() as db:
        assert db.exec_driver_sql(asked).scalar_one() == "on"
    assert asyncio.run(run()) == "off"


def test_connections_that_a_restart_has_cut_end_the_work_and_the_next_attempt_has_others(
    url: str,
) -> None:
    due = Due(groups=(3,))

    async def run() -> int:
        queue = Queue(url)
        async with queue.opened():
            await asyncio.to_thread(server().restart)
            with pytest.raises(UnreachableError, match="does not answer"):
                await queue.sweep(due)
        async with queue.opened():
            return await queue.sweep(due)

    assert asyncio.run(run()) == 1


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("nowhere", "refused"),
        ("no way in", "refuses this user and password"),
    ],
)
def test_a_database_that_does_not_let_us_in_is_named_at_once(
    url: str, where: str, why: str
) -> None:
    wrong = {
        "nowhere": "postgresql://briefing@127.0.0.1:1/none",
        "no way in": url.replace(":secret@", ":guessed@"),
    }

    async def run() -> None:
        # A pool would go on trying for half a minute, and then say that it could not.
        async with asyncio.timeout(20), Queue(wrong[where]).opened():
            pass

    with pytest.raises(StoreError, match=why):
        asyncio.run(run())


def test_every_source_of_a_host_is_in_one_group_and_groups_are_even() -> None:
    assert engine.group_of("https://Wire.example/a") == engine.group_of("http://wire.example:8/b")
    sizes = Counter(engine.group_of(f"https://h{n}.example/feed") for n in range(6400))
    assert len(sizes) == engine.GROUPS
    assert max(sizes.values()) < 200
