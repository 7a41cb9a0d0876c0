"""Summaries by extraction: which sentences of one article, or of several on one event, to print.

    text            sentences as spans, words, stems, stop words: English, Russian, Chinese
    base            Unit, Text, Budget; Summarizer (scores) and Chooser (chooses a set)
    registry        names to algorithms, each loaded when it is asked for
    select          scores to indices: budget, redundancy, document order
    guards          why a sentence may not stand on its own
    one module an algorithm; `sumy_adapter` alone imports sumy

Problem: sumy's interface takes a document and gives back sentence objects; ratings are keyed by
the sentence's text, so two articles that share a lead give it twice, and there are no offsets.
Choice: a summarizer gives one number for each unit, by index, and selection stands apart, so that
every method obeys the same budgets, guards and redundancy limit, and a citation is never a search.
Rejected: one call from text to text (nothing to check), and a class per language.

This package imports nothing of ours but itself, and importing it loads no heavy library:
`summarizers.names()` is what a command line needs for its help.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from summarizers.registry import default, get, names

if TYPE_CHECKING:
    from summarizers.base import Text

__all__ = ["default", "get", "names", "summarize"]


def summarize(
    name: str,
    text: "Text",
    *,
    sentences: int | None = None,
    words: int | None = None,
    allowed: Sequence[bool] | None = None,
) -> tuple[int, ...]:
    """Return the indices of the units that the named summarizer prints, in document order.

    sentences, words: the budget; at least one of the two. allowed: one for each unit, False for
    those that must not be printed (`summarizers.guards`); None allows all.
    Raises ValueError for an unknown name, no budget, or `allowed` of another length.
    """
    from summarizers.base import Budget, Chooser
    from summarizers.select import select

    summarizer = get(name)
    budget = Budget(sentences=sentences, words=words)
    usable = tuple(allowed) if allowed is not None else (True,) * len(text.units)
    if len(usable) != len(text.units):
        raise ValueError(f"allowed: {len(usable)} for {len(text.units)} units")
    if isinstance(summarizer, Chooser):
        return summarizer.choose(text, budget, usable)
    return select(summarizer.scores(text), text, sentences=sentences, words=words, allowed=usable)
