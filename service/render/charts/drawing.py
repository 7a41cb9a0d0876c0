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
    from matplotlib.axes import Axes

#: Points. As wide as two thirds of an A4 page's text; the table stands beside it.
WIDTH = 300.0
STANDING = 132.0
#: Of one label with its bars, lying; of the legend, of the dates, between a label and its bars.
ROW, LEGEND, DATES, GAP = 17.0, 15.0, 14.0, 5.0
INK, SOFT, LINE, PAPER = "#111111", "#444444", "#bbbbbb", "#ffffff"
#: By lightness, dark to pale; then hatched greys, for more countries than that.
FILLS = ("#1b3a5c", "#d9702e", "#a9c7de")
PALE = "#8a9097"
HATCHES = ("////", "....", "xxxx", "----")
SIZE = 7.5
#: CSS pixels a point.
_PIXELS = 96 / 72
_LOCK = Lock()
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

    high = STANDING if figure.stacked else LEGEND + ROW * len(figure.labels)
    settings = {
        "font.family": ["Brief Sans", "Brief CJK"],
        "font.size": SIZE,
        "svg.fonttype": "none",
        "svg.hashsalt": figure.name,
        "hatch.linewidth": 0.6,
        "text.parse_math": False,
    }
    with _LOCK, matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("error")
        canvas = Canvas(figsize=(WIDTH / 72, high / 72))
        left = 0.0 if figure.stacked else _widest(figure.labels) + GAP
        above = LEGEND if len(figure.series) > 1 else 0.0
        below = DATES if figure.stacked else 0.0
        # By our own sum: matplotlib's layout draws everything twice, which is half of the time.
        axes = canvas.add_axes(
            (left / WIDTH, below / high, 1 - left / WIDTH, 1 - (above + below) / high)
        )
        _frame(axes)
        (_stand if figure.stacked else _lie)(axes, figure)
        if above:
            canvas.legend(
                loc="upper left",
                borderaxespad=0,
                ncols=4,
                frameon=False,
                borderpad=0,
                handlelength=1.0,
                handleheight=1.0,
                columnspacing=3.0,
                handletextpad=0.5,
                labelcolor=INK,
            )
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


def _widest(labels: Sequence[str]) -> float:
    """Return the width of the widest label in points, as our fonts have it."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    plain = FontProperties()
    return float(
        max(text_to_path.get_text_width_height_descent(text, plain, False)[0] for text in labels)
    )


def _frame(axes: "Axes") -> None:
    """Take away what is not read: frame, ticks, background."""
    axes.patch.set_visible(False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.spines["bottom"].set_linewidth(0.5)
    axes.tick_params(length=0, colors=SOFT, labelsize=SIZE)


def _stand(axes: "Axes", figure: Figure) -> None:
    """Draw stacked bars on a line of time, with the sum over each."""
    count = len(figure.labels)
    below = [0] * count
    for series in figure.series:
        thick = min(0.72, 0.09 * count)
        # A bar of nothing would still draw its edge, over its neighbours.
        held = [place for place, value in enumerate(series.values) if value]
        axes.bar(
            held,
            [series.values[place] for place in held],
            thick,
            bottom=[below[place] for place in held],
            **_bars(series),
        )
        below = [sum(pair) for pair in zip(below, series.values, strict=True)]
    for place, total in enumerate(below):
        if total:
            _number(axes, total, (place, total), (0, 1.5), ha="center", va="bottom")
    shown = range(0, count, -(-count // _MOST_DATES))
    axes.set_xticks(list(shown), [_short(figure.labels[place], figure) for place in shown])
    axes.set_yticks([])
    axes.set_xlim(-0.6, count - 0.4)
    axes.set_ylim(0, max(below) * 1.12)


def _short(label: str, figure: Figure) -> str:
    """Return a date without its year where all dates are of one year, as the table has it."""
    years = {label[:4] for label in figure.labels}
    return label[5:] if len(years) == 1 and len(label) == len("2026-11-21") else label


def _lie(axes: "Axes", figure: Figure) -> None:
    """Draw lying bars, a group for each label, the first on top, each with its number."""
    count = len(figure.series)
    thick = 0.76 / count
    for number, series in enumerate(figure.series):
        shift = (number - (count - 1) / 2) * thick
        places = [place + shift for place in range(len(figure.labels))]
        axes.barh(places, series.values, thick, **_bars(series))
        for place, value in zip(places, series.values, strict=True):
            _number(axes, value, (value, place), (2, 0), ha="left", va="center")
    axes.set_yticks(range(len(figure.labels)), figure.labels, color=INK)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_visible(True)
    axes.spines["left"].set_color(LINE)
    axes.spines["left"].set_linewidth(0.5)
    axes.set_ylim(len(figure.labels) - 0.5, -0.5)
    axes.set_xlim(0, max(max(series.values) for series in figure.series) * 1.1 or 1)


def _number(
    axes: "Axes", number: int, at: tuple[float, float], off: tuple[float, float], **style: Any
) -> None:
    """Write a number beside the end of a bar; off: by so many points."""
    axes.annotate(
        str(number), at, off, textcoords="offset points", color=INK, fontsize=SIZE - 1, **style
    )


def _bars(series: Series) -> dict[str, Any]:
    """Return how the bars of a series look: by lightness, then by hatches."""
    look: dict[str, Any] = {"label": series.name, "linewidth": 0.5, "clip_on": False}
    if series.fill < len(FILLS):
        return look | {"facecolor": FILLS[series.fill], "edgecolor": PAPER}
    hatch = HATCHES[(series.fill - len(FILLS)) % len(HATCHES)]
    return look | {"facecolor": PAPER, "edgecolor": PALE, "hatch": hatch}


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
    if "<g " not in element:
        # Groups that had an id only; each costs a document's parser and its layout.
        element = re.sub(r"</?g/?>", "", element)
    element = re.sub(r"\s*\n\s*", "\n", element)
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
