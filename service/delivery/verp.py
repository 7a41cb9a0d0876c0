"""The envelope's sender of a message: it names the message to whoever reads what comes back.

    bounce+1042.k7q2m4tz6yb3w5xa@example.org

Problem: a report of a mail server often names neither the address that we wrote to (it was
forwarded) nor our Message-ID; and whoever can write to the mailbox for bounces could end any
recipient by an invented report. Choice: the address of VERP, with the delivery's number and a
signature of it. The key is the recipient's own random id, which stands in the store: no key is to
be kept or to be lost, and who sees one reader's mail can sign for that reader only, whom a link in
that mail unsubscribes anyway. Eighty bits, in letters and digits that survive a server that makes
all letters small, or capital; the whole part before the @ has fewer than 64 characters. Rejected:
the recipient's address in it, as VERP had it first: it is shown to every server on the way.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

#: The longest part before an @ (RFC 5321, 4.5.3.1.1), and what a mark takes of it: "+", a number
#: of 10 digits, "." and the signature.
_MOST_LOCAL, _DIGITS, _SIGNED = 64, 10, 16
LONGEST_LOCAL = _MOST_LOCAL - len("+.") - _DIGITS - _SIGNED
#: No delivery has a higher number, and not every database can be asked for one.
_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an address says: which delivery, and its signature, unchecked."""

    delivery: int
    signature: str


def address(mailbox: str, delivery: int, secret: str) -> str:
    """Return the sender of a delivery's envelope.

    mailbox: where bounces go. secret: the recipient's id in the store.
    """
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{delivery}.{_signature(delivery, secret)}@{domain}"


def find(text: str, mailbox: str) -> Mark | None:
    """Return the first mark in a text that is an address of this mailbox, or holds one."""
    local, _, domain = mailbox.rpartition("@")
    shape = rf"{re.escape(local)}\+(\d{{1,{_DIGITS}}})\.([a-z2-7]{{{_SIGNED}}})@{re.escape(domain)}"
    found = re.search(shape, text, re.IGNORECASE | re.ASCII)
    if found is None or int(found[1]) > _MOST:
        return None
    return Mark(delivery=int(found[1]), signature=found[2].lower())


def ours(mark: Mark, secret: str) -> bool:
    """Whether the signature is that of this recipient's delivery."""
    return hmac.compare_digest(mark.signature, _signature(mark.delivery, secret))


def _signature(delivery: int, secret: str) -> str:
    made = hmac.digest(secret.encode(), f"bounce {delivery}".encode(), hashlib.sha256)
    return base64.b32encode(made).decode("ascii").lower()[:_SIGNED]
