"""Features of many articles as sparse rows, and the pairs of rows that are alike."""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

#: Features kept of each row, the heaviest first. Of 20, 40, 60, 100 and all, 60 and 100 did best
#: on the labelled sets (`benchmarks/stories.py`): a long article's tail is not its event.
KEEP = 100
#: Rows multiplied at once: keeps the product small in memory.
_BLOCK = 512
#: Pairs of rows that features may propose, a row: the rarest features first, until it is used up.
#: Without a limit time would grow with the square of the rows. Features of at most `_ALWAYS` rows
#: always propose; from there on no labelled set notices which others do. In pairs that are
#: proposed every feature counts.
_PROPOSED = 4000
_ALWAYS = 50

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
#: Pairs of rows, i < j in each, and their similarities.
Edges = tuple[Ints, Ints, Floats]


class Counts:
    """How often each feature is in each row: filled row by row, in a few bytes an entry."""

    def __init__(self) -> None:
        self.columns: dict[str, int] = {}
        self._indices = array("i")
        self._times = array("i")
        self._ends = array("q", [0])

    def add(self, row: Mapping[str, int]) -> None:
        """Append a row."""
        columns = self.columns
        self._indices.extend([columns.setdefault(name, len(columns)) for name in row])
        self._times.extend(row.values())
        self._ends.append(len(self._indices))

    def followed_by(self, rows: Iterable[Mapping[str, int]]) -> "Counts":
        """Return a copy with more rows; this one stays as it is."""
        longer = Counts()
        longer.columns = dict(self.columns)
        longer._indices = self._indices[:]
        longer._times = self._times[:]
        longer._ends = self._ends[:]
        for row in rows:
            longer.add(row)
        return longer

    def __len__(self) -> int:
        return len(self._ends) - 1

    def matrix(self) -> Any:
        """Return CSR float64 of shape (rows, features), columns in order of first appearance."""
        return sparse.csr_array(
            (
                np.array(self._times, dtype=np.float64),
                np.array(self._indices, dtype=np.int32),
                np.array(self._ends, dtype=np.int64),
            ),
            shape=(len(self), max(1, len(self.columns))),
        )


def weighted(counts: Counts, keep: int = KEEP) -> Any:
    """Return TF-IDF rows: CSR float64 of shape (rows, features); empty rows are zero.

    A feature that one row alone has joins nothing, yet it says that the row is about something
    else: it adds to the row's length, in part. That part is small in a large batch, where such
    features are mostly slips and rare names, and large in a small one, where most words of any
    article are its alone: 20 / (20 + rows), at least 0.2. Rows are therefore at most 1 long.
    """
    matrix = counts.matrix()
    return weigh(matrix, spread(matrix), matrix.shape[0], keep)


def spread(matrix: Any) -> Ints:
    """Return in how many rows each feature is."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1])


def weigh(matrix: Any, spread: Ints, rows: int, keep: int = KEEP) -> Any:
    """Return the rows of a matrix of counts weighted as `weighted` says; the matrix is used up.

    spread, rows: of the batch that the rows belong to, which may be larger than the matrix.
    """
    idf = np.log((rows + 1) / (spread + 0.5))
    matrix.data = (1.0 + np.log(matrix.data)) * idf[matrix.indices]
    alone = spread[matrix.indices] == 1
    share = max(0.2, 20 / (20 + rows))
    squares = np.add.reduceat(
        np.append(np.where(alone, matrix.data**2, 0.0), 0.0), matrix.indptr[:-1]
    )
    squares = np.where(np.diff(matrix.indptr) > 0, squares, 0.0)
    matrix.data[alone] = 0.0
    matrix.eliminate_zeros()
    matrix = _heaviest(matrix, keep)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).reshape(-1) + share * squares)
    lengths[lengths == 0] = 1.0
    return sparse.csr_array(sparse.diags_array(1 / lengths) @ matrix)


def _heaviest(matrix: Any, keep: int) -> Any:
    """Return the matrix with at most `keep` entries a row; of equal ones the first columns stay."""
    matrix.sort_indices()
    kept = np.ones(matrix.nnz, dtype=bool)
    for row in np.flatnonzero(np.diff(matrix.indptr) > keep):
        start, end = matrix.indptr[row], matrix.indptr[row + 1]
        order = np.argsort(-matrix.data[start:end], kind="stable")
        kept[start + order[keep:]] = False
    matrix.data[~kept] = 0.0
    matrix.eliminate_zeros()
    return matrix


def pairs(matrix: Any, floor: float) -> Iterator[Edges]:
    """Yield (i, j, similarity) as arrays, i < j, for the pairs of rows with at least `floor`."""
    held = spread(matrix)
    limit = _most_rows(held, matrix.shape[0])
    common_columns = np.flatnonzero(held > limit)
    light, common = matrix, None
    if len(common_columns):
        light = sparse.csr_array(matrix @ sparse.diags_array((held <= limit).astype(float)))
        light.eliminate_zeros()
        common = sparse.csr_array(matrix[:, common_columns])
    transposed = light.T.tocsr()
    for start in range(0, matrix.shape[0], _BLOCK):
        product = (light[start : start + _BLOCK] @ transposed).tocoo()
        i, j, value = product.row.astype(np.int64) + start, product.col, product.data
        kept = (i < j) & (value >= (floor if common is None else floor / 2))
        i, j, value = i[kept], j[kept].astype(np.int64), value[kept]
        if common is not None and len(i):
            value = value + _dots(common, i, j)
            kept = value >= floor
            i, j, value = i[kept], j[kept], value[kept]
        yield i, j, value


def _most_rows(spread: Ints, rows: int) -> int:
    """Return of how many rows a feature may be to propose pairs."""
    ordered = np.sort(spread[spread > 0]).astype(np.int64)
    allowed = np.searchsorted(np.cumsum(ordered**2), _PROPOSED * rows, side="right")
    return max(_ALWAYS, int(ordered[allowed - 1]) if allowed else 0)


def _dots(matrix: Any, i: Ints, j: Ints) -> Floats:
    """Return the products of rows i with rows j, some thousands at a time."""
    found = np.zeros(len(i))
    for start in range(0, len(i), 50_000):
        part = slice(start, start + 50_000)
        found[part] = np.asarray(matrix[i[part]].multiply(matrix[j[part]]).sum(axis=1)).reshape(-1)
    return found
