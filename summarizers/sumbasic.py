"""SumBasic: the most probable words first, and each less probable once it is said."""

import numpy as np

from summarizers.base import Scores, Text
from summarizers.vectors import counts, earliest, lengths

#: Words looked at before the remaining sentences are left in the order they then have: every
#: sentence is placed one by one in a text of up to some 3,000 sentences, 350 in one of 20,000.
_WORK = 100_000_000

#: A probability squared so often is 0.
_OFTEN = 60.0


class SumBasic:
    """SumBasic, without its first step (the sentence must hold the most probable word).

    Source: Nenkova & Vanderwende 2005, "The Impact of Frequency on Summarization", MSR-TR-2005-101.
    Deviation, as in sumy: the best average probability decides alone. Differs from sumy 0.13: ranks
    are by index; in a text of more than 3,000 sentences the tail is ranked by its averages at one
    point.
    Complexity: O(words) a step, as many steps as sentences placed.
    """

    name = "sumbasic"

    def scores(self, text: Text) -> Scores:
        """Return minus the place at which each sentence was taken."""
        n = len(text.units)
        scores = np.zeros(n)
        if not n:
            return scores
        matrix = counts(text.units)
        sizes = np.maximum(lengths(text.units), 1.0)
        total = np.bincount(matrix.indices, weights=matrix.data, minlength=matrix.shape[1])
        odds = total / max(float(total.sum()), 1.0)
        waiting = np.ones(n, dtype=bool)
        steps = min(n, max(1, _WORK // max(1, matrix.nnz)))
        for step in range(steps):
            best = earliest(np.where(waiting, matrix @ odds / sizes, -np.inf))
            scores[best] = -step
            waiting[best] = False
            held = slice(matrix.indptr[best], matrix.indptr[best + 1])
            # Squared once for each occurrence of the word in the sentence.
            odds[matrix.indices[held]] **= 2.0 ** np.minimum(matrix.data[held], _OFTEN)
        rest = np.flatnonzero(waiting)
        order = np.argsort(-(matrix @ odds / sizes)[rest], kind="stable")
        scores[rest[order]] = -np.arange(steps, n, dtype=np.float64)
        return scores
