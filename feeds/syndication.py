"""Feeds of any dialect: bytes to items. RSS, RDF and Atom by feedparser, which only this uses.

What a body is, is told by its content; the type that the server declares is right too rarely to
decide anything, and of its parameters only the encoding is heard, after the bytes themselves
(`feeds.decode`): feedparser believes the server first, and reads UTF-8 as Latin where that lies.

Plain feeds are read by `feeds.straight`, with the same answers.

feedparser gets the text as a stream of UTF-8, never as a value: it opens a value that looks like a
path or an address. What makes a document ill-formed and can be mended without a doubt is mended
before: junk above it, characters that XML forbids, named entities of HTML. For the rest it has a
second, lenient parser, and a feed that is not well-formed but has items is used: half of the feeds
in the world are such. Its own cleaning and resolving of addresses stay off, being slow to the
point of a fault on hostile input; nh3 cleans, and only text is kept of what it leaves. Its own
reading of dates is not used either (`feeds.dates`).
"""

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from html.entities import html5
from typing import Any
from urllib.parse import urljoin
from xml.sax import SAXParseException

from feeds import expat, health, jsonfeed, mistaken, straight
from feeds.dates import moment
from feeds.decode import decode, decode_damaged
from feeds.dialect import (
    MAX_ITEM,
    MAX_ITEMS,
    Draft,
    Feed,
    Item,
    cleaned,
    finished,
    is_chinese,
    text_of,
    title_of,
    tongue_of,
)
from feeds.metadata import Facts, address
from feeds.normal import line
from service.errors import ParseError

__all__ = ["MAX_ITEM", "MAX_ITEMS", "Feed", "Item", "cleaned", "parse"]

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:\-]{1,40})", re.IGNORECASE)
#: Characters that XML 1.0 forbids.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|(\d+));?")
#: But those of XML, which need no declaration.
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")
#: What may stand before the first element.
_PROLOG = re.compile(
    r"(?:\s+|<\?.{0,2000}?\?>|<!--.{0,20000}?-->|<!DOCTYPE\s[^\[>]{0,500}(?:\[[^\]]{0,20000}\]\s*)?>)*+",
    re.DOTALL | re.IGNORECASE,
)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,300}\?>", re.IGNORECASE)
_NAME = re.compile(r"<([A-Za-z_][\w.\-]*(?::[\w.\-]+)?)[\s/>]")
_ROOT = re.compile(r"<\?xml\s|<(?:[\w.\-]+:)?(?:rss|rdf|feed|channel)[\s>]", re.IGNORECASE)
_HTML = re.compile(
    r"<!DOCTYPE\s+html|<(?:html|head|body|script|div|table|meta|title)\b", re.IGNORECASE
)
_PAGE = re.compile(r"<!DOCTYPE\s+html", re.IGNORECASE)


def parse(body: bytes, *, url: str, content_type: str = "", now: datetime) -> Feed:
    """Return the items of a feed; raise ParseError if the bytes are not one.

    url: where it came from, for relative addresses in it. content_type: as the server declared it.
    """
    text, damaged = _decoded(body, content_type)
    start = text.lstrip("\ufeff \t\r\n\0")
    if not start:
        raise ParseError(mistaken.empty())
    if start[0] in "{[":
        return jsonfeed.read(start, url=url, now=now, damaged=damaged)
    return _syndicated(_mended(text, url=url), url=url, now=now, damaged=damaged)


def _decoded(body: bytes, content_type: str) -> tuple[str, bool]:
    """Return a body as text, and whether bytes were lost on the way (they are U+FFFD)."""
    found = _CHARSET.search(content_type)
    charset = found[1] if found else None
    try:
        return decode(body, declared=charset), False
    except ParseError as first:
        try:
            return decode_damaged(body, declared=charset)
        except ParseError:
            raise ParseError(mistaken.undecoded(str(first))) from first


def _mended(text: str, *, url: str) -> str:
    """Return a document without what stands above it, as well-formed as can be.

    Raises ParseError for a document that is surely something else.
    """
    text = _REFERENCE.sub(_allowed, _FORBIDDEN.sub("", text))
    prolog = _PROLOG.match(text)
    end = prolog.end() if prolog else 0
    name = _NAME.match(text, end)
    kind = name[1].rpartition(":")[2].lower() if name else ""
    if kind in mistaken.OTHERS:
        raise ParseError(mistaken.OTHERS[kind])
    if kind == "html" or _PAGE.search(text, 0, end):
        raise ParseError(mistaken.page(text, url=url))
    if not name or not _ROOT.match(text, end):
        # Messages of a program above its feed may have markup, too, but are no whole page.
        found, page = _ROOT.search(text, 0, 50_000), _HTML.search(text, 0, 50_000)
        if page and (not found or ("html" in page[0].lower() and page.start() < found.start())):
            raise ParseError(mistaken.page(text, url=url))
        if found:
            text = text[found.start() :]
    text = _DECLARATION.sub("", text, count=1) if _DECLARATION.match(text) else text
    if "<!ENTITY" not in text[:20_000]:
        text = _ENTITY.sub(_character, text)
    return text


def _allowed(found: re.Match[str]) -> str:
    """Return a numeric reference as it is, or nothing where it is to no character of XML."""
    digits = (found[1] or found[2]).lstrip("0") or "0"
    # Of more than seven digits none is a character, and feedparser fails on it.
    code = int(digits, 16 if found[1] else 10) if len(digits) < 8 else 0
    good = code in (9, 10, 13) or 32 <= code <= 0xD7FF or 0xE000 <= code <= 0x10FFFF
    return found[0] if good and code not in (0xFFFE, 0xFFFF) else ""


def _character(found: re.Match[str]) -> str:
    """Return a named entity of HTML as numbers, which need no declaration; others as they are."""
    name = found[1]
    if f"{name};" not in html5:
        return found[0]
    return "".join(f"&#{ord(c)};" for c in html5[f"{name};"])


def _syndicated(text: str, *, url: str, now: datetime, damaged: bool) -> Feed:
    found = straight.read(text) or _by_feedparser(text, url=url)
    title, tongue = title_of(found.feed.get("title")), tongue_of(found.feed.get("language"))
    base = _link(text_of(found.feed.get("link")), url) or url
    chinese = is_chinese(tongue, title)
    drafts = [
        _draft(entry, base=base, tongue=tongue, now=now, chinese=chinese)
        for entry in found.entries[:MAX_ITEMS]
    ]
    said = found.feed
    pause_s = health.ttl_s(
        ttl=text_of(said.get("ttl")),
        period=text_of(said.get("sy_updateperiod")),
        frequency=text_of(said.get("sy_updatefrequency")),
    )
    return replace(finished(title, drafts, damaged=damaged), ttl_s=pause_s)


def _by_feedparser(text: str, *, url: str) -> straight.Document:
    """Return what a feed holds that is not plain; raise ParseError if it is none."""
    import feedparser

    # Ours, and not the libxml2 driver, which loads external entities where it is installed.
    feedparser.api.PREFERRED_XML_PARSERS = [expat.__name__]
    try:
        found = feedparser.parse(
            io.BytesIO(text.encode("utf-8")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as exc:
        # It raises where it means to set `bozo`.
        raise ParseError(f"is not a feed that can be read: {line(str(exc))[:120]}") from exc
    if not found.get("version") and not found.get("entries"):
        said = found.get("bozo_exception")
        why, row = said, None
        if isinstance(said, SAXParseException):
            why, row = said.getMessage(), said.getLineNumber()
        words = line(str(why or ""))[:120]
        raise ParseError(mistaken.document(text, url=url, why=words, row=row))
    return straight.Document(feed=found.feed, entries=found.entries)


def _draft(
    entry: Mapping[str, Any], *, base: str, tongue: str | None, now: datetime, chinese: bool
) -> Draft:
    source = entry.get("source")
    title = title_of(entry.get("title"))
    facts = Facts(
        title=title,
        published=_published(entry, now=now, chinese=chinese or is_chinese(title)),
        url=_address(entry, base),
        outlet=title_of(source.get("title")) if isinstance(source, Mapping) else None,
        language=tongue,
        authors=tuple(filter(None, [text_of(entry.get("author"))])),
    )
    return Draft(
        name=text_of(entry.get("id")), facts=facts, markup=_bodies(entry), media=_media(entry)
    )


def _address(entry: Mapping[str, Any], base: str) -> str | None:
    """Return where an item's page is; a guid is an address only if it looks like one."""
    original = _link(text_of(entry.get("feedburner_origlink")), base)
    if original:
        return original
    text = text_of(entry.get("link"))
    if text and entry.get("guidislink") and text == text_of(entry.get("id")):
        # A guid is a link unless it says otherwise, and then most are numbers.
        return _link(text, base) if re.match(r"(?i)https?://|/", text) else None
    if text:
        return _link(text, base)
    links = [one for one in entry.get("links", []) if isinstance(one, Mapping)]
    other = (text_of(one.get("href")) for one in links if one.get("rel") == "alternate")
    return next((found for found in (_link(href, base) for href in other) if found), None)


def _link(text: str | None, base: str) -> str | None:
    if not text:
        return None
    try:
        return address(urljoin(base, text))
    except ValueError:
        return None


def _bodies(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return an item's contents and summary, without doubles and without what is no text."""
    found = [
        content.get("value")
        for content in entry.get("content", [])
        if isinstance(content, Mapping) and _is_text(content.get("type"))
    ]
    found += [entry.get("summary"), entry.get("description")]
    return tuple(dict.fromkeys(t for t in found if isinstance(t, str) and t.strip()))


def _is_text(kind: object) -> bool:
    """Tell whether a type of content is text; a picture's is Base64 in the place of a text."""
    return not isinstance(kind, str) or kind.startswith("text/") or kind.endswith(("html", "xml"))


def _media(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the types of an item's enclosures and media, "unknown" where none is given."""
    things = [*entry.get("enclosures", []), *entry.get("media_content", [])]
    return tuple(
        text_of(thing.get("type")) or text_of(thing.get("medium")) or "unknown"
        for thing in things
        if isinstance(thing, Mapping)
    )


def _published(entry: Mapping[str, Any], *, now: datetime, chinese: bool) -> datetime | None:
    """Return when an item was published, or else updated."""
    for name in ("published", "updated", "created"):
        # feedparser answers "updated" with "published", and warns of it.
        if name not in entry:
            continue
        found = moment(text_of(entry.get(name)) or "", now=now, chinese=chinese)
        if found:
            return found
    return None
