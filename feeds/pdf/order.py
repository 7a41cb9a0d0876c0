"""The order in which a page is read: columns told apart, runs put together to lines.

A page is cut where the fewest lines cross a vertical line at which others begin: that is the left
edge of a column. Lines that cross it (a headline above two columns) part the page into bands, and
a band is two columns only if both sides of it hold lines enough. Each side is cut again, so that
three columns come out as well. A page of one column is crossed everywhere, and stays whole.

Rejected: trusting the order of drawing, which programs choose freely; and cutting at white space
from top to bottom, which one headline over both columns prevents.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from feeds.pdf.glyphs import WIDE, Page, Run

#: Lines on each side, at least, of the bands that show two columns.
_LINES = 3
#: Width of a column, at least, in sizes of the type: narrower is a margin of numbers or marks.
_NARROWEST = 5.0
#: Baselines of one line differ by less than this, in sizes of the type (raised marks).
_LEVEL = 0.6
#: Cuts within cuts: three columns take two.
_DEPTH = 4
#: How a sentence ends, marks of quotation included.
SENTENCE_END = re.compile(r"[.!?…:;。！？：；][\"'”’»)\]」』）】]*$")
#: A note's mark, which is raised, and no part of the word that it stands behind.
_MARK = re.compile(r"\s*[\d*†‡§,]{1,4}\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of one column; lengths in points, y upwards."""

    text: str
    left: float
    right: float
    base: float
    #: Of most of its type.
    size: float


def blocks(page: Page) -> tuple[tuple[Line, ...], ...]:
    """Return the page's columns and what stands above, between and below them, as it is read.

    Each block's lines are in order from the top.
    """
    runs = _initials(sorted(page.runs, key=lambda run: (-run.base, run.left)))
    found = (_lines(part) for part in _cut(runs, _DEPTH))
    return tuple(lines for lines in found if lines)


def _cut(runs: list[Run], depth: int) -> list[list[Run]]:
    """Return the parts of a region, as they are read; runs and parts from the top."""
    edge = _column_edge(runs) if depth else None
    if edge is None:
        return [runs]
    parts: list[list[Run]] = []
    for band in _bands(runs, edge):
        # One line beside another is enough here: elsewhere the region has shown its columns.
        sides = _sides(band, edge, lines=1)
        if sides is None:
            parts.append(band)
            continue
        left, below = _foot(*sides)
        parts += [*_cut(left, depth - 1), *_cut(sides[1], depth - 1), *([below] if below else [])]
    return parts


def _foot(left: list[Run], right: list[Run]) -> tuple[list[Run], list[Run]]:
    """Part the left column from short lines below both columns, which do not reach the right one.

    They are such if the columns end at about one height, more than a line's space lies between
    both and them, and the text fits: a column that breaks off in mid-sentence goes on in the next
    column, and lines that break off do so as well. Where both end a sentence, the space must be
    larger than any between paragraphs.
    """
    end = min(run.base for run in right)
    rows = _rows(left)
    steps = [one[0].base - two[0].base for one, two in pairwise(rows)]
    usual = median(steps) if steps else 0.0
    for number, step in enumerate(steps, 1):
        # Balanced columns differ by a line at most.
        last, first = rows[number - 1], rows[number]
        apart = step > 1.25 * usual and end - first[0].base > 1.25 * usual
        if not apart or abs(last[0].base - end) > 1.6 * usual or not _ends(rows[-1]):
            continue
        if not _ends(last) or step > 1.05 * max([*steps[: number - 1], *steps[number:]], default=0):
            at = sum(len(row) for row in rows[:number])
            return left[:at], left[at:]
    return left, []


def _ends(row: Sequence[Run]) -> bool:
    """Tell whether a line ends a sentence."""
    return bool(SENTENCE_END.search(max(row, key=lambda run: run.right).text.rstrip()))


def _column_edge(runs: Sequence[Run]) -> float | None:
    """Return where the second column of a region begins, or None if it is one column."""
    starts = Counter(round(run.left) for run in runs)
    best, most = None, 0
    # The common left edges only: a column has one, at which most of its lines begin.
    for start, count in starts.most_common(8):
        if count < _LINES:
            break
        edge = start - 1.0
        inside = sum(len(band) for band in _bands(runs, edge) if _sides(band, edge, lines=_LINES))
        if inside > most:
            best, most = edge, inside
    # Less than a third of a region is a table or a box in it.
    return best if most >= len(runs) / 3 else None


def _bands(runs: Sequence[Run], edge: float) -> list[list[Run]]:
    """Part runs, from the top, into those lines that cross an edge and those that do not."""
    bands: list[list[Run]] = []
    crossed: bool | None = None
    for row in _rows(runs):
        crosses = any(run.left < edge < run.right for run in row)
        if crosses != crossed:
            bands.append([])
            crossed = crosses
        bands[-1] += row
    return bands


def _sides(band: Sequence[Run], edge: float, *, lines: int) -> tuple[list[Run], list[Run]] | None:
    """Return the two columns of a band, or None if it is not two columns.

    lines: at least so many on each side. Most lines of the right column begin at its edge, which
    the accidental gaps in justified lines do not.
    """
    left = [run for run in band if run.right <= edge]
    right = [run for run in band if run.left >= edge]
    if len(left) + len(right) < len(band):
        return None
    rows = [_rows(side) for side in (left, right)]
    if any(len(side) < lines for side in rows):
        return None
    if lines > 1 and not all(_wide(side) for side in (left, right)):
        return None
    begins = sum(min(run.left for run in row) < edge + 3 for row in rows[1])
    return (left, right) if begins >= 0.6 * len(rows[1]) else None


def _wide(runs: Sequence[Run]) -> bool:
    size = median(run.size for run in runs)
    return max(r.right for r in runs) - min(r.left for r in runs) >= _NARROWEST * size


def _rows(runs: Iterable[Run]) -> list[list[Run]]:
    """Group runs, sorted from the top, that stand on one line."""
    rows: list[list[Run]] = []
    for run in runs:
        first = rows[-1][0] if rows else None
        if first and first.base - run.base < _LEVEL * max(run.size, first.size):
            rows[-1].append(run)
        else:
            rows.append([run])
    return rows


def _lines(runs: Iterable[Run]) -> tuple[Line, ...]:
    lines = []
    for row in _rows(runs):
        main = max(row, key=lambda run: len(run.text) * run.size)
        text = ""
        end = None
        for run in sorted(row, key=lambda run: run.left):
            if run is not main and _is_mark(run, main, text):
                continue
            if text and not text.endswith(" ") and end is not None:
                wide = WIDE.match(text[-1]) and WIDE.match(run.text)
                if run.left - end > (0.5 if wide else 0.15) * main.size:
                    text += " "
            text += run.text
            end = run.right
        text = " ".join(text.split())
        if text:
            lines.append(
                Line(
                    text=text,
                    left=min(run.left for run in row),
                    right=max(run.right for run in row),
                    base=main.base,
                    size=main.size,
                )
            )
    return tuple(lines)


def _is_mark(run: Run, main: Run, before: str) -> bool:
    """Tell whether a run is the raised mark of a note ("km²" and "CO₂" hold none)."""
    raised = run.base - main.base > 0.15 * main.size and run.size < 0.85 * main.size
    behind = re.search(r"(?:[^\W\d_]{3}|[.,;:!?\"”’»)\u3001-\u9fff])$", before)
    return bool(raised and behind and _MARK.fullmatch(run.text))


def _initials(runs: list[Run]) -> list[Run]:
    """Put a large initial, which hangs over several lines, before the first of them."""
    sizes = [run.size for run in runs for _ in run.text]
    if not sizes:
        return runs
    usual = median(sizes)
    for initial in runs:
        if len(initial.text.strip()) != 1 or not initial.text.strip().isalpha():
            continue
        if initial.size < 1.8 * usual:
            continue
        top = initial.base + 0.9 * initial.size
        beside = [
            run
            for run in runs
            if run is not initial
            and initial.base - 0.2 * usual <= run.base <= top
            and -0.5 * usual <= run.left - initial.right < 1.5 * usual
        ]
        if len(beside) >= 2:
            first = max(beside, key=lambda run: run.base)
            whole = Run(
                text=initial.text.strip() + first.text.lstrip(),
                left=first.left,
                right=first.right,
                base=first.base,
                size=first.size,
            )
            return _initials([whole if run is first else run for run in runs if run is not initial])
    return runs
