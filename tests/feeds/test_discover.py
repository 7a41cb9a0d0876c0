"""The feed of a web page: what the page links, the likeliest first, and only what can be read."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.discover import MAX_TRIED, Found, find, links
from feeds.fetch import Response
from service.errors import FetchError, SourceError
from tests.feeds.fakes import Canned

T = TypeVar("T")
NOW = datetime(2025, 6, 1, tzinfo=UTC)
SITE = "https://wire.example/"
RSS = (
    b"<rss version='2.0'><channel><title>Harbour Wire</title>"
    b"<item><title>One</title><description>Text of one.</description></item></channel></rss>"
)


def _page(head: str = "", body: str = "") -> str:
    return (
        f"<!doctype html><html><head><title>A site</title>{head}</head><body>{body}</body></html>"
    )


def _alternate(href: str, kind: str = "application/rss+xml", title: str = "") -> str:
    return f"<link rel='alternate' type='{kind}' href='{href}' title='{title}'>"


def _urls(html: str) -> list[str]:
    return [link.url for link in links(html, url=SITE)]


def _answer(body: bytes | str, url: str = SITE) -> Response:
    data = body.encode() if isinstance(body, str) else body
    return Response(url=url, status=200, body=data, moved_to=url)


async def _here(work: Callable[[], T]) -> T:
    return work()


def _find(*answers: Response | FetchError, url: str = SITE) -> tuple[Found, list[str]]:
    client = Canned(*answers)
    found = asyncio.run(find(client, url, now=NOW, run=_here))
    return found, [asked for asked, _ in client.asked]


@pytest.mark.parametrize(
    "kind", ["application/rss+xml", "application/atom+xml", "Application/Feed+JSON; charset=utf-8"]
)
def test_a_link_of_a_feeds_type_in_the_head_is_a_feed(kind: str) -> None:
    (found,) = links(_page(_alternate("/f", kind, "All news")), url=SITE)
    assert (found.url, found.title) == ("https://wire.example/f", "All news")


@pytest.mark.parametrize(
    "head",
    [
        "<link rel='stylesheet' type='application/rss+xml' href='/f'>",
        "<link rel='alternate' hreflang='ru' href='/ru/'>",
        "<link rel='alternate' type='application/rss+xml' href=''>",
        "<link rel='alternate' type='application/rss+xml'>",
        "<link rel='alternate' type='application/rss+xml' href='javascript:x()'>",
        "<link rel='alternate' type='application/rss+xml' href='file:///etc/passwd'>",
        "<link rel='alternate' type='application/rss+xml' href='https://[bad/f'>",
    ],
)
def test_what_is_no_link_to_a_feed_is_none(head: str) -> None:
    assert _urls(_page(head)) == []


def test_addresses_are_relative_to_the_base_of_the_page() -> None:
    head = "<base href='https://cdn.wire.example/x/'>" + _alternate("y.xml")
    assert _urls(_page(head)) == ["https://cdn.wire.example/x/y.xml"]


@pytest.mark.parametrize(
    "href", ["feed://wire.example/f", "feed:https://wire.example/f", "//wire.example/f#x"]
)
def test_old_ways_to_write_an_address_are_understood(href: str) -> None:
    assert _urls(_page(_alternate(href))) == ["https://wire.example/f"]


@pytest.mark.parametrize(
    "body",
    [
        "<a href='/feed'>x</a>",
        "<a href='/en/rss.xml'>x</a>",
        "<a href='/news/atom/'>x</a>",
        "<a href='/index.xml'>x</a>",
        "<a href='/feed.json'>x</a>",
        "<a href='/abo?id=3'>RSS-Feed</a>",
        "<a href='/abo?id=3' title='RSS 订阅'></a>",
        "<a type='application/rss+xml' href='/abo'>x</a>",
    ],
)
def test_a_link_in_the_text_that_is_surely_a_feeds_counts(body: str) -> None:
    assert len(_urls(_page(body=body))) == 1


@pytest.mark.parametrize(
    "body",
    ["<a href='/feeding-pandas'>x</a>", "<a href='/rss-history'>x</a>", "<a href='/a'>atomic</a>"],
)
def test_a_link_that_only_looks_like_it_does_not(body: str) -> None:
    assert _urls(_page(body=body)) == []


def test_links_of_the_head_come_before_those_of_the_text_and_comments_last() -> None:
    head = _alternate("/comments/feed") + _alternate("/api", "application/json") + _alternate("/f")
    assert _urls(_page(head, "<a href='/rss'>RSS</a>")) == [
        "https://wire.example/f",
        "https://wire.example/api",
        "https://wire.example/rss",
        "https://wire.example/comments/feed",
    ]


@given(st.text(max_size=300))
def test_any_text_is_a_page_with_or_without_links(html: str) -> None:
    assert all(link.url.startswith("http") for link in links(html, url=SITE))


def test_an_address_of_a_feed_is_its_own() -> None:
    found, asked = _find(_answer(RSS))
    assert found == Found(url=SITE, title="Harbour Wire", items=1)
    assert asked == [SITE]


def test_a_page_leads_to_its_feed() -> None:
    feed = "https://wire.example/f"
    found, asked = _find(
        _answer(_page(_alternate("/f") + _alternate("/sport"))), _answer(RSS, feed)
    )
    assert (found.url, [other.url for other in found.others]) == (
        feed,
        ["https://wire.example/sport"],
    )
    assert asked == [SITE, feed]


def test_a_link_that_is_dead_or_no_feed_is_passed_over() -> None:
    page = _page(_alternate("/dead") + _alternate("/page") + _alternate("/f"))
    found, _ = _find(
        _answer(page),
        FetchError("gone", status=404),
        _answer(_page(), "https://wire.example/page"),
        _answer(RSS, "https://wire.example/f"),
    )
    assert found.url == "https://wire.example/f"


def test_no_path_is_tried_that_the_page_does_not_link() -> None:
    client = Canned(_answer(_page(body="<p>Nothing here.</p>")))
    with pytest.raises(SourceError, match="is a web page, not a feed, and no feed is linked there"):
        asyncio.run(find(client, SITE, now=NOW, run=_here))
    assert len(client.asked) == 1


def test_a_page_with_many_links_is_not_asked_for_all() -> None:
    page = _page("".join(_alternate(f"/{n}") for n in range(50)))
    client = Canned(_answer(page), *[FetchError("no")] * 50)
    with pytest.raises(SourceError, match="cannot be read: no"):
        asyncio.run(find(client, SITE, now=NOW, run=_here))
    assert len(client.asked) == 1 + MAX_TRIED


def test_bytes_that_are_no_page_are_one_clear_line() -> None:
    with pytest.raises(SourceError, match="is not a feed") as failed:
        _find(_answer(b"\x89PNG\r\n\x1a\n\0\0\0"))
    assert "\n" not in str(failed.value)
