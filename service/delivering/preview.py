"""The bytes that would go out, and nothing that goes out."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from service.delivering.enqueue import enqueue
from service.delivering.letters import Letter, Letters
from service.delivering.mailings import Mailings
from service.store import Store, deliveries, outbox
from service.store.recipients import Recipient

if TYPE_CHECKING:
    from sqlalchemy import Connection


class _Undo(Exception):
    """Ends the transaction without a trace."""


def preview(
    store: Store,
    issue: int,
    choose: "Callable[[Connection], Sequence[Recipient]]",
    mailings: Mailings,
    take: Callable[[str, Letter], None],
    *,
    now: datetime,
) -> int:
    """Give `take` each reader's Message-ID and letter, as they would go out; return how many.

    It is done as a delivery is, rows and all, and then undone: what is shown cannot differ from
    what would be sent. A reader who has had the issue already is left out.
    """
    count = 0
    try:
        with store.write() as db:
            day = timedelta(days=1)
            enqueue(db, issue, choose(db), mailings, now=now, expires=now + day)
            letters = Letters(mailings.desk, partial(deliveries.get_mailing, db))
            while rows := outbox.claim(
                db, "preview", now=now, until=now + day, limit=100, resend=False, only=issue
            ):
                for row in rows:
                    take(row.message_id, letters.build(row))
                count += len(rows)
            raise _Undo
    except _Undo:
        return count
