"""Which periods a rule has, and the instant of each: in every zone, whatever the clocks do."""

from calendar import monthrange
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.schedule import Due, Rule, asked, due, instant, latest, shape, upcoming
from tests.schedule.zones import ODD_YEARS, YEAR, ZONES, at, days, hours

HALF_HOURS = tuple(time(minutes // 60, minutes % 60) for minutes in range(0, 1440, 30))
zones = st.sampled_from((*ZONES, *ODD_YEARS))
times = st.sampled_from((*HALF_HOURS, time(0, 1), time(2, 59), time(23, 59)))
CRONS = ("0 7 * * *", "30 2 * * *", "0 0 * * 1-5", "15 */6 * * *", "0 7,19 * * *", "30 0 1 * *")


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    zone = draw(zones)
    if draw(st.booleans()):
        return Rule(edition="e", cron=draw(st.sampled_from(CRONS)), zone=zone)
    every: Literal["day", "week", "month"] = draw(st.sampled_from(("day", "week", "month")))
    on = draw(st.integers(1, 31) if every == "month" else st.integers(0, 6))
    return Rule(edition="e", every=every, on=on, at=draw(times), zone=zone)


moments = st.datetimes(
    datetime.fromisoformat("1990-01-01"),
    datetime.fromisoformat("2030-01-01"),
    timezones=st.just(UTC),
)


def _wrong(zone: str, wall: time, year: int) -> str | None:
    """Say what is wrong with a daily rule in a year, walked in steps of 1 to 49 hours."""
    rule = Rule(edition="e", every="day", at=wall, zone=zone)
    moment, end, step = at(year, 1, 1) - days(2), at(year + 1, 1, 1) + days(2), 0
    found: list[Due] = []
    while moment < end:
        step += 1
        later = moment + hours(1 + step * 37 % 49)
        found += due(rule, moment, later)
        moment = later
    keys = [d.key for d in found if d.key.startswith(str(year))]
    expected = [str(date(year, 1, 1) + days(n)) for n in range(366 if year % 4 == 0 else 365)]
    return None if keys == expected else f"{zone} {wall}: {set(keys) ^ set(expected)}"


@pytest.mark.parametrize("zone", ZONES)
def test_every_local_date_is_due_exactly_once_in_a_year(zone: str) -> None:
    walls = (
        time(0),
        time(0, 30),
        time(1, 30),
        time(2),
        time(2, 30),
        time(3),
        time(7),
        time(23, 30),
    )
    assert [wrong for wall in walls if (wrong := _wrong(zone, wall, 2026))] == []


@pytest.mark.parametrize(("zone", "year"), ODD_YEARS.items())
def test_every_local_date_is_due_once_even_where_a_day_was_left_out(zone: str, year: int) -> None:
    walls = (time(0), time(0, 30), time(7), time(23, 30))
    assert [wrong for wall in walls if (wrong := _wrong(zone, wall, year))] == []


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES)
def test_every_local_date_is_due_once_at_every_half_hour(zone: str) -> None:
    assert [wrong for wall in HALF_HOURS if (wrong := _wrong(zone, wall, 2026))] == []


@settings(deadline=None, max_examples=150)
@given(rules(), moments, st.lists(st.integers(1, 60 * 24 * 20), min_size=1, max_size=12))
def test_any_partition_of_a_span_gives_what_the_span_gives(
    rule: Rule, start: datetime, steps: list[int]
) -> None:
    found: list[Due] = []
    moment = start
    for minutes in steps:
        later = moment + timedelta(minutes=minutes)
        found += due(rule, moment, later)
        moment = later
    assert tuple(found) == due(rule, start, moment)
    assert len({d.key for d in found}) == len(found)
    assert [d.at for d in found] == sorted(d.at for d in found)


@settings(deadline=None, max_examples=100)
@given(rules(), moments, st.integers(1, 8))
def test_what_is_upcoming_is_what_will_be_due(rule: Rule, now: datetime, count: int) -> None:
    coming = upcoming(rule, now, count)
    assert len(coming) == count
    assert coming == due(rule, now, coming[-1].at)[:count]


@settings(deadline=None, max_examples=100)
@given(rules(), moments, st.integers(0, 60 * 24 * 90))
def test_the_latest_is_the_last_that_is_due(rule: Rule, since: datetime, minutes: int) -> None:
    until = since + timedelta(minutes=minutes)
    assert latest(rule, since, until) == (due(rule, since, until) or (None,))[-1]


def test_the_latest_of_a_span_of_centuries_is_found_at_once() -> None:
    rule = Rule(edition="e", cron="* * * * *")
    found = latest(rule, at(1970, 1, 1), at(2400, 1, 1))
    assert found == Due(at=at(2400, 1, 1), key="2400-01-01T00:00")


@settings(deadline=None, max_examples=200)
@given(zones, moments)
def test_an_instant_is_the_first_moment_that_shows_the_wall_time_or_a_later_one(
    zone: str, moment: datetime
) -> None:
    there = ZoneInfo(zone)
    wall = moment.replace(tzinfo=None)
    found = instant(wall, there)
    assert found.astimezone(there).replace(tzinfo=None) >= wall
    second = timedelta(seconds=1)
    before = (found - second).astimezone(there).replace(tzinfo=None)
    assert before < wall


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        # In a gap: the first moment after it, and not an hour later than asked.
        ("Europe/Berlin", "2026-03-29T02:30", at(2026, 3, 29, 1)),
        # Twice: the first.
        ("Europe/Berlin", "2026-10-25T02:30", at(2026, 10, 25, 0, 30)),
        ("Australia/Lord_Howe", "2026-10-04T02:15", at(2026, 10, 3, 15, 30)),
        ("America/Santiago", "2026-09-06T00:00", at(2026, 9, 6, 4)),
        # Samoa had no 30 December 2011.
        ("Pacific/Apia", "2011-12-30T07:00", at(2011, 12, 30, 10)),
    ],
)
def test_a_wall_time_has_one_instant(zone: str, wall: str, expected: datetime) -> None:
    assert instant(datetime.fromisoformat(wall), ZoneInfo(zone)) == expected


@pytest.mark.parametrize("wall", [time(0), time(0, 30), time(2, 30), time(7)])
@pytest.mark.parametrize("zone", ZONES)
def test_every_week_and_every_month_is_due_once(zone: str, wall: time) -> None:
    for weekday in (0, 6):
        weekly = Rule(edition="e", every="week", on=weekday, at=wall, zone=zone)
        keys = [d.key for d in due(weekly, YEAR - days(10), YEAR + days(380))]
        in_year = [key for key in keys if key.startswith("2026")]
        assert in_year == [f"2026-W{week:02}" for week in range(1, 54)]
    for day in (1, 29, 31):
        monthly = Rule(edition="e", every="month", on=day, at=wall, zone=zone)
        keys = [d.key for d in due(monthly, YEAR - days(2), YEAR + days(366))]
        assert [key for key in keys if key.startswith("2026")] == [
            f"2026-{month:02}" for month in range(1, 13)
        ]


def test_day_31_is_the_last_day_of_a_shorter_month() -> None:
    rule = Rule(edition="e", every="month", on=31, at=time(7), zone="Asia/Tokyo")
    walls = [d.at.astimezone(ZoneInfo("Asia/Tokyo")) for d in due(rule, YEAR, YEAR + days(365))]
    assert [wall.day for wall in walls] == [monthrange(2026, m)[1] for m in range(1, 13)]
    assert {wall.hour for wall in walls} == {7}


def test_a_weekday_of_cron_is_that_of_cron() -> None:
    monday = Rule(edition="e", cron="30 2 * * 1", zone="Europe/Berlin")
    assert {d.at.weekday() for d in due(monday, YEAR, YEAR + days(90))} == {0}


@pytest.mark.parametrize("zone", ZONES)
def test_a_daily_string_of_cron_is_due_as_the_daily_rule_is(zone: str) -> None:
    for wall in (time(0, 30), time(2, 30), time(7)):
        daily = Rule(edition="e", every="day", at=wall, zone=zone)
        cron = Rule(edition="e", cron=f"{wall.minute} {wall.hour} * * *", zone=zone)
        assert due(cron, YEAR, YEAR + days(365)) == due(daily, YEAR, YEAR + days(365))


def test_a_string_of_cron_is_named_by_what_it_is_due_more_often_than() -> None:
    once = Rule(edition="e", cron="0 7 * * 1-5", zone="Asia/Shanghai")
    often = replace(once, cron="0 7,19 * * *")
    assert [d.key for d in upcoming(once, at(2026, 11, 20), 2)] == ["2026-11-23", "2026-11-24"]
    assert [d.key for d in upcoming(often, at(2026, 11, 20), 2)] == [
        "2026-11-20T19:00",
        "2026-11-21T07:00",
    ]


@given(rules(), moments)
@settings(deadline=None)
def test_the_name_of_a_period_tells_its_kind(rule: Rule, now: datetime) -> None:
    (coming,) = upcoming(rule, now, 1)
    assert shape(coming.key) == rule.shape


@given(rules(), times, moments)
@settings(deadline=None)
def test_an_edited_time_leaves_the_names_of_the_periods(
    rule: Rule, wall: time, now: datetime
) -> None:
    if rule.every is None:
        return
    edited = replace(rule, at=wall)
    one, other = (due(r, now, now + days(70)) for r in (rule, edited))
    # But for the first and the last, which may lie on the other side of the ends.
    assert {d.key for d in one[1:-1]} <= {d.key for d in other}


def test_a_leap_day_is_upcoming_years_ahead() -> None:
    rule = Rule(edition="e", cron="0 7 29 2 *")
    assert [d.key for d in upcoming(rule, at(2026, 1, 1), 2)] == ["2028-02-29", "2032-02-29"]


def test_nothing_is_due_in_an_empty_span() -> None:
    rule = Rule(edition="e", every="day")
    assert due(rule, at(2026, 1, 2, 7), at(2026, 1, 2, 7)) == ()
    assert due(rule, at(2026, 1, 3), at(2026, 1, 1)) == ()


def test_what_a_person_asks_for_has_a_name_that_no_period_has() -> None:
    assert asked(at(2026, 11, 21, 7, 30, 5)) == "asked-2026-11-21T07:30:05Z"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "either"),
        ({"every": "day", "cron": "0 7 * * *"}, "either"),
        ({"every": "week", "on": 7}, "0 to 6"),
        ({"every": "month", "on": 0}, "1 to 31"),
        ({"cron": "0 7 * *"}, "has 4 fields"),
        ({"cron": "0 7 * * * *"}, "has 6 fields"),
        ({"cron": "0 25 * * *"}, "no rule of cron: bad hour"),
        ({"cron": "0 7 31 2 *"}, "no rule of cron"),
    ],
)
def test_a_rule_that_is_none_is_refused(fields: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Rule(edition="e", **fields)  # type: ignore[arg-type]
