"""Headers: policy, tags, compression, what may be kept."""

import gzip
import re

import pytest

from tests.archive import given
from tests.archive.given import Desk

PAGES = ("/", "/issues/1", "/issues/1/china-russia-12.pdf", "/feeds/daily.atom", "/search?q=rail")


@pytest.mark.parametrize("path", [*PAGES, "/nothing", "/login", "/robots.txt", "/leave/x"])
def test_every_answer_has_the_headers_that_protect(desk: Desk, path: str) -> None:
    with desk.client() as browser:
        headers = browser.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert not re.search(r"https?:|\*|unsafe|script-src", policy)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert "set-cookie" not in headers
    assert "strict-transport-security" not in headers


def test_a_desk_on_https_says_so(desk: Desk) -> None:
    with desk.client(public_url="https://b.example", access="public", indexed=True) as browser:
        headers = browser.get("/").headers
        assert "strict-transport-security" in headers
        assert "x-robots-tag" not in headers
        assert "Disallow: /desk" in browser.get("/robots.txt").text


@pytest.mark.parametrize("path", PAGES)
def test_an_answer_that_is_known_is_not_sent_again(desk: Desk, path: str) -> None:
    with desk.client() as browser:
        first = browser.get(path)
        etag = first.headers["etag"]
        again = browser.get(path, headers={"if-none-match": f'"other", {etag}'})
        other = browser.get(path, headers={"if-none-match": '"other"'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == etag
    assert other.content == first.content


def test_a_new_issue_gives_the_front_page_a_new_tag(desk: Desk) -> None:
    with desk.client() as browser:
        etag = browser.get("/").headers["etag"]
        given.publish(desk.store, given.brief(14), page=b"x")
        assert browser.get("/", headers={"if-none-match": etag}).status_code == 200


def test_text_is_compressed_for_who_takes_it(desk: Desk) -> None:
    with desk.client() as browser:
        plain = browser.get("/issues/1", headers={"accept-encoding": "identity"})
        packed = browser.get("/issues/1", headers={"accept-encoding": "br, gzip;q=0.5"})
        refused = browser.get("/issues/1", headers={"accept-encoding": "gzip;q=0"})
        pdf = browser.get("/issues/1/china-russia-12.pdf", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert packed.content == plain.content
    assert len(gzip.compress(plain.content)) < len(plain.content)
    assert "content-encoding" not in refused.headers
    assert "content-encoding" not in pdf.headers
    assert "accept-encoding" in packed.headers["vary"].lower()


def test_the_style_sheet_is_named_by_its_content_and_kept(desk: Desk) -> None:
    with desk.client() as browser:
        path = re.findall(r'href="(/style-[0-9a-f]+\.css)"', browser.get("/").text)[0]
        answer = browser.get(path)
        old = browser.get("/style-000000000000.css")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert "--accent" in answer.text
    assert "@import" not in answer.text
    assert "url(" not in answer.text
    assert old.headers["location"] == path


def test_no_page_asks_anything_of_another_site(desk: Desk) -> None:
    with desk.client() as browser:
        for path in ("/", "/issues/1", "/sources", "/search?q=rail&in=articles"):
            text = browser.get(path).text
            assert not re.search(r'(?:src|srcset|action)="(?:https?:)?//', text)
            assert not re.search(r'<link[^>]*href="(?:https?:)?//', text)


def test_a_fault_of_ours_is_told_without_a_trace(desk: Desk) -> None:
    with desk.store.write() as db:
        db.exec_driver_sql("UPDATE telling SET told = 'no json'")
    with desk.client() as browser:
        answer = browser.get("/issues/1/stories")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "JSON" not in answer.text


def test_a_database_that_cannot_be_read_is_a_503(desk: Desk) -> None:
    desk.store.close()
    with desk.store.path.open("r+b") as file:
        file.write(b"no database at all" * 300)
    with desk.client() as browser:
        answer = browser.get("/")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert "cannot be read at present" in answer.text
    assert str(desk.store.path) not in answer.text


def test_head_is_answered_and_other_methods_are_not(desk: Desk) -> None:
    with desk.client() as browser:
        assert browser.request("HEAD", "/").status_code == 200
        for method in ("PUT", "DELETE", "OPTIONS", "TRACE"):
            assert browser.request(method, "/").status_code == 405
