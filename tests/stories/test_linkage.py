"""Average linkage on sparse graphs."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.stories.linkage import Rule, average_linkage, linked
from service.stories.vectors import Edges

Pairs = dict[tuple[int, int], float]


def groups(count: int, pairs: Pairs, rule: Rule) -> tuple[tuple[int, ...], ...]:
    return average_linkage(count, edges(pairs), rule)


def edges(pairs: Pairs) -> Edges:
    keys = list(pairs)
    return (
        np.array([i for i, _ in keys], dtype=np.int64),
        np.array([j for _, j in keys], dtype=np.int64),
        np.array([pairs[key] for key in keys], dtype=np.float64),
    )


def naive(count: int, pairs: Pairs, threshold: float) -> tuple[tuple[int, ...], ...]:
    """Do the same in the plainest way: all pairs of groups, again after each joining."""
    found = [[i] for i in range(count)]
    while True:
        best = (0.0, 0, 0)
        for a, b in combinations(range(len(found)), 2):
            total = sum(pairs.get((min(i, j), max(i, j)), 0.0) for i in found[a] for j in found[b])
            mean = total / (len(found[a]) * len(found[b]))
            if mean >= threshold and mean > best[0]:
                best = (mean, a, b)
        if not best[0]:
            return tuple(sorted(tuple(sorted(group)) for group in found))
        found[best[1]] += found.pop(best[2])


def test_nothing_is_joined_without_edges() -> None:
    assert groups(3, {}, Rule(threshold=0.5)) == ((0,), (1,), (2,))
    assert groups(0, {}, Rule(threshold=0.5)) == ()


def test_an_edge_at_the_threshold_joins() -> None:
    assert groups(2, {(0, 1): 0.5}, Rule(threshold=0.5)) == ((0, 1),)
    assert groups(2, {(0, 1): 0.49}, Rule(threshold=0.5)) == ((0,), (1,))


def test_a_chain_is_not_one_group() -> None:
    """0-1 and 1-2 are alike, 0-2 is not: the mean of (0,1) to 2 is 0.3."""
    assert groups(3, {(0, 1): 0.8, (1, 2): 0.6}, Rule(threshold=0.5)) == ((0, 1), (2,))


def look_alikes() -> Pairs:
    """Two events of four articles each, 0.6 alike inside and 0.3 across."""
    pairs = {}
    for i, j in combinations(range(8), 2):
        pairs[i, j] = 0.6 if (i < 4) == (j < 4) else 0.3
    return pairs


def test_two_grown_groups_that_hold_together_better_inside_stay_apart() -> None:
    rule = Rule(threshold=0.2, cohesion=0.7, grown=4)
    assert groups(8, look_alikes(), rule) == ((0, 1, 2, 3), (4, 5, 6, 7))


def test_without_cohesion_look_alikes_are_one() -> None:
    assert groups(8, look_alikes(), Rule(threshold=0.2)) == (tuple(range(8)),)


def test_cohesion_says_nothing_of_small_groups() -> None:
    rule = Rule(threshold=0.2, cohesion=0.7, grown=5)
    assert groups(8, look_alikes(), rule) == (tuple(range(8)),)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Pairs]:
    count = draw(st.integers(1, 9))
    keys = list(combinations(range(count), 2))
    # Distinct values: of equal means any choice is right, and the naive way makes another one.
    values = draw(st.permutations([n / 50 for n in range(1, len(keys) + 1)]))
    chosen = draw(st.lists(st.booleans(), min_size=len(keys), max_size=len(keys)))
    return count, {k: v for k, v, kept in zip(keys, values, chosen, strict=True) if kept}


@given(graphs(), st.sampled_from([0.1, 0.25, 0.4]))
def test_it_agrees_with_the_naive_way(graph: tuple[int, Pairs], threshold: float) -> None:
    count, pairs = graph
    found = groups(count, pairs, Rule(threshold=threshold))
    assert sorted(i for group in found for i in group) == list(range(count))
    expected = naive(count, pairs, threshold)
    if found != expected:
        # Only equal means may lead elsewhere; then both must be at rest.
        means = [
            sum(pairs.get((min(i, j), max(i, j)), 0.0) for i in a for j in b) / (len(a) * len(b))
            for a, b in combinations(found, 2)
        ]
        assert max(means, default=0.0) < threshold + 1e-9


@pytest.mark.parametrize("shift", [1, 3])
def test_groups_of_separate_parts_do_not_touch(shift: int) -> None:
    pairs = {(0, 1): 0.9, (1 + shift, 2 + shift): 0.8}
    found = groups(3 + shift, pairs, Rule(threshold=0.5))
    assert (0, 1) in found
    assert (1 + shift, 2 + shift) in found


@given(graphs(), st.integers(0, 9), st.sampled_from([0.1, 0.25, 0.4]))
def test_edges_of_new_numbers_lead_to_the_groups_of_all_edges(
    graph: tuple[int, Pairs], new: int, threshold: float
) -> None:
    count, pairs = graph
    before = max(0, count - new)
    rule = Rule(threshold=threshold, cohesion=0.7, grown=2)
    old = {(i, j): value for (i, j), value in pairs.items() if j < before}
    fresh = {key: value for key, value in pairs.items() if key not in old}
    found = linked(before, edges(old), rule).extended(count, edges(fresh), rule)
    assert found == groups(count, pairs, rule)
