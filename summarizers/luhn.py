"""Luhn: a sentence is worth its densest cluster of the text's frequent words."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from summarizers.base import Scores, Text

#: So many other words in a row end a cluster.
_GAP = 4


class Luhn:
    """Luhn's significance factor.

    Source: Luhn 1958, "The Automatic Creation of Literature Abstracts", IBM Journal 2:159-165.
    As in sumy, every word that occurs twice is significant. Differs from sumy 0.13: scores are by
    index; nothing else. Complexity: O(words).
    """

    name = "luhn"

    def scores(self, text: Text) -> Scores:
        """Return (significant words) squared / (length) of each sentence's best cluster."""
        occurrences = Counter(word for unit in text.units for word in unit.words)
        return np.array(
            [_best(occurrences[word] > 1 for word in unit.words) for unit in text.units],
            dtype=np.float64,
        )


def _best(significant: Iterable[bool]) -> float:
    """Return the factor of the best cluster; 0 where none has two significant words."""
    best = 0.0
    count = span = gap = 0
    for marked in significant:
        if marked:
            count, span, gap = count + 1, span + gap + 1, 0
        elif count:
            gap += 1
            if gap == _GAP:
                best = max(best, _factor(count, span))
                count = span = gap = 0
    return max(best, _factor(count, span))


def _factor(count: int, span: int) -> float:
    """Return the significance of a cluster of `span` words with `count` significant ones."""
    return count * count / span if count > 1 else 0.0
