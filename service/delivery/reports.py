"""What came back to the desk, read from one message: bounces, complaints, wishes to leave. Pure.

    multipart/report, delivery-status    what became of a message (RFC 3464)
    multipart/report, feedback-report    a reader pressed "spam" (ARF, RFC 5965)
    text of a mail server                an old server's words; believed where they are clear
    "leave" and a token in the subject   List-Unsubscribe by mail

Everything else is no report: answers of people on holiday (RFC 3834), receipts, letters. Anybody
can write to the mailbox. So nothing is believed of a report but that it is one: whose it is, a
signed mark in its address must say (`verp`), or the Message-ID of a mail that only its reader has
seen. What is read of a message is bounded: bytes, parts, blocks; and what cannot be read is no
report, never an error. The standard library parses; its parser asks each open part of each line
whether it ends there, so that a mail of many parts inside each other is not given to it.

Where a server reports on several addresses (one of ours was passed on to several), the mildest
report counts: a reader who gets the brief somewhere is not to be lost.
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import Literal

from service.delivery import verp
from service.delivery.replies import one_line

#: hard: there is no such mailbox. soft: it may take mail again. complaint: the reader called it
#: spam. policy: we are refused, whoever the message is for. other: nothing follows from it.
Kind = Literal["hard", "soft", "complaint", "policy", "other"]

#: Bytes that are looked at: a report stands before the message that it returns.
MAX_BYTES = 256_000
_MOST_PARTS, _MOST_BLOCKS = 25, 50
_BOUNDARY = re.compile(rb"(?i)boundary[\s*0-9]*=")

#: Headers in which a mail server writes to whom a message came.
_TO = (
    *("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To"),
    *("Original-Recipient", "Original-Mail-From", "Return-Path"),
)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
#: A code and an enhanced one, as mail servers write them behind each other.
_SPOKEN = re.compile(r"(?<![\d.])([45]\d\d)[ -]#?([45]\.\d{1,3}\.\d{1,3})\b")
#: A code alone, of those that are about a mailbox.
_BARE = re.compile(r"(?<![\d.])55[013](?![\d.])(?! ?#?5\.\d)")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,250}>")
#: Ours, in a text: the number of an issue and a hash (`service.delivering.letters.message_id`).
_OURS = re.compile(r"<\d{1,12}\.[0-9a-f]{20}@[!-;=?-~]{1,255}>")
_LEAVE = re.compile(r"(?i)\bleave\s+([A-Za-z0-9_.-]{10,600})\s*$")
_SERVER = re.compile(r"(?i)\b(mailer-daemon|postmaster|mail\.?delivery|mailerdaemon)\b")
_MILDEST: tuple[Kind, ...] = ("other", "policy", "soft", "hard")
#: What the standard library raises for parts that are not what they say.
_UNREADABLE = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a message says became of one of ours."""

    kind: Kind
    #: Whether the message it is about was not delivered: a complaint is about one that was.
    failed: bool
    #: "5.1.1".
    status: str | None = None
    #: Whom it was for, as the other server says; not to be believed.
    address: str | None = None
    #: Of our message.
    message_id: str | None = None
    #: From the envelope's sender of our message.
    mark: verp.Mark | None = None
    #: What the other server said, on one line.
    text: str = ""


def read(data: bytes, mailbox: str | None) -> Report | None:
    """Return the report that a message is; None: it is none.

    mailbox: where bounces go, if readers' marks are added to it. Raises nothing, whatever the bytes
    are.
    """
    message = _parsed(data)
    if message is None:
        return None
    try:
        return _read(message, mailbox)
    except _UNREADABLE:
        return None


def leaving(data: bytes) -> str | None:
    """Return the token of a reader who leaves by mail; None: the message is about something else.

    The token is not checked.
    """
    message = _parsed(data)
    found = _LEAVE.search(_decoded(_field(message, "Subject")))
    return found[1] if found else None


def ident(data: bytes) -> str | None:
    """Return the Message-ID of a message."""
    message = _parsed(data)
    found = _MESSAGE_ID.search(_field(message, "Message-ID")) if message is not None else None
    return found[0] if found else None


def _parsed(data: bytes) -> Message | None:
    head = data[:MAX_BYTES]
    if len(_BOUNDARY.findall(head)) > _MOST_PARTS:
        # Its header can still be read.
        head = head[: head.find(b"\n\n") + 1 or head.find(b"\r\n\r\n") + 2]
    try:
        return message_from_bytes(head, policy=policy.compat32)
    except _UNREADABLE:
        return None


def _read(message: Message, mailbox: str | None) -> Report | None:
    parts = list(message.walk())
    for part in parts:
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            return _delivery(_blocks(part), message, parts, mailbox)
        if kind == "message/feedback-report":
            return _complaint(_blocks(part), message, parts, mailbox)
        if kind == "message/disposition-notification":
            return None
    return _spoken(message, parts, mailbox)


def _delivery(
    blocks: list[Mapping[str, str]], message: Message, parts: list[Message], mailbox: str | None
) -> Report | None:
    """Return what a delivery-status says: its first block is of the message, each other of one."""
    recipients = [block for block in blocks if "action" in block or "status" in block]
    if not recipients:
        return None
    judged = [(_judged(block), block) for block in recipients]
    kind, block = min(judged, key=lambda pair: _MILDEST.index(pair[0]))
    said = block.get("diagnostic-code", "").partition(";")
    status = _status(block)
    return Report(
        kind=kind,
        failed=all(b.get("action", "failed").lower() == "failed" for b in recipients),
        status=status,
        address=_typed(block.get("final-recipient") or block.get("original-recipient")),
        message_id=_returned(parts[1:]),
        mark=_mark(message, parts, mailbox),
        text=one_line(said[2] or said[0] or block.get("status", "")),
    )


def _judged(block: Mapping[str, str]) -> Kind:
    if block.get("action", "failed").strip().lower() != "failed":
        # Delayed, relayed, expanded or delivered: nothing is lost.
        return "other"
    kind = _kind(_status(block))
    if kind == "other" and _BARE.search(block.get("diagnostic-code", "")):
        # An old server that has no better words for an unknown mailbox, nor for much else.
        return "soft"
    return kind


def _status(block: Mapping[str, str]) -> str | None:
    """Return the most exact code of a block: what the last server said, or what the reporter did.

    "5.0.0" says no more than that it failed; the answer behind it often does.
    """
    given = _STATUS.search(block.get("status", ""))
    said = _SPOKEN.search(block.get("diagnostic-code", ""))
    if given is None or (given[0].endswith(".0.0") and said is not None):
        return said[2] if said else None
    return given[0]


def _kind(status: str | None) -> Kind:
    """Return what a code of RFC 3463 means for a recipient whom a message did not reach."""
    if status is None:
        return "other"
    grade, subject, detail = (int(part) for part in status.split("."))
    if subject == 7 or (subject == 1 and detail in (7, 8)):
        # 5.1.7 and 5.1.8 are about the sender's address.
        return "policy"
    if grade == 4 or (subject, detail) == (2, 2):
        # Given up after many tries, or a mailbox that may be emptied.
        return "soft"
    if grade != 5:
        return "other"
    if subject == 1 or (subject, detail) == (2, 1):
        return "hard"
    # 5.2.3, 5.3.4, 5.6: this message is at fault; 5.3 to 5.5: the way or the server.
    return "soft" if subject in (2, 3, 4) and (subject, detail) not in ((2, 3), (3, 4)) else "other"


def _complaint(
    blocks: list[Mapping[str, str]], message: Message, parts: list[Message], mailbox: str | None
) -> Report | None:
    fields = {name: value for block in blocks for name, value in block.items()}
    kind = fields.get("feedback-type", "").strip().lower()
    if not kind:
        return None
    mark = verp.find(fields.get("original-mail-from", ""), mailbox) if mailbox else None
    return Report(
        # "not-spam" takes one back; "auth-failure" is DMARC's.
        kind="complaint" if kind in ("abuse", "fraud", "other", "opt-out") else "other",
        failed=False,
        address=_typed(fields.get("original-rcpt-to")),
        message_id=_returned(parts[1:]),
        mark=mark or _mark(message, parts, mailbox),
        text=one_line(f"{kind}: {fields.get('user-agent', '')}"),
    )


def _spoken(message: Message, parts: list[Message], mailbox: str | None) -> Report | None:
    """Return what a mail server says in words; None for what is not from one."""
    failed = _field(message, "X-Failed-Recipients")
    if not failed and not _SERVER.search(_field(message, "From")):
        return None
    text = next((_text(p) for p in parts if p.get_content_maintype() == "text"), "")
    codes = {found[2] for found in _SPOKEN.finditer(text)}
    # Of words we believe only what is said once, about a message that the address itself names.
    mark = _mark(message, parts[:1], mailbox)
    status = next(iter(codes)) if len(codes) == 1 and mark is not None else None
    ours = _OURS.search(text)
    found = _SPOKEN.search(text)
    return Report(
        kind=_kind(status),
        failed=status is not None and status.startswith("5"),
        status=status,
        address=one_line(failed)[:254] or None,
        message_id=_returned(parts[1:]) or (ours[0] if ours else None),
        mark=mark,
        text=one_line(text[found.start() :] if found else text)[:300].strip(),
    )


def _mark(message: Message, parts: list[Message], mailbox: str | None) -> verp.Mark | None:
    """Return the mark in the address that the report came to, or in the mail that came back."""
    if mailbox is None:
        return None
    for part in (message, *parts[1:]):
        for name in _TO:
            for value in part.get_all(name, ()):
                if (mark := verp.find(str(value), mailbox)) is not None:
                    return mark
    return None


def _returned(parts: list[Message]) -> str | None:
    """Return the Message-ID of the mail that came back, whole or its header alone."""
    for part in parts:
        if part.get_content_type() in ("text/rfc822-headers", "message/global-headers"):
            fields = next(_fields(_text(part)), {})
            found = _MESSAGE_ID.search(fields.get("message-id", ""))
        else:
            found = _MESSAGE_ID.search(_field(part, "Message-ID"))
        if found:
            return found[0]
    return None


def _blocks(part: Message) -> list[Mapping[str, str]]:
    """Return the blocks of a machine's part of a report, names in small letters."""
    payload = part.get_payload()
    if isinstance(payload, str):
        return [block for block in _fields(_text(part)) if block][:_MOST_BLOCKS]
    made: list[Mapping[str, str]] = []
    # The library has read each block as a message; what stands behind one is read here.
    for message in payload if isinstance(payload, list) else ():
        if not isinstance(message, Message) or len(made) > _MOST_BLOCKS:
            continue
        made.append({name.lower(): _unfolded(str(value)) for name, value in message.items()})
        rest = message.get_payload()
        if isinstance(rest, str):
            how = str(part.get("Content-Transfer-Encoding", ""))
            made += _fields(_plain(rest, how))
    return [block for block in made if block][:_MOST_BLOCKS]


def _plain(text: str, how: str) -> str:
    if how.strip().lower() != "base64":
        return text
    try:
        return binascii.a2b_base64(text.encode("ascii", "ignore")).decode("utf-8", "replace")
    except binascii.Error:
        return ""


def _fields(text: str) -> Iterator[Mapping[str, str]]:
    """Yield the blocks of "Name: value" of a text, which empty lines divide."""
    for block in re.split(r"\r?\n[ \t]*\r?\n", text)[:_MOST_BLOCKS]:
        lines = re.sub(r"\r?\n[ \t]+", " ", block).splitlines()
        pairs = (line.partition(":") for line in lines)
        yield {name.strip().lower(): value.strip() for name, mark, value in pairs if mark}


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""


def _field(message: Message | None, name: str) -> str:
    try:
        return _unfolded(str(message.get(name, ""))) if message is not None else ""
    except _UNREADABLE:
        return ""


def _decoded(subject: str) -> str:
    """Return a subject in words: a token is longer than a line, and may have been encoded."""
    try:
        return str(make_header(decode_header(subject)))
    except _UNREADABLE:
        return subject


def _unfolded(value: str) -> str:
    return re.sub(r"\s*\r?\n\s*", " ", value).strip()


def _typed(value: str | None) -> str | None:
    """Return the address of "rfc822; a@b.example"."""
    given = one_line((value or "").rpartition(";")[2]).strip("<>")
    return given[:254] or None
