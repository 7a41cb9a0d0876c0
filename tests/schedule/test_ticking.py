"""The tick: each period once, whatever was stopped, edited or restarted in between."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from service.schedule import Rule, asked, due
from service.store import Store, beats, periods
from service.ticking import AWAY, BEFORE, ON_TIME, TICK, ahead, tick
from tests.schedule.desk import DAILY, causes, publish, slots, states, walk
from tests.schedule.zones import ZONES, at, days, hours

#: The edition is known from here on; its time is 07:00 UTC.
KNOWN = at(2026, 11, 20, 12)


def test_an_edition_starts_when_it_is_first_seen_and_makes_no_back_issues(store: Store) -> None:
    ticked = walk(store, replace(DAILY, catch_up="all"), [KNOWN])
    assert ticked.due == ()
    assert states(store) == {"2026-11-20": "skipped"}
    assert slots(store)["2026-11-20"].note == BEFORE
    with store.read() as db:
        assert periods.high_water(db) == {"daily": KNOWN}


def test_a_period_is_due_at_its_time_and_once(store: Store) -> None:
    morning = at(2026, 11, 21, 7)
    walk(store, DAILY, [KNOWN, morning - hours(0.01)])
    assert "2026-11-21" not in states(store)
    assert walk(store, DAILY, [morning]).due == (("daily", "2026-11-21"),)
    assert walk(store, DAILY, [morning, morning + hours(0.01), morning + hours(9)]).due == ()
    slot = slots(store)["2026-11-21"]
    assert (slot.state, slot.due, slot.next_attempt) == ("due", morning, morning)


def test_a_process_that_was_stopped_across_the_time_is_late_and_makes_it_once(
    store: Store,
) -> None:
    # Row 1: with SIGSTOP the steady clock goes on, so there is no drift; the tick is merely late.
    walk(store, DAILY, [KNOWN, at(2026, 11, 21, 6, 59, 58)])
    late = at(2026, 11, 21, 7, 40)
    assert walk(store, DAILY, [late]).due == (("daily", "2026-11-21"),)
    assert publish(store, late) == [("daily", "2026-11-21")]
    assert walk(store, DAILY, [late + hours(1)]).due == ()


def test_down_three_days_makes_the_latest_and_records_the_others(store: Store) -> None:
    walk(store, DAILY, [KNOWN])
    walk(store, DAILY, [at(2026, 11, 23, 12)])
    assert states(store) == {
        "2026-11-20": "skipped",
        "2026-11-21": "skipped",
        "2026-11-22": "skipped",
        "2026-11-23": "due",
    }
    assert slots(store)["2026-11-22"].note == "superseded by 2026-11-23"


def test_down_three_days_makes_all_three_where_all_are_caught_up(store: Store) -> None:
    rule = replace(DAILY, catch_up="all")
    walk(store, rule, [KNOWN])
    ticked = walk(store, rule, [at(2026, 11, 23, 12)])
    assert [key for _, key in ticked.due] == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert publish(store, at(2026, 11, 23, 12)) == list(ticked.due)


def test_down_three_days_makes_none_where_nothing_is_caught_up(store: Store) -> None:
    rule = replace(DAILY, catch_up="none")
    walk(store, rule, [KNOWN])
    ticked = walk(store, rule, [at(2026, 11, 23, 12)])
    assert (len(ticked.skipped), ticked.due) == (3, ())
    assert slots(store)["2026-11-23"].note == "5 hours late, and nothing is caught up"
    morning = at(2026, 11, 24, 7)
    assert walk(store, rule, [morning + ON_TIME]).due == (("daily", "2026-11-24"),)


def test_what_is_later_than_the_limit_is_not_made(store: Store) -> None:
    rule = replace(DAILY, lateness=hours(2))
    walk(store, rule, [KNOWN])
    assert walk(store, rule, [at(2026, 11, 21, 9)]).due == (("daily", "2026-11-21"),)
    assert walk(store, rule, [at(2026, 11, 22, 9, 1)]).due == ()
    assert slots(store)["2026-11-22"].note == "2 hours late, too late to be made"


def test_the_limit_holds_for_all_that_are_caught_up(store: Store) -> None:
    rule = replace(DAILY, catch_up="all", lateness=days(2))
    walk(store, rule, [KNOWN])
    ticked = walk(store, rule, [at(2026, 11, 25, 8)])
    assert [key for _, key in ticked.due] == ["2026-11-24", "2026-11-25"]
    assert [key for _, key in ticked.skipped] == ["2026-11-21", "2026-11-22", "2026-11-23"]


def test_what_was_due_before_a_crash_is_superseded_by_what_is_due_after_it(store: Store) -> None:
    # Killed between the tick and the issue, and in the midst of the issue.
    rules = (DAILY, replace(DAILY, edition="other"))
    walk(store, rules, [KNOWN, at(2026, 11, 21, 7)])
    with store.write() as db:
        periods.claim(db, "dead", now=at(2026, 11, 21, 7), lease=hours(0.1))
    back = at(2026, 11, 23, 8)
    walk(store, rules, [back])
    for name in ("daily", "other"):
        assert states(store, name)["2026-11-21"] == "skipped"
    assert sorted(publish(store, back)) == [("daily", "2026-11-23"), ("other", "2026-11-23")]


def test_what_is_being_made_is_not_given_up_for_the_next(store: Store) -> None:
    walk(store, DAILY, [KNOWN, at(2026, 11, 21, 7)])
    with store.write() as db:
        held = periods.claim(db, "slow", now=at(2026, 11, 22, 6, 59), lease=hours(1))
    walk(store, DAILY, [at(2026, 11, 22, 7)])
    assert held is not None
    assert states(store)["2026-11-21"] == "running"


def test_what_waited_longer_than_the_limit_is_not_made(store: Store) -> None:
    rule = Rule(edition="daily", every="week", on=5, at=time(7), lateness=hours(2))
    walk(store, rule, [KNOWN, at(2026, 11, 21, 7)])
    walk(store, rule, [at(2026, 11, 21, 9)])
    assert states(store)["2026-W47"] == "due"
    walk(store, rule, [at(2026, 11, 21, 9, 1)])
    slot = slots(store)["2026-W47"]
    assert (slot.state, slot.note) == ("skipped", "not made within 2 hours, too late to be made")


def test_what_is_tried_again_later_is_not_yet_too_late(store: Store) -> None:
    rule = replace(DAILY, lateness=hours(2))
    morning = at(2026, 11, 21, 7)
    walk(store, rule, [KNOWN, morning])
    with store.write() as db:
        held = periods.claim(db, "one", now=morning, lease=hours(1))
        assert held is not None
        periods.retry(db, held, at=morning + hours(1), now=morning, note="the disk is full")
    walk(store, rule, [morning + hours(2.5)])
    assert states(store)["2026-11-21"] == "due"


@pytest.mark.parametrize("moved", [time(9), time(6), time(12, 30), time(23, 59)])
def test_an_edited_time_makes_no_second_issue_that_day(store: Store, moved: time) -> None:
    walk(store, DAILY, [KNOWN, at(2026, 11, 21, 7)])
    publish(store, at(2026, 11, 21, 7))
    edited = replace(DAILY, at=moved)
    steps = [at(2026, 11, 21, 8) + hours(n) for n in range(16)]
    walk(store, edited, steps)
    assert states(store)["2026-11-21"] == "published"
    assert publish(store, steps[-1]) == []
    walk(store, edited, [at(2026, 11, 22, 23, 59)])
    assert publish(store, at(2026, 11, 22, 23, 59)) == [("daily", "2026-11-22")]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "Pacific/Auckland"])
def test_an_edited_zone_makes_no_second_issue_of_a_date(store: Store, zone: str) -> None:
    shanghai = replace(DAILY, zone="Asia/Shanghai")
    moment = at(2026, 11, 20, 12)
    made = []
    for rule in (shanghai, replace(shanghai, zone=zone)):
        for _ in range(72):
            moment += hours(1)
            walk(store, rule, [moment])
            made += publish(store, moment)
    keys = [key for _, key in made]
    assert keys == [f"2026-11-{day}" for day in range(21, 21 + len(keys))]
    assert len(keys) >= 5


def test_a_time_moved_to_earlier_in_the_day_does_not_leave_the_day_out(store: Store) -> None:
    walk(store, replace(DAILY, at=time(9)), [KNOWN, at(2026, 11, 21, 8)])
    assert walk(store, DAILY, [at(2026, 11, 21, 8, 1)]).due == (("daily", "2026-11-21"),)


def test_a_time_moved_to_later_on_the_first_day_is_made_that_day(store: Store) -> None:
    # At 12:00 of its first day, 07:00 has passed; the operator tries it out at 12:30.
    walk(store, DAILY, [KNOWN])
    edited = replace(DAILY, at=time(12, 30))
    with store.read() as db:
        assert ahead(db, edited, now=KNOWN, count=1)[0].key == "2026-11-20"
    assert walk(store, edited, [at(2026, 11, 20, 12, 31)]).due == (("daily", "2026-11-20"),)
    slot = slots(store)["2026-11-20"]
    assert (slot.due, slot.note) == (at(2026, 11, 20, 12, 30), None)
    assert walk(store, edited, [at(2026, 11, 20, 13)]).due == ()


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        # Two periods lie within the length of one: a day of 23 hours, and February.
        (Rule(edition="daily", every="day", zone="Europe/Berlin"), at(2026, 3, 29, 5, 30)),
        (Rule(edition="daily", every="month", on=1, at=time(7)), at(2026, 3, 1, 9)),
    ],
)
def test_a_short_period_brings_no_back_issue(store: Store, rule: Rule, first: datetime) -> None:
    walk(store, replace(rule, catch_up="all"), [first, first + hours(0.01)])
    assert list(states(store).values()) == ["skipped"]


def test_an_edition_of_another_kind_begins_afresh(store: Store) -> None:
    walk(store, DAILY, [KNOWN, at(2026, 11, 21, 7)])
    weekly = Rule(edition="daily", every="week", at=time(7))  # Mondays
    assert walk(store, weekly, [at(2026, 11, 21, 8)]).due == ()
    assert walk(store, weekly, [at(2026, 11, 23, 7)]).due == (("daily", "2026-W48"),)
    assert walk(store, DAILY, [at(2026, 11, 23, 12)]).due == ()
    assert walk(store, DAILY, [at(2026, 11, 24, 7)]).due == (("daily", "2026-11-24"),)


def test_an_edited_string_of_cron_with_several_times_counts_from_then_on(store: Store) -> None:
    rule = Rule(edition="daily", cron="0 7,19 * * *")
    walk(store, rule, [KNOWN, at(2026, 11, 21, 7)])
    # Nine o'clock has passed, and seven was made.
    edited = replace(rule, cron="0 9,18 * * *")
    walk(store, rule, [at(2026, 11, 21, 12)])
    assert walk(store, edited, [at(2026, 11, 21, 12, 1)]).due == ()
    assert walk(store, edited, [at(2026, 11, 21, 19)]).due == (("daily", "2026-11-21T18:00"),)


def test_a_weekly_string_of_cron_is_caught_up_days_later(store: Store) -> None:
    rule = Rule(edition="daily", cron="0 7 * * 1")
    walk(store, rule, [KNOWN])
    assert walk(store, rule, [at(2026, 11, 26, 9)]).due == (("daily", "2026-11-23"),)


def test_an_edition_that_comes_back_after_a_month_starts_anew(store: Store) -> None:
    other = replace(DAILY, edition="other")
    walk(store, (DAILY, other), [KNOWN])
    walk(store, other, [KNOWN + days(n) for n in range(1, 40)])
    rule = replace(DAILY, catch_up="all")
    ticked = walk(store, (rule, other), [KNOWN + days(40)])
    assert (ticked.due, ticked.held, ticked.doubted) == ((("other", "2026-12-30"),), (), ())
    morning = at(2026, 12, 31, 7)
    assert ("daily", "2026-12-31") in walk(store, (rule, other), [morning]).due


def test_an_edition_that_was_left_out_for_an_hour_by_mistake_loses_nothing(store: Store) -> None:
    other = replace(DAILY, edition="other")
    walk(store, (DAILY, other), [KNOWN, at(2026, 11, 21, 6, 30)])
    walk(store, other, [at(2026, 11, 21, 7, 10)])
    ticked = walk(store, (DAILY, other), [at(2026, 11, 21, 7, 20)])
    assert ticked.due == (("daily", "2026-11-21"),)
    assert hours(1) < AWAY


def test_what_a_person_asked_for_is_no_period_of_the_schedule(store: Store) -> None:
    walk(store, DAILY, [KNOWN])
    with store.write() as db:
        key = asked(KNOWN)
        assert periods.add(db, edition="daily", key=key, due=KNOWN, state="due", now=KNOWN)
    walk(store, DAILY, [KNOWN + hours(1), at(2026, 11, 21, 7)])
    assert states(store) == {"2026-11-20": "skipped", key: "due", "2026-11-21": "due"}
    assert len(publish(store, at(2026, 11, 21, 7))) == 2


def test_what_the_operator_skipped_stays_skipped(store: Store) -> None:
    morning = at(2026, 11, 21, 7)
    walk(store, DAILY, [KNOWN, morning])
    with store.write() as db:
        periods.skip(db, "daily", "2026-11-21", now=morning, note="not today")
    walk(store, replace(DAILY, at=time(9)), [at(2026, 11, 21, 10)])
    assert states(store)["2026-11-21"] == "skipped"


def test_two_services_on_one_database_write_each_period_once(store: Store) -> None:
    with Store.open(store.url) as other:
        found: list[tuple[str, str]] = []
        for step in range(200):
            now = KNOWN + hours(step * 0.7)
            for one in (store, other):
                found += tick(one, (DAILY,), now=now).due
    assert found == sorted(set(found))
    expected = due(DAILY, KNOWN, KNOWN + hours(199 * 0.7))
    assert [key for _, key in found] == [d.key for d in expected]


def test_the_clocks_change_and_each_local_date_is_made_once(store: Store) -> None:
    # Row 5, all zones at once, in steps that are longer than a day.
    rules = [
        Rule(edition=f"{wall:%H%M}@{zone}", every="day", at=wall, zone=zone, catch_up="all")
        for zone in ZONES
        for wall in (time(0, 0), time(0, 30), time(2, 30))
    ]
    start, step = at(2026, 3, 1), hours(31)
    found = [pair for n in range(205) for pair in tick(store, rules, now=start + n * step).due]
    expected = [(r.edition, d.key) for r in rules for d in due(r, start, start + 204 * step)]
    assert sorted(found) == sorted(expected)
    assert len(set(found)) == len(found) > 54 * 260


def test_a_tick_leaves_a_beat(store: Store) -> None:
    walk(store, DAILY, [KNOWN])
    with store.read() as db:
        beat = beats.listing(db)[TICK]
    assert (beat.at, beat.note) == (KNOWN, None)
    assert causes(store) == {}


def test_what_is_ahead_leaves_out_what_is_there_already(store: Store) -> None:
    morning = at(2026, 11, 21, 7)
    walk(store, DAILY, [KNOWN, morning])
    edited = replace(DAILY, at=time(9))
    with store.read() as db:
        coming = ahead(db, edited, now=morning + hours(1), count=2)
    assert [d.key for d in coming] == ["2026-11-22", "2026-11-23"]
