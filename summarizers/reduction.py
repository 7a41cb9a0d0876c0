"""Reduction: a sentence is worth the words that it shares with all the others."""

import numpy as np

from summarizers.base import Scores, Text
from summarizers.overlaps import Overlaps


class Reduction:
    """Reduction: the degree of a sentence in TextRank's graph.

    Source: A. Fabish 2013, github.com/adamfabish/Reduction; no paper. Deviation, as in sumy: the
    link of two one-word sentences counts 0. Differs from sumy 0.13: ratings are by index, so equal
    sentences do not add up to one large rating.
    Complexity: O(words + vocabulary x lengths squared).
    """

    name = "reduction"

    def scores(self, text: Text) -> Scores:
        """Return the sum of the weights of each sentence's links to others."""
        n = len(text.units)
        if not n:
            return np.zeros(0)
        overlaps = Overlaps(text.units, alone=0.0)
        whole = overlaps.times(np.ones(n))
        others = whole - overlaps.diagonal
        # Last digits of a difference of equal sums would put sentences without links in an order.
        return np.where(others > 1e-12 * whole, others, 0.0)
