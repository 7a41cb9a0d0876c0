"""Collecting from servers that behave as servers do: moved, gone, busy, lying, or hostile.

Rows 21, 22, 25 and 33 of the fault table: a source costs itself only, and no article comes twice.
"""

import asyncio
import gzip
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from feeds.feed import FeedSource
from feeds.fetch import Fetcher, Limits
from feeds.turns import Pace
from service import collecting
from service.collecting import Feed
from service.errors import ParseError
from service.model import Article, Health, SourceRead
from service.progress import Silent
from service.store import Store, articles, health, sources
from service.store.sources import SourceState
from tests.feeds.fakes import Names, raw
from tests.feeds.server import Asked, Reply, Server, item, rss, serving

T = TypeVar("T")
START = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE = "The two ministers met in the capital on Monday and spoke of trade for three hours."
TWO = "A second rail bridge over the river was opened to goods trains on Thursday morning."


class Desk:
    """A store, a client, and a clock that the test moves."""

    def __init__(self, store: Store, server: Server) -> None:
        self.store = store
        self.server = server
        self.now = START
        self.names = Names({})
        self.limits = Limits(deadline_s=1.0)
        #: A source whose parser is ended by what it reads.
        self.poison = ""

    def collect(self, *given: str, stopped: bool = False) -> dict[str, SourceRead]:
        """Read sources now; each is named by the path, or the address, that it is read at."""
        return asyncio.run(self.reading(*given, stopped=stopped))

    async def reading(self, *given: str, stopped: bool = False) -> dict[str, SourceRead]:
        async with Fetcher(
            allow=("127.0.0.1",),
            limits=self.limits,
            pace=Pace(gap_s=0),
            now=lambda: self.now,
            resolver=self.names,
        ) as client:
            feeds = [self._feed(name, client) for name in given]
            reads = await collecting.collect(
                self.store,
                feeds,
                now=self.now,
                progress=Silent(),
                jitter=lambda: 0.0,
                stopped=stopped,
            )
        return {read.name: read for read in reads}

    def _feed(self, name: str, client: Fetcher) -> Feed:
        url = name if "://" in name else self.server.url(name)

        async def here(work: Callable[[], T]) -> T:
            if name == self.poison:
                raise ParseError("took more than 5 seconds and was stopped", killed=True)
            return work()

        def at(address: str) -> FeedSource:
            return FeedSource(name, address, client, now=lambda: self.now, run=here)

        return Feed(source=at(url), address=url, elsewhere=at)

    def health(self, name: str) -> Health:
        url = name if "://" in name else self.server.url(name)
        with self.store.read() as db:
            return health.get(db, name, address=url)

    def state(self, name: str) -> SourceState:
        with self.store.read() as db:
            return next(state for state in sources.listing(db) if state.name == name)

    def articles(self) -> tuple[Article, ...]:
        with self.store.read() as db:
            return articles.collected(db)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with serving() as server, Store.open(f"sqlite:///{tmp_path}/store.db") as store:
        yield Desk(store, server)


def _moving(desk: Desk, status: int) -> None:
    desk.server.paths["/old"] = Reply(status=status, headers={"Location": "/new"})
    desk.server.paths["/new"] = Reply(body=rss(item("1", ONE)))


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_is_adopted_after_three_readings(desk: Desk, status: int) -> None:
    _moving(desk, status)
    for _ in range(3):
        assert desk.health("/old").address is None
        desk.collect("/old")
        desk.now += HOUR
    assert desk.health("/old").address == desk.server.url("/new")
    assert desk.state("/old").address == desk.server.url("/old"), "the old one is kept"
    asked = desk.server.count("/old")
    assert desk.collect("/old")["/old"].state == "read"
    assert desk.server.count("/old") == asked, "read at the new address"
    assert len(desk.articles()) == 1


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_is_followed_and_never_adopted(desk: Desk, status: int) -> None:
    _moving(desk, status)
    for _ in range(5):
        assert desk.collect("/old")["/old"].state == "read"
    assert desk.health("/old").address is None
    assert desk.server.count("/old") == 5


def test_a_source_that_is_gone_for_a_day_is_asked_no_more_until_it_is_asked_for(desk: Desk) -> None:
    desk.server.paths["/feed"] = Reply(status=410)
    desk.collect("/feed")
    desk.now += 23 * HOUR
    desk.collect("/feed")
    assert desk.health("/feed").stopped is None
    desk.now += HOUR
    desk.collect("/feed")
    assert desk.health("/feed").stopped == "gone"
    asked = len(desk.server.asked)
    read = desk.collect("/feed")["/feed"]
    assert (read.state, len(desk.server.asked)) == ("failed", asked)
    assert "gone for good" in (read.error or "")
    desk.server.paths["/feed"] = Reply(body=rss(item("1", ONE)))
    assert desk.collect("/feed", stopped=True)["/feed"].state == "read"
    assert desk.health("/feed").stopped is None


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("99999999999", 24 * HOUR),
        ("3600", HOUR),
        ("0", HOUR / 4),
        ("-5", HOUR / 4),
        ("Sun, 01 Jun 2025 14:00:00 GMT", 2 * HOUR),
        ("Sun, 01 Jun 2095 14:00:00 GMT", 24 * HOUR),
        ("when it suits you", HOUR / 4),
    ],
)
def test_a_busy_server_is_left_alone_as_long_as_it_asks_within_a_day(
    desk: Desk, value: str, wait: timedelta
) -> None:
    desk.server.paths["/feed"] = Reply(status=429, headers={"Retry-After": value})
    desk.collect("/feed")
    assert desk.health("/feed").next_check == START + wait
    with desk.store.read() as db:
        wanted = {"/feed": desk.server.url("/feed")}
        assert sources.due(db, START + wait - timedelta(seconds=1), wanted) == ()
        assert sources.due(db, START + wait, wanted) == ("/feed",)


def test_a_failure_keeps_what_was_collected_and_a_304_after_it_is_a_success(desk: Desk) -> None:
    good = Reply(body=rss(item("1", ONE)), headers={"ETag": '"1"'})
    desk.server.paths["/feed"] = good
    desk.collect("/feed")
    desk.server.paths["/feed"] = Reply(status=500)
    assert desk.collect("/feed")["/feed"].state == "failed"
    desk.server.paths["/feed"] = Reply(status=304)
    assert desk.collect("/feed")["/feed"].state == "read"
    assert desk.server.asked[-1].headers["If-None-Match"] == '"1"'
    assert len(desk.articles()) == 1


def test_a_changed_etag_around_the_same_items_gives_no_article_twice(desk: Desk) -> None:
    for tag in ("1", "2", "3"):
        desk.server.paths["/feed"] = Reply(body=rss(item("1", ONE)), headers={"ETag": tag})
        assert desk.collect("/feed")["/feed"].items == 1
        desk.now += HOUR
    (found,) = desk.articles()
    assert [place.collected for place in found.places] == [START]


def test_after_a_body_that_cannot_be_parsed_a_304_proves_nothing(desk: Desk) -> None:
    good = Reply(body=rss(item("1", ONE)), headers={"ETag": '"1"'})
    desk.server.paths["/feed"] = good
    desk.collect("/feed")
    desk.server.paths["/feed"] = Reply(body=b"<html>Sorry</html>", headers={"ETag": '"2"'})
    assert desk.collect("/feed")["/feed"].state == "failed"
    # Now the server says that nothing has changed; without a condition, it still says sorry.
    broken = Reply(body=b"<html>Sorry</html>")

    def lie(asked: Asked) -> Reply:
        assert asked.headers["If-None-Match"] in (None, '"1"'), "none of a body that failed"
        return Reply(status=304) if asked.headers["If-None-Match"] else broken

    desk.server.paths["/feed"] = lie
    assert desk.collect("/feed")["/feed"].state == "failed"
    assert desk.health("/feed").failures == 2
    broken = good
    assert desk.collect("/feed")["/feed"].state == "read"
    assert desk.health("/feed").failures == 0


def test_a_304_that_nobody_asked_for_is_a_failure(desk: Desk) -> None:
    desk.server.paths["/feed"] = Reply(status=304)
    assert desk.collect("/feed")["/feed"].state == "failed"


def test_content_that_ends_three_workers_is_put_into_quarantine_and_costs_itself_only(
    desk: Desk,
) -> None:
    desk.server.paths["/bomb"] = desk.server.paths["/good"] = Reply(body=rss(item("1", ONE)))
    desk.poison = "/bomb"
    for _ in range(3):
        reads = desk.collect("/bomb", "/good")
        assert (reads["/bomb"].state, reads["/good"].state) == ("failed", "read")
    assert desk.health("/bomb").stopped == "quarantine"
    asked = desk.server.count("/bomb")
    reads = desk.collect("/bomb", "/good")
    assert (reads["/bomb"].state, reads["/good"].state) == ("failed", "read")
    assert "had to be stopped 3 times" in (reads["/bomb"].error or "")
    assert desk.server.count("/bomb") == asked
    desk.poison = ""
    assert desk.collect("/bomb", stopped=True)["/bomb"].state == "read"
    assert desk.health("/bomb").stopped is None


def test_a_feed_that_changes_its_address_in_the_settings_starts_afresh(desk: Desk) -> None:
    desk.server.paths["/feed"] = Reply(status=500)
    desk.collect("/feed")
    assert desk.health("/feed").failures == 1
    with desk.store.read() as db:
        assert health.get(db, "/feed", address="https://wire.example/other") == Health()


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"<x>" * 20_000)
        await writer.drain()


def test_hostile_servers_cost_themselves_only(desk: Desk) -> None:
    zeros = gzip.compress(bytes(200_000_000), 1)
    desk.server.paths |= {
        "/gzip": Reply(body=zeros, headers={"Content-Encoding": "gzip"}),
        "/twice": Reply(body=gzip.compress(zeros), headers={"Content-Encoding": "gzip, gzip"}),
        "/brotli": Reply(body=b"\xce\xb2\xcf\x81", headers={"Content-Encoding": "br"}),
        "/loop": Reply(status=301, headers={"Location": "/loop"}),
        "/good": Reply(body=rss(item("1", ONE))),
    }
    hostile = ("/gzip", "/twice", "/brotli", "/loop")
    desk.limits = Limits(deadline_s=5.0)

    async def work() -> dict[str, SourceRead]:
        async with raw(_drip) as drip, raw(_endless) as endless:
            return await desk.reading(*hostile, drip, endless, "/good")

    tracemalloc.start()
    try:
        began = time.monotonic()
        reads = asyncio.run(work())
        took = time.monotonic() - began
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    good = reads.pop("/good")
    assert (good.state, good.items) == ("read", 1)
    assert {read.state for read in reads.values()} == {"failed"}
    assert all("\n" not in (read.error or "") for read in reads.values())
    assert peak < 100_000_000
    assert took < 30


_connected: list[str] = []
_watching = False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event == "socket.connect" and isinstance(arguments[1], tuple):
        _connected.append(str(arguments[1][0]))


def test_nothing_connects_to_an_address_that_is_not_allowed(desk: Desk) -> None:
    global _watching
    port = desk.server.port
    desk.names = Names(
        {
            "inside.test": [["127.0.0.2"]],
            "mixed.test": [["127.0.0.2", "127.0.0.1"]],
            "rebind.test": [["127.0.0.1"], ["127.0.0.2"]],
        }
    )
    targets = [
        f"http://127.0.0.2:{port}/",
        f"http://[::ffff:127.0.0.2]:{port}/",
        f"http://2130706434:{port}/",
        f"http://0x7f000002:{port}/",
        f"http://127.0.0.2.:{port}/",
        f"http://inside.test:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        f"http://[64:ff9b::7f00:2]:{port}/",
        "http://100.64.0.1/",
    ]
    for number, target in enumerate(targets):
        desk.server.paths[f"/to/{number}"] = Reply(status=302, headers={"Location": target})
    desk.server.paths["/ok"] = Reply(body=rss(item("1", ONE)))
    rebind, mixed = f"http://rebind.test:{port}/ok", f"http://mixed.test:{port}/ok"
    sys.addaudithook(_watch)
    _connected.clear()
    _watching = True
    try:
        redirected = [f"/to/{number}" for number in range(len(targets))]
        reads = desk.collect(*targets, *redirected, "/ok", rebind, mixed)
        again = desk.collect(rebind)
    finally:
        _watching = False
    states = {name: read.state for name, read in reads.items()}
    assert {name for name, state in states.items() if state == "read"} == {"/ok", rebind, mixed}
    assert again[rebind].state == "failed"
    assert "private address" in (again[rebind].error or "")
    assert set(_connected) == {"127.0.0.1"}


def test_one_article_in_three_feeds_is_one_article_with_three_places(desk: Desk) -> None:
    link = "https://wire.example/bridge"
    desk.server.paths["/a"] = Reply(body=rss(item("1", TWO, link=f"{link}?utm_source=a")))
    desk.server.paths["/b"] = Reply(body=rss(item("x-7", TWO, link=f"{link}#top")))
    desk.server.paths["/c"] = Reply(body=rss(item("tag:c", f"{TWO} More.", link=link)))
    desk.collect("/a", "/b")
    desk.collect("/c")
    found = {article.text: article for article in desk.articles()}
    assert list(found) == [f"{TWO} More."], "of an article its newest revision"
    newest = found[f"{TWO} More."]
    with desk.store.read() as db:
        first = articles.get(db, [newest.root])[newest.root]
    places = [(place.source, place.url) for place in (*first.places, *newest.places)]
    assert places == [("/a", f"{link}?utm_source=a"), ("/b", f"{link}#top"), ("/c", link)]


def test_an_edited_guid_is_the_same_article_and_an_edited_text_a_new_revision(desk: Desk) -> None:
    desk.server.paths["/feed"] = Reply(body=rss(item("1", ONE)))
    assert desk.collect("/feed")["/feed"].new == 1
    desk.now += HOUR
    desk.server.paths["/feed"] = Reply(body=rss(item("1-b", ONE)))
    assert desk.collect("/feed")["/feed"].new == 0
    desk.now += HOUR
    desk.server.paths["/feed"] = Reply(body=rss(item("1-b", f"{ONE} They parted as friends.")))
    assert desk.collect("/feed")["/feed"].new == 1
    (found,) = desk.articles()
    assert found.text.endswith("They parted as friends.")
    assert found.root != found.id
    assert found.collected == START + 2 * HOUR


@pytest.mark.parametrize(
    "date",
    [
        "Thu, 01 Jan 1111 11:11:11 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Wed, 04 Jun 2025 12:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
    ],
)
def test_a_date_of_a_wrong_clock_is_no_date(desk: Desk, date: str) -> None:
    desk.server.paths["/feed"] = Reply(
        body=rss(item("1", ONE, date=date), item("2", TWO, date="Sun, 01 Jun 2025 09:00:00 GMT"))
    )
    desk.collect("/feed")
    found = {article.text: article.published for article in desk.articles()}
    assert found == {ONE: None, TWO: datetime(2025, 6, 1, 9, tzinfo=UTC)}
