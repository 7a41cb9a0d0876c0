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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.model import Article
from service.stories.copies import copies, sketch
from service.stories.features import Reading, Readings
from service.stories.known import Known, remember
from service.stories.linkage import RULE, Rule, average_linkage
from service.stories.similarity import Batch
from service.stories.study import NONE, Study
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
    studies: Mapping[str, Study] = NONE,
) -> tuple[tuple[int, ...], ...]:
    """Return the stories as tuples of indices into `articles`; each index is in exactly one.

    The order of the articles changes the order of the result only, never what is together: they
    are numbered by id first. Copies of one text are always one story. studies: by id, what is known
    already of some of these very articles; it saves time and changes nothing.
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
        groups = _in_portions(chosen, profile, rule, portions, studies)
    else:
        groups = _at_once(chosen, profile, rule, studies)
    return tuple(sorted(tuple(sorted(i for id_ in group for i in where[id_])) for group in groups))


def _at_once(
    articles: Mapping[str, Article], profile: Profile, rule: Rule, studies: Mapping[str, Study]
) -> list[tuple[str, ...]]:
    alike = {group[0]: group for group in copies(articles, _sketches(articles.values(), studies))}
    batch = Batch([articles[first] for first in alike], profile, _readings(studies))
    groups = average_linkage(len(batch), batch.edges(), rule)
    return [tuple(id_ for n in group for id_ in alike[batch.ids[n]]) for group in groups]


def _sketches(articles: Iterable[Article], studies: Mapping[str, Study]) -> dict[str, Ints]:
    made = {}
    for article in articles:
        known = studies.get(article.id)
        kept = known.sketch if known is not None else None
        made[article.id] = sketch(article) if kept is None else kept
    return made


def _readings(studies: Mapping[str, Study]) -> Readings:
    def reading(id_: str) -> Reading | None:
        known = studies.get(id_)
        return known.reading() if known is not None else None

    return reading


@dataclass(frozen=True, slots=True, kw_only=True)
class _Portion:
    """The first portion: what copies are looked for by, and its stories, to be added to."""

    articles: tuple[Article, ...]
    profile: Profile
    rule: Rule
    sketches: Mapping[str, Ints]
    known: Known

    def of(self, articles: tuple[Article, ...], profile: Profile, rule: Rule) -> bool:
        return self.profile == profile and self.rule == rule and self.articles == articles


#: What is kept from the last time, if anything. Threads may put theirs in its place at any time.
_last: list[_Portion] = []


def _portion(
    articles: tuple[Article, ...], profile: Profile, rule: Rule, studies: Mapping[str, Study]
) -> _Portion:
    for last in tuple(_last):
        if last.of(articles, profile, rule):
            return last
    by_id = {article.id: article for article in articles}
    sketches = _sketches(articles, studies)
    firsts = [by_id[group[0]] for group in copies(by_id, sketches)]
    made = _Portion(
        articles=articles,
        profile=profile,
        rule=rule,
        sketches=sketches,
        known=remember(firsts, profile, rule, _readings(studies)),
    )
    _last[:] = [made]
    return made


def forget() -> None:
    """Drop what is kept from the last time: it costs time, and changes no story."""
    _last.clear()


def _in_portions(
    articles: Mapping[str, Article],
    profile: Profile,
    rule: Rule,
    portions: Portions,
    studies: Mapping[str, Study],
) -> list[tuple[str, ...]]:
    ordered = sorted(articles.values(), key=lambda article: (article.collected, article.id))
    size = portions.first(len(ordered))
    first = _portion(tuple(ordered[:size]), profile, rule, studies)
    alike = copies(articles, {**first.sketches, **_sketches(ordered[size:], studies)})
    known = set(first.known.ids)
    fresh = [articles[group[0]] for group in alike if known.isdisjoint(group)]
    told = first.known.extended(fresh, _readings(studies)).stories
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
