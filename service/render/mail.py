"""The issue as one message for one reader: RFC 5322, as ASCII, ready to be sent as it is.

    multipart/mixed
    ├── multipart/alternative
    │   ├── text/plain   the whole issue
    │   └── text/html    a digest: bottom line, changes, stories with one sentence each, what
    │                   else there is room for, coverage, the sources that these cite
    └── application/pdf  where there is one

Problem: the standard library decodes `=?utf-8?…?=` in a subject that it is given, line breaks
included, so that a headline could add a header (CVE-2024-6923); it also folds long display names
wrongly and puts encoded words inside addresses. Choice: a brief's headers are encoded here, and
`Policy` stores and writes them as they are; at the end the message is parsed back and must have
just the headers that were meant. Rejected: the standard policy with a cleaned subject, which leaves
the decoding in place.

Nothing is random: boundaries and the Message-ID are hashes, the date is the data cut-off. The same
issue for the same reader gives the same bytes, so that a message sent twice can be told to be one.
"""

import hashlib
import re
from email import message_from_bytes
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from service.errors import RenderError
from service.model import Brief
from service.render import phrases
from service.render.environment import fill

#: Used where none is given: a file that is read, and never sent.
SENDER = "brief@localhost"
NOBODY = "undisclosed-recipients:;"

#: A large mail provider cuts a message's HTML off at 102 KB; the footer must stay inside.
MAX_HTML_BYTES = 100_000

#: The sections of a digest that can be left out, as a reader knows them.
_NAMES = {
    "tracks": "By track",
    "quotes": "In their words",
    "timeline": "Timeline",
    "watch": "Watch list",
}

#: Line breaks and other controls: never in a header.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MAILBOX = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<inner>[^<>\s]+)>|(?P<bare>[^<>\s]+)")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
#: Written before the body parts, in this order.
HEADERS = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Precedence",
    "Content-Language",
)
_RAW = frozenset(name.lower() for name in HEADERS)


class Policy(EmailPolicy):
    """Headers of a brief are ASCII, encoded and folded already, and are written as they are."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if name.lower() not in _RAW:
            return super().header_store_parse(name, value)
        text = str(value)
        if not text.isascii() or _CONTROL.search(text.replace("\r\n ", " ")):
            raise ValueError(f"header {name} is not encoded")
        return name, text

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return value if name.lower() in _RAW else super().header_fetch_parse(name, value)

    def fold(self, name: str, value: Any) -> str:
        if name.lower() not in _RAW:
            return str(super().fold(name, value))
        return f"{name}: {value}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii")


POLICY = Policy(linesep="\r\n", raise_on_defect=True, cte_type="7bit", max_line_length=78)


def message(brief: Brief, *, sender: str = "", to: str = "", pdf: bytes | None = None) -> bytes:
    """Return the message as bytes with CRLF, all ASCII.

    sender, to: "name@example.org" or "A Name <name@example.org>"; a sender without a name has the
    brief's. Raises RenderError for an address that cannot be written in a header.
    """
    from_name, from_address = _address(sender or SENDER)
    from_header = _mailbox(from_name or brief.title, from_address)
    to_header = _mailbox(*_address(to)) if to else NOBODY
    seed = "\n".join(
        (brief.edition, str(brief.number), brief.cutoff.isoformat(), to, from_address)
    ).encode("utf-8", "replace")
    mark = hashlib.sha256(seed + (pdf or b"")).hexdigest()
    domain = from_address.rpartition("@")[2]

    made = EmailMessage(policy=POLICY)
    values = (
        from_header,
        to_header,
        _encoded("Subject", _subject(brief)),
        format_datetime(brief.cutoff),
        f"<{hashlib.sha256(seed).hexdigest()[:32]}@{domain}>",
        "auto-generated",
        "bulk",
        phrases.lang(brief.language),
    )
    # Content-Language comes last: making a multipart moves what begins with Content- into the part.
    headers = dict(zip(HEADERS, values, strict=True))
    for name in HEADERS[:-1]:
        made[name] = headers[name]
    made.set_content(fill("mail/mail.txt", "text", brief=brief, attached=pdf is not None))
    made.add_alternative(_digest(brief, attached=pdf is not None), subtype="html")
    made.set_boundary(f"=_{mark[:24]}")
    made.make_mixed(boundary=f"=_{mark[24:48]}")
    if pdf is not None:
        made.add_attachment(
            pdf, maintype="application", subtype="pdf", filename=f"{phrases.stem(brief)}.pdf"
        )
    made[HEADERS[-1]] = headers[HEADERS[-1]]
    data = made.as_bytes()
    _recheck(data)
    return data


def _subject(brief: Brief) -> str:
    day = phrases.day(brief.cutoff, brief.timezone)
    return _clean(f"{brief.title}, No. {brief.number}, {day}")


def _clean(text: str) -> str:
    """Return a text on one line, without controls and without halves of surrogate pairs."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(_CONTROL.sub(" ", whole).split())


def _encoded(name: str, text: str) -> str:
    """Return a header's value in ASCII and folded; a text that looks encoded is encoded again."""
    plain = text.isascii() and "=?" not in text
    value = Header(text, "us-ascii" if plain else "utf-8", header_name=name, maxlinelen=76)
    return value.encode(linesep="\r\n")


def _address(given: str) -> tuple[str, str]:
    """Return (name, address) with the domain in ASCII; raise RenderError for what is no address."""
    if _CONTROL.search(given):
        raise RenderError(f"{given!r} is not an address: it holds a line break or a control")
    # Not `parseaddr`: of two addresses it takes one and says nothing, and it reads encoded words.
    found = _MAILBOX.fullmatch(given.strip())
    local, _, domain = ((found["inner"] or found["bare"]) if found else "").rpartition("@")
    name = (found["name"] or "") if found else ""
    if name.startswith('"') and name.endswith('"'):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    address = f"{local}@{ascii_domain}"
    if not _ADDRESS.fullmatch(address):
        raise RenderError(
            f"{given!r} is not an address that every mail server takes: "
            "write it as name@example.org, in ASCII before the @"
        )
    return name, address


def _mailbox(name: str, address: str) -> str:
    """Return a mailbox; the address goes to a line of its own where both would be too long."""
    name = _clean(name)
    if not name:
        return address
    if name.isascii() and "=?" not in name and len(name) < 60:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        shown = f'"{escaped}"'
    else:
        shown = Header(name, "utf-8", maxlinelen=70).encode(linesep="\r\n")
    gap = " " if len(shown) + len(address) < 68 else "\r\n "
    return f"{shown}{gap}<{address}>"


def _digest(brief: Brief, *, attached: bool) -> str:
    """Return the HTML, with as many sections and then stories as fit under the limit once encoded.

    What comes last in the issue is left out first: the watch list, …, the tracks, then half of the
    top stories at a time. The bottom line and the changes always stay.
    """
    sections: tuple[str, ...] = phrases.SECTIONS
    shown = len(brief.stories)
    while True:
        omitted = [
            _NAMES[name]
            for name in phrases.SECTIONS
            if name not in sections and getattr(brief, name)
        ]
        text = fill(
            "mail/mail.html",
            "markup",
            brief=brief,
            shown=shown,
            sections=sections,
            omitted=omitted,
            attached=attached,
        )
        if len(text.encode("utf-8")) <= MAX_HTML_BYTES * 3 // 4 or not (sections or shown):
            return text
        if sections:
            sections = sections[:-1]
        else:
            shown = shown // 2


def _recheck(data: bytes) -> None:
    """Raise RenderError if the bytes do not parse back to the headers that were meant."""
    names = message_from_bytes(data).keys()
    if sorted(names) != sorted((*HEADERS, "MIME-Version", "Content-Type")):
        raise RenderError(
            f"the message was not made: its headers came out as {', '.join(names)}; "
            "the title or an address of the issue broke them"
        )
