"""The text of a rendered artifact, as a reader's program would show it: what `verify` compares."""

import html
import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from service import pdfium
from service.errors import RenderError

#: Elements that a browser sets apart from what follows them; "2" and "4" in two cells are not 24.
_APART = (
    *("br", "caption", "dd", "div", "dt", "figcaption", "footer", "h1", "h2", "h3", "h4", "header"),
    *("li", "p", "section", "table", "td", "text", "th", "title", "tr", "tspan"),
)


def pages(format_: str, data: bytes) -> tuple[str, ...]:
    """Return the text of each page; one for a format without pages.

    Raises RenderError if the bytes are not of that format.
    """
    read = {
        "pdf": _pdf,
        "html": _html,
        "txt": _plain,
        "md": _markdown,
        "eml": _mail,
        "json": _json,
    }.get(format_)
    if read is None:
        raise RenderError(f'no reader for the format "{format_}"')
    try:
        return tuple(read(data))
    except (ValueError, LookupError) as exc:
        raise RenderError(f"the stored {format_} cannot be read: {exc}") from exc


def carried(format_: str, data: bytes) -> bytes | None:
    """Return the issue's data that a file carries: a PDF's attachment, or a whole JSON file.

    None for a format that carries none. Raises RenderError for a PDF without it.
    """
    if format_ == "json":
        return data
    if format_ != "pdf":
        return None
    import pypdfium2

    try:
        with pdfium.LOCK, pypdfium2.PdfDocument(data) as document:
            attached = [document.get_attachment(i) for i in range(document.count_attachments())]
            found = [bytes(a.get_data()) for a in attached if a.get_name().endswith(".json")]
    except pypdfium2.PdfiumError as exc:
        raise RenderError(f"the stored pdf cannot be read: {exc}") from exc
    if len(found) != 1:
        raise RenderError(f"the stored pdf carries {len(found)} files of data and not one")
    return found[0]


def _pdf(data: bytes) -> Iterator[str]:
    import pypdfium2

    with pdfium.LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as exc:
            raise ValueError(str(exc)) from exc
        with document:
            # A hyphen that only a line break put there comes back as U+FFFE.
            texts = [
                page.get_textpage().get_text_range().replace("\ufffe", "") for page in document
            ]
    yield from texts


def _html(data: bytes) -> Iterator[str]:
    from lxml import html as lxml_html

    root = lxml_html.document_fromstring(data)
    for element in root.xpath("//head | //style | //script"):
        element.drop_tree()
    for element in root.iter(*_APART):
        element.tail = f" {element.tail or ''}"
    yield str(root.text_content())


def _plain(data: bytes) -> Iterator[str]:
    yield data.decode("utf-8")


def _markdown(data: bytes) -> Iterator[str]:
    yield html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", data.decode("utf-8")))


def _mail(data: bytes) -> Iterator[str]:
    message = message_from_bytes(data, policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise ValueError("not a message")
    body = message.get_body(("plain",))
    if body is None:
        raise ValueError("a message without a plain text")
    yield str(body.get_content())


def _json(data: bytes) -> Iterator[str]:
    yield "\n".join(_strings(json.loads(data)))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
