"""Ordinary RSS and Atom read in one pass of expat, with the answers of feedparser.

Problem: feedparser takes four times as long as all other steps on the way from bytes to entries
need for an ordinary feed: each element goes through ten functions of Python, which keep account of
bases, languages and namespaces that hardly any feed uses.

Choice: a reader of the plain form, held to give what feedparser gives (tests compare the two on
real feeds and on invented ones), which *declines* whatever is not plain: markup inside of a text,
`xml:base`, XHTML, RDF, Base64, document types, names that feedparser gives a meaning of its own
and this has not, anything that is not well-formed. What is declined goes to feedparser, from the
beginning, so that dialects have one authority. Names that feedparser would only file away are
skipped. Rejected: a dialect reader of our own (twenty years of broken feeds are in feedparser);
patching feedparser's methods (they change with each release, without a word).

The comments name what is followed where the rule could not be guessed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

if TYPE_CHECKING:
    from pyexpat import XMLParserType

_XML = "http://www.w3.org/XML/1998/namespace"
_ATOM = "http://www.w3.org/2005/Atom"
#: Elements whose text is read, by feedparser's name of the element -> what becomes of it.
_TEXTS = {
    **dict.fromkeys(("title", "dc_title"), "title"),
    "media_title": "second title",
    **dict.fromkeys(("guid", "id"), "id"),
    "link": "link",
    **dict.fromkeys(("description", "dc_description", "media_description"), "description"),
    "summary": "summary",
    "content": "content",
    "content_encoded": "content",
    **dict.fromkeys(("pubdate", "published", "issued", "dcterms_issued"), "published"),
    **dict.fromkeys(("updated", "modified", "lastbuilddate", "dc_date"), "updated"),
    "dcterms_modified": "updated",
    **dict.fromkeys(("created", "dcterms_created"), "created"),
    **dict.fromkeys(("language", "dc_language"), "language"),
    **dict.fromkeys(("ttl", "sy_updateperiod", "sy_updatefrequency"), "pause"),
    "feedburner_origlink": "feedburner_origlink",
    "source": "source",
    **dict.fromkeys(("subtitle", "tagline"), "subtitle"),
}
_AUTHORS = frozenset({"author", "dc_author", "dc_creator", "itunes_author"})
_STRUCTURE = frozenset(
    {"rss", "channel", "feed", "item", "entry", "image", "media_content", "enclosure", "name"}
)
#: Elements that feedparser does something with, which is nothing to us.
_HARMLESS = frozenset(
    "category cc_license cloud contributor copyright creativecommons_license dc_contributor "
    "dc_publisher dc_rights dc_subject feedburner_browserfriendly generator georss_box "
    "georss_line georss_point georss_polygon georss_where height homepage info itunes_block "
    "itunes_category itunes_explicit itunes_image itunes_keywords itunes_link itunes_owner "
    "itunes_email itunes_name keywords managingeditor media_category media_credit media_group "
    "media_keywords media_license media_player media_rating media_restriction media_thumbnail "
    "rights uri url webmaster width email".split()
)
#: Names under which feedparser would file an unknown element where something else is looked for.
_TAKEN = frozenset("date items entries links enclosures guidislink authors href text".split())
#: Types of content that are read; XHTML and Base64 are not.
_PLAIN_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html"}
_PLAIN_TYPES |= {kind: kind for kind in ("text/plain", "text/html")}
_HTML_TYPES = frozenset({"html", "text/html", "application/xhtml+xml", "xhtml"})
#: More slashes than two behind the scheme of an address.
_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)")
_QUERY = re.compile("&([A-Za-z0-9_]+);")
#: Windows' characters in the place of controls.
_CP1252 = {
    code: character
    for code in range(0x80, 0xA0)
    if (character := bytes([code]).decode("cp1252", "ignore"))
}
_C1 = re.compile("[\x80-\x9f]")
#: Characters that expat gathers before it hands them on.
_BUFFER = 1 << 18


@dataclass(slots=True, kw_only=True)
class Document:
    """What a feed says of itself and of its items, under feedparser's names."""

    feed: dict[str, Any] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)


class _Declined(Exception):
    """It is not plain."""


def read(text: str) -> Document | None:
    """Return what a plain feed holds; None for what feedparser has to read.

    text: the document without a declaration of its encoding.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    reader = _Reader()
    try:
        reader.parse(text)
    except (expat.ExpatError, _Declined):
        return None
    return reader.found if reader.complete else None


@lru_cache(maxsize=1)
def _prefixes() -> Mapping[str, str]:
    """Return feedparser's prefix of each namespace that it knows, by address in small letters."""
    from feedparser.mixin import _FeedParserMixin

    return {uri.lower(): prefix for uri, prefix in _FeedParserMixin.namespaces.items()}


@lru_cache(maxsize=4096)
def _kind(name: str) -> str | None:
    """Return the name of an element that is read, None for one that is skipped.

    name: with its namespace, as expat gives it. Raises _Declined for all others.
    """
    from feedparser.api import StrictFeedParser

    uri, _, local = name.rpartition(" ")
    prefix = _prefixes().get(uri.lower(), "" if not uri else None)
    if prefix is None:
        # Filed away under the prefix of the document, which is none that has a meaning.
        return None
    key = f"{prefix}_{local.lower()}" if prefix else local.lower()
    if key in _TEXTS or key in _STRUCTURE or key in _AUTHORS:
        return key
    handled = hasattr(StrictFeedParser, f"_start_{key}") or hasattr(StrictFeedParser, f"_end_{key}")
    if (handled and key not in _HARMLESS) or key in _TAKEN or prefix in ("xhtml", "rdf", "xml"):
        raise _Declined
    return None


class _Reader:
    """The state between two elements."""

    def __init__(self) -> None:
        self.found = Document()
        #: The root was closed.
        self.complete = False
        self._context: dict[str, Any] = self.found.feed
        self._depth = 0
        #: Depth of the elements that hold items.
        self._level = 0
        self._item: dict[str, Any] | None = None
        #: Element whose text is being read, its attributes and text so far.
        self._open: str | None = None
        self._attributes: dict[str, str] = {}
        self._pieces: list[str] = []
        #: Name of what was stored of the item -> the depth it stood at.
        self._depths: dict[str, int] = {}
        #: feedparser's flags of the same meaning.
        self._has_content = False
        self._guid_is_link = False
        self._image = False
        self._author: dict[str, str] | None = None
        self._titles = 0
        #: Of documents' own namespaces.
        self._own: set[str] = set()
        self._known: set[str] = set()

    def parse(self, text: str) -> None:
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.buffer_size = _BUFFER
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        self._parser: XMLParserType = parser
        parser.Parse(text.encode("utf-8"), True)

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        known = _prefixes().get((uri or "").lower()) if uri else None
        if not uri or "backend.userland.com/rss" in uri.lower() or " " in uri:
            raise _Declined
        if known is not None:
            self._known.add(prefix or "")
        else:
            self._own.add(prefix or "")
        # A default namespace that is not known, or a prefix that already means something.
        if self._own & (self._known | {"", *_prefixes().values()}):
            raise _Declined

    def _start(self, name: str, given: dict[str, str]) -> None:
        self._depth += 1
        if self._open is not None:
            raise _Declined
        key = _kind(name)
        attributes = _attributes(given) if given else {}
        if key is None:
            return
        if key in _TEXTS:
            if self._depth > 2 or self._level:
                self._begin(key, attributes)
        elif key in _AUTHORS:
            self._author = {}
            self._listen(key, attributes)
            self._open = None
        elif key == "name":
            if self._author is not None:
                self._listen(key, attributes)
        else:
            self._structure(key, attributes)

    def _structure(self, key: str, attributes: dict[str, str]) -> None:
        if key in ("rss", "feed"):
            if self._depth != 1:
                raise _Declined
            self._level = 2 if key == "rss" else 1
            language = attributes.get("xml:lang", attributes.get("lang"))
            if language:
                self.found.feed["language"] = language.replace("_", "-")
        elif key == "channel":
            if self._depth != 2 or self._level != 2 or attributes.keys() & {"lastmod", "href"}:
                raise _Declined
        elif key in ("item", "entry"):
            if self._depth != self._level + 1 or attributes.keys() & {"lastmod", "href"}:
                raise _Declined
            self._item = self._context = {}
            self.found.entries.append(self._item)
            self._depths = {}
            self._guid_is_link = self._image = False
            self._titles = 0
        elif key == "image":
            self._image = True
        elif key == "enclosure":
            self._context.setdefault("enclosures", []).append(attributes)
        elif key == "media_content":
            self._context.setdefault("media_content", []).append(attributes)

    def _begin(self, key: str, attributes: dict[str, str]) -> None:
        """Prepare for the text of an element that is read."""
        kind = _TEXTS[key]
        if self._image:
            # Of the picture of the feed; feedparser mixes up that of an item with the item.
            if self._item is not None and kind in ("title", "link"):
                raise _Declined
            if kind not in ("title", "link", "description"):
                self._image = False
        if kind in ("title", "description", "summary", "content", "subtitle"):
            declared = attributes.get("type")
            if (declared is not None and declared not in _PLAIN_TYPES) or (
                attributes.keys() & {"src", "mode"}
            ):
                raise _Declined
            if kind == "subtitle" and self._item is not None:
                raise _Declined
        elif kind == "link":
            if not self._image:
                self._link(attributes)
            if attributes.get("href"):
                return
        elif kind == "id":
            self._guid_is_link = attributes.get("ispermalink", "true") == "true"
        elif kind == "pause" and attributes:
            raise _Declined
        elif kind == "feedburner_origlink" and attributes:
            raise _Declined
        self._listen(key, attributes)
        if kind == "content":
            self._has_content = True
        elif kind in ("description", "summary"):
            # A second one is taken for content.
            as_content = self._summarised() and not self._has_content
            attributes["second"] = "yes" if as_content else ""
            self._has_content = self._has_content or as_content

    def _listen(self, key: str, attributes: dict[str, str]) -> None:
        self._open, self._attributes = key, attributes
        self._pieces = []
        self._parser.CharacterDataHandler = self._pieces.append

    def _end(self, _: str) -> None:
        if self._open is not None:
            key, self._open = self._open, None
            self._parser.CharacterDataHandler = None
            if key == "name":
                assert self._author is not None
                self._author["name"] = "".join(self._pieces).strip()
            else:
                self._store(_TEXTS[key], _mended("".join(self._pieces).strip()))
        elif self._author is not None:
            raise _Declined
        elif self._item is not None and self._depth == self._level + 1:
            self._item, self._context = None, self.found.feed
            self._has_content = False
        elif self._depth == 1:
            self.complete = self._level > 0
        self._depth -= 1

    def _summarised(self) -> bool:
        return "summary" in self._context or "subtitle" in self._context

    def _link(self, attributes: dict[str, str]) -> None:
        """Take an element in the form of Atom; the text of one in the form of RSS follows."""
