"""The brief as data: everything that is printed, with what proves it.

A renderer prints these fields and nothing else; `verify` checks them against the store.
Every `Line` is verbatim: its `text` is the cited revision's `text[start:end]` with white space
folded to single blanks, and nothing else changed.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from service.model.article import Period, Problem, Skipped

#: Version of the JSON form of a brief. Fields that were added with a default keep it: what was
#: stored before them reads back with the default, and prints without what they hold.
SCHEMA = 1

Badge = Literal["new", "updated", "continuing"]
ChangeKind = Literal["new", "updated", "continuing", "quiet"]
ReadState = Literal["read", "failed", "silent", "partial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One printed sentence and its citation."""

    #: Number of the sentence in this issue, from 1, in order of first printing.
    number: int
    text: str
    language: str
    #: The revision's id, and the span in code points.
    article: str
    start: int
    end: int
    #: Number in the list of sources, from 1.
    source: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryItem:
    """A story as printed."""

    id: str
    #: The title of the best article, as its outlet wrote it.
    headline: str
    language: str
    #: Number of the source whose headline it is.
    source: int
    lines: tuple[Line, ...]
    outlets: tuple[str, ...]
    origins: int
    languages: tuple[str, ...]
    #: Numbers of all its sources.
    sources: tuple[int, ...]
    #: First and last date of publication, where known.
    first: datetime | None
    last: datetime | None
    badge: Badge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A story as the section on changes names it."""

    kind: ChangeKind
    headline: str
    language: str
    #: Number of the source whose headline it is; None for a story that has gone quiet.
    source: int | None = None
    #: When an issue of this edition told it last, and that issue's number.
    told: datetime | None = None
    issue: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackItems:
    """Further stories of one field of the relationship."""

    id: str
    name: str
    items: tuple[StoryItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words of the article that a line cites, and their span there."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteItem:
    """Exact words of a named speaker."""

    #: The words between the quotation marks.
    line: Line
    speaker: Phrase
    office: Phrase | None
    #: The day of publication, where known.
    published: datetime | None
    outlet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventItem:
    """A sentence under the date of what it tells."""

    line: Line
    start: date
    #: The last day, included; equal to `start` for one day.
    end: date
    precision: Literal["day", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRead:
    """What one configured source gave in the period."""

    name: str
    kind: str
    state: ReadState
    #: Items that the source held at its last reading.
    items: int
    #: Revisions that it gave and that are in the issue's period.
    new: int
    #: In words, when it failed.
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """Relevant articles of one day of publication from the outlets of one country."""

    day: date
    #: ISO 3166 code of the state whose media the outlet is labelled as; "" for every other outlet,
    #: whose country is not known.
    country: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackCount:
    """What the period held of one field of the relationship, printed or not."""

    id: str
    name: str
    stories: int
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorCount:
    """How many relevant articles name somebody, each article once."""

    id: str
    name: str
    articles: int
    #: The same of the edition's last issue; None where there is none to hold it against.
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the issue rests on, and what it lacks."""

    sources: tuple[SourceRead, ...]
    #: Article revisions in the period, and of those the ones about the topic.
    articles: int
    relevant: int
    #: Relevant articles that a printed story holds.
    printed: int
    #: (language, articles) of the relevant ones, most first.
    languages: tuple[tuple[str, int], ...]
    #: (language, articles) left out because this service does not read the language.
    unread: tuple[tuple[str, int], ...]
    #: Relevant articles from outlets labelled as state media.
    state_media: int
    #: (day, relevant articles), the days of publication in the period, in the desk's zone.
    per_day: tuple[tuple[date, int], ...]
    #: Relevant articles without a date of publication, and those dated before the period.
    undated: int
    earlier: int = 0
    #: What should have been read and was not; each of kind "fault".
    problems: tuple[Problem, ...] = ()
    #: What is never read, by source and reason: no fault, and no gap that could be mended.
    skipped: tuple[Skipped, ...] = ()
    #: The articles of `per_day` by the outlets' country, in order of day and country.
    by_country: tuple[DayCount, ...] = ()
    #: In the order of the profile; a field without a story is left out.
    tracks: tuple[TrackCount, ...] = ()
    #: Named now or in the last issue, most first; without the sides, which every article names.
    actors: tuple[ActorCount, ...] = ()

    @property
    def degraded(self) -> bool:
        """Whether a source failed or an item could not be read; what was skipped is no fault."""
        return bool(self.problems) or any(s.state in ("failed", "partial") for s in self.sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """An entry of the list of sources."""

    number: int
    article: str
    title: str
    outlet: str
    language: str
    #: Name of the configured source it came through, and of the item there: a path, a guid.
    source: str
    key: str
    collected: datetime
    published: datetime | None = None
    url: str | None = None
    origin: str | None = None
    #: ISO 3166 code where the outlet is labelled as state media.
    state_media: str | None = None
    #: Numbers of the printed sentences that cite it.
    cited_by: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How the issue was made: what a second run needs to make it again."""

    version: str
    summarizer: str
    topic: str
    #: Names and versions that the result depends on, in order of name.
    components: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One issue of an edition."""

    title: str
    marking: str
    edition: str
    #: Number of the issue within its edition, from 1.
    number: int
    #: ISO 639-1 of the interface texts.
    language: str
    period: Period
    #: Data after this moment is not in the issue.
    cutoff: datetime
    #: IANA zone in which times are printed.
    timezone: str
    bottom_line: tuple[Line, ...]
    stories: tuple[StoryItem, ...]
    coverage: Coverage
    sources: tuple[SourceRef, ...]
    method: Method
    changed: tuple[Change, ...] = ()
    tracks: tuple[TrackItems, ...] = ()
    quotes: tuple[QuoteItem, ...] = ()
    timeline: tuple[EventItem, ...] = ()
    watch: tuple[EventItem, ...] = ()
    schema: int = field(default=SCHEMA)

    def told(self) -> tuple[StoryItem, ...]:
        """Return every story that is printed: the top ones, then those by track."""
        return (*self.stories, *(item for track in self.tracks for item in track.items))

    def lines(self) -> tuple[Line, ...]:
        """Return every printed sentence once, in order of its number."""
        printed = [
            *self.bottom_line,
            *(line for item in self.told() for line in item.lines),
            *(quote.line for quote in self.quotes),
            *(event.line for event in (*self.timeline, *self.watch)),
        ]
        found = {line.number: line for line in printed}
        return tuple(found[number] for number in sorted(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A rendered issue in one format."""

    #: "pdf", "html", "txt", "md", "eml" or "json": also the file's ending.
    format: str
    data: bytes
