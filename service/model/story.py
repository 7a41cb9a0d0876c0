"""What the pure steps say of articles: relevance, stories, summaries."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from service.model.article import Article, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One named part of a score, as `briefing explain` prints it."""

    name: str
    value: float
    #: What was found, in words: "China 4 times, Russia 2 times".
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevance:
    """How far an article is about the topic: the sum of its parts, and the decision."""

    score: float
    relevant: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Articles on one event, the best first."""

    articles: tuple[Article, ...]
    #: How many texts were written independently: copies of one agency text count once.
    origins: int

    @property
    def id(self) -> str:
        """The smallest root of its articles: the same whatever the order of input."""
        return min(article.root for article in self.articles)

    @property
    def outlets(self) -> tuple[str, ...]:
        """The distinct outlets of every place of its articles, where named, in order of name."""
        named = {place.publisher for article in self.articles for place in article.places}
        return tuple(sorted(name for name in named if name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Sentences chosen from a story, in the order in which they are printed."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of a text, in code points."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the part, unchanged."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Direct speech with its speaker; every part is a span of the article's text."""

    #: The revision's id.
    article: str
    language: str
    #: The words inside the quotation marks, in one paragraph.
    start: int
    end: int
    #: The speaker as printed. Where the text says "he said", the name that "he" stands for.
    speaker: Span
    #: What the text says beside the name of the speaker's office: "Chinese Foreign Minister".
    office: Span | None
    #: The words that attribute: ", Wang Yi said on Thursday", without the quotation.
    attribution: Span

    @property
    def words(self) -> Span:
        return Span(start=self.start, end=self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A sentence that says when something happened or will, and the day or month it says."""

    sentence: Sentence
    #: The first and the last day, both included: of the event, or of the month.
    start: date
    end: date
    precision: Literal["day", "month"]
    #: The words that give the date: "on 9 May", "上周四".
    expression: Span
    #: Whether it was still to come on the day that the caller asked about.
    future: bool
    #: Whether the date is only that of somebody's saying so: "he said on Thursday that …".
    statement: bool = False
