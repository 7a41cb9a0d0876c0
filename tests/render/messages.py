"""What tests of messages share: a letter, and its reading by the standard library."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from html import unescape
from typing import Any

from service.render import mail
from service.render.mail.layout import shown_text

URL = "https://briefs.example.org/u/Zk3vB1x9Qm0aTq7WcE5yPg.a-b_c?x=1&y=2"
MAILTO = "mailto:leave@example.org?subject=Zk3vB1x9"


def letter(**fields: Any) -> mail.Letter:
    """Return a letter to one reader of a list, with every header."""
    values: dict[str, Any] = {
        "sender": "brief@example.org",
        "to": "Jane Doe <jane@example.org>",
        "list_id": "daily.example.org",
        "unsubscribe_url": URL,
        "unsubscribe_mailto": MAILTO,
        "web_url": "https://briefs.example.org/issues/12",
    }
    return mail.Letter(**(values | fields))


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    assert not any(part.defects for part in message.walk())
    return message


def body(data: bytes, kind: str) -> str:
    """Return the text of the "plain" or the "html" part."""
    found: Any = parsed(data).get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content()).replace("\r\n", "\n")


def seen(data: bytes) -> str:
    """Return what a reader sees of the HTML, with white space folded."""
    return " ".join(shown_text(body(data, "html")).split())


def headings(page: str, level: int = 2) -> list[str]:
    return [unescape(text) for text in re.findall(rf"<h{level}[^>]*>([^<]*)</h{level}>", page)]


def wide(data: bytes) -> int:
    """Return the length of the longest line of the headers; a link is never broken."""
    head = data.split(b"\r\n\r\n")[0].split(b"\r\n")
    return max(len(line) for line in head if b"https://" not in line)


def subject_of(data: bytes) -> str:
    return str(make_header(decode_header(message_from_bytes(data)["subject"])))


def name_of(data: bytes) -> str:
    """Return the name in To by RFC 2047: the standard policy puts blanks between encoded words."""
    name = message_from_bytes(data)["to"].rpartition("<")[0].strip()
    return name[1:-1] if name[:1] == '"' else str(make_header(decode_header(name)))
