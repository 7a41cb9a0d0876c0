"""What came back, or would not go: bounces and complaints, and when they end a recipient."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Connection, String, cast, func, select, update

from service.model import utc
from service.store import once, recipients
from service.store.ledger import bounce, delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A delivery that a report may be about."""

    id: int
    recipient: str


Kind = Literal["hard", "soft", "complaint", "policy", "other"]

#: So many soft bounces in so long end a recipient; each delivery counts once.
SOFT_LIMIT = 3
SOFT_SPAN = timedelta(days=7)


def record(
    db: Connection,
    ident: str,
    kind: Kind,
    *,
    at: datetime,
    recipient: str | None = None,
    of: int | None = None,
    status: str | None = None,
    text: str = "",
) -> bool:
    """Write a report once, and draw its consequence; return whether it is new.

    ident: what names the report. of: the delivery that it is about. A hard bounce and a complaint
    end the recipient at once, soft ones at the third within seven days; what is a matter of policy
    never does.
    """
    if db.scalar(select(bounce.c.id).where(bounce.c.id == ident)) is not None:
        return False
    row = {"id": ident, "at": at, "kind": kind, "recipient": recipient, "delivery": of}
    if not once.add(db, bounce, row | {"status": status, "text": text}):
        # Another process read it at the same moment.
        return False
    if recipient is None:
        return True
    if kind in ("hard", "complaint"):
        recipients.suppress(db, recipient, "hard" if kind == "hard" else "complaint", now=at)
    elif kind == "soft":
        # One delivery may be reported twice: by the server that refused it, and by a later one.
        each = func.coalesce(cast(bounce.c.delivery, String), bounce.c.id)
        count = db.scalar(
            select(func.count(each.distinct())).where(
                bounce.c.recipient == recipient,
                bounce.c.kind == "soft",
                bounce.c.at > utc(at) - SOFT_SPAN,
                bounce.c.at <= utc(at),
            )
        )
        if (count or 0) >= SOFT_LIMIT:
            recipients.suppress(db, recipient, "soft", now=at)
    return True


def by_number(db: Connection, ident: int) -> Told | None:
    """Return the delivery of a number."""
    return _told(db, delivery.c.id == ident)


def by_message(db: Connection, message_id: str) -> Told | None:
    """Return the delivery of a Message-ID, with its angle brackets."""
    return _told(db, delivery.c.message_id == message_id)


def came_back(db: Connection, ident: int, *, status: str | None, text: str, now: datetime) -> bool:
    """Record that a message that was taken over did not reach its reader; return whether it was.

    One that is being sent, or is to be sent again, is left as it is.
    """
    done = db.execute(
        update(delivery)
        .where(delivery.c.id == ident, delivery.c.state.in_(("sent", "doubt")))
        .values(state="bounced", enhanced=status, reply=text or None, updated=now)
    )
    return bool(done.rowcount)


def _told(db: Connection, here: ColumnElement[bool]) -> Told | None:
    row = db.execute(select(delivery.c.id, delivery.c.recipient).where(here)).one_or_none()
    return None if row is None else Told(id=row.id, recipient=row.recipient)
