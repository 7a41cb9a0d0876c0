"""Who may read, who may act, and what is refused."""

import re
from datetime import timedelta

import pytest

from service.archive.access import COOKIE
from service.archive.exposure import password_hash
from service.archive.limits import Buckets
from service.store import periods
from tests.archive import given
from tests.archive.given import Desk

WITH_PASSWORD = {"BRIEFING_WEB_PASSWORD_HASH": given.HASH}
READING = (
    *("/", "/issues/1", "/issues/1/china-russia-12.pdf", "/issues/1/stories", "/editions/daily"),
    *("/feeds/daily.atom", "/sources", "/search?q=rail"),
)


@pytest.mark.parametrize("path", READING)
def test_reading_is_open_where_it_is_public(desk: Desk, path: str) -> None:
    with desk.client(access="public", base="http://any.example") as browser:
        assert browser.get(path).status_code == 200


@pytest.mark.parametrize("path", READING)
def test_reading_behind_a_password_leads_to_the_login(desk: Desk, path: str) -> None:
    with desk.client(access="password", environ=WITH_PASSWORD) as browser:
        answer = browser.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?to=/")
        browser.log_in()
        assert browser.get(path).status_code == 200


@pytest.mark.parametrize("path", READING)
def test_reading_behind_a_proxy_needs_its_word(desk: Desk, path: str) -> None:
    named = {"x-remote-user": "maria"}
    with desk.client(access="proxy") as browser:
        assert browser.get(path).status_code == 403
        assert browser.get(path, headers=named).status_code == 200
    with desk.client(access="proxy", peer="192.0.2.7") as browser:
        assert browser.get(path, headers=named).status_code == 403


def test_acting_behind_a_proxy_is_for_the_operators(desk: Desk) -> None:
    with desk.client(access="proxy", operators=["maria"]) as browser:
        assert browser.get("/desk", headers={"x-remote-user": "ivan"}).status_code == 403
        page = browser.get("/desk", headers={"x-remote-user": "maria"})
        assert page.status_code == 200
        mark = re.findall(r'name="mark" value="([0-9a-f]+)"', page.text)[0]
        form = {"edition": "daily", "mark": mark}
        ivan = browser.post("/desk/brief", data=form, headers={"x-remote-user": "ivan"})
        maria = browser.post("/desk/brief", data=form, headers={"x-remote-user": "maria"})
    assert (ivan.status_code, maria.status_code) == (403, 303)


@pytest.mark.parametrize("access", [None, "public", "password"])
def test_acting_always_needs_the_password(desk: Desk, access: str | None) -> None:
    with desk.client(access=access, environ=WITH_PASSWORD) as browser:
        assert browser.get("/desk").status_code == 303
        assert browser.post("/desk/brief", data={"edition": "daily"}).status_code == 403
        browser.log_in()
        assert browser.get("/desk").status_code == 200
    with desk.store.read() as db:
        assert periods.listing(db) == ()


def test_without_a_password_nobody_acts_and_the_page_says_how(desk: Desk) -> None:
    with desk.client() as browser:
        answer = browser.get("/desk")
        assert browser.get("/login").status_code == 404
        assert browser.post("/login", data={"password": ""}).status_code == 404
    assert answer.status_code == 403
    assert "briefing web hash-password" in answer.text


@pytest.mark.parametrize("path", ["/login", "/robots.txt", "/leave/x", "/choose/x", "/join/x"])
def test_pages_of_links_and_the_login_need_no_login(desk: Desk, path: str) -> None:
    with desk.client(access="password", environ=WITH_PASSWORD) as browser:
        assert browser.get(path).status_code in (200, 404)


def test_a_wrong_password_opens_nothing(desk: Desk) -> None:
    with desk.client(environ=WITH_PASSWORD) as browser:
        for wrong in ("", "guess", given.PASSWORD + " ", "x" * 5000, "ü\x00"):
            answer = browser.post("/login", data={"password": wrong, "to": "/desk"})
            assert answer.status_code == 403
            assert "The password is not right." in answer.text
            desk.clock.seconds += 60
        assert not browser.cookies


def test_a_session_is_a_cookie_that_no_script_reads(desk: Desk) -> None:
    settings = {"public_url": "https://b.example", "access": "password"}
    with desk.client(environ=WITH_PASSWORD, base="https://b.example", **settings) as browser:
        answer = browser.post("/login", data={"password": given.PASSWORD, "to": "/"})
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "secure", "path=/"))


def test_a_session_ends_with_its_time_with_a_logout_and_with_the_password(desk: Desk) -> None:
    with desk.client(environ=WITH_PASSWORD) as browser:
        browser.log_in()
        kept = browser.cookies[COOKIE]
        desk.clock.now += timedelta(hours=11)
        assert browser.get("/desk").status_code == 200
        desk.clock.now += timedelta(hours=2)
        assert browser.get("/desk").status_code == 303
        desk.clock.now = given.NOW
        browser.post("/logout")
        assert COOKIE not in browser.cookies
    other = {"BRIEFING_WEB_PASSWORD_HASH": password_hash("quite another password")}
    with desk.client(environ=other) as browser:
        browser.cookies.set(COOKIE, kept)
        assert browser.get("/desk").status_code == 303


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "0" * 32 + ".aaaa.bbbb", "é" * 9, "x" * 4000])
def test_a_forged_session_is_none(desk: Desk, cookie: str) -> None:
    with desk.client(environ=WITH_PASSWORD) as browser:
        header = {"cookie": f"{COOKIE}={cookie}".encode()}
        assert browser.get("/desk", headers=header).status_code == 303


def test_a_form_needs_the_mark_of_its_own_session(desk: Desk) -> None:
    with desk.client(environ=WITH_PASSWORD) as browser:
        browser.log_in()
        first = re.findall(r'name="mark" value="([0-9a-f]+)"', browser.get("/desk").text)[0]
        browser.cookies.clear()
        browser.log_in()
        for mark in ("", first, "ü"):
            answer = browser.post("/desk/brief", data={"edition": "daily", "mark": mark})
            assert answer.status_code == 403
            assert "out of date" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "", "origin": "https://evil.example"},
    ],
)
def test_a_post_that_another_site_made_is_refused(desk: Desk, headers: dict[str, str]) -> None:
    with desk.client(environ=WITH_PASSWORD) as browser:
        answer = browser.post("/login", data={"password": given.PASSWORD}, headers=headers)
        assert answer.status_code == 403
        assert "another site" in answer.text
        assert not browser.cookies


def test_an_old_browser_is_believed_by_its_origin(desk: Desk) -> None:
    with desk.client(environ=WITH_PASSWORD) as browser:
        form = {"data": {"password": given.PASSWORD}}
        own = browser.request("POST", "/login", headers={"origin": given.BASE}, **form)
        evil = browser.request("POST", "/login", headers={"origin": "null"}, **form)
    assert (own.status_code, evil.status_code) == (303, 403)


def test_a_name_that_is_not_ours_is_refused_where_nobody_chose_who_reads(desk: Desk) -> None:
    with desk.client(base="http://rebound.example") as browser:
        answer = browser.get("/")
        assert answer.status_code == 421
        assert "public_url" in answer.text
    with desk.client(base="http://b.example", public_url="http://b.example") as browser:
        assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "\n/x", "x"]
)
def test_a_login_leads_to_no_other_site(desk: Desk, to: str) -> None:
    with desk.client(environ=WITH_PASSWORD) as browser:
        answer = browser.post("/login", data={"password": given.PASSWORD, "to": to})
        page = browser.get("/login", params={"to": to})
    assert answer.headers["location"] == "/"
    assert 'name="to" value="/"' in page.text


def test_guesses_are_slowed_down_for_each_address_alone(desk: Desk) -> None:
    def post(address: str) -> int:
        return browser.post(
            "/login", data={"password": "guess"}, headers={"x-forwarded-for": f"1.1.1.1, {address}"}
        ).status_code

    with desk.client(environ=WITH_PASSWORD) as browser:
        assert [post("192.0.2.1") for _ in range(7)] == [403] * 5 + [429] * 2
        assert post("192.0.2.2") == 403
        desk.clock.seconds += 31
        assert [post("192.0.2.1") for _ in range(2)] == [403, 429]
    with desk.client(environ=WITH_PASSWORD, access="public", peer="203.0.113.5") as browser:
        # Whoever comes from outside cannot say that he is another.
        assert [post(f"192.0.2.{n}") for n in range(7)] == [403] * 5 + [429] * 2


def test_a_flood_of_addresses_takes_bounded_memory() -> None:
    buckets = Buckets(1, 1.0, lambda: 0.0, most=100)
    for number in range(1000):
        assert buckets.take(f"192.0.{number // 256}.{number % 256}") == 0
    assert len(buckets) == 100


def test_a_home_of_ipv6_is_one_address() -> None:
    buckets = Buckets(1, 10.0, lambda: 0.0)
    assert buckets.take("2001:db8::1") == 0
    assert buckets.take("2001:db8::ffff") == 10.0
    assert buckets.take("2001:db8:0:1::1") == 0
    assert buckets.take("::ffff:192.0.2.1") == 0
    assert buckets.take("192.0.2.1") == 10.0


def test_too_long_a_form_is_not_read(desk: Desk) -> None:
    with desk.client(environ=WITH_PASSWORD) as browser:
        answer = browser.post("/login", data={"password": "x" * 30_000})
    assert answer.status_code == 413


def test_pages_with_a_session_are_kept_by_nobody(desk: Desk) -> None:
    with desk.client(environ=WITH_PASSWORD) as browser:
        assert browser.get("/").headers["cache-control"] == "no-cache"
        browser.log_in()
        for path in ("/", "/desk"):
            answer = browser.get(path, headers={"accept-encoding": "gzip"})
            assert answer.headers["cache-control"] == "no-store"
            assert "content-encoding" not in answer.headers
    with desk.client(access="password", environ=WITH_PASSWORD) as browser:
        browser.log_in()
        assert browser.get("/issues/1").headers["cache-control"] == "private, no-cache"
