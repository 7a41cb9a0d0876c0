"""Work that several workers may take: who has it, since when, and until when.

A lease has a number, its turn, which goes up whenever it is taken. Who writes what came of the work
asks in the same transaction whether its turn is still the last (`hold`): a worker that was frozen
past its lease, or cut off from the database, finds that it is not, and writes nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, update

from service.errors import StoreError
from service.store import once
from service.store.ledger import lease


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Work that is ours until its time is up."""

    name: str
    turn: int
    since: datetime
    until: datetime


def take(db: Connection, name: str, owner: str, *, now: datetime, until: datetime) -> Lease | None:
    """Take work that nobody has, or whose lease is over; None: another one has it."""
    values = {"owner": owner, "since": now, "until": until}
    free = (lease.c.name == name) & (lease.c.owner.is_(None) | (lease.c.until <= now))
    turn = db.scalar(
        update(lease).where(free).values(turn=lease.c.turn + 1, **values).returning(lease.c.turn)
    )
    if turn is None:
        if db.scalar(select(lease.c.turn).where(lease.c.name == name)) is not None:
            return None
        if not once.add(db, lease, {"name": name, "turn": 1, **values}):
            # Another one has just taken it for the first time.
            return None
        turn = 1
    return Lease(name=name, turn=turn, since=now, until=until)


def renew(db: Connection, held: Lease, *, until: datetime) -> bool:
    """Keep work for longer; False: it is ours no more."""
    done = db.execute(update(lease).where(*_ours(held)).values(until=until))
    return bool(done.rowcount)


def hold(db: Connection, held: Lease) -> None:
    """Make sure that work is still ours until this transaction ends. Raises StoreError if not."""
    row = select(lease.c.turn).where(*_ours(held)).with_for_update(read=True)
    if db.scalar(row) is None:
        raise StoreError(
            f"{held.name}: another worker has taken this over; what was read here is dropped"
        )


def give_back(db: Connection, held: Lease) -> None:
    """End a lease before its time; one that is lost already is left alone."""
    db.execute(update(lease).where(*_ours(held)).values(owner=None, since=None, until=None))


def expire(db: Connection, *, now: datetime) -> int:
    """End the leases whose time is up, so that who had them can write nothing; return how many."""
    done = db.execute(
        update(lease)
        .where(lease.c.until <= now)
        .values(turn=lease.c.turn + 1, owner=None, since=None, until=None)
    )
    return done.rowcount


def oldest(db: Connection, prefix: str) -> datetime | None:
    """Return since when the work of some names that is under way is, at the longest."""
    held = lease.c.name.startswith(prefix, autoescape=True) & lease.c.owner.is_not(None)
    found: datetime | None = db.scalar(select(func.min(lease.c.since)).where(held))
    return found


def _ours(held: Lease) -> tuple[ColumnElement[bool], ...]:
    return lease.c.name == held.name, lease.c.turn == held.turn, lease.c.owner.is_not(None)
