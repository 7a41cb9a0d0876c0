"""Choosing sentences by score: greedy, within a budget, without saying a thing twice."""

from collections.abc import Sequence

import numpy as np

from summarizers.base import Budget, Scores, Text
from summarizers.text import length

#: Two sentences say the same when the shorter one's content words are in the other to this share.
#: Chosen for the reader, not for ROUGE, which does not feel it: `coverage` with 0.6 and `news` with
#: 0.8 or 0.9 stay within 0.2 ROUGE-2 of what they reach with 0.75 (`docs/quality.md`).
REDUNDANCY = 0.75
#: Scores that differ by less are equal, and the earlier sentence is taken: sums of the same
#: numbers in another order differ in the last digits.
_TIE = 1e-9


def select(
    scores: Scores,
    text: Text,
    *,
    sentences: int | None = None,
    words: int | None = None,
    redundancy: float = REDUNDANCY,
    allowed: Sequence[bool] | None = None,
) -> tuple[int, ...]:
    """Return the indices of the chosen units, in order of document and position.

    Takes the best, then the best that fits the rest of the budget and repeats none taken before;
    it may choose fewer than asked for, and none when nothing fits.
    scores: finite, (n,). sentences, words: at most so many; at least one of the two.
    redundancy: the greatest share of common content words, in [0, 1]; above 1 there is no limit.
    allowed: one for each unit; None allows all.
    Raises ValueError for wrong shapes, scores that are not finite, or no budget.
    """
    units = text.units
    if scores.shape != (len(units),):
        raise ValueError(f"scores of shape {scores.shape} for {len(units)} units")
    if not np.isfinite(scores).all():
        raise ValueError("scores that are not finite")
    if allowed is not None and len(allowed) != len(units):
        raise ValueError(f"allowed: {len(allowed)} for {len(units)} units")
    summary = _Summary(text, Budget(sentences=sentences, words=words), redundancy)
    for index in ranked(scores):
        if summary.full:
            break
        if allowed is None or allowed[index]:
            summary.offer(index)
    return in_order(summary.chosen, text)


class _Summary:
    """A summary while it is being filled."""

    def __init__(self, text: Text, budget: Budget, redundancy: float) -> None:
        self._text = text
        self._redundancy = redundancy
        self._places = budget.sentences
        self._room = budget.words
        self._bags: list[frozenset[str]] = []
        self.chosen: list[int] = []

    @property
    def full(self) -> bool:
        return self._room == 0 or len(self.chosen) == self._places

    def offer(self, index: int) -> None:
        """Take a unit if it fits and says something else than those taken before."""
        unit = self._text.units[index]
        size = 0
        if self._room is not None:
            size = length(unit.text, self._text.language)
            if size > self._room:
                return
        bag = frozenset(unit.words)
        if any(overlap(bag, other) > self._redundancy for other in self._bags):
            return
        self.chosen.append(index)
        self._bags.append(bag)
        if self._room is not None:
            self._room -= size


def ranked(scores: Scores) -> list[int]:
    """Return indices from the best score down; equal ones in their own order."""
    scale = max(float(np.abs(scores).max(initial=0.0)), 1e-300)
    rounded = np.round(scores / scale / _TIE)
    return [int(i) for i in np.argsort(-rounded, kind="stable")]


def in_order(chosen: Sequence[int], text: Text) -> tuple[int, ...]:
    """Return indices in order of document, then position."""
    return tuple(sorted(chosen, key=lambda i: (text.units[i].document, text.units[i].position, i)))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of the smaller set that is in the other, in [0, 1]; 0 for an empty set."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
