"""Hostile documents cost themselves: nothing beside them, no other file, no more than the limit."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.documents import FORMATS, read
from feeds.feed import FeedSource
from feeds.folder import FolderSource
from feeds.items import Items, items
from feeds.worker import FOR_FEEDS, Limits, Workers
from service.errors import ExtractError, ParseError
from service.model import Entry
from tests.feeds import bombs, jobs
from tests.feeds.fakes import Canned, answer

T = TypeVar("T")
NOW = datetime(2025, 6, 1, tzinfo=UTC)
URL = "https://example.org/feed"
#: Seconds from handing a bomb over to hearing of its end: the limit of five, on a busy machine.
LIMIT_S = 8.0

#: These need all of the five seconds; of each kind one is always run.
ALWAYS = ("author", "attributes.html")
SLOW = (
    *("deep_xml", "huge_item", "many_attributes", "many_items"),
    *("images.md", "linked.html", "wide.html"),
)
#: What stays of a feed as a whole: its good item where it is not named here.
LOST = ("author",)
#: May be lost, as the machine is fast or slow.
EITHER = ("deep_xml", "huge_item", "many_attributes", "many_items")


def _marked(names: list[str]) -> list[object]:
    return [pytest.param(n, marks=pytest.mark.slow) if n in SLOW else n for n in names]


def _feed(body: bytes) -> tuple[Items | ParseError, Items, float]:
    """Return what became of a feed, and of a good one after it, and the seconds of the first."""

    async def work() -> tuple[Items | ParseError, Items, float]:
        async with Workers(1) as workers:
            await workers.run(jobs.whoami)
            begin = time.monotonic()
            found: Items | ParseError
            try:
                found = await workers.run(items, body, url=URL, now=NOW)
            except ParseError as error:
                found = error
            seconds = time.monotonic() - begin
            good = await workers.run(items, bombs.rss(bombs.GOOD), url=URL, now=NOW)
            return found, good, seconds

    return asyncio.run(work())


@pytest.mark.parametrize("name", _marked(list(bombs.FEEDS)))
def test_a_hostile_feed_costs_itself_only(name: str) -> None:
    found, good, seconds = _feed(bombs.FEEDS[name]())
    assert [entry.text for entry in good.entries] == [bombs.LEAD]
    assert seconds < LIMIT_S
    if isinstance(found, ParseError):
        assert name in LOST + EITHER
    else:
        assert name not in LOST
        assert name in EITHER or bombs.LEAD in [entry.text for entry in found.entries]


@pytest.mark.parametrize("name", ["deep_html", "deep_blocks", "comments"])
def test_an_item_that_cannot_be_used_is_named_and_the_next_is_read(name: str) -> None:
    found = items(bombs.FEEDS[name](), url=URL, now=NOW)
    assert [key for key, _, _ in found.problems] == ["bad"]
    assert [entry.key for entry in found.entries] == ["good"]


def test_markup_nested_too_deep_is_refused_before_it_is_cleaned() -> None:
    found = items(bombs.deep_blocks(), url=URL, now=NOW)
    reason = "is markup nested 39900 deep, and at most 1000 is read"
    assert found.problems == (("bad", reason, "fault"),)


def test_long_lists_without_end_tags_are_not_deep() -> None:
    markup = "<ul>" + "<li>A line of a list, with words.<p>And more of it." * 2000 + "</ul>"
    found = items(bombs.rss(bombs.item("1", f"<![CDATA[{markup}]]>")), url=URL, now=NOW)
    assert [entry.key for entry in found.entries] == ["1"]


def test_hostile_markup_leaves_nothing_but_words() -> None:
    found = items(bombs.hostile_markup(), url=URL, now=NOW)
    bad = next(entry for entry in found.entries if entry.key == "bad")
    assert (bad.text, bad.url) == (bombs.LEAD, None)
    assert "<" not in bad.title


def test_dates_that_cannot_be_are_unknown() -> None:
    found = items(bombs.far_dates(), url=URL, now=NOW)
    assert {entry.published for entry in found.entries} == {None}


def test_control_characters_reach_no_entry() -> None:
    found = items(bombs.control_characters(), url=URL, now=NOW)
    text = "".join(entry.text + entry.title for entry in found.entries)
    assert bombs.LEAD in text
    assert not {"\x00", "\x0b"} & set(text)


def test_a_feed_never_holds_what_is_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("The secret of the house is 4711.", encoding="utf-8")
    for make in (bombs.external_entity, bombs.external_parameter_entity, bombs.external_dtd):
        found = items(make(str(secret)), url=URL, now=NOW)
        assert "4711" not in repr(found)
    for body in (str(secret), f"file://{secret}"):
        with pytest.raises(ParseError):
            items(body.encode(), url=URL, now=NOW)


@pytest.mark.parametrize("body", bombs.PATHS)
def test_a_body_that_is_a_path_is_not_a_feed(body: bytes) -> None:
    with pytest.raises(ParseError, match="is not a feed"):
        items(body, url=URL, now=NOW)


def test_nothing_outside_of_the_program_is_opened_and_nothing_is_connected_to() -> None:
    """An audit hook cannot be taken off again, so this runs in a process of its own."""

    async def work() -> list[str]:
        # Loaded before the hook hears: the language model is unpacked into a temporary file.
        async with Workers(1, limits=Limits(timeout_s=60.0), preload=FOR_FEEDS) as workers:
            return await workers.run(jobs.opened)

    assert asyncio.run(work()) == []


@pytest.mark.parametrize("name", [*_marked([n for n in bombs.FILES if n != ALWAYS[1]]), ALWAYS[1]])
def test_a_hostile_file_costs_itself_only(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(bombs.FILES[name]())
    (tmp_path / "zz-good.html").write_bytes(bombs.page_of(f"<p>{bombs.LEAD}</p>"))

    async def work() -> tuple[list[str], list[str], float]:
        async with Workers(1) as workers:
            folder = FolderSource("papers", tmp_path, now=lambda: NOW, call=workers.call)
            begin = time.monotonic()
            batch = await folder.read(None)
            seconds = time.monotonic() - begin
            again = await folder.read(batch.cursor)
        # What was stopped is tried once more: the machine may have been busy. It costs as much.
        assert again.problems == batch.problems
        return [e.key for e in batch.entries], [p.reason for p in batch.problems], seconds

    keys, problems, seconds = asyncio.run(work())
    assert "zz-good.html" in keys
    assert len(keys) + len(problems) == 2
    # The start of the process, and the good file, are in it.
    assert seconds < LIMIT_S + 3
    if name in (ALWAYS[1], "wide.html"):
        # A busy machine may be at fault, too: it is tried in three readings.
        assert problems == ["took more than 5 s and was stopped; it is tried again next time"]


def test_a_feed_that_ends_its_reader_says_so_and_the_next_one_is_read() -> None:
    async def work() -> tuple[bool, str, list[Entry]]:
        async with Workers(1) as workers:
            client = Canned(answer(bombs.author()), answer(bombs.rss(bombs.GOOD)))
            bad = FeedSource("bad", URL, client, now=lambda: NOW, run=workers.run)
            with pytest.raises(ParseError) as found:
                await bad.read(None)
            good = FeedSource("good", URL, client, now=lambda: NOW, run=workers.run)
            batch = await good.read(None)
            return found.value.killed, str(found.value), list(batch.entries)

    killed, reason, entries = asyncio.run(work())
    assert killed
    assert reason == f"{URL} took more than 5 s and was stopped"
    assert [entry.text for entry in entries] == [bombs.LEAD]


#: What markup is made of; in any order, it is what a fuzzer finds after days.
PIECES = (
    *(b"<rss version='2.0'>", b"<channel>", b"<item>", b"</item>", b"<title>", b"</title>"),
    *(b"<description>", b"</description>", b"<feed xmlns='http://www.w3.org/2005/Atom'>"),
    *(b"<entry>", b"</entry>", b"<content type='xhtml'>", b"</content>", b"<id>", b"</id>"),
    *(b"<link href='", b"'/>", b"<pubDate>", b"</pubDate>", b"<updated>2025-05-01", b"<![CDATA["),
    *(b"]]>", b"<!--", b"-->", b"<!DOCTYPE x [", b"]>", b"&amp;", b"&lt;p&gt;", b"&#0;", b"&#x1F;"),
    *(b"<?xml version='1.0' encoding='", b"utf-16", b"punycode", b"idna", b"hex", b"'?>"),
    *(
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x00",
        b"\xd0\xbf",
        b"\xe4\xb8\xad",
        b"---\n",
        b"title: *a\n",
    ),
    *(b'{"version":"https://jsonfeed.org/version/1.1","items":[', b'{"id":1,"content_text":"a"}'),
    *(
        b"]}",
        b"[a](",
        b"| a |\n|---|\n",
        b"> ",
        b"```\n",
        b"Date: 1\n",
        b"http://[",
        b"javascript:",
    ),
    *(b"word of text. ", b"\n\n", b"<p>", b"<table>", b"<article>", b"</html>", b"<script>"),
)

SOUP = st.binary(max_size=300) | st.lists(
    st.sampled_from(PIECES) | st.binary(max_size=6), max_size=40
).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(SOUP)
def test_any_bytes_are_a_feed_or_a_parse_error(body: bytes) -> None:
    with suppress(ParseError):
        found = items(body, url=URL, now=NOW)
        assert len(found.entries) <= found.count
        assert all(entry.text.strip() for entry in found.entries)


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_any_bytes_are_a_document_or_an_error(ending: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(SOUP)
    def check(body: bytes) -> None:
        with suppress(ParseError, ExtractError):
            assert read(f"a{ending}", body, now=NOW).text.strip()

    check()


MAKERS: list[Callable[[], bytes]] = [*bombs.FEEDS.values(), *bombs.FILES.values()]


@pytest.mark.parametrize("make", MAKERS)
def test_a_bomb_is_no_larger_than_what_is_read_at_all(make: Callable[[], bytes]) -> None:
    """Or else it would be refused for its size, and prove nothing."""
    assert len(make()) <= 10 << 20


def test_codes_of_an_editor_are_no_words_and_brackets_of_a_text_stay() -> None:
    markup = (
        f"[vc_row width=&quot;1/2&quot;][fusion_text]{bombs.LEAD}[/fusion_text][/vc_row] "
        "He spoke of [the] caption [sic]."
    )
    found = items(bombs.rss(bombs.item("1", markup)), url=URL, now=NOW)
    assert [entry.text for entry in found.entries] == [
        f"{bombs.LEAD} He spoke of [the] caption [sic]."
    ]


@pytest.mark.parametrize("ending", ["txt", "md", "html"])
def test_only_documents_that_are_large_enough_to_explode_need_a_process(
    ending: str, tmp_path: Path
) -> None:
    small, large = f"small.{ending}", f"large.{ending}"
    text = f"{bombs.LEAD}\n\n".encode()
    (tmp_path / small).write_bytes(text)
    (tmp_path / large).write_bytes(text * 4000)
    handed: list[object] = []

    def call(work: Callable[[], T], /) -> T:
        handed.append(work)
        return work()

    folder = FolderSource("papers", tmp_path, now=lambda: NOW, call=call)
    batch = asyncio.run(folder.read(None))
    assert [entry.key for entry in batch.entries] == [large, small]
    assert len(handed) == 1
