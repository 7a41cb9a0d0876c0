"""What was collected: entries, article revisions, and sentences inside them."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

#: What is printed in the place of an outlet that nothing names.
NOT_NAMED = "outlet not named"

#: Whether a text is what the source itself gave, or the page that its teaser leads to.
TextFrom = Literal["feed", "page"]

#: "skipped": what this service never reads, so that nothing is broken and nothing is to be mended:
#: a link file, a podcast's item, a language. "fault": what should have been read and was not.
ProblemKind = Literal["fault", "skipped"]


def utc(moment: datetime) -> datetime:
    """Return an aware moment in UTC; raise ValueError if it has no zone."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


def content_id(text: str) -> str:
    """Return the SHA-256 of a normalised text, in hex: the id of an article revision."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as a source gave it, cleaned, before the store has seen it."""

    #: The source's own lasting name for the item: a relative path, a guid, or an address.
    key: str
    title: str
    #: Normalised: NFC, line feeds only, no control characters, page furniture removed.
    text: str
    #: ISO 639-1, or "und" where it could not be told.
    language: str
    #: False where the title is the text's first sentence, shortened.
    title_given: bool = True
    url: str | None = None
    #: None when unknown; never the time of the file or of the fetch.
    published: datetime | None = None
    #: Who published it, as a reader would name it ("Xinhua", "example.org").
    outlet: str | None = None
    #: Whose text it is, where credited: an agency, or another outlet.
    origin: str | None = None
    text_from: TextFrom = "feed"

    def __post_init__(self) -> None:
        if self.published is not None:
            object.__setattr__(self, "published", utc(self.published))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that was not used, and why, in words for a reader."""

    source: str
    #: The item's key, or "" when it is the whole source.
    key: str
    reason: str
    kind: ProblemKind = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Items of one source that were left out on purpose, for one reason."""

    source: str
    #: The item's key; "" for several items, or for the whole source.
    key: str
    reason: str
    #: Items, at least 1.
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a revision was found: one item of one source."""

    source: str
    key: str
    title: str
    collected: datetime
    title_given: bool = True
    url: str | None = None
    published: datetime | None = None
    outlet: str | None = None
    origin: str | None = None
    text_from: TextFrom = "feed"

    def __post_init__(self) -> None:
        object.__setattr__(self, "collected", utc(self.collected))
        if self.published is not None:
            object.__setattr__(self, "published", utc(self.published))

    @property
    def publisher(self) -> str | None:
        """Who published the text, or else whom it is credited to; a folder is neither."""
        return self.outlet or self.origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One immutable revision of an article, with every place where it was found.

    The title, address, dates and outlet that a reader is shown are those of `places[0]`,
    the place that was found first.
    """

    #: SHA-256 of `text`.
    id: str
    #: The id of the first revision of the same article: what an edit does not change.
    root: str
    text: str
    language: str
    #: At least one, ordered by time of collection, then source, then key.
    places: tuple[Place, ...]

    @property
    def title(self) -> str:
        return self.places[0].title

    @property
    def url(self) -> str | None:
        return self.places[0].url

    @property
    def published(self) -> datetime | None:
        return self.places[0].published

    @property
    def collected(self) -> datetime:
        """When this revision was first collected."""
        return self.places[0].collected

    @property
    def outlet(self) -> str:
        """Who published it, as a reader would name it, or `NOT_NAMED`."""
        return self.places[0].publisher or NOT_NAMED

    @property
    def origin(self) -> str | None:
        return self.places[0].origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A span of a revision's text, in code points; its words are `text[start:end]`, unchanged."""

    article: str
    start: int
    end: int

    def of(self, article: Article) -> str:
        """Return the sentence's text; raise ValueError for another article."""
        if article.id != self.article:
            raise ValueError(f"sentence of {self.article[:12]} asked of {article.id[:12]}")
        return article.text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A half-open span of time, `start <= t < end`, in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", utc(self.start))
        object.__setattr__(self, "end", utc(self.end))
        if self.start > self.end:
            raise ValueError(f"a period that ends before it starts: {self.start} to {self.end}")

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end
