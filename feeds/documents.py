"""Files to entries: what a document says about itself, its text, and nothing else of the page.

One function a format turns bytes into facts and paragraphs (`FORMATS`); `entry` then does what is
the same for all, and for the items of feeds: language, furniture, headline, origin. To add a
format, write one such function and name its endings.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from feeds.dates import moment
from feeds.decode import decode
from feeds.furniture import clean, same_line
from feeds.language import language
from feeds.metadata import Facts, front_matter, header_lines, headline, shortened
from feeds.normal import line, normalise, paragraphs
from service.errors import ExtractError
from service.model import Entry

#: Bytes and now -> what is declared, and the normalised text.
Reader = Callable[[bytes, datetime], tuple[Facts, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An article, and what it does not say itself."""

    entry: Entry
    #: In words for the operator, and for whoever wrote the file.
    fault: str | None = None
    #: True where a mark behind the text says that it goes on elsewhere.
    goes_on: bool = False


def read(key: str, data: bytes, *, now: datetime, tongue: str | None = None) -> Entry:
    """Return a file's article; as `reading`, without its fault."""
    return reading(key, data, now=now, tongue=tongue).entry


def reading(key: str, data: bytes, *, now: datetime, tongue: str | None = None) -> Reading:
    """Return a file's article; raise ParseError or ExtractError with the reason in words.

    key: its relative path, whose ending names the format. now: bounds the dates that are believed.
    tongue: as for `article`.
    Raises KeyError for an ending that `FORMATS` lacks.
    """
    facts, text = FORMATS[PurePosixPath(key).suffix.lower()](data, now)
    return article(key, text, facts, now=now, tongue=tongue)


def entry(key: str, text: str, facts: Facts, *, now: datetime, tongue: str | None = None) -> Entry:
    """Return the entry that a normalised text and what is declared of it make, as `article`."""
    return article(key, text, facts, now=now, tongue=tongue).entry


def article(
    key: str, text: str, facts: Facts, *, now: datetime, tongue: str | None = None
) -> Reading:
    """Return the article that a normalised text and what is declared of it make.

    tongue: the language, where the operator has set it for the source; else it is detected, and
    what the document declares counts only where that fails: templates declare what they like.
    Raises ExtractError if nothing but furniture is in it.
    """
    whole = clean(paragraphs(text), title=facts.title)
    body, removed, origin = whole.paragraphs, whole.removed, whole.origin
    goes_on = whole.goes_on
    title = facts.title or headline(body)
    if title and len(body) > 1 and same_line(body[0], title):
        # Below the headline there may be a byline, and the dateline, which says best whose it is.
        below = clean(body[1:], title=title)
        body, removed = below.paragraphs, (*removed, *below.removed)
        origin, goes_on = below.origin or origin, goes_on or below.goes_on
    if not any(c.isalpha() for paragraph in body for c in paragraph):
        raise ExtractError("holds no text that can be read")
    final = "\n\n".join(body)
    found = language(final)
    dates = (gone.date for gone in removed if gone.date)
    published = facts.published or next(
        (day for day in (moment(date, now=now, chinese=found == "zh") for date in dates) if day),
        None,
    )
    made = Entry(
        key=key,
        title=title or shortened(body[0]),
        title_given=title is not None,
        text=final,
        language=tongue or (found if found != "und" else facts.language or "und"),
        url=facts.url,
        published=published,
        outlet=facts.outlet,
        origin=facts.origin or origin,
    )
    return Reading(entry=made, fault=facts.fault, goes_on=goes_on)


def plain(data: bytes, now: datetime) -> tuple[Facts, str]:
    """Read a text file."""
    return _written(decode(data), now)


def markdown(data: bytes, now: datetime) -> tuple[Facts, str]:
    """Read a Markdown file: front matter, then the text of its blocks; images go, links stay."""
    facts, rest = front_matter(_lines(decode(data)), now=now)
    if replace(facts, fault=None) == Facts():
        more, rest = header_lines(rest, now=now)
        facts = facts.over(more)
    from feeds.markdown import blocks

    found = blocks(rest)
    text = normalise("\n\n".join(found.paragraphs), unwrap=False)
    return facts.over(Facts(title=line(found.heading) or None)), text


def html(data: bytes, now: datetime) -> tuple[Facts, str]:
    """Read a web page that was saved as a file."""
    from feeds.extract import page

    found = page(decode(data), now=now)
    return found.facts, found.text


def pdf(data: bytes, now: datetime) -> tuple[Facts, str]:
    """Read a PDF document."""
    from feeds import pdf as reader

    return reader.read(data, now)


def word(data: bytes, now: datetime) -> tuple[Facts, str]:
    """Read a Word document of the newer kind."""
    from feeds import docx as reader

    return reader.read(data, now)


def mail(data: bytes, now: datetime) -> tuple[Facts, str]:
    """Read a mail that was saved as a file."""
    from feeds import mail as reader

    return reader.read(data, now)


#: What each ending is read by.
FORMATS: Mapping[str, Reader] = {
    ".txt": plain,
    ".text": plain,
    ".md": markdown,
    ".markdown": markdown,
    ".html": html,
    ".htm": html,
    ".xhtml": html,
    ".pdf": pdf,
    ".docx": word,
    ".eml": mail,
}


def _written(text: str, now: datetime) -> tuple[Facts, str]:
    facts, rest = front_matter(_lines(text), now=now)
    more, rest = header_lines(rest, now=now)
    return facts.over(more), normalise(rest)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
