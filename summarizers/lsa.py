"""LSA: a sentence is worth its length in the space of the text's topics."""

import numpy as np

from summarizers.base import Scores, Text
from summarizers.vectors import counts

_SMOOTH = 0.4


class Lsa:
    """Latent semantic analysis by Steinberger and Jezek, as sumy understands it.

    Source: Steinberger & Jezek 2004, "Using Latent Semantic Analysis in Text Summarization and
    Summary Evaluation", ISIM 93-100: the score is sqrt(sum over topics of sigma^2 v^2).
    Term frequencies are divided by the sentence's largest and smoothed to 0.4 + 0.6 f, for absent
    words too, as in sumy. sumy keeps every topic, and then the score is by definition the Euclidean
    length of the sentence's column: `topics=None` computes that, without a decomposition, and
    chooses what sumy's chooses. With a number of topics it is the paper's method.
    Complexity: O(words); with topics O(n^2 k) for the decomposition of a dense matrix, n the
    smaller side.
    """

    name = "lsa"

    def __init__(self, *, topics: int | None = None) -> None:
        if topics is not None and topics < 1:
            raise ValueError(f"{topics} topics: give 1 or more, or None for all")
        self._topics = topics

    def scores(self, text: Text) -> Scores:
        """Return the length of each sentence in topic space; 0 for one without words."""
        n = len(text.units)
        if not n:
            return np.zeros(0)
        matrix = counts(text.units)
        full = np.diff(matrix.indptr) > 0
        largest = np.ones(n)
        largest[full] = np.maximum.reduceat(matrix.data, matrix.indptr[:-1][full])
        rows = np.repeat(np.arange(n), np.diff(matrix.indptr))
        frequency = (1.0 - _SMOOTH) * matrix.data / largest[rows]
        if self._topics is None:
            plain = np.bincount(rows, weights=frequency, minlength=n)
            square = np.bincount(rows, weights=frequency**2, minlength=n)
            whole = _SMOOTH**2 * matrix.shape[1] + 2.0 * _SMOOTH * plain + square
            return np.sqrt(np.where(full, whole, 0.0))
        dense = np.zeros((matrix.shape[1], n))
        dense[matrix.indices, rows] = frequency
        dense[:, full] += _SMOOTH
        _, sigma, turned = np.linalg.svd(dense, full_matrices=False)
        kept = slice(self._topics)
        found: Scores = np.sqrt((sigma[kept, None] ** 2 * turned[kept] ** 2).sum(axis=0))
        return found
