"""Charts of an issue: pictures of counted numbers, each with those numbers as a table.

    figures     which charts an issue has, and what is in them; pure
    drawing     a chart as SVG or PNG; the only place that knows matplotlib

Problem: a chart must be as checkable as a sentence, readable without colour and without eyes, the
same bytes on every machine, and must never cost an issue. Choice: what is shown is data first
(`figures`), with a text alternative and a table that holds every number of the picture; the picture
is drawn from the same data by matplotlib's objects, without its global state, in our fonts and with
a fixed salt. SVG keeps text as text, so that it can be found, copied and read aloud; PNG is for
mail, whose readers show nothing else. A picture that cannot be drawn is left out with a line in the
log: its table stands in the document as ever.

Rejected: drawing bars by CSS (no axis, no legend, and WeasyPrint's layout is the slow part of a
document); SVG written by hand (every label's width must be known before it is placed); a chart of
one or two numbers, which a line of text says better.

Series differ in lightness first (navy, orange, pale blue: L* about 24, 55, 80) so that they hold in
grey and for every kind of colour blindness; from the fourth on they are hatched.
"""

import logging
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from service.model import Brief
from service.render.charts.figures import Figure, figures

__all__ = ["Chart", "Figure", "charts", "figures", "picture", "unpictured"]

Form = Literal["svg", "png"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A figure of an issue with its picture, where that could be drawn."""

    #: "days", "tracks" or "actors": unique in an issue, safe in an id, a file's name, a Content-ID.
    name: str
    title: str
    #: What the picture shows, in one or two sentences.
    alt: str
    #: Heads of the columns, then rows; the first cell of a row is its head. All as printed.
    table: tuple[tuple[str, ...], ...]
    #: SVG (an `<svg>` element in UTF-8, without prolog) or PNG; empty where drawing failed.
    data: bytes
    #: The size at which it is meant to be shown, in CSS pixels; a PNG has twice as many each way.
    width: int
    height: int


def charts(brief: Brief, form: Form) -> tuple[Chart, ...]:
    """Return the charts of an issue, in the issue's language; () where there is too little to see.

    The first call of a process that has something to draw takes a second for matplotlib.
    """
    return tuple(_chart(figure, form) for figure in figures(brief))


def unpictured(brief: Brief) -> tuple[Chart, ...]:
    """Return the charts of an issue as tables alone."""
    return tuple(_of(figure) for figure in figures(brief))


def _chart(figure: Figure, form: Form) -> Chart:
    from service.render.charts import drawing

    try:
        return _of(figure, *drawing.draw(figure, form))
    except Exception:
        # Whatever goes wrong in a picture costs that picture only: an issue is never lost for one.
        log.exception("chart not drawn name=%s form=%s", figure.name, form)
    return _of(figure)


def _of(figure: Figure, data: bytes = b"", width: int = 0, height: int = 0) -> Chart:
    return Chart(
        name=figure.name,
        title=figure.title,
        alt=figure.alt,
        table=figure.table,
        data=data,
        width=width,
        height=height,
    )


def picture(chart: Chart) -> Markup:
    """Return a chart's SVG as markup: a filter of the templates; only a `Chart` has any."""
    if not isinstance(chart, Chart):
        # A template of the desk's own may hand over anything, and this is printed as it is.
        raise TypeError("'picture' takes a chart")
    return Markup(chart.data.decode("utf-8"))
