"""What the operator must know: one row for each cause and day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from service.model import utc
from service.store import ledger, once


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that wants a person."""

    #: A short name that stays the same for as long as the cause does: "clock", "source:Xinhua".
    cause: str
    #: The UTC date, ISO.
    day: str
    #: What is wrong, and what to do; as it was told last that day.
    text: str
    count: int
    first: datetime
    last: datetime
    mailed: datetime | None


def tell(db: Connection, cause: str, text: str, *, now: datetime) -> None:
    """Note that something wants the operator; the same cause on the same day is one notice."""
    table, day = ledger.notice, _day(now)
    here = and_(table.c.cause == cause, table.c.day == day)
    again = update(table).where(here).values(text=text, last=now, count=table.c.count + 1)
    if db.execute(again).rowcount:
        return
    row = {"cause": cause, "day": day, "text": text, "count": 1, "first": now, "last": now}
    if not once.add(db, table, row):
        # Another process told of it at the same moment.
        db.execute(again)


def listing(db: Connection, *, since: datetime) -> tuple[Notice, ...]:
    """Return what was told since then, the latest first."""
    table = ledger.notice
    query = select(table).where(table.c.last >= since).order_by(table.c.last.desc(), table.c.cause)
    return tuple(_notice(row) for row in db.execute(query))


def unmailed(db: Connection, *, now: datetime) -> tuple[Notice, ...]:
    """Return what was not mailed yet of today and yesterday, in order of its first telling."""
    table = ledger.notice
    query = (
        select(table)
        .where(table.c.mailed.is_(None), table.c.day >= _day(now - timedelta(days=1)))
        .order_by(table.c.first, table.c.cause)
    )
    return tuple(_notice(row) for row in db.execute(query))


def mailed(db: Connection, notice: Notice, *, at: datetime) -> None:
    """Record that the operator was sent a notice."""
    table = ledger.notice
    db.execute(
        update(table)
        .where(table.c.cause == notice.cause, table.c.day == notice.day)
        .values(mailed=at)
    )


def _day(moment: datetime) -> str:
    return utc(moment).date().isoformat()


def _notice(row: Row[Any]) -> Notice:
    return Notice(**row._mapping)
