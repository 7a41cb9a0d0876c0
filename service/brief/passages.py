"""The sentences of running text: what is too dense with marks to be prose is left out."""

import re
from collections.abc import Iterator

from summarizers.split import paragraphs
from summarizers.text import sentences

#: A paragraph with more quotation marks or characters is a list, a table or an attack. The
#: sentence splitter's time grows with the square of a paragraph's opening quotation marks.
MOST_MARKS = 200
LONGEST_PARAGRAPH = 40_000

_MARKS = re.compile("[“”„\"«»「」『』‘’']")


def passages(
    text: str, language: str, wanted: re.Pattern[str] | None = None
) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences of the paragraphs that are prose, in order.

    wanted: only paragraphs in which it is found are parted; all of them if None.
    """
    for start, end in paragraphs(text):
        if end - start > LONGEST_PARAGRAPH:
            continue
        paragraph = text[start:end]
        if wanted is not None and wanted.search(paragraph) is None:
            continue
        if sum(1 for _ in _MARKS.finditer(paragraph)) <= MOST_MARKS:
            for a, b in sentences(paragraph, language):
                yield start + a, start + b
