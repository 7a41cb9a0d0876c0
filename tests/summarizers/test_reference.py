"""Vectorised sums equal naive loops."""

from collections import Counter
from math import log, log1p, sqrt

import numpy as np
import pytest

from summarizers.base import Text
from summarizers.continuous import Continuous
from summarizers.kl import KL
from summarizers.lexrank import LexRank, similar, unit_rows
from summarizers.overlaps import Overlaps
from summarizers.reduction import Reduction
from summarizers.sumbasic import SumBasic
from summarizers.vectors import counts
from tests.summarizers.texts import generated, units

TEXTS = (generated(9, seed=1), generated(30, seed=2), units([["a"], ["a"], ["b"], [], ["a", "b"]]))


def pair(one: tuple[str, ...], other: tuple[str, ...], alone: float) -> float:
    """Return the weight of two sentences, word by word."""
    common = sum(word == another for word in one for another in other)
    if common == 0:
        return 0.0
    below = log(len(one)) + log(len(other))
    return common / below if below > 0 else alone * common


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("alone", [0.0, 1.0])
def test_products_with_overlaps_are_those_of_the_whole_matrix(text: Text, alone: float) -> None:
    rows = [unit.words for unit in text.units]
    whole = np.array([[pair(a, b, alone) for b in rows] for a in rows])
    overlaps = Overlaps(text.units, alone=alone)
    vector = np.random.default_rng(0).normal(size=len(rows))
    assert np.allclose(overlaps.times(vector), whole @ vector)
    assert np.allclose(overlaps.diagonal, np.diag(whole))


@pytest.mark.parametrize("text", TEXTS)
def test_continuous_lexrank_is_the_damped_walk_on_the_cosines(text: Text) -> None:
    rows = [Counter(unit.words) for unit in text.units]
    n = len(rows)
    present = Counter(word for row in rows for word in row)
    weighted = [{w: c * log1p(n / present[w]) for w, c in row.items()} for row in rows]

    def cosine(one: dict[str, float], other: dict[str, float]) -> float:
        norm = sqrt(sum(v * v for v in one.values())) * sqrt(sum(v * v for v in other.values()))
        return sum(v * other.get(w, 0.0) for w, v in one.items()) / norm if norm else 0.0

    matrix = np.array([[cosine(a, b) for b in weighted] for a in weighted])
    walk = np.array([row / row.sum() if row.sum() else np.full(n, 1 / n) for row in matrix])
    expected = np.full(n, 1 / n)
    for _ in range(300):
        expected = 0.15 / n + 0.85 * walk.T @ expected
    assert np.allclose(Continuous().scores(text), expected, atol=1e-8)
    assert Continuous().scores(text).sum() == pytest.approx(1.0)


def test_links_do_not_depend_on_the_size_of_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = unit_rows(counts(generated(40, seed=4).units))
    whole = similar(rows, 0.1).toarray()
    monkeypatch.setattr("summarizers.lexrank._BLOCK", 7)
    assert np.array_equal(similar(rows, 0.1).toarray(), whole)
    dense = (rows @ rows.T).toarray()
    assert np.array_equal(whole, (dense > 0.1).astype(float))


def test_sentences_after_the_most_links_are_left_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("summarizers.lexrank._BLOCK", 5)
    monkeypatch.setattr("summarizers.lexrank._MOST_LINKS", 60)
    alike = units([[f"a{i % 2}", "b", "c"] for i in range(30)])
    scores = LexRank().scores(alike)
    assert (scores > 0).sum() == 10
    assert (scores[:10] > 0).all()


def test_sentences_without_links_have_no_order() -> None:
    rows = [["a", "b", "c"], ["d", "e", "f", "g", "h", "i", "j"], ["k", "l"]]
    assert Reduction().scores(units(rows)).tolist() == [0.0, 0.0, 0.0]


def test_a_word_said_a_thousand_times_in_a_sentence_is_no_overflow() -> None:
    scores = SumBasic().scores(units([["a"] * 1200, ["b", "c"], ["a", "b"]]))
    assert sorted(scores.tolist()) == [-2.0, -1.0, 0.0]


@pytest.mark.parametrize("method", [KL, SumBasic])
def test_the_tail_of_a_long_text_is_ranked_too(
    method: type[KL] | type[SumBasic], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = generated(40, seed=6)
    whole = method().scores(text)
    monkeypatch.setattr(f"{method.__module__}._WORK", 4000)
    cut = method().scores(text)
    assert sorted(cut.tolist()) == [float(-i) for i in range(39, -1, -1)]
    head = whole > -4
    assert np.array_equal(whole[head], cut[head])
    assert not np.array_equal(whole, cut)
