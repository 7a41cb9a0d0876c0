"""News: the best set of sentences of one article, by a model of whole summaries.

Problem: on one news article the plain lead beats every method that scores sentences one by one,
and a regression on single sentences falls below the lead, since it takes the longest ones.
Choice: score the *set*: all sets of the asked size from the first sentences are compared by a
linear model of a few numbers that a person can read (`Weights`). It keeps the lead where the lead
is good, and leaves out what leans on another sentence, repeats, or is long for what it says.
Rejected: sentence regression, LexRank within the lead (no gain), more features (title-case names,
figures, quotations, place in the article: each tried, none better on articles held out).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from itertools import combinations
from math import comb, fsum

import numpy as np
from numpy.typing import NDArray

from summarizers.base import Budget, Scores, Text
from summarizers.guards import weakness
from summarizers.select import REDUNDANCY, in_order, overlap
from summarizers.text import length

#: Sentences considered: so many, or so many for each one asked for.
_POOL, _POOL_EACH, _POOL_MOST = 8, 3, 60
#: Sets compared one by one; where there are more, greedy choice and exchanges replace it.
_SETS = 3000
_EXCHANGED = 12
#: Chinese characters to a word.
_CHARACTERS = 1.8
#: How many occurrences a word of the title or of an actor's name is worth more.
_TITLE, _ACTOR = 1, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What each property of a set of sentences is worth, in points of ROUGE times a constant."""

    #: Holds the article's first sentence; its second one.
    first: float
    second: float
    #: Sum of log(1 + position).
    place: float
    #: Total length, in units of 25 words.
    words: float
    #: Share of the occurrences of repeated content words whose word the set holds.
    coverage: float
    #: Sum over pairs of the share of common words.
    redundancy: float
    #: Sentences that lean on another; sentences that are not well formed.
    leaning: float
    malformed: float


#: Fitted by maximising the expected 0.25 ROUGE-1 + ROUGE-2 of a set drawn with odds exp(score),
#: all sets of three of the first eight sentences, L2 penalty 0.03, on 206 news articles with
#: editors' highlights and 58 with writers' summaries. Again: `./run bench quality --fit`.
#: On articles held out (five folds, five times) ROUGE-2 was 19.25 and 15.14 where the lead has
#: 18.9 and 15.0: better, by less than the standard error of one file.
ALPHABETIC = Weights(
    first=-1.19,
    second=2.02,
    place=-2.96,
    words=-1.69,
    coverage=16.28,
    redundancy=1.03,
    leaning=-2.17,
    malformed=-2.33,
)
#: The same for one sentence of 385 short Chinese posts with their headlines, penalty 0.1; held out
#: 14.6, the lead 14.3. Numbers that were nothing or noise there are 0.
CHINESE = Weights(
    first=0.0,
    second=0.0,
    place=-2.81,
    words=0.0,
    coverage=2.72,
    redundancy=0.0,
    leaning=-3.36,
    malformed=0.0,
)


class News:
    """The default for a story with one origin.

    Complexity: O(words of the text) for the counts, and at most 3,000 sets of the first sentences.
    """

    name = "news"

    def scores(self, text: Text) -> Scores:
        """Return the model's score of each sentence as a summary of one."""
        return Model(text, range(len(text.units))).alone()

    def choose(self, text: Text, budget: Budget, allowed: Sequence[bool]) -> tuple[int, ...]:
        """Return the best set: of as many sentences as asked for, or as fill the words."""
        found = pool(text, budget, allowed)
        if not found or 0 in (budget.sentences, budget.words):
            return ()
        model = Model(text, found, free=budget.words is not None)
        best = model.best(budget)
        return in_order([found[i] for i in best], text)


def pool(text: Text, budget: Budget, allowed: Sequence[bool]) -> list[int]:
    """Return the units considered: the first allowed ones of every article, in turn."""
    documents = len({unit.document for unit in text.units})
    asked = budget.sentences if budget.sentences is not None else len(text.units)
    if budget.words is not None:
        asked = min(asked, 1 + budget.words // 12)
    room = min(_POOL_MOST, max(_POOL, _POOL_EACH * asked) * max(1, documents))
    order = sorted(
        (i for i in range(len(text.units)) if allowed[i]),
        key=lambda i: (text.units[i].position, text.units[i].document),
    )
    return order[: max(room, asked)] if asked <= _POOL_MOST else order


class Model:
    """The properties of sets of sentences of a pool, and what the weights make of them."""

    def __init__(self, text: Text, among: Sequence[int], *, free: bool = False) -> None:
        weights = CHINESE if text.language == "zh" else ALPHABETIC
        if free:  # where words are the budget, they are paid for already
            weights = replace(weights, words=0.0)
        self._weights = np.array(astuple(weights))
        units = [text.units[i] for i in among]
        self.sizes = np.array([length(unit.text, text.language) for unit in units], dtype=np.int64)
        self._bags = [frozenset(unit.words) for unit in units]
        value = _values(text)
        total = fsum(value.values()) or 1.0
        self._share = {word: occurrences / total for word, occurrences in value.items()}
        place = np.array([unit.position for unit in units], dtype=np.float64)
        characters = _CHARACTERS if text.language == "zh" else 1.0
        weak = [weakness(unit.text, text.language) for unit in units]
        self._own = np.zeros((len(units), len(self._weights)))
        self._own[:, 0] = place == 0
        self._own[:, 1] = place == 1
        self._own[:, 2] = np.log1p(place)
        self._own[:, 3] = self.sizes / characters / 25.0
        self._own[:, 6:] = np.array(weak, dtype=np.float64).reshape(len(units), 2)

    def properties(self, rows: Sequence[int]) -> NDArray[np.float64]:
        """Return the properties of one set, in the order of `Weights`."""
        found: NDArray[np.float64] = self._own[list(rows)].sum(axis=0)
        found[4] = self._covered(rows)
        found[5] = fsum(overlap(self._bags[a], self._bags[b]) for a, b in combinations(rows, 2))
        return found

    def alone(self) -> NDArray[np.float64]:
        """Return the score of each sentence as a set of one."""
        covered = np.array([self._covered((row,)) for row in range(len(self._bags))])
        found: NDArray[np.float64] = self._own @ self._weights + self._weights[4] * covered
        return found

    def _covered(self, rows: Sequence[int]) -> float:
        """Return the share of the occurrences of repeated words whose word the set holds."""
        held: set[str] = set().union(*(self._bags[row] for row in rows))
        # In one order: the last digits of a sum must not depend on how strings are hashed.
        return fsum(self._share.get(word, 0.0) for word in sorted(held))

    def score(self, rows: Sequence[int]) -> float:
        """Return the score of one set."""
        return float(self.properties(rows) @ self._weights)

    def sets(self, asked: int) -> list[tuple[int, ...]]:
        """Return every set of so many sentences in which no two say the same."""
        return [s for s in combinations(range(len(self._bags)), asked) if self._distinct(s)]

    def best(self, budget: Budget) -> list[int]:
        """Return the best set within the budget that says nothing twice."""
        n = len(self._bags)
        asked = n if budget.sentences is None else min(budget.sentences, n)
        if budget.words is None and comb(n, asked) <= _SETS:
            sets = self.sets(asked)
            if sets:
                values = [self.score(rows) for rows in sets]
                return list(sets[values.index(max(values))])
        return self._exchanged(self._greedy(asked, budget.words), budget.words)

    def _distinct(self, rows: Sequence[int]) -> bool:
        return all(
            overlap(self._bags[a], self._bags[b]) <= REDUNDANCY for a, b in combinations(rows, 2)
        )

    def _fits(self, rows: Sequence[int], words: int | None) -> bool:
        within = words is None or int(self.sizes[list(rows)].sum()) <= words
        return within and self._distinct(rows)

    def _greedy(self, asked: int, words: int | None) -> list[int]:
        """Return a set chosen one by one, each the one that adds most."""
        chosen: list[int] = []
        held: set[str] = set()
        room = words
        waiting = list(range(len(self._bags)))
        while waiting and len(chosen) < asked:
            # What does not fit now never will.
            waiting = [i for i in waiting if room is None or self.sizes[i] <= room]
            if not waiting:
                break
            gains = [self._gain(i, chosen, held) for i in waiting]
            best = waiting[gains.index(max(gains))]
            chosen.append(best)
            held |= self._bags[best]
            room = None if room is None else room - int(self.sizes[best])
            waiting = [
                i
                for i in waiting
                if i != best and overlap(self._bags[i], self._bags[best]) <= REDUNDANCY
            ]
        return chosen

    def _gain(self, row: int, chosen: Sequence[int], held: set[str]) -> float:
        """Return what a sentence adds to the score of those chosen, which hold `held`."""
        fresh = fsum(self._share.get(word, 0.0) for word in sorted(self._bags[row] - held))
        pairs = fsum(overlap(self._bags[row], self._bags[other]) for other in chosen)
        own = float(self._own[row] @ self._weights)
        return own + float(self._weights[4]) * fresh + float(self._weights[5]) * pairs

    def _exchanged(self, chosen: list[int], words: int | None) -> list[int]:
        """Exchange one sentence for another while that makes the set better, at most n times.

        A set of more than `_EXCHANGED` is left as it is: there one sentence matters little.
        """
        for _ in range(len(self._bags) if len(chosen) <= _EXCHANGED else 0):
            best, best_score = chosen, self.score(chosen) + 1e-9
            for place in range(len(chosen)):
                for other in range(len(self._bags)):
                    if other in chosen:
                        continue
                    changed = [*chosen[:place], other, *chosen[place + 1 :]]
                    if self._fits(changed, words) and self.score(changed) > best_score:
                        best, best_score = changed, self.score(changed)
            if best is chosen:
                break
            chosen = best
        return chosen


def _values(text: Text) -> dict[str, float]:
    """Return what each repeated content word is worth: its occurrences, the title's among them."""
    counts: Counter[str] = Counter()
    for unit in text.units:
        counts.update(unit.words)
    for title in text.titles:
        for word in title:
            counts[word] += _TITLE
    return {
        word: float(count + (_ACTOR if word in text.actors else 0))
        for word, count in counts.items()
        if count > 1 or word in text.actors
    }
