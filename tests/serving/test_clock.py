"""The wall clock against the steady one."""

import asyncio
from datetime import timedelta

import pytest

from service.app import App
from service.serving.clock import Clock
from service.store import beats
from service.store.beats import Beat
from service.ticking import BELIEVED, Ticked
from tests.serving.given import Hands, jobs_of, slots


def test_time_that_passes_is_no_drift_and_a_leap_is(hands: Hands) -> None:
    clock = hands.clock()
    hands.go(hours=5)
    assert clock.drift() == timedelta()
    hands.leap(hours=-2)
    assert clock.drift() == timedelta(hours=-2)


def test_a_leap_is_measured_until_a_tick_believes_it(hands: Hands) -> None:
    clock = hands.clock()
    hands.leap(days=3)
    clock.after(Ticked(doubted=("daily",)))
    assert (clock.drift(), clock.doubted) == (timedelta(days=3), True)
    clock.after(Ticked())
    assert (clock.drift(), clock.doubted) == (timedelta(), False)


@pytest.mark.parametrize(
    ("start", "drift"), [("this start", timedelta(days=20)), ("another", timedelta()), ("", None)]
)
def test_a_leap_while_nothing_ran_is_measured_as_long_as_the_machine_ran(
    app: App, hands: Hands, start: str, drift: timedelta | None
) -> None:
    before = Clock(wall=hands.now, steady=lambda: hands.steady, start=lambda: "this start")
    asyncio.run(jobs_of(app, hands, clock=before).tick())
    hands.go(hours=3)
    hands.leap(days=20)
    with app.store.read() as db:
        believed = beats.listing(db)[BELIEVED]
    assert believed.note == "this start 1000.000"
    after = Clock(wall=hands.now, steady=lambda: hands.steady, start=lambda: start)
    after.resume(believed)
    assert after.drift() == (drift or timedelta())
    assert (after.stand() is None) == (start == "")
    asyncio.run(jobs_of(app, hands, clock=after).tick())
    found = {key: slot.state for key, slot in slots(app.store).items()}
    # Ahead by twenty days, or an outage of twenty days.
    assert found["2026-12-08"] == ("held" if start == "this start" else "due")
    assert after.doubted == (start == "this start")


def test_an_honest_outage_is_no_leap_over_a_restart(app: App, hands: Hands) -> None:
    asyncio.run(jobs_of(app, hands).tick())
    hands.go(days=3)
    after = hands.clock()
    with app.store.read() as db:
        after.resume(beats.listing(db)[BELIEVED])
    assert after.drift() == timedelta()
    asyncio.run(jobs_of(app, hands, clock=after).tick())
    assert slots(app.store)["2026-11-20"].state == "due"


def test_a_first_start_has_nothing_to_measure_from(hands: Hands) -> None:
    clock = hands.clock()
    clock.resume(None)
    clock.resume(Beat(name=BELIEVED, at=hands.wall - timedelta(days=2), note=None))
    assert clock.drift() == timedelta()


def test_the_machines_own_clock_is_in_utc_and_does_not_drift_at_once() -> None:
    clock = Clock()
    assert clock.now().utcoffset() == timedelta()
    assert abs(clock.drift()) < timedelta(seconds=1)
