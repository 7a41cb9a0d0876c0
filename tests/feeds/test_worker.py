"""Work in processes that can be killed: what it returns, what it costs, what it may not do."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from feeds.language import language
from feeds.worker import Limits, Workers
from service.errors import ExtractError, ParseError, SourceError
from tests.feeds import jobs

T = TypeVar("T")

#: Long enough for a process to start on a busy machine, short enough to wait for.
QUICK = Limits(timeout_s=1.0)


def _within(
    work: Callable[[Workers], Awaitable[T]], limits: Limits = QUICK, size: int = 1
) -> tuple[T, Workers]:
    async def run() -> tuple[T, Workers]:
        async with Workers(size, limits=limits, preload=()) as workers:
            return await work(workers), workers

    return asyncio.run(run())


def test_a_result_comes_back_from_another_process() -> None:
    found, workers = _within(lambda workers: workers.run(jobs.whoami))
    assert found != os.getpid()
    assert workers.killed == 0


def test_nothing_is_started_before_the_first_item() -> None:
    async def work(workers: Workers) -> list[bool]:
        before = workers.started
        await workers.run(jobs.whoami)
        return [before, workers.started]

    found, workers = _within(work)
    assert found == [False, True]
    assert not workers.started


def test_an_error_is_raised_as_it_was_with_what_it_carries() -> None:
    async def work(workers: Workers) -> None:
        with pytest.raises(ExtractError, match=r"^holds no text$") as found:
            await workers.run(jobs.refused)
        assert found.value.source == "somewhere"

    _, workers = _within(work)
    assert workers.killed == 0


def test_a_bug_stays_a_bug_and_says_where_it_is() -> None:
    async def work(workers: Workers) -> None:
        with pytest.raises(TypeError, match="a bug") as found:
            await workers.run(jobs.mistaken)
        assert "jobs.py" in found.value.__notes__[0]

    _within(work)


@pytest.mark.parametrize("bomb", [jobs.forever, jobs.forever_in_c])
def test_what_takes_too_long_is_stopped_and_costs_itself_only(bomb: Callable[[], Any]) -> None:
    async def work(workers: Workers) -> tuple[float, int]:
        await workers.run(jobs.whoami)
        begin = time.monotonic()
        after = asyncio.create_task(workers.run(jobs.whoami))
        with pytest.raises(ParseError, match=r"^took more than 1 s and was stopped$") as found:
            await workers.run(bomb)
        assert found.value.killed
        seconds = time.monotonic() - begin
        return seconds, await after + await workers.run(jobs.whoami)

    (seconds, _), workers = _within(work)
    # Not the three seconds more that a process takes which hears no signal.
    assert 0.9 < seconds < 3
    assert workers.killed == 1


def test_a_bomb_beside_other_items_stops_none_of_them() -> None:
    async def work(workers: Workers) -> list[object]:
        bombs = [workers.run(jobs.forever), workers.run(jobs.forever_in_c)]
        good = [workers.run(jobs.whoami, number) for number in range(8)]
        return list(await asyncio.gather(*bombs, *good, return_exceptions=True))

    found, workers = _within(work, size=2)
    assert [isinstance(one, ParseError) for one in found] == [True, True] + [False] * 8
    assert workers.killed == 2


def test_what_takes_too_much_memory_is_stopped() -> None:
    async def work(workers: Workers) -> int:
        with pytest.raises(ParseError, match=r"^took too much memory, more than 600 MB") as found:
            await workers.run(jobs.hoard)
        assert found.value.killed
        return await workers.run(jobs.whoami)

    _, workers = _within(work, Limits(timeout_s=5.0, memory_bytes=600 << 20))
    assert workers.killed == 1


def test_a_result_that_does_not_fit_is_too_much_memory_too() -> None:
    async def work(workers: Workers) -> None:
        with pytest.raises(ParseError, match=r"^took too much memory"):
            await workers.run(jobs.much, 350 << 20)

    _within(work, Limits(timeout_s=5.0, memory_bytes=600 << 20))


def test_a_process_that_crashes_costs_its_item_only() -> None:
    async def work(workers: Workers) -> int:
        with pytest.raises(ParseError, match=r"^ended its reader \(SIGSEGV\)$") as found:
            await workers.run(jobs.crash)
        assert found.value.killed
        return await workers.run(jobs.whoami)

    _, workers = _within(work)
    assert workers.killed == 1


def test_a_process_that_is_killed_while_idle_costs_no_item() -> None:
    async def work(workers: Workers) -> int:
        os.kill(await workers.run(jobs.whoami), signal.SIGKILL)
        return await workers.run(jobs.whoami)

    _, workers = _within(work)
    assert workers.killed == 0


def test_a_process_is_replaced_after_its_share_of_items() -> None:
    async def work(workers: Workers) -> list[int]:
        return [await workers.run(jobs.whoami) for _ in range(6)]

    found, _ = _within(work, Limits(timeout_s=5.0, items=2))
    assert len(set(found)) == 3


@pytest.mark.parametrize("job", [jobs.connect, jobs.start])
def test_the_network_and_programs_are_out_of_reach(job: Callable[[], None]) -> None:
    async def work(workers: Workers) -> None:
        with pytest.raises(SourceError, match=r"^tried to reach out of its reader"):
            await workers.run(job)

    _within(work)


def test_files_cannot_be_written() -> None:
    # Not in the folder for temporary files, where models are unpacked and a checkout may lie.
    path = Path("/never-written-by-a-reader")

    async def work(workers: Workers) -> None:
        with pytest.raises(SourceError, match=r"^tried to change a file"):
            await workers.run(jobs.write, str(path))

    _within(work)
    assert not path.exists()


def test_a_language_can_be_told_that_needs_the_model() -> None:
    """Its library unpacks it into a temporary file, which the rules of a process must allow."""
    text = "Les ministres se sont rencontrés hier pour parler des échanges entre les deux pays."
    found, _ = _within(lambda workers: workers.run(language, text), Limits(timeout_s=30.0))
    assert found == "fr"


def test_a_thread_may_wait_for_a_result() -> None:
    found, _ = _within(lambda workers: asyncio.to_thread(workers.call, jobs.whoami))
    assert found != os.getpid()


def test_a_thread_is_told_what_became_of_its_item() -> None:
    async def work(workers: Workers) -> None:
        with pytest.raises(ParseError, match="took more than 1 s"):
            await asyncio.to_thread(workers.call, jobs.forever_in_c)

    _within(work)


def test_who_waits_in_a_thread_is_let_go_when_the_context_is_left() -> None:
    async def run() -> None:
        async with Workers(1, limits=Limits(timeout_s=60.0), preload=()) as workers:
            await workers.run(jobs.whoami)
            waiting = asyncio.create_task(asyncio.to_thread(workers.call, jobs.forever))
            await workers_are_busy(workers)
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(run())


async def workers_are_busy(workers: Workers) -> None:
    """Return when an item was handed over."""
    while not workers.waiting:
        await asyncio.sleep(0)


def test_outside_of_the_context_is_an_error() -> None:
    workers = Workers(1, preload=())
    with pytest.raises(RuntimeError, match="outside of their context"):
        asyncio.run(workers.run(jobs.whoami))


def test_a_context_can_be_entered_again() -> None:
    workers = Workers(1, preload=())

    async def once() -> int:
        async with workers:
            return await workers.run(jobs.whoami)

    assert asyncio.run(once()) != asyncio.run(once())


def test_the_processes_have_no_thread_but_their_own() -> None:
    found, _ = _within(lambda workers: workers.run(jobs.names_of_threads))
    assert found == ["MainThread"]


def test_no_process_is_left_when_the_context_was_left() -> None:
    async def work(workers: Workers) -> int:
        return await workers.run(jobs.whoami)

    pid, _ = _within(work)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
    pytest.fail("the process is still there")
