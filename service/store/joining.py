"""Readers who ask for an edition themselves, and have not said yes to the mail that asks back.

One who asks is a recipient without an edition until the mailbox answers. Nothing that is known of
a mailbox is changed by who only names it: a reader who has left stays away until the mail is
answered, and one whom nothing is sent to any more gets no mail of this kind either.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import Connection, delete, exists, func, insert, or_, select, update

from service.store import recipients
from service.store.ledger import bounce, delivery, membership, recipient, subscription

#: One mailbox is asked once in this time, however often somebody names it.
PAUSE = timedelta(hours=1)
#: Who has not answered by then is forgotten.
WAIT = timedelta(days=7)


def ask(
    db: Connection, address: str, editions: Iterable[str], *, language: str | None, now: datetime
) -> str | None:
    """Note that somebody asked for editions by mail; return the reader's id if a mail is due.

    None: the mailbox is not to be written to, was asked a short while ago, or gets them already.
    """
    wanted = tuple(dict.fromkeys(editions))
    here = (recipient.c.channel == "mail") & (func.lower(recipient.c.address) == address.lower())
    row = db.execute(select(recipient).where(here)).one_or_none()
    ident = row.id if row is not None else _add(db, address, language, now)
    if row is not None and row.suppressed is not None:
        return None
    known = {
        one.edition: one
        for one in db.execute(select(subscription).where(subscription.c.recipient == ident))
    }
    listed = row is None or row.listed
    if listed and all(name in known and known[name].state == "active" for name in wanted):
        return None
    asked = [one.since for one in known.values() if one.state == "pending"]
    if asked and max(asked) > now - PAUSE:
        return None
    for name in wanted:
        mine = (subscription.c.recipient == ident) & (subscription.c.edition == name)
        if name not in known:
            values = {"recipient": ident, "edition": name, "state": "pending", "since": now}
            db.execute(insert(subscription).values(values))
        elif known[name].state == "pending":
            db.execute(update(subscription).where(mine).values(since=now))
    return str(ident)


def confirm(db: Connection, ident: str, editions: Iterable[str], *, now: datetime) -> None:
    """Give a reader whose mailbox has answered these editions.

    Raises StoreError for a reader who is not there any more.
    """
    known = recipients.get(db, ident)
    if not known.listed:
        values = {"listed": True, "origin": "store"}
        db.execute(update(recipient).where(recipient.c.id == ident).values(values))
    for name in editions:
        recipients.subscribe(db, ident, name, now=now)


def forget(db: Connection, *, now: datetime) -> int:
    """Forget requests that nobody answered, and readers of whom nothing else is known."""
    old = (subscription.c.state == "pending") & (subscription.c.since < now - WAIT)
    asked = set(db.scalars(select(subscription.c.recipient).where(old)))
    gone = db.execute(delete(subscription).where(old)).rowcount
    used = or_(
        exists().where(subscription.c.recipient == recipient.c.id),
        exists().where(membership.c.recipient == recipient.c.id),
        exists().where(delivery.c.recipient == recipient.c.id),
        exists().where(bounce.c.recipient == recipient.c.id),
    )
    alone = recipient.c.id.in_(asked) & (recipient.c.origin == "store") & ~used
    db.execute(delete(recipient).where(alone, recipient.c.suppressed.is_(None)))
    return gone


def _add(db: Connection, address: str, language: str | None, now: datetime) -> str:
    ident = token_hex(16)
    db.execute(
        insert(recipient).values(
            id=ident,
            channel="mail",
            address=address,
            format="digest",
            attach="pdf",
            language=language,
            origin="store",
            listed=True,
            created=now,
        )
    )
    return ident
