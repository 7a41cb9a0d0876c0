"""The headers of a message, in ASCII, folded, and just those that were meant.

Problem: the standard library decodes `=?utf-8?…?=` in a subject that it is given, line breaks
included, so that a headline could add a header (CVE-2024-6923); it folds long display names
wrongly, puts encoded words inside addresses, and makes encoded words of a long address in
List-Unsubscribe. Choice: each value is encoded here and written as it is; at the end the message is
parsed back and must have just the headers that were meant. Rejected: the standard policy with a
cleaned subject, which leaves the decoding in place; a policy of our own, which has to override
what the standard one calls private.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC
from email import message_from_bytes
from email.header import Header
from email.utils import format_datetime

from service.errors import RenderError
from service.model import Brief
from service.render import phrases
from service.render.mail.letter import NOBODY, Letter

#: Every message has these; those of a list stand before "Auto-Submitted".
ALWAYS = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Precedence",
    "Content-Language",
)
LIST = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post")

#: Line breaks and other controls: never in a header.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MAILBOX = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<inner>[^<>\s]+)>|(?P<bare>[^<>\s]+)")
_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+"
_HOST = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
_ADDRESS = re.compile(rf"{_LOCAL}@{_HOST}")
#: As above with other scripts before the @, which RFC 6532 allows where a server says SMTPUTF8.
_WIDE_ADDRESS = re.compile(rf"(?:{_LOCAL[:-1]}|[^\x00-\x9f\s\u2028\u2029\ud800-\udfff])+@{_HOST}")
#: Letters that the standard library's IDNA turns into others: ß is not ss in a name of today.
_DEVIATING = frozenset("ßẞς\u200c\u200d")
_MESSAGE_ID = re.compile(rf"<{_LOCAL}@{_HOST}>")
#: Of RFC 5321: the longest address, and the longest part before its @.
_MOST_ADDRESS, _MOST_LOCAL = 254, 64
#: Of RFC 5322: the longest line.
_MOST_LINE = 998


def written(pairs: Iterable[tuple[str, str]], *, utf8: bool = False) -> bytes:
    """Return headers as they go out; raise ValueError for a value that is not encoded.

    utf8: addresses may hold letters of other scripts, for a server that says SMTPUTF8.
    """
    lines = []
    for name, value in pairs:
        encoded = value.isascii() or (utf8 and name in ("To", "From"))
        if not encoded or _CONTROL.search(value.replace("\r\n ", " ")):
            raise ValueError(f"header {name} is not encoded")
        lines.append(f"{name}: {value}\r\n")
    return "".join(lines).encode("utf-8")


def values(brief: Brief, letter: Letter, subject: str) -> tuple[tuple[str, str], ...]:
    """Return names and values in the order in which they are written.

    subject: in words. Raises RenderError for an address or a link that cannot be written in a
    header.
    """
    from_name, from_address = address(letter.sender)
    made = {
        "From": mailbox(from_name or brief.title, from_address),
        "To": to(letter),
        "Subject": encoded("Subject", clean(subject)),
        "Date": format_datetime((letter.date or brief.cutoff).astimezone(UTC)),
        "Message-ID": _message_id(brief, letter, from_address.rpartition("@")[2]),
        **_list(brief, letter),
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "Content-Language": phrases.lang(brief.language),
    }
    for name, value in made.items():
        if max(len(line.encode()) for line in f"{name}: {value}".split("\r\n")) > _MOST_LINE:
            raise RenderError(f"the header {name} is longer than a line of a mail can be")
    return tuple(made.items())


def recheck(data: bytes, meant: Sequence[str]) -> None:
    """Raise RenderError if the bytes do not parse back to the headers that were meant."""
    # Without the body, which is megabytes; a header that ended the headers would show all the same.
    names = message_from_bytes(data[: data.find(b"\r\n\r\n") + 4]).keys()
    wanted = {"MIME-Version", "Content-Type", *meant}
    # A message of one part says how that part is encoded.
    if {*names} - {"Content-Transfer-Encoding"} == wanted and len({*names}) == len(names):
        return
    raise RenderError(
        f"the message was not made: its headers came out as {', '.join(names)}; "
        "the title or an address of the issue broke them"
    )


def reader(address_: str) -> str:
    """Return a short mark of a reader's address, from which the address cannot be read."""
    return hashlib.sha256(address_.lower().encode("utf-8", "replace")).hexdigest()[:16]


def list_id(edition: str, domain: str) -> str:
    """Return the List-Id of an edition, as RFC 2919 has it, without its angle brackets."""
    label = re.sub(r"[^a-z0-9]+", "-", edition.lower()).strip("-") or "brief"
    return f"{label}.{domain.encode('idna').decode('ascii').lower()}"


def address(given: str, *, wide: bool = False) -> tuple[str, str]:
    """Return (name, address) with the domain in ASCII; raise RenderError for what is no address.

    given: "name@example.org" or "A Name <name@example.org>", of one mailbox. wide: other scripts
    are allowed before the @.
    """
    if _CONTROL.search(given):
        raise RenderError(f"{given!r} is not an address: it holds a line break or a control")
    # Not `parseaddr`: of two addresses it takes one and says nothing, and it reads encoded words.
    found = _MAILBOX.fullmatch(given.strip())
    local, _, domain = ((found["inner"] or found["bare"]) if found else "").rpartition("@")
    name = (found["name"] or "") if found else ""
    if name.startswith('"') and name.endswith('"'):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    if not _DEVIATING.isdisjoint(domain):
        raise RenderError(
            f"{given!r} is not an address that is safe to send to: the letters of its domain have "
            "two readings; write the domain in its ASCII form, which begins with xn--"
        )
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    plain = f"{local}@{ascii_domain}"
    allowed = _WIDE_ADDRESS if wide else _ADDRESS
    if not allowed.fullmatch(plain) or ".." in plain or local[:1] == "." or local[-1:] == ".":
        raise RenderError(
            f"{given!r} is not an address that every mail server takes: "
            "write it as name@example.org, in ASCII before the @"
        )
    if len(plain.encode()) > _MOST_ADDRESS or len(local.encode()) > _MOST_LOCAL:
        raise RenderError(f"{given!r} is not an address: it is longer than mail servers take")
    return name, plain


def to(letter: Letter) -> str:
    """Return the value of To; raise RenderError for an address that cannot stand there."""
    if not letter.to:
        return NOBODY
    return mailbox(*address(letter.to, wide=letter.smtputf8))


def _message_id(brief: Brief, letter: Letter, domain: str) -> str:
    """Return the one that was given, or that of the issue and the reader: always the same."""
    if letter.message_id is not None:
        if not _MESSAGE_ID.fullmatch(letter.message_id):
            raise RenderError(
                f"{letter.message_id!r} is not a Message-ID: write it as <mark@example.org>"
            )
        return letter.message_id
    issue = f"{brief.edition}\n{brief.number}\n{brief.cutoff.isoformat()}"
    mark = hashlib.sha256(issue.encode("utf-8", "replace")).hexdigest()[:16]
    to = address(letter.to, wide=letter.smtputf8)[1] if letter.to else ""
    return f"<{mark}.{reader(to)}@{domain}>"


def _list(brief: Brief, letter: Letter) -> dict[str, str]:
    """Return the headers of a list, where the letter goes to one.

    The links are never encoded or broken: a program takes them as they stand (RFC 2369). One click
    needs HTTPS (RFC 8058).
    """
    made = {}
    if letter.list_id:
        if not re.fullmatch(rf"{_LOCAL}(\.{_LOCAL})+", letter.list_id):
            raise RenderError(f"{letter.list_id!r} is not a List-Id: write it as daily.example.org")
        # Its name in ASCII, or none: an encoded one is shown as it stands by many programs.
        title = clean(brief.title).replace("–", "-")
        plain = re.fullmatch(r"[A-Za-z0-9 .,&'-]{1,60}", title)
        made["List-Id"] = f'"{title}" <{letter.list_id}>' if plain else f"<{letter.list_id}>"
    links = []
    if letter.unsubscribe_url is not None:
        links.append(_link(letter.unsubscribe_url, r"https?://[^\s/]+/.*"))
    if letter.unsubscribe_mailto is not None:
        links.append(_link(letter.unsubscribe_mailto, rf"mailto:{_LOCAL}@{_HOST}(\?.*)?"))
    if links:
        made["List-Unsubscribe"] = ",\r\n ".join(links)
    if (letter.unsubscribe_url or "").startswith("https://"):
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return made


def _link(given: str, form: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]+", given) or re.search(r"[<>,\"]", given):
        raise RenderError(
            f"{given!r} cannot stand in List-Unsubscribe: encode what is not plain ASCII in it"
        )
    if not re.fullmatch(form, given):
        raise RenderError(
            f"{given!r} is no link to unsubscribe by: write https://… or mailto:name@example.org"
        )
    return f"<{given}>"


def clean(text: str) -> str:
    """Return a text on one line, without controls and without halves of surrogate pairs."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(_CONTROL.sub(" ", whole).split())


def encoded(name: str, text: str) -> str:
    """Return a header's value in ASCII and folded; a text that looks encoded is encoded again.

    So is one with a word that is longer than a line: only an encoded word can be broken.
    """
    plain = text.isascii() and "=?" not in text and max(map(len, text.split()), default=0) < 60
    value = Header(text, "us-ascii" if plain else "utf-8", header_name=name, maxlinelen=76)
    return value.encode(linesep="\r\n")


def mailbox(name: str, address_: str) -> str:
    """Return a mailbox; the address goes to a line of its own where both would be too long."""
    name = clean(name)
    if not name:
        return address_
    if name.isascii() and "=?" not in name and len(name) < 60:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        shown = f'"{escaped}"'
    else:
        shown = Header(name, "utf-8", maxlinelen=70).encode(linesep="\r\n")
    gap = " " if len(shown) + len(address_) < 68 else "\r\n "
    return f"{shown}{gap}<{address_}>"
