"""A feed as a source: conditional, parsed once, and never green by a 304 alone."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from feeds.base import Batch
from feeds.feed import FeedSource
from feeds.fetch import Fetcher
from service.errors import FetchError, ParseError
from tests.feeds.fakes import Canned, answer, serving

NOW = datetime(2025, 6, 1, tzinfo=UTC)
URL = "https://example.org/feed"
T = TypeVar("T")
LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."


def _body(*items: str) -> bytes:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>E</title>{inner}</channel></rss>".encode()


def _item(key: str, text: str = LEAD) -> str:
    return f"<guid>{key}</guid><title>Title of {key}</title><description>{text}</description>"


class Runs:
    """Parses in place, and counts."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self, work: Callable[[], T], /) -> T:
        self.count += 1
        return work()


def _read(client: Canned, cursor: str | None = None, runs: Runs | None = None) -> Batch:
    source = FeedSource("wire", URL, client, now=lambda: NOW, run=runs or Runs())
    return asyncio.run(source.read(cursor))


def test_items_become_entries_and_bad_ones_problems() -> None:
    client = Canned(answer(_body(_item("1"), _item("2", ""), _item("3", "Share"))))
    batch = _read(client)
    assert [(e.key, e.title, e.text) for e in batch.entries] == [("1", "Title of 1", LEAD)]
    assert [(p.source, p.key, p.reason) for p in batch.problems] == [
        ("wire", "2", "has no text"),
        ("wire", "3", "holds no text that can be read"),
    ]
    assert batch.items == 3


def test_furniture_and_datelines_leave_an_item() -> None:
    text = f"&lt;p&gt;BEIJING, May 8 (Xinhua) -- {LEAD}&lt;/p&gt;&lt;p&gt;Read more&lt;/p&gt;"
    (found,) = _read(Canned(answer(_body(_item("1", text))))).entries
    assert (found.text, found.origin, found.language) == (LEAD, "Xinhua", "en")


def test_validators_are_sent_the_next_time_and_a_304_gives_the_old_problems() -> None:
    client = Canned(
        answer(_body(_item("1"), _item("2", "")), etag='"1"', last_modified="yesterday"),
        answer(status=304),
    )
    first = _read(client)
    runs = Runs()
    second = _read(client, first.cursor, runs)
    assert client.asked[1] == (URL, {"If-None-Match": '"1"', "If-Modified-Since": "yesterday"})
    assert (second.entries, second.problems, second.items) == ((), first.problems, 2)
    assert second.cursor == first.cursor
    assert runs.count == 0


def test_the_same_bytes_with_other_validators_are_not_parsed_again() -> None:
    body = _body(_item("1"))
    client = Canned(
        answer(body, etag='"1"'), answer(body, etag='"2"'), answer(status=304), answer(status=304)
    )
    first = _read(client)
    runs = Runs()
    second = _read(client, first.cursor, runs)
    assert (second.entries, runs.count) == ((), 0)
    _read(client, second.cursor)
    assert client.asked[2][1] == {"If-None-Match": '"2"'}


def test_changed_bytes_are_read() -> None:
    client = Canned(answer(_body(_item("1"))), answer(_body(_item("2"), _item("1"))))
    first = _read(client)
    assert [e.key for e in _read(client, first.cursor).entries] == ["2", "1"]


def test_the_first_of_two_items_with_one_name_wins() -> None:
    client = Canned(answer(_body(_item("1"), _item("1", "An older form of it."))))
    assert [e.text for e in _read(client).entries] == [LEAD]


def test_a_body_that_is_no_feed_is_an_error_and_its_validators_are_never_sent() -> None:
    client = Canned(answer(b"<html>down</html>", etag='"bad"'), answer(_body(_item("1"))))
    with pytest.raises(ParseError, match=r"https://example\.org/feed is a web page") as found:
        _read(client)
    assert found.value.source == "wire"
    _read(client, None)
    assert client.asked[1][1] == {}


def test_a_fault_after_a_good_reading_keeps_the_good_validators() -> None:
    client = Canned(
        answer(_body(_item("1")), etag='"good"'),
        answer(b"<html>down</html>", etag='"bad"'),
        answer(status=304),
    )
    first = _read(client)
    with pytest.raises(ParseError):
        _read(client, first.cursor)
    _read(client, first.cursor)
    assert client.asked[2][1] == {"If-None-Match": '"good"'}


def test_a_304_to_a_question_without_a_condition_is_an_error() -> None:
    with pytest.raises(FetchError, match="304"):
        _read(Canned(answer(status=304)))


def test_an_error_of_the_client_names_the_source_and_keeps_its_numbers() -> None:
    client = Canned(FetchError("x answered 429", status=429, retry_after_s=60.0))
    with pytest.raises(FetchError, match="x answered 429") as found:
        _read(client)
    assert (found.value.source, found.value.status, found.value.retry_after_s) == ("wire", 429, 60)


@pytest.mark.parametrize("cursor", ["", "{}", "[1]", '{"version":1,"validators":3}', "null"])
def test_a_cursor_that_means_nothing_asks_without_conditions(cursor: str) -> None:
    client = Canned(answer(_body(_item("1"))))
    assert len(_read(client, cursor).entries) == 1
    assert client.asked[0][1] == {}


def test_a_feed_without_items_is_empty_and_no_error() -> None:
    batch = _read(Canned(answer(_body())))
    assert (batch.entries, batch.problems, batch.items) == ((), (), 0)


def test_the_operators_language_is_that_of_every_item() -> None:
    client = Canned(answer(_body(_item("1"))))
    source = FeedSource("wire", URL, client, language="nl", now=lambda: NOW)
    assert asyncio.run(source.read(None)).entries[0].language == "nl"


def test_a_feed_is_read_over_the_network_from_end_to_end() -> None:
    from aiohttp import web

    async def serve(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"1"':
            return web.Response(status=304)
        return web.Response(
            body=_body(_item("1")), headers={"ETag": '"1"'}, content_type="application/rss+xml"
        )

    async def work() -> tuple[Batch, Batch]:
        async with serving(serve) as base, Fetcher(allow=("127.0.0.1",)) as client:
            source = FeedSource("wire", base + "/rss", client, now=lambda: NOW)
            first = await source.read(None)
            return first, await source.read(first.cursor)

    first, second = asyncio.run(work())
    assert [entry.text for entry in first.entries] == [LEAD]
    assert second.entries == ()
    assert second.items == 1
