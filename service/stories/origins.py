"""Count how many of several texts were written independently.

An agency's text that ten outlets carry is one origin. Two articles share an origin when one text
is a copy of the other, whole or shortened; when their credit lines name the same writer, or the
credit line of one names the outlet of the other; or when one outlet published both. An agency is
one outlet under all the names and hosts that the profile gives it, in whatever language (why:
`topic.outlets`). An outlet that is not known joins nothing, and what only looks alike is counted
apart: that two reports of one speech quote the same sentences does not make them copies.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from rensa import RMinHash

from service.model import Article
from service.topic import Profile, agency
from summarizers.text import words

#: Words to a shingle; Chinese words are shorter and say less.
_SHINGLE = {"zh": 6}
_SHINGLE_ELSE = 5
#: Shingles of the shorter text that the longer one must hold.
_COPIED = 0.8
#: A text with fewer shingles can be alike by chance.
_MIN_SHINGLES = 8
#: So many texts are compared each with each; MinHash proposes the pairs of more, and may miss a
#: copy of a tenth of a text.
_FEW = 64
#: MinHash: 64 bands of 2 rows find a pair with Jaccard 0.3 with probability 0.998; what they
#: propose is then counted exactly.
_PERMUTATIONS = 128
_ROWS = 2
_SEED = 20250508


def shingles(text: str, language: str) -> frozenset[str]:
    """Return the runs of words of a text, each as one string."""
    found = words(text, language)
    size = _SHINGLE.get(language, _SHINGLE_ELSE)
    if len(found) <= size:
        return frozenset([" ".join(found)]) if found else frozenset()
    return frozenset(" ".join(found[i : i + size]) for i in range(len(found) - size + 1))


def origins(articles: Sequence[Article], profile: Profile) -> tuple[tuple[int, ...], ...]:
    """Return the indices of articles by origin, each ascending, in order of their first."""
    if len(articles) == 1:
        # Most stories; there is nothing to hold the text against.
        return ((0,),)
    leader = list(range(len(articles)))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    def join(i: int, j: int) -> None:
        low, high = sorted((find(i), find(j)))
        leader[high] = low

    for i, j in _same_writer(articles, profile):
        join(i, j)
    sets = [shingles(article.text, article.language) for article in articles]
    for i, j in _candidates(sets):
        if find(i) != find(j) and copied(sets[i], sets[j]):
            join(i, j)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for i in range(len(articles)):
        groups[find(i)].append(i)
    return tuple(tuple(group) for _, group in sorted(groups.items()))


def copied(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether one text is a copy of the other, by their shingles."""
    if first == second:
        return bool(first)
    shorter = min(len(first), len(second))
    return shorter >= _MIN_SHINGLES and len(first & second) / shorter >= _COPIED


def _same_writer(articles: Sequence[Article], profile: Profile) -> Iterable[tuple[int, int]]:
    """Yield pairs of neighbours in each group of articles that one writer stands for."""
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for i, article in enumerate(articles):
        # Where a text is credited to somebody else, its own outlet did not write it.
        names = {
            agency(place.origin, None, profile) or _plain(place.origin)
            for place in article.places
            if place.origin
        } or {
            agency(place.outlet or "", place.url, profile) or _plain(place.outlet or "")
            for place in article.places
        }
        for name in names - {""}:
            by_name[name].append(i)
    for name in sorted(by_name):
        yield from pairwise(by_name[name])


def _plain(name: str) -> str:
    return name.casefold().removeprefix("www.").strip()


def _candidates(sets: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """Return the pairs that may be copies, in order: of a few all, of many what MinHash finds.

    Of a bucket only neighbours and the first are paired: a thousand copies make two thousand pairs,
    not half a million, and joining is transitive.
    """
    if len(sets) <= _FEW:
        return list(combinations(range(len(sets)), 2))
    buckets: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for i, found in enumerate(sets):
        if not found:
            continue
        sketch = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
        sketch.update(sorted(found))
        digest = sketch.digest()
        for band in range(0, _PERMUTATIONS, _ROWS):
            buckets[(band, *digest[band : band + _ROWS])].append(i)
    found_pairs: set[tuple[int, int]] = set()
    for group in buckets.values():
        found_pairs.update(pairwise(group))
        found_pairs.update((group[0], other) for other in group[2:])
    return sorted(found_pairs)
