"""The deliveries: one row for each issue and recipient, and what a person may do with it.

`outbox` has what the workers do.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, case, func, insert, select, update

from service.errors import StoreError
from service.model import utc
from service.store.chunks import planned
from service.store.ledger import delivery, mailing, recipient
from service.store.tables import artifact, issue

State = Literal[
    "pending",
    "claimed",
    "in_data",
    "sent",
    "deferred",
    "failed",
    "suppressed",
    "doubt",
    "bounced",
]
STATES: tuple[State, ...] = (
    *("pending", "claimed", "in_data", "sent", "deferred", "failed", "suppressed", "doubt"),
    "bounced",
)

#: The edition of a delivery that somebody asked for by name: nobody is subscribed to it.
BY_HAND = "now"
#: Rows in one statement; SQLite takes 32,766 parameters.
CHUNK = 500
#: What is tried again by hand is worth at least so much longer.
_GRACE = timedelta(hours=24)

_HOW = "`briefing deliveries list` shows them"


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A row to be."""

    recipient: str
    mailing: int
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """What many recipients of an issue have in common."""

    #: "mail digest en pdf".
    key: str
    content: bytes
    #: The common name of the issue's files, without ending.
    stem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row as it stands."""

    id: int
    issue: int
    edition: str
    number: int
    channel: str
    address: str
    state: State
    attempts: int
    doubts: int
    next_attempt: datetime
    expires: datetime
    message_id: str
    code: int | None
    enhanced: str | None
    reply: str | None
    created: datetime
    updated: datetime


def add_mailing(db: Connection, of: int, key: str, content: bytes) -> int:
    """Write what the recipients of an issue have in common, unless it is there; return its id."""
    here = select(mailing.c.id).where(mailing.c.issue == of, mailing.c.key == key)
    known = db.scalar(here)
    if known is not None:
        return int(known)
    digest = hashlib.sha256(content).hexdigest()
    row = {"issue": of, "key": key, "content": content, "sha256": digest}
    return int(db.execute(insert(mailing).values(row).returning(mailing.c.id)).scalar_one())


def get_mailing(db: Connection, ident: int) -> Mailing:
    """Return a mailing; raise StoreError if it is not as it was written."""
    row = db.execute(select(mailing).where(mailing.c.id == ident)).one()
    if hashlib.sha256(row.content).hexdigest() != row.sha256:
        raise StoreError(f"the stored mail {ident} of issue {row.issue} was changed: send it anew")
    name = db.scalar(select(func.min(artifact.c.name)).where(artifact.c.issue == row.issue))
    stem = name.rpartition(".")[0] if name else f"issue-{row.issue}"
    return Mailing(key=row.key, content=row.content, stem=stem)


def add(
    db: Connection,
    issue: int,
    edition: str,
    rows: Iterable[New],
    *,
    now: datetime,
    expires: datetime,
) -> int:
    """Write the rows of an issue, pending; return how many are new.

    A recipient has one row for an issue, however often that issue is written.
    """
    known = set(db.scalars(select(delivery.c.recipient).where(delivery.c.issue == issue)))
    values = [
        {
            "issue": issue,
            "recipient": row.recipient,
            "edition": edition.partition("@")[0],
            "mailing": row.mailing,
            "state": "pending",
            "attempts": 0,
            "next_attempt": now,
            "expires": expires,
            "message_id": row.message_id,
            "created": now,
            "updated": now,
        }
        for row in rows
        if row.recipient not in known
    ]
    for first in range(0, len(values), CHUNK):
        db.execute(insert(delivery), values[first : first + CHUNK])
    if len(values) >= CHUNK:
        planned(db, "delivery", "recipient", "subscription")
    return len(values)


def listing(
    db: Connection,
    *,
    state: State | None = None,
    of: int | None = None,
    limit: int | None = None,
) -> tuple[Delivery, ...]:
    """Return the rows of a state, of an issue, or all; the newest issue first."""
    columns = [c for c in delivery.c if c.name in Delivery.__dataclass_fields__]
    query = (
        select(*columns, issue.c.number, recipient.c.channel, recipient.c.address)
        .join(recipient, recipient.c.id == delivery.c.recipient)
        .join(issue, issue.c.id == delivery.c.issue)
        .order_by(delivery.c.issue.desc(), recipient.c.address, delivery.c.id)
        .limit(limit)
    )
    if state is not None:
        query = query.where(delivery.c.state == state)
    if of is not None:
        query = query.where(delivery.c.issue == of)
    return tuple(Delivery(**row._mapping) for row in db.execute(query))


def counts(db: Connection, *, of: int | None = None) -> dict[State, int]:
    """Return how many rows there are in each state, of an issue or of all."""
    query = select(delivery.c.state, func.count()).group_by(delivery.c.state)
    if of is not None:
        query = query.where(delivery.c.issue == of)
    found = {state: count for state, count in db.execute(query)}
    return {state: found.get(state, 0) for state in STATES}


def oldest(db: Connection) -> datetime | None:
    """Return since when the oldest row waits that is still to be sent; None: none waits."""
    waits = delivery.c.state.in_(("pending", "claimed", "in_data", "deferred"))
    found: datetime | None = db.scalar(select(func.min(delivery.c.created)).where(waits))
    return found


def held(db: Connection) -> int:
    """Return how many rows in doubt wait for a person, and are never sent by themselves."""
    waits = and_(delivery.c.state == "doubt", delivery.c.next_attempt >= delivery.c.expires)
    return db.scalar(select(func.count()).select_from(delivery).where(waits)) or 0


def waiting(db: Connection, *, now: datetime, resend: bool, most: int) -> int:
    """Return how many rows are due to be sent, at most `most`. resend: also those in doubt."""
    states = ("pending", "deferred", *(("doubt",) if resend else ()))
    due = (delivery.c.next_attempt <= now, delivery.c.expires > now)
    some = select(delivery.c.id).where(delivery.c.state.in_(states), *due).limit(most).subquery()
    return db.scalar(select(func.count()).select_from(some)) or 0


def retry(db: Connection, idents: Sequence[int], *, now: datetime) -> None:
    """Let these be sent again now, from the beginning, with the same bytes.

    Raises StoreError for one that was sent, or is being sent; then nothing is changed.
    """
    for row in _rows(db, idents):
        if row.state in ("sent", "claimed", "in_data"):
            raise StoreError(f"delivery {row.id} is {_WORDS[row.state]}: nothing was changed")
    _reset(db, idents, now)


def resolve(db: Connection, idents: Sequence[int], *, sent: bool, now: datetime) -> None:
    """Say of these, which are in doubt, whether they were sent; those that were not are sent.

    Raises StoreError for one that is not in doubt; then nothing is changed.
    """
    for row in _rows(db, idents):
        if row.state != "doubt":
            raise StoreError(
                f"delivery {row.id} is in no doubt, it is {_WORDS.get(row.state, row.state)}: "
                "nothing was changed"
            )
    if not sent:
        _reset(db, idents, now)
        return
    db.execute(
        update(delivery)
        .where(delivery.c.id.in_(idents))
        .values(state="sent", reply="said to be sent by the operator", updated=now)
    )


_WORDS = {"claimed": "being sent", "in_data": "being sent", "sent": "sent"}


def _rows(db: Connection, idents: Sequence[int]) -> Sequence[Row[Any, Any]]:
    found = db.execute(
        select(delivery.c.id, delivery.c.state).where(delivery.c.id.in_(idents))
    ).all()
    missing = sorted(set(idents) - {row.id for row in found})
    if missing:
        raise StoreError(f"there is no delivery {missing[0]}: {_HOW}")
    return found


def _reset(db: Connection, idents: Sequence[int], now: datetime) -> None:
    later = utc(now) + _GRACE
    longer = case((delivery.c.expires < later, later), else_=delivery.c.expires)
    db.execute(
        update(delivery)
        .where(delivery.c.id.in_(idents))
        .values(state="pending", next_attempt=now, expires=longer, doubts=0, updated=now)
    )
