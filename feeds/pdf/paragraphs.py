"""Lines to paragraphs: by spacing, indents, type size and short last lines; hyphens undone.

A PDF has no paragraphs. A new one begins after more than the usual space, at an indent, with
another size of type, behind a line that ends a sentence well before the edge, and at a bullet.
Over the end of a column or a page a paragraph goes on if its last sentence has not ended.

A word that was divided at a line's end is put together again, because it is the word that was
written. Whether its hyphen is the typesetter's or the writer's cannot be seen, and is decided by
the document itself: as the word is written within a line elsewhere, or else the hyphen stays
between two parts that are both words of the document ("state-owned"), before a capital or a digit
("China-Russia"), and in the usual compounds of news ("long-term"). A soft hyphen (U+00AD) is the
typesetter's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from feeds.pdf.glyphs import WIDE
from feeds.pdf.order import SENTENCE_END, Line

#: More than the usual distance of lines by this factor parts paragraphs.
_SPACE = 1.25
#: A distance of lines, in sizes of the type, that is large for lines of one paragraph.
_WIDE_STEP = 1.7
#: Types that differ by more than this factor are of different paragraphs.
_TYPE = 1.1
#: Type larger than the text's by this factor is a headline's.
_DISPLAY = 1.2

_DIVIDED = re.compile("([^\\W\\d_]+)([-\u00ad])$")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BULLET = re.compile(r"(?:[•●▪■◦‣·–—*]|\(?\d{1,2}[.)])\s+\S")
#: What Russian and English always join with a hyphen: to what is before, and to what is behind.
_LAST = frozenset(
    re.findall(
        r"\w+",
        "то либо нибудь таки term range level owned backed led based sized called controlled "
        "funded sponsored profile ranking lasting year",
    )
)
_FIRST = frozenset(
    re.findall(
        r"\w+",
        "северо юго военно торгово научно финансово социально общественно вице экс премьер пресс "
        "sino russo anglo self",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph, on one line."""

    text: str
    #: Of its type.
    size: float
    #: 0 for the first page.
    page: int
    #: Baseline of its first line.
    base: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    line: Line
    page: int
    block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measures:
    """What is usual in a block."""

    #: Distance of lines, in sizes of the type.
    leading: float
    left: float
    right: float
    #: Size of the document's text.
    body: float


def paragraphs(pages: Sequence[Sequence[Sequence[Line]]]) -> tuple[Paragraph, ...]:
    """Return the paragraphs of a document, in order.

    pages: of each page its blocks, of each block its lines, in order of reading.
    """
    lines = [line for page in pages for block in page for line in block]
    vocabulary = _vocabulary(lines)
    # Of the text: the size that most letters have.
    body = median([line.size for line in lines for _ in line.text] or [1.0])
    groups: list[list[_Placed]] = []
    before: _Placed | None = None
    number = 0
    for page, blocks in enumerate(pages):
        for block in blocks:
            measures = _measures(block, body)
            for line in block:
                placed = _Placed(line=line, page=page, block=number)
                if before is None:
                    new = True
                elif before.block != number:
                    new = not _goes_on(before.line, line, measures)
                else:
                    new = _begins(_above(groups[-1], number), line, measures)
                if new:
                    groups.append([])
                groups[-1].append(placed)
                before = placed
            number += 1
    return tuple(
        Paragraph(
            text=_joined([placed.line.text for placed in group], vocabulary),
            size=median(placed.line.size for placed in group),
            page=group[0].page,
            base=group[0].line.base,
        )
        for group in groups
    )


def _measures(block: Sequence[Line], body: float) -> _Measures:
    steps = [
        (one.base - two.base) / two.size
        for one, two in pairwise(block)
        if one.size / _TYPE < two.size < one.size * _TYPE and one.base > two.base
    ]
    # The lower half: in a text of short paragraphs half of the steps are between them.
    leading = median(sorted(steps)[: max(1, (len(steps) + 1) // 2)]) if steps else 1.2
    return _Measures(
        leading=leading,
        left=min(line.left for line in block),
        right=max(line.right for line in block),
        body=body,
    )


def _begins(above: Sequence[Line], two: Line, block: _Measures) -> bool:
    """Tell whether a line of a block begins a paragraph.

    above: the one or two lines of the paragraph before it, in this block.
    """
    one = above[-1]
    if not one.size / _TYPE < two.size < one.size * _TYPE:
        return True
    step = (one.base - two.base) / two.size
    if two.size > _DISPLAY * block.body:
        # A headline is centred or broken at will: only its spacing counts.
        return step > 2 * block.leading
    if step > _SPACE * block.leading or _BULLET.match(two.text):
        return True
    # So far apart that it may well be one: then the end of a sentence decides.
    if step > _WIDE_STEP and SENTENCE_END.search(one.text):
        return True
    # Indented, and the line before is not; below a bullet the lines of its item are.
    indent = two.left - one.left
    if 0.8 * two.size < indent < 5 * two.size and two.left - block.left < 5 * two.size:
        return not _BULLET.match(one.text)
    # It stopped though there was room for the next word.
    word = len(two.text.split(" ", 1)[0]) if not WIDE.match(two.text) else 1
    needed = (word + 1) * (two.right - two.left) / max(1, len(two.text)) + one.size
    if SENTENCE_END.search(one.text):
        return block.right - one.right > needed
    # A heading has no such end: it is shorter than the line above in its paragraph, or below.
    # Not than the column, because text may flow around a picture.
    reach = above[0].right if len(above) > 1 else two.right
    return reach - one.right > needed + max(3 * one.size, 0.2 * (reach - one.left))


def _above(group: Sequence[_Placed], block: int) -> list[Line]:
    return [placed.line for placed in group[-2:] if placed.block == block]


def _goes_on(one: Line, two: Line, block: _Measures) -> bool:
    """Tell whether a line at the top of a block goes on with what stood at the end of another."""
    if not one.size / _TYPE < two.size < one.size * _TYPE:
        return False
    if SENTENCE_END.search(one.text) or _BULLET.match(two.text):
        return False
    return two.left - block.left < 0.8 * two.size


def _vocabulary(lines: Iterable[Line]) -> Counter[str]:
    """Count the words that stand whole within a line, in lower case."""
    found: Counter[str] = Counter()
    for line in lines:
        words = list(_WORD.finditer(line.text))
        # Neither the last word, which may be divided, nor the first, which may be its rest.
        for word in words[1:-1]:
            found[word[0].casefold()] += 1
            if "-" in word[0]:
                found.update(part.casefold() for part in word[0].split("-"))
    return found


def _joined(lines: Sequence[str], vocabulary: Counter[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        divided = _DIVIDED.search(text)
        if divided and line[:1].isalnum():
            if not _kept(divided[1], divided[2], line, vocabulary):
                text = text[:-1]
        elif WIDE.match(text[-1]) and WIDE.match(line):
            pass
        elif not (text.endswith("-") and text[-2:-1].isalnum() and line[:1].isalnum()):
            text += " "
        text += line
    return text


def _kept(left: str, hyphen: str, line: str, vocabulary: Counter[str]) -> bool:
    """Tell whether the hyphen behind `left` at a line's end belongs to the word."""
    found = _WORD.match(line)
    if found is None or hyphen == "\u00ad":
        return found is None
    # A capital behind a small letter begins a name; a word in capitals is divided like any other.
    if line[0].isupper() and not left.isupper():
        return True
    rest = found[0].casefold()
    head = left.casefold()
    whole, apart = vocabulary[head + rest], vocabulary[f"{head}-{rest}"]
    if whole != apart:
        return apart > whole
    return (
        (rest in _LAST and len(head) > 2)
        or (len(rest) > 4 and (head in _FIRST or head.endswith(("ско", "цко"))))
        or bool(vocabulary[head] and vocabulary[rest])
    )
