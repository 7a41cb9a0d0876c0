"""How everything stands, and what wants a person, by what the store says."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.model import Health, Period
from service.settings import Settings
from service.standing import MAIL, SETTINGS, standing
from service.store import Store, beats, deliveries, issues, notices, periods, recipients, sources
from service.store.deliveries import New
from service.store.recipients import Wanted
from service.ticking import BELIEVED, TICK
from tests.serving.given import DAILY, START, chosen

NOW = START


@pytest.fixture
def desk(home: Path) -> Settings:
    return chosen(home)


@pytest.fixture
def store(desk: Settings) -> Store:
    with Store.open(desk.store_url) as opened:
        pass
    return opened


def _beat(store: Store, name: str, at: datetime = NOW, note: str | None = None) -> None:
    with store.write() as db:
        beats.beat(db, name, at=at, note=note)


def _causes(store: Store, desk: Settings, now: datetime = NOW) -> dict[str, bool]:
    return {c.cause: c.broken for c in standing(store, desk, now=now).concerns}


def _period(store: Store, state: str, *, key: str = "2026-11-18", due: datetime = NOW) -> None:
    with store.write() as db:
        if state == "held":
            periods.add(db, edition="daily", key=key, due=due, state="held", now=due, note="why")
            return
        periods.add(db, edition="daily", key=key, due=due, state="due", now=due)
        if state in ("failed", "empty"):
            slot = periods.claim(db, "one", now=due, lease=timedelta(minutes=1))
            assert slot is not None
            periods.close(db, slot, state, now=due, note="the disk is full")  # type: ignore[arg-type]


def _issue(store: Store, number: int = 1) -> int:
    with store.write() as db:
        return issues.add(
            db,
            edition="daily",
            number=number,
            period=Period(start=NOW - timedelta(days=1), end=NOW),
            cutoff=NOW,
            created=NOW,
            title="Brief",
            brief_json="{}",
            manifest="{}",
        )


def _delivery(store: Store, *, at: datetime = NOW) -> int:
    issue = _issue(store)
    with store.write() as db:
        (ident,) = recipients.add(
            db, [Wanted(address="reader@example.org", editions=("daily",))], {}, now=at
        )
        mailing = deliveries.add_mailing(db, issue, "mail", b"x")
        row = New(recipient=ident, mailing=mailing, message_id="<1@example.org>")
        day = timedelta(hours=24)
        deliveries.add(db, issue, "daily", [row], now=at, expires=at + day)
    return issue


def test_a_service_that_ticks_and_has_done_all_wants_nobody(store: Store, desk: Settings) -> None:
    _beat(store, TICK)
    found = standing(store, desk, now=NOW)
    assert found.concerns == ()
    (edition,) = found.editions
    assert edition.next is not None
    assert edition.next.at == NOW + timedelta(hours=1)


def test_a_service_that_never_ran_is_told_where_editions_are_due(
    store: Store, desk: Settings, home: Path
) -> None:
    assert _causes(store, desk) == {"tick": True}
    from service import settings

    assert _causes(store, settings.check({}, home=home)) == {}


@pytest.mark.parametrize(("age_s", "told"), [(170, False), (190, True), (-190, True)])
def test_a_tick_that_is_not_of_now_means_that_the_service_stands(
    store: Store, desk: Settings, age_s: int, told: bool
) -> None:
    _beat(store, TICK, NOW - timedelta(seconds=age_s))
    assert ("tick" in _causes(store, desk)) == told


def test_a_clock_that_is_not_believed_is_told(store: Store, desk: Settings) -> None:
    _beat(store, TICK, note="the clock is not believed for daily")
    assert _causes(store, desk) == {"clock": True}


@pytest.mark.parametrize(
    ("state", "later", "cause"),
    [
        ("held", timedelta(), "held:daily"),
        ("failed", timedelta(), "failed:daily"),
        ("due", timedelta(minutes=29), None),
        ("due", timedelta(minutes=31), "overdue:daily"),
        ("empty", timedelta(days=2), None),
    ],
)
def test_periods_that_want_a_person(
    store: Store, desk: Settings, state: str, later: timedelta, cause: str | None
) -> None:
    _period(store, state)
    _beat(store, TICK, NOW + later)
    assert _causes(store, desk, NOW + later) == ({cause: True} if cause else {})


def test_a_failed_period_wants_nobody_once_a_later_one_was_made(
    store: Store, desk: Settings
) -> None:
    _beat(store, TICK)
    _period(store, "failed", due=NOW - timedelta(days=1))
    _period(store, "empty", key="2026-11-19")
    assert _causes(store, desk) == {}


def test_a_delivery_that_waits_for_an_hour_is_told(store: Store, desk: Settings) -> None:
    _delivery(store)
    later = NOW + timedelta(minutes=61)
    _beat(store, TICK, later)
    found = standing(store, desk, now=later)
    assert [c.cause for c in found.concerns] == ["undelivered"]
    assert (found.oldest, found.deliveries["pending"]) == (NOW, 1)
    assert _causes(store, desk, later - timedelta(minutes=2)) == {}


def test_a_doubt_that_waits_for_a_person_is_told_and_breaks_nothing(
    store: Store, desk: Settings
) -> None:
    from sqlalchemy import update

    from service.store import ledger

    _delivery(store)
    _beat(store, TICK)
    table = ledger.delivery
    with store.write() as db:
        db.execute(update(table).values(state="doubt", doubts=1))
    assert standing(store, desk, now=NOW).doubts == 0
    with store.write() as db:
        db.execute(update(table).values(next_attempt=table.c.expires, doubts=2))
    assert _causes(store, desk) == {"doubt": False}


def _source(
    store: Store, desk: Settings, *, failed: datetime, health: Health | None = None
) -> None:
    address = str(desk.path("corpus"))
    with store.write() as db:
        sources.record_read(
            db,
            source="corpus",
            kind="folder",
            address=address,
            at=NOW,
            entries=(),
            problems=(),
            items=0,
            cursor=None,
        )
        sources.record_failure(
            db,
            source="corpus",
            kind="folder",
            address=address,
            at=failed,
            error="no such folder",
            health=health,
        )


@pytest.mark.parametrize(
    ("hours", "stopped", "words"),
    [
        (23, None, None),
        (25, None, "for 1 day:"),
        (1, "gone", "for good"),
        (1, "quarantine", "check"),
    ],
)
def test_a_source_that_gives_nothing_is_told_by_name(
    store: Store, desk: Settings, hours: int, stopped: str | None, words: str | None
) -> None:
    later = NOW + timedelta(hours=hours)
    _beat(store, TICK, later)
    _source(store, desk, failed=later, health=Health(failures=3, stopped=stopped))  # type: ignore[arg-type]
    found = standing(store, desk, now=later)
    assert [c.cause for c in found.concerns] == (["source:corpus"] if words else [])
    assert all(words in c.text and not c.broken for c in found.concerns if words)


def test_a_source_that_never_was_read_is_told_of_at_once_and_not_for_a_day(
    store: Store, desk: Settings
) -> None:
    _beat(store, TICK)
    with store.write() as db:
        sources.record_failure(
            db,
            source="corpus",
            kind="folder",
            address="corpus",
            at=NOW,
            error="no such folder",
            health=Health(failures=1),
        )
    (concern,) = standing(store, desk, now=NOW).concerns
    assert concern.text.startswith("corpus could not be read yet: no such folder; `briefing")


def test_a_source_that_is_not_in_the_settings_any_more_wants_nobody(
    store: Store, desk: Settings, home: Path
) -> None:
    _source(store, desk, failed=NOW, health=Health(stopped="gone"))
    _beat(store, TICK)
    other = chosen(home, source=[{"name": "other", "kind": "folder", "path": "other"}])
    assert _causes(store, other) == {}


@pytest.mark.parametrize(
    ("cause", "part"), [("job:collect", "collect"), ("clock", BELIEVED), ("settings", SETTINGS)]
)
def test_what_went_well_since_it_was_told_of_is_over(
    store: Store, desk: Settings, cause: str, part: str
) -> None:
    _beat(store, TICK)
    with store.write() as db:
        notices.tell(db, cause, "something", now=NOW - timedelta(hours=1))
    assert _causes(store, desk) == {cause: False}
    _beat(store, part)
    found = standing(store, desk, now=NOW)
    assert found.concerns == ()
    assert [one.cause for one in found.notices] == [cause]


def test_a_notice_of_which_no_end_is_known_counts_for_a_day(store: Store, desk: Settings) -> None:
    with store.write() as db:
        notices.tell(db, "policy:5.7.8", "the mail server refuses us", now=NOW)
    for hours, told in ((23, True), (25, False)):
        later = NOW + timedelta(hours=hours)
        _beat(store, TICK, later)
        assert ("policy:5.7.8" in _causes(store, desk, later)) == told


def test_an_operators_mail_that_is_not_taken_is_told_here(store: Store, desk: Settings) -> None:
    _beat(store, TICK)
    _beat(store, MAIL, note="connection refused")
    assert _causes(store, desk) == {MAIL: False}
    _beat(store, MAIL)
    assert _causes(store, desk) == {}


def test_each_cause_is_told_once(store: Store, desk: Settings) -> None:
    _beat(store, TICK, note="the clock is not believed for daily")
    _period(store, "held")
    with store.write() as db:
        notices.tell(db, "clock", "the clock was put ahead", now=NOW)
        notices.tell(db, "held:daily", "held", now=NOW)
    found = [c.cause for c in standing(store, desk, now=NOW).concerns]
    assert sorted(found) == ["clock", "held:daily"]


@pytest.mark.parametrize("zone", ["Asia/Tokyo"])
def test_an_edition_in_a_readers_zone_stands_for_itself(
    store: Store, desk: Settings, zone: str
) -> None:
    wanted = Wanted(address="reader@example.org", editions=("daily",), timezone=zone)
    with store.write() as db:
        recipients.add(db, [wanted], {}, now=NOW)
    found = standing(store, desk, now=NOW)
    assert [(e.edition, e.zone) for e in found.editions] == [
        ("daily", "UTC"),
        ("daily@Asia/Tokyo", "Asia/Tokyo"),
    ]


def test_the_screen_and_the_json_say_the_same_and_the_exit_code_says_it_too(
    home: Path, briefing: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))
    (home / "briefing.toml").write_text(
        '[[edition]]\nname = "daily"\nevery = "day"\n', encoding="utf-8"
    )
    code, out, _ = briefing("status")
    assert code == 3
    assert "! tick: no service has run on this database yet: start `briefing serve`" in out
    code, out, _ = briefing("status", "--json")
    assert code == 3
    said = json.loads(out)
    assert [c["cause"] for c in said["concerns"]] == ["tick"]
    assert said["editions"][0]["next"] == "2026-11-18T07:00:00+00:00"
    desk = chosen(home, DAILY)
    with Store.open(desk.store_url) as opened:
        _beat(opened, TICK)
        _issue(opened)
    code, out, _ = briefing("status")
    assert code == 0
    assert "Nothing wants you." in out
    assert "No. 1, 2026-11-18 06:00 UTC" in out
    code, out, _ = briefing("status", "--json")
    assert (code, json.loads(out)["wants_you"]) == (0, False)
