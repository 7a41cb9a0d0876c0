"""New rows against known ones: similarities as among all, but for how rare a feature was."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from service.stories.matching import Fitted
from service.stories.vectors import Counts, Edges

#: Twelve rows of four words each, of which neighbours share two.
KNOWN = [{f"w{i}": 1, f"w{i + 1}": 2, f"x{i}": 1, "all": 1} for i in range(12)]


def fitted(rows: Sequence[Mapping[str, int]]) -> Fitted:
    counts = Counts()
    for row in rows:
        counts.add(row)
    return Fitted(counts)


def values(edges: Edges) -> dict[tuple[int, int], float]:
    return {(i, j): v for i, j, v in zip(*(column.tolist() for column in edges), strict=True)}


def test_no_new_row_has_no_pair() -> None:
    assert values(fitted(KNOWN).match([], 0.0)) == {}


def test_a_new_row_finds_the_rows_that_share_its_words() -> None:
    found = values(fitted(KNOWN).match([{"w3": 1, "w4": 1}], 0.2))
    assert max(found, key=lambda pair: found[pair]) == (3, 12)
    assert {i for i, _ in found} == {2, 3, 4}


def test_new_rows_find_each_other_by_words_that_nobody_knew() -> None:
    found = values(fitted(KNOWN).match([{"new": 1, "all": 1}, {"new": 2}], 0.5))
    assert set(found) == {(12, 13)}


def test_a_word_that_one_known_row_had_alone_joins_it_when_it_is_told_again() -> None:
    """Its row was weighted without the word, which joined nothing."""
    found = values(fitted(KNOWN).match([{"x7": 1}], 0.3))
    assert set(found) == {(7, 12)}


def test_a_match_is_close_to_what_weighing_all_gives() -> None:
    new = [{"w3": 1, "w4": 2, "all": 3}]
    known = [*KNOWN, *({f"u{i}": 1, f"u{i + 1}": 1} for i in range(200))]
    some = values(fitted(known).match(new, 0.01))
    every = {
        pair: v for pair, v in values(fitted([*known, *new]).edges(0.01)).items() if pair[1] == 212
    }
    assert set(some) == set(every)
    for pair, value in some.items():
        assert value == pytest.approx(every[pair], rel=0.1)


def test_pairs_below_the_floor_are_left_out() -> None:
    found = fitted(KNOWN).match([{"w3": 1, "w4": 1}], 0.3)
    assert len(found[2])
    assert np.all(found[2] >= 0.3)


def test_matching_changes_nothing_in_what_is_known() -> None:
    known = fitted(KNOWN)
    before = values(known.edges(0.01)), values(known.match([{"x7": 1}], 0.1))
    known.match([{"w1": 5, "new": 1}], 0.0)
    known.with_rows([{"w1": 5, "new": 1}])
    assert (values(known.edges(0.01)), values(known.match([{"x7": 1}], 0.1))) == before


def test_rows_can_be_known_afterwards() -> None:
    new = [{"w3": 1, "w4": 1}]
    assert values(fitted(KNOWN).with_rows(new).edges(0.1)) == values(
        fitted([*KNOWN, *new]).edges(0.1)
    )


def test_nothing_known_is_no_obstacle() -> None:
    found = values(fitted([]).match([{"a": 1, "b": 1}, {"a": 1, "c": 1}, {"d": 1}], 0.1))
    assert set(found) == {(0, 1)}
