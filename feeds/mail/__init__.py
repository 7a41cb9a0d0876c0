"""Saved mails (.eml): the newsletter in them, from its HTML, or else from its plain text.

    headers.py   header lines, decoded
    parts.py     which parts are the text
    markup.py    HTML bodies
    plain.py     plain bodies, quotations, what was passed on

Messages are parsed with the standard library's `compat32` policy. The newer policies parse the
structure of a header whenever it is looked at, and raise on odd ones even inside the parser
(`Content-Type: ;` gave an IndexError on Python 3.11.7). Headers are decoded here: encoded words of
one character set that follow each other are joined before they are decoded, because many programs
cut them in the middle of a character.

What is left out: attachments, what is hidden from the reader, layout tables (their text stays),
answers' quoted history, signatures, and the lines that only a mail has ("View in browser"). Where
hardly anything but a quotation is there, the quotation is the article, and somebody passed it on:
then the title, the date and the outlet are those of the header lines that were quoted with it.
"""

import logging
import re
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message

from feeds.dates import moment
from feeds.mail.headers import header, sender, subject
from feeds.mail.parts import Body, collect
from feeds.mail.plain import passed_on, text_of
from feeds.metadata import Facts, address
from feeds.normal import line, paragraphs
from service.errors import ExtractError, ParseError

log = logging.getLogger(__name__)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Messages attached to messages that are looked into.
_WITHIN = 3
_LINK = re.compile(r"(?i)[<(\[]?https?://\S+[>)\]]?")
#: Whole paragraphs that only mails have; none longer than this is compared.
_LONGEST = 300
#: What stands between the links of a row, and the longest link.
_BETWEEN = re.compile(r"\s*[|·•]\s*")
_BUTTON = 40
_FURNITURE = re.compile(
    r"(?i)(?:"
    r"(?:view|read|open|see) (?:this )?(?:e-?mail|message|newsletter|it|issue)?\s*(?:in|on) "
    r"(?:your |a |the )?(?:web )?(?:browser|web|app)|view online"
    r"|(?:having )?trouble (?:viewing|reading) this.*"
    r"|(?:click here to )?unsubscribe(?: here| instantly| from (?:this|these|our) .{1,60})?"
    r"|(?:manage|update) (?:your )?(?:e-?mail )?(?:preferences|subscriptions?)"
    r"|you(?:['’]re| are| have)? (?:receiv(?:ing|ed)|got) this (?:e-?mail|message|newsletter)\b.*"
    r"|this (?:e-?mail|message|newsletter) was sent (?:to|by)\b.*(?:@|\byou\b|subscri).*"
    r"|(?:if you )?(?:don['’]t want|no longer (?:want|wish)) (?:to receive )?(?:these|this|our)\b.*"
    r"|opt[- ]out|privacy (?:policy|notice)|add us to your address book"
    r"|forward(?: this| to a friend)?(?: e-?mail)?"
    r"|(?:was this|forwarded this) (?:e-?mail|message|newsletter)\b.{0,40}\?.*"
    r"|sent from my \w+(?: \w+)?|отправлено с (?:моего )?(?:iphone|ipad|android).{0,30}"
    r"|(?:открыть|посмотреть|смотреть|читать) (?:письмо |рассылку )?(?:в|на) (?:браузере|сайте)"
    r"|отписаться(?: от (?:этой )?рассылки)?|вы получили это письмо.*"
    r"|если вы (?:больше )?не хотите получать.*"
    r"|在浏览器中(?:查看|打开|阅读).{0,10}|退订.{0,12}|取消订阅|您收到(?:这|此)封邮件.*"
    r")[.。!»→> ]*"
)


def read(data: bytes, now: datetime) -> tuple[Facts, str]:
    """Return what a saved mail declares and its normalised text.

    now: bounds the dates that are believed. Raises ParseError for what is no mail, ExtractError
    for one without a text.
    """
    if data.startswith(_OLE):
        raise ParseError("is not a mail that was saved as text; save it as .eml")
    try:
        message = message_from_bytes(data.removeprefix(b"\xef\xbb\xbf").lstrip())
    except (MessageError, RecursionError, ValueError, LookupError, TypeError) as exc:
        raise ParseError(f"is not a mail that can be read: {line(str(exc))[:120]}") from exc
    known = {name.lower() for name in message.keys()}  # noqa: SIM118 - a Message is no mapping
    if not known & {"from", "subject", "date", "content-type", "message-id"}:
        raise ParseError("is not a saved mail: it has no header lines")
    return _read(message, now, depth=0)


def _read(message: Message, now: datetime, *, depth: int) -> tuple[Facts, str]:
    facts = _facts(message, now=now)
    parts = collect(message)
    texts: list[str] = []
    for body in parts.bodies:
        try:
            more, text = _body(body, now)
        except ExtractError:
            continue
        facts = facts.over(more)
        texts.append(text)
    if parts.attachments:
        log.info("attachments of a mail ignored count=%d", parts.attachments)
    text = "\n\n".join(texts)
    if text:
        return passed_on(facts, text, now=now)
    if parts.inner and depth < _WITHIN:
        inner, text = _read(parts.inner[0], now, depth=depth + 1)
        return inner.over(facts), text
    count = parts.attachments + len(parts.inner)
    only = f", only {count} attachment{'s' if count > 1 else ''}" if count else ""
    why = f": {parts.faults[0]}" if parts.faults else ""
    raise ExtractError(f"is a mail without a text that can be read{only}{why}")


def _facts(message: Message, *, now: datetime) -> Facts:
    url = header(message, "Archived-At") or header(message, "Content-Location")
    return Facts(
        title=subject(header(message, "Subject")),
        published=moment(header(message, "Date"), now=now),
        url=address(url),
        outlet=sender(header(message, "From")),
    )


def _body(choice: Sequence[Body], now: datetime) -> tuple[Facts, str]:
    """Return the text of the first alternative that has one; raise ExtractError."""
    for body in choice:
        try:
            facts, found = _html(body.text, now) if body.is_html else (Facts(), text_of(body.text))
        except ExtractError:
            continue
        found = "\n\n".join(p for p in paragraphs(found) if not _is_furniture(p))
        if any(c.isalpha() for c in found):
            return facts, found
    raise ExtractError("holds no text that can be read")


def _html(text: str, now: datetime) -> tuple[Facts, str]:
    from feeds.mail.markup import shown

    found = shown(text, now=now)
    return found.facts, found.text


def _is_furniture(paragraph: str) -> bool:
    if not any(c.isalnum() for c in paragraph) or _LINK.fullmatch(paragraph):
        return True
    if len(paragraph) > _LONGEST:
        return False
    if _FURNITURE.fullmatch(paragraph):
        return True
    # "Unsubscribe | Follow us on X": a row of links is known by one of them.
    row = _BETWEEN.split(paragraph)
    alike = len(row) > 1 and all(len(part) <= _BUTTON for part in row)
    return alike and any(_FURNITURE.fullmatch(part) for part in row)
