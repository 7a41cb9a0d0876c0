"""Fits the weights of `summarizers.news` and says how well they do on articles held out.

The objective is the expected reward of a set drawn with odds exp(score) among all sets of the
asked size from the pool; the reward is a share of ROUGE-1 plus ROUGE-2. Its gradient is exact, so
a few hundred articles and eight numbers need seconds.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmarks.references import Row
from summarizers.base import Budget
from summarizers.news import Model, Weights, pool

_FOLDS = 5
#: The share of ROUGE-1 in the reward, and the penalty on the squared (scaled) weights.
_ROUGE1 = 0.25
_PENALTY = 0.03

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """The sets of one article: properties (m, 8), ROUGE-1 and ROUGE-2 (m,), words (m,)."""

    properties: Vector
    rouge: Vector
    words: Vector


def example(row: Row, sentences: int) -> Example | None:
    """Return the sets of one article with their rewards; None where there is nothing to choose."""
    text = row.text
    among = pool(text, Budget(sentences=sentences), [True] * len(text.units))
    model = Model(text, among)
    sets = model.sets(min(sentences, len(among)))
    if len(sets) < 2:
        return None
    tokens = [row.tokens(text.units[i].text) for i in among]
    return Example(
        properties=np.array([model.properties(rows) for rows in sets]),
        rouge=np.mean([_rouge(tokens, sets, row.tokens(r)) for r in row.references], axis=0),
        words=np.array([model.sizes[list(rows)].sum() for rows in sets], dtype=np.float64),
    )


def _rouge(
    tokens: Sequence[Sequence[str]], sets: Sequence[tuple[int, ...]], reference: Sequence[str]
) -> Vector:
    """Return ROUGE-1 and ROUGE-2 F1 of each set: (2, m), without bigrams across sentences."""
    found = np.zeros((2, len(sets)))
    for n in (1, 2):
        grams = [Counter(row if n == 1 else pairwise(row)) for row in tokens]
        wanted = Counter(reference if n == 1 else pairwise(reference))
        keys = list(wanted)
        most = np.array([wanted[key] for key in keys])
        has = np.array([[row[key] for key in keys] for row in grams])
        for index, rows in enumerate(sets):
            common = np.minimum(most, has[list(rows)].sum(axis=0)).sum()
            length = sum(len(tokens[i]) for i in rows) - (n - 1)
            found[n - 1, index] = 200.0 * common / max(1, length + int(most.sum()))
    return found


def fit(examples: Sequence[Example], used: Sequence[int], penalty: float) -> Vector:
    """Return the eight weights; those not used are 0."""
    from scipy.optimize import minimize

    rows = [e.properties[:, used] for e in examples]
    centre = np.concatenate([r.mean(axis=0)[None] for r in rows]).mean(axis=0)
    spread = np.sqrt(np.mean([r.var(axis=0) for r in rows], axis=0)) + 1e-9
    scaled = [(r - centre) / spread for r in rows]
    rewards = [_ROUGE1 * e.rouge[0] + e.rouge[1] for e in examples]
    rewards = [r - r.mean() for r in rewards]

    def loss(w: Vector) -> tuple[float, Vector]:
        total, slope = 0.0, np.zeros_like(w)
        for x, reward in zip(scaled, rewards, strict=True):
            z = x @ w
            odds = np.exp(z - z.max())
            odds /= odds.sum()
            expected = float(odds @ reward)
            total -= expected
            slope -= (odds * (reward - expected)) @ x
        n = len(scaled)
        return total / n + penalty * float(w @ w), slope / n + 2 * penalty * w

    found = minimize(loss, np.zeros(len(used)), jac=True, method="L-BFGS-B")
    weights = np.zeros(len(fields(Weights)))
    weights[list(used)] = found.x / spread
    return weights


def reached(examples: Sequence[Example], weights: Vector) -> Vector:
    """Return (examples, 3): ROUGE-1, ROUGE-2 and words of the best set of each."""
    best = [int(np.argmax(e.properties @ weights)) for e in examples]
    return np.array([[*e.rouge[:, b], e.words[b]] for e, b in zip(examples, best, strict=True)])


def held_out(
    groups: Sequence[Sequence[Example]], used: Sequence[int], seed: int, penalty: float
) -> list[Vector]:
    """Return for each group the mean of `reached` on articles that were not fitted on."""
    generator = np.random.default_rng(seed)
    fold = [generator.permutation(len(group)) % _FOLDS for group in groups]
    found: list[list[Vector]] = [[] for _ in groups]
    for k in range(_FOLDS):
        train = [
            e for group, f in zip(groups, fold, strict=True) for e, g in zip(group, f, strict=True)
            if g != k
        ]  # fmt: skip
        weights = fit(train, used, penalty)
        for index, (group, f) in enumerate(zip(groups, fold, strict=True)):
            test = [e for e, g in zip(group, f, strict=True) if g == k]
            found[index].append(reached(test, weights))
    return [np.concatenate(parts).mean(axis=0) for parts in found]


def report(
    names: Sequence[str],
    groups: Sequence[Sequence[Example]],
    used: Sequence[int],
    *,
    penalty: float = _PENALTY,
) -> None:
    """Print the weights, what they reach on all articles, and on articles held out."""
    weights = fit([e for group in groups for e in group], used, penalty)
    for field, value in zip(fields(Weights), weights, strict=True):
        print(f"    {field.name}={value:.2f},")
    trials = [held_out(groups, used, seed, penalty) for seed in range(5)]
    for index, (name, group) in enumerate(zip(names, groups, strict=True)):
        inside = reached(group, weights).mean(axis=0)
        outside = np.array([trial[index] for trial in trials])
        mean, spread = outside.mean(axis=0), outside.std(axis=0)
        print(
            f"{name}: fitted on R1 {inside[0]:.2f} R2 {inside[1]:.2f} words {inside[2]:.1f};"
            f" held out R1 {mean[0]:.2f} (+-{spread[0]:.2f}) R2 {mean[1]:.2f} (+-{spread[1]:.2f})"
            f" words {mean[2]:.1f}"
        )
