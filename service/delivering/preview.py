"""The bytes that would go out, and nothing that goes out."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from service.delivering.enqueue import enqueue
from service.delivering.letters import Letter, Letters
from service.delivering.mailings import Mailings
from service.store import deliveries, outbox
from service.store.recipients import Recipient

if TYPE_CHECKING:
    from sqlalchemy import Connection


def preview(
    db: "Connection",
    issue: int,
    readers: Sequence[Recipient],
    mailings: Mailings,
    take: Callable[[str, Letter], None],
    *,
    now: datetime,
) -> int:
    """Give `take` each reader's Message-ID and letter, as they would go out; return how many.

    It is done as a delivery is, rows and all: what is shown cannot differ from what would be sent.
    The transaction is one that is not kept. A reader who has had the issue already is left out.
    """
    day = timedelta(days=1)
    enqueue(db, issue, readers, mailings, now=now, expires=now + day)
    letters = Letters(mailings.desk, partial(deliveries.get_mailing, db))
    count = 0
    while rows := outbox.claim(
        db, "preview", now=now, until=now + day, limit=100, resend=False, only=issue
    ):
        for row in rows:
            take(row.message_id, letters.build(row))
        count += len(rows)
    return count
