"""Group articles into stories: articles on one event."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.model import Article
from service.stories.dates import apart
from service.stories.features import Features, features
from service.stories.linkage import Rule, average_linkage
from service.stories.vectors import pairs, weighted
from service.topic import Profile

#: When two groups of articles are one story. Chosen on ECB+ and Multi-News, whole, halved and in
#: small samples; `benchmarks/stories.py` measures it again. The best threshold of each set alone
#: lies between 0.10 and 0.20.
RULE = Rule(threshold=0.14, cohesion=0.7, grown=4)
#: Similarities below this are taken as none.
_FLOOR = 0.03
#: Days between two publications that halve a similarity.
_HALF_LIFE_DAYS = 14
#: What is left of a similarity if both texts name days, and none of them lie near each other.
_OTHER_DAYS = 0.85
_NEAR_DAYS = 3
#: Articles in two languages: least similarity of marks that is believed, what it is multiplied
#: with to compare with words, and the days that may lie between the publications.
_MARKS_FLOOR = 0.3
_MARKS_SCALE = 0.4
_MARKS_DAYS = 3
#: Marks that they must share at least, besides sides and the one day or figure among them.
_MARKS_SHARED = 3

Edges = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def cluster(articles: Sequence[Article], profile: Profile) -> tuple[tuple[int, ...], ...]:
    """Return the stories as tuples of indices into `articles`; each index is in exactly one.

    The order of the articles changes the order of the result only, never what is together: they
    are numbered by id first. Copies of one text are always one story.
    """
    copies: defaultdict[str, list[int]] = defaultdict(list)
    for index, article in enumerate(articles):
        copies[article.id].append(index)
    # Of copies with different dates and titles, the one that the input's order cannot choose.
    texts = [
        min((articles[i] for i in copies[id_]), key=lambda a: (repr(a.places[0]),))
        for id_ in sorted(copies)
    ]
    known = [features(article, profile) for article in texts]
    groups = average_linkage(len(known), _edges(known), RULE)
    ids = sorted(copies)
    found = [tuple(sorted(i for member in group for i in copies[ids[member]])) for group in groups]
    return tuple(sorted(found))


def _edges(known: Sequence[Features]) -> Edges:
    """Return the similarities of the articles: by words in one language, by marks across."""
    parts: list[Edges] = []
    by_language: defaultdict[str, list[int]] = defaultdict(list)
    for i, one in enumerate(known):
        by_language[one.language].append(i)
    for _, members in sorted(by_language.items()):
        rows = np.array(members, dtype=np.int64)
        matrix = weighted([known[i].words for i in members])
        for i, j, value in pairs(matrix, _FLOOR):
            first, second = rows[i], rows[j]
            factor = [
                _in_time(known[a], known[b])
                for a, b in zip(first.tolist(), second.tolist(), strict=True)
            ]
            parts.append((first, second, value * np.array(factor)))
    if len(by_language) > 1:
        matrix = weighted([one.marks for one in known])
        for i, j, value in pairs(matrix, _MARKS_FLOOR):
            kept = np.array(
                [
                    _may_cross(known[a], known[b])
                    for a, b in zip(i.tolist(), j.tolist(), strict=True)
                ],
                dtype=bool,
            )
            parts.append((i[kept], j[kept], value[kept] * _MARKS_SCALE))
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return none, none, np.zeros(0)
    first, second, similarity = (np.concatenate(column) for column in zip(*parts, strict=True))
    return first, second, similarity


def _in_time(first: Features, second: Features) -> float:
    """Return what time leaves of a similarity, in (0, 1]."""
    if first.published is not None and second.published is not None:
        return float(0.5 ** (abs(first.published - second.published) / _HALF_LIFE_DAYS))
    return _OTHER_DAYS if _days_apart(first, second) > _NEAR_DAYS else 1.0


def _days_apart(first: Features, second: Features) -> int:
    """Return the least distance between days that the two texts name; 0 if one names none."""
    return min((apart(a, b) for a in first.named_days for b in second.named_days), default=0)


def _may_cross(first: Features, second: Features) -> bool:
    """Whether articles in two languages share enough, of the right kind, to be compared.

    Names alone say who, not what: a day, or two figures, must be shared as well.
    """
    if first.language == second.language:
        return False
    if first.published is not None and second.published is not None:
        near = abs(first.published - second.published) <= _MARKS_DAYS
    else:
        near = True
    shared = first.marks.keys() & second.marks.keys()
    dates = sum(mark.startswith("d:") for mark in shared)
    figures = sum(mark.startswith("n:") for mark in shared)
    return near and len(shared) >= _MARKS_SHARED and (dates >= 1 or figures >= 2)
