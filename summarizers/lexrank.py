"""LexRank: a sentence is central when many sentences resemble it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from summarizers.base import Scores, Text
from summarizers.vectors import counts

#: Rows of the similarity that are in memory at once, and products of two words in them; the
#: second bound holds a block of a very long text to some 200 MB before the threshold empties it.
_BLOCK, _BLOCK_PRODUCTS = 1024, 8_000_000
#: Pairs of sentences kept: 0.5 GB, or all pairs of 4,000 sentences that are all alike. A text of
#: 20,000 sentences drawn by Zipf's law has 0.3 million.
_MOST_LINKS = 8_000_000
#: Products of two words worked out: some 15 s. 40,000 sentences drawn by Zipf's law, whose frequent
#: words are not left out, have 430 million; 100,000 of news, by what 8,000 have, 300 million.
_MOST_PRODUCTS = 500_000_000


class LexRank:
    """LexRank with a threshold, as sumy understands it, in sparse matrices.

    Source: Erkan & Radev 2004, "LexRank: Graph-based Lexical Centrality as Salience in Text
    Summarization", JAIR 22:457-479. Deviations, kept so that it chooses what sumy's chooses:
    inverse document frequency is log(n / (1 + df)), over the sentences of the text, and squared,
    so its sign is lost; term frequency is divided by the sentence's largest; no damping; vectors
    are scaled to Euclidean length 1 in every step; iteration stops at a change of 0.1.
    Differs from sumy 0.13: scores are by index, so two equal sentences both have one; a text
    without words gives zeros where sumy divides by zero; of a text with more than eight million
    links, or 500 million pairs of equal words, only the first sentences are compared, and the
    others score 0: 4,000 where all are alike.
    Complexity: O(sum of df squared) time, O(pairs above the threshold) memory.
    """

    name = "lexrank"

    def __init__(self, *, threshold: float = 0.1, epsilon: float = 0.1) -> None:
        self._threshold = threshold
        self._epsilon = epsilon

    def scores(self, text: Text) -> Scores:
        """Return the power iteration's vector of length 1; zeros when no unit has words."""
        if not text.units:
            return np.zeros(0)
        links = similar(unit_rows(counts(text.units)), self._threshold)
        degrees = np.asarray(links.sum(axis=1)).ravel()
        degrees[degrees == 0] = 1.0
        step = sparse.csr_array(sparse.diags_array(1.0 / degrees) @ links).T.tocsr()
        return iterate(step, self._epsilon)


def unit_rows(matrix: Any) -> Any:
    """Return rows of tf * idf of length 1, the frequencies as sumy reckons them."""
    n = matrix.shape[0]
    present = np.bincount(matrix.indices, minlength=matrix.shape[1])
    weight = np.log(n / (1.0 + present))
    largest = np.ones(n)
    full = np.diff(matrix.indptr) > 0
    largest[full] = np.maximum.reduceat(matrix.data, matrix.indptr[:-1][full])
    rows = np.repeat(np.arange(n), np.diff(matrix.indptr))
    data = matrix.data / largest[rows] * weight[matrix.indices]
    norms = np.sqrt(np.bincount(rows, weights=data**2, minlength=n))
    norms[norms == 0] = 1.0
    return sparse.csr_array((data / norms[rows], matrix.indices, matrix.indptr), matrix.shape)


def similar(rows: Any, threshold: float) -> Any:
    """Return 1 for each pair of rows with a cosine above the threshold: CSR (n, n).

    rows: CSR of unit length. Only half of the product is computed, and never more than a block of
    it held. Where nearly all sentences resemble each other the links of a long text would fill the
    memory, and the products take minutes: after `_MOST_LINKS` or `_MOST_PRODUCTS` the sentences
    that follow are left without any.
    """
    parts: list[tuple[NDArray[np.int32], NDArray[np.int32]]] = []
    links = 0
    for start, stop in _blocks(rows):
        block = (rows[start:stop] @ rows[:stop].T).tocoo()
        one = block.row.astype(np.int32) + np.int32(start)
        kept = (block.data > threshold) & (block.col <= one)
        links += int(kept.sum())
        if links > _MOST_LINKS:
            break
        parts.append((one[kept], block.col[kept].astype(np.int32)))
    none = np.zeros(0, dtype=np.int32)
    one = np.concatenate([none, *(part[0] for part in parts)])
    other = np.concatenate([none, *(part[1] for part in parts)])
    apart = one != other
    pairs = (np.concatenate([one, other[apart]]), np.concatenate([other, one[apart]]))
    ones = np.ones(len(pairs[0]))
    return sparse.csr_array((ones, pairs), shape=(rows.shape[0],) * 2)


def _blocks(rows: Any) -> Iterator[tuple[int, int]]:
    """Yield the spans of rows to be multiplied with the rows up to them, within the limits."""
    n = rows.shape[0]
    present = np.bincount(rows.indices, minlength=rows.shape[1])
    ends = np.concatenate([[0], np.cumsum(present[rows.indices], dtype=np.int64)])
    # Of the rows that hold a word, the share that comes no later.
    products = np.diff(ends[rows.indptr]) * (np.arange(1, n + 1) / n)
    before = np.concatenate([[0.0], np.cumsum(products)])
    start = 0
    while start < n and before[start] < _MOST_PRODUCTS:
        full = int(np.searchsorted(before, before[start] + _BLOCK_PRODUCTS, side="right")) - 1
        stop = min(start + _BLOCK, n, max(start + 1, full))
        yield start, stop
        start = stop


def iterate(step: Any, epsilon: float) -> NDArray[np.float64]:
    """Apply `step` from the uniform vector until the change is at most epsilon, at length 1."""
    n = step.shape[0]
    current = np.full(n, 1.0 / n)
    change = 1.0
    while change > epsilon:
        following = step @ current
        norm = float(np.linalg.norm(following))
        if norm == 0.0:
            return np.zeros(n)
        following /= norm
        change = float(np.linalg.norm(following - current))
        current = following
    return current
