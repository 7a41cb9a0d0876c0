"""Requests take turns: one to a host, a gap behind each, so many in all."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from feeds.turns import JITTER, Pace, Turns


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)
        self.now += seconds


def _pace(time: Time, **more: Any) -> Pace:
    given: dict[str, Any] = {"gap_s": 1.0, "jitter": lambda: 0.0} | more
    return Pace(clock=time.clock, sleep=time.sleep, **given)


class Log:
    """Notes who is inside at once."""

    def __init__(self) -> None:
        self.inside: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.most_in_all = 0

    async def visit(self, turns: Turns, host: str, *, rounds: int = 3) -> None:
        async with turns.turn(host):
            self.inside[host] = self.inside.get(host, 0) + 1
            self.most[host] = max(self.most.get(host, 0), self.inside[host])
            self.most_in_all = max(self.most_in_all, sum(self.inside.values()))
            for _ in range(rounds):
                await asyncio.sleep(0)
            self.inside[host] -= 1


def _together(*work: Coroutine[Any, Any, None]) -> None:
    async def run() -> None:
        await asyncio.gather(*work)

    asyncio.run(run())


def test_a_host_has_one_request_at_a_time_and_a_gap_behind_each() -> None:
    time, log = Time(), Log()
    turns = Turns(_pace(time))
    _together(*(log.visit(turns, "a.example") for _ in range(3)))
    assert log.most == {"a.example": 1}
    assert time.slept == [1.0, 1.0]


def test_hosts_do_not_wait_for_each_other() -> None:
    time, log = Time(), Log()
    turns = Turns(_pace(time))
    _together(*(log.visit(turns, f"{n}.example") for n in range(5)))
    assert (log.most_in_all, time.slept) == (5, [])


def test_a_host_is_the_same_in_any_spelling() -> None:
    time, log = Time(), Log()
    turns = Turns(_pace(time))
    _together(*(log.visit(turns, host) for host in ("a.example", "A.Example", "a.example.")))
    assert len(time.slept) == 2


def test_so_many_requests_at_once_and_no_more() -> None:
    time, log = Time(), Log()
    turns = Turns(_pace(time, connections=2))
    _together(*(log.visit(turns, f"{n}.example") for n in range(9)))
    assert log.most_in_all == 2


def test_who_waits_for_a_gap_takes_no_place_from_others() -> None:
    time, log = Time(), Log()
    turns = Turns(_pace(time, connections=1))
    order: list[str] = []

    async def visit(host: str) -> None:
        await log.visit(turns, host, rounds=0)
        order.append(host)

    _together(visit("a.example"), visit("a.example"), visit("b.example"))
    assert order == ["a.example", "b.example", "a.example"]


def test_a_gap_that_has_passed_is_not_waited_for() -> None:
    time = Time()

    async def run() -> None:
        turns, log = Turns(_pace(time)), Log()
        await log.visit(turns, "a.example")
        time.now += 5
        await log.visit(turns, "a.example")

    asyncio.run(run())
    assert time.slept == []


def test_a_gap_is_jittered_and_follows_a_failure_too() -> None:
    time = Time()

    async def fail(turns: Turns) -> None:
        async with turns.turn("a.example"):
            raise OSError("it broke")

    async def run() -> None:
        turns = Turns(_pace(time, jitter=lambda: 0.5))
        for _ in range(2):
            await asyncio.gather(fail(turns), return_exceptions=True)

    asyncio.run(run())
    assert time.slept == [pytest.approx(1.0 + JITTER / 2)]


def test_a_host_that_wants_a_longer_gap_gets_it_before_and_behind() -> None:
    time = Time()
    turns = Turns(_pace(time))

    async def run() -> None:
        for gap_s in (0.0, 10.0, 10.0, 0.0):
            async with turns.turn("a", gap_s=gap_s):
                time.now += 2.0
        async with turns.turn("b"):
            pass

    asyncio.run(run())
    assert time.slept == [10.0, 10.0, 10.0]


def test_a_gap_shorter_than_ours_changes_nothing() -> None:
    time = Time()
    turns = Turns(_pace(time))

    async def run() -> None:
        for gap_s in (0.5, 0.5):
            async with turns.turn("a", gap_s=gap_s):
                pass

    asyncio.run(run())
    assert time.slept == [1.0]
