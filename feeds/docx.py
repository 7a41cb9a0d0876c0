"""Word documents (.docx): their paragraphs, by python-docx for the package and by its XML for text.

Text is what a reader of the document sees: insertions that nobody has accepted yet are in it,
deletions are not; text boxes, notes, headers and footers stand beside the text and are left out.
python-docx's own `Paragraph.text` leaves out insertions, content controls and smart tags, which
would take words out of sentences.

Tables are numbers and labels more often than prose, and a row of them is no sentence. But people
lay out letters and newsletters with tables. So of a table those paragraphs are kept that are
sentences by their length and their end, and nothing else.

A document's properties tell when it was created, modified and printed, and never when it was
published: a copy of a template keeps the template's day. The one exception is Word's own cover
page, which has a field for the date of publication.

The file is a ZIP archive of XML, from anybody. Before it is opened, what it unpacks to is limited,
by what it declares and by unpacking it; external entities and relations are never followed (lxml
with `resolve_entities=False`, and no part is fetched).
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from feeds.dates import moment
from feeds.metadata import Facts, header_lines
from feeds.normal import columns, line, normalise
from service.errors import ParseError

if TYPE_CHECKING:
    from docx.document import Document

#: Bytes that all files of a document may unpack to, and those that are parsed as XML.
MAX_UNPACKED = 100 << 20
MAX_XML = 24 << 20
#: Files in one document; a long report with pictures has a few hundred.
MAX_FILES = 2_000

#: Columns of the shortest paragraph of a table that is taken for prose.
_PROSE = 60

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]」』）】]*$")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_COVER = "{http://schemas.microsoft.com/office/2006/coverPageProps}PublishDate"
#: What is beside the text, or was taken out of it.
_APART = frozenset(
    (*(_W + name for name in ("del", "moveFrom", "txbxContent", "pPr", "rPr", "sectPr")),)
) | {_MC + "Fallback"}
#: Styles, by the names that Word gives them in every language, of what is no part of the text.
_NO_TEXT = ("toc ", "caption", "table of figures", "index ")
_TITLES = ("title", "heading 1")
_BY_PROGRAMS = re.compile(
    r"(?i)(?:microsoft word|word|document|doc|untitled|normal|title|документ|без имени|文档|无标题)"
    r"[\s\d\-–.]*(?:document|-\s.*)?|.*\.(?:docx?|dotx?|odt|rtf)"
)


def read(data: bytes, now: datetime) -> tuple[Facts, str]:
    """Return what a Word document declares and its normalised text.

    now: bounds the dates that are believed. Raises ParseError for what is no such document, or
    one that unpacks to too much.
    """
    if data.startswith(_OLE):
        raise ParseError(
            "is an old Word document or is protected by a password; save it as .docx without one"
        )
    _check(data)
    document = _opened(data)
    heading = ""
    found: list[str] = []
    for style, text in _paragraphs(document):
        if not heading and not found and style in _TITLES:
            heading = line(text)
        found.append(text)
    facts, rest = header_lines("\n\n".join(found), now=now)
    return facts.over(_declared(document, heading, now=now)), normalise(rest, unwrap=False)


def _check(data: bytes) -> None:
    """Raise ParseError unless the archive unpacks to a bearable size; nothing of it is kept.

    What is declared is checked first, since it costs nothing; then each file is unpacked, because
    a declaration is only a claim.
    """
    too_large = f"unpacks to more than {MAX_UNPACKED >> 20} MB, which no article does"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = archive.infolist()
            if len(files) > MAX_FILES:
                raise ParseError(f"holds {len(files)} files, which no article does")
            if sum(file.file_size for file in files) > MAX_UNPACKED:
                raise ParseError(too_large)
            total = xml = 0
            for file in files:
                with archive.open(file) as stream:
                    while chunk := stream.read(1 << 20):
                        total += len(chunk)
                        if file.filename.lower().endswith((".xml", ".rels")):
                            xml += len(chunk)
                        if total > MAX_UNPACKED or xml > MAX_XML:
                            raise ParseError(too_large)
    except RuntimeError as exc:  # how it says that a file is encrypted
        raise ParseError("is protected by a password; save a copy of it without one") from exc
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError) as exc:
        raise ParseError("is not a Word document, or a damaged one") from exc


def _opened(data: bytes) -> "Document":
    from docx import Document
    from docx.opc.exceptions import OpcError
    from lxml import etree

    try:
        return Document(io.BytesIO(data))
    except (OpcError, etree.LxmlError, LookupError, ValueError, AttributeError, TypeError) as exc:
        # It follows the relations of a package without a look at what they lead to.
        raise ParseError("is not a Word document, or a damaged one") from exc


def _paragraphs(document: "Document") -> Iterator[tuple[str, str]]:
    """Yield (style in lower case, text) of each paragraph that is not empty, in order."""
    body = document.element.find(_W + "body")
    if body is None:
        raise ParseError("is not a Word document, or a damaged one")
    names = _style_names(document)
    for paragraph in _visible(body, _W + "p"):
        text = "".join(_text(paragraph)).strip()
        if not text or (_in_table(paragraph) and not _is_prose(text)):
            continue
        found = paragraph.find(f"{_W}pPr/{_W}pStyle")
        style = names.get(found.get(_W + "val"), "") if found is not None else ""
        if not style.startswith(_NO_TEXT):
            yield style, text


def _style_names(document: "Document") -> dict[str, str]:
    """Return the styles' names by id; a document without its styles is still a text."""
    try:
        styles = document.styles.element.iter(_W + "style")
    except (LookupError, ValueError, AttributeError, TypeError):
        return {}
    return {
        style.get(_W + "styleId"): (name.get(_W + "val") or "").lower()
        for style in styles
        if (name := style.find(_W + "name")) is not None
    }


def _visible(root: Any, tag: str) -> Iterator[Any]:
    """Yield the elements of a name that are part of the text, in order; iterative."""
    stack = [iter(root)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag == tag:
            yield element
        elif element.tag not in _APART and isinstance(element.tag, str):
            stack.append(iter(element))


def _text(paragraph: Any) -> Iterator[str]:
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag == _W + "t":
            yield element.text or ""
        elif element.tag in (_W + "tab", _W + "ptab"):
            yield " "
        elif element.tag in (_W + "br", _W + "cr"):
            yield "\n"
        elif element.tag == _W + "noBreakHyphen":
            yield "-"
        elif element.tag not in _APART and isinstance(element.tag, str) and not _hidden(element):
            stack.append(iter(element))


def _hidden(run: Any) -> bool:
    found = run.find(f"{_W}rPr/{_W}vanish")
    return found is not None and found.get(_W + "val", "1") not in ("0", "false", "off")


def _in_table(paragraph: Any) -> bool:
    return next(paragraph.iterancestors(_W + "tc"), None) is not None


def _is_prose(text: str) -> bool:
    return columns(text) >= _PROSE and bool(_SENTENCE_END.search(text))


def _declared(document: "Document", heading: str, *, now: datetime) -> Facts:
    from lxml import etree

    try:
        properties = document.core_properties
        title, author = line(properties.title)[:500], line(properties.author)[:200]
    except (etree.LxmlError, LookupError, ValueError, AttributeError):
        # Properties are no reason to lose the text.
        title = author = ""
    if _BY_PROGRAMS.fullmatch(title) or not any(c.isalpha() for c in title):
        title = ""
    return Facts(
        title=heading or title or None,
        published=_published(document, now=now),
        authors=(author,) if author and author != "python-docx" else (),
    )


def _published(document: "Document", *, now: datetime) -> datetime | None:
    """Return the date in the field of Word's cover page, where it has one."""
    from lxml import etree

    for part in document.part.package.iter_parts():
        if not re.fullmatch(r"/customXml/item\d+\.xml", str(part.partname)):
            continue
        try:
            root = etree.fromstring(
                part.blob, etree.XMLParser(resolve_entities=False, no_network=True)
            )
        except etree.XMLSyntaxError:
            continue
        found = next(root.iter(_COVER), None)
        if found is not None and found.text:
            return moment(found.text, now=now)
    return None
