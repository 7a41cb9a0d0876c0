"""Leaving, choosing and joining, each checked in the store."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from service.store import joining, recipients
from tests.archive import given
from tests.archive.given import Desk
from tests.postgres.given import SECOND_SLOW


@pytest.fixture(params=SECOND_SLOW)
def engine(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


PUBLIC: dict[str, Any] = {"access": "public", "public_url": given.BASE, "subscribe": True}


def test_following_the_link_changes_nothing(desk: Desk) -> None:
    reader = desk.reader()
    with desk.client() as browser:
        for method in ("GET", "HEAD"):
            answer = browser.request(method, desk.link("leave", reader))
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "no-store"
    assert desk.gets(reader) == ("daily", "weekly")


@pytest.mark.parametrize("access", ["public", "password", "proxy"])
@pytest.mark.parametrize(
    "body",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {},
    ],
    ids=["form", "multipart", "empty"],
)
def test_one_click_is_one_post_of_a_stranger(
    desk: Desk, access: str, body: dict[str, object]
) -> None:
    reader = desk.reader()
    environ = {"BRIEFING_WEB_PASSWORD_HASH": given.HASH}
    with desk.client(access=access, environ=environ, peer="192.0.2.9") as browser:
        far = {"sec-fetch-site": "cross-site", "origin": "https://mail.example"}
        answer = browser.request("POST", desk.link("leave", reader), headers=far, **body)
        assert answer.status_code == 200
        assert not answer.history
        assert "location" not in answer.headers
        assert "set-cookie" not in answer.headers
        assert "You are unsubscribed" in answer.text
    assert desk.gets(reader) == ("weekly",)
    with desk.store.read() as db:
        assert recipients.get(db, reader).left == ("daily",)
        assert recipients.readers(db, "daily") == ()


def test_leaving_twice_is_as_good_as_once(desk: Desk) -> None:
    reader = desk.reader()
    with desk.client() as browser:
        link = desk.link("leave", reader)
        assert [browser.post(link).status_code for _ in range(3)] == [200] * 3
        assert "You do not get this by mail:" in browser.get(link).text
    assert desk.gets(reader) == ("weekly",)


def test_a_link_without_an_edition_leaves_all(desk: Desk) -> None:
    reader = desk.reader()
    with desk.client() as browser:
        browser.post(desk.link("leave", reader, ""))
    assert desk.gets(reader) == ()


def test_who_leaves_is_told_in_his_own_language(desk: Desk) -> None:
    with desk.store.write() as db:
        one = recipients.Wanted(address="r@example.org", editions=("daily",), language="ru")
        (reader,) = recipients.add(db, [one], {}, now=given.NOW)
    with desk.client() as browser:
        page = browser.get(desk.link("leave", reader)).text
    assert '<html lang="ru">' in page
    assert "Отписаться" in page or "Вы получаете по почте:" in page


@pytest.mark.parametrize("path", ["/leave", "/choose", "/join"])
def test_a_link_that_was_changed_or_is_for_something_else_does_nothing(
    desk: Desk, path: str
) -> None:
    reader = desk.reader()
    good = desk.link("leave", reader).removeprefix("/leave/")
    other = desk.link("choose", reader).removeprefix("/choose/")
    nobody = desk.link("leave", "f" * 32).removeprefix("/leave/")
    marks = [other if path == "/leave" else good, good[:-1], good + "A", "x", "a.b", "z" * 5000]
    marks += [nobody] if path == "/leave" else []
    with desk.client() as browser:
        for mark in marks:
            for method in ("GET", "POST"):
                answer = browser.request(
                    method, f"{path}/{mark}", data={} if method == "POST" else None
                )
                assert answer.status_code == 404, mark
                assert "This link does not work" in answer.text
    assert desk.gets(reader) == ("daily", "weekly")


def test_without_keys_no_link_works_and_none_is_an_error(desk: Desk) -> None:
    reader = desk.reader()
    with desk.client(environ={"BRIEFING_LINK_KEYS": "short"}) as browser:
        assert browser.get(desk.link("leave", reader)).status_code == 404
        assert browser.post(desk.link("leave", reader)).status_code == 404


def test_many_leave_from_one_address_as_large_providers_post(desk: Desk) -> None:
    readers = [desk.reader(f"r{n}@example.org") for n in range(60)]
    with desk.client() as browser:
        for reader in readers:
            assert browser.post(desk.link("leave", reader)).status_code == 200
    assert {desk.gets(reader) for reader in readers} == {("weekly",)}


def test_a_reader_chooses_editions(desk: Desk) -> None:
    reader = desk.reader("reader@example.org", "daily")
    link = desk.link("choose", reader, "")
    with desk.client() as browser:
        page = browser.get(link).text
        assert re.findall(r'value="(\w+)" checked', page) == ["daily"]
        answer = browser.post(link, data={"edition": ["weekly", "not one of ours"]})
        assert answer.status_code == 303
        assert desk.gets(reader) == ("weekly",)
        assert "Your choice is kept." in browser.get(answer.headers["location"]).text
        assert browser.post(link, data={}).status_code == 303
    assert desk.gets(reader) == ()


def test_another_site_cannot_choose_for_a_reader(desk: Desk) -> None:
    reader = desk.reader()
    with desk.client() as browser:
        far = {"sec-fetch-site": "cross-site"}
        answer = browser.post(desk.link("choose", reader, ""), data={}, headers=far)
    assert answer.status_code == 403
    assert desk.gets(reader) == ("daily", "weekly")


def _ask(desk: Desk, address: str, *editions: str) -> str:
    with desk.client(**PUBLIC) as browser:
        form = {"address": address, "edition": list(editions or ("daily",))}
        answer = browser.post("/subscribe", data=form)
    assert answer.status_code == 200
    return answer.text


def _link(desk: Desk) -> str:
    message = message_from_bytes(desk.post.sent[-1].message, policy=policy.default)
    body = message.get_body()
    assert body is not None
    found: str = re.findall(r"http://127\.0\.0\.1:8080(/join/\S+)", body.get_content())[0]
    return found


def test_subscribing_is_shut_where_nobody_opened_it(desk: Desk) -> None:
    with desk.client(access="public", public_url=given.BASE) as browser:
        assert browser.get("/subscribe").status_code == 404
        assert browser.post("/subscribe", data={"address": "a@example.org"}).status_code == 404


def test_a_mailbox_joins_after_it_has_answered(desk: Desk) -> None:
    _ask(desk, "New@Example.org", "daily", "weekly")
    (envelope,) = desk.post.sent
    message = message_from_bytes(envelope.message, policy=policy.default)
    assert (envelope.to, message["To"]) == ("New@example.org", "New@example.org")
    assert message["Subject"] == "China–Russia Brief: please confirm"
    with desk.store.read() as db:
        reader = recipients.find(db, "new@example.org")
        assert reader.editions == ()
        assert recipients.readers(db, "daily") == ()
    with desk.client(**PUBLIC) as browser:
        assert browser.get(_link(desk)).status_code == 200
        assert desk.gets(reader.id) == ()
        assert "from now on" in browser.post(_link(desk)).text
        assert browser.post(_link(desk)).status_code == 200
    assert desk.gets(reader.id) == ("daily", "weekly")


def test_the_page_does_not_tell_who_is_a_reader(desk: Desk) -> None:
    desk.reader("known@example.org", "daily")
    assert _ask(desk, "known@example.org") == _ask(desk, "new@example.org")
    assert [envelope.to for envelope in desk.post.sent] == ["new@example.org"]


def test_a_mailbox_is_asked_once_an_hour(desk: Desk) -> None:
    for _ in range(3):
        _ask(desk, "new@example.org")
    assert len(desk.post.sent) == 1
    desk.clock.now += timedelta(hours=1, minutes=1)
    _ask(desk, "new@example.org")
    assert len(desk.post.sent) == 2


def test_who_asks_often_is_slowed_down(desk: Desk) -> None:
    with desk.client(**PUBLIC) as browser:
        codes = [
            browser.post("/subscribe", data={"address": f"a{n}@example.org", "edition": "daily"})
            for n in range(7)
        ]
    assert [answer.status_code for answer in codes] == [200] * 5 + [429] * 2
    assert len(desk.post.sent) == 5


def test_who_has_left_comes_back_only_by_the_mail(desk: Desk) -> None:
    reader = desk.reader("gone@example.org", "daily")
    with desk.client(**PUBLIC) as browser:
        browser.post(desk.link("leave", reader))
        _ask(desk, "gone@example.org")
        with desk.store.read() as db:
            assert recipients.get(db, reader).left == ("daily",)
        browser.post(_link(desk))
    assert desk.gets(reader) == ("daily",)


def test_a_mailbox_that_complained_gets_no_mail_of_this_kind(desk: Desk) -> None:
    reader = desk.reader("angry@example.org", "weekly")
    with desk.store.write() as db:
        recipients.suppress(db, reader, "complaint", now=given.NOW)
    _ask(desk, "angry@example.org")
    assert desk.post.sent == []


def test_requests_that_nobody_answers_are_forgotten(desk: Desk) -> None:
    _ask(desk, "new@example.org")
    link = _link(desk)
    kept = desk.reader("kept@example.org", "daily")
    with desk.store.write() as db:
        assert joining.forget(db, now=given.NOW + timedelta(days=6)) == 0
        assert joining.forget(db, now=given.NOW + timedelta(days=8)) == 1
        assert [one.id for one in recipients.listing(db)] == [kept]
    with desk.client(**PUBLIC) as browser:
        assert browser.post(link).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "a@b@c",
        "a@example.org\r\nBcc: e@evil.example",
        "<a@example.org>",
        "a b@example.org",
    ],
)
def test_what_is_no_address_is_said_and_nothing_is_sent(desk: Desk, address: str) -> None:
    with desk.client(**PUBLIC) as browser:
        answer = browser.post("/subscribe", data={"address": address, "edition": "daily"})
        none = browser.post("/subscribe", data={"address": "a@example.org"})
    assert answer.status_code == none.status_code == 400
    assert "not a mail address" in answer.text
    assert "Tick at least one edition." in none.text
    assert desk.post.sent == []
