"""Average linkage on a sparse graph of similarities, by connected components."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from service.stories.vectors import Edges, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When two groups are one."""

    #: Least mean similarity over all pairs of one member of each; above 0.
    threshold: float
    #: Two groups that each have `grown` members are kept apart if their similarity is less than
    #: this share of the mean similarity inside the looser of the two; 0 for no such rule.
    cohesion: float = 0.0
    grown: int = 4


#: When two groups of articles are one story. Chosen on ECB+ and Multi-News, whole, halved, mixed
#: and in small samples; `benchmarks/stories.py` measures it again. Thresholds from 0.09 to 0.15 are
#: within 0.013 of each other on both.
RULE = Rule(threshold=0.13, cohesion=0.7, grown=4)


def average_linkage(
    count: int,
    edges: Edges,
    rule: Rule,
) -> tuple[tuple[int, ...], ...]:
    """Return the groups of 0 … count - 1, each ascending, in order of their first member.

    Again and again the two groups with the highest mean similarity are joined, until no two obey
    the rule. edges: i, j, similarity as arrays, i != j, each pair once; a pair without an edge has
    similarity 0. Of equal means, the groups with the smallest first members are joined, so the
    result depends on the numbering only.
    Source: Sokal & Michener 1958 (UPGMA). Differs: absent pairs are zeros, and the rule of
    cohesion, without which two look-alike events (one magnitude of quake in one country, five years
    apart) become one as soon as anything else in the batch is less alike than they are.
    """
    first, second, value = edges
    component = components(count, edges, rule)
    inside = component[first] == component[second]
    first, second, value = first[inside], second[inside], value[inside]
    order = np.lexsort((second, first, component[first]))
    first, second, value = first[order], second[order], value[order]
    bounds = np.flatnonzero(np.diff(component[first])) + 1
    groups: list[tuple[int, ...]] = []
    joined: set[int] = set()
    for part in np.split(np.arange(len(first)), bounds):
        if not len(part):
            continue
        rows = list(
            zip(first[part].tolist(), second[part].tolist(), value[part].tolist(), strict=True)
        )
        found = _Component(rows, rule).groups()
        groups += found
        joined.update(member for group in found for member in group)
    groups += [(i,) for i in range(count) if i not in joined]
    return tuple(sorted(groups))


def components(
    count: int,
    edges: Edges,
    rule: Rule,
) -> Ints:
    """Return the number of the connected component of each of 0 … count - 1: (count,).

    Groups are joined only along an edge that reaches the threshold, since no mean does unless one
    does: two components never share a group.
    """
    first, second, value = edges
    strong = value >= rule.threshold
    graph = sparse.coo_array(
        (np.ones(int(strong.sum())), (first[strong], second[strong])), shape=(count, count)
    )
    _, component = connected_components(graph, directed=False)
    return np.asarray(component, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Groups, and what it takes to find them again when there are more edges."""

    edges: Edges
    #: Connected component of each number: (count,).
    component: Ints
    groups: tuple[tuple[int, ...], ...]

    def extended(self, count: int, fresh: Edges, rule: Rule) -> tuple[tuple[int, ...], ...]:
        """Return the groups of 0 … count - 1 by these edges and fresh ones.

        They are those that `average_linkage` finds in all edges, at the cost of the components that
        the fresh edges touch. count: at least as many as before; a pair has one edge at most.
        """
        before = len(self.component)
        strong = fresh[2] >= rule.threshold
        ends = np.concatenate([fresh[0][strong], fresh[1][strong]])
        is_touched = np.zeros(count, dtype=bool)
        is_touched[self.component[ends[ends < before]]] = True
        touched = np.ones(count, dtype=bool)
        touched[:before] = is_touched[self.component]
        first, second, value = self.edges
        inside = touched[first] & touched[second]
        edges = (
            np.concatenate([first[inside], fresh[0]]),
            np.concatenate([second[inside], fresh[1]]),
            np.concatenate([value[inside], fresh[2]]),
        )
        again = average_linkage(count, edges, rule)
        groups = [group for group in self.groups if not touched[group[0]]]
        return tuple(sorted(groups + [group for group in again if touched[group[0]]]))


def linked(count: int, edges: Edges, rule: Rule) -> Linked:
    """Return the groups of 0 … count - 1, so that edges can be added."""
    return Linked(
        edges=edges,
        component=components(count, edges, rule),
        groups=average_linkage(count, edges, rule),
    )


class _Component:
    """The state of joining within one connected component."""

    def __init__(self, edges: Sequence[tuple[int, int, float]], rule: Rule) -> None:
        self.rule = rule
        #: By the first member of each group: its members, the sum of similarities to each other
        #: group, and the sum of similarities inside.
        self.members: dict[int, list[int]] = {}
        self.sums: dict[int, dict[int, float]] = {}
        self.inside: dict[int, float] = {}
        for i, j, similarity in edges:
            self.sums.setdefault(i, {})[j] = similarity
            self.sums.setdefault(j, {})[i] = similarity
        for i in self.sums:
            self.members[i] = [i]
            self.inside[i] = 0.0

    def groups(self) -> list[tuple[int, ...]]:
        threshold = self.rule.threshold
        heap = [
            (-similarity, i, j)
            for i, row in self.sums.items()
            for j, similarity in row.items()
            if i < j and similarity >= threshold
        ]
        heapq.heapify(heap)
        while heap:
            negative, i, j = heapq.heappop(heap)
            if i not in self.members or j not in self.members or j not in self.sums[i]:
                continue
            # An entry is stale once one of its groups has grown.
            if self._mean(i, j) != -negative or not self._holds(i, j, -negative):
                continue
            self._join(i, j)
            for k in self.sums[i]:
                mean = self._mean(i, k)
                if mean >= threshold:
                    heapq.heappush(heap, (-mean, min(i, k), max(i, k)))
        return [tuple(sorted(group)) for group in self.members.values()]

    def _mean(self, i: int, j: int) -> float:
        return self.sums[i][j] / (len(self.members[i]) * len(self.members[j]))

    def _holds(self, i: int, j: int, mean: float) -> bool:
        """Whether groups i and j may be joined as far as cohesion goes."""
        sizes = len(self.members[i]), len(self.members[j])
        if min(sizes) < self.rule.grown:
            return True
        looser = min(self.inside[g] / (n * (n - 1) / 2) for g, n in zip((i, j), sizes, strict=True))
        return mean >= self.rule.cohesion * looser

    def _join(self, i: int, j: int) -> None:
        """Put group j into group i, i < j, and add up their similarities to the others."""
        between = self.sums[i].pop(j)
        self.inside[i] += self.inside.pop(j) + between
        self.members[i] += self.members.pop(j)
        for k, total in self.sums.pop(j).items():
            if k == i:
                continue
            joined = self.sums[i].get(k, 0.0) + total
            self.sums[i][k] = joined
            self.sums[k][i] = joined
            del self.sums[k][j]
