"""What a message is beside the issue: from whom, to whom, how long, with what attached."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service.model import Artifact
from service.model.article import utc

#: "digest": about 600 words; "full": every section; "text": no HTML at all.
Kind = Literal["digest", "full", "text"]

#: Used where none is given: a file that is read, and never sent.
SENDER = "brief@localhost"
NOBODY = "undisclosed-recipients:;"

#: Large providers refuse a message of 25 MB, and a third is added by its encoding: the most that
#: attachments may take, in bytes as sent.
MAX_ATTACHED_BYTES = 15_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message for one reader."""

    #: "name@example.org" or "A Name <name@example.org>"; without a name it has the brief's title.
    sender: str = SENDER
    #: One mailbox, as above; "" for a message that is read as a file.
    to: str = ""
    kind: Kind = "digest"
    attachments: tuple[Artifact, ...] = ()
    #: "<mark@example.org>"; None: made of the issue and the reader, always the same.
    message_id: str | None = None
    #: None: the data cut-off.
    date: datetime | None = None
    #: "daily.example.org": see `list_id`.
    list_id: str | None = None
    #: Where one click leaves the list, and where a mail does: "mailto:leave@example.org?subject=…".
    unsubscribe_url: str | None = None
    unsubscribe_mailto: str | None = None
    #: The issue in the archive, where there is one.
    web_url: str | None = None
    #: Of the interface words; None: the brief's.
    language: str | None = None
    #: Whether the server takes addresses that are not ASCII before the @.
    smtputf8: bool = False
    max_attached_bytes: int = MAX_ATTACHED_BYTES

    def __post_init__(self) -> None:
        if self.date is not None:
            object.__setattr__(self, "date", utc(self.date))

    @property
    def leave(self) -> str | None:
        """The link that the foot of the message shows."""
        return self.unsubscribe_url or self.unsubscribe_mailto
