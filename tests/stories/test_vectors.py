"""Sparse rows and alike pairs, against a naive loop."""

from collections import Counter
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.stories import vectors
from service.stories.vectors import Counts, pairs, weighted

Rows = list[dict[str, int]]


def counted(rows: Rows) -> Counts:
    counts = Counts()
    for row in rows:
        counts.add(row)
    return counts


def naive(rows: Rows, keep: int) -> dict[tuple[int, int], float]:
    spread = Counter(name for row in rows for name in row)
    share = max(0.2, 20 / (20 + len(rows)))
    scaled = []
    for row in rows:
        weight = {
            n: (1 + log(t)) * log((len(rows) + 1) / (spread[n] + 0.5)) for n, t in row.items()
        }
        alone = sum(w * w for n, w in weight.items() if spread[n] == 1)
        shared = sorted(((w, n) for n, w in weight.items() if spread[n] > 1), reverse=True)[:keep]
        length = sqrt(sum(w * w for w, _ in shared) + share * alone) or 1.0
        scaled.append({n: w / length for w, n in shared})
    return {
        (i, j): sum(w * scaled[j].get(n, 0.0) for n, w in scaled[i].items())
        for j in range(len(rows))
        for i in range(j)
    }


def found(rows: Rows, floor: float) -> dict[tuple[int, int], float]:
    made = {}
    for i, j, value in pairs(weighted(counted(rows)), floor):
        made.update(
            {(a, b): v for a, b, v in zip(i.tolist(), j.tolist(), value.tolist(), strict=True)}
        )
    return made


ROWS = st.lists(
    st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 5), max_size=6), max_size=12
)


@given(ROWS)
def test_similarities_agree_with_a_naive_loop(rows: Rows) -> None:
    got = found(rows, 1e-9)
    for pair, expected in naive(rows, 100).items():
        assert got.get(pair, 0.0) == pytest.approx(expected, abs=1e-9)


@given(ROWS)
def test_a_row_is_at_most_one_long(rows: Rows) -> None:
    matrix = weighted(counted(rows))
    assert matrix.shape[0] == len(rows)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).reshape(-1))
    assert np.all(lengths <= 1 + 1e-9)


def test_only_the_heaviest_features_of_a_row_are_kept() -> None:
    rows: Rows = [{"a": 1, "b": 5, "c": 2}, {"a": 1, "b": 1, "c": 1}, {"d": 1}]
    matrix = weighted(counted(rows), keep=1)
    assert np.diff(matrix.indptr).tolist() == [1, 1, 0]
    assert matrix.indices.tolist() == [1, 0]


def test_pairs_below_the_floor_are_left_out() -> None:
    rows: Rows = [{"a": 1, "x": 9}, {"a": 1, "y": 9}, {"a": 1, "x": 9}]
    everything = found(rows, 0.0001)
    some = found(rows, 0.5)
    assert (0, 2) in some
    assert some.keys() < everything.keys()


def test_features_of_very_many_rows_count_but_propose_no_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows: Rows = [{"common": 1, "pair": 1}, {"common": 1, "pair": 1}, {"common": 1}, {"other": 2}]
    before = found(rows, 0.01)
    monkeypatch.setattr(vectors, "_PROPOSED", 1)
    monkeypatch.setattr(vectors, "_ALWAYS", 2)
    after = found(rows, 0.01)
    assert set(after) == {(0, 1)}
    assert after[0, 1] == pytest.approx(before[0, 1])
