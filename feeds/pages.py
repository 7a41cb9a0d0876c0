"""Full text: the page of an article, where its feed gives a teaser only.

A teaser is a text of less than 600 columns, or one that ends as a teaser does. Its page is fetched
by our client, if robots.txt allows it; the reporting is extracted, cleaned as every text is, and
kept if it is the longer one and about the same thing: a page that asks for consent or money has
more words than a teaser, too, but not its words. A page that fails costs nothing: the teaser stays.

What became of each teaser is remembered (`Tried`) in the source's cursor, for two reasons. A page
is not fetched again at each reading. And an item whose full text was stored is left out of later
readings while its teaser is the same; given again, the teaser would be taken for an edit.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal, Protocol, TypeVar

from feeds.fetch import Response
from feeds.fulltext import article, teaser
from feeds.robots import Answer
from service.errors import ExtractError, FetchError, ParseError
from service.model import Entry

#: Pages of one reading of one source: with a gap of a second between two, most of a minute. The
#: rest come with the next reading.
PAGES_MAX = 40
#: Readings in which a page that may yet come is asked for.
TRIES_MAX = 3

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

    async def get(self, url: str, *, validators: dict[str, str] | None = None) -> Response: ...


class Permission(Protocol):
    """What is needed of `feeds.robots.Robots`."""

    async def may(self, url: str) -> Answer: ...


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
        self, entries: Sequence[Entry], before: Mapping[str, Tried], *, tongue: str | None = None
    ) -> Filled:
        """Return entries with the texts of their pages; whose page was stored before is left out.

        before: what the last reading returned as `tried`. tongue: as for `feeds.documents.entry`.
        """
        kept: list[Entry] = []
        tried: dict[str, Tried] = {}
        wanted: list[int] = []
        for entry in entries:
            if entry.url is None or not teaser(entry.text):
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
        found = await asyncio.gather(*(self._better(kept[at], tongue) for at in now))
        for at, (entry, state, _) in zip(now, found, strict=True):
            last = tried.get(entry.key)
            tries = last.tries + 1 if last else 1
            if state == "again" and tries >= TRIES_MAX:
                state = "teaser"
            tried[entry.key] = Tried(teaser=_digest(kept[at]), state=state, tries=tries)
            kept[at] = entry
        again = any(tried[kept[at].key].state == "again" for at in now)
        return Filled(
            entries=tuple(kept),
            tried=tried,
            pending=again or len(wanted) > len(now),
            kills=sum(killed for _, _, killed in found),
        )

    async def _better(self, entry: Entry, tongue: str | None) -> tuple[Entry, State, bool]:
        """Return the entry with the text of its page, or as it is; what became of the page, and
        whether that has ended a worker process.
        """
        url = entry.url or ""
        may = await self._robots.may(url)
        if may != "yes":
            return entry, "again" if may == "later" else "teaser", False
        try:
            answer = await self._client.get(url)
            if not _HTML.match(answer.headers.get("content-type", "")):
                return entry, "teaser", False
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
            return entry, "again" if mends_itself else "teaser", False
        except ParseError as error:
            return entry, "teaser", error.killed
        except ExtractError:
            return entry, "teaser", False
        return (entry, "teaser", False) if page is None else (page, "page", False)


def _digest(entry: Entry) -> str:
    return hashlib.sha256(entry.text.encode("utf-8")).hexdigest()
