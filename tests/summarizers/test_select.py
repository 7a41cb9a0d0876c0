"""Choosing by score."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizers.base import Text, Unit
from summarizers.select import select
from summarizers.text import length
from tests.summarizers.texts import units

ROWS = (["a", "b", "c"], ["d", "e", "f"], ["a", "b", "c", "g"], ["h", "i", "j"])


def test_the_best_are_given_in_document_order() -> None:
    assert select(np.array([1.0, 4.0, 0.0, 3.0]), units(ROWS), sentences=2) == (1, 3)


def test_order_is_by_document_and_then_by_position() -> None:
    text = Text(
        units=(
            Unit(text="late", words=("x",), document=1, position=0),
            Unit(text="second", words=("y",), document=0, position=1),
            Unit(text="first", words=("z",), document=0, position=0),
        )
    )
    assert select(np.ones(3), text, sentences=3) == (2, 1, 0)


def test_equal_scores_go_to_the_earlier_sentence() -> None:
    assert select(np.ones(4), units(ROWS), sentences=1) == (0,)


def test_scores_that_differ_in_the_last_digits_are_equal() -> None:
    scores = np.array([0.3, 0.1 + 0.2, 0.0, 0.0])
    assert select(scores, units(ROWS), sentences=1) == (0,)


def test_what_repeats_a_chosen_sentence_is_passed_over() -> None:
    scores = np.array([4.0, 1.0, 3.0, 2.0])
    assert select(scores, units(ROWS), sentences=2) == (0, 3)
    assert select(scores, units(ROWS), sentences=2, redundancy=1.0) == (0, 2)


def test_a_sentence_that_does_not_fit_makes_room_for_one_that_does() -> None:
    text = units((["a"] * 5, ["b"] * 9, ["c"] * 3))
    assert select(np.array([3.0, 2.0, 1.0]), text, words=8) == (0, 2)


def test_nothing_is_chosen_when_nothing_fits() -> None:
    assert select(np.array([1.0]), units((["a"] * 9,)), words=8) == ()


def test_both_budgets_hold_at_once() -> None:
    text = units((["a"], ["b"], ["c"]))
    assert select(np.ones(3), text, sentences=2, words=9) == (0, 1)
    assert select(np.ones(3), text, sentences=9, words=1) == (0,)


def test_scores_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"scores of shape \(2,\) for 4 units"):
        select(np.ones(2), units(ROWS), sentences=1)


def test_scores_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        select(np.array([1.0, np.nan, 0.0, 0.0]), units(ROWS), sentences=1)


def test_a_negative_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 words"):
        select(np.ones(4), units(ROWS), words=-1)


@given(
    rows=st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6), max_size=12),
    seed=st.integers(0, 99),
    words=st.integers(0, 30),
    sentences=st.integers(0, 12),
)
def test_a_choice_is_ordered_distinct_and_within_both_budgets(
    rows: list[list[str]], seed: int, words: int, sentences: int
) -> None:
    text = units(rows)
    scores = np.random.default_rng(seed).normal(size=len(rows))
    chosen = select(scores, text, sentences=sentences, words=words)
    assert list(chosen) == sorted(set(chosen))
    assert len(chosen) <= sentences
    assert sum(length(text.units[i].text, "en") for i in chosen) <= words
