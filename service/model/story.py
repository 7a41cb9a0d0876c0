"""What the pure steps say of articles: relevance, stories, summaries."""

from dataclasses import dataclass

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
