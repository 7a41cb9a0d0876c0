"""RSS and Atom, by feedparser, the only place that uses it: bytes to items.

feedparser gets the bytes as a stream, never as a value: it opens a value that looks like a path or
an address. Its own cleaning and resolving of addresses stay off, being slow to the point of a
fault on hostile input; nh3 cleans, and only text is kept of what it leaves. A feed that is not
well-formed but has items is used: half of the feeds in the world are such.
"""

import hashlib
import html
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from feeds.dates import moment, sane
from feeds.extract import fragment_text
from feeds.metadata import Facts, address
from feeds.normal import line, normalise
from service.errors import ExtractError, ParseError

#: HTML of one item; the cleaner's time grows with the square of its nesting.
MAX_ITEM = 200_000
#: Items beyond this are left unread: no feed of news holds so many.
MAX_ITEMS = 5_000

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|&(?:[A-Za-z]{2,8}|#\d{1,7}|#x[0-9A-Fa-f]{1,6});")
_KEEP = frozenset(
    re.findall(
        r"\w+",
        "p div br ul ol li blockquote pre h1 h2 h3 h4 h5 h6 table tr td th section article",
    )
)
_DROP = frozenset({"script", "style", "figure", "figcaption", "iframe", "noscript", "svg"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a feed: what it says of itself, and its text or why it has none."""

    key: str
    facts: Facts
    #: Normalised; "" where `reason` says why.
    text: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as it was read."""

    title: str | None
    items: tuple[Item, ...]


def parse(body: bytes, *, url: str, content_type: str = "", now: datetime) -> Feed:
    """Return the items of a feed; raise ParseError if the bytes are not one.

    url: where it came from, for relative addresses in it. content_type: as the server declared it.
    """
    import feedparser

    # A libxml2 driver, where one is installed, would load external entities.
    feedparser.api.PREFERRED_XML_PARSERS = []
    headers = {"content-type": content_type} if content_type else {}
    try:
        found = feedparser.parse(
            io.BytesIO(body),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as exc:
        # It raises where it means to set `bozo`, for example for an encoding named punycode.
        raise ParseError(f"is not a feed that can be read: {line(str(exc))[:120]}") from exc
    if not found.get("version") and not found.get("entries"):
        raise ParseError(_not_a_feed(body, found))
    base = _text(found.feed.get("link")) or url
    items = tuple(
        _item(entry, base=urljoin(url, base), now=now) for entry in found.entries[:MAX_ITEMS]
    )
    return Feed(title=_title(found.feed), items=items)


def _not_a_feed(body: bytes, found: Mapping[str, Any]) -> str:
    start = body[:1000].lstrip().lower()
    if not start:
        return "is empty"
    if start.startswith((b"<!doctype html", b"<html")):
        return "is a web page, not a feed; give the address of its feed"
    why = line(str(found.get("bozo_exception") or ""))[:120]
    return "is not a feed" + (f": {why}" if why else "")


def _item(entry: Mapping[str, Any], *, base: str, now: datetime) -> Item:
    url = _link(entry, base)
    source = entry.get("source")
    facts = Facts(
        title=_title(entry),
        published=_published(entry, now=now),
        url=url,
        outlet=_title(source) if isinstance(source, Mapping) else None,
        authors=tuple(filter(None, [_text(entry.get("author"))])),
    )
    markup = _body(entry)
    text, reason = "", None
    if len(markup) > MAX_ITEM:
        reason = f"is too large: {len(markup)} characters of markup"
    else:
        try:
            text = cleaned(markup)
        except ExtractError as exc:
            reason = str(exc)
    if not text and reason is None:
        media = [
            _text(e.get("type")) for e in entry.get("enclosures", []) if isinstance(e, Mapping)
        ]
        reason = f"has no text, only media ({media[0] or 'unknown'})" if media else "has no text"
    key = _text(entry.get("id")) or url or _fingerprint(facts.title or "", markup)
    return Item(
        key=key if len(key) <= 500 else _fingerprint(key, ""), facts=facts, text=text, reason=reason
    )


def cleaned(markup: str) -> str:
    """Return the text of an item's markup, or of its plain text, normalised."""
    if not _TAG.search(markup):
        return normalise(markup)
    import nh3

    safe = nh3.clean(markup, tags=set(_KEEP), clean_content_tags=set(_DROP), attributes={})
    return fragment_text(safe)


def _body(entry: Mapping[str, Any]) -> str:
    """Return the longest of an item's contents and its summary."""
    found = [c.get("value") for c in entry.get("content", []) if isinstance(c, Mapping)]
    found += [entry.get("summary"), entry.get("description")]
    return max((text for text in found if isinstance(text, str)), key=len, default="").strip()


def _title(thing: Mapping[str, Any]) -> str | None:
    text = thing.get("title")
    if not isinstance(text, str) or len(text) > MAX_ITEM:
        return None
    if re.search(r"</?[A-Za-z][^<>]*>", text):
        text = fragment_text(text)
    return line(html.unescape(text))[:500] or None


def _link(entry: Mapping[str, Any], base: str) -> str | None:
    text = _text(entry.get("link"))
    if not text:
        return None
    try:
        return address(urljoin(base, text))
    except ValueError:
        return None


def _published(entry: Mapping[str, Any], *, now: datetime) -> datetime | None:
    """Return when an item was published, or else updated; words first, then feedparser."""
    for name in ("published", "updated", "created"):
        found = moment(_text(entry.get(name)) or "", now=now)
        parsed = entry.get(f"{name}_parsed")
        if found is None and parsed and len(parsed) >= 6:
            try:
                year, month, day, hour, minute, second = parsed[:6]
                read = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
                found = sane(read, now=now)
            except (ValueError, TypeError):
                found = None
        if found:
            return found
    return None


def _text(value: Any) -> str | None:
    return line(value) or None if isinstance(value, str) else None


def _fingerprint(one: str, two: str) -> str:
    return "sha256:" + hashlib.sha256(f"{one}\n{two}".encode("utf-8", "replace")).hexdigest()
