"""The operator's page, and what its buttons change."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from service.model import Health
from service.schedule import ASKED
from service.standing import SETTINGS
from service.store import beats, deliveries, ledger, notices, periods, sources
from tests.archive import given
from tests.archive.given import Browser, Desk
from tests.postgres.given import SECOND_SLOW


@pytest.fixture(params=SECOND_SLOW)
def engine(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


WIRE = [{"name": "Wire", "kind": "feed", "url": "https://wire.example/feed"}]
ENVIRON = {"BRIEFING_WEB_PASSWORD_HASH": given.HASH}


def _post(browser: Browser, path: str, **form: object) -> str:
    """Post a form of the operator's page; return what the page says of it then."""
    mark = re.findall(r'name="mark" value="([0-9a-f]+)"', browser.get("/desk").text)[0]
    answer = browser.post(path, data={"mark": mark, **form})
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"]).text


def _doubtful(desk: Desk, state: str = "doubt") -> int:
    reader = desk.reader()
    with desk.store.write() as db:
        mailing = deliveries.add_mailing(db, 1, "mail digest en", b"x")
        row = deliveries.New(recipient=reader, mailing=mailing, message_id="<1@x>")
        expires = given.NOW + timedelta(days=1)
        deliveries.add(db, 1, "daily", [row], now=given.NOW, expires=expires)
        db.execute(update(ledger.delivery).values(state=state))
        return deliveries.listing(db)[0].id


def test_the_page_says_what_wants_a_person(desk: Desk) -> None:
    _doubtful(desk)
    with desk.store.write() as db:
        notices.tell(db, "clock", "the clock <jumped>", now=given.NOW)
        periods.add(
            db,
            edition="daily",
            key="2026-11-20",
            due=given.NOW,
            state="held",
            now=given.NOW,
            note="too late",
        )
    with desk.client(environ=ENVIRON) as browser:
        browser.log_in()
        page = browser.get("/desk").text
    for words in ("the clock &lt;jumped&gt;", "too late", "in doubt", "reader@example.org"):
        assert words in page
    assert "2026-11-22 07:00 UTC+08:00" in page


def test_what_wants_a_person_is_said_once_and_what_is_over_apart(desk: Desk) -> None:
    with desk.store.write() as db:
        sources.record_failure(
            db,
            source="Wire",
            kind="feed",
            address="https://wire.example/feed",
            at=given.NOW,
            error="https://wire.example/feed answered 404",
            health=Health(failures=1),
        )
        notices.tell(db, "source:Wire", "Wire could not be read yet", now=given.NOW)
        notices.tell(db, "settings", "max_stories is wrong", now=given.NOW)
        beats.beat(db, SETTINGS, at=given.NOW + timedelta(seconds=1))
    with desk.client(environ=ENVIRON, source=WIRE) as browser:
        browser.log_in()
        page = browser.get("/desk").text
    wants, over = page.split("Told of in the last day, and over")
    assert wants.count("answered 404") == 1
    assert 'href="/sources/Wire"' in wants
    assert "max_stories is wrong" not in wants
    assert "max_stories is wrong" in over
    assert "Wire could not be read" not in over


def test_brief_now_makes_a_period_due_and_wakes_the_service(desk: Desk) -> None:
    with desk.client(environ=ENVIRON) as browser:
        browser.log_in()
        assert "The issue is due now" in _post(browser, "/desk/brief", edition="weekly")
    with desk.store.read() as db:
        (slot,) = periods.listing(db)
    assert (slot.edition, slot.state, slot.due) == ("weekly", "due", given.NOW)
    assert slot.key.startswith(ASKED)
    assert desk.woken == 1


def test_a_held_period_is_released_or_given_up(desk: Desk) -> None:
    with desk.store.write() as db:
        for key in ("2026-11-19", "2026-11-20"):
            periods.add(db, edition="daily", key=key, due=given.NOW, state="held", now=given.NOW)
    with desk.client(environ=ENVIRON) as browser:
        browser.log_in()
        for key, what in (("2026-11-19", "skip"), ("2026-11-20", "release")):
            said = _post(browser, "/desk/period", edition="daily", key=key, what=what)
            assert "The period was changed." in said
        late = _post(browser, "/desk/period", edition="daily", key="2026-11-20", what="release")
        assert "Nothing was changed" in late
    with desk.store.read() as db:
        assert periods.get(db, "daily", "2026-11-19").state == "skipped"
        assert periods.get(db, "daily", "2026-11-20").state == "due"


@pytest.mark.parametrize(
    ("state", "what", "then"),
    [
        ("doubt", "sent", "sent"),
        ("doubt", "again", "pending"),
        ("failed", "retry", "pending"),
        ("sent", "retry", "sent"),
        ("pending", "sent", "pending"),
    ],
)
def test_a_delivery_is_sent_again_or_said_to_be_sent(
    desk: Desk, state: str, what: str, then: str
) -> None:
    ident = _doubtful(desk, state)
    with desk.client(environ=ENVIRON) as browser:
        browser.log_in()
        said = _post(browser, "/desk/delivery", id=ident, what=what)
    with desk.store.read() as db:
        assert deliveries.listing(db)[0].state == then
    assert ("Nothing was changed" in said) == (state == then)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/desk/brief", {"edition": "none"}),
        ("/desk/brief", {}),
        ("/desk/delivery", {"id": "x", "what": "retry"}),
        ("/desk/delivery", {"id": "9" * 30, "what": "retry"}),
        ("/desk/delivery", {"id": "1", "what": "drop"}),
        ("/desk/period", {"edition": "daily", "key": "x", "what": "drop"}),
    ],
)
def test_what_no_button_posts_is_refused(desk: Desk, path: str, form: dict[str, str]) -> None:
    with desk.client(environ=ENVIRON) as browser:
        browser.log_in()
        mark = re.findall(r'name="mark" value="([0-9a-f]+)"', browser.get("/desk").text)[0]
        assert browser.post(path, data={"mark": mark, **form}).status_code == 404
    with desk.store.read() as db:
        assert periods.listing(db) == ()
