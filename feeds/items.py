"""The items of a feed as entries: all that is done to a body, in one call.

One pure function of bytes, so that a feed costs one message to a worker process and one back.
Nothing here needs the client, which the processes therefore do not import.
"""

from dataclasses import dataclass
from datetime import datetime

from feeds.documents import entry
from feeds.syndication import parse
from service.errors import ExtractError
from service.model import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """What a feed's body holds."""

    entries: tuple[Entry, ...]
    #: (key, reason) of each item that cannot be used, sorted; one with the key "" for all of them
    #: where the feed as a whole has no text, as a podcast's.
    problems: tuple[tuple[str, str], ...]
    #: How many there are, usable or not.
    count: int
    #: Seconds between two readings that the feed asks for; None: it does not ask.
    ttl_s: float | None = None


def items(
    body: bytes, *, url: str, content_type: str = "", now: datetime, tongue: str | None = None
) -> Items:
    """Return what a feed's body holds; raise ParseError if it is not a feed.

    url, content_type, now: as for `syndication.parse`. tongue: as for `documents.entry`.
    """
    feed = parse(body, url=url, content_type=content_type, now=now)
    entries: dict[str, Entry] = {}
    problems: dict[str, str] = {}
    for item in feed.items:
        # The first of several items with one name is the newest in every feed seen.
        if item.key in entries:
            continue
        if item.reason is not None:
            problems.setdefault(item.key, item.reason)
            continue
        try:
            entries[item.key] = entry(item.key, item.text, item.facts, now=now, tongue=tongue)
        except ExtractError as exc:
            problems.setdefault(item.key, str(exc))
    if feed.silent:
        problems = {"": feed.silent}
    return Items(
        entries=tuple(entries.values()),
        problems=tuple(sorted((k, r) for k, r in problems.items() if k not in entries)),
        count=len(feed.items),
        ttl_s=feed.ttl_s,
    )
