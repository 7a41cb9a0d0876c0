"""What is new: the stories of this issue held against those that the edition has told before.

A story is one told before when they share an article, in whatever revision, or when their articles
are on average as alike as those of one story are: all of them, or those in a language that both
have. Texts in two languages are compared by figures and days alone, and where they share none,
nothing is known of them: without the second, the next day's English report of a story that was told
in three languages would be another story. What it adds is measured sentence by sentence,
against every sentence of the articles that the earlier tellings were made from: the printed ones
are among them. Measuring against the printed ones alone was rejected, since an issue prints three
sentences of ten, and a copy that another outlet runs a day later would be news with the seven left.

A sentence adds something if it says mostly other words, or names a figure or a day that is new. In
a language that the known texts are not in, words prove nothing: there a figure, a day or a name
must be new.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.model import Article, Badge, Sentence, Story, utc
from service.stories.dates import days
from service.stories.features import numbers
from service.stories.linkage import RULE
from service.stories.similarity import Batch, mean_similarity
from service.stories.vectors import Edges
from service.topic import Profile, mentions
from summarizers.text import sentences, stems

#: Days for which a story is remembered.
REMEMBERED_DAYS = 14
#: Share of a sentence's words in one known sentence, or in all of them, from which on it is known.
_KNOWN_ONE = 0.6
_KNOWN_ALL = 0.9
#: A sentence with fewer content words says too little to be new.
_LEAST_WORDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story as an earlier issue of the edition told it."""

    #: Its id in that issue.
    id: str
    #: The issue's cut-off.
    cutoff: datetime
    articles: tuple[Article, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "cutoff", utc(self.cutoff))


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """A story of this issue, and what it is to the earlier ones."""

    story: Story
    badge: Badge
    #: The tellings that it continues, the latest first.
    earlier: tuple[Told, ...]
    #: Sentences that add something, by article in the story's order; empty for a new story.
    added: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """This issue against the earlier ones."""

    #: In the order of the stories given.
    stories: tuple[Continued, ...]
    #: Stories of the last issue that nothing was found on since, in order of id.
    quiet: tuple[Told, ...]


def continue_from(
    stories: Sequence[Story], earlier: Sequence[Told], profile: Profile, cutoff: datetime
) -> Changes:
    """Return which stories are new, updated or continuing, and which have gone quiet.

    earlier: what the edition told; only issues of the last 14 days before `cutoff` count, and none
    after it.
    """
    since = utc(cutoff) - timedelta(days=REMEMBERED_DAYS)
    known = sorted(
        (told for told in earlier if since <= told.cutoff <= cutoff),
        key=lambda told: (-told.cutoff.timestamp(), told.id),
    )
    continues = _matches(stories, known, profile)
    found = []
    for story, tellings in zip(stories, continues, strict=True):
        added = _added(story, tellings, profile) if tellings else ()
        badge: Badge = "new" if not tellings else "updated" if added else "continuing"
        found.append(Continued(story=story, badge=badge, earlier=tellings, added=added))
    last = max((told.cutoff for told in known), default=None)
    seen = {id(told) for tellings in continues for told in tellings}
    quiet = [told for told in known if told.cutoff == last and id(told) not in seen]
    return Changes(stories=tuple(found), quiet=tuple(sorted(quiet, key=lambda told: told.id)))


def _matches(
    stories: Sequence[Story], known: Sequence[Told], profile: Profile
) -> list[tuple[Told, ...]]:
    """Return for each story the earlier tellings of it, in the order of `known`."""
    tellings = [story.articles for story in stories] + [told.articles for told in known]
    batch = Batch([article for articles in tellings for article in articles], profile)
    number = {id_: i for i, id_ in enumerate(batch.ids)}
    groups = [sorted({number[article.id] for article in articles}) for articles in tellings]
    edges = batch.edges()
    alike = mean_similarity(edges, groups)
    same = _alike_in_one_language(edges, tellings, number)
    roots = [{article.root for article in articles} for articles in tellings]
    return [
        tuple(
            told
            for j, told in enumerate(known, len(stories))
            if roots[i] & roots[j]
            or max(alike.get((i, j), 0.0), same.get((i, j), 0.0)) >= RULE.threshold
        )
        for i in range(len(stories))
    ]


def _alike_in_one_language(
    edges: Edges, tellings: Sequence[Sequence[Article]], number: Mapping[str, int]
) -> dict[tuple[int, int], float]:
    """Return how alike two tellings are in the language in which they are most so, by pairs i < j.

    number: of each article, by its id.
    """
    parts = sorted({(i, article.language) for i, found in enumerate(tellings) for article in found})
    groups = [
        sorted({number[article.id] for article in tellings[i] if article.language == language})
        for i, language in parts
    ]
    best: dict[tuple[int, int], float] = {}
    for (a, b), value in mean_similarity(edges, groups).items():
        (i, one), (j, other) = parts[a], parts[b]
        if one == other:
            best[i, j] = max(best.get((i, j), 0.0), value)
    return best


def _added(story: Story, tellings: Sequence[Told], profile: Profile) -> tuple[Sentence, ...]:
    """Return the sentences of the story's new revisions that add something to what was told."""
    old = {article.id: article for told in tellings for article in told.articles}
    knowledge = _Knowledge(profile)
    for article in old.values():
        for start, end in sentences(article.text, article.language):
            knowledge.learn(article.text[start:end], article.language)
    found = []
    for article in story.articles:
        if article.id in old:
            continue
        for start, end in sentences(article.text, article.language):
            text = article.text[start:end]
            if knowledge.lacks(text, article.language):
                found.append(Sentence(article=article.id, start=start, end=end))
                # What one article adds, the next one repeats.
                knowledge.learn(text, article.language)
    return tuple(found)


class _Knowledge:
    """What the known sentences say, as words by language and as marks."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._sentences: dict[str, list[frozenset[str]]] = {}
        self._words: dict[str, set[str]] = {}
        self._marks: set[str] = set()

    def learn(self, text: str, language: str) -> None:
        """Add a sentence."""
        words = frozenset(stems(text, language))
        self._sentences.setdefault(language, []).append(words)
        self._words.setdefault(language, set()).update(words)
        self._marks.update(self._marks_of(text))

    def lacks(self, text: str, language: str) -> bool:
        """Whether a sentence says something that is not known."""
        words = frozenset(stems(text, language))
        if len(words) < _LEAST_WORDS:
            return False
        figures = {mark for mark in self._marks_of(text) if mark not in self._marks}
        if language not in self._words:
            return bool(figures)
        known = self._words[language]
        closest = max((_share(words, other) for other in self._sentences[language]), default=0.0)
        if closest >= _KNOWN_ONE or _share(words, known) >= _KNOWN_ALL:
            return any(not mark.startswith("e:") for mark in figures)
        return True

    def _marks_of(self, text: str) -> Iterable[str]:
        for mention in mentions(text, self._profile):
            yield f"e:{mention.entity}"
        for figure in numbers(text):
            yield f"n:{figure}"
        for day in days(text):
            yield f"d:{day.month}-{day.day}"


def _share(words: frozenset[str], known: frozenset[str] | set[str]) -> float:
    return len(words & known) / len(words)
