"""OPML (1.0, 1.1, 2.0): the lists of feeds that readers exchange, read and written.

An OPML file is somebody's, and XML is a language for attacks: a file with a document type is
refused, which leaves no entity to expand and no address to open. What is malformed is refused with
its line, not mended: a mended list would lack feeds that nobody would miss until they are needed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from feeds.addresses import split
from feeds.normal import line
from service.errors import ParseError
from service.model import canonical

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_BYTES = 5 << 20
#: Feeds of one list.
MAX_OUTLINES = 20_000
_FEED_SCHEME = re.compile(r"^feed:(?://)?(?=https?:)|^feed:(//)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed of a list."""

    url: str
    #: One line; the host where the list gives no name.
    title: str
    #: The folders that it lies in, outermost first.
    folders: tuple[str, ...] = ()
    #: The site that it belongs to.
    site: str | None = None
    #: ISO 639-1.
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a file lists."""

    outlines: tuple[Outline, ...]
    #: How many outlines named a feed that was listed before.
    doubles: int
    #: (name, reason) of each outline that cannot be used.
    refused: tuple[tuple[str, str], ...]


def read(data: bytes) -> Listing:
    """Return the feeds that an OPML file lists, in its order, each once.

    Raises ParseError, in one line, for what is no OPML, is malformed, or declares entities.
    """
    from lxml import etree

    if len(data) > MAX_BYTES:
        raise ParseError(f"is larger than {MAX_BYTES >> 20} MB: no list of feeds is")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data.strip(), parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as exc:
        # The first error: that of an entity, say, stands before "document is empty".
        raise ParseError(f"is not XML that can be read: {_said(exc)}") from exc
    if root.getroottree().docinfo.doctype:
        raise ParseError("declares a document type, which an OPML file has no use for: refused")
    if not isinstance(root.tag, str) or etree.QName(root).localname.lower() != "opml":
        raise ParseError(f"is not OPML: its outermost element is <{line(str(root.tag))[:40]}>")
    return _listed(root)


def _said(exc: Exception) -> str:
    """Return an error of the parser without the place that it names a second time."""
    return re.sub(r" \(<string>, line \d+\)$", "", line(str(exc)))[:150]


def _listed(root: "_Element") -> Listing:
    found: dict[str, Outline] = {}
    doubles = 0
    refused: list[tuple[str, str]] = []
    # Iterative: outlines nest as deep as their author likes.
    rest: list[tuple[_Element, tuple[str, ...]]] = [(root, ())]
    while rest:
        element, folders = rest.pop()
        inner = folders
        if isinstance(element.tag, str) and element.tag.lower() == "outline":
            name = _attribute(element, "title", "text")
            # An old habit: "feed://host/path" and "feed:https://host/path".
            url = _FEED_SCHEME.sub(_plain_scheme, _attribute(element, "xmlurl", "url"))
            if url:
                reason = _unusable(url)
                if reason is not None:
                    refused.append((name or url[:200], reason))
                elif canonical(url) in found:
                    doubles += 1
                elif len(found) == MAX_OUTLINES:
                    raise ParseError(f"lists more than {MAX_OUTLINES} feeds")
                else:
                    found[canonical(url)] = _outline(element, url, name, folders)
            elif name and len(folders) < 20:
                inner = (*folders, name)
        rest += [(child, inner) for child in reversed(element)]
    return Listing(outlines=tuple(found.values()), doubles=doubles, refused=tuple(refused))


def _plain_scheme(found: "re.Match[str]") -> str:
    return "" if found[1] is None else "http://"


def _unusable(url: str) -> str | None:
    try:
        split(url)
    except ValueError as exc:
        return str(exc)
    return None


def _outline(element: "_Element", url: str, name: str, folders: tuple[str, ...]) -> Outline:
    site = _attribute(element, "htmlurl")
    language = re.match(r"[A-Za-z]{2}(?![A-Za-z])", _attribute(element, "language"))
    return Outline(
        url=url,
        title=name or split(url).hostname or url,
        folders=folders,
        site=site if site and _unusable(site) is None else None,
        language=language[0].lower() if language else None,
    )


def _attribute(element: "_Element", *names: str) -> str:
    """Return the first of these attributes that says something; names differ in case only."""
    values = {str(key).lower(): line(str(value)) for key, value in element.items()}
    return next((values[name][:500] for name in names if values.get(name)), "")


def write(outlines: Iterable[Outline], *, title: str, now: datetime) -> bytes:
    """Return an OPML 2.0 file, UTF-8, with folders nested as the outlines say.

    now: the date that the file bears.
    """
    from lxml import etree

    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = title
    etree.SubElement(head, "dateCreated").text = format_datetime(now, usegmt=now.tzname() == "UTC")
    folders: dict[tuple[str, ...], _Element] = {(): etree.SubElement(root, "body")}
    for outline in outlines:
        for depth in range(1, len(outline.folders) + 1):
            path = outline.folders[:depth]
            if path not in folders:
                outer, name = folders[path[:-1]], path[-1]
                folders[path] = etree.SubElement(outer, "outline", text=name, title=name)
        attributes = {
            "type": "rss",
            "text": outline.title,
            "title": outline.title,
            "xmlUrl": outline.url,
        }
        if outline.site:
            attributes["htmlUrl"] = outline.site
        if outline.language:
            attributes["language"] = outline.language
        etree.SubElement(folders[outline.folders], "outline", attributes)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
