"""`briefing editions`: what is next, what was last, and what waits for a person."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service import editions, settings
from service.store import Store, periods
from service.ticking import tick

Run = Callable[..., tuple[int, str, str]]
#: Noon of a Friday.
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOML = """
[[edition]]
name = "daily"
every = "day"
timezone = "Asia/Shanghai"

[[edition]]
name = "weekly"
every = "week"
on = "sunday"
at = "02:30"
timezone = "Europe/Berlin"
"""


@pytest.fixture
def desk(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Editions that are known since NOW; gives what sets the time and ticks."""
    (home / "briefing.toml").write_text(TOML, encoding="utf-8")

    def at(now: datetime) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(now.timestamp())))
        chosen = settings.load(None)
        with Store.open(chosen.store_url) as store:
            tick(store, editions.given(chosen, {}), now=now)

    at(NOW)
    return at


def _states(edition: str = "daily") -> dict[str, str]:
    with Store.open(settings.load(None).store_url) as store, store.read() as db:
        return {slot.key: slot.state for slot in periods.listing(db, edition=edition)}


def test_the_next_five_times_of_each_edition_are_listed_in_its_zone_and_in_utc(
    desk: Callable[[datetime], None], briefing: Run
) -> None:
    code, out, err = briefing("editions")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split() == ["EDITION", "NEXT", "LOCAL", "UTC"]
    assert lines[1].split(maxsplit=2) == [
        "daily",
        "2026-11-21",
        "Sat 2026-11-21 07:00 CST  2026-11-20 23:00",
    ]
    assert sum(line.startswith("daily") for line in lines[1:11]) == 5
    assert "weekly   2026-W47    Sun 2026-11-22 02:30 CET  2026-11-22 01:30" in lines
    assert any("skipped" in line and "first knew" in line for line in lines[12:])
    assert briefing("editions", "list")[1] == out


def test_the_list_is_json_for_machines(desk: Callable[[datetime], None], briefing: Run) -> None:
    for words in (("editions", "--json"), ("editions", "list", "--json")):
        code, out, _ = briefing(*words)
        daily, weekly = json.loads(out)
        assert code == 0
        assert (daily["edition"], daily["timezone"]) == ("daily", "Asia/Shanghai")
        assert daily["next"][0] == {
            "period": "2026-11-21",
            "due": "2026-11-20T23:00:00+00:00",
            "local": "2026-11-21T07:00:00+08:00",
        }
        assert len(weekly["next"]) == 5
        assert daily["last"][0]["state"] == "skipped"


def test_a_held_period_is_told_with_the_command_and_released(
    desk: Callable[[datetime], None], briefing: Run
) -> None:
    desk(NOW + timedelta(days=40))
    code, out, err = briefing("editions")
    assert code == 0
    assert "held" in out
    assert "`briefing editions release daily 2026-12-30`" in err
    code, out, err = briefing("editions", "release", "daily", "2026-12-30")
    assert (code, err) == (0, "")
    assert out.startswith("daily 2026-12-30 is due now")
    assert _states()["2026-12-30"] == "due"
    desk(NOW + timedelta(days=40, minutes=1))
    assert _states("weekly")["2026-W52"] == "due"
    code, _, err = briefing("editions", "release", "daily", "2026-12-30")
    assert (code, err) == (
        1,
        "briefing: daily 2026-12-30 is due, not held: there is nothing to release\n",
    )


def test_a_period_that_is_due_is_skipped(desk: Callable[[datetime], None], briefing: Run) -> None:
    desk(NOW + timedelta(hours=12))
    code, out, _ = briefing("editions", "skip", "daily", "2026-11-21", "--json")
    row = json.loads(out)
    assert code == 0
    assert (row["edition"], row["state"], row["note"]) == (
        "daily",
        "skipped",
        "skipped by the operator",
    )
    assert briefing("editions", "skip", "daily", "2026-11-21")[0] == 1


def test_an_issue_is_asked_for_out_of_turn(desk: Callable[[datetime], None], briefing: Run) -> None:
    code, out, _ = briefing("editions", "run", "daily")
    assert code == 0
    assert out == "daily asked-2026-11-20T12:00:00Z is due now; the running service makes it\n"
    assert _states()["asked-2026-11-20T12:00:00Z"] == "due"
    assert "asked-" in briefing("editions")[1]


def test_an_edition_that_is_not_there_cannot_be_run(
    desk: Callable[[datetime], None], briefing: Run
) -> None:
    code, _, err = briefing("editions", "run", "hourly")
    assert (code, err) == (
        2,
        'briefing: there is no edition "hourly"; there are: daily, weekly\n',
    )


def test_without_editions_it_says_so(home: Path, briefing: Run) -> None:
    code, out, err = briefing("editions")
    assert (code, out) == (0, "")
    assert err == "briefing: there is no [[edition]] in the settings: nothing is due by itself\n"
    assert json.loads(briefing("editions", "--json")[1]) == []


def test_an_edited_time_is_not_announced_for_a_day_that_has_its_issue(
    desk: Callable[[datetime], None], briefing: Run, home: Path
) -> None:
    desk(NOW + timedelta(hours=12))
    text = TOML.replace('every = "day"', 'every = "day"\nat = "12:00"')
    (home / "briefing.toml").write_text(text, encoding="utf-8")
    daily, _ = json.loads(briefing("editions", "--json")[1])
    assert daily["next"][0]["period"] == "2026-11-22"


def test_options_stand_behind_the_command(desk: Callable[[datetime], None], briefing: Run) -> None:
    code, _, err = briefing("editions", "--json", "list")
    assert (code, err) == (2, "briefing: write --config and --json behind list\n")
