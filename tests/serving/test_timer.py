"""The scheduler as a clock: each job once at a time, whatever the wall clock does."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.serving.timer import Every, Job, Timer

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


async def _run(name: str, job: Job) -> None:
    await job()


def test_a_job_that_never_ran_is_due_now() -> None:
    assert Every(15).get_next_fire_time(None, NOON) == NOON


def test_a_job_is_due_one_interval_after_it_last_was() -> None:
    assert Every(15).get_next_fire_time(NOON, NOON) == NOON + timedelta(seconds=15)


@given(
    ahead=st.integers(min_value=-(10**9), max_value=10**9),
    seconds=st.integers(min_value=1, max_value=3600),
)
def test_whatever_the_clock_did_the_next_time_is_within_one_interval(
    ahead: int, seconds: int
) -> None:
    found = Every(seconds).get_next_fire_time(NOON - timedelta(seconds=ahead), NOON)
    assert NOON < found <= NOON + timedelta(seconds=seconds)


def test_jobs_run_at_once_and_again_when_asked_for() -> None:
    async def go() -> int:
        count, ran = 0, asyncio.Event()

        async def job() -> None:
            nonlocal count
            count += 1
            ran.set()

        timer = Timer(_run)
        timer.every("job", job, 3600)
        await asyncio.wait_for(ran.wait(), 10)
        ran.clear()
        timer.soon("job")
        await asyncio.wait_for(ran.wait(), 10)
        ran.clear()
        timer.rewind()
        await asyncio.wait_for(ran.wait(), 10)
        timer.close()
        return count

    assert asyncio.run(go()) == 3


def test_a_job_is_not_begun_again_while_it_runs() -> None:
    async def go() -> int:
        began, most, now = asyncio.Event(), 0, 0
        end = asyncio.Event()

        async def job() -> None:
            nonlocal most, now
            now += 1
            most = max(most, now)
            began.set()
            await end.wait()
            now -= 1

        timer = Timer(_run)
        timer.every("job", job, 0.01)
        await asyncio.wait_for(began.wait(), 10)
        timer.soon("job")
        # Several of its times pass.
        for _ in range(20):
            await asyncio.to_thread(lambda: None)
        timer.pause()
        end.set()
        await asyncio.gather(*timer.tasks)
        timer.close()
        return most

    assert asyncio.run(go()) == 1


def test_what_is_under_way_at_the_end_goes_on_and_nothing_new_begins() -> None:
    async def go() -> tuple[bool, int]:
        began, end, count = asyncio.Event(), asyncio.Event(), 0

        async def job() -> None:
            nonlocal count
            count += 1
            began.set()
            await end.wait()

        timer = Timer(_run)
        timer.every("job", job, 0.01)
        await asyncio.wait_for(began.wait(), 10)
        timer.pause()
        (task,) = timer.tasks
        timer.close()
        for _ in range(5):
            await asyncio.to_thread(lambda: None)
        alive = not task.done()
        end.set()
        await task
        return alive, count

    assert asyncio.run(go()) == (True, 1)


def test_a_job_whose_run_raises_is_logged_and_called_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def go() -> int:
        count, twice = 0, asyncio.Event()

        async def job() -> None:
            nonlocal count
            count += 1
            if count == 2:
                twice.set()
            raise RuntimeError("lost")

        timer = Timer(_run)
        timer.every("job", job, 0.01)
        await asyncio.wait_for(twice.wait(), 10)
        timer.pause()
        await asyncio.gather(*timer.tasks, return_exceptions=True)
        timer.close()
        return count

    assert asyncio.run(go()) >= 2
    assert "the clock lost a job id=job error=lost" in caplog.text
