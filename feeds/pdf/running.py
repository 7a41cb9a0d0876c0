"""What recurs on the pages of a document and is no part of its text: headers, footers, numbers.

Near the upper or lower edge a line is a running one if the same words, but for digits, stand at the
same height on most other pages, or on another one and set apart from the text (left and right pages
differ, and so do chapters); if it is a page's number and nothing else; or if it begins or ends with
a number that counts the pages. Anywhere else the same words must stand there on more than half of
the pages, and on three at least.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from feeds.pdf.order import Line

#: What is near an edge: this share of the page's height, at either end.
MARGIN = 0.12
#: Points by which the same line may stand higher or lower on another page.
_SHIFT = 6.0
#: More than the distance of two lines of a text, in sizes of the type.
_APART = 1.9

_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(
    r"[-–—|·\[(\s]*(?:(?:page|p\.|стр\.?|страница|с\.)\s*)?(?:第\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*页)?"
    r"(?:\s*(?:of|from|из|/|／|\||共|，|,)\s*(?:共\s*)?\d{1,4}(?:\s*页)?)?[-–—|·\])\s]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The blocks of one page, in order of reading."""

    height: float
    blocks: tuple[tuple[Line, ...], ...]


def without_running(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """Return the pages without their running lines and page numbers."""
    seen = _Seen(sheets)
    return tuple(
        Sheet(
            height=sheet.height,
            blocks=tuple(
                kept
                for block in sheet.blocks
                if (kept := tuple(one for one in block if not seen.running(one, sheet, number)))
            ),
        )
        for number, sheet in enumerate(sheets)
    )


class _Seen:
    """What stands where on all pages."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._count = len(sheets)
        #: Words -> (page, height) of each such line.
        self._places: dict[str, list[tuple[int, float]]] = defaultdict(list)
        #: (height, first page's number) -> pages that count so.
        self._counting: dict[tuple[int, int], set[int]] = defaultdict(set)
        for number, sheet in enumerate(sheets):
            for block in sheet.blocks:
                for line in block:
                    self._places[_words(line)].append((number, line.base))
                    if _near_edge(line, sheet):
                        for key in _counts(line, number):
                            self._counting[key].add(number)

    def running(self, line: Line, sheet: Sheet, number: int) -> bool:
        """Tell whether a line of a page, 0 for the first, is no part of the text."""
        here = self._places[_words(line)]
        pages = {page for page, base in here if abs(base - line.base) <= _SHIFT}
        most = max(2, self._count / 2)
        if not _near_edge(line, sheet):
            return len(pages) > most
        if _NUMBER.fullmatch(line.text):
            return True
        if len(pages) > 1 and (len(pages) > most or self._apart(line, sheet, number)):
            return True
        counting = (self._counting[key] for key in _counts(line, number))
        return any(len(found) > most for found in counting)

    def _apart(self, line: Line, sheet: Sheet, number: int) -> bool:
        """Tell whether a line is set apart from what is further inside and no such line itself."""
        inward = -1 if line.base > sheet.height / 2 else 1
        between = [
            inward * (other.base - line.base) / line.size
            for block in sheet.blocks
            for other in block
            if inward * (other.base - line.base) > 0 and not self._recurs(other, number)
        ]
        return min(between, default=_APART + 1) > _APART

    def _recurs(self, line: Line, number: int) -> bool:
        return any(
            page != number and abs(base - line.base) <= _SHIFT
            for page, base in self._places[_words(line)]
        )


def _near_edge(line: Line, sheet: Sheet) -> bool:
    return not MARGIN * sheet.height < line.base < (1 - MARGIN) * sheet.height


def _counts(line: Line, number: int) -> set[tuple[int, int]]:
    """Return (height, number of the first page) for the numbers at either end of a line."""
    ends = (re.match(r"(\d{1,4})\b", line.text), re.search(r"\b(\d{1,4})$", line.text))
    return {(round(line.base / _SHIFT), int(found[1]) - number) for found in ends if found}


def _words(line: Line) -> str:
    return _DIGITS.sub("0", line.text).casefold()
