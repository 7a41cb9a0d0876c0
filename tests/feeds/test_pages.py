"""Full text: pages of teasers, fetched once, if they may be, and worth it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from feeds.fetch import Response
from feeds.fulltext import about, article, teaser
from feeds.pages import PAGES_MAX, PAUSES_S, TRIES_MAX, Filled, Pages, Tried
from feeds.robots import Answer
from service.errors import ExtractError, FetchError, ParseError
from service.model import Entry

T = TypeVar("T")
NOW = datetime(2025, 6, 1, tzinfo=UTC)
URL = "https://wire.example/bridge"
LEAD = "China and Russia opened a second rail bridge over the Amur river on Thursday morning."
MORE = (
    "The crossing near the town of Heihe is meant to carry nine million tonnes of freight a year. "
    "Customs officers on both banks will clear goods trains around the clock from December. "
    "Traders in Blagoveshchensk said that queues for lorries had reached four days in October."
)
PAGE = f"""<!doctype html><html lang="en"><head><title>Bridge opens | Wire</title>
<meta property="og:site_name" content="Wire"><meta property="og:title" content="Another headline">
<meta property="article:published_time" content="2025-05-08T10:00:00Z"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Bridge opens</h1>
<p>{LEAD}</p><p>{MORE}</p></article></body></html>"""
CONSENT = """<!doctype html><html><head><title>Before you continue</title></head><body><article>
<p>We and our 842 partners store cookies on your device and use personal data such as identifiers
for advertising, measurement and audience research. Choose what you accept.</p>
<p>You may change your mind at any time through the privacy settings at the foot of every page of
this site, where the full list of vendors and of the purposes that they pursue is given.</p>
</article></body></html>"""


def _entry(key: str = "1", text: str = LEAD, *, url: str | None = URL) -> Entry:
    return Entry(key=key, title="Second rail bridge opens", text=text, language="en", url=url)


def _response(body: str, *, kind: str = "text/html; charset=utf-8") -> Response:
    headers = {"content-type": kind} if kind else {}
    return Response(url=URL, status=200, body=body.encode(), headers=headers, moved_to=URL)


class Site:
    """Answers every page alike, and every question for leave."""

    def __init__(self, answer: Response | FetchError, may: Answer = "yes") -> None:
        self.answer = answer
        self.leave: Answer = may
        self.asked: list[str] = []
        self.pause = 0.0
        self.gaps: list[float] = []

    async def get(self, url: str, *, gap_s: float = 0.0) -> Response:
        self.asked.append(url)
        self.gaps.append(gap_s)
        if isinstance(self.answer, FetchError):
            raise self.answer
        return self.answer

    async def may(self, url: str) -> Answer:
        return self.leave

    def pause_s(self, url: str) -> float:
        return self.pause

    def fill(self, *entries: Entry, before: Mapping[str, Tried] | None = None) -> Filled:
        async def here(work: Callable[[], T]) -> T:
            return work()

        pages = Pages(self, self, now=lambda: NOW, run=here)
        return asyncio.run(pages.fill(entries, before or {}))


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (LEAD, True),
        ("word " * 200, False),
        ("word " * 200 + "…", True),
        ("word " * 200 + "[...]", True),
        ("word " * 200 + "Read more »", True),
        ("word " * 200 + "[…]", True),
        ("word " * 200 + "Continue reading the full story", True),
        ("слово " * 200 + "Читать далее", True),
        ("字" * 301, False),
        ("字" * 299, True),
        ("字" * 301 + "阅读全文", True),
        ("word " * 200 + "He wants to read more books.", False),
    ],
)
def test_what_is_a_teaser(text: str, is_one: bool) -> None:
    assert teaser(text) is is_one


def test_a_teaser_becomes_the_article_of_its_page() -> None:
    site = Site(_response(PAGE))
    filled = site.fill(_entry())
    (found,) = filled.entries
    assert found.text == f"{LEAD}\n\n{MORE}"
    assert found.text_from == "page"
    assert (found.key, found.url, found.title) == ("1", URL, "Second rail bridge opens")
    assert (found.outlet, found.published) == ("Wire", datetime(2025, 5, 8, 10, tzinfo=UTC))
    assert (filled.tried["1"].state, filled.pending) == ("page", False)


def test_a_whole_text_and_an_item_without_a_page_are_left_alone() -> None:
    site = Site(_response(PAGE))
    whole, lonely = _entry("1", "word " * 200), _entry("2", url=None)
    filled = site.fill(whole, lonely)
    assert (filled.entries, dict(filled.tried), site.asked) == ((whole, lonely), {}, [])


def test_a_page_that_was_stored_is_not_fetched_and_not_given_again() -> None:
    site = Site(_response(PAGE))
    before = site.fill(_entry()).tried
    filled = site.fill(_entry(), _entry("2"), before=before)
    assert [entry.key for entry in filled.entries] == ["2"]
    assert filled.tried.keys() == {"1", "2"}
    assert len(site.asked) == 2


def test_a_teaser_that_was_edited_is_looked_up_again() -> None:
    site = Site(_response(PAGE))
    before = site.fill(_entry()).tried
    filled = site.fill(_entry(text=LEAD + " It is blue."), before=before)
    assert [entry.text_from for entry in filled.entries] == ["page"]
    assert len(site.asked) == 2


def test_what_fell_out_of_the_feed_is_forgotten() -> None:
    site = Site(_response(PAGE))
    before = site.fill(_entry("1")).tried
    assert site.fill(_entry("2"), before=before).tried.keys() == {"2"}


@pytest.mark.parametrize(
    "answer",
    [
        FetchError("no", status=404),
        FetchError("no", status=403),
        _response(CONSENT),
        _response("<html><body></body></html>"),
        _response(f"<p>{LEAD[:60]}</p>"),
        _response("%PDF-1.7", kind="application/pdf"),
        _response("\0\1\2\3" * 99, kind=""),
    ],
    ids=["404", "403", "consent", "empty", "shorter", "pdf", "binary"],
)
def test_a_page_that_is_of_no_use_leaves_the_teaser_for_good(answer: Response | FetchError) -> None:
    site = Site(answer)
    filled = site.fill(_entry())
    assert (filled.entries, filled.tried["1"].state) == ((_entry(),), "teaser")
    again = site.fill(_entry(), before=filled.tried)
    assert (again.entries, again.pending, len(site.asked)) == ((_entry(),), False, 1)


@pytest.mark.parametrize("status", [None, 429, 500, 503])
def test_a_page_that_may_yet_come_is_asked_for_three_times(status: int | None) -> None:
    site = Site(FetchError("no", status=status))
    tried: Mapping[str, Tried] = {}
    pending = []
    for _ in range(TRIES_MAX + 1):
        filled = site.fill(_entry(), before=tried)
        assert filled.entries == (_entry(),)
        tried = filled.tried
        pending.append(filled.pending)
    assert pending == [True, True, False, False]
    assert len(site.asked) == TRIES_MAX


def test_a_page_that_comes_at_the_second_try_is_taken() -> None:
    site = Site(FetchError("no", status=503))
    tried = site.fill(_entry()).tried
    site.answer = _response(PAGE)
    filled = site.fill(_entry(), before=tried)
    assert [entry.text_from for entry in filled.entries] == ["page"]
    assert not filled.pending


@pytest.mark.parametrize(("may", "state"), [("no", "teaser"), ("later", "again")])
def test_a_page_that_robots_may_not_read_is_not_fetched(may: Answer, state: str) -> None:
    site = Site(_response(PAGE), may)
    filled = site.fill(_entry())
    assert (filled.entries, filled.tried["1"].state, site.asked) == ((_entry(),), state, [])


def test_one_reading_fetches_so_many_pages_and_the_next_goes_on() -> None:
    site = Site(_response(PAGE))
    entries = [_entry(str(n)) for n in range(PAGES_MAX + 5)]
    first = site.fill(*entries)
    assert (len(site.asked), first.pending, len(first.entries)) == (PAGES_MAX, True, len(entries))
    second = site.fill(*entries, before=first.tried)
    assert (len(site.asked), second.pending) == (PAGES_MAX + 5, False)
    assert {entry.key for entry in second.entries} == {
        str(n) for n in range(PAGES_MAX, PAGES_MAX + 5)
    }


def test_a_page_that_fails_costs_itself_only() -> None:
    site = Site(_response(PAGE))

    async def one_fails(url: str, *, gap_s: float = 0.0) -> Response:
        if url.endswith("bad"):
            raise FetchError("no", status=500)
        return _response(PAGE)

    site.get = one_fails  # type: ignore[method-assign]
    filled = site.fill(_entry("1"), _entry("2", url="https://wire.example/bad"))
    assert [entry.text_from for entry in filled.entries] == ["page", "feed"]


def test_a_page_that_ends_its_worker_is_counted_and_tried_once_more() -> None:
    """A busy machine makes a good page look like a bomb; a third try would be quarantine."""

    async def killed(work: Callable[[], T]) -> T:
        raise ParseError("took more than 5 seconds and was stopped", killed=True)

    site = Site(_response(PAGE))
    pages = Pages(site, site, now=lambda: NOW, run=killed)
    first = asyncio.run(pages.fill((_entry(),), {}))
    assert (first.entries, first.kills, first.pending) == ((_entry(),), 1, True)
    assert site.fill(_entry(), before=first.tried).entries[0].text_from == "page"
    second = asyncio.run(pages.fill((_entry(),), first.tried))
    assert (second.entries, second.kills, second.pending) == ((_entry(),), 1, False)
    third = asyncio.run(pages.fill((_entry(),), second.tried))
    assert (third.entries, third.kills, third.pending) == ((_entry(),), 0, False)


def test_a_page_in_another_encoding_is_read_as_its_server_declares() -> None:
    lead = "Россия и Китай открыли в четверг второй железнодорожный мост через реку Амур."
    more = "Мост у города Хэйхэ рассчитан на девять миллионов тонн грузов в год. " * 4
    body = f"<html><body><article><p>{lead}</p><p>{more}</p></article></body></html>".encode(
        "koi8-r"
    )
    given = replace(_entry(text=lead), language="ru", title="Открыт второй мост через Амур")
    found = article(body, given, url=URL, content_type="text/html; charset=koi8-r", now=NOW)
    assert found is not None
    assert found.text.startswith(lead)


def test_another_article_is_not_about_the_same() -> None:
    other = "Negotiators ended a third day of talks on gas without a price. " * 20
    assert not about(_entry(), _entry(text=other))
    assert about(_entry(), _entry(text=f"{LEAD} {MORE}"))


def test_a_page_without_a_text_is_an_error_of_its_own() -> None:
    with pytest.raises((ExtractError, ParseError)):
        article(b"", _entry(), url=URL, now=NOW)


def test_pages_are_fetched_as_slowly_as_their_site_asks() -> None:
    site = Site(_response(PAGE))
    site.pause = 7.0
    site.fill(_entry())
    assert site.gaps == [7.0]


def test_pauses_leave_pages_to_the_next_reading_without_counting_a_try() -> None:
    site = Site(_response(PAGE))
    site.pause = 25.0
    entries = [_entry(str(n)) for n in range(5)]
    first = site.fill(*entries)
    assert (len(site.asked), first.pending) == (2, True)
    assert first.tried.keys() == {"0", "1"}
    assert [entry.text_from for entry in first.entries] == ["page"] * 2 + ["feed"] * 3
    second = site.fill(*entries, before=first.tried)
    third = site.fill(*entries, before=second.tried)
    assert (len(site.asked), third.pending) == (5, False)
    assert {tried.tries for tried in third.tried.values()} == {1}


def test_a_pause_longer_than_all_pauses_of_a_reading_still_lets_one_page_be_read() -> None:
    site = Site(_response(PAGE))
    site.pause = PAUSES_S + 1
    assert site.fill(_entry("1"), _entry("2")).tried.keys() == {"1"}


def test_a_site_that_asks_for_too_long_a_pause_is_left_alone_with_a_reason() -> None:
    site = Site(_response(PAGE), may="slow")
    site.pause = 120.0
    filled = site.fill(_entry("1"), _entry("2"))
    assert (site.asked, filled.pending) == ([], False)
    assert [entry.text_from for entry in filled.entries] == ["feed", "feed"]
    ((key, reason, kind),) = filled.skipped
    assert (key, kind) == ("https://wire.example/robots.txt", "skipped")
    assert reason.startswith("asks for 120 s between two pages, and at most 30 s are waited")


def test_a_long_text_that_says_that_it_goes_on_is_a_teaser() -> None:
    site = Site(_response(PAGE))
    long = _entry("1", f"{LEAD} " * 20)

    async def here(work: Callable[[], T]) -> T:
        return work()

    pages = Pages(site, site, now=lambda: NOW, run=here)
    for cut, asked in ((frozenset[str](), []), (frozenset({"1"}), [URL])):
        asyncio.run(pages.fill([long], {}, cut=cut))
        assert site.asked == asked
