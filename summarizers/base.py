"""What a summarizer is: units in, one number for each out; choosing is another matter.

Most methods score sentences one by one, and `summarizers.select` chooses by score. A method that
chooses a *set* (coverage, or a model of whole summaries) has no honest score for one sentence:
it is a `Chooser` as well, and `summarizers.summarize` asks it to choose. Its scores then say in
what order it would take sentences, and are used where only one-by-one scores will do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A sentence as the algorithms see it."""

    #: Verbatim.
    text: str
    #: Its content words in order, lower case and stemmed, without stop words; may be empty.
    words: tuple[str, ...]
    #: Index of its article among those given, from 0.
    document: int = 0
    #: Index of the sentence within its article, from 0.
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One article, or several on one event, as units in reading order."""

    units: tuple[Unit, ...]
    #: Content words of each article's title, by document; empty where untitled.
    titles: tuple[tuple[str, ...], ...] = ()
    #: ISO 639-1 of the first article.
    language: str = "en"
    #: Stems of what the brief is about ("china", "putin"); they make a sentence worth more.
    actors: frozenset[str] = frozenset()
    #: Sentences that the reader has been told before; what they say is worth less.
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much may be chosen: at most so many sentences, so many words, or both."""

    sentences: int | None = None
    #: As `summarizers.text.length` counts them: for Chinese, characters.
    words: int | None = None

    def __post_init__(self) -> None:
        if self.sentences is None and self.words is None:
            raise ValueError("a budget needs a number of sentences or of words")
        for name, value in (("sentences", self.sentences), ("words", self.words)):
            if value is not None and value < 0:
                raise ValueError(f"a budget of {value} {name}: give 0 or more")


class Summarizer(Protocol):
    """Gives every unit a score; a higher one is the better sentence."""

    @property
    def name(self) -> str: ...

    def scores(self, text: Text) -> Scores:
        """Return finite float64 of shape (n,), n = len(text.units); (0,) for no unit."""
        ...


@runtime_checkable
class Chooser(Protocol):
    """A summarizer that chooses a set of units at once."""

    @property
    def name(self) -> str: ...

    def choose(self, text: Text, budget: Budget, allowed: Sequence[bool]) -> tuple[int, ...]:
        """Return indices of units within the budget, in document order, none of them twice.

        allowed: one for each unit; a unit that is not allowed is never chosen.
        """
        ...
