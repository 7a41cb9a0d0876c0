"""Text for fixed columns and for Markdown: white space, line breaks, escapes. Pure.

Chinese has no blanks and its signs fill two columns, which `textwrap` knows nothing of, so lines
are broken here: at blanks, and beside any wide sign, but never before a closing sign or after an
opening one. A word or address that is wider than the line is left whole, since a broken address
cannot be followed; take the line breaks away and the text is as it was.
"""

import re
import unicodedata
from itertools import pairwise

COLUMNS = 72
#: Stands between two facts on one line.
_DOT = "·"

#: Controls other than white space, and halves of surrogate pairs, which cannot be encoded.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_FIRST = frozenset("、。，．：；？！）」』】》〉”’…—％)]}.,;:?!%")
_NOT_LAST = frozenset("（「『【《〈“‘([{")
#: What Markdown as GitHub renders it would take for markup inside a line.
_MARKUP = re.compile(r"([\\`*_\[\]<>|~$&])")


def printable(text: str) -> str:
    """Return the text with what no document can carry replaced by U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", text)


def flat(text: str) -> str:
    """Return the text on one line: every run of white space is one blank."""
    return " ".join(printable(text).split())


def width(text: str) -> int:
    """Return how many columns a text fills on a terminal or in a mail."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def _wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Return pieces that must not be broken, each with whether a blank came before it."""
    pieces: list[tuple[str, bool]] = []
    for word in text.split():
        start, blank = 0, True
        for at in range(1, len(word)):
            before, after = word[at - 1], word[at]
            if (
                (_wide(before) or _wide(after))
                and after not in _NOT_FIRST
                and before not in _NOT_LAST
                and not unicodedata.combining(after)
            ):
                pieces.append((word[start:at], blank))
                start, blank = at, False
        pieces.append((word[start:], blank))
    return pieces


def wrap(text: str, first: str = "", rest: str = "", columns: int = COLUMNS) -> str:
    """Return the text in lines of at most `columns`, the first begun with `first`, others `rest`.

    Only a piece that is wider than a whole line goes beyond it.
    """
    lines: list[str] = []
    line, filled, empty = first, width(first), True
    pieces = _pieces(printable(text))
    for (piece, blank), (after, _) in pairwise([*pieces, ("", True)]):
        gap = 1 if blank and not empty else 0
        wide = width(piece)
        # A dot between two facts stays with the first: at the head of a line it looks like a list.
        room = wide + 2 if after == _DOT else wide
        if not empty and filled + gap + room > columns:
            lines.append(line)
            line, filled, gap = rest, width(rest), 0
        line += " " * gap + piece
        filled += gap + wide
        empty = False
    return "\n".join([*lines, line]).rstrip()


def pad(text: str, columns: int) -> str:
    """Return the text filled up with blanks to a width."""
    return text + " " * max(columns - width(text), 0)


def markdown(text: str) -> str:
    """Return the text on one line, with what Markdown would take for markup escaped."""
    return _MARKUP.sub(r"\\\1", flat(text))
