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
        matrix = counts(text.units)
        self._matrix = matrix
        #: Distinct words of all sentences, counted by sentence.
        self.entries = int(matrix.nnz)
        self._sizes = lengths(text.units)
        by_word = matrix.tocsc()
        self._starts = by_word.indptr
        self._rows = by_word.indices
        self._counts = by_word.data
        self._words = np.repeat(np.arange(matrix.shape[1]), np.diff(by_word.indptr))
        total = np.bincount(matrix.indices, weights=matrix.data, minlength=matrix.shape[1])
        self._text = total / max(float(total.sum()), 1.0)
        self._entropy = self._text * np.log(np.where(self._text > 0, self._text, 1.0))
        self._summary = np.zeros(len(total))
        self._length = 0.0
        #: P (log P - log S) of each word of the summary, and what P they make up.
        self._term = np.zeros(len(total))
        self._mass = 0.0
        #: By word and sentence: the change of the word's term, and the word's P if it is new.
        self._change = np.zeros(self.entries)
        self._fresh = np.zeros(self.entries)
        self._update(np.arange(self.entries))

    def divergences(self) -> Vector:
        """Return the divergence after adding each sentence: (n,)."""
        n = len(self._sizes)
        changed = np.bincount(self._rows, weights=self._change, minlength=n)
        gained = np.bincount(self._rows, weights=self._fresh, minlength=n)
        together = np.log(np.maximum(self._length + self._sizes, 1.0))
        found: Vector = float(self._term.sum()) + changed + together * (self._mass + gained)
        return found

    def take(self, row: int) -> None:
        """Add a sentence to the summary."""
        held = slice(self._matrix.indptr[row], self._matrix.indptr[row + 1])
        words = self._matrix.indices[held]
        new = words[self._summary[words] == 0]
        self._mass += float(self._text[new].sum())
        self._summary[words] += self._matrix.data[held]
        self._length += float(self._sizes[row])
        self._term[words] = self._entropy[words] - self._text[words] * np.log(self._summary[words])
        if len(words):
            spans = [np.arange(self._starts[word], self._starts[word + 1]) for word in words]
            self._update(np.concatenate(spans))

    def _update(self, entries: NDArray[np.int64]) -> None:
        """Work out anew the entries of words whose count in the summary changed."""
        words = self._words[entries]
        said = self._summary[words]
        after = self._entropy[words] - self._text[words] * np.log(said + self._counts[entries])
        self._change[entries] = after - self._term[words]
        self._fresh[entries] = np.where(said > 0, 0.0, self._text[words])
