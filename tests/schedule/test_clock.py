"""A clock that is wrong, is put right, or was right all the time."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from service.errors import StoreError
from service.schedule import CatchUp, Rule
from service.store import Store, beats, periods
from service.ticking import LONGEST_OUTAGE, TICK, Clock, tick
from tests.schedule.desk import DAILY, causes, publish, states, walk
from tests.schedule.zones import at, days, hours

#: A quarter past the time of the edition, which has been made.
NOW = at(2026, 11, 21, 7, 15)
YEARS = days(730)


@pytest.fixture
def store(store: Store) -> Store:
    walk(store, DAILY, [NOW - days(1), NOW])
    assert publish(store, NOW) == [("daily", "2026-11-21")]
    return store


def test_drift_is_how_far_the_wall_clock_moved_away_from_the_steady_one() -> None:
    clock = Clock(wall=NOW, steady_s=100.0)
    assert clock.drift(NOW + hours(1), 3700.0) == timedelta()
    assert clock.drift(NOW + hours(3), 3700.0) == hours(2)
    assert clock.drift(NOW - hours(1), 3700.0) == hours(-2)


def test_a_doubted_clock_is_measured_against_the_last_that_was_believed(store: Store) -> None:
    clock = Clock(wall=NOW, steady_s=0.0)
    wall = NOW + YEARS
    ticked = tick(store, (DAILY,), now=wall, drift=clock.drift(wall, 15.0))
    assert ticked.doubted == ("daily",)
    assert clock.after(ticked, wall, 15.0) is clock
    wall = NOW + hours(0.01)
    ticked = tick(store, (DAILY,), now=wall, drift=clock.drift(wall, 36.0))
    assert clock.after(ticked, wall, 36.0) == Clock(wall=wall, steady_s=36.0)


def test_an_hour_ahead_repeats_nothing_and_loses_nothing(store: Store) -> None:
    # Row 6: +1 h, and back again two hours later.
    walk(store, DAILY, [NOW + hours(1)], drift=hours(1))
    assert "the clock was put ahead by 1 hour" in causes(store)["clock"]
    walk(store, DAILY, [NOW + hours(3)])
    walk(store, DAILY, [NOW + hours(2)], drift=hours(-1))
    found = walk(store, DAILY, [NOW + hours(n) for n in range(3, 30)])
    assert list(states(store)) == ["2026-11-20", "2026-11-21", "2026-11-22"]
    assert found.doubted == ()


def test_an_hour_back_repeats_nothing(store: Store) -> None:
    # Row 6: -1 h just after the time, which comes a second time.
    back = NOW - hours(1)
    steps = [back + hours(n / 4) for n in range(12)]
    assert tick(store, (DAILY,), now=back, drift=hours(-1)).due == ()
    walk(store, DAILY, steps)
    assert publish(store, steps[-1]) == []
    assert "put back by 1 hour" in causes(store)["clock"]
    assert "behind the last tick of daily" in causes(store)["clock:daily"]
    walk(store, DAILY, [at(2026, 11, 22, 7)])
    assert publish(store, at(2026, 11, 22, 7)) == [("daily", "2026-11-22")]


def test_a_second_back_is_no_matter(store: Store) -> None:
    walk(store, DAILY, [NOW - timedelta(seconds=1)], drift=timedelta(seconds=-1))
    assert causes(store) == {}


def test_two_years_ahead_is_held_and_told(store: Store) -> None:
    # Row 6: +2 y.
    ahead = NOW + YEARS
    ticked = tick(store, (DAILY,), now=ahead, drift=YEARS)
    assert (ticked.held, ticked.due, ticked.skipped) == ((("daily", "2028-11-20"),), (), ())
    assert publish(store, ahead) == []
    told = causes(store)["held:daily"]
    assert "730 days" in told
    assert "`briefing editions release daily 2028-11-20`" in told
    with store.read() as db:
        assert periods.high_water(db) == {"daily": NOW}
        assert beats.listing(db)[TICK].note == "the clock is not believed for daily"
    assert tick(store, (DAILY,), now=ahead + hours(0.01), drift=YEARS).held == ()


def test_a_clock_that_is_put_right_goes_on_as_if_nothing_had_been(store: Store) -> None:
    walk(store, DAILY, [NOW + days(2), NOW + days(2.01)], drift=days(2))
    assert states(store)["2026-11-23"] == "held"
    for n in range(1, 90):
        now = NOW + hours(n)
        walk(store, DAILY, [now])
        publish(store, now)
    # The period that had been held is made when its time comes.
    assert states(store) == {
        "2026-11-20": "skipped",
        "2026-11-21": "published",
        "2026-11-22": "published",
        "2026-11-23": "published",
        "2026-11-24": "published",
    }


def test_a_restart_with_a_clock_of_another_year_holds_too(store: Store) -> None:
    ticked = walk(store, DAILY, [NOW + YEARS])
    assert ticked.held == (("daily", "2028-11-20"),)


def test_an_outage_of_a_month_is_an_outage(store: Store) -> None:
    ticked = walk(store, DAILY, [NOW + LONGEST_OUTAGE])
    assert (ticked.due, len(ticked.skipped)) == ((("daily", "2026-12-22"),), 30)


@pytest.mark.parametrize(
    ("catch_up", "made", "skipped"), [("latest", 1, 39), ("all", 40, 0), ("none", 1, 39)]
)
def test_what_is_released_is_made_and_the_rest_is_judged_as_after_an_outage(
    store: Store, catch_up: CatchUp, made: int, skipped: int
) -> None:
    rule = replace(DAILY, catch_up=catch_up)
    back = NOW + days(40)
    assert walk(store, rule, [back]).held == (("daily", "2026-12-31"),)
    with store.write() as db:
        periods.release(db, "daily", "2026-12-31", now=back)
    assert walk(store, rule, [back + hours(0.01)]).doubted == ()
    after = list(states(store).values())[2:]
    assert (after.count("due"), after.count("skipped")) == (made, skipped)
    assert ("daily", "2026-12-31") in publish(store, back + hours(0.02))
    morning = at(2027, 1, 1, 7)
    assert walk(store, rule, [morning]).due == (("daily", "2027-01-01"),)


def test_to_skip_what_is_held_says_as_well_that_the_clock_is_right(store: Store) -> None:
    back = NOW + days(40)
    walk(store, DAILY, [back])
    with store.write() as db:
        periods.skip(db, "daily", "2026-12-31", now=back, note="old")
    ticked = walk(store, DAILY, [back + hours(0.01)])
    assert (ticked.due, ticked.doubted, len(ticked.skipped)) == ((), (), 39)
    assert walk(store, DAILY, [back + days(1)]).due == (("daily", "2027-01-01"),)


def test_to_release_one_edition_is_to_believe_the_clock_for_all(store: Store) -> None:
    weekly = Rule(edition="weekly", every="week", at=time(7))
    rules = (DAILY, weekly)
    walk(store, rules, [NOW])
    ticked = walk(store, rules, [NOW + days(40)])
    assert {name for name, _ in ticked.held} == {"daily", "weekly"}
    with store.write() as db:
        periods.release(db, "daily", "2026-12-31", now=NOW + days(40))
    ticked = walk(store, rules, [NOW + days(40.01)])
    assert ticked.doubted == ()
    assert ("weekly", "2026-W53") in ticked.due


def test_the_operator_does_not_vouch_for_a_later_leap(store: Store) -> None:
    back = NOW + days(40)
    walk(store, DAILY, [back])
    with store.write() as db:
        periods.release(db, "daily", "2026-12-31", now=back)
    walk(store, DAILY, [back + hours(1)])
    assert tick(store, (DAILY,), now=back + days(9), drift=days(8)).held == (
        ("daily", "2027-01-09"),
    )


def test_what_is_held_day_after_day_is_one_question(store: Store) -> None:
    for n in (40, 41, 42):
        walk(store, DAILY, [NOW + days(n)])
    assert list(states(store).values()).count("held") == 3
    with store.write() as db:
        periods.release(db, "daily", "2027-01-01", now=NOW + days(42))
    walk(store, DAILY, [NOW + days(42.01)])
    found = states(store)
    assert "held" not in found.values()
    assert (found["2027-01-01"], found["2027-01-02"], found["2026-12-31"]) == (
        "due",
        "due",
        "skipped",
    )


def test_a_leap_that_an_issue_may_be_late_by_is_told_and_not_held(store: Store) -> None:
    weekly = Rule(edition="weekly", every="week", at=time(7))
    walk(store, (DAILY, weekly), [NOW])
    ticked = tick(store, (DAILY, weekly), now=NOW + days(3), drift=days(3))
    assert ticked.doubted == ("daily",)
    assert ticked.due == (("weekly", "2026-W48"),)


def test_an_edition_that_is_added_while_the_clock_was_ahead_is_not_lost(store: Store) -> None:
    monthly = Rule(edition="monthly", every="month", on=1, at=time(7))
    # The only edition by then: twenty days ahead are less than a month, and believed.
    walk(store, monthly, [NOW])
    tick(store, (monthly,), now=NOW + days(20), drift=days(20))
    rules = (monthly, replace(DAILY, edition="fresh"))
    walk(store, rules, [NOW + hours(n) for n in range(1, 30)])
    assert states(store, "fresh")["2026-11-22"] == "due"


def test_only_what_is_held_can_be_released(store: Store) -> None:
    with store.write() as db, pytest.raises(StoreError, match="is published, not held"):
        periods.release(db, "daily", "2026-11-21", now=NOW)
    with store.write() as db, pytest.raises(StoreError, match="there is no period 1999-01-01"):
        periods.release(db, "daily", "1999-01-01", now=NOW)
