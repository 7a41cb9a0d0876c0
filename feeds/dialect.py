"""What every dialect of feeds comes to: items with a name, facts and a text, or the reason why not.

`syndication` (RSS, RDF, Atom) and `jsonfeed` each turn their dialect into drafts, which say what
the publisher wrote; `finished` makes items of them, by rules that are the same for all. So an
article has the same name and the same text in whichever dialect it is published.

Names. The publisher's own (guid, id) is the best, unless several items with different addresses
share one, as where the site's address stands in each: then it names nothing. Else the canonical
address names an item, else its title and text.

Bodies. A feed may carry a teaser and the whole text of an item in any of its elements: the one
with the most text is taken, not the one with the most markup.
"""

import hashlib
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from feeds.extract import fragment_text
from feeds.metadata import Facts
from feeds.normal import line, normalise
from service.errors import ExtractError
from service.model import ProblemKind
from service.model.address import canonical

#: HTML of one item; the cleaner's time grows with the square of its nesting.
MAX_ITEM = 200_000
#: Elements in one another, in an item that is read. The deepest of 3,061 real ones had 61.
MAX_DEPTH = 1_000
#: Shorter markup is cleaned in a tenth of a second, however it is nested.
_SHALLOW = 20_000
#: Items beyond this are left unread: no feed of news holds so many.
MAX_ITEMS = 5_000
#: Characters of a publisher's name for an item; a longer one is hashed.
MAX_NAME = 500

_ELEMENT = re.compile(r"</?[A-Za-z][^<>]*>")
_TAG = re.compile(rf"{_ELEMENT.pattern}|&(?:[A-Za-z]{{2,8}}|#\d{{1,7}}|#x[0-9A-Fa-f]{{1,6}});")
#: What editors of blogs put around text where others put elements: "[vc_row width=…]".
_SHORTCODE = re.compile(
    r"\[/?(?:(?:fusion|vc|et_pb|av)_[a-z_]{2,40}|caption)(?=[\s\]])[^\[\]]{0,2000}\]"
)
_NESTING = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})\b")
# Elements that hold nothing, or whose ends may be left out: they do not nest by themselves.
_UNNESTED = frozenset(
    re.findall(
        r"\w+",
        "area base br col dd dt embed hr img input li link meta option p param source td th tr "
        "track wbr",
    )
)
_HAN = re.compile("[\u4e00-\u9fff]")
_KEEP = frozenset(
    re.findall(
        r"\w+",
        "p div br ul ol li blockquote pre h1 h2 h3 h4 h5 h6 table tr td th section article",
    )
)
_DROP = frozenset({"script", "style", "figure", "figcaption", "iframe", "noscript", "svg"})
_NO_TEXT = "has no text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a feed: what it says of itself, and its text or why it has none."""

    key: str
    facts: Facts
    #: Normalised; "" where `reason` says why.
    text: str = ""
    reason: str | None = None
    #: "skipped": there is nothing to read in it, as in a podcast's.
    kind: ProblemKind = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as it was read."""

    title: str | None
    items: tuple[Item, ...]
    #: Seconds between two readings that the feed asks for; None: it does not ask.
    ttl_s: float | None = None

    @property
    def silent(self) -> str | None:
        """Why the feed as a whole gives no article, if it has items and none has a text."""
        reasons = [item.reason for item in self.items if item.kind == "skipped"]
        if not reasons or len(reasons) < len(self.items):
            return None
        media = any(reason != _NO_TEXT for reason in reasons)
        count = f"{len(reasons)} item{'s' if len(reasons) > 1 else ''} without a text"
        return f"{count} ({'podcast or video feed' if media else 'titles only'})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An item as its dialect gives it."""

    #: The publisher's own name for it: guid or id.
    name: str | None
    facts: Facts
    #: HTML, or plain text that cannot be told from it.
    markup: tuple[str, ...] = ()
    #: What is declared as plain text, and never read as HTML.
    plain: tuple[str, ...] = ()
    #: Types of the sounds, films and pictures that come with it.
    media: tuple[str, ...] = ()
    #: Why it cannot be read at all.
    reason: str | None = None


def finished(title: str | None, drafts: Iterable[Draft], *, damaged: bool = False) -> Feed:
    """Return the feed of some drafts, in their order.

    damaged: bytes that could not be decoded stand as U+FFFD in the drafts; an item that has one is
    left out, with the reason, for its text is not what was published.
    """
    kept = tuple(drafts)
    shared = _shared(kept)
    return Feed(
        title=title,
        items=tuple(_item(draft, draft.name in shared, damaged=damaged) for draft in kept),
    )


def cleaned(markup: str) -> str:
    """Return the text of an item's markup, or of its plain text, normalised.

    Raises ExtractError for markup that is nested so deep that it takes minutes to clean.
    """
    markup = _SHORTCODE.sub(" ", markup)
    if not _TAG.search(markup):
        return normalise(markup)
    if len(markup) > _SHALLOW and (depth := nesting(markup)) > MAX_DEPTH:
        raise ExtractError(f"is markup nested {depth} deep, and at most {MAX_DEPTH} is read")
    import nh3

    safe = nh3.clean(markup, tags=set(_KEEP), clean_content_tags=set(_DROP), attributes={})
    return fragment_text(safe)


def nesting(markup: str) -> int:
    """Return how many elements are open at most, as far as their tags tell."""
    depth = deepest = 0
    for end, name in _NESTING.findall(markup):
        if name.lower() not in _UNNESTED:
            depth = max(0, depth + (-1 if end else 1))
            deepest = max(deepest, depth)
    return deepest


def title_of(text: object) -> str | None:
    """Return a title in one line: elements dropped, entities resolved; None if there is none."""
    if not isinstance(text, str) or len(text) > MAX_ITEM:
        return None
    if _ELEMENT.search(text):
        text = fragment_text(text)
    return line(html.unescape(text))[:500] or None


def text_of(value: object) -> str | None:
    """Return a value in one line if it is a string with something in it."""
    return line(value) or None if isinstance(value, str) else None


def tongue_of(value: object) -> str | None:
    """Return the ISO 639-1 part of a language tag: "zh" of "zh-CN"."""
    found = re.match(r"([A-Za-z]{2})(?:[-_]|$)", value.strip()) if isinstance(value, str) else None
    return found[1].lower() if found else None


def is_chinese(*texts: str | None) -> bool:
    """Tell whether one of some language tags or titles is Chinese."""
    return any(text and (text == "zh" or _HAN.search(text)) for text in texts)


def fingerprint(*parts: str) -> str:
    """Return a name for what has no name, from what it says."""
    return "sha256:" + hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _shared(drafts: Iterable[Draft]) -> frozenset[str]:
    """Return the names that several items with different addresses have."""
    places: dict[str, set[str]] = {}
    for draft in drafts:
        if draft.name and draft.facts.url:
            places.setdefault(draft.name, set()).add(canonical(draft.facts.url))
    return frozenset(name for name, urls in places.items() if len(urls) > 1)


def _item(draft: Draft, nameless: bool, *, damaged: bool) -> Item:
    text, reason = "", draft.reason
    kind: ProblemKind = "fault"
    if reason is None:
        try:
            text = _text(draft)
        except ExtractError as exc:
            reason = str(exc)
    title, url = draft.facts.title or "", draft.facts.url
    if damaged and "\ufffd" in title + text:
        text, reason = "", "holds bytes that are no characters in the encoding of its feed"
    if not text and reason is None:
        reason = _NO_TEXT + (f", only media ({draft.media[0]})" if draft.media else "")
        kind = "skipped"
    key = None if nameless else draft.name
    key = key or (canonical(url) if url else fingerprint(title, text or " ".join(draft.media)))
    return Item(
        key=key if len(key) <= MAX_NAME else fingerprint(key),
        facts=draft.facts,
        text=text,
        reason=reason,
        kind=kind,
    )


def _text(draft: Draft) -> str:
    """Return the longest of an item's bodies as text; raise ExtractError if it is too large."""
    alone = len(draft.markup) + len(draft.plain) == 1
    bodies = [(len(text if alone else _TAG.sub("", text)), text, True) for text in draft.markup]
    bodies += [(len(text), text, False) for text in draft.plain]
    if not bodies:
        return ""
    _, body, markup = max(bodies, key=lambda found: found[0])
    if len(body) > MAX_ITEM:
        raise ExtractError(f"is too large: {len(body)} characters of markup")
    return cleaned(body.strip()) if markup else normalise(body)
