"""The text of a Markdown document, by markdown-it's tokens: no HTML in between.

Each block is a paragraph; emphasis and links keep their words; images, code blocks, tables' rules
and raw HTML are no reporting and go. A first-level heading at the top is the title.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """A document's parts."""

    #: The first heading, if it stands before any text; else "".
    heading: str
    paragraphs: tuple[str, ...]


def blocks(text: str) -> Blocks:
    """Return the heading and the paragraphs of a Markdown text, as plain text, not normalised."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    heading = ""
    found: list[str] = []
    for before, token in pairwise(tokens):
        if token.type != "inline":
            continue
        words = _words(token.children or ())
        if not words.strip():
            continue
        if before.type == "heading_open" and not heading and not found:
            heading = words
        else:
            found.append(words)
    return Blocks(heading=heading, paragraphs=tuple(found))


def _words(tokens: Sequence["Token"]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.type in ("text", "code_inline", "text_special"):
            parts.append(token.content)
        elif token.type == "softbreak":
            parts.append(" ")
        elif token.type == "hardbreak":
            parts.append("\n")
    return "".join(parts)
