"""Web pages: the reporting by trafilatura, what is said about it from the page's own metadata.

trafilatura gets a parsed tree and never an address: its own fetching follows redirects anywhere.
Its metadata are not used, because it dates a page by whatever looks like a date in its text, and
a guessed date is worse than none; what a page declares (`<meta>`, JSON-LD, `<time>`) is read here.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from feeds.dates import moment
from feeds.metadata import Facts, address
from feeds.normal import line, normalise
from service.errors import ExtractError

#: Meta names (lower case) in order of trust.
_DATES = (
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "dc.date.created",
    "publishdate",
    "publish-date",
    "publish_date",
    "pubdate",
    "publication_date",
    "citation_publication_date",
    "date",
    "article:published",
    "weibo:article:create_at",
)
_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "headline", "title")
_AUTHORS = ("author", "article:author", "dc.creator", "parsely-author", "byl")
_SITES = ("og:site_name", "application-name", "dc.publisher", "publisher")

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "p div section article li ul ol blockquote pre h1 h2 h3 h4 h5 h6 tr td th table figure "
        "figcaption header footer aside nav dl dt dd hr form main address caption center body",
    )
)
#: White space of HTML, but for single plain blanks, which stay as they are.
_SPACES = re.compile(r"[\t\r\n\f][ \t\r\n\f]*| [ \t\r\n\f]+")
_SKIPPED = ("script", "style", "noscript", "template", "iframe", "object", "svg", "head", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a web page holds."""

    facts: Facts
    #: Normalised; furniture still in it.
    text: str


def page(html: str, *, url: str | None = None, now: datetime) -> Page:
    """Return the main text of a page and what it declares; raise ExtractError without a text.

    url: where it came from, for relative addresses in it.
    """
    tree = _tree(html)
    facts = _declared(tree, url=url, now=now)
    text = _main_text(html)
    if not text:
        # Short pages, and files that hold nothing but the article, are below its thresholds.
        text = fragment_text(html)
    if not text:
        raise ExtractError("holds no text that can be read")
    return Page(facts=facts, text=text)


def fragment_text(html: str) -> str:
    """Return the text of a piece of HTML, normalised: one paragraph for each block."""
    pieces: list[str] = []
    _walk(_tree(html), pieces)
    return normalise("".join(pieces), unwrap=False)


def _tree(html: str) -> HtmlElement:
    # lxml refuses text with an encoding declaration, and drops what follows a NUL.
    html = re.sub(r"^\s*<\?xml[^>]*>", "", html).replace("\0", "")
    try:
        return document_fromstring(
            html or "<html></html>",
            parser=HTMLParser(remove_comments=True, remove_pis=True, no_network=True),
        )
    except (etree.LxmlError, ValueError) as exc:
        raise ExtractError(f"is not a web page: {line(str(exc))[:120]}") from exc


def _main_text(html: str) -> str:
    from trafilatura import bare_extraction

    try:
        found = bare_extraction(
            _tree(html),
            include_comments=False,
            include_tables=False,
            with_metadata=False,
            favor_precision=True,
        )
    except (etree.LxmlError, ValueError, LookupError, AttributeError, RecursionError) as exc:
        raise ExtractError(f"could not be read as a web page: {line(str(exc))[:120]}") from exc
    text = getattr(found, "text", None)
    return normalise(text, unwrap=False) if isinstance(text, str) else ""


def _walk(root: HtmlElement, pieces: list[str]) -> None:
    """Append the text of a tree with an empty line around each block; white space is folded.

    Iterative: pages nest deeper than Python's stack.
    """
    preformatted = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag in _BLOCKS:
                pieces.append("\n\n")
            elif tag == "br":
                pieces.append("\n")
            preformatted += tag == "pre"
            if tag not in _SKIPPED and tag and element.text:
                pieces.append(element.text if preformatted else _fold(element.text))
        else:
            preformatted -= tag == "pre"
            if tag in _BLOCKS:
                pieces.append("\n\n")
            parent = element.getparent()
            outside = element is root or parent is None or parent.tag in _SKIPPED
            if element.tail and not outside:
                pieces.append(element.tail if preformatted else _fold(element.tail))


def _fold(text: str) -> str:
    return _SPACES.sub(" ", text)


def _declared(tree: HtmlElement, *, url: str | None, now: datetime) -> Facts:
    meta: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        value = line(element.get("content") or "")
        if name and value and len(value) < 2000:
            meta.setdefault(name.strip().lower(), value)
    linked = {key: value for data in _linked_data(tree) for key, value in data.items()}
    dates = [meta[name] for name in _DATES if name in meta]
    dates[2:2] = [linked["datePublished"]] if "datePublished" in linked else []
    dates += [element.get("datetime") or "" for element in tree.iter("time")][:3]
    site = next((meta[name] for name in _SITES if name in meta), None)
    author = next((meta[name] for name in _AUTHORS if name in meta), None)
    return Facts(
        title=_title(tree, meta, linked, site),
        published=next((d for d in (moment(text, now=now) for text in dates) if d), None),
        url=_address(tree, meta, url),
        outlet=site,
        language=_language(tree),
        authors=(author,) if author and not address(author) else (),
    )


def _title(
    tree: HtmlElement, meta: dict[str, str], linked: dict[str, str], site: str | None
) -> str | None:
    found = next((meta[name] for name in _TITLES[:4] if name in meta), linked.get("headline"))
    if not found:
        heads = [line(str(head.text_content())) for head in tree.iter("h1")]
        found = heads[0] if len(heads) == 1 else None
    if not found:
        titles = [line(str(title.text_content())) for title in tree.iter("title")]
        found = titles[0] if titles else None
    if found and site:
        # "Headline | Site", "Headline - Site": only what the page itself calls its site.
        found = re.sub(rf"\s+[|\-–—·»]\s+{re.escape(site)}$", "", found, flags=re.IGNORECASE)
    return found[:500] if found else None


def _address(tree: HtmlElement, meta: dict[str, str], url: str | None) -> str | None:
    links = [e.get("href") or "" for e in tree.iter("link") if e.get("rel") == "canonical"]
    for text in (*links, meta.get("og:url", "")):
        try:
            found = address(urljoin(url or "", text))
        except ValueError:
            continue
        if found:
            return found
    return url


def _language(tree: HtmlElement) -> str | None:
    found = re.match(r"([A-Za-z]{2})\b", tree.get("lang") or "")
    return found[1].lower() if found else None


def _linked_data(tree: HtmlElement) -> Iterator[dict[str, str]]:
    """Yield the plain string values of each JSON-LD object that is an article."""
    for element in tree.iter("script"):
        if (element.get("type") or "").strip().lower() != "application/ld+json":
            continue
        text = (element.text or "").strip()
        if len(text) > 200_000:
            continue
        try:
            data: Any = json.loads(text)
        except (ValueError, RecursionError):
            continue
        objects = data if isinstance(data, list) else [data]
        for found in objects:
            graph = found.get("@graph") if isinstance(found, dict) else None
            for thing in graph if isinstance(graph, list) else [found]:
                if isinstance(thing, dict) and "datePublished" in thing:
                    yield {k: line(v) for k, v in thing.items() if isinstance(v, str)}
