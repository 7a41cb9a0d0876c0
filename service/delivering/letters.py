"""What goes out: one reader's bytes of a mailing that was frozen when the issue was published.

A mail is frozen with a mark for the reader's token (`service.delivery.mailing`); what a webhook or
a folder gets is the same for all.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from service.delivery import mailing, verp
from service.delivery.base import Envelope
from service.delivery.mailing import Mail, Personal
from service.errors import DeliveryError
from service.store import Store, deliveries
from service.store.deliveries import Mailing
from service.store.outbox import Claimed

#: What ends a name: brackets, line breaks and other controls, halves of characters.
_BREAKING = re.compile(r"[<>\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
#: Mailings that are kept taken apart; an issue has a few.
_KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every message of this desk has in common."""

    #: "A Name <brief@example.org>".
    sender: str
    #: A reader's token for the links of an edition.
    token: Callable[[str, str], str]
    #: Where one click leaves an edition, and where a mail does, of the reader's token.
    leave_url: Callable[[str], str] | None = None
    leave_mail: Callable[[str], str] | None = None
    #: The issue's address in the archive, of its id or of a mark for it.
    web_url: Callable[[int | str], str] | None = None
    #: Where bounces go: a mark of the message is added before its @. None: to the sender, unmarked.
    bounces: str | None = None
    #: Whether the mail server takes addresses of other scripts before the @.
    utf8: bool = False
    #: The most that attachments may take as sent; None: as the mail's own limit.
    max_attached_bytes: int | None = None
    #: Signs a whole mail; its date is given, so that it signs twice alike.
    sign: Callable[[bytes, datetime], bytes] | None = None

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def address(self) -> str:
        from service.render.mail import headers

        return headers.address(self.sender)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One reader's bytes, and what freezes them."""

    envelope: Envelope
    head: bytes
    sha256: str


def message_id(issue: int, recipient: str, domain: str) -> str:
    """Return the Message-ID of an issue for a recipient: always the same, and only theirs."""
    mark = hashlib.sha256(recipient.encode()).hexdigest()[:20]
    return f"<{issue}.{mark}@{domain}>"


def address_line(address: str, name: str | None, *, utf8: bool) -> str:
    """Return the value of To for one reader. Raises RenderError."""
    from service.render.mail import Letter as Shape
    from service.render.mail import headers

    # Length and letters are the header's matter; what would be read as more than a name is not.
    plain = " ".join(_BREAKING.sub(" ", name or "").split())
    return headers.to(Shape(to=f"{plain} <{address}>" if plain else address, smtputf8=utf8))


class Letters:
    """Builds the bytes of claimed rows; mailings are read once."""

    def __init__(self, desk: Desk, load: Callable[[int], Mailing]) -> None:
        """load: gives the mailing of an id."""
        self._desk, self._load, self._address = desk, load, desk.address
        self._mails: OrderedDict[int, tuple[Mail | bytes, str]] = OrderedDict()

    def build(self, row: Claimed) -> Letter:
        """Return a row's bytes: as they were first handed over, where they were.

        Raises DeliveryError where they cannot be made again, and RenderError for an address that
        cannot stand in a header.
        """
        frozen_, stem = self._mailing(row.mailing)
        if isinstance(frozen_, bytes):
            return self._made(row, stem, b"", frozen_, ending="")
        token = self._desk.token(row.recipient, row.edition)
        body = frozen_.body(token)
        head = row.head
        if head is None:
            head = frozen_.head(self._personal(row, token))
            if self._desk.sign is not None:
                signed = self._desk.sign(head + body, row.created)
                head = signed[: len(signed) - len(body)]
        return self._made(row, stem, head, body, ending=".eml")

    def _personal(self, row: Claimed, token: str) -> Personal:
        return Personal(
            headers={
                "To": address_line(row.address, row.name, utf8=self._desk.utf8),
                "Date": format_datetime(row.created.astimezone(UTC)),
                "Message-ID": row.message_id,
            },
            token=token,
        )

    def _made(self, row: Claimed, stem: str, head: bytes, body: bytes, *, ending: str) -> Letter:
        message = head + body
        digest = hashlib.sha256(message).hexdigest()
        if row.sha256 is not None and digest != row.sha256:
            raise DeliveryError(
                "what was handed over before cannot be made again to the byte, so nothing was "
                "sent: the key for links or the stored mail has changed",
                permanent=True,
            )
        envelope = Envelope(
            to=row.address,
            sender=self._sender(row) if row.channel == "mail" else "",
            name=f"{stem}{ending}",
            message=message,
        )
        return Letter(envelope=envelope, head=head, sha256=digest)

    def _sender(self, row: Claimed) -> str:
        """Return the envelope's sender, which names the message to who reads the bounces."""
        if self._desk.bounces is None:
            return self._address
        return verp.address(self._desk.bounces, row.id, row.recipient)

    def _mailing(self, ident: int) -> tuple[Mail | bytes, str]:
        if ident in self._mails:
            self._mails.move_to_end(ident)
            return self._mails[ident]
        found = self._load(ident)
        content = found.content
        made = mailing.Mail(content) if found.key.startswith("mail ") else content
        self._mails[ident] = made, found.stem
        if len(self._mails) > _KEPT:
            self._mails.popitem(last=False)
        return self._mails[ident]


def stored(store: Store) -> Callable[[int], Mailing]:
    """Return what reads a mailing of a store."""

    def load(ident: int) -> Mailing:
        with store.read() as db:
            return deliveries.get_mailing(db, ident)

    return load
