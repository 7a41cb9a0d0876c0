"""The article of a page whose teaser is known: pure functions, which run in a worker process.

Nothing here needs the client, which the processes therefore do not import.
"""

import re
from dataclasses import replace
from datetime import datetime

from feeds.decode import decode
from feeds.documents import entry as made
from feeds.metadata import Facts, headline
from feeds.normal import columns, paragraphs
from feeds.teasers import without_mark
from service.model import Entry

#: In columns: 600 letters, 300 Chinese characters.
TEASER_MAX = 600
#: Share of a teaser's words that its page must have. Tuned on summaries written by people, the
#: hard case (most teasers are the lead). Against their own articles 0 % of 264 English and 3 % of
#: 443 Russian and Chinese ones fall below, and would stay teasers; against another article of the
#: same set 88 to 99 % do (of one office's protocol: half). `about` over pairs measures it again.
SHARED_MIN = 0.3

#: Marks that may stay in a text (`feeds.teasers` takes those off it that are surely no words of
#: it). Words of a link begin with a capital; "he wants to read more books" is a sentence.
_ENDS = re.compile(
    r"(?:…|\.\.\.|\[\s*(?:…|\.{3}|&hellip;)\s*\]"
    r"|\b(?:Read|READ|Continue|See|View) (?:more|MORE|reading|full)(?: \w+){0,3}"
    r"|\b(?:Читать|ЧИТАТЬ) (?:далее|ДАЛЕЕ|полностью)|\bПодробнее|(?:阅读|查看)(?:全文|更多))"
    r"[\s\".»”>→)\]]*$"
)
#: A Chinese character, or the beginning of a word of four letters and more: endings differ.
_WORD = re.compile(r"[\u3400-\u9fff]|(?<![^\W\d_])(?=[^\W\d_]{4})[^\W\d_]{4,5}")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


def teaser(text: str) -> bool:
    """Tell whether a text is surely not the whole article, whatever mark it ends with."""
    rest, goes_on = without_mark(text)
    return goes_on or columns(rest) < TEASER_MAX or _ENDS.search(text) is not None


def article(
    body: bytes,
    entry: Entry,
    *,
    url: str,
    content_type: str = "",
    now: datetime,
    tongue: str | None = None,
) -> Entry | None:
    """Return the entry with the text of its page; None where the teaser is the better one.

    url: where the page came from. content_type: as the server declared it. now: bounds the dates
    that are believed. tongue: as for `feeds.documents.entry`. What the feed says of an article
    holds before what its page says.
    Raises ParseError or ExtractError for a page without a text.
    """
    from feeds.extract import page

    declared = _CHARSET.search(content_type)
    html = decode(body, declared=declared[1] if declared else None)
    found = page(html, url=url, now=now)
    told = Facts(
        title=entry.title if entry.title_given else None,
        published=entry.published,
        url=entry.url,
        outlet=entry.outlet,
        origin=entry.origin,
    )
    blocks = paragraphs(found.text)
    if len(blocks) > 1 and headline(blocks):
        # The page's own headline, which need not be the one that the feed gives.
        blocks = blocks[1:]
    whole = made(entry.key, "\n\n".join(blocks), told.over(found.facts), now=now, tongue=tongue)
    if columns(whole.text) <= columns(entry.text) or not about(entry, whole):
        return None
    return replace(whole, text_from="page")


def about(entry: Entry, page: Entry) -> bool:
    """Tell whether a page has enough of a teaser's words, its title's too, to be its article.

    The page's own title says nothing: it is the feed's wherever the feed has one.
    """
    title = entry.title if entry.title_given else ""
    words = set(_WORD.findall(f"{title}\n{entry.text}".lower()))
    there = set(_WORD.findall(page.text.lower()))
    return not words or len(words & there) >= SHARED_MIN * len(words)
