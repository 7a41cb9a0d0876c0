"""The parts of a mail: which of them are its text, decoded, and which are beside it."""

import re
from dataclasses import dataclass, field
from email.message import Message

from feeds.decode import decode
from feeds.mail.plain import unflowed
from feeds.normal import line
from service.errors import ParseError

#: Parts within parts; real mails have five at most.
_DEPTH = 12
#: Encodings in seven bits, which would pass for UTF-8.
_SEVEN_BITS = re.compile(r"(?i)hz|hz-gb-2312|iso-2022-(?:jp|kr|cn)(?:-\d|-ext)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One text of a mail, in one form."""

    is_html: bool
    text: str


@dataclass(slots=True, kw_only=True)
class Parts:
    """What a message is made of."""

    #: Each text that is shown, in order, in all its forms: HTML first.
    bodies: list[tuple[Body, ...]] = field(default_factory=list)
    attachments: int = 0
    #: Messages that are attached whole.
    inner: list[Message] = field(default_factory=list)
    #: Why a body could not be decoded.
    faults: list[str] = field(default_factory=list)


def collect(message: Message) -> Parts:
    """Return the parts of a message, told apart."""
    parts = Parts()
    _collect(message, parts, depth=0)
    return parts


def _collect(message: Message, parts: Parts, *, depth: int) -> None:
    kind = message.get_content_type()
    if depth > _DEPTH:
        parts.faults.append(f"its parts are nested more than {_DEPTH} deep")
    elif kind == "message/rfc822" and message.is_multipart():
        parts.inner += _children(message)[:1]
    elif kind == "multipart/alternative" and message.is_multipart():
        inside = Parts()
        for child in _children(message):
            _collect(child, inside, depth=depth + 1)
        choice = [body for bodies in inside.bodies for body in bodies]
        if choice:
            parts.bodies.append(tuple(sorted(choice, key=lambda body: not body.is_html)))
        parts.attachments += inside.attachments
        parts.inner += inside.inner
        parts.faults += inside.faults
    elif message.is_multipart():
        for child in _children(message):
            _collect(child, parts, depth=depth + 1)
    elif kind not in ("text/plain", "text/html") or _is_attached(message):
        parts.attachments += 1
    else:
        _take(message, parts, is_html=kind == "text/html")


def _children(message: Message) -> list[Message]:
    payload = message.get_payload()
    return (
        [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []
    )


def _is_attached(message: Message) -> bool:
    return (message.get_content_disposition() or "") == "attachment"


def _take(message: Message, parts: Parts, *, is_html: bool) -> None:
    payload = message.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if not data.strip():
        return
    try:
        charset = message.get_content_charset()
        if charset and _SEVEN_BITS.fullmatch(charset):
            text = data.decode(charset)
        else:
            text = decode(data, declared=charset)
    except (ParseError, UnicodeError, LookupError) as exc:
        parts.faults.append(line(str(exc))[:160])
        return
    if not is_html:
        flowed = str(message.get_param("format") or "").lower() == "flowed"
        text = unflowed(text, str(message.get_param("delsp") or "")) if flowed else text
    parts.bodies.append((Body(is_html=is_html, text=text),))
