"""A figure as SVG or PNG, by matplotlib's objects: no global figure, no font of the system.

What a picture depends on is set here, each time: fonts by path, the salt of its ids, no date. So
the same figure gives the same bytes in every process. matplotlib's settings are one table a
process, hence the lock.
"""

import atexit
import io
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from service.render import fonts
from service.render.charts.figures import Figure, Series

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

#: Points. As wide as two thirds of an A4 page's text; the table stands beside it.
WIDTH = 300.0
STANDING = 118.0
#: Of one label with its bars, lying, and of what is free under the last; of a row of the legend, of
#: the dates, between a label and its bars.
ROW, FOOT, LEGEND, DATES, GAP = 17.0, 0.5, 15.0, 14.0, 5.0
INK, SOFT, LINE, PAPER = "#111111", "#444444", "#bbbbbb", "#ffffff"
#: By lightness, dark to pale; then hatched greys, for more countries than that.
FILLS = ("#1b3a5c", "#d9702e", "#a9c7de")
PALE = "#8a9097"
HATCHES = ("////", "....", "xxxx", "----")
SIZE = 7.5
#: CSS pixels a point.
_PIXELS = 96 / 72
_LOCK = Lock()
#: Points by which "center_baseline" sets words under the middle of a bar.
_SINK = 0.8
#: Most dates that are written under bars without touching each other.
_MOST_DATES = 8


def ready() -> None:
    """Import what drawing needs, which takes a second; raise RenderError without our fonts."""
    _matplotlib()


def draw(figure: Figure, form: str) -> tuple[bytes, int, int]:
    """Return the picture, and its width and height in CSS pixels.

    Raises ValueError where a label has a character without a glyph in our fonts.
    """
    matplotlib = _matplotlib()
    from matplotlib.figure import Figure as Canvas

    settings = {
        "font.family": ["Brief Sans", "Brief CJK"],
        "font.size": SIZE,
        "svg.fonttype": "none",
        "svg.hashsalt": figure.name,
        "hatch.linewidth": 0.6,
        # As wide in pixels as in points.
        "text.hinting": "none",
        "text.parse_math": False,
    }
    with _LOCK, matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("error")
        keys = _keys(figure) if len(figure.series) > 1 else ()
        above = LEGEND * (keys[-1][2] + 1) if keys else 0.0
        high = above + (STANDING if figure.stacked else ROW * len(figure.labels) + FOOT)
        canvas = Canvas(figsize=(WIDTH / 72, high / 72))
        sheet = _Sheet(canvas, high)
        for series, left, row in keys:
            sheet.bar(series, left, LEGEND * row + 0.5, SIZE, SIZE)
            sheet.write(series.name, left + SIZE + 4, LEGEND * row + 0.5 + SIZE / 2, va="center")
        (_stand if figure.stacked else _lie)(sheet, figure, above)
        made = io.BytesIO()
        if form == "png":
            canvas.savefig(
                made,
                format="png",
                dpi=72 * 2 * _PIXELS,
                facecolor=PAPER,
                metadata={"Software": None},
            )
        else:
            canvas.patch.set_visible(False)
            none = dict.fromkeys(("Format", "Type", "Creator", "Date"))
            canvas.savefig(made, format="svg", metadata=none)
    data = made.getvalue() if form == "png" else _inline(made.getvalue().decode("utf-8"), figure)
    return data, round(WIDTH * _PIXELS), round(high * _PIXELS)


class _Sheet:
    """Bars, lines and words at places in points, from the upper left.

    Axes with their ticks, scales and layout are two thirds of the time of a picture, and all that
    they would be asked for is a sum of two numbers.
    """

    def __init__(self, canvas: "Canvas", high: float) -> None:
        from matplotlib.transforms import Affine2D

        self._canvas = canvas
        points = Affine2D().scale(1 / 72, -1 / 72).translate(0, high / 72)
        self._place = points + canvas.dpi_scale_trans

    def bar(self, series: Series, left: float, top: float, width: float, height: float) -> None:
        """Draw one bar of a series; one without width or height is its edge alone."""
        from matplotlib.patches import Rectangle

        plain = series.fill < len(FILLS)
        bar = Rectangle(
            (left, top),
            width,
            height,
            transform=self._place,
            linewidth=0.5,
            facecolor=FILLS[series.fill] if plain else PAPER,
            edgecolor=PAPER if plain else PALE,
            hatch=None if plain else HATCHES[(series.fill - len(FILLS)) % len(HATCHES)],
        )
        self._canvas.add_artist(bar)

    def line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw the line on which bars stand, or from which they lie."""
        from matplotlib.lines import Line2D

        (x1, y1), (x2, y2) = start, end
        line = Line2D((x1, x2), (y1, y2), color=LINE, linewidth=0.5, transform=self._place)
        self._canvas.add_artist(line)

    def write(
        self, words: str, x: float, y: float, *, size: float = SIZE, color: str = INK, **style: Any
    ) -> None:
        """Write words at a place; style: `ha` and `va`, how they lie to it."""
        from matplotlib.text import Text

        text = Text(x, y, words, fontsize=size, color=color, transform=self._place, **style)
        self._canvas.add_artist(text)


def _keys(figure: Figure) -> tuple[tuple[Series, float, int], ...]:
    """Return each series with the place of its key: points from the left, and the row, from 0."""
    keys: list[tuple[Series, float, int]] = []
    left, row = 0.0, 0
    for series in figure.series:
        wide = SIZE + 4 + _widest((series.name,))
        if left and left + wide > WIDTH:
            left, row = 0.0, row + 1
        keys.append((series, left, row))
        left += wide + 3 * SIZE
    return tuple(keys)


def _widest(labels: Sequence[str]) -> float:
    """Return the width of the widest label in points, as our fonts have it."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    plain = FontProperties()
    return float(
        max(text_to_path.get_text_width_height_descent(text, plain, False)[0] for text in labels)
    )


def _stand(sheet: "_Sheet", figure: Figure, above: float) -> None:
    """Draw stacked bars on a line of time, with the sum over each."""
    count = len(figure.labels)
    totals = [sum(values) for values in zip(*(s.values for s in figure.series), strict=True)]
    ground = above + STANDING - DATES
    unit = (STANDING - DATES) / (max(totals) * 1.12)
    step = WIDTH / (count + 0.2)
    thick = min(0.72, 0.09 * count) * step
    for place, total in enumerate(totals):
        middle, level = (place + 0.6) * step, ground
        for series in figure.series:
            # A bar of nothing would still draw its edge, over its neighbours.
            if value := series.values[place]:
                level -= value * unit
                sheet.bar(series, middle - thick / 2, level, thick, value * unit)
        if total:
            sheet.write(str(total), middle, level - 1.5, size=SIZE - 1, ha="center", va="bottom")
    sheet.line((0, ground), (WIDTH, ground))
    for place in range(0, count, -(-count // _MOST_DATES)):
        label = _short(figure.labels[place], figure)
        at = min(max((place + 0.6) * step, _widest((label,)) / 2), WIDTH - _widest((label,)) / 2)
        sheet.write(label, at, ground + 3.5, color=SOFT, ha="center", va="top")


def _short(label: str, figure: Figure) -> str:
    """Return a date without its year where all dates are of one year, as the table has it."""
    years = {label[:4] for label in figure.labels}
    return label[5:] if len(years) == 1 and len(label) == len("2026-11-21") else label


def _lie(sheet: "_Sheet", figure: Figure, above: float) -> None:
    """Draw lying bars, a group for each label, the first on top, each with its number."""
    left = _widest(figure.labels) + GAP
    most = max(max(series.values) for series in figure.series) or 1
    unit = (WIDTH - left) / (most * 1.1)
    thick = ROW * 0.76 / len(figure.series)
    for place, label in enumerate(figure.labels):
        middle = above + ROW * (place + 0.5)
        sheet.write(label, left - 3.5, middle - _SINK, ha="right", va="center_baseline")
        top = middle - ROW * 0.38
        for series in figure.series:
            value = series.values[place]
            sheet.bar(series, left, top, value * unit, thick)
            at, along = left + value * unit + 2, top + thick / 2 - _SINK
            sheet.write(str(value), at, along, size=SIZE - 1, ha="left", va="center_baseline")
            top += thick
    sheet.line((left, above), (left, above + ROW * len(figure.labels)))


def _inline(document: str, figure: Figure) -> bytes:
    """Return the `<svg>` element alone, named, without what would reach into the page around it.

    Several charts stand in one document, in which no id may occur twice and no style is one
    picture's own.
    """
    element = document[document.index("<svg") :].strip()
    element = re.sub(r"<style.*?</style>", "", element, flags=re.DOTALL)
    used = set(re.findall(r"(?:url\(|href=\")#([^)\"]+)", element))
    element = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", element)
    element = re.sub(r' style="([^"]*)"', _attributes, element)
    element = re.sub(r' transform="rotate\(-?0 [^"]*"', "", element)
    element = re.sub(r"<defs>\s*</defs>\s*", "", element)
    if "<g " not in element:
        # Groups that had an id only; each costs a document's parser and its layout.
        element = re.sub(r"</?g/?>", "", element)
    element = re.sub(r"\s*\n\s*", "\n", element)
    # A path is written over several lines, which an XML parser reads as blanks and an HTML one not.
    element = re.sub(r"\n(?=[^<])", " ", element)
    head, rest = element.split(">", 1)
    return f'{head} role="img"><title>{escape(figure.alt)}</title>{rest}'.encode()


def _attributes(found: re.Match[str]) -> str:
    """Return a style as attributes: a page's style sheet can then give a picture other colours.

    WeasyPrint would read a style attribute as CSS of a page, too, and warn of every property.
    """
    pairs = (part.split(":", 1) for part in found[1].split(";"))
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)


@cache
def _matplotlib() -> Any:
    """Import matplotlib with its folder in ours, and make our fonts known to it."""
    conf = fonts.activate()
    # Its list of fonts and its settings: none of the user's, and written where that may be.
    place = conf.parent / "cache" / "matplotlib"
    try:
        place.mkdir(exist_ok=True)
    except OSError:
        place = conf.parent
    if not os.access(place, os.W_OK):
        place = Path(tempfile.mkdtemp(prefix="briefing-"))
        atexit.register(shutil.rmtree, place, ignore_errors=True)
    os.environ["MPLCONFIGDIR"] = str(place)
    import matplotlib
    import matplotlib.backends.backend_svg
    import matplotlib.figure
    from matplotlib.font_manager import fontManager

    for name in ("BriefSans-Regular", "BriefSans-Bold", "BriefCJK-Regular", "BriefCJK-Bold"):
        fontManager.addfont(conf.parent / "fonts" / f"{name}.ttf")
    return matplotlib
