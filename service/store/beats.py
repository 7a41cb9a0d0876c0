"""When each part of the service last did its work."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from service.store import ledger, once


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """The last time that a part of the service did its work."""

    name: str
    at: datetime
    note: str | None


def beat(db: Connection, name: str, *, at: datetime, note: str | None = None) -> None:
    """Record that a part of the service has just done its work."""
    table = ledger.beat
    here = table.c.name == name
    again = update(table).where(here).values(at=at, note=note)
    if db.execute(again).rowcount:
        return
    if not once.add(db, table, {"name": name, "at": at, "note": note}):
        # Another process beat for the first time at the same moment.
        db.execute(again)


def listing(db: Connection) -> dict[str, Beat]:
    """Return the last beat of every part that ever beat, by name."""
    rows = db.execute(select(ledger.beat))
    return {row.name: Beat(name=row.name, at=row.at, note=row.note) for row in rows}


def forget(db: Connection, name: str) -> None:
    """Forget a part that is no more."""
    db.execute(delete(ledger.beat).where(ledger.beat.c.name == name))
