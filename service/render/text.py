"""The issue as plain text in 72 columns, and as Markdown that GitHub renders."""

from service.model import Brief
from service.render.environment import fill


def plain(brief: Brief) -> bytes:
    """Return the issue as text in UTF-8; a line is longer than 72 columns only for an address."""
    return fill("brief/brief.txt", "text", brief=brief).encode("utf-8")


def markdown(brief: Brief) -> bytes:
    """Return the issue as GitHub Flavored Markdown in UTF-8."""
    return fill("brief/brief.md", "text", brief=brief).encode("utf-8")
