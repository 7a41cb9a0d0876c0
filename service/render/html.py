"""The issue as one HTML file, and as the HTML that is set on paper."""

from collections.abc import Sequence

from service.model import Brief
from service.render.charts import Chart, charts
from service.render.environment import fill


def page(brief: Brief, drawn: Sequence[Chart] | None = None) -> bytes:
    """Return the page for a browser: one file in UTF-8 that asks nothing of any network.

    drawn: the issue's charts as SVG; None: drawn here.
    """
    shown = charts(brief, "svg") if drawn is None else drawn
    return fill("brief/page.html", "markup", brief=brief, charts=shown).encode("utf-8")


def paper(brief: Brief, drawn: Sequence[Chart] | None = None) -> str:
    """Return the HTML that WeasyPrint sets, without its style sheet; drawn: as for a page."""
    shown = charts(brief, "svg") if drawn is None else drawn
    return fill("brief/paper.html", "markup", brief=brief, charts=shown)


def paper_style(size: str = "A4", language: str = "en") -> str:
    """Return the style sheet for paper of this size: "A4" or "Letter"; with words, on each page."""
    return fill("brief/paper.css", "text", size=size, language=language)
