"""KL: the sentence that brings the summary's words nearest to the text's."""

import numpy as np
from numpy.typing import NDArray

from summarizers.base import Scores, Text
from summarizers.vectors import counts, earliest, lengths

#: Words looked at before the remaining sentences are left in the order they then have: every
#: sentence is placed one by one in a text of up to some 3,000 sentences, 350 in one of 20,000.
_WORK = 100_000_000

Vector = NDArray[np.float64]


class KL:
    """Greedy minimisation of the Kullback-Leibler divergence, updated instead of recomputed.

    Source: Haghighi & Vanderwende 2009, "Exploring Content Models for Multi-Document
    Summarization", NAACL 362-370 (KLSum). Deviation, as in sumy: the sum is over the words of the
    summary, not of the text. Differs from sumy 0.13: ranks are by index; words are stemmed as for
    every method here; in a text of more than 3,000
    sentences the tail is ranked by its divergence at one point.
    Complexity: O(words) a step, as many steps as sentences placed.
    """

    name = "kl"

    def scores(self, text: Text) -> Scores:
        """Return minus the place at which each sentence was taken."""
        n = len(text.units)
        scores = np.zeros(n)
        if not n:
            return scores
        state = _State(text)
        waiting = np.ones(n, dtype=bool)
        steps = min(n, max(1, _WORK // max(1, state.entries)))
        for step in range(steps):
            best = earliest(np.where(waiting, -state.divergences(), -np.inf))
            scores[best] = -step
            waiting[best] = False
            state.take(best)
        rest = np.flatnonzero(waiting)
        order = np.argsort(state.divergences()[rest], kind="stable")
        scores[rest[order]] = -np.arange(steps, n, dtype=np.float64)
        return scores


class _State:
    """The summary so far, and what each sentence would make of it.

    With S the summary's counts, N its length, c and m a sentence's, P the text's distribution,
    the divergence is the sum over words w of both of P (log P - log((S + c) / (N + m))): a term
    for the summary, one for each word of the sentence, and log(N + m) times the mass of P.
    """

    def __init__(self, text: Text) -> None:
        self._matrix = counts(text.units)
        #: Distinct words of all sentences, counted by sentence.
        self.entries = int(self._matrix.nnz)
        self._sizes = lengths(text.units)
        self._rows = np.repeat(np.arange(len(text.units)), np.diff(self._matrix.indptr))
        total = np.bincount(
            self._matrix.indices, weights=self._matrix.data, minlength=self._matrix.shape[1]
        )
        self._text = total / max(float(total.sum()), 1.0)
        self._entropy = self._text * np.log(np.where(self._text > 0, self._text, 1.0))
        self._summary = np.zeros(len(total))
        self._length = 0.0

    def divergences(self) -> Vector:
        """Return the divergence after adding each sentence: (n,)."""
        said = self._summary > 0
        of_summary = np.where(
            said, self._entropy - self._text * np.log(np.where(said, self._summary, 1.0)), 0.0
        )
        columns = self._matrix.indices
        fresh = self._entropy[columns] - self._text[columns] * np.log(
            self._summary[columns] + self._matrix.data
        )
        n = len(self._sizes)
        changed = np.bincount(self._rows, weights=fresh - of_summary[columns], minlength=n)
        gained = np.bincount(
            self._rows, weights=np.where(said[columns], 0.0, self._text[columns]), minlength=n
        )
        mass = float(self._text[said].sum()) + gained
        together = np.log(np.maximum(self._length + self._sizes, 1.0))
        found: Vector = float(of_summary.sum()) + changed + together * mass
        return found

    def take(self, row: int) -> None:
        """Add a sentence to the summary."""
        held = slice(self._matrix.indptr[row], self._matrix.indptr[row + 1])
        self._summary[self._matrix.indices[held]] += self._matrix.data[held]
        self._length += float(self._sizes[row])
