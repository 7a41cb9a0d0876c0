"""What one source gave, the latest first, a part at a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from service.store.sources import Reading
from service.store.tables import place, reading, revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A text that a source gave."""

    title: str
    language: str
    url: str | None
    published: datetime | None
    collected: datetime
    #: When the source was first seen without it.
    gone_at: datetime | None


def count(db: Connection, source: str) -> int:
    """Return how many texts a source gave."""
    query = select(func.count()).select_from(place).where(place.c.source == source)
    return db.scalar(query) or 0


def articles(db: Connection, source: str, *, limit: int, offset: int = 0) -> tuple[Given, ...]:
    """Return texts that a source gave, the one collected last first."""
    query = (
        select(
            place.c.title,
            revision.c.language,
            place.c.url,
            place.c.published,
            place.c.collected,
            place.c.gone_at,
        )
        .join(revision, revision.c.id == place.c.revision)
        .where(place.c.source == source)
        .order_by(place.c.collected.desc(), place.c.key, place.c.revision)
        .limit(limit)
        .offset(offset)
    )
    return tuple(Given(**row._mapping) for row in db.execute(query))


def readings(db: Connection, source: str, *, limit: int) -> tuple[Reading, ...]:
    """Return the last readings of a source, the latest first."""
    query = (
        select(*(column for column in reading.c if column.name != "id"))
        .where(reading.c.source == source)
        .order_by(reading.c.at.desc(), reading.c.id.desc())
        .limit(limit)
    )
    return tuple(Reading(**row._mapping) for row in db.execute(query))
