"""Where quotations begin and end: pairs of quotation marks within a paragraph.

One pass over the marks of a paragraph, with a stack of those that are open; no mark is looked at
twice, so that a text of nothing but marks costs no more than any other.
"""

import re
from dataclasses import dataclass

_PAIRS = {"“": "”", "„": "“”", "«": "»", "「": "」", "『": "』", "‘": "’", "《": "》"}
_MARKS = re.compile("[“”„\"«»「」『』‘’《》']")
_PARAGRAPH = re.compile(r"[^\n]+")
#: A paragraph with more open marks than this is no text.
_DEEPEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A quotation of the outermost level; `text[start:end]` begins and ends with its marks.

    A quotation that is opened and not closed in its paragraph ends with the paragraph.
    """

    start: int
    end: int
    #: The words between the marks.
    inner_start: int
    inner_end: int
    #: The opening mark.
    mark: str
    closed: bool = True


def quotations(text: str, language: str) -> tuple[Quotation, ...]:
    """Return the quotations of a text, in order, without those inside others.

    Single marks count in English where they stand as marks and not as apostrophes.
    """
    found: list[Quotation] = []
    for paragraph in _PARAGRAPH.finditer(text):
        reader = _Reader(text, paragraph.start(), paragraph.end(), language)
        for match in _MARKS.finditer(text, reader.begin, reader.end):
            reader.read(match[0], match.start())
        found += reader.finish()
    return tuple(found)


class _Reader:
    """Pairs the marks of one paragraph, from left to right."""

    def __init__(self, text: str, begin: int, end: int, language: str) -> None:
        self.begin, self.end = begin, end
        self._text = text
        self._english = language == "en"
        #: Open marks with their places, the outermost first.
        self._open: list[tuple[str, int]] = []
        self._found: list[Quotation] = []

    def read(self, mark: str, at: int) -> None:
        top = self._open[-1][0] if self._open else ""
        if mark in "'‘’":
            self._single(mark, at, top)
        elif top and mark in _PAIRS.get(top, top):
            self._close(len(self._open) - 1, at)
        elif mark in "”»」』》" or (mark == '"' and any(m == '"' for m, _ in self._open)):
            self._unwind(mark, at)
        elif mark == "“" and top == "“":
            # A quotation that was never closed: what it held belongs to nobody.
            self._open = [(mark, at)]
        elif len(self._open) < _DEEPEST:
            self._open.append((mark, at))

    def finish(self) -> list[Quotation]:
        if self._open and self._open[0][0] not in "'‘":
            self._found.append(_quotation(self._text, self._open[0][1], self.end, closed=False))
        return self._found

    def _single(self, mark: str, at: int, top: str) -> None:
        """Read a single mark, which in English and Russian is mostly an apostrophe."""
        if top and top in "'‘" and mark == _PAIRS.get(top, top):
            if _closes_single(self._text, at, self.end):
                self._close(len(self._open) - 1, at)
        elif mark == "‘" or (mark == "'" and self._english and not self._open):
            opens = not self._english or _opens_single(self._text, at, self.begin)
            if opens and len(self._open) < _DEEPEST:
                self._open.append((mark, at))

    def _unwind(self, mark: str, at: int) -> None:
        """Close the outermost open quotation that a mark fits, forgetting those inside it."""
        for index, (opened, _) in enumerate(self._open):
            if mark in _PAIRS.get(opened, opened):
                self._close(index, at)
                return

    def _close(self, index: int, at: int) -> None:
        start = self._open[index][1]
        del self._open[index:]
        if not self._open:
            self._found.append(_quotation(self._text, start, at + 1, closed=True))


def _quotation(text: str, start: int, end: int, *, closed: bool) -> Quotation:
    return Quotation(
        start=start,
        end=end,
        inner_start=start + 1,
        inner_end=end - 1 if closed else end,
        mark=text[start],
        closed=closed,
    )


def _opens_single(text: str, at: int, begin: int) -> bool:
    """Whether a single mark stands before a word and behind none: not in "it's" or "soldiers'"."""
    before = text[at - 1] if at > begin else " "
    after = text[at + 1 : at + 2]
    return text[at] != "’" and (before in ' ([—–-\u00a0“"') and after.isalpha()


def _closes_single(text: str, at: int, end: int) -> bool:
    after = text[at + 1] if at + 1 < end else " "
    return text[at - 1] in ".,!?…;:" or (not after.isalnum() and text[at - 1] != "s")
