"""Units as sparse rows: what the graph methods multiply."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from summarizers.base import Unit


def counts(units: Sequence[Unit]) -> Any:
    """Return how often each word is in each unit: CSR float64 of shape (units, vocabulary).

    Columns are numbered by first occurrence, so that the result does not depend on hashing.
    """
    vocabulary: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for unit in units:
        columns += [vocabulary.setdefault(word, len(vocabulary)) for word in unit.words]
        ends.append(len(columns))
    matrix = sparse.csr_array(
        (
            np.ones(len(columns)),
            np.array(columns, dtype=np.int32),
            np.array(ends, dtype=np.int32),
        ),
        shape=(len(units), max(1, len(vocabulary))),
    )
    matrix.sum_duplicates()
    return matrix


def lengths(units: Sequence[Unit]) -> NDArray[np.float64]:
    """Return the number of content words of each unit, with repetitions."""
    return np.array([len(unit.words) for unit in units], dtype=np.float64)


def earliest(values: NDArray[np.float64]) -> int:
    """Return the first index of the greatest value, equal up to the last digits.

    Sums of the same numbers in another order differ there, and must not decide.
    """
    greatest = float(values.max())
    return int(np.argmax(values >= greatest - 1e-12 * max(1e-12, abs(greatest))))
