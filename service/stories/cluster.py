"""Group articles into stories: articles on one event.

Problem: a service that runs for weeks groups nearly the same articles again and again: the week of
one edition holds the days of another, and an analyst asks for the last month twice a morning.

Choice: what is weighed is a fixed portion of the articles, the first ones to be collected; the few
that came later are matched against it (`known`). Where the portion ends follows from the number of
articles alone, so that the stories follow from the articles alone, whatever was grouped before and
in which process: an issue can be made again. The last portion is kept, which costs a second run the
later articles only. Up to a thousand articles, and above thirty thousand, all are weighed at once:
the former takes a second, and what is kept of the latter would be a gigabyte.
Rejected: keeping whatever was grouped last and adding to it, which is as fast and has stories that
depend on the history of the process.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.model import Article
from service.stories.copies import copies, sketch
from service.stories.known import Known, remember
from service.stories.linkage import RULE, Rule, average_linkage
from service.stories.similarity import Batch
from service.stories.vectors import Ints
from service.topic import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Portions:
    """Of how many texts a first portion is weighed by itself, and how much longer the next is."""

    least: int = 1_000
    most: int = 30_000
    step: float = 1.05

    def first(self, count: int) -> int:
        """Return how many of the texts are the first portion; all of a few or of very many."""
        if not self.least <= count <= self.most:
            return count
        size = self.least
        while (longer := max(size + 1, int(size * self.step))) <= count:
            size = longer
        return size


PORTIONS = Portions()


def cluster(
    articles: Sequence[Article],
    profile: Profile,
    rule: Rule = RULE,
    portions: Portions = PORTIONS,
) -> tuple[tuple[int, ...], ...]:
    """Return the stories as tuples of indices into `articles`; each index is in exactly one.

    The order of the articles changes the order of the result only, never what is together: they
    are numbered by id first. Copies of one text are always one story.
    """
    chosen: dict[str, Article] = {}
    for article in articles:
        other = chosen.get(article.id)
        if other is None or repr(article.places) < repr(other.places):
            chosen[article.id] = article
    where: defaultdict[str, list[int]] = defaultdict(list)
    for index, article in enumerate(articles):
        where[article.id].append(index)
    if portions.least <= len(chosen) <= portions.most:
        groups = _in_portions(chosen, profile, rule, portions)
    else:
        groups = _at_once(chosen, profile, rule)
    return tuple(sorted(tuple(sorted(i for id_ in group for i in where[id_])) for group in groups))


def _at_once(
    articles: Mapping[str, Article], profile: Profile, rule: Rule
) -> list[tuple[str, ...]]:
    sketches = {id_: sketch(article) for id_, article in articles.items()}
    alike = {group[0]: group for group in copies(articles, sketches)}
    batch = Batch([articles[first] for first in alike], profile)
    groups = average_linkage(len(batch), batch.edges(), rule)
    return [tuple(id_ for n in group for id_ in alike[batch.ids[n]]) for group in groups]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Portion:
    """The first portion: what copies are looked for by, and its stories, to be added to."""

    sketches: Mapping[str, Ints]
    known: Known


@lru_cache(maxsize=1)
def _portion(articles: tuple[Article, ...], profile: Profile, rule: Rule) -> _Portion:
    by_id = {article.id: article for article in articles}
    sketches = {article.id: sketch(article) for article in articles}
    firsts = [by_id[group[0]] for group in copies(by_id, sketches)]
    return _Portion(sketches=sketches, known=remember(firsts, profile, rule))


def forget() -> None:
    """Drop what is kept from the last time: it costs time, and changes no story."""
    _portion.cache_clear()


def _in_portions(
    articles: Mapping[str, Article], profile: Profile, rule: Rule, portions: Portions
) -> list[tuple[str, ...]]:
    ordered = sorted(articles.values(), key=lambda article: (article.collected, article.id))
    size = portions.first(len(ordered))
    first = _portion(tuple(ordered[:size]), profile, rule)
    later = {article.id: sketch(article) for article in ordered[size:]}
    alike = copies(articles, {**first.sketches, **later})
    known = set(first.known.ids)
    fresh = [articles[group[0]] for group in alike if known.isdisjoint(group)]
    told = first.known.extended(fresh).stories
    return _whole(told, alike)


def _whole(told: Sequence[Sequence[str]], alike: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return stories with all copies of their texts; told: of at least one of each group of copies.

    A later text may be a copy of two that are none of each other: their stories are one then.
    """
    number = {id_: n for n, story in enumerate(told) for id_ in story}
    leader = list(range(len(told)))

    def find(n: int) -> int:
        while leader[n] != n:
            leader[n] = leader[leader[n]]
            n = leader[n]
        return n

    for group in alike:
        first, *others = sorted({find(number[id_]) for id_ in group if id_ in number})
        for other in others:
            leader[find(other)] = find(first)
    whole: defaultdict[int, list[str]] = defaultdict(list)
    for group in alike:
        whole[find(next(number[id_] for id_ in group if id_ in number))].extend(group)
    return [tuple(ids) for ids in whole.values()]
