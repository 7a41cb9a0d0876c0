"""TextRank: PageRank over sentences that share words."""

import numpy as np

from summarizers.base import Scores, Text
from summarizers.overlaps import Overlaps

_DAMPING = 0.85
_EPSILON = 1e-4
#: What sumy adds to a row's sum so as not to divide by 0.
_TINY = 1e-7


class TextRank:
    """TextRank as sumy understands it, without its matrix.

    Source: Mihalcea & Tarau 2004, "TextRank: Bringing Order into Texts", EMNLP, 404-411.
    Deviations, kept so that it chooses what sumy's chooses: a sentence is linked with itself;
    a pair of one-word sentences has the weight 1; iteration stops at a change of 1e-4.
    Differs from sumy 0.13: scores are by index.
    Complexity: O(words + vocabulary x lengths squared) an iteration, some twenty iterations.
    """

    name = "textrank"

    def scores(self, text: Text) -> Scores:
        """Return the stationary distribution, up to sentences without words."""
        n = len(text.units)
        if not n:
            return np.zeros(0)
        overlaps = Overlaps(text.units, alone=1.0)
        degrees = overlaps.times(np.ones(n)) + _TINY
        current = np.full(n, 1.0 / n)
        change = 1.0
        while change > _EPSILON:
            jump = (1.0 - _DAMPING) / n * current.sum()
            following = jump + _DAMPING * overlaps.times(current / degrees)
            change = float(np.linalg.norm(following - current))
            current = following
        return current
