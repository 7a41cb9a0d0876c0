"""Coverage: the sentences that together hold most of what several articles share.

Problem: several articles on one event repeat what matters, in their own words; scores one by one
choose the same fact thrice.
Choice: the maximum-coverage model with bigrams as concepts, solved exactly by HiGHS; the greedy
solution is the fallback and the bound that a test checks it against.
Rejected: bigrams of content words only (ROUGE-2 lower by 0.6 on `multi_multinews`: "sanctions on"
and "talks in" carry more than their content words), single words (slower, no better), refusing
malformed sentences outright (the caller's `allowed` does that, by rules of his own).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from summarizers.base import Budget, Scores, Text
from summarizers.concepts import Concepts, concepts
from summarizers.guards import weakness
from summarizers.select import REDUNDANCY, in_order
from summarizers.text import length

#: What the first sentence of an article gains by its place alone, in concepts; the next one half.
#: It also makes the model go on when every shared bigram is said: without it summaries stop short,
#: and ROUGE-1 falls by 2. Set with `concepts.NEAR` on `multi_multinews`, the whole file; 0.25 to 1
#: stay within 0.5 ROUGE-2.
_PLACE = 0.5
#: What a malformed sentence loses, in concepts.
_MALFORMED = 1.0
#: Shorter sentences are never worth their place, in words.
_SHORTEST = 6
#: Sentences that the exact model sees, the densest first: a bound on its time.
_MOST = 80
#: How far from the best solution the solver may stop. With 250 sentences and 0.5 % ROUGE is the
#: same to 0.05, and the solver takes half as long again.
_GAP = 0.01
#: Branch and bound stops here: a count of nodes, so that a busy machine chooses the same.
_NODES = 500
#: Only against a solver that hangs; the greedy solution is then used.
_TIME_LIMIT_S = 20.0


class Coverage:
    """The default for a story with several origins.

    Source: Gillick & Favre 2009, "A Scalable Global Model for Summarization", ILP for NLP, 10-18.
    Deviations: a concept is worth the number of independent articles that hold it, each weighted
    by how early it does, instead of the plain count; place, form and near-duplicate pairs are in
    the model; concepts with the same sentences are one variable; the solution may be 1 %
    from the best.
    Complexity: O(words) for the concepts; exact within 500 nodes for 80 sentences.
    """

    name = "coverage"

    def scores(self, text: Text) -> Scores:
        """Return what each sentence alone would cover, by word: the order for one-by-one use."""
        if not text.units:
            return np.zeros(0)
        problem = _Problem(text, Budget(words=1 << 30), (True,) * len(text.units))
        scores = np.full(len(text.units), float(problem.own.min(initial=0.0)) - 1.0)
        gains = problem.gains(np.ones(len(problem.concepts.weights), dtype=bool))
        scores[problem.rows] = gains / np.maximum(problem.sizes, _SHORTEST)
        return scores

    def choose(self, text: Text, budget: Budget, allowed: Sequence[bool]) -> tuple[int, ...]:
        """Return the sentences of greatest coverage within the budget."""
        if not text.units or 0 in (budget.sentences, budget.words):
            return ()
        problem = _Problem(text, budget, allowed)
        if not len(problem.rows):
            return ()
        return in_order([int(problem.rows[i]) for i in solve(problem)], text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The budget as the model has it."""

    sentences: int
    words: int


class _Problem:
    """The sentences that may be chosen, what they hold, and what may not stand together."""

    def __init__(self, text: Text, budget: Budget, allowed: Sequence[bool]) -> None:
        sizes = np.array([length(u.text, text.language) for u in text.units], dtype=np.int64)
        places = np.array([u.position for u in text.units], dtype=np.float64)
        shortest = _SHORTEST * 2 if text.language == "zh" else _SHORTEST
        self.limits = Limits(
            sentences=len(sizes) if budget.sentences is None else budget.sentences,
            words=int(sizes.sum()) if budget.words is None else budget.words,
        )
        usable = np.array(allowed, dtype=bool) & (sizes <= self.limits.words)
        if (usable & (sizes >= shortest)).any():
            usable &= sizes >= shortest
        found = concepts(text)
        held = found.holds @ found.weights
        rows = np.flatnonzero(usable)
        density = (held[rows] + _PLACE / (1 + places[rows])) / np.maximum(sizes[rows], 1)
        self.rows = np.sort(rows[np.argsort(-density, kind="stable")[:_MOST]])
        self.sizes = sizes[self.rows]
        self.concepts = Concepts(holds=found.holds[self.rows], weights=found.weights)
        malformed = [weakness(text.units[i].text, text.language)[1] for i in self.rows]
        self.own: NDArray[np.float64] = _PLACE / (1 + places[self.rows]) - _MALFORMED * np.array(
            malformed, dtype=np.float64
        )
        self.pairs = _same([frozenset(text.units[i].words) for i in self.rows])

    def gains(self, missing: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return what each sentence would add where only `missing` concepts still count."""
        gained: NDArray[np.float64] = self.own + self.concepts.holds @ (
            self.concepts.weights * missing
        )
        return gained

    def value(self, chosen: Sequence[int]) -> float:
        """Return what a set is worth."""
        held = np.asarray(self.concepts.holds[list(chosen)].sum(axis=0)).ravel() > 0
        return float(self.concepts.weights[held].sum() + self.own[list(chosen)].sum())


def _same(bags: Sequence[frozenset[str]]) -> NDArray[np.int64]:
    """Return the pairs of sentences that say the same: (pairs, 2)."""
    from scipy import sparse

    vocabulary: dict[str, int] = {}
    columns = [vocabulary.setdefault(word, len(vocabulary)) for bag in bags for word in bag]
    sizes = np.array([len(bag) for bag in bags], dtype=np.int64)
    rows = np.repeat(np.arange(len(bags)), sizes)
    holds = sparse.csr_array(
        (np.ones(len(columns)), (rows, np.array(columns, dtype=np.int64))),
        shape=(len(bags), max(1, len(vocabulary))),
    )
    common = sparse.triu(holds @ holds.T, k=1).tocoo()
    near = common.data > REDUNDANCY * np.minimum(sizes[common.row], sizes[common.col])
    return np.stack([common.row[near], common.col[near]], axis=1).astype(np.int64)


def greedy(problem: _Problem) -> list[int]:
    """Return rows of the problem, chosen one by one by gain for each word."""
    missing = np.ones(len(problem.concepts.weights), dtype=bool)
    open_ = np.ones(len(problem.rows), dtype=bool)
    room = problem.limits.words
    chosen: list[int] = []
    by_word = problem.limits.words < int(problem.sizes.sum())
    while len(chosen) < problem.limits.sentences:
        open_ &= problem.sizes <= room
        if not open_.any():
            break
        gains = problem.gains(missing)
        if by_word:
            gains = gains / np.maximum(problem.sizes, 1)
        best = int(np.argmax(np.where(open_, gains, -np.inf)))
        chosen.append(best)
        open_[best] = False
        room -= int(problem.sizes[best])
        missing[problem.concepts.holds[[best]].indices] = False
        twins = problem.pairs[(problem.pairs == best).any(axis=1)]
        open_[twins.ravel()] = False
    return sorted(chosen)


def solve(problem: _Problem) -> list[int]:
    """Return rows of the problem: the exact model's, or the greedy ones where those are better."""
    fallback = greedy(problem)
    exact = _exact(problem)
    if exact is None or problem.value(exact) < problem.value(fallback):
        return fallback
    return exact


def _exact(problem: _Problem) -> list[int] | None:
    """Return the solution of the integer program, or None where the solver gave none."""
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    n = len(problem.rows)
    groups, gains = problem.concepts.grouped()
    g = len(gains)
    constraints = [
        LinearConstraint(_row(problem.sizes, g), 0, problem.limits.words),
        LinearConstraint(_row(np.ones(n), g), 0, problem.limits.sentences),
    ]
    if g:
        # A concept counts only if a sentence that holds it is chosen.
        covered: Any = sparse.hstack([-groups.T, sparse.eye_array(g)], format="csr")
        constraints.append(LinearConstraint(covered, -np.inf, 0))
    if len(problem.pairs):
        count = len(problem.pairs)
        together = sparse.csr_array(
            (
                np.ones(2 * count),
                (np.repeat(np.arange(count), 2), problem.pairs.ravel()),
            ),
            shape=(count, n + g),
        )
        constraints.append(LinearConstraint(together, 0, 1))
    result = milp(
        -np.concatenate([problem.own, gains]),
        constraints=constraints,
        bounds=Bounds(0, 1),
        integrality=np.concatenate([np.ones(n), np.zeros(g)]),
        options={"node_limit": _NODES, "time_limit": _TIME_LIMIT_S, "mip_rel_gap": _GAP},
    )
    if result.x is None:
        return None
    return [i for i in range(n) if result.x[i] > 0.5]


def _row(values: NDArray[Any], extra: int) -> Any:
    """Return one row of a constraint matrix, zero for the concepts."""
    from scipy import sparse

    return sparse.csr_array(np.concatenate([values, np.zeros(extra)])[None, :])
