"""The rows of an issue, written with the issue or not at all."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from service.delivering.letters import message_id
from service.delivering.mailings import Mailings
from service.store import deliveries, notices
from service.store.deliveries import New
from service.store.recipients import Recipient

if TYPE_CHECKING:
    from sqlalchemy import Connection


def enqueue(
    db: "Connection",
    issue: int,
    readers: Sequence[Recipient],
    mailings: Mailings,
    *,
    now: datetime,
    expires: datetime,
) -> int:
    """Write one row for each reader, and the mailings that they share; return how many are new.

    For `also` of `pipeline.publish`, in the transaction of the issue. mailings: prepared before it,
    so that it is short. Raises RenderError for a mail that cannot be made, and then nothing is
    written, the issue included.
    """
    idents: dict[str, int] = {}
    rows = []
    for reader in readers:
        name = mailings.name(reader)
        if name not in idents:
            idents[name] = deliveries.add_mailing(db, issue, name, mailings.content(reader, issue))
        rows.append(
            New(
                recipient=reader.id,
                mailing=idents[name],
                message_id=message_id(issue, reader.id, mailings.desk.domain),
            )
        )
    for text in mailings.problems:
        notices.tell(db, f"templates:{mailings.edition}", text, now=now)
    return deliveries.add(db, issue, mailings.edition, rows, now=now, expires=expires)
