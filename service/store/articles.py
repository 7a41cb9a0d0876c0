"""Articles, read back with every place where they were found."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from service.errors import StoreError
from service.model import Article, Place, canonical
from service.store.chunks import chunks
from service.store.tables import place, revision

#: Shortest beginning of an id that `find` takes.
PREFIX = 6
#: Of a revision that was let go (`pruning`) only the row is left.
_HELD = revision.c.text != ""


def collected(
    db: Connection, since: datetime | None = None, until: datetime | None = None
) -> tuple[Article, ...]:
    """Return the articles that are new in a span of collection, `since <= t < until`.

    Of each article only the newest revision, if it was first collected in the span; what was
    recorded from `until` on counts for nothing, so an old span gives what it gave then. None is
    an open end. Ordered by (collected, id).
    """
    latest = _newest(since, until)
    query = (
        select(revision.c.id)
        .join(latest, latest.c.id == revision.c.id)
        .where(latest.c.rank == 1, _HELD)
        .order_by(revision.c.first_collected, revision.c.id)
    )
    if since is not None:
        query = query.where(revision.c.first_collected >= since)
    ids = tuple(db.scalars(query))
    found = get(db, ids, until=until)
    return tuple(found[ident] for ident in ids)


def _newest(since: datetime | None, until: datetime | None) -> Any:
    """Return a subquery of (id, rank): rank 1 is the newest revision of its article."""
    # A text that a source went back to is as new as that moment.
    back = select(place.c.revision, func.max(place.c.restored).label("at")).where(
        place.c.restored.is_not(None)
    )
    if until is not None:
        back = back.where(place.c.restored < until)
    again = back.group_by(place.c.revision).subquery()
    rank = func.row_number().over(
        partition_by=revision.c.root,
        order_by=(
            func.coalesce(again.c.at, revision.c.first_collected).desc(),
            revision.c.first_collected.desc(),
            revision.c.id.desc(),
        ),
    )
    query = select(revision.c.id, rank.label("rank")).outerjoin(
        again, again.c.revision == revision.c.id
    )
    if until is not None:
        query = query.where(revision.c.first_collected < until)
    if since is not None:
        # Only articles that changed at all in the span need a comparison.
        changed = select(revision.c.root).where(revision.c.first_collected >= since)
        query = query.where(revision.c.root.in_(changed))
    return query.subquery()


def get(db: Connection, ids: Iterable[str], *, until: datetime | None = None) -> dict[str, Article]:
    """Return any revisions by id; an id that the store does not hold is left out.

    until: leave out the places that were found from then on.
    """
    found: dict[str, Article] = {}
    for part in chunks(ids):
        places: dict[str, list[Place]] = defaultdict(list)
        query = select(place).where(place.c.revision.in_(part))
        if until is not None:
            query = query.where(place.c.collected < until)
        query = query.order_by(place.c.collected, place.c.source, place.c.key)
        for row in db.execute(query):
            places[row.revision].append(_place(row))
        for row in db.execute(select(revision).where(revision.c.id.in_(part), _HELD)):
            if places[row.id]:
                found[row.id] = Article(
                    id=row.id,
                    root=row.root,
                    text=row.text,
                    language=row.language,
                    places=tuple(places[row.id]),
                )
    return found


def _place(row: Row[Any]) -> Place:
    return Place(
        source=row.source,
        key=row.key,
        title=row.title,
        title_given=row.title_given,
        url=row.url,
        published=row.published,
        outlet=row.outlet,
        origin=row.origin,
        text_from=row.text_from,
        collected=row.collected,
    )


def find(db: Connection, name: str) -> Article:
    """Return the revision that a person names.

    name: the beginning of its id, at least 6 hexadecimal digits; or its address, its file (with or
    without the name of its source before it), or its whole title, of which the newest revision is
    meant. Raises StoreError when none or several articles match.
    """
    wanted = name.strip().lower()
    if len(wanted) < PREFIX or set(wanted) - set("0123456789abcdef"):
        return _named(db, name.strip())
    ids = tuple(
        db.scalars(
            select(revision.c.id)
            # "g" follows "f": all ids with this beginning lie between the two.
            .where(revision.c.id >= wanted, revision.c.id < wanted + "g", _HELD)
            .order_by(revision.c.id)
            .limit(2)
        )
    )
    if not ids:
        raise StoreError(
            f"no article's id begins with {wanted}: a brief's list of sources prints the ids"
        )
    if len(ids) > 1:
        raise StoreError(f"several articles' ids begin with {wanted}: give more digits of it")
    return get(db, ids)[ids[0]]


def _named(db: Connection, name: str) -> Article:
    file = name.removeprefix("./")
    told = [
        place.c.key == file,
        place.c.source + "/" + place.c.key == file,
        place.c.title == name,
    ]
    if "://" in name:
        told.append(place.c.canonical == canonical(name))
    rows = db.execute(
        select(revision.c.id, revision.c.root)
        .join(place, place.c.revision == revision.c.id)
        .where(or_(*told), _HELD)
        .order_by(revision.c.first_collected.desc(), revision.c.id)
    ).all()
    if not rows:
        raise StoreError(
            f"no article is called {name!r}: give its address, its file, its whole title, or the "
            f"first {PREFIX} or more digits of its id, as a brief's list of sources prints them"
        )
    if len({row.root for row in rows}) > 1:
        ids = ", ".join(dict.fromkeys(row.id[:12] for row in rows[:5]))
        raise StoreError(f"several articles are called {name!r}: give the id of one of them: {ids}")
    return get(db, [rows[0].id])[rows[0].id]


def count(
    db: Connection,
    sources: Collection[str] | None = None,
    *,
    before: datetime | None = None,
) -> int:
    """Return how many revisions are stored: of these sources, first collected before a moment."""
    query = select(func.count()).select_from(revision)
    if before is not None:
        query = query.where(revision.c.first_collected < before)
    if sources is not None:
        given = select(place.c.revision).where(place.c.source.in_(sorted(sources)))
        query = query.where(revision.c.id.in_(given))
    return db.scalar(query) or 0
