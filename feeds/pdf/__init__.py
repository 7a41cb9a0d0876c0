"""PDF documents: bytes to facts and text.

    glyphs.py       what stands where on each page (pypdfium2)
    order.py        columns, and the order of reading
    running.py      headers, footers and page numbers, taken out
    paragraphs.py   lines to paragraphs, divided words to words
    facts.py        title and date

All but `glyphs` is geometry on frozen data, without the library, so that it can be tested on
pages that are written down in a test.

Problem: a PDF holds glyphs at places, and neither words, lines, paragraphs nor an order; but a
sentence of a brief must be one that the writer wrote. Choice: rules about space that a reader
follows as well, each tested. Rejected: the text in drawing order, as most extractors give it (it
mixes columns, and puts headers into the middle of sentences); tagged structure, which few files
have and many have wrongly; recognition by a trained model (size, and errors that nobody can
explain).

What is refused, with its reason in words: a password, no text behind the pictures, fonts that hide
their letters, more than 200 pages, more than the budget of time.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from feeds.metadata import Facts
from feeds.normal import normalise
from service.errors import ExtractError

if TYPE_CHECKING:
    from feeds.pdf.glyphs import Document

#: Seconds for one document; less than what a killable worker gives, so that the reason is told.
BUDGET_S = 4.0
#: A larger share of characters that cannot be read makes the rest worthless.
_UNREADABLE = 0.05


def read(
    data: bytes,
    now: datetime,
    *,
    budget_s: float = BUDGET_S,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Facts, str]:
    """Return what a PDF declares and its normalised text.

    now: bounds the dates that are believed. Raises ParseError for what is no PDF or is damaged,
    ExtractError for one that holds no text that can be read.
    """
    from feeds.pdf import facts, glyphs, order, paragraphs, running

    document = glyphs.document(data, budget_s=budget_s, clock=clock)
    _refuse_unreadable(document)
    sheets = running.without_running(
        [running.Sheet(height=page.height, blocks=order.blocks(page)) for page in document.pages]
    )
    found = paragraphs.paragraphs([sheet.blocks for sheet in sheets])
    text = normalise("\n\n".join(paragraph.text for paragraph in found), unwrap=False)
    if not text:
        raise ExtractError("holds no text but headers and page numbers")
    return facts.facts(document.information, found, now=now), text


def _refuse_unreadable(document: "Document") -> None:
    pages = len(document.pages)
    runs = [run for page in document.pages for run in page.runs]
    unmapped = sum(page.unmapped for page in document.pages)
    if unmapped > _UNREADABLE * sum(len(run.text) for run in runs):
        raise ExtractError(
            "cannot be read: its fonts do not tell which letters they show; "
            "save it anew, or make its text readable by OCR"
        )
    if not any(c.isalpha() for run in runs for c in run.text):
        raise ExtractError(
            f"has {pages} page{'s' if pages > 1 else ''} and no text, only pictures; "
            "make its text readable by OCR"
        )
