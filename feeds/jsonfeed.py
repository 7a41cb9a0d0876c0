"""JSON Feed, versions 1.0 and 1.1 (jsonfeed.org): text to items.

Read by the standard library with numbers kept as they are written: an id may be a number, which
must come back as its digits and not as 1e+22, and a number of a million digits must not be
computed. "NaN" and "Infinity", which are no JSON but are found, count as null, and control
characters inside of strings, which are none either, count for nothing.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from feeds.dates import moment
from feeds.dialect import (
    MAX_ITEMS,
    Draft,
    Feed,
    finished,
    is_chinese,
    text_of,
    title_of,
    tongue_of,
)
from feeds.metadata import Facts, address
from feeds.normal import line
from service.errors import ParseError

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read(text: str, *, url: str, now: datetime, damaged: bool = False) -> Feed:
    """Return the items of a JSON Feed; raise ParseError if the text is not one.

    url: where it came from, for relative addresses in it. damaged: as for `dialect.finished`.
    """
    try:
        found = json.loads(
            text, strict=False, parse_int=str, parse_float=str, parse_constant=_nothing
        )
    except json.JSONDecodeError as exc:
        # Its own message is one line and names the place.
        raise ParseError(f"is not a feed: it begins as JSON, but is not: {exc}") from exc
    except (ValueError, RecursionError) as exc:
        raise ParseError("is not a feed: its JSON is nested too deeply") from exc
    if not isinstance(found, Mapping) or not _is_feed(found):
        raise ParseError(
            "is JSON, but not a JSON Feed: it has no version of jsonfeed.org and list of items; "
            "it may be for programs: look on the site for RSS, and give that address"
        )
    title, tongue = title_of(found.get("title")), tongue_of(found.get("language"))
    feed = _Whole(
        base=_joined(url, found.get("home_page_url")) or url,
        tongue=tongue,
        chinese=is_chinese(tongue, title),
        authors=_authors(found),
        now=now,
    )
    items = enumerate(found["items"][:MAX_ITEMS], start=1)
    return finished(title, [feed.draft(item, at) for at, item in items], damaged=damaged)


class _Whole:
    """What a feed says of all its items, and how an item is read with it."""

    def __init__(
        self,
        *,
        base: str,
        tongue: str | None,
        chinese: bool,
        authors: tuple[str, ...],
        now: datetime,
    ) -> None:
        self._base = base
        self._tongue = tongue
        self._chinese = chinese
        self._authors = authors
        self._now = now

    def draft(self, item: object, at: int) -> Draft:
        """Return an item as it is written; at: its place in the feed, from 1."""
        if not isinstance(item, Mapping):
            # Its place is all that there is to call it by.
            reason = "is no object, as items of a feed are"
            return Draft(name=f"item {at}", facts=Facts(), reason=reason)
        name = text_of(item.get("id"))
        url = _joined(self._base, item.get("url")) or _joined(self._base, item.get("external_url"))
        title = title_of(item.get("title"))
        tongue = tongue_of(item.get("language")) or self._tongue
        facts = Facts(
            title=title,
            published=self._published(item, chinese=self._chinese or is_chinese(tongue, title)),
            url=url or address(name or ""),
            language=tongue,
            authors=_authors(item) or self._authors,
        )
        attached = item.get("attachments")
        media = [
            text_of(one.get("mime_type")) or "unknown"
            for one in (attached if isinstance(attached, list) else [])
            if isinstance(one, Mapping)
        ]
        return Draft(
            name=name,
            facts=facts,
            markup=_strings(item, "content_html"),
            plain=_strings(item, "content_text", "summary"),
            media=tuple(media),
        )

    def _published(self, item: Mapping[str, Any], *, chinese: bool) -> datetime | None:
        for name in ("date_published", "date_modified"):
            text = text_of(item.get(name))
            found = moment(text, now=self._now, chinese=chinese) if text else None
            if found:
                return found
        return None


def _is_feed(found: Mapping[str, Any]) -> bool:
    version = found.get("version")
    return (
        isinstance(version, str)
        and "jsonfeed.org/version/" in version.lower()
        and isinstance(found.get("items"), list)
    )


def _nothing(_name: str) -> None:
    return None


def _strings(item: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    found = (_CONTROL.sub("", text) for text in map(item.get, names) if isinstance(text, str))
    return tuple(text for text in found if text.strip())


def _authors(thing: Mapping[str, Any]) -> tuple[str, ...]:
    """Return names of authors: a list of objects in version 1.1, one object in version 1.0."""
    listed = thing.get("authors")
    people = listed if isinstance(listed, list) and listed else [thing.get("author")]
    names = (text_of(one.get("name")) for one in people if isinstance(one, Mapping))
    return tuple(line(name)[:200] for name in names if name)[:20]


def _joined(base: str, value: object) -> str | None:
    text = text_of(value)
    if not text:
        return None
    try:
        return address(urljoin(base, text))
    except ValueError:
        return None
