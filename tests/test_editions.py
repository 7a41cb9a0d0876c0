"""The rules of the settings' editions, and what the settings say that cannot be one."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from service import editions, settings
from service.errors import SettingsError
from service.schedule import Rule
from service.store import Store, recipients
from service.store.recipients import Wanted

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _rules(home: Path, *rows: dict[str, Any], **zones: tuple[str, ...]) -> tuple[Rule, ...]:
    data = {"desk": {"timezone": "Europe/London"}, "edition": list(rows)}
    return editions.given(settings.check(data, home=home), zones)


def test_an_edition_is_due_at_seven_in_the_zone_of_the_desk(tmp_path: Path) -> None:
    (rule,) = _rules(tmp_path, {"name": "daily", "every": "day"})
    assert rule == Rule(edition="daily", every="day", at=time(7), zone="Europe/London")


def test_an_edition_says_when_and_how_late_it_may_be(tmp_path: Path) -> None:
    row = {"at": "18:30", "timezone": "Asia/Shanghai", "catch_up": "all", "lateness": "2d"}
    (rule,) = _rules(tmp_path, {"name": "w", "every": "week", "on": "Friday", **row})
    assert rule == Rule(
        edition="w",
        every="week",
        on=4,
        at=time(18, 30),
        zone="Asia/Shanghai",
        catch_up="all",
        lateness=timedelta(days=2),
    )


@pytest.mark.parametrize(
    ("row", "on"),
    [
        ({"every": "week"}, 0),
        ({"every": "week", "on": "sunday"}, 6),
        ({"every": "month"}, 1),
        ({"every": "month", "on": 31}, 31),
        ({"every": "day"}, 0),
        ({"cron": "0 7 * * 1-5"}, 0),
    ],
)
def test_a_day_is_a_weekday_or_a_number(tmp_path: Path, row: dict[str, Any], on: int) -> None:
    (rule,) = _rules(tmp_path, {"name": "e", **row})
    assert rule.on == on


def test_readers_with_a_zone_of_their_own_have_the_edition_in_it(tmp_path: Path) -> None:
    made = _rules(
        tmp_path,
        {"name": "daily", "every": "day", "at": "08:00"},
        {"name": "weekly", "every": "week"},
        daily=("Asia/Tokyo", "Europe/London"),
    )
    assert [(rule.edition, rule.zone, rule.at.hour) for rule in made] == [
        ("daily", "Europe/London", 8),
        ("daily@Asia/Tokyo", "Asia/Tokyo", 8),
        ("daily@Europe/London", "Europe/London", 8),
        ("weekly", "Europe/London", 7),
    ]


def test_zones_are_those_of_the_readers_that_the_store_has(tmp_path: Path) -> None:
    data = {"edition": [{"name": "daily", "every": "day"}, {"name": "weekly", "every": "week"}]}
    chosen = settings.check(data, home=tmp_path)
    readers = (
        Wanted(address="a@example.org", editions=("daily",), timezone="Asia/Tokyo"),
        Wanted(address="b@example.org", editions=("daily",), timezone="Asia/Tokyo"),
        Wanted(address="c@example.org", editions=("weekly",)),
    )
    with Store.open(chosen.store_url) as store, store.write() as db:
        recipients.add(db, readers, {}, now=NOW)
        found = [rule.edition for rule in editions.rules(chosen, db)]
    assert found == ["daily", "daily@Asia/Tokyo", "weekly"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"every": "week", "on": "someday"}, 'on = "someday" is no weekday; for example "monday"'),
        ({"every": "week", "on": 1}, 'on = 1 is no weekday; for example "monday"'),
        ({"every": "month", "on": 32}, "on = 32 is no day of a month"),
        ({"every": "month", "on": 0}, "on = 0 is no day of a month"),
        ({"every": "month", "on": "last"}, 'on = "last" is no day of a month'),
        ({"every": "day", "on": "monday"}, 'on = "monday" says nothing where every = "day"'),
        ({"cron": "0 7 * * *", "on": 1}, "on = 1 cannot stand beside cron"),
        ({"cron": "0 7 * * *", "at": "07:00"}, 'at = "07:00" cannot stand beside cron'),
        ({"cron": "0 7 * *"}, 'edition[1].cron: "0 7 * *" has 4 fields'),
        ({"cron": "61 7 * * *"}, 'edition[1].cron: "61 7 * * *" is no rule of cron: bad minute'),
        ({"cron": "0 7 30 2 *"}, "is no rule of cron"),
        ({"every": "day", "lateness": "soon"}, 'edition[1].lateness: "soon" is no span'),
    ],
)
def test_a_time_that_is_none_is_told_once_and_in_words(
    tmp_path: Path, row: dict[str, Any], told: str
) -> None:
    data = {"edition": [{"name": "e", **row}]}
    with pytest.raises(SettingsError) as caught:
        settings.check(data, home=tmp_path)
    (problem,) = caught.value.problems
    assert told in problem
    assert problem.startswith("briefing.toml: edition[1]")


def test_a_wrong_day_is_told_beside_other_faults(tmp_path: Path) -> None:
    data = {"edition": [{"name": "e", "every": "week", "on": 9, "at": "25:00"}]}
    with pytest.raises(SettingsError) as caught:
        settings.check(data, home=tmp_path)
    assert len(caught.value.problems) == 2


def test_an_edition_given_by_a_variable_is_checked_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIEFING_EDITION", '[{"name": "e", "every": "week", "on": "never"}]')
    with pytest.raises(SettingsError, match=r'BRIEFING_EDITION.*"never" is no weekday'):
        settings.check({}, home=tmp_path)
