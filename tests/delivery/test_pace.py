"""Messages a second, on a clock that the test moves."""

import asyncio
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.delivery.pace import Pace


class Hour:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_without_a_limit_nobody_waits() -> None:
    hour = Hour()
    pace = Pace(None, clock=lambda: hour.now, sleep=hour.sleep)
    for _ in range(5):
        asyncio.run(pace.turn())
    assert hour.slept == []


def test_each_waits_until_a_gap_after_the_one_before() -> None:
    hour = Hour()
    pace = Pace(4, clock=lambda: hour.now, sleep=hour.sleep)
    for _ in range(3):
        asyncio.run(pace.turn())
    assert hour.slept == [0.25, 0.25]


def test_a_quiet_hour_is_not_made_up_for() -> None:
    hour = Hour()
    pace = Pace(4, clock=lambda: hour.now, sleep=hour.sleep)
    asyncio.run(pace.turn())
    hour.now += 3600
    asyncio.run(pace.turn())
    asyncio.run(pace.turn())
    assert hour.slept == [0.25]


@given(st.floats(0.1, 50), st.lists(st.floats(0, 3), max_size=40))
def test_no_two_messages_are_closer_than_the_limit(rate: float, pauses: list[float]) -> None:
    hour, turns = Hour(), []
    pace = Pace(rate, clock=lambda: hour.now, sleep=hour.sleep)

    async def go() -> None:
        for pause in pauses:
            hour.now += pause
            await pace.turn()
            turns.append(hour.now)

    asyncio.run(go())
    gaps = [b - a for a, b in pairwise(turns)]
    assert all(gap >= 1 / rate - 1e-9 for gap in gaps)
