"""Ordinary RSS and Atom read in one pass of expat, with the answers of feedparser.

Problem: of 50 ms from the bytes of an ordinary feed to its entries feedparser takes 20: each
element goes through ten functions of Python, which keep account of much that hardly any feed has.
This takes two to three.

Choice: a reader of the plain form, held to give what feedparser gives (tests compare the two on
real feeds and on invented ones), which *declines* whatever is not plain: markup inside of a text,
XHTML, RDF, Base64, document types, elements that mean something to feedparser and are not known
here (`feeds.elements`), two titles of one thing, anything that is not well-formed. What is declined
goes to feedparser, from the beginning, so that there is one authority on dialects. 80 of 82 real
feeds are plain. Rejected: a reader of dialects of our own (twenty years of broken feeds are in
feedparser); patching feedparser's methods (they change with each release, without a word).
"""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin
from xml.parsers import expat

from feeds.elements import (
    AUTHORS,
    HTML,
    MEDIA,
    STRUCTURE,
    TELLING,
    TEXTS,
    TYPED,
    TYPES,
    UNTYPED,
    Declined,
    attribute,
    key_of,
    prefixes,
)

if TYPE_CHECKING:
    from pyexpat import XMLParserType

#: What may stand in the picture of a feed.
_OF_IMAGE = frozenset({"title", "link", "description", "url", "width", "height"})
#: More than two slashes behind the scheme of an address.
_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)/+")
_REFERENCE = re.compile("&([A-Za-z0-9_]+);")
#: Windows' characters in the place of controls.
_WINDOWS = {
    code: character
    for code in range(0x80, 0xA0)
    if (character := bytes([code]).decode("cp1252", "ignore"))
}
_CONTROL = re.compile("[\x80-\x9f]")
#: Characters that expat gathers before it hands them on.
_BUFFER = 1 << 18

#: feedparser's names -> values, of a feed or of an item.
Said = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Document:
    """What a feed says of itself and of its items, under feedparser's names."""

    feed: Said = field(default_factory=dict)
    entries: list[Said] = field(default_factory=list)


def read(text: str) -> Document | None:
    """Return what a plain feed holds; None for what feedparser has to read.

    text: the document without a declaration of its encoding.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    reader = _Reader()
    try:
        reader.parse(text)
    except (expat.ExpatError, Declined):
        return None
    return reader.found


class _Reader:
    """The state between two elements."""

    def __init__(self) -> None:
        self.found = Document()
        #: The item, or else the feed, that is being read.
        self._said = self.found.feed
        self._in_item = False
        #: Depth of the element that holds the items; 0 before it.
        self._level = 0
        #: feedparser's names of the elements that are open; None for those that are skipped.
        self._stack: list[str | None] = []
        #: Depth of the text, the author or the picture that is being read; 0: of none.
        self._text = self._author = self._image = 0
        self._attributes: dict[str, str] = {}
        self._pieces: list[str] = []
        #: Of an author: what its children say.
        self._child: list[str] = []
        self._person: dict[str, str] = {}
        #: Name of what the item says -> depth at which it stood.
        self._depths: dict[str, int] = {}
        self._media_title = False
        #: The item has content beside its summary; of the feed itself, feedparser means the first.
        self._has_content = False
        #: The text that is being read is content, and no summary.
        self._as_content = False
        #: Prefixes of namespaces that feedparser knows; others by prefix; others without one.
        self._declared: tuple[set[str], dict[str, str], set[str]] = (set(), {}, set())
        #: Against which addresses are resolved, and the same for each element that is open.
        self._base = ""
        self._bases: list[str] = []

    def parse(self, text: str) -> None:
        """Read a document; raise ExpatError or Declined."""
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.buffer_size = _BUFFER
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        self._parser: XMLParserType = parser
        parser.Parse(text.encode("utf-8"), True)

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        if not uri or "backend.userland.com/rss" in uri.lower() or " " in uri:
            raise Declined
        known, own, bare = self._declared
        if uri.lower() in prefixes():
            known.add(prefix or "")
        elif prefix:
            own[prefix] = uri
        else:
            # feedparser takes its elements for those of the feed.
            bare.add(uri)
        if own.keys() & (known | TELLING) or bare.intersection(own.values()):
            raise Declined

    def _start(self, name: str, given: dict[str, str]) -> None:
        if self._text:
            raise Declined
        uri, _, local = name.rpartition(" ")
        key = key_of(local if uri in self._declared[2] else name)
        attributes = self._attributes_of(given) if given else {}
        self._stack.append(key)
        self._bases.append(self._base)
        self._enter(name, key, attributes)

    def _enter(self, name: str, key: str | None, attributes: dict[str, str]) -> None:
        """Do with an element what its place asks for."""
        depth = len(self._stack)
        if self._image:
            if name.lower() not in _OF_IMAGE or (self._in_item and key):
                raise Declined
        elif self._author:
            if key or depth > self._author + 1:
                raise Declined
            self._listen(self._child)
        elif depth <= self._level or not self._level or key in STRUCTURE:
            self._structure(key, depth, attributes)
        elif key in TEXTS:
            self._begin(TEXTS[key], attributes, depth)
        elif key in AUTHORS:
            self._author, self._person = depth, {}
            self._listen(self._pieces)
        elif key in MEDIA:
            name = "links" if key == "enclosure" else "media_content"
            self._said.setdefault(name, []).append(attributes | {"rel": "enclosure"})

    def _attributes_of(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return attributes under feedparser's names, and enter a base that is among them."""
        found = {attribute(name): value for name, value in given.items()}
        for name in found.keys() & {"rel", "type"}:
            found[name] = found[name].lower()
        base = found.get("xml:base", found.get("base"))
        if base and not self._base:
            self._base = _joined("", base)
        if base:
            joined = _joined(self._base, base)
            if joined.strip().partition(":")[0] not in ("http", "https"):
                raise Declined
            self._base = joined
        return found

    def _structure(self, key: str | None, depth: int, attributes: dict[str, str]) -> None:
        """Enter what holds other elements."""
        if key == "image" and self._level:
            self._image = depth
        elif attributes.keys() & {"lastmod", "href"}:
            raise Declined
        elif key in ("rss", "feed") and depth == 1:
            self._level = 0 if key == "rss" else 1
            language = attributes.get("xml:lang", attributes.get("lang"))
            if language:
                self._said["language"] = language.replace("_", "-")
        elif key == "channel" and depth == 2 and self._stack[0] == "rss" and not self._level:
            self._level = 2
        elif key in ("item", "entry") and self._level and depth == self._level + 1:
            self._said, self._in_item = {}, True
            self.found.entries.append(self._said)
            self._depths, self._media_title = {}, False
        else:
            raise Declined

    def _begin(self, kind: str, attributes: dict[str, str], depth: int) -> None:
        """Prepare for the text of an element."""
        if (
            (kind in UNTYPED and attributes)
            or (kind in ("source", "media title") and not self._in_item)
            or (kind in TYPED and attributes.get("type", "text") not in TYPES)
            or (kind in TYPED and attributes.keys() & {"src", "mode"})
        ):
            raise Declined
        if kind == "link" and self._linked(attributes):
            return
        self._as_content = kind == "content"
        if kind == "description":
            # The second of one item is taken for its content.
            self._as_content = "summary" in self._said and not self._has_content
        self._has_content = self._has_content or self._as_content
        self._text, self._attributes = depth, attributes
        self._listen(self._pieces)

    def _listen(self, pieces: list[str]) -> None:
        pieces.clear()
        self._parser.CharacterDataHandler = pieces.append

    def _linked(self, attributes: dict[str, str]) -> bool:
        """Take a link in the form of Atom; tell whether it is one, whose text does not count."""
        attributes.setdefault("rel", "alternate")
        attributes.setdefault(
            "type", "application/atom+xml" if attributes["rel"] == "self" else "text/html"
        )
        href = attributes.get("url", attributes.get("uri", attributes.get("href")))
        if href:
            attributes["href"] = _joined(self._base, href)
        self._said.setdefault("links", []).append(attributes)
        if "href" not in attributes:
            return False
        if attributes["rel"] == "alternate" and attributes["type"] in HTML:
            self._said["link"] = attributes["href"]
        return True

    def _end(self, name: str) -> None:
        depth = len(self._stack)
        key = self._stack.pop()
        self._bases.pop()
        if self._bases and self._bases[-1]:
            # As feedparser does: a base outlasts its element where there was none before.
            self._base = self._bases[-1]
        if depth == self._text:
            assert key is not None
            self._text = 0
            self._parser.CharacterDataHandler = None
            self._store(key, "".join(self._pieces).strip(), depth)
        elif depth == self._image:
            self._image = 0
        elif depth == self._author:
            self._author = 0
            self._parser.CharacterDataHandler = None
            self._keep("author", _mended("".join(self._pieces).strip()), depth)
            who, mail = self._person.get("name"), self._person.get("email")
            if who or mail:
                self._said["author"] = f"{who} ({mail})" if who and mail else who or mail
        elif self._author:
            self._person[name.rpartition(" ")[2].lower()] = "".join(self._child).strip()
            self._parser.CharacterDataHandler = self._pieces.append
        elif self._in_item and depth == self._level + 1:
            self._finish()

    def _store(self, key: str, text: str, depth: int) -> None:
        """Keep what an element says."""
        said, kind = self._said, TEXTS[key]
        permanent = kind == "id" and self._attributes.get("ispermalink", "true") == "true"
        if text and (permanent or kind == "link"):
            text = _joined(self._base, text)
        text = _mended(text)
        if kind == "link":
            self._store_link(text)
        elif self._as_content:
            said.setdefault("content", []).append({"type": "text/plain", "value": text})
            said.setdefault("summary", text)
        elif kind == "media title":
            self._media_title = True
        elif kind == "source":
            said["source"] = {"title": text} if text else {}
        elif kind == "title" and "title" in said:
            raise Declined
        else:
            if kind == "description":
                own = self._in_item or key in ("summary", "itunes_summary")
                kind = "summary" if own else "subtitle"
            self._keep(kind, text, depth)
        if kind == "id":
            said.setdefault("guidislink", permanent and "link" not in said)
            if permanent:
                said.setdefault("link", text)

    def _store_link(self, text: str) -> None:
        """Keep the address of a link in the form of RSS."""
        text = text.replace("&amp;", "&") if self._in_item else text
        self._said["link"] = text = _REFERENCE.sub(r"&\1", text)
        if text or not self._in_item:
            self._said["links"][-1]["href"] = text

    def _keep(self, name: str, text: str, depth: int) -> None:
        """Keep a value, unless an element of the item that is less deep has given one."""
        if not self._in_item or depth <= self._depths.get(name, depth):
            self._depths[name] = depth
            self._said[name] = text

    def _finish(self) -> None:
        """Leave an item."""
        said = self._said
        # Which of several titles feedparser takes depends on what stands between them.
        if self._media_title and (not said.get("title") or "source" in said):
            raise Declined
        said["enclosures"] = [one for one in said.get("links", ()) if one["rel"] == "enclosure"]
        if "summary" not in said and "subtitle" in said:
            said["description"] = said["subtitle"]
        self._said, self._in_item, self._has_content = self.found.feed, False, False


def _joined(base: str, text: str) -> str:
    """Return an address as feedparser resolves it."""
    text = _SLASHES.sub(r"\1", text)
    try:
        return urljoin(base, text)
    except ValueError:
        return ""


def _mended(text: str) -> str:
    """Return a text as feedparser mends it: UTF-8 that was read as Latin, controls of Windows."""
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_WINDOWS) if _CONTROL.search(text) else text
