"""Bigrams that articles share, and what each is worth."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from summarizers.base import Text
from summarizers.text import stemmed, stop_words, words

#: A concept first met in the sentence at position p of an article counts 1 / (1 + p / NEAR) for
#: that article. 2 to 8 lie within 0.2 ROUGE-2 of each other on `multi_multinews`.
NEAR = 3.0
#: An article that holds so much of another one's bigrams is a copy of it, and adds no witness.
_COPY = 0.6
#: What a concept with one of the topic's actors is worth more, and one that is known already.
_ACTOR, _KNOWN = 1.25, 0.25

Bigram = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concepts:
    """Which sentence holds which concept, and what the concepts are worth."""

    #: CSR of 0 and 1, (sentences, concepts).
    holds: Any
    #: (concepts,), all positive.
    weights: NDArray[np.float64]

    def grouped(self) -> tuple[Any, NDArray[np.float64]]:
        """Return the same with concepts of equal sentences made one: CSR (n, groups), gains."""
        columns = self.holds.tocsc()
        gains: dict[tuple[int, ...], float] = defaultdict(float)
        for concept, weight in enumerate(self.weights):
            rows = columns.indices[columns.indptr[concept] : columns.indptr[concept + 1]]
            if len(rows):
                gains[tuple(sorted(rows.tolist()))] += float(weight)
        ends = np.cumsum([0, *(len(rows) for rows in gains)])
        indices = np.array([row for rows in gains for row in rows], dtype=np.int64)
        groups = sparse.csc_array(
            (np.ones(len(indices)), indices, ends), shape=(self.holds.shape[0], len(gains))
        )
        return groups, np.array(list(gains.values()))


def bigrams(sentence: str, language: str) -> tuple[Bigram, ...]:
    """Return pairs of neighbouring words, stemmed; without pairs of two stop words."""
    stop = stop_words(language)
    row = stemmed(words(sentence, language), language)
    return tuple(
        (one, other) for one, other in pairwise(row) if one not in stop or other not in stop
    )


def concepts(text: Text) -> Concepts:
    """Return the concepts of a text: bigrams of two independent articles, or of two sentences.

    Where all articles are copies of one, or there is one only, a bigram counts that stands in two
    sentences, by the root of how many.
    """
    rows = [frozenset(bigrams(unit.text, text.language)) for unit in text.units]
    documents = [unit.document for unit in text.units]
    origin = _origins(rows, documents)
    first: dict[Bigram, dict[int, int]] = defaultdict(dict)
    sentences: dict[Bigram, int] = defaultdict(int)
    for unit, row in zip(text.units, rows, strict=True):
        witness = origin[unit.document]
        for bigram in row:
            sentences[bigram] += 1
            seen = first[bigram]
            seen[witness] = min(unit.position, seen.get(witness, unit.position))
    several = len(set(origin.values())) > 1
    known = {bigram for sentence in text.known for bigram in bigrams(sentence, text.language)}
    weights: dict[Bigram, float] = {}
    for bigram, seen in first.items():
        if (len(seen) if several else sentences[bigram]) < 2:
            continue
        worth = sum(1.0 / (1.0 + position / NEAR) for position in seen.values())
        worth *= 1.0 if several else sentences[bigram] ** 0.5
        worth *= _ACTOR if text.actors.intersection(bigram) else 1.0
        weights[bigram] = worth * (_KNOWN if bigram in known else 1.0)
    return _matrix(rows, weights)


def _matrix(rows: Sequence[frozenset[Bigram]], weights: dict[Bigram, float]) -> Concepts:
    columns = {bigram: column for column, bigram in enumerate(sorted(weights))}
    indices: list[int] = []
    ends = [0]
    for row in rows:
        indices += sorted(columns[bigram] for bigram in row if bigram in columns)
        ends.append(len(indices))
    holds = sparse.csr_array(
        (np.ones(len(indices)), np.array(indices, dtype=np.int64), np.array(ends, dtype=np.int64)),
        shape=(len(rows), len(columns)),
    )
    return Concepts(holds=holds, weights=np.array([weights[bigram] for bigram in columns]))


def _origins(rows: Sequence[frozenset[Bigram]], documents: Sequence[int]) -> dict[int, int]:
    """Return for each article the first one of which it is a copy, itself if of none."""
    whole: dict[int, set[Bigram]] = defaultdict(set)
    for row, document in zip(rows, documents, strict=True):
        whole[document] |= row
    origin: dict[int, int] = {}
    for document in sorted(whole):
        origin[document] = document
        for earlier in sorted(set(origin.values()) - {document}):
            smaller = min(len(whole[document]), len(whole[earlier]))
            if smaller and len(whole[document] & whole[earlier]) > _COPY * smaller:
                origin[document] = earlier
                break
    return origin
