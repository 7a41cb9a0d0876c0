"""The items of a feed as entries: all that is done to a body, in one call.

One pure function of bytes, so that a feed costs one message to a worker process and one back.
Nothing here needs the client, which the processes therefore do not import.
"""

from dataclasses import dataclass
from datetime import datetime

from feeds.documents import article
from feeds.syndication import parse
from service.errors import ExtractError
from service.model import Entry, ProblemKind

#: An item that is not used: its key, the reason, and whether that is a fault.
Unused = tuple[str, str, ProblemKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """What a feed's body holds."""

    entries: tuple[Entry, ...]
    #: Each item that is not used, sorted; one with the key "" for all of them where the feed as a
    #: whole has no text, as a podcast's.
    problems: tuple[Unused, ...]
    #: How many there are, usable or not.
    count: int
    #: Seconds between two readings that the feed asks for; None: it does not ask.
    ttl_s: float | None = None
    #: Keys of the entries behind whose text a mark says that it goes on elsewhere.
    cut: frozenset[str] = frozenset()


def items(
    body: bytes, *, url: str, content_type: str = "", now: datetime, tongue: str | None = None
) -> Items:
    """Return what a feed's body holds; raise ParseError if it is not a feed.

    url, content_type, now: as for `syndication.parse`. tongue: as for `documents.entry`.
    """
    feed = parse(body, url=url, content_type=content_type, now=now)
    entries: dict[str, Entry] = {}
    unused: dict[str, Unused] = {}
    cut: set[str] = set()
    for item in feed.items:
        # The first of several items with one name is the newest in every feed seen.
        if item.key in entries:
            continue
        if item.reason is not None:
            unused.setdefault(item.key, (item.key, item.reason, item.kind))
            continue
        try:
            made = article(item.key, item.text, item.facts, now=now, tongue=tongue)
        except ExtractError as exc:
            # All that is in it is page furniture ("Read more", a caption): nothing to read.
            unused.setdefault(item.key, (item.key, str(exc), "skipped"))
            continue
        entries[item.key] = made.entry
        if made.goes_on:
            cut.add(item.key)
    if feed.silent:
        unused = {"": ("", feed.silent, "skipped")}
    return Items(
        entries=tuple(entries.values()),
        problems=tuple(sorted(item for key, item in unused.items() if key not in entries)),
        count=len(feed.items),
        ttl_s=feed.ttl_s,
        cut=frozenset(cut),
    )
