"""Features of many articles as sparse rows, and the pairs of rows that are alike."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

#: Features kept of each row, the heaviest first. Of 20, 40, 60, 100 and all, 60 and 100 did best
#: on the labelled sets (`benchmarks/stories.py`): a long article's tail is not its event.
KEEP = 100
#: Rows multiplied at once: keeps the product small in memory.
_BLOCK = 512
#: A feature of more rows than this proposes no pairs, or time would grow with the square of the
#: rows; in pairs that other features propose it counts.
_SPREAD = 1000


def weighted(rows: Sequence[Mapping[str, int]], keep: int = KEEP) -> Any:
    """Return TF-IDF rows: CSR float64 of shape (rows, features); empty rows are zero.

    A feature that one row alone has joins nothing, yet it says that the row is about something
    else: it adds to the row's length, in part. That part is small in a large batch, where such
    features are mostly slips and rare names, and large in a small one, where most words of any
    article are its alone: 20 / (20 + rows), at least 0.2. Rows are therefore at most 1 long.
    Columns are numbered by name, so that the result does not depend on hashing.
    """
    count = len(rows)
    spread = Counter(name for row in rows for name in row)
    columns = {
        name: number for number, name in enumerate(sorted(n for n in spread if spread[n] > 1))
    }
    idf = {times: float(np.log((count + 1) / (times + 0.5))) for times in set(spread.values())}
    share = max(0.2, 20 / (20 + count))
    indices: list[int] = []
    values: list[float] = []
    ends = [0]
    for row in rows:
        alone = 0.0
        entries = []
        for name, times in row.items():
            weight = _damped(times) * idf[spread[name]]
            column = columns.get(name)
            if column is None:
                alone += weight * weight
            else:
                entries.append((-weight, column))
        entries.sort()
        del entries[keep:]
        length = (sum(w * w for w, _ in entries) + share * alone) ** 0.5 or 1.0
        indices += [column for _, column in entries]
        values += [-weight / length for weight, _ in entries]
        ends.append(len(indices))
    matrix = sparse.csr_array(
        (np.array(values), np.array(indices, dtype=np.int32), np.array(ends, dtype=np.int32)),
        shape=(count, max(1, len(columns))),
    )
    matrix.sort_indices()
    return matrix


_DAMPED = [0.0] + [1.0 + float(np.log(n)) for n in range(1, 256)]


def _damped(times: int) -> float:
    return _DAMPED[min(times, 255)]


def pairs(
    matrix: Any, floor: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
    """Yield (i, j, similarity) as arrays, i < j, for the pairs of rows with at least `floor`."""
    spread = np.bincount(matrix.indices, minlength=matrix.shape[1])
    rare = sparse.diags_array((spread <= _SPREAD).astype(float))
    common_columns = np.flatnonzero(spread > _SPREAD)
    light = sparse.csr_array(matrix @ rare)
    light.eliminate_zeros()
    common = sparse.csr_array(matrix[:, common_columns]) if len(common_columns) else None
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


def _dots(matrix: Any, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the products of rows i with rows j, some thousands at a time."""
    found = np.zeros(len(i))
    for start in range(0, len(i), 50_000):
        part = slice(start, start + 50_000)
        found[part] = np.asarray(matrix[i[part]].multiply(matrix[j[part]]).sum(axis=1)).reshape(-1)
    return found
