"""Stories that a few new articles are added to, at a small part of the cost of all of them.

Problem: a service groups the articles of a week that it has grouped the day before but for a few.
Doing it anew costs what it cost the first time, nearly all of it for tokenising texts that have not
changed, and for weighing and pairing their rows.

Choice: `Known` keeps the rows, the pairs that are alike and the stories. New articles are matched
against the rows, and only the connected components that they touch are clustered again. What is
rare stays counted as it was when the known rows were weighted; once the new articles of a language
are more than a tenth of its known ones, that language is weighted anew. The stories are therefore
not always those of all articles weighed at once: they differ where a similarity lies within the
drift of the weights from the threshold (on labelled stories the tests allow two articles in a
hundred, and no loss in quality). They depend on which articles are known and which are new:
`cluster` sees to it that this follows from the articles alone.

Rejected: weights that are exact at any time (each new article changes all of them a little, and so
every pair), and assigning new articles to the nearest story without clustering (a new article is
often what shows that two stories are one).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from service.model import Article
from service.stories.features import Features, Readings, unread
from service.stories.linkage import RULE, Linked, Rule, linked
from service.stories.matching import Fitted, joined
from service.stories.similarity import FLOOR, MARKS_FLOOR, crossed, decayed, read
from service.stories.vectors import Counts, Edges, Ints
from service.topic import Profile

#: Share of the known rows that new ones may reach before all are weighted anew.
_DRIFT = 0.1
#: Key of the part that holds the marks of all articles; the others are keyed by language.
_MARKS = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The rows of one language, or the marks of all, in two portions: weighted, and new."""

    fitted: Fitted
    #: New rows, in order of `numbers` behind the weighted ones.
    added: tuple[Mapping[str, int], ...]
    #: Number of the article of each row.
    numbers: Ints
    #: Pairs of weighted rows, by numbers of articles, with what time and language leave of them.
    edges: Edges


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Articles with their stories; made by `remember`, never changed."""

    profile: Profile
    rule: Rule
    #: Ids of the texts by number: in order within each portion that was added.
    ids: tuple[str, ...] = ()
    #: Stories as ids, each in order, in order of their first.
    stories: tuple[tuple[str, ...], ...] = ()
    _features: tuple[Features, ...] = field(default=(), repr=False)
    _parts: Mapping[str, _Part] = field(default_factory=dict, repr=False)
    _settled: Linked | None = field(default=None, repr=False)

    def extended(self, articles: Sequence[Article], readings: Readings = unread) -> "Known":
        """Return the stories of the known and the new articles.

        An article that is known changes nothing, nor does a second copy of a text: the first one's
        date and title stay. readings: as for `similarity.Batch`.
        """
        known = set(self.ids)
        found = read(articles, self.profile, readings)
        new = {id_: one for id_, one in found.items() if id_ not in known}
        if not new and self._settled is not None:
            return self
        ids = self.ids + tuple(new)
        features = self._features + tuple(own for own, _ in new.values())
        parts = dict(self._parts)
        rows: dict[str, list[tuple[int, Mapping[str, int]]]] = {_MARKS: []}
        for number, (own, words) in enumerate(new.values(), len(self.ids)):
            rows.setdefault(own.language, []).append((number, words))
            rows[_MARKS].append((number, own.marks))
        settled = self._settled
        for key, more in rows.items():
            part = _grown(key, parts.get(key), more, features)
            parts[key] = part
            if not part.added:
                settled = None
        if settled is None:
            settled = linked(len(ids), joined([p.edges for p in parts.values()]), self.rule)
        fresh = joined([_matched(key, part, features) for key, part in parts.items()])
        groups = settled.extended(len(ids), fresh, self.rule)
        told = sorted(tuple(sorted(ids[i] for i in group)) for group in groups)
        return Known(
            profile=self.profile,
            rule=self.rule,
            ids=ids,
            stories=tuple(told),
            _features=features,
            _parts=parts,
            _settled=settled,
        )


def remember(
    articles: Sequence[Article],
    profile: Profile,
    rule: Rule = RULE,
    readings: Readings = unread,
) -> Known:
    """Return the stories of articles, in a form that more can be added to."""
    return Known(profile=profile, rule=rule).extended(articles, readings)


def _grown(
    key: str,
    part: _Part | None,
    more: Sequence[tuple[int, Mapping[str, int]]],
    features: Sequence[Features],
) -> _Part:
    """Return a part with more rows: as new ones, or weighted anew if the new ones are many."""
    rows = [row for _, row in more]
    numbers = np.array([number for number, _ in more], dtype=np.int64)
    if part is not None:
        added = part.added + tuple(rows)
        numbers = np.concatenate([part.numbers, numbers])
        if len(added) <= _DRIFT * len(part.fitted):
            return _Part(fitted=part.fitted, added=added, numbers=numbers, edges=part.edges)
        fitted = part.fitted.with_rows(added)
    else:
        counts = Counts()
        fitted = Fitted(counts.followed_by(rows))
    alone = key == _MARKS and len({one.language for one in features}) < 2
    edges = joined([]) if alone else fitted.edges(MARKS_FLOOR if key == _MARKS else FLOOR)
    return _Part(
        fitted=fitted, added=(), numbers=numbers, edges=_placed(key, edges, numbers, features)
    )


def _matched(key: str, part: _Part, features: Sequence[Features]) -> Edges:
    """Return the pairs of which one is a new row of a part."""
    edges = part.fitted.match(part.added, MARKS_FLOOR if key == _MARKS else FLOOR)
    return _placed(key, edges, part.numbers, features)


def _placed(key: str, edges: Edges, numbers: Ints, features: Sequence[Features]) -> Edges:
    """Return pairs of rows as pairs of articles, with what time or language leaves of them."""
    first, second = numbers[edges[0]], numbers[edges[1]]
    by_number = np.minimum(first, second), np.maximum(first, second), edges[2]
    return (crossed if key == _MARKS else decayed)(by_number, features)
