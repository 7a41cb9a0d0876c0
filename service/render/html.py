"""The issue as one HTML file, and as the HTML that is set on paper."""

from service.model import Brief
from service.render.environment import fill


def page(brief: Brief) -> bytes:
    """Return the page for a browser: one file in UTF-8 that asks nothing of any network."""
    return fill("brief/page.html", "markup", brief=brief).encode("utf-8")


def paper(brief: Brief) -> str:
    """Return the HTML that WeasyPrint sets, without its style sheet."""
    return fill("brief/paper.html", "markup", brief=brief)


def paper_style(size: str = "A4") -> str:
    """Return the style sheet for paper of this size: "A4" or "Letter"."""
    return fill("brief/paper.css", "text", size=size)
