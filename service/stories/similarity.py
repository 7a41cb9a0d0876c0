"""How alike two articles are: by words in one language, by marks across languages, less with time.

Every similarity is a sum over features that can be named, so that each link can be explained.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import fsum

import numpy as np

from service.model import Article, Part
from service.stories.dates import apart
from service.stories.features import Features, Readings, features, unread
from service.stories.vectors import Counts, Edges, Floats, Ints, pairs, weighted
from service.topic import Profile

#: Similarities below this are taken as none: between 0.03 and 0.09 no labelled set notices.
FLOOR = 0.07
#: Days between two publications that halve a similarity. A week leaves nine tenths of it, and a
#: month a seventh: reports of one event come within two weeks, the next visit comes later. With
#: dates drawn for the labelled sets, half after 14, 18 or 24 days differ only on stories that last
#: longer than twenty.
_HALF_DAYS = 18
#: A text without a date that names days, all of them at least so far from the other's publication,
#: is taken as published on the nearest of them.
_FAR_DAYS = 7
#: What is left of a similarity if neither date is known, and the days that they name lie apart.
_OTHER_DAYS = 0.85
_APART_DAYS = 3
#: And if neither date is known and the texts share neither a figure nor a day: nothing but words
#: says that they tell of one event, and a call and a visit of the same two people have the same
#: words. ECB+ does not notice, Multi-News gains 0.006, tens of its articles lose 0.01.
_ONLY_WORDS = 0.9
#: Articles in two languages: least similarity of marks that is believed, what it is multiplied
#: with to compare with words, and the days that may lie between the publications.
MARKS_FLOOR = 0.3
_MARKS_SCALE = 0.45
_MARKS_DAYS = 3
#: Marks that they must share at least.
_MARKS_SHARED = 3
#: Features named when a link is explained.
_NAMED = 8


class Batch:
    """Articles that are compared with each other, numbered in order of their ids.

    What is rare is rare in the batch, so a similarity depends on all of its articles. Copies of one
    text are one number.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        profile: Profile,
        readings: Readings = unread,
    ) -> None:
        """readings: of those of these very articles that were read before."""
        self._copies: defaultdict[str, list[int]] = defaultdict(list)
        for index, article in enumerate(articles):
            self._copies[article.id].append(index)
        self._known: list[Features] = []
        self._words: defaultdict[str, Counts] = defaultdict(Counts)
        self._members: defaultdict[str, list[int]] = defaultdict(list)
        self._marks = Counts()
        #: Ids of the texts, by number.
        self.ids = tuple(sorted(self._copies))
        for number, (own, told) in enumerate(_each(articles, profile, readings)):
            self._known.append(own)
            self._words[own.language].add(told)
            self._members[own.language].append(number)
            self._marks.add(own.marks)

    def __len__(self) -> int:
        return len(self.ids)

    def indices(self, number: int) -> tuple[int, ...]:
        """Return the places, among the articles given, of the copies of a text."""
        return tuple(self._copies[self.ids[number]])

    def edges(self) -> Edges:
        """Return the pairs of numbers that are alike, and how much, from above 0 to about 1."""
        parts: list[Edges] = []
        for language in sorted(self._words):
            rows = np.array(self._members[language], dtype=np.int64)
            for i, j, value in pairs(weighted(self._words[language]), FLOOR):
                parts.append(decayed((rows[i], rows[j], value), self._known))
        if len(self._words) > 1:
            for found in pairs(weighted(self._marks), MARKS_FLOOR):
                parts.append(crossed(found, self._known))
        if not parts:
            none = np.zeros(0, dtype=np.int64)
            return none, none, np.zeros(0)
        first, second, similarity = (np.concatenate(column) for column in zip(*parts, strict=True))
        return first, second, similarity

    def explain(self, first: str, second: str) -> tuple[Part, ...]:
        """Return the parts of the similarity of two texts, by their ids.

        The first part is the shared words or marks, and the second the factor that it is multiplied
        with; the details name the heaviest shared features, and why two languages are not compared.
        Raises KeyError for an id that is not in the batch.
        """
        for id_ in (first, second):
            if id_ not in self._copies:
                raise KeyError(id_)
        a, b = self.ids.index(first), self.ids.index(second)
        one, other = self._known[a], self._known[b]
        if one.language == other.language:
            rows = self._members[one.language]
            shared = _shared(self._words[one.language], rows.index(a), rows.index(b))
            published = np.array(
                [np.nan if x.published is None else float(x.published) for x in (one, other)]
            )
            distance = abs(published[0] - published[1])
            factor = _undated(one, other) if np.isnan(distance) else _decay(np.array([distance]))[0]
            told = f"{distance:.0f} days apart"
            if np.isnan(distance):
                told = "a date is unknown" + (
                    ", and no figure or day is in common" if factor == _ONLY_WORDS else ""
                )
            return _part("words", shared), Part(name="time", value=float(factor), detail=told)
        shared = _shared(self._marks, a, b)
        may = _may_cross(one, other)
        told = "two languages" if may else "two languages, and no day or two figures in common"
        return _part("marks", shared), Part(
            name="language", value=_MARKS_SCALE if may else 0.0, detail=told
        )


def read(
    articles: Sequence[Article], profile: Profile, readings: Readings = unread
) -> dict[str, tuple[Features, Mapping[str, int]]]:
    """Return the features and words of each text, by id, in order of the ids.

    readings: as for `Batch`.
    """
    ids = sorted({article.id for article in articles})
    return dict(zip(ids, _each(articles, profile, readings), strict=True))


def _each(
    articles: Sequence[Article], profile: Profile, readings: Readings
) -> Iterator[tuple[Features, Mapping[str, int]]]:
    """Yield the features and words of each text, in order of the ids."""
    chosen: dict[str, Article] = {}
    for article in articles:
        # Of copies with different dates or titles, one that the input's order cannot choose.
        other = chosen.get(article.id)
        if other is None or repr(article.places) < repr(other.places):
            chosen[article.id] = article
    for id_ in sorted(chosen):
        yield features(chosen[id_], profile, readings(id_))


def decayed(edges: Edges, known: Sequence[Features]) -> Edges:
    """Return pairs in one language with what time leaves of each similarity, in (0, 1].

    Where both publications are known, their distance says it; otherwise the days that texts name.
    known: features by number.
    """
    first, second, value = edges
    distance = np.abs(_published(known, first) - _published(known, second))
    factor = _decay(distance)
    for at in np.flatnonzero(np.isnan(distance)).tolist():
        factor[at] = _undated(known[first[at]], known[second[at]])
    return first, second, value * factor


def crossed(edges: Edges, known: Sequence[Features]) -> Edges:
    """Return, of pairs that share marks, those across languages that share enough."""
    first, second, value = edges
    kept = np.array(
        [
            _may_cross(known[a], known[b])
            for a, b in zip(first.tolist(), second.tolist(), strict=True)
        ],
        dtype=bool,
    )
    return first[kept], second[kept], value[kept] * _MARKS_SCALE


def _published(known: Sequence[Features], numbers: Ints) -> Floats:
    days = (known[number].published for number in numbers.tolist())
    return np.array([np.nan if day is None else day for day in days], dtype=np.float64)


def _decay(days: Floats) -> Floats:
    return np.asarray(0.5 ** ((days / _HALF_DAYS) ** 2), dtype=np.float64)


def _undated(first: Features, second: Features) -> float:
    """Return what named days and figures leave of a similarity, where a date is unknown."""
    for dated, other in ((first, second), (second, first)):
        if dated.published is not None:
            gap = min((apart(dated.published_of_year, day) for day in other.named), default=0)
            return float(_decay(np.array(gap))) if gap >= _FAR_DAYS else 1.0
    gap = min((apart(x, y) for x in first.named for y in second.named), default=0)
    if gap > _APART_DAYS:
        return _OTHER_DAYS
    shared = first.marks.keys() & second.marks.keys()
    return 1.0 if any(not mark.startswith("e:") for mark in shared) else _ONLY_WORDS


def _may_cross(first: Features, second: Features) -> bool:
    """Whether articles in two languages share enough, of the right kind, to be compared.

    Names alone say who, not what: a day, or two figures, must be shared as well.
    """
    if first.language == second.language:
        return False
    near = (
        first.published is None
        or second.published is None
        or abs(first.published - second.published) <= _MARKS_DAYS
    )
    shared = first.marks.keys() & second.marks.keys()
    named = sum(mark.startswith("d:") for mark in shared)
    figures = sum(mark.startswith("n:") for mark in shared)
    return near and len(shared) >= _MARKS_SHARED and (named >= 1 or figures >= 2)


def _shared(counts: Counts, first: int, second: int) -> dict[str, float]:
    """Return what each shared feature adds to the similarity of two rows, the most first."""
    matrix = weighted(counts)
    product = (matrix[[first]].multiply(matrix[[second]])).tocoo()
    names = list(counts.columns)
    found = {
        names[column]: float(value)
        for column, value in zip(product.col.tolist(), product.data.tolist(), strict=True)
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _part(name: str, shared: dict[str, float]) -> Part:
    told = ", ".join(f"{feature} {value:.3f}" for feature, value in list(shared.items())[:_NAMED])
    return Part(name=name, value=fsum(shared.values()), detail=told)


def mean_similarity(edges: Edges, groups: Sequence[Sequence[int]]) -> dict[tuple[int, int], float]:
    """Return the mean similarity of groups of numbers, by pairs of groups i < j, where above 0.

    Over all pairs of one member of each; an absent pair is 0. A number may be in several groups,
    and is alike to itself: that pair counts as 1.
    """
    where: defaultdict[int, list[int]] = defaultdict(list)
    for group, members in enumerate(groups):
        for number in members:
            where[number].append(group)
    sums: defaultdict[tuple[int, int], float] = defaultdict(float)
    for a, b, value in zip(*(column.tolist() for column in edges), strict=True):
        for i in where[a]:
            for j in where[b]:
                if i != j:
                    sums[min(i, j), max(i, j)] += value
    for owners in where.values():
        for i, j in combinations(owners, 2):
            sums[i, j] += 1.0
    return {
        (i, j): total / (len(groups[i]) * len(groups[j])) for (i, j), total in sorted(sums.items())
    }
