"""Texts that are copies of each other but for some words: one text, as far as an event goes.

Problem: what is rare is rare in the batch (`vectors`). Where an agency's text is all that came in,
from ten outlets that each added a line, every word of the event is in all ten, and all that weighs
is what they added: ten stories of one report.

Choice: copies are found before anything is weighed, and count as one text. Two texts are copies
when most of the longer one is in the other, word for word, and they were published within days of
each other: a shorter text that a round-up holds is none (it would join all that the round-up
tells), nor is next month's report in the same words. Rejected: more weight for common words in a
small batch, which joins look-alikes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from rensa import RMinHash

from service.model import Article
from service.stories.vectors import Ints

#: Words to a run, and characters of a Chinese one.
_WORDS = 5
_SIGNS = 8
#: Share of the longer text's runs that the shorter one must have.
_SHARED = 0.6
#: Texts with fewer runs can be alike by chance.
_MIN_SHINGLES = 8
#: Characters compared; the same beginning as `features` reads.
_READ = 2500
#: Days between two publications of one text.
_DAYS = 3
#: MinHash: 16 bands of 4 rows propose a pair with Jaccard 0.5 with probability 0.64, one with 0.75
#: (a tenth of each is its own) with 0.998; what they propose is counted exactly.
_PERMUTATIONS = 64
_ROWS = 4
_SEED = 20250508


def sketch(article: Article) -> Ints:
    """Return what a text's copies are looked for by, a number a band; (0,) if it is too short."""
    found = _runs(article)
    if len(found) < _MIN_SHINGLES:
        return np.zeros(0, dtype=np.int64)
    made = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
    made.update(list(found))
    digest = made.digest()
    bands = range(0, _PERMUTATIONS, _ROWS)
    return np.array([hash(tuple(digest[at : at + _ROWS])) for at in bands], dtype=np.int64)


def copies(
    articles: Mapping[str, Article], sketches: Mapping[str, Ints]
) -> tuple[tuple[str, ...], ...]:
    """Return the ids in groups of copies, each ascending, in order of their first.

    articles, sketches: by id. The groups do not depend on the order of the articles.
    """
    ids = sorted(articles)
    leader = list(range(len(ids)))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    @lru_cache(maxsize=4096)
    def read(i: int) -> frozenset[str]:
        return _runs(articles[ids[i]])

    for i, j in _proposed([sketches[id_] for id_ in ids]):
        low, high = sorted((find(i), find(j)))
        if low == high or not _near(articles[ids[i]], articles[ids[j]]):
            continue
        if len(read(i) & read(j)) >= _SHARED * max(len(read(i)), len(read(j))):
            leader[high] = low
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for i, id_ in enumerate(ids):
        groups[find(i)].append(id_)
    return tuple(tuple(group) for _, group in sorted(groups.items()))


def _runs(article: Article) -> frozenset[str]:
    """Return the runs of words at the beginning of a text, of characters where it is Chinese.

    Words are what stands between spaces: copies have the same, and tokenising costs ten times that.
    """
    text = article.text[:_READ]
    if article.language == "zh":
        text = "".join(text.split())
        return frozenset(text[i : i + _SIGNS] for i in range(len(text) - _SIGNS + 1))
    words = text.split()
    return frozenset(" ".join(words[i : i + _WORDS]) for i in range(len(words) - _WORDS + 1))


def _near(first: Article, second: Article) -> bool:
    if first.published is None or second.published is None:
        return True
    return abs((first.published - second.published).total_seconds()) <= _DAYS * 86400


def _proposed(sketches: Sequence[Ints]) -> Iterator[tuple[int, int]]:
    """Yield pairs that may be copies: in each bucket of a band neighbours, and all with the first.

    Two bands of one number by chance propose a pair in vain, which is counted like any other.
    """
    rows = np.array([i for i, one in enumerate(sketches) if len(one)], dtype=np.int64)
    if len(rows) < 2:
        return
    table = np.stack([sketches[i] for i in rows.tolist()])
    for band in table.T:
        order = np.argsort(band, kind="stable")
        bounds = np.flatnonzero(np.diff(band[order])) + 1
        bounds = np.concatenate([[0], bounds, [len(order)]])
        several = np.flatnonzero(np.diff(bounds) > 1)
        for start, end in zip(bounds[several].tolist(), bounds[several + 1].tolist(), strict=True):
            group = rows[order[start:end]].tolist()
            yield from pairwise(group)
            yield from ((group[0], other) for other in group[2:])
