"""The calendar of the editions: which periods are due, and what became of each.

A period is claimed with a lease and an attempt's number; who lost the lease changes nothing any
more (`_ours`). Time is an argument everywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from service.errors import StoreError
from service.store import ledger

State = Literal["due", "running", "published", "skipped", "empty", "held", "failed"]

#: What a tick writes.
Written = Literal["due", "skipped", "held"]

#: In these a period is done with; nothing changes it but the operator.
DONE = ("published", "skipped", "empty", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One period of an edition, as it stands."""

    edition: str
    key: str
    due: datetime
    state: State
    #: How often it was claimed.
    attempts: int
    next_attempt: datetime
    lease_owner: str | None
    lease_until: datetime | None
    #: The id of its issue, once it is published.
    issue: int | None
    note: str | None
    updated: datetime


def high_water(db: Connection) -> dict[str, datetime]:
    """Return how far the due periods of each edition have been worked out."""
    rows = db.execute(select(ledger.schedule.c.edition, ledger.schedule.c.high_water))
    return {edition: moment for edition, moment in rows}


def advance(db: Connection, edition: str, to: datetime) -> None:
    """Record how far an edition's periods have been worked out; it never goes back."""
    table = ledger.schedule
    known = db.scalar(select(table.c.high_water).where(table.c.edition == edition))
    if known is None:
        _insert(db, insert(table).values(edition=edition, high_water=to))
    elif known < to:
        db.execute(
            update(table)
            .where(table.c.edition == edition, table.c.high_water < to)
            .values(high_water=to)
        )


def add(
    db: Connection,
    *,
    edition: str,
    key: str,
    due: datetime,
    state: Written,
    now: datetime,
    note: str | None = None,
) -> bool:
    """Write a period that has no row yet; return whether it was written: each is written once."""
    table = ledger.period
    there = select(table.c.key).where(table.c.edition == edition, table.c.key == key)
    if db.execute(there).first() is not None:
        return False
    return _insert(
        db,
        insert(table).values(
            edition=edition,
            key=key,
            due=due,
            state=state,
            attempts=0,
            next_attempt=due,
            note=note,
            updated=now,
        ),
    )


def _insert(db: Connection, statement: Any) -> bool:
    """Insert a row; return False if another writer has just inserted the same."""
    try:
        with db.begin_nested():
            db.execute(statement)
    except IntegrityError:
        return False
    return True


def claim(db: Connection, owner: str, *, now: datetime, lease: timedelta) -> Slot | None:
    """Take the period that has been due the longest; None: nothing is due.

    One whose lease ran out is taken again: who had it is dead, or will find that it lost it.
    """
    table = ledger.period
    ready = or_(
        and_(table.c.state == "due", table.c.next_attempt <= now),
        and_(table.c.state == "running", table.c.lease_until <= now),
    )
    query = select(table).where(ready).order_by(table.c.due, table.c.edition, table.c.key)
    for row in db.execute(query).all():
        mine = db.execute(
            update(table)
            .where(_is(row.edition, row.key), table.c.attempts == row.attempts, ready)
            .values(
                state="running",
                attempts=row.attempts + 1,
                lease_owner=owner,
                lease_until=now + lease,
                updated=now,
            )
        )
        if mine.rowcount:
            return get(db, row.edition, row.key)
    return None


def renew(db: Connection, held: Slot, *, now: datetime, lease: timedelta) -> bool:
    """Keep a claimed period for longer; return whether it is still held."""
    return _finish(db, held, {"lease_until": now + lease, "updated": now})


def publish(db: Connection, held: Slot, issue: int, *, now: datetime, note: str | None) -> None:
    """Record a claimed period's issue, in the transaction that writes it.

    Raises StoreError if the lease was lost: the transaction must not be committed, since another
    has published the period or is at it.
    """
    if not _finish(db, held, _left("published", now, note) | {"issue": issue}):
        raise StoreError(
            f"{held.edition} {held.key}: another process has taken this period over; "
            "its issue stands, and this one is dropped"
        )


def close(
    db: Connection,
    held: Slot,
    state: Literal["empty", "failed", "skipped"],
    *,
    now: datetime,
    note: str,
) -> bool:
    """End a claimed period without an issue; return whether it was still held."""
    return _finish(db, held, _left(state, now, note))


def retry(db: Connection, held: Slot, *, at: datetime, now: datetime, note: str) -> bool:
    """Give a claimed period back, to be tried again; return whether it was still held."""
    return _finish(db, held, _left("due", now, note) | {"next_attempt": at})


def release(db: Connection, edition: str, key: str, *, now: datetime) -> Slot:
    """Make a held period due at once; its time counts as seen. Raises StoreError for another."""
    known = get(db, edition, key)
    if known.state != "held":
        raise StoreError(f"{edition} {key} is {known.state}, not held: there is nothing to release")
    db.execute(
        update(ledger.period)
        .where(_is(edition, key), ledger.period.c.state == "held")
        .values(state="due", next_attempt=now, note=None, updated=now)
    )
    advance(db, edition, known.due)
    return get(db, edition, key)


def skip(db: Connection, edition: str, key: str, *, now: datetime, note: str) -> Slot:
    """Give up a period that is due or held. Raises StoreError for one that is neither."""
    known = get(db, edition, key)
    if known.state not in ("due", "held"):
        raise StoreError(f"{edition} {key} is {known.state}: only one due or held can be skipped")
    db.execute(
        update(ledger.period)
        .where(_is(edition, key), ledger.period.c.state == known.state)
        .values(state="skipped", note=note, updated=now)
    )
    return get(db, edition, key)


def get(db: Connection, edition: str, key: str) -> Slot:
    """Return a period; raise StoreError if there is none."""
    row = db.execute(select(ledger.period).where(_is(edition, key))).one_or_none()
    if row is None:
        raise StoreError(
            f"there is no period {key} of {edition}: `briefing editions` lists the last ones"
        )
    return _slot(row)


def listing(
    db: Connection,
    *,
    edition: str | None = None,
    states: Iterable[State] | None = None,
    limit: int = 50,
) -> tuple[Slot, ...]:
    """Return periods, the one due last first."""
    table = ledger.period
    query = select(table).order_by(table.c.due.desc(), table.c.edition, table.c.key).limit(limit)
    if edition is not None:
        query = query.where(table.c.edition == edition)
    if states is not None:
        query = query.where(table.c.state.in_(tuple(states)))
    return tuple(_slot(row) for row in db.execute(query))


def keys(db: Connection, edition: str) -> frozenset[str]:
    """Return the names of all periods of an edition that have a row."""
    table = ledger.period
    return frozenset(db.scalars(select(table.c.key).where(table.c.edition == edition)))


def counts(db: Connection) -> dict[State, int]:
    """Return how many periods stand in each state."""
    table = ledger.period
    rows = db.execute(select(table.c.state, func.count()).group_by(table.c.state))
    return {state: number for state, number in rows}


def _left(state: State, now: datetime, note: str | None) -> dict[str, Any]:
    return {
        "state": state,
        "lease_owner": None,
        "lease_until": None,
        "note": note,
        "updated": now,
    }


def _finish(db: Connection, held: Slot, values: dict[str, Any]) -> bool:
    """Change a period that this attempt holds; return False if it does not hold it any more."""
    table = ledger.period
    ours = and_(
        _is(held.edition, held.key),
        table.c.state == "running",
        table.c.lease_owner == held.lease_owner,
        table.c.attempts == held.attempts,
    )
    return bool(db.execute(update(table).where(ours).values(**values)).rowcount)


def _is(edition: str, key: str) -> Any:
    return and_(ledger.period.c.edition == edition, ledger.period.c.key == key)


def _slot(row: Row[Any]) -> Slot:
    return Slot(**row._mapping)
