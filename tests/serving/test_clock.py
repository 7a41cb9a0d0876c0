"""The wall clock against the steady one."""

from datetime import timedelta

from service.serving.clock import Clock
from service.ticking import Ticked
from tests.serving.given import Hands


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


def test_the_machines_own_clock_is_in_utc_and_does_not_drift_at_once() -> None:
    clock = Clock()
    assert clock.now().utcoffset() == timedelta()
    assert abs(clock.drift()) < timedelta(seconds=1)
