"""The feed of an address that may be a web page: what the page itself links, and nothing guessed.

In order: the address is a feed; the page's `<link rel="alternate">` of a feed's type; its links in
the text whose path or words are those of a feed. Paths that "most sites have" are tried only when
the page links them: requests for addresses that nobody published are what scanners send. Each
candidate is fetched and parsed before it is named, so what is found can be read.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar
from urllib.parse import urljoin, urlsplit

from feeds.addresses import shown, split
from feeds.decode import decode
from feeds.fetch import Response
from feeds.normal import line
from feeds.syndication import Feed, parse
from service.errors import FetchError, ParseError, SourceError

#: Candidates of one page that are tried.
MAX_TRIED = 6
#: Characters of a page that are looked through.
MAX_PAGE = 2_000_000

_TYPES = {
    "application/rss+xml": 0,
    "application/atom+xml": 0,
    "application/feed+json": 0,
    "application/rdf+xml": 1,
    # Also the type of the interface of a well-known publishing system, which is no feed.
    "application/json": 2,
    "application/xml": 2,
    "text/xml": 2,
}
#: The ends of paths under which sites publish feeds.
_PATH = re.compile(
    r"/(?:feed|feeds|rss|atom|rdf|syndication)(?:\.\w{2,4})?/?$"
    r"|/(?:index|news|all|main|export|top)\.(?:rss|xml|rdf|atom)$|\.(?:rss|atom|rdf)$|/feed\.json$",
    re.IGNORECASE,
)
_WORDS = re.compile(r"\b(?:rss|atom|feed)\b|订阅|лента rss", re.IGNORECASE)
#: Feeds of comments are never what is wanted while there is another.
_COMMENTS = re.compile(r"comments?\b|评论|комментари", re.IGNORECASE)


class Client(Protocol):
    """What is needed of `feeds.fetch.Fetcher`."""

    async def get(self, url: str, *, validators: dict[str, str] | None = None) -> Response: ...


T = TypeVar("T")


class Run(Protocol):
    """Runs a pure function of nothing to its end, off the event loop."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A feed that a page names, not yet fetched."""

    url: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed that was fetched and parsed."""

    #: Where to read it: the address asked for, or after permanent redirects.
    url: str
    title: str | None
    items: int
    #: Other feeds that the page names, not tried.
    others: tuple[Link, ...] = ()


def links(html: str, *, url: str) -> tuple[Link, ...]:
    """Return the feeds that a page names, the likeliest first, without doubles.

    url: where the page came from. Of equal ones the first on the page comes first.
    Raises ParseError for what cannot be read as a page.
    """
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    html = re.sub(r"^\s*<\?xml[^>]*>", "", html[:MAX_PAGE]).replace("\0", "")
    try:
        parser = HTMLParser(remove_comments=True, remove_pis=True, no_network=True)
        tree = document_fromstring(html or "<html></html>", parser=parser)
    except etree.ParserError:  # "<!": nothing is left of it, so no link either
        return ()
    except (etree.LxmlError, ValueError) as exc:
        raise ParseError(f"is not a web page: {line(str(exc))[:120]}") from exc
    base = next((e.get("href") or "" for e in tree.iter("base") if e.get("href")), "")
    root = _joined(url, base) or url
    weighed: dict[str, tuple[int, Link]] = {}
    for element in tree.iter("link", "a"):
        address = _joined(root, element.get("href") or "")
        if address is None:
            continue
        words = line(element.get("title") or str(element.text_content()))[:200]
        weight = _weight(element.tag == "link", element, address, words)
        if weight is None:
            continue
        weight += 10 * bool(_COMMENTS.search(words) or _COMMENTS.search(address))
        if address not in weighed or weight < weighed[address][0]:
            weighed[address] = (weight, Link(url=address, title=words or None))
    return tuple(link for _, link in sorted(weighed.values(), key=lambda found: found[0]))


def _weight(is_head: bool, element: object, address: str, words: str) -> int | None:
    """Return how far down the list a link belongs; None: it is no feed's."""
    get: Callable[[str], str | None] = element.get  # type: ignore[attr-defined]
    kind = (get("type") or "").partition(";")[0].strip().lower()
    rel = (get("rel") or "").lower().split()
    if is_head:
        return _TYPES.get(kind) if {"alternate", "feed"} & set(rel) else None
    if kind in _TYPES and _TYPES[kind] < 2:
        return 3
    if _PATH.search(urlsplit(address).path):
        return 4
    return 5 if _WORDS.search(words) else None


def _joined(base: str, href: str) -> str | None:
    href = href.strip()
    if href.startswith("feed:"):
        # An old habit: "feed://host/path" and "feed:https://host/path".
        href = re.sub(r"^feed:(?://)?(?=https?:)|^feed:(?=//)", "", href)
    try:
        found = urljoin(base, href).partition("#")[0]
        split(found)
    except ValueError:
        return None
    return found if href else None


async def find(client: Client, url: str, *, now: datetime, run: Run) -> Found:
    """Return the feed at an address, or the likeliest that the page there names.

    run: where bytes are parsed. Raises SourceError, in one line, where there is none that can be
    read; FetchError where the address itself cannot be.
    """
    answer = await client.get(url)
    try:
        return _found(answer, await run(_parsing(answer, now)))
    except ParseError as exc:
        try:
            named = await run(partial(_named, answer.body, url=answer.url))
        except ParseError:
            named = ()
        if not named:
            raise SourceError(
                # Without its advice, which is to do what was just done.
                f"{shown(url)} {str(exc).partition('; ')[0]}, and no feed is linked there: "
                "look on the site for RSS, and give that address"
            ) from exc
    reasons = []
    for number, link in enumerate(named[:MAX_TRIED]):
        try:
            answer = await client.get(link.url)
            feed = await run(_parsing(answer, now))
        except FetchError as exc:
            reasons.append(str(exc))
        except ParseError as exc:
            reasons.append(f"{shown(link.url)} {exc}")
        else:
            return _found(answer, feed, others=named[:number] + named[number + 1 :])
    raise SourceError(f"{shown(url)} names a feed that cannot be read: {reasons[0]}")


def _named(body: bytes, *, url: str) -> tuple[Link, ...]:
    return links(decode(body), url=url)


def _parsing(answer: Response, now: datetime) -> Callable[[], Feed]:
    kind = answer.headers.get("content-type", "")
    return partial(parse, answer.body, url=answer.url, content_type=kind, now=now)


def _found(answer: Response, feed: Feed, others: tuple[Link, ...] = ()) -> Found:
    return Found(url=answer.moved_to, title=feed.title, items=len(feed.items), others=others)
