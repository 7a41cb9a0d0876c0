"""Match a few new rows against many known ones, without weighing the known ones again."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from service.stories.vectors import Counts, Edges, pairs, spread, weigh, weighted


class Fitted:
    """Rows weighted once, and what it takes to find those that new rows are like.

    Nothing in it changes after it was made.
    """

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._raw = counts.matrix()
        self._spread = spread(self._raw)
        self._rows = weighted(counts)
        self._columns = self._rows.T.tocsr()
        # The row of each feature that one row alone has.
        entry_rows = np.repeat(np.arange(len(counts)), np.diff(self._raw.indptr))
        self._owner = np.zeros(self._raw.shape[1], dtype=np.int64)
        self._owner[self._raw.indices] = entry_rows

    def __len__(self) -> int:
        return len(self._counts)

    def edges(self, floor: float) -> Edges:
        """Return the pairs of rows with at least `floor`, as `vectors.pairs` finds them."""
        return joined(list(pairs(self._rows, floor)))

    def with_rows(self, added: Sequence[Mapping[str, int]]) -> "Fitted":
        """Return the same with more rows, all weighted anew."""
        return Fitted(self._counts.followed_by(added))

    def match(self, added: Sequence[Mapping[str, int]], floor: float) -> Edges:
        """Return the pairs of a new row with a known one or another new one: i, j, similarity.

        New rows are numbered from len(self) on; i < j. They are weighted by how rare a feature is
        in all rows, known and new. The known rows stay as they were weighted, but for those with a
        feature that none but they had and a new row has: the name of a place, told a second time.
        """
        if not added:
            return joined([])
        raw = self._aligned(added)
        width = raw.shape[1]
        total = spread(raw)
        new_columns = np.flatnonzero(total)
        known = len(self._spread)
        total[:known] += self._spread
        rows = len(self) + len(added)
        new = weigh(raw, total, rows)
        shared = new_columns[new_columns < known]
        again = np.unique(self._owner[shared[self._spread[shared] == 1]])
        found = []
        product = (sparse.csr_array(new[:, :known]) @ self._columns).tocoo()
        kept = (product.data >= floor) & ~np.isin(product.col, again)
        found.append((product.col[kept], product.row[kept] + len(self), product.data[kept]))
        if len(again):
            part = self._raw[again]
            part = sparse.csr_array((part.data, part.indices, part.indptr), (len(again), width))
            product = (new @ weigh(part, total, rows).T.tocsr()).tocoo()
            kept = product.data >= floor
            found.append(
                (again[product.col[kept]], product.row[kept] + len(self), product.data[kept])
            )
        product = (new @ new.T.tocsr()).tocoo()
        kept = (product.row < product.col) & (product.data >= floor)
        found.append(
            (product.row[kept] + len(self), product.col[kept] + len(self), product.data[kept])
        )
        return joined(found)

    def _aligned(self, added: Sequence[Mapping[str, int]]) -> Any:
        """Return rows as CSR float64 counts, with the known columns first and new ones behind."""
        columns: dict[str, int] = {}
        known = self._counts.columns
        width = self._raw.shape[1]
        indices: list[int] = []
        times: list[int] = []
        ends = [0]
        for row in added:
            for name, count in row.items():
                column = known.get(name)
                if column is None:
                    column = columns.setdefault(name, width + len(columns))
                indices.append(column)
                times.append(count)
            ends.append(len(indices))
        return sparse.csr_array(
            (np.array(times, dtype=np.float64), np.array(indices, dtype=np.int32), np.array(ends)),
            shape=(len(added), width + len(columns)),
        )


def joined(parts: Sequence[Edges]) -> Edges:
    """Return edges in one piece."""
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return none, none, np.zeros(0)
    first, second, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return first.astype(np.int64), second.astype(np.int64), value
