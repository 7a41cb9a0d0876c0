"""Sums over all pairs of sentences of their common words, without the pairs.

TextRank and Reduction weigh a pair by (common words) / (log length + log length). As a matrix that
is n x n and, for news, a fifth full: 1.3 GB at 20,000 sentences. But the denominator depends on
the two lengths only, and there are some fifty lengths: so the product with a vector is a sum by
word and length, then a small table of lengths by lengths, then a sum by sentence. It is exact.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from summarizers.base import Unit
from summarizers.vectors import counts, lengths

Vector = NDArray[np.float64]


class Overlaps:
    """The matrix W with W[i, j] = sum over words of c_i c_j / (log m_i + log m_j), m the lengths.

    Where both sentences have one word the denominator is 0, and `alone` (0 or 1) is the factor.
    Memory O(vocabulary x lengths); a product takes O(words + vocabulary x lengths squared).
    """

    def __init__(self, units: Sequence[Unit], *, alone: float) -> None:
        matrix = counts(units)
        self._shape = matrix.shape
        columns = matrix.indices.astype(np.int64)
        self._rows = np.repeat(np.arange(self._shape[0]), np.diff(matrix.indptr))
        self._counts = matrix.data
        sizes = lengths(units)
        distinct, self._length = np.unique(sizes, return_inverse=True)
        logs = np.log(np.maximum(distinct, 1.0))
        below = logs[:, None] + logs[None, :]
        self._factors = np.where(below > 0, 1.0 / np.where(below > 0, below, 1.0), alone)
        # Word by length, as a sparse matrix whose values change with the vector. (As a dense one
        # its product runs in BLAS threads, which wait for each other on a busy machine: 9 ms, not
        # 0.5 ms, at 400 sentences.)
        self._spread_at = columns * len(distinct) + self._length[self._rows]
        cells, self._cell = np.unique(self._spread_at, return_inverse=True)
        words, of_length = np.divmod(cells, len(distinct))
        starts = np.searchsorted(words, np.arange(self._shape[1] + 1))
        self._by_word = sparse.csr_array(
            (np.zeros(len(cells)), of_length, starts), shape=(self._shape[1], len(distinct))
        )
        squares: Vector = np.bincount(
            self._rows, weights=self._counts**2, minlength=self._shape[0]
        ).astype(np.float64)
        #: W[i, i].
        self.diagonal: Vector = squares * self._factors[self._length, self._length]

    def times(self, vector: Vector) -> Vector:
        """Return W @ vector; W is symmetric."""
        self._by_word.data = np.bincount(
            self._cell,
            weights=self._counts * vector[self._rows],
            minlength=len(self._by_word.data),
        )
        spread = (self._by_word @ self._factors).ravel()
        found: Vector = np.bincount(
            self._rows, weights=self._counts * spread[self._spread_at], minlength=self._shape[0]
        ).astype(np.float64)
        return found
