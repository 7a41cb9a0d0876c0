"""A short message of ours that is no issue: plain text to one mailbox."""

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime

from service.render.mail import headers, parts


def note(
    *, sender: str, name: str, to: str, subject: str, text: str, at: datetime, language: str = "en"
) -> bytes:
    """Return the message as bytes with CRLF, with just the headers that it should have.

    sender, to: "name@example.org" or "A Name <name@example.org>". name: of the sender, where it has
    none. The same arguments give the same bytes. Raises RenderError for an address that no mail
    can carry.
    """
    own, address = headers.address(sender)
    _, mailbox = headers.address(to, wide=True)
    moment = at.astimezone(UTC)
    mark = hashlib.sha256(f"{mailbox}\n{moment.isoformat()}\n{subject}\n{text}".encode())
    meant = (
        ("From", headers.mailbox(own or name, address)),
        ("To", mailbox),
        ("Subject", headers.encoded("Subject", headers.clean(subject))),
        ("Date", format_datetime(moment)),
        ("Message-ID", f"<{mark.hexdigest()[:24]}@{address.rpartition('@')[2]}>"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", language),
    )
    data = headers.written((*meant, ("MIME-Version", "1.0")), utf8=not mailbox.isascii())
    data += parts.text(text, "plain")
    headers.recheck(data, [one for one, _ in meant])
    return data
