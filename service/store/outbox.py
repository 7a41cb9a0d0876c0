"""The outbox as its workers see it: how a row goes from state to state.

    pending ──► claimed ──► in_data ──► sent
      ▲            │            ├─────► deferred ──► claimed …      failed
      └─ lease ────┘            └─────► doubt ─────► claimed, once, or held for a person

Every change of a claimed row asks for its id, the owner of its lease and the number of its attempt:
who was frozen past the lease changes nothing any more. Whether the recipient still wants the
message is asked when the row is claimed and again when it is about to be handed over. Nothing here
is SQLite's own; where an engine knows it, rows that another one is claiming are passed over.

What is asked for each few messages (`claim`, `enter`, `settle`) is written down once, with places
for its values: to put such a statement together takes as long as to run it ten times.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from service.store.deliveries import BY_HAND, CHUNK, State
from service.store.ledger import delivery, recipient, subscription
from service.store.moment import Moment
from service.store.tables import Large

#: What a service that stopped left in doubt is repeated so often on its own; then a person decides.
_MOST_DOUBTS = 10

#: Rows that a claim looks at in one query, and at most: those of a destination that does not answer
#: are passed over.
_PAGE, _MOST = 200, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A row that is ours until its lease ends, with whom it is for."""

    id: int
    #: Of this one, from 1.
    attempts: int
    issue: int
    edition: str
    mailing: int
    recipient: str
    channel: str
    address: str
    name: str | None
    message_id: str
    created: datetime
    expires: datetime
    #: As it was first handed over; None: it never was.
    head: bytes | None
    sha256: str | None
    doubts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A claimed row that is about to be handed over, with what freezes its bytes."""

    id: int
    attempts: int
    head: bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a claimed row."""

    id: int
    attempts: int
    state: State
    next_attempt: datetime
    code: int | None = None
    enhanced: str | None = None
    reply: str = ""
    doubtful: bool = False


def claim(
    db: Connection,
    owner: str,
    *,
    now: datetime,
    until: datetime,
    limit: int,
    resend: bool,
    admit: Callable[[str, str], bool] = lambda channel, address: True,
    full: Callable[[str], bool] = lambda channel: False,
    only: int | None = None,
) -> tuple[Claimed, ...]:
    """Take up to `limit` rows that are due, and no one else has; those of a doubt come last.

    until: the end of the lease. resend: also what is in doubt. admit: says of a channel and an
    address whether one more row for it may be taken now. full: says of a channel that none may: no
    more is looked at where all that is seen is for such ones. only: those of this issue. Rows whose
    recipient does not want the message any more become `suppressed`.
    """
    taken: list[Claimed] = []
    unwanted: list[int] = []
    # Last, so that a message which ends the process again and again holds up no other.
    states: tuple[State, ...] = ("pending", "deferred", *(("doubt",) if resend else ()))
    for state in states:
        looked, after = 0, None
        while len(taken) < limit and looked < _MOST:
            # Mostly all that is due may be taken; where much is passed over, in larger steps.
            size = min(limit - len(taken), _PAGE) if after is None else _PAGE
            values = {"now": now, "size": size, "of": only}
            if after is not None:
                values |= {"at": after[0], "behind": after[1]}
            query = _due(state, begun=after is not None, one=only is not None)
            page = db.execute(query, values).all()
            for row in page:
                if not row.wanted:
                    unwanted.append(row.id)
                elif len(taken) < limit and admit(row.channel, row.address):
                    taken.append(_claimed(row))
            looked += len(page)
            if len(page) < size or all(full(row.channel) for row in page):
                break
            after = (page[-1].next_attempt, page[-1].id)
    for ids in _chunks(unwanted):
        withdrawn = delivery.c.id.in_(ids)
        db.execute(update(delivery).where(withdrawn).values(_withdrawn(now)))
    for ids in _chunks([one.id for one in taken]):
        db.execute(_claim(), {"ids": ids, "owner": owner, "until": until, "now": now})
    return tuple(taken)


def renew(db: Connection, owner: str, *, until: datetime) -> int:
    """Keep what is ours for longer; return how many rows that are."""
    # Only a row that is claimed or in data has an owner.
    ours = delivery.c.lease_owner == owner
    return db.execute(update(delivery).where(ours).values(lease_until=until)).rowcount


def enter(db: Connection, owner: str, entries: Sequence[Entry], *, now: datetime) -> frozenset[int]:
    """Record that these rows are about to be handed over; return the ids of those that may be.

    The others are not ours any more, or nobody wants them any more.
    """
    kept = [(e.id, e.attempts, owner, e.head, e.sha256) for e in entries]
    named = ("row", "attempt", "owner", "top", "hash")
    db.execute(_freeze(), [dict(zip(named, one, strict=True)) for one in kept])
    values = {"rows": [(e.id, e.attempts) for e in entries], "owner": owner, "now": now}
    return frozenset(db.scalars(_enter(), values))


def settle(db: Connection, owner: str, rows: Sequence[Settled], *, now: datetime) -> frozenset[int]:
    """Record what became of these rows; return the ids of those that were still ours."""
    asked = {"rows": [(row.id, row.attempts) for row in rows], "owner": owner}
    ours = frozenset(db.scalars(_ours(), asked))
    values = [
        {
            "owner": owner,
            "now": now,
            "row": row.id,
            "attempt": row.attempts,
            "to": row.state,
            "after": row.next_attempt,
            "digits": row.code,
            "status": row.enhanced,
            "words": row.reply or None,
            "more": int(row.doubtful),
        }
        for row in rows
        if row.id in ours
    ]
    if values:
        db.execute(_settle(), values)
    return ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep found."""

    #: Claimed by one that is gone, certainly not sent: pending again.
    freed: int
    #: Handed over, or about to be, by one that is gone.
    doubtful: int
    #: Worth nothing any more to who has not got it.
    expired: int


def sweep(db: Connection, *, now: datetime) -> Swept:
    """Take back the rows whose lease has ended, and give up those whose time has passed."""
    over = delivery.c.lease_until <= now
    bare = {"lease_owner": None, "lease_until": None, "updated": now, "next_attempt": now}
    freed = db.execute(
        update(delivery)
        .where(delivery.c.state == "claimed", over)
        .values(bare | {"state": _unsure("pending")})
    )
    doubtful = db.execute(
        update(delivery)
        .where(delivery.c.state == "in_data", over)
        .values(
            bare
            | {
                "state": "doubt",
                "doubts": delivery.c.doubts + 1,
                "code": None,
                "enhanced": None,
                "reply": "the service stopped between handing it over and the answer",
            }
        )
    )
    expired = db.execute(
        update(delivery)
        .where(delivery.c.state.in_(("pending", "deferred")), delivery.c.expires <= now)
        .values(
            state=_unsure("failed"),
            updated=now,
            reply="too late to be worth sending"
            + case((delivery.c.reply.is_(None), ""), else_="; the last answer: ")
            + func.coalesce(delivery.c.reply, ""),
        )
    )
    return Swept(freed=freed.rowcount, doubtful=doubtful.rowcount, expired=expired.rowcount)


def next_due(db: Connection, *, resend: bool) -> datetime | None:
    """Return when the next row is to be tried, past or to come; None: none waits."""
    waits: ColumnElement[bool] = delivery.c.state.in_(("pending", "deferred"))
    if resend:
        waits = or_(waits, _again())
    found: datetime | None = db.scalar(select(func.min(delivery.c.next_attempt)).where(waits))
    return found


def _unsure(state: State) -> Any:
    """Return the state, but `doubt` for what may have been taken over in an earlier attempt."""
    return case((delivery.c.doubts > 0, "doubt"), else_=state)


def _again() -> ColumnElement[bool]:
    """Whether a row in doubt is to be repeated; one that waits for a person is never due."""
    due = delivery.c.next_attempt < delivery.c.expires
    return and_(delivery.c.state == "doubt", delivery.c.doubts <= _MOST_DOUBTS, due)


def _wanted(of: FromClause = delivery) -> ColumnElement[bool]:
    """Whether the recipient of a row is still to have it."""
    reader = select(recipient.c.id).where(
        recipient.c.id == of.c.recipient, recipient.c.listed, recipient.c.suppressed.is_(None)
    )
    subscribed = select(subscription.c.recipient).where(
        subscription.c.recipient == of.c.recipient,
        subscription.c.edition == of.c.edition,
        subscription.c.state == "active",
    )
    # The claim asks for recipients beside the rows: this one is its own.
    asked, has = (query.correlate(of).exists() for query in (reader, subscribed))
    return and_(asked, or_(of.c.edition == BY_HAND, has))


@cache
def _due(state: State, *, begun: bool, one: bool) -> Select[Any]:
    """Return the query for the rows of a state that are due, in order.

    begun: behind a row that was seen. one: of one issue only. Who gets a row is looked up once it
    is taken, by an index that has the order: all rows of an issue are due at the same moment.
    """
    some = (
        select(delivery)
        .where(
            delivery.c.state == state,
            delivery.c.next_attempt <= bindparam("now"),
            delivery.c.expires > bindparam("now"),
        )
        .order_by(delivery.c.next_attempt, delivery.c.id)
        # In the statement itself: a plan that is made without the number reads all recipients.
        .limit(bindparam("size", type_=Integer, literal_execute=True))
        .with_for_update(skip_locked=True)
    )
    if state == "doubt":
        some = some.where(_again())
    if one:
        some = some.where(delivery.c.issue == bindparam("of"))
    if begun:
        seen = tuple_(bindparam("at", type_=Moment), bindparam("behind", type_=Large))
        some = some.where(tuple_(delivery.c.next_attempt, delivery.c.id) > seen)
    due = some.subquery("due")
    to = (recipient.c.channel, recipient.c.address, recipient.c.name)
    return (
        select(due, *to, _wanted(due).label("wanted"))
        .join(recipient, recipient.c.id == due.c.recipient)
        .order_by(due.c.next_attempt, due.c.id)
    )


@cache
def _claim() -> Update:
    return (
        update(delivery)
        .where(delivery.c.id.in_(bindparam("ids", expanding=True)))
        .values(
            state="claimed",
            attempts=delivery.c.attempts + 1,
            lease_owner=bindparam("owner"),
            lease_until=bindparam("until"),
            updated=bindparam("now"),
        )
    )


@cache
def _freeze() -> Update:
    """Return what keeps the bytes of a row at its first attempt."""
    return (
        update(delivery)
        .where(*_one_of_ours(), delivery.c.head.is_(None))
        .values(head=bindparam("top"), sha256=bindparam("hash"))
    )


@cache
def _enter() -> ReturningUpdate[Any]:
    return (
        update(delivery)
        .where(_several_of_ours(), delivery.c.state == "claimed", _wanted())
        .values(state="in_data", updated=bindparam("now"))
        .returning(delivery.c.id)
    )


@cache
def _ours() -> Select[Any]:
    return select(delivery.c.id).where(_several_of_ours())


@cache
def _settle() -> Update:
    return (
        update(delivery)
        .where(*_one_of_ours())
        .values(
            state=bindparam("to"),
            next_attempt=bindparam("after"),
            code=bindparam("digits"),
            enhanced=bindparam("status"),
            reply=bindparam("words"),
            doubts=delivery.c.doubts + bindparam("more"),
            lease_owner=None,
            lease_until=None,
            updated=bindparam("now"),
        )
    )


def _one_of_ours() -> tuple[ColumnElement[bool], ...]:
    return (
        delivery.c.id == bindparam("row"),
        delivery.c.attempts == bindparam("attempt"),
        delivery.c.lease_owner == bindparam("owner"),
    )


def _several_of_ours() -> ColumnElement[bool]:
    named = tuple_(delivery.c.id, delivery.c.attempts).in_(bindparam("rows", expanding=True))
    return and_(named, delivery.c.lease_owner == bindparam("owner"))


def _claimed(row: Any) -> Claimed:
    kept = {field: getattr(row, field) for field in Claimed.__dataclass_fields__}
    return Claimed(**kept | {"attempts": row.attempts + 1})


def _withdrawn(now: datetime) -> dict[str, Any]:
    return {
        "state": "suppressed",
        "updated": now,
        "reply": "not wanted any more: left, suppressed or removed before it was sent",
    }


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[first : first + CHUNK] for first in range(0, len(ids), CHUNK))
