"""What came in the place of a feed is said in words, with what to do."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import mistaken
from feeds.syndication import parse
from service.errors import ParseError

NOW = datetime(2026, 11, 21, tzinfo=UTC)
URL = "https://example.org/news/"


def _said(body: bytes | str) -> str:
    data = body.encode() if isinstance(body, str) else body
    with pytest.raises(ParseError) as found:
        parse(data, url=URL, now=NOW)
    return str(found.value)


@pytest.mark.parametrize(
    ("body", "what", "advice"),
    [
        ("", "is empty, not a feed", "look at the address in a browser"),
        (" \n\t ", "is empty, not a feed", "look at the address in a browser"),
        ("<!doctype html><p>News", "is a web page, not a feed", "briefing sources add"),
        ("<p>News of the <b>day", "is a web page, not a feed", "briefing sources add"),
        (
            "<html><head><title>Sign in</title></head><form><input name=p></form></html>",
            "is a login page, not a feed",
            "without an account",
        ),
        (
            "<html><form><input name='p' type='password'></form></html>",
            "is a login page, not a feed",
            "without an account",
        ),
        ("<html><title>登录</title></html>", "is a login page, not a feed", "without an account"),
        ("<html><title>Вход</title></html>", "is a login page, not a feed", "without an account"),
        (
            "<html><p>Checking your browser before you go on</p></html>",
            "is a web page that asks whether a person reads it, not a feed",
            "open the address in a browser",
        ),
        ('{"articles": []}', "is JSON, but not a JSON Feed", "look on the site for RSS"),
        ("<note><to>x</to></note>", 'its first element is "note"', "briefing sources add"),
        ("<urlset><url/></urlset>", "is a sitemap, not a feed", "briefing sources add"),
        ("Service unavailable", '("Service unavailable")', "open the address in a browser"),
        ("Сервис недоступен", "is not a feed but plain text", "open the address in a browser"),
        (b"%PDF-1.7\n...", "is not a feed but a PDF document", "open the address in a browser"),
        (b"\x1f\x8b\x08\0abc", "is not a feed but gzip data", "open the address in a browser"),
        (
            b"ab\0\0\0\1\2\3\4\5\xff\xfe\0cd" * 9,
            "is not a feed: it holds a NUL byte",
            "open the address in a browser",
        ),
    ],
)
def test_what_came_is_named_before_what_to_do(body: bytes | str, what: str, advice: str) -> None:
    said, _, todo = _said(body).partition("; ")
    assert what in said
    assert advice in todo


def test_a_page_that_names_its_feed_is_a_page_though_it_asks_for_a_password() -> None:
    page = "<html><link type='application/rss+xml' href='/rss'><input type=password></html>"
    assert _said(page).endswith("the page names https://example.org/rss")


def test_a_feed_that_is_broken_before_its_first_item_is_a_broken_feed() -> None:
    said = mistaken.document("<rss><channel><<", url=URL, why="not well-formed", row=1)
    assert said.startswith(
        "is not a feed that can be read: it is broken before its first item (line 1: not well-"
    )


def test_a_long_text_is_quoted_from_its_beginning_only() -> None:
    said = _said("word " * 5000)
    assert "word…" in said
    assert len(said) < 200


@given(st.text(max_size=300))
def test_every_answer_is_one_line_that_says_what_it_is(text: str) -> None:
    for said in (mistaken.document(text, url=URL), mistaken.page(text, url=URL)):
        assert said.startswith("is ")
        assert len(said.splitlines()) == 1
        assert len(said) < 1000
