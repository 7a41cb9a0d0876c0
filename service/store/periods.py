"""The calendar of the editions: which periods are due, and what became of each.

A period is claimed with a lease and an attempt's number; who lost the lease changes nothing any
more (`_finish`). Time is an argument everywhere.

A held period is a question to the operator and not yet part of the calendar. When the clock is
believed again, because it was put right or because the operator vouched for it, what is still held
is taken back, and its time is judged like any other: a row that stayed would keep the period from
being made when its time really comes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from service.errors import StoreError
from service.schedule import ASKED
from service.store import beats, ledger, once
from service.store.chunks import chunks

State = Literal["due", "running", "published", "skipped", "empty", "held", "failed"]

#: How a period ends without an issue: nothing to tell, or given up, or not wanted.
Ended = Literal["empty", "failed", "skipped"]

#: What a tick writes.
Written = Literal["due", "skipped", "held"]

#: The beat that says when the operator last vouched for the clock.
VOUCHED = "clock vouched for"


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


def start(db: Connection, edition: str, at: datetime) -> None:
    """Begin an edition's calendar, or begin it anew after a while without it."""
    once.add(db, ledger.schedule, {"edition": edition, "high_water": at})
    advance(db, (edition,), at)


def advance(db: Connection, editions: Iterable[str], to: datetime) -> None:
    """Record how far the periods of editions have been worked out; it never goes back."""
    table = ledger.schedule
    for part in chunks(editions):
        db.execute(
            update(table)
            .where(table.c.edition.in_(part), table.c.high_water < to)
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
    return once.add(
        db,
        ledger.period,
        {
            "edition": edition,
            "key": key,
            "due": due,
            "state": state,
            "attempts": 0,
            "next_attempt": due,
            "note": note,
            "updated": now,
        },
    )


def reopen(
    db: Connection,
    *,
    edition: str,
    key: str,
    due: datetime,
    state: Written,
    now: datetime,
    note: str | None,
) -> None:
    """Write a skipped period anew, which is due later than when it was skipped."""
    db.execute(
        update(ledger.period)
        .where(_is(edition, key), ledger.period.c.state == "skipped")
        .values(state=state, due=due, next_attempt=due, note=note, updated=now)
    )


def give_up(
    db: Connection,
    edition: str,
    *,
    now: datetime,
    note: str,
    before: datetime | None = None,
    waiting_since: datetime | None = None,
) -> int:
    """Skip what still waits to be made, and what a dead process left half made; return how many.

    before: what was due before then. waiting_since: what could have been taken up since then, or
    longer, and was not. What a person asked for or released is not given up for another.
    """
    table = ledger.period
    released = and_(table.c.attempts == 0, table.c.next_attempt > table.c.due)
    left = and_(table.c.state == "running", table.c.lease_until <= now)
    which = [table.c.edition == edition, ~table.c.key.startswith(ASKED)]
    if before is not None:
        which += [table.c.due < before, ~released]
    if waiting_since is not None:
        which.append(table.c.next_attempt < waiting_since)
        left = and_(left, table.c.lease_until < waiting_since)
    waits = or_(table.c.state == "due", left)
    values = _left("skipped", now, note)
    return db.execute(update(table).where(*which, waits).values(**values)).rowcount


def withdraw(db: Connection, edition: str) -> tuple[str, ...]:
    """Take back what is held of an edition, as if it had not been; return the keys."""
    table = ledger.period
    here = and_(table.c.edition == edition, table.c.state == "held")
    keys = tuple(db.scalars(select(table.c.key).where(here).order_by(table.c.due)))
    db.execute(delete(table).where(here))
    return keys


def claim(db: Connection, owner: str, *, now: datetime, lease: timedelta) -> Slot | None:
    """Take the period that has been due the longest; None: nothing is due.

    One whose lease ran out is taken again: who had it is dead, or will find that it lost it.
    """
    table = ledger.period
    ready = _ready(now)
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


def waiting(db: Connection, *, now: datetime) -> int:
    """Return how many periods can be claimed."""
    return db.scalar(select(func.count()).select_from(ledger.period).where(_ready(now))) or 0


def _ready(now: datetime) -> ColumnElement[bool]:
    table = ledger.period
    return or_(
        and_(table.c.state == "due", table.c.next_attempt <= now),
        and_(table.c.state == "running", table.c.lease_until <= now),
    )


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
    state: Ended,
    *,
    now: datetime,
    note: str,
) -> bool:
    """End a claimed period without an issue; return whether it was still held."""
    return _finish(db, held, _left(state, now, note))


def retry(db: Connection, held: Slot, *, at: datetime, now: datetime, note: str) -> bool:
    """Give a claimed period back, to be tried again; return whether it was still held."""
    return _finish(db, held, _left("due", now, note) | {"next_attempt": at})


def give_back(db: Connection, held: Slot, *, now: datetime) -> bool:
    """Give back a claimed period of which nothing was made, as if it had not been claimed.

    Return whether it was still held.
    """
    return _finish(db, held, _left("due", now, held.note) | {"attempts": held.attempts - 1})


def release(db: Connection, edition: str, key: str, *, now: datetime) -> Slot:
    """Make a held period due at once: the operator vouches for the clock.

    Raises StoreError for one that is not held.
    """
    known = get(db, edition, key)
    if known.state != "held":
        raise StoreError(f"{edition} {key} is {known.state}, not held: there is nothing to release")
    return _decide(db, known, {"state": "due", "next_attempt": now, "note": None}, now)


def skip(db: Connection, edition: str, key: str, *, now: datetime, note: str) -> Slot:
    """Give up a period that is due or held; with a held one the operator vouches for the clock.

    Raises StoreError for one that is neither.
    """
    known = get(db, edition, key)
    if known.state not in ("due", "held"):
        raise StoreError(f"{edition} {key} is {known.state}: only one due or held can be skipped")
    return _decide(db, known, {"state": "skipped", "note": note}, now)


def _decide(db: Connection, known: Slot, values: dict[str, Any], now: datetime) -> Slot:
    table = ledger.period
    here = and_(_is(known.edition, known.key), table.c.state == known.state)
    changed = db.execute(update(table).where(here).values(updated=now, **values)).rowcount
    found = get(db, known.edition, known.key)
    if not changed:
        raise StoreError(f"{known.edition} {known.key} has just become {found.state}: look again")
    if known.state == "held":
        beats.beat(db, VOUCHED, at=now)
    return found


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
    limit: int | None = 50,
) -> tuple[Slot, ...]:
    """Return periods, the one due last first."""
    table = ledger.period
    query = select(table).order_by(table.c.due.desc(), table.c.edition, table.c.key).limit(limit)
    if edition is not None:
        query = query.where(table.c.edition == edition)
    if states is not None:
        query = query.where(table.c.state.in_(tuple(states)))
    return tuple(_slot(row) for row in db.execute(query))


#: Built once: a tick asks it for every edition.
_RECENT = select(ledger.period.c.key, ledger.period.c.state, ledger.period.c.note).where(
    ledger.period.c.edition == bindparam("name"), ledger.period.c.due >= bindparam("since")
)


def recent(db: Connection, edition: str, since: datetime) -> dict[str, tuple[State, str | None]]:
    """Return the state and the note of the periods of an edition due from then on, by key."""
    rows = db.execute(_RECENT, {"name": edition, "since": since})
    return {key: (state, note) for key, state, note in rows}


def newest(db: Connection, edition: str) -> str | None:
    """Return the name of the last period of the schedule that an edition has a row of."""
    table = ledger.period
    query = select(table.c.key).where(table.c.edition == edition, ~table.c.key.startswith(ASKED))
    return db.scalar(query.order_by(table.c.due.desc(), table.c.key.desc()).limit(1))


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
