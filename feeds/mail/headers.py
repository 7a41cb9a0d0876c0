"""The header lines of a mail, decoded; nothing here raises, whatever they hold."""

import re
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr

from feeds.decode import decode
from feeds.normal import line
from service.errors import ParseError

_ANSWER = re.compile(
    r"(?i)^(?:\s*(?:re|aw|fwd?|wg|tr|ответ|пересл|回复|答复|转发|轉寄)(?:\[\d+\])?\s*[:：])+\s*"
)


def header(message: Message, name: str) -> str:
    """Return a header's text as one line, decoded; "" where it is missing. Never raises."""
    found = next((v for k, v in message.raw_items() if k.lower() == name.lower()), None)
    return words(str(found)) if found is not None else ""


def words(raw: str) -> str:
    """Return a raw header value with its encoded words and bytes decoded, as one line."""
    try:
        parts = decode_header(raw)
    except (MessageError, ValueError, LookupError, TypeError):
        parts = [(raw, None)]
    text = ""
    for part, charset in parts:
        if isinstance(part, bytes):
            text += _decoded(part, charset)
        elif any("\ud800" <= c <= "\udfff" for c in part):
            # Bytes that were never encoded as the standard asks.
            text += _decoded(part.encode("ascii", "surrogateescape"), charset)
        else:
            text += part
    return line(text)


def _decoded(data: bytes, charset: str | None) -> str:
    try:
        return decode(data, declared=charset)
    except ParseError:
        return data.decode("utf-8", "replace")


def subject(text: str) -> str | None:
    """Return a subject without "Re:" and "Fwd:", or None if nothing else is in it."""
    return _ANSWER.sub("", text).strip()[:500] or None


def sender(text: str) -> str | None:
    """Return the display name of a sender, or the host of the address."""
    name, mailbox = parseaddr(text)
    if not mailbox and (quoted := re.search(r"<([^<>\s]{1,200}@[^<>\s]{1,200})>", text)):
        # Newer Pythons give up on a display name that is an address itself; many senders have one.
        mailbox = quoted[1]
    name = line(name).strip("\"' ")
    host = mailbox.rpartition("@")[2].lower().strip(".")
    if name and "@" not in name and any(c.isalpha() for c in name):
        return name[:200]
    return host if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", host) else None
