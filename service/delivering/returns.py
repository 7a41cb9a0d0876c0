"""What comes back by mail, and what follows from it: each message once, whoever sent it.

    hard        the recipient is suppressed: there is no such mailbox
    soft        the third within seven days suppresses
    complaint   suppressed at once: the reader called it spam
    policy      the operator is told, and nobody suppressed: it is we who are refused
    other       recorded
    leave       a reader left by mail: honoured as by a link

A report is ours when its address carries a mark that we signed, or when it names a Message-ID that
we gave; everything else changes nothing. A message that was taken over and came back is `bounced`.
Soft bounces count by the time at which they came to the mailbox, so that a poller that stood still
for a month does not end whoever bounced once a week.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from service.delivery import reports, verp
from service.delivery.mailbox import Item, Mailbox
from service.delivery.reports import Report
from service.delivery.tokens import Ticket
from service.errors import StoreError
from service.store import Store, bounces, notices, recipients
from service.store.bounces import Told
from service.store.deliveries import BY_HAND

if TYPE_CHECKING:
    from sqlalchemy import Connection

log = logging.getLogger(__name__)

#: What became of a message. unknown: a report on nothing of ours. known: it was read before.
#: ignored: it is no report, and nobody leaves by it.
Became = Literal[
    "hard", "soft", "complaint", "policy", "other", "left", "unknown", "known", "ignored"
]


def poll(
    store: Store,
    mailbox: Mailbox,
    ticket: Callable[[str], Ticket | None],
    *,
    address: str | None,
    clock: Callable[[], datetime],
) -> Counter[Became]:
    """Read what came since the last pass; return how many messages were what.

    ticket: reads a token by which a reader leaves. address: where bounces go, with marks. Raises
    DeliveryError for a mailbox that cannot be reached, and StoreError; what was read until then is
    done with.
    """
    tally: Counter[Became] = Counter()
    with mailbox as open_:
        for item in open_.items():
            with store.write() as db:
                became = _taken(db, item, ticket, address=address, now=clock())
            # Only now: a crash before it gives the message again, and the store knows it.
            open_.done(item, ours=became != "ignored")
            tally[became] += 1
            log.info("mail read became=%s", became)
    return tally


def _taken(
    db: "Connection",
    item: Item,
    ticket: Callable[[str], Ticket | None],
    *,
    address: str | None,
    now: datetime,
) -> Became:
    """Draw the consequences of one message."""
    report = reports.read(item.data, address)
    if report is not None:
        # A clock that is ahead must not count a bounce as one of next week.
        at = min(item.arrived or now, now)
        return _reported(db, report, _ident(item.data), at=at, now=now)
    token = reports.leaving(item.data)
    found = ticket(token) if token is not None else None
    if found is None:
        return "ignored"
    try:
        recipients.get(db, found.reader)
    except StoreError:
        return "ignored"
    # Who leaves a brief that somebody sent by hand leaves all.
    edition = None if found.edition in ("", BY_HAND) else found.edition
    recipients.leave(db, found.reader, edition, now=now)
    return "left"


def _ident(data: bytes) -> str:
    return reports.ident(data) or f"sha256:{hashlib.sha256(data).hexdigest()}"


def _reported(
    db: "Connection", report: Report, ident: str, *, at: datetime, now: datetime
) -> Became:
    told = _whose(db, report)
    new = bounces.record(
        db,
        ident,
        report.kind,
        at=at,
        recipient=told.recipient if told else None,
        of=told.id if told else None,
        status=report.status,
        text=report.text,
    )
    if not new:
        return "known"
    if report.kind == "policy":
        words = (
            f"a mail server refuses us, not the reader: {report.status} {report.text}; "
            "`briefing doctor` checks login, certificate and the domain's records"
        )
        notices.tell(db, f"bounce:{report.status}", words, now=now)
    if report.kind == "complaint":
        words = (
            f"a reader called delivery {told.id} spam; nothing more is sent there"
            if told
            else "a reader called a message spam; the report does not say which, see the mailbox"
        )
        notices.tell(db, "complaint", words, now=now)
    if told is None:
        return "unknown"
    if report.failed:
        bounces.came_back(db, told.id, status=report.status, text=report.text, now=now)
    return report.kind


def _whose(db: "Connection", report: Report) -> Told | None:
    """Return the delivery that a report is about: by its signed mark, or by our Message-ID."""
    if report.mark is not None:
        told = bounces.by_number(db, report.mark.delivery)
        if told is not None and verp.ours(report.mark, told.recipient):
            return told
    return bounces.by_message(db, report.message_id) if report.message_id else None
