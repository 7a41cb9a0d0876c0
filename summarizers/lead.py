"""Lead: the first sentences, as the reporter ordered them. The baseline to beat."""

import numpy as np

from summarizers.base import Scores, Text


class Lead:
    """Scores a sentence by its place: the first of every article, then the second of every one.

    On one news article this beats every method of sumy (`docs/quality.md`). O(n).
    """

    name = "lead"

    def scores(self, text: Text) -> Scores:
        """Return 1 / (1 + rank), rank by position and then by document."""
        place = np.array([u.position for u in text.units], dtype=np.int64)
        document = np.array([u.document for u in text.units], dtype=np.int64)
        order = np.lexsort((document, place))
        scores = np.empty(len(order), dtype=np.float64)
        scores[order] = 1.0 / (1.0 + np.arange(len(order)))
        return scores
