"""How an entry becomes a revision of an article.

The revision's id is the hash of its text, so the text decides which revision it is. Of which
article it is a revision (its root) is decided once, when the text is first seen, by the first of
these that holds:

1. the same source gave another text under the same key before: that text's article;
2. the address was given before, and always for one article: that one; addresses are compared in
   their canonical form, without what only says how somebody came there;
3. it is an article of its own.

An address says nothing where it is the front page of a site, where it stands for several articles
already, or where one reading gives it to several items: many feeds link every item to one page.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from service.model import Entry, canonical, content_id, utc
from service.store.chunks import chunks
from service.store.tables import place, revision


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A text that an item of the source has shown before."""

    revision: str
    root: str
    #: When the item last came to show it.
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the store holds already of a batch."""

    #: id -> (root, when first collected).
    revisions: Mapping[str, tuple[str, datetime]]
    #: key -> what it has shown, oldest first.
    shown: Mapping[str, Sequence[_Shown]]
    #: canonical address -> roots.
    addresses: Mapping[str, frozenset[str]]


def record(
    db: Connection, *, source: str, at: datetime, entries: Iterable[Entry]
) -> tuple[str, ...]:
    """Write what is new in `entries` of a source that has a row.

    Returns the ids of revisions that the store did not hold, sorted. Neither a repetition nor
    the order of the entries makes a difference; only of two entries with one key and one text
    the first gives the title, address and dates.
    """
    # Sorted, so that the roots do not depend on the order of the source.
    batch = sorted(
        ((content_id(entry.text), entry) for entry in entries), key=lambda e: (e[0], e[1].key)
    )
    known = _known(db, source, batch)
    moment = utc(at)
    roots = {ident: root for ident, (root, _) in known.revisions.items()}
    items = {key: shown[-1].root for key, shown in known.shown.items()}
    addresses = _telling(batch, known.addresses)
    revisions: list[dict[str, Any]] = []
    for ident, entry in batch:
        if ident not in roots:
            page = canonical(entry.url or "")
            roots[ident] = items.get(entry.key) or addresses.get(page) or ident
            revisions.append(
                {
                    "id": ident,
                    "root": roots[ident],
                    "text": entry.text,
                    "language": entry.language,
                    "first_collected": moment,
                }
            )
        items.setdefault(entry.key, roots[ident])
    if revisions:
        db.execute(insert(revision), revisions)
    _places(db, source, moment, batch, known)
    _come_back(db, source, known.shown)
    return tuple(row["id"] for row in revisions)


def names(entries: Iterable[Entry]) -> set[str]:
    """Return what `record` decides on: who writes others may write at the same time."""
    made = set()
    for entry in entries:
        made.add(content_id(entry.text))
        if entry.url:
            made.add(canonical(entry.url))
    return made


def leave(db: Connection, *, source: str, at: datetime, keys: Iterable[str]) -> None:
    """Mark the places of items that a source holds no more; a place that is marked stays so.

    What was found there stays an article with that place. A key that the store has never seen is
    nothing to mark.
    """
    for part in chunks(keys):
        db.execute(
            update(place)
            .where(place.c.source == source, place.c.key.in_(part), place.c.gone_at.is_(None))
            .values(gone_at=utc(at))
        )


def _come_back(db: Connection, source: str, keys: Iterable[str]) -> None:
    """Clear the mark of items that are there again, whatever text they have now."""
    for part in chunks(keys):
        db.execute(
            update(place)
            .where(place.c.source == source, place.c.key.in_(part), place.c.gone_at.is_not(None))
            .values(gone_at=None)
        )


def _places(
    db: Connection,
    source: str,
    at: datetime,
    batch: Sequence[tuple[str, Entry]],
    known: _Known,
) -> None:
    """Write the places that are new, and mark the ones that a source went back to."""
    given: dict[str, dict[str, Entry]] = defaultdict(dict)
    for ident, entry in batch:
        given[entry.key].setdefault(ident, entry)
    added: list[dict[str, Any]] = []
    restored: list[dict[str, Any]] = []
    for key, texts in given.items():
        shown = known.shown.get(key, ())
        before = {item.revision for item in shown}
        for ident, entry in texts.items():
            if ident in before:
                continue
            # A clock that was set back must not make a place older than its revision.
            first = known.revisions[ident][1] if ident in known.revisions else at
            added.append(_row(source, ident, entry, max(at, first)))
        latest = max((item.since for item in shown), default=at)
        current = {item.revision for item in shown if item.since == latest}
        if latest < at and texts.keys() <= before and not texts.keys() & current:
            restored += [{"of_key": key, "of_revision": ident, "at": at} for ident in texts]
    if added:
        db.execute(insert(place), added)
    if restored:
        db.execute(
            update(place)
            .where(
                place.c.source == source,
                place.c.key == bindparam("of_key"),
                place.c.revision == bindparam("of_revision"),
            )
            .values(restored=bindparam("at")),
            restored,
        )


def _row(source: str, ident: str, entry: Entry, collected: datetime) -> dict[str, Any]:
    return {
        "source": source,
        "key": entry.key,
        "revision": ident,
        "title": entry.title,
        "title_given": entry.title_given,
        "url": entry.url or None,
        "published": entry.published,
        "outlet": entry.outlet,
        "origin": entry.origin,
        "text_from": entry.text_from,
        "canonical": canonical(entry.url) if entry.url else None,
        "collected": collected,
    }


def _known(db: Connection, source: str, batch: Sequence[tuple[str, Entry]]) -> _Known:
    revisions: dict[str, tuple[str, datetime]] = {}
    for ids in chunks(ident for ident, _ in batch):
        for ident, root, first in db.execute(
            select(revision.c.id, revision.c.root, revision.c.first_collected).where(
                revision.c.id.in_(ids)
            )
        ):
            revisions[ident] = (root, first)
    shown: dict[str, list[_Shown]] = defaultdict(list)
    since = func.coalesce(place.c.restored, place.c.collected)
    for keys in chunks(entry.key for _, entry in batch):
        for key, ident, root, moment in db.execute(
            select(place.c.key, revision.c.id, revision.c.root, since.label("since"))
            .join(revision, revision.c.id == place.c.revision)
            .where(place.c.source == source, place.c.key.in_(keys))
            .order_by(since, revision.c.id)
        ):
            shown[key].append(_Shown(revision=ident, root=root, since=moment))
    addresses: dict[str, set[str]] = defaultdict(set)
    for urls in chunks(canonical(entry.url) for _, entry in batch if entry.url):
        for url, root in db.execute(
            select(place.c.canonical, revision.c.root)
            .join(revision, revision.c.id == place.c.revision)
            .where(place.c.canonical.in_(urls))
            .distinct()
        ):
            addresses[url].add(root)
    return _Known(
        revisions=revisions,
        shown=shown,
        addresses={page: frozenset(roots) for page, roots in addresses.items()},
    )


def _telling(
    batch: Sequence[tuple[str, Entry]], stored: Mapping[str, frozenset[str]]
) -> dict[str, str]:
    """Return canonical address -> root for the addresses that name one article."""
    keys: dict[str, set[str]] = defaultdict(set)
    for _, entry in batch:
        if entry.url:
            keys[canonical(entry.url)].add(entry.key)
    return {
        url: next(iter(roots))
        for url, roots in stored.items()
        if len(roots) == 1 and len(keys[url]) == 1 and _is_page(url)
    }


def _is_page(url: str) -> bool:
    """Say whether an address has more than a host; "https://example.org/" has not."""
    _, separator, rest = url.partition("://")
    host, _, path = (rest if separator else url).partition("/")
    return bool(path) or "?" in host
