"""Full text: the page of an article, where its feed gives a teaser only.

A teaser is a text of less than 600 columns, or one that ends as a teaser does (`feeds.teasers`).
Its page is fetched by our client, if robots.txt allows it, and as slowly as that asks; the
reporting is extracted, cleaned as every text is, and kept if it is the longer one and about the
same thing: a page that asks for consent or money has more words than a teaser, too, but not its
words. A page that fails costs nothing: the teaser stays.

What became of each teaser is remembered (`Tried`) in the source's cursor, for two reasons. A page
is not fetched again at each reading. And an item whose full text was stored is left out of later
readings while its teaser is the same; given again, the teaser would be taken for an edit.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal, Protocol, TypeVar
from urllib.parse import urlsplit

from feeds.fetch import Response
from feeds.fulltext import article, teaser
from feeds.items import Unused
from feeds.robots import DELAY_MAX_S, Answer
from service.errors import ExtractError, FetchError, ParseError
from service.model import Entry

#: Pages of one reading of one source: with a gap of a second between two, most of a minute. The
#: rest come with the next reading.
PAGES_MAX = 40
#: Seconds of pauses that one host may cost one reading, where its robots.txt asks for pauses; at
#: least one page is read.
PAUSES_S = 60.0
#: Readings in which a page that may yet come is asked for.
TRIES_MAX = 3
#: The same of a page that ended the process that read it: a busy machine may be the reason, and a
#: third time would put its source into quarantine.
KILLS_MAX = 2

_HTML = re.compile(r"(?:text/html|application/xhtml\+xml)\b|$", re.IGNORECASE)

#: "page": its text was the better one and is stored; "teaser": it was not, and will not be;
#: "again": it may yet come.
State = Literal["page", "teaser", "again"]
T = TypeVar("T")


class Run(Protocol):
    """Runs a pure function of nothing to its end, off the event loop."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]: ...


class Client(Protocol):
    """What is needed of `feeds.fetch.Fetcher`."""

    async def get(self, url: str, *, gap_s: float = 0.0) -> Response: ...


class Permission(Protocol):
    """What is needed of `feeds.robots.Robots`."""

    async def may(self, url: str) -> Answer: ...

    def pause_s(self, url: str) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of the page of one item."""

    #: SHA-256 of the teaser's text.
    teaser: str
    state: State
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The entries of one reading, with full texts where there are any."""

    entries: tuple[Entry, ...]
    #: Key -> what to give to the next reading.
    tried: Mapping[str, Tried]
    #: True where pages are left for the next reading, though the feed may not change before.
    pending: bool
    #: Worker processes that pages have ended.
    kills: int = 0
    #: What was left alone on purpose, and why.
    skipped: tuple[Unused, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Got:
    """What came of one page."""

    entry: Entry
    #: None: it was not asked for, and waits for the next reading.
    state: State | None
    #: Whether it has ended a worker process.
    killed: bool = False
    skipped: Unused | None = None


class Pages:
    """Fetches pages and takes the articles out of them.

    client: how. robots: asked first. now: the clock, which bounds the dates that are believed.
    run: where pages are parsed.
    """

    def __init__(
        self, client: Client, robots: Permission, *, now: Callable[[], datetime], run: Run
    ) -> None:
        self._client = client
        self._robots = robots
        self._now = now
        self._run = run

    async def fill(
        self,
        entries: Sequence[Entry],
        before: Mapping[str, Tried],
        *,
        cut: Collection[str] = (),
        tongue: str | None = None,
    ) -> Filled:
        """Return entries with the texts of their pages; whose page was stored before is left out.

        before: what the last reading returned as `tried`. cut: keys of those that surely go on
        elsewhere, however long they are. tongue: as for `feeds.documents.entry`.
        """
        kept: list[Entry] = []
        tried: dict[str, Tried] = {}
        wanted: list[int] = []
        for entry in entries:
            if entry.url is None or not (entry.key in cut or teaser(entry.text)):
                kept.append(entry)
                continue
            last = before.get(entry.key)
            if last is not None and last.teaser == _digest(entry):
                tried[entry.key] = last
                if last.state == "page":
                    continue
                if last.state == "teaser":
                    kept.append(entry)
                    continue
            wanted.append(len(kept))
            kept.append(entry)
        now = wanted[:PAGES_MAX]
        paused: dict[str, float] = {}
        found = await asyncio.gather(*(self._better(kept[at], tongue, paused) for at in now))
        for at, got in zip(now, found, strict=True):
            if got.state is None:
                continue
            last = tried.get(got.entry.key)
            tries = last.tries + 1 if last else 1
            tries_max = KILLS_MAX if got.killed else TRIES_MAX
            state = "teaser" if got.state == "again" and tries >= tries_max else got.state
            tried[got.entry.key] = Tried(teaser=_digest(kept[at]), state=state, tries=tries)
            kept[at] = got.entry
        asked = [tried[got.entry.key].state for got in found if got.state]
        return Filled(
            entries=tuple(kept),
            tried=tried,
            pending="again" in asked or len(asked) < len(wanted),
            kills=sum(got.killed for got in found),
            skipped=tuple(sorted({got.skipped for got in found if got.skipped})),
        )

    async def _better(self, entry: Entry, tongue: str | None, paused: dict[str, float]) -> _Got:
        """Return the entry with the text of its page, or as it is.

        paused: host -> seconds of pauses in this reading, to which this page adds its own.
        """
        url = entry.url or ""
        may = await self._robots.may(url)
        if may == "slow":
            return _Got(entry=entry, state="teaser", skipped=_slow(url, self._robots.pause_s(url)))
        if may != "yes":
            return _Got(entry=entry, state="again" if may == "later" else "teaser")
        pause_s, host = self._robots.pause_s(url), urlsplit(url).netloc
        spent_s = paused.get(host, 0.0)
        if spent_s and spent_s + pause_s > PAUSES_S:
            return _Got(entry=entry, state=None)
        paused[host] = spent_s + pause_s
        try:
            answer = await self._client.get(url, gap_s=pause_s)
            if not _HTML.match(answer.headers.get("content-type", "")):
                return _Got(entry=entry, state="teaser")
            page = await self._run(
                partial(
                    article,
                    answer.body,
                    entry,
                    url=answer.url,
                    content_type=answer.headers.get("content-type", ""),
                    now=self._now(),
                    tongue=tongue,
                )
            )
        except FetchError as error:
            mends_itself = error.status is None or error.status >= 500 or error.status == 429
            return _Got(entry=entry, state="again" if mends_itself else "teaser")
        except ParseError as error:
            return _Got(
                entry=entry, state="again" if error.killed else "teaser", killed=error.killed
            )
        except ExtractError:
            return _Got(entry=entry, state="teaser")
        if page is None:
            return _Got(entry=entry, state="teaser")
        return _Got(entry=page, state="page")


def _slow(url: str, pause_s: float) -> Unused:
    parts = urlsplit(url)
    reason = (
        f"asks for {pause_s:g} s between two pages, and at most {DELAY_MAX_S:g} s are waited: "
        "of its articles only what the feed gives is read"
    )
    return f"{parts.scheme}://{parts.netloc}/robots.txt", reason, "skipped"


def _digest(entry: Entry) -> str:
    return hashlib.sha256(entry.text.encode("utf-8")).hexdigest()
