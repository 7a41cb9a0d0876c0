"""Continuous LexRank: LexRank that weighs how alike two sentences are."""

import numpy as np
from scipy import sparse

from summarizers.base import Scores, Text
from summarizers.vectors import counts

_DAMPING = 0.85
_EPSILON = 1e-9
_MOST_STEPS = 200


class Continuous:
    """LexRank on the cosines themselves, with damping.

    Source: Erkan & Radev 2004, JAIR 22:457-479, section 3.3. Deviations: damping is their 1 - d;
    inverse document frequency is log(1 + n / df), since n is one text, where log(n / df) would
    make words of every sentence 0. sumy has no such method.
    Complexity: O(words) a step: the similarity matrix is a product of two sparse ones, and is
    applied as such, never formed.
    """

    name = "lexrank-continuous"

    def scores(self, text: Text) -> Scores:
        """Return the stationary distribution of the damped walk; uniform without words."""
        n = len(text.units)
        if not n:
            return np.zeros(0)
        matrix = counts(text.units)
        present = np.bincount(matrix.indices, minlength=matrix.shape[1])
        weight = np.log1p(n / np.maximum(present, 1))
        rows = np.repeat(np.arange(n), np.diff(matrix.indptr))
        data = matrix.data * weight[matrix.indices]
        norms = np.sqrt(np.bincount(rows, weights=data**2, minlength=n))
        norms[norms == 0] = 1.0
        unit = sparse.csr_array((data / norms[rows], matrix.indices, matrix.indptr), matrix.shape)
        turned = unit.T.tocsr()
        degrees = unit @ (turned @ np.ones(n))
        linked = degrees > 0
        degrees[~linked] = 1.0
        current = np.full(n, 1.0 / n)
        for _ in range(_MOST_STEPS):
            lost = float(current[~linked].sum())  # a sentence without links walks anywhere
            walked = unit @ (turned @ (current / degrees))
            following = (1.0 - _DAMPING + _DAMPING * lost) / n + _DAMPING * walked
            change = float(np.abs(following - current).sum())
            current = following
            if change <= _EPSILON:
                break
        return current
