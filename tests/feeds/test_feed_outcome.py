"""What a reading of a feed tells of the feed itself, and what its cursor keeps of pages."""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from feeds.base import Batch
from feeds.feed import FeedSource
from feeds.fetch import Response
from feeds.health import Outcome
from feeds.pages import Filled, Pages, Tried
from service.errors import FetchError, ParseError
from service.model import Entry
from tests.feeds.fakes import Canned, answer
from tests.feeds.server import item, rss

T = TypeVar("T")
NOW = datetime(2025, 6, 1, tzinfo=UTC)
URL = "https://example.org/feed"
LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."


async def _here(work: Callable[[], T]) -> T:
    return work()


def _read(client: Canned, cursor: str | None = None, pages: Pages | None = None) -> Batch:
    source = FeedSource("wire", URL, client, now=lambda: NOW, run=_here, pages=pages)
    return asyncio.run(source.read(cursor))


def test_a_body_that_was_parsed_says_what_server_and_feed_ask_for() -> None:
    head = "<ttl>120</ttl><sy:updatePeriod>daily</sy:updatePeriod>"
    head += "<sy:updateFrequency>4</sy:updateFrequency>"
    client = Canned(answer(rss(item("1", LEAD), head=head), cache_control="max-age=600"))
    assert _read(client).outcome == Outcome(
        status=200, wait_s=600, ttl_s=6 * 3600, parsed=True, moved_to=None
    )


def test_an_answer_without_a_body_parsed_nothing_and_keeps_the_ttl() -> None:
    body = rss(item("1", LEAD), head="<ttl>120</ttl>")
    client = Canned(answer(body, etag='"1"'), answer(status=304, cache_control="max-age=900"))
    first = _read(client)
    assert _read(client, first.cursor).outcome == Outcome(
        status=304, wait_s=900, ttl_s=7200, parsed=None
    )


def test_the_same_body_again_counts_as_parsed() -> None:
    body = rss(item("1", LEAD))
    client = Canned(answer(body), answer(body))
    outcome = _read(client, _read(client).cursor).outcome
    assert outcome is not None
    assert outcome.parsed is True


def test_a_permanent_redirect_is_told() -> None:
    moved = replace(answer(rss(item("1", LEAD))), moved_to="https://example.org/new")
    outcome = _read(Canned(moved)).outcome
    assert outcome is not None
    assert outcome.moved_to == "https://example.org/new"


def test_errors_keep_what_they_say_of_the_source() -> None:
    with pytest.raises(FetchError) as failed:
        _read(Canned(FetchError("no", status=429, retry_after_s=60.0)))
    assert (failed.value.status, failed.value.retry_after_s) == (429, 60.0)

    async def killed(work: Callable[[], T]) -> T:
        raise ParseError("took more than 5 seconds and was stopped", killed=True)

    source = FeedSource("wire", URL, Canned(answer(b"x")), now=lambda: NOW, run=killed)
    with pytest.raises(ParseError) as stopped:
        asyncio.run(source.read(None))
    assert stopped.value.killed


def test_a_cursor_of_an_older_kind_is_no_error_and_asks_for_all() -> None:
    client = Canned(answer(rss(item("1", LEAD))))
    old = json.dumps({"version": 1, "validators": {"If-None-Match": "x"}, "body": "", "items": 1})
    assert len(_read(client, old).entries) == 1
    assert client.asked == [(URL, {})]


class Texts(Pages):
    """Pages that need no client: each reading gives what the test says."""

    def __init__(self, *pending: bool) -> None:
        self._pending = list(pending)
        self.before: list[Mapping[str, Tried]] = []
        self.cut: list[Collection[str]] = []

    async def fill(
        self,
        entries: Sequence[Entry],
        before: Mapping[str, Tried],
        *,
        cut: Collection[str] = (),
        tongue: str | None = None,
    ) -> Filled:
        self.before.append(before)
        self.cut.append(cut)
        return Filled(
            entries=tuple(replace(entry, text_from="page") for entry in entries),
            tried={entry.key: Tried(teaser="t", state="page", tries=2) for entry in entries},
            pending=self._pending.pop(0),
            kills=2,
            skipped=(("https://example.org/robots.txt", "asks for 60 s", "skipped"),),
        )


def test_what_became_of_pages_is_remembered_over_a_304() -> None:
    client = Canned(
        answer(rss(item("1", LEAD)), etag='"1"'),
        answer(status=304),
        answer(rss(item("1", LEAD), item("2", LEAD)), etag='"2"'),
    )
    texts = Texts(False, False)
    first = _read(client, None, texts)
    assert [entry.text_from for entry in first.entries] == ["page"]
    assert first.outcome is not None
    assert first.outcome.kills == 2
    second = _read(client, first.cursor, texts)
    _read(client, second.cursor, texts)
    assert texts.before == [{}, {"1": Tried(teaser="t", state="page", tries=2)}]


def test_while_pages_are_left_the_feed_is_asked_without_conditions_and_parsed_again() -> None:
    body: Response = answer(rss(item("1", LEAD)), etag='"1"')
    client = Canned(body, body, body)
    texts = Texts(True, False)
    first = _read(client, None, texts)
    second = _read(client, first.cursor, texts)
    _read(client, second.cursor, texts)
    assert [validators for _, validators in client.asked] == [{}, {}, {"If-None-Match": '"1"'}]
    assert len(texts.before) == 2


def test_pages_that_are_left_alone_are_named_as_skipped_also_after_a_304() -> None:
    client = Canned(answer(rss(item("1", LEAD)), etag='"1"'), answer(status=304))
    texts = Texts(False)
    first = _read(client, None, texts)
    second = _read(client, first.cursor, texts)
    for batch in (first, second):
        assert [(p.key, p.reason, p.kind) for p in batch.problems] == [
            ("https://example.org/robots.txt", "asks for 60 s", "skipped")
        ]


def test_items_that_say_that_they_go_on_are_told_to_whom_fetches_pages() -> None:
    texts = Texts(False)
    _read(Canned(answer(rss(item("1", f"{LEAD} Read more"), item("2", LEAD)))), None, texts)
    assert texts.cut == [{"1"}]
