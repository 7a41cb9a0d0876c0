"""What stands where on the pages of a PDF, by PDFium: runs of characters with their places.

PDFium gives characters in the order in which the file draws them, with blanks and line ends put in
by its own guess. Its blanks are kept; its line ends are not, because it takes two columns for one
line now and then. A run ends where the next character is not right of the last one on the same
baseline.

PDFium is not safe in threads: one lock is held while a document is open. Each document is read
under a budget of time and a cap of pages; one page can still take long, which only a killable
process can end.
"""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from feeds.normal import line
from service import pdfium
from service.errors import ExtractError, ParseError

#: More pages are a book or a yearbook, and no article.
MAX_PAGES = 200
#: Characters of one page beyond which it is a drawing or an attack.
MAX_PAGE_CHARACTERS = 100_000

#: A gap this wide, in sizes of the type, parts columns, cells and words set apart.
_GAP = 0.9
#: Baselines of one run differ by less than this, in sizes of the type.
_LEVEL = 0.12
#: Hyphens: what PDFium puts in the place of one at the end of a line, and the typographic ones,
#: whose glyph many fonts share with the plain hyphen, so that a file says now this and now that.
_HYPHENS = frozenset({0x02, 0xFFFE, 0x2010, 0x2011})
_BLANKS = frozenset({0x09, 0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x3000})
_NOT_MAPPED = frozenset({0x00, 0xFFFD})

#: A character of a script without blanks between words, or its punctuation.
WIDE = re.compile("[\u3001-\u3029\u3030-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff65]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Characters side by side on one baseline; lengths in points, y upwards, page as it is read."""

    #: With a blank at an end where a word ends there.
    text: str
    left: float
    right: float
    base: float
    #: Of the type.
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, as it is shown."""

    width: float
    height: float
    runs: tuple[Run, ...]
    #: Characters whose font does not tell which letters they are.
    unmapped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a PDF holds, before anything is made of it."""

    #: The document information dictionary: "Title", "CreationDate" and others, as written.
    information: Mapping[str, str]
    pages: tuple[Page, ...]


def document(data: bytes, *, budget_s: float, clock: Callable[[], float]) -> Document:
    """Return the pages of a PDF; raise ParseError or ExtractError with the reason in words.

    budget_s: seconds, by `clock`, after which the reading is given up.
    """
    import pypdfium2
    from pypdfium2 import raw

    end = clock() + budget_s
    with pdfium.LOCK:
        try:
            opened = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as exc:
            if getattr(exc, "err_code", None) == raw.FPDF_ERR_PASSWORD:
                raise ExtractError(
                    "is protected by a password; save a copy of it without one"
                ) from exc
            raise ParseError("is not a PDF document, or a damaged one") from exc
        try:
            count = len(opened)
            if count > MAX_PAGES:
                raise ExtractError(f"has {count} pages, and at most {MAX_PAGES} are read")
            pages = []
            for number in range(count):
                if clock() > end:
                    raise ExtractError(
                        f"took more than {budget_s:g} s to read: {number} of {count} pages are done"
                    )
                pages.append(_page(opened, number))
            return Document(information=_information(opened), pages=tuple(pages))
        except pypdfium2.PdfiumError as exc:
            raise ParseError(f"is a damaged PDF document: {line(str(exc))[:120]}") from exc
        finally:
            opened.close()


def _information(opened: Any) -> dict[str, str]:
    try:
        return {key: line(value) for key, value in opened.get_metadata_dict().items()}
    except UnicodeError:
        # Half of a surrogate pair: nothing else of it is needed that could be worth the trouble.
        return {}


def _page(opened: Any, number: int) -> Page:
    page = opened[number]
    text = page.get_textpage()
    try:
        count = text.count_chars()
        if count > MAX_PAGE_CHARACTERS:
            raise ExtractError(
                f"has {count} characters on page {number + 1}, "
                f"and at most {MAX_PAGE_CHARACTERS} are read"
            )
        reading = _Reading(text)
        for index in range(count):
            reading.take(index)
        return reading.page(page.get_bbox())
    finally:
        text.close()
        page.close()


class _Open:
    """A run that is being read, in the direction of its own writing."""

    __slots__ = ("angle", "base", "left", "parts", "right", "size")

    def __init__(self, *, angle: int, left: float, base: float, size: float) -> None:
        self.angle = angle
        self.left = self.right = left
        self.base = base
        self.size = size
        self.parts: list[str] = []

    def goes_on(self, angle: int, left: float, base: float, size: float) -> bool:
        """Tell whether a character that begins there is the next one of this run."""
        type_size = max(self.size, size)
        return (
            angle == self.angle
            and abs(base - self.base) < _LEVEL * type_size
            and -0.6 * type_size < left - self.right < _GAP * type_size
            and 0.5 < size / self.size < 2
        )


class _Reading:
    """The characters of one page, taken in order."""

    def __init__(self, text: Any) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._text = text
        self._box = raw.FS_RECTF()
        self._matrix = raw.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._runs: list[_Open] = []
        #: Edges of the last character's box across the line, and what they stood for.
        self._edges: tuple[float, float] | None = None
        self._style: tuple[int, float, float] | None = None
        self._blank = False
        self._letters: Counter[int] = Counter()
        self._unmapped = 0

    def take(self, index: int) -> None:
        """Add one character to the last run, or begin a new one with it."""
        code = self._raw.FPDFText_GetUnicode(self._text, index)
        if code in _BLANKS or code in (0x0A, 0x0D):
            self._blank = self._blank or self._parts(index, code)
            return
        box = self._box
        if not self._raw.FPDFText_GetLooseCharBox(self._text, index, box):
            return
        style = self._styled(index)
        if style is None:
            return
        angle, base, size = style
        left, right = {
            0: (box.left, box.right),
            90: (box.bottom, box.top),
            180: (-box.right, -box.left),
            270: (-box.top, -box.bottom),
        }[angle]
        if code in _NOT_MAPPED or 0xE000 <= code <= 0xF8FF:
            self._unmapped += 1
        self._letters[angle] += 1
        run = self._runs[-1] if self._runs else None
        if run is None or not run.goes_on(angle, left, base, size):
            if run is not None and self._blank:
                run.parts.append(" ")
            run = _Open(angle=angle, left=left, base=base, size=size)
            self._runs.append(run)
        elif self._blank:
            run.parts.append(" ")
        self._blank = False
        run.parts.append("-" if code in _HYPHENS else _character(code))
        run.right = max(run.right, right)

    def _parts(self, index: int, code: int) -> bool:
        """Tell whether a blank is one: PDFium sets its own between wide-set Chinese characters."""
        run = self._runs[-1] if self._runs else None
        if code != 0x20 or run is None or not run.parts or not WIDE.match(run.parts[-1]):
            return True
        return bool(self._raw.FPDFText_IsGenerated(self._text, index) != 1)

    def _styled(self, index: int) -> tuple[int, float, float] | None:
        """Return (angle, baseline, size) of a character; None where it is written aslant."""
        box = self._box
        turned = self._style is not None and self._style[0] in (90, 270)
        edges = (box.left, box.right) if turned else (box.bottom, box.top)
        if edges == self._edges:
            # The same font on the same line, as for nine characters in ten: nothing to ask.
            return self._style
        raw, text = self._raw, self._text
        self._edges, self._style = edges, None
        if not raw.FPDFText_GetMatrix(text, index, self._matrix):
            return None
        if not raw.FPDFText_GetCharOrigin(text, index, self._x, self._y):
            return None
        matrix = self._matrix
        size = raw.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d)
        turn = math.degrees(math.atan2(matrix.b, matrix.a)) % 360
        angle = round(turn / 90) % 4 * 90
        if abs((turn - angle + 180) % 360 - 180) > 2 or not size > 0:
            return None
        x, y = self._x.value, self._y.value
        base = {0: y, 90: -x, 180: -y, 270: x}[angle]
        self._edges = (box.left, box.right) if angle in (90, 270) else (box.bottom, box.top)
        self._style = (angle, base, size)
        return self._style

    def page(self, box: tuple[float, float, float, float]) -> Page:
        """Return what was read of a page with this box, turned so that most of it is upright."""
        left, bottom, right, top = box
        angle = max(self._letters, key=lambda a: self._letters[a], default=0)
        x, y, width, height = {
            0: (left, bottom, right - left, top - bottom),
            90: (bottom, -right, top - bottom, right - left),
            180: (-right, -top, right - left, top - bottom),
            270: (-top, left, top - bottom, right - left),
        }[angle]
        runs = (
            Run(
                text="".join(run.parts),
                left=run.left - x,
                right=run.right - x,
                base=run.base - y,
                size=run.size,
            )
            for run in self._runs
            if run.angle == angle
        )
        return Page(
            width=width,
            height=height,
            # What lies beside the page is not shown, and is not meant to be read.
            runs=tuple(r for r in runs if 0 <= r.base <= height and r.right > 0 and r.left < width),
            unmapped=self._unmapped,
        )


def _character(code: int) -> str:
    return chr(code) if code < 0x110000 and not 0xD800 <= code <= 0xDFFF else "\ufffd"
