"""What was worked out of a revision before an issue asks for it, and of which revisions it is not.

A row is one maker's: a hash of the profile and the programs, which alone can read it. Makers stand
beside each other, so that two versions of the program that work on one database do not undo each
other's rows; those of a version that is gone go with their period (`forget`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select

from service.store import once
from service.store.chunks import SIZE, chunks
from service.store.tables import condensed, revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One revision's."""

    #: Number of the title that it was worked out with; None: it could not be worked out.
    heading: int | None
    #: None where the revision is not about the topic.
    data: bytes | None = None


def missing(
    db: Connection, maker: str, languages: Collection[str], *, since: datetime
) -> dict[str, int]:
    """Count the revisions without a row, by the first digit of their ids.

    since: first collected from then on.
    """
    part = func.substr(revision.c.id, 1, 1)
    query = select(part, func.count()).where(*_without(maker, languages, since)).group_by(part)
    return {digit: count for digit, count in db.execute(query)}


def todo(
    db: Connection,
    maker: str,
    languages: Collection[str],
    *,
    since: datetime,
    digit: str = "",
    limit: int,
) -> tuple[str, ...]:
    """Return the ids of revisions without a row, the first collected ones first.

    digit: only those whose id begins with it.
    """
    query: Select[Any] = select(revision.c.id).where(*_without(maker, languages, since))
    if digit:
        query = query.where(func.substr(revision.c.id, 1, 1) == digit)
    return tuple(db.scalars(query.order_by(revision.c.first_collected).limit(limit)))


def _without(maker: str, languages: Collection[str], since: datetime) -> tuple[Any, ...]:
    there = (condensed.c.revision == revision.c.id) & (condensed.c.maker == maker)
    return (
        revision.c.first_collected >= since,
        # Of a revision that was let go only the row is left.
        revision.c.text != "",
        revision.c.language.in_(sorted(languages)),
        ~select(condensed.c.revision).where(there).exists(),
    )


def put(db: Connection, maker: str, rows: Mapping[str, Row]) -> None:
    """Write rows, by id of the revision; one that another has written meanwhile stays."""
    if rows:
        # In one order, so that two who write the same never wait for each other.
        told = sorted(rows.items())
        values = [
            {"revision": ident, "maker": maker, "heading": row.heading, "data": row.data}
            for ident, row in told
        ]
        once.all_of(db, condensed, values)


def get(db: Connection, maker: str, idents: Iterable[str]) -> dict[str, Row]:
    """Return the rows of revisions that have one."""
    found = {}
    columns = condensed.c.revision, condensed.c.heading, condensed.c.data
    for part in chunks(idents):
        here = condensed.c.revision.in_(part), condensed.c.maker == maker
        for ident, heading, data in db.execute(select(*columns).where(*here)):
            found[ident] = Row(heading=heading, data=data)
    return found


def forget(db: Connection, *, before: datetime) -> int:
    """Delete some rows, every maker's, of revisions first collected before then; return how many.

    Whoever wants all of them gone asks until it is none.
    """
    query = (
        select(condensed.c.revision)
        .join(revision, revision.c.id == condensed.c.revision)
        .where(revision.c.first_collected < before)
        .limit(SIZE)
    )
    found = db.scalars(query).all()
    if not found:
        return 0
    return db.execute(delete(condensed).where(condensed.c.revision.in_(found))).rowcount
