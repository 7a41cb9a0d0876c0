"""The operator's mail: each cause once a day at most, and never about itself."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from service.delivery.base import Outcome
from service.serving.operator import OperatorMail
from service.settings import Settings
from service.standing import MAIL, standing
from service.store import Store, beats, notices
from tests.serving.given import Hands, Way, chosen, told

ADDRESS = "desk@operator.example"


@pytest.fixture
def desk(place: Path) -> Settings:
    return chosen(place, operator={"address": ADDRESS})


@pytest.fixture
def store(desk: Settings, hands: Hands) -> Iterator[Store]:
    with Store.open(desk.store_url) as opened:
        with opened.write() as db:
            beats.beat(db, "tick", at=hands.wall)
        yield opened


def _mail(store: Store, desk: Settings, hands: Hands, way: Way) -> OperatorMail:
    return OperatorMail(store, desk, clock=hands.now, channel=lambda: way)


def _tell(store: Store, hands: Hands, cause: str, text: str = "wrong; do this") -> None:
    with store.write() as db:
        notices.tell(db, cause, text, now=hands.wall)
        beats.beat(db, "tick", at=hands.wall)


def _step(mail: OperatorMail) -> None:
    asyncio.run(mail.step())


def _read(way: Way, index: int = -1) -> Any:
    return message_from_bytes(way.sent[index].message, policy=policy.default)


def test_all_that_came_together_is_one_mail_with_what_to_do(
    store: Store, desk: Settings, hands: Hands
) -> None:
    way = Way()
    _tell(store, hands, "policy:5.7.8", "the mail server refuses us; `briefing doctor` checks it")
    _tell(store, hands, "held:daily", "daily 2026-11-18: release or skip it")
    _step(_mail(store, desk, hands, way))
    assert [one.to for one in way.sent] == [ADDRESS]
    message = _read(way)
    assert message["Subject"].endswith("held:daily and 1 more")
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "briefing doctor" in text
    assert "release or skip it" in text
    assert way.closed == 1


def test_the_same_cause_is_mailed_once_a_day_even_over_midnight(
    store: Store, desk: Settings, hands: Hands
) -> None:
    way = Way()
    mail = _mail(store, desk, hands, way)
    hands.wall = hands.wall.replace(hour=23, minute=50)
    for _ in range(24 * 6 + 2):
        _tell(store, hands, "clock")
        _step(mail)
        hands.go(minutes=10)
    assert len(way.sent) == 2


def test_another_cause_waits_until_ten_minutes_after_the_last_mail(
    store: Store, desk: Settings, hands: Hands
) -> None:
    way = Way()
    mail = _mail(store, desk, hands, way)
    _tell(store, hands, "clock")
    _step(mail)
    hands.go(minutes=3)
    _tell(store, hands, "bounce:5.7.1")
    _step(mail)
    assert len(way.sent) == 1
    hands.go(minutes=8)
    _step(mail)
    assert len(way.sent) == 2
    assert "bounce:5.7.1" in _read(way).get_content()
    assert "clock" not in _read(way).get_content()


def test_what_the_store_shows_becomes_a_notice_and_is_mailed(
    store: Store, desk: Settings, hands: Hands
) -> None:
    way = Way()
    with store.write() as db:
        beats.beat(db, "tick", at=hands.wall, note="the clock is not believed for daily")
    mail = _mail(store, desk, hands, way)
    for _ in range(3):
        _step(mail)
    assert told(store)["clock"].count == 1
    assert "check the machine's time" in _read(way).get_content()
    assert len(way.sent) == 1


def test_a_mail_server_that_refuses_is_no_notice_and_is_asked_ever_less_often(
    store: Store, desk: Settings, hands: Hands
) -> None:
    refused = Outcome(result="deferred", cause="policy", code=535, text="5.7.8 wrong password")
    way = Way(*[refused] * 100)
    mail = _mail(store, desk, hands, way)
    _tell(store, hands, "held:daily")
    for _ in range(60):
        _step(mail)
        hands.go(minutes=1)
    # At once, and after 5, 15 and 35 minutes.
    assert len(way.sent) == 4
    assert set(told(store)) == {"held:daily"}
    with store.write() as db:
        beats.beat(db, "tick", at=hands.wall)
    concern = {c.cause: c.text for c in standing(store, desk, now=hands.wall).concerns}[MAIL]
    assert "535 5.7.8 wrong password" in concern
    way.outcomes.clear()
    hands.go(hours=1)
    _tell(store, hands, "other")
    _step(mail)
    assert "held:daily" in _read(way).get_content()
    assert MAIL not in {c.cause for c in standing(store, desk, now=hands.wall).concerns}


def test_a_mail_that_may_have_been_taken_over_is_not_repeated(
    store: Store, desk: Settings, hands: Hands
) -> None:
    way = Way(Outcome(result="doubt", text="closed after the dot"))
    mail = _mail(store, desk, hands, way)
    _tell(store, hands, "clock")
    _step(mail)
    hands.go(hours=2)
    _step(mail)
    assert len(way.sent) == 1


def test_without_an_address_it_is_shown_and_nobody_is_written_to(
    store: Store, place: Path, hands: Hands
) -> None:
    way = Way()
    with store.write() as db:
        beats.beat(db, "tick", at=hands.wall, note="the clock is not believed for daily")
    _step(_mail(store, chosen(place), hands, way))
    assert way.sent == []
    assert set(told(store)) == {"clock"}


def test_a_sender_that_no_mail_can_carry_is_said_and_tried_again_later(
    store: Store, place: Path, hands: Hands
) -> None:
    desk = chosen(place, operator={"address": ADDRESS}, smtp={"sender": "nobody"})
    _tell(store, hands, "held:daily")
    _step(_mail(store, desk, hands, Way()))
    found = {c.cause: c.text for c in standing(store, desk, now=hands.wall).concerns}
    assert "nobody" in found[MAIL]


def test_a_flood_of_causes_is_one_mail_that_counts_the_rest(
    store: Store, desk: Settings, hands: Hands
) -> None:
    way = Way()
    for number in range(70):
        _tell(store, hands, f"bounce:5.7.{number}")
    mail = _mail(store, desk, hands, way)
    _step(mail)
    hands.wall += timedelta(minutes=30)
    _step(mail)
    assert len(way.sent) == 1
    assert "… and 20 more." in _read(way).get_content()
