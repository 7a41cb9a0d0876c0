"""Text in one normal form: what a revision's id is computed from, and what offsets count in.

The form: NFC; paragraphs, each on one line, with one empty line between; single blanks; no control
or invisible formatting characters. Non-breaking, thin and ideographic spaces become plain blanks,
because a search, a citation and a comparison must not depend on a space that nobody can see.
Zero-width joiners stay: they change how Indic and Persian words are written.

Line breaks. Plain texts come in three shapes, and nothing declares which:

- paragraphs with empty lines between them: each is one paragraph;
- one paragraph a line, without empty lines: each line is a paragraph;
- hard-wrapped at a column (mail, wire copy): lines are joined, empty lines part paragraphs.

The third is recognised by line lengths (`wrapped`): in wrapped text nearly every line is so full
that the next line's first word had no room on it, lines end in mid-sentence, and none is longer
than a screen is wide. The decision is taken once for a text. A wrongly joined headline costs a
title; a wrongly split paragraph costs every sentence that crosses a line: both are tested.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

#: Longest line, in columns, of a text that may be hard-wrapped, and the shortest such width.
_WRAP_MAX = 100
_WRAP_MIN = 40

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028]")
_BLANK = "\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# All but single plain blanks, of which a text is full and which stay as they are.
_BLANKS = re.compile(f"[{_BLANK}][ {_BLANK}]*| [ {_BLANK}]+")
# Controls but tab and line feed; soft hyphen, zero-width space, direction marks, word joiner,
# invisible operators, byte-order mark; surrogates, which no encoding accepts; noncharacters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_SENTENCE_END = re.compile(r"[.!?…:;。！？：；][\"'”’»)\]」』）】]*$")
# Scripts written without blanks between words, and their punctuation; no combining marks, so
# that joining two lines never makes a new composed character.
_UNSPACED = re.compile(
    "[\u3001-\u3029\u3030-\u3098\u309b-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff65]"
)

# Han, kana, hangul, their punctuation, and full-width forms (Unicode's East Asian width W and F).
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff"
    "\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\U0001f300-\U0001f64f\U00020000-\U0003fffd]"
)


def normalise(text: str, *, unwrap: bool = True) -> str:
    """Return the text in normal form; applying it twice changes nothing more.

    unwrap: False where line breaks are known to end paragraphs (text taken from markup).
    """
    lines = _lines(text)
    blocks = _blocks(lines)
    if unwrap and wrapped(blocks):
        paragraphs = [part for block in blocks for part in _unwrap(block)]
    else:
        paragraphs = [line for block in blocks for line in block]
    return "\n\n".join(paragraphs)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a normalised text, in order."""
    return text.split("\n\n") if text else []


def line(text: str) -> str:
    """Return a text as one normalised line, such as a title."""
    if text.isascii() and text.isprintable():
        # Nothing to compose or to drop, and no white space but plain blanks.
        return " ".join(text.split())
    return " ".join(part for part in _lines(text) if part)


def columns(text: str) -> int:
    """Return how many columns a text takes: two for each wide East Asian character."""
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


def wrapped(blocks: Iterable[list[str]]) -> bool:
    """Tell whether blocks of lines look hard-wrapped.

    Yes if at least two lines have a successor in their block, none of those is wider than 100
    columns, four in five left no room for the next line's first word (within 15 % of the widest),
    and at most half of them end like a sentence. Lines without a blank (addresses) do not count.
    Set on wire copy wrapped at 60 to 80 columns; tests/feeds/test_normal.py has both kinds.
    """
    inner = [
        (columns(one), columns(_first_word(two)), bool(_SENTENCE_END.search(one)))
        for block in blocks
        for one, two in pairwise(block)
        if " " in one or _UNSPACED.search(one)
    ]
    if len(inner) < 2:
        return False
    width = max(columns for columns, _, _ in inner)
    if not _WRAP_MIN <= width <= _WRAP_MAX:
        return False
    full = sum(size + 1 + word > 0.85 * width for size, word, _ in inner)
    ended = sum(end for _, _, end in inner)
    return full >= 0.8 * len(inner) and ended <= 0.5 * len(inner)


def _plain(text: str) -> str:
    """Unify line ends, drop invisible characters, compose."""
    text = _BREAKS.sub("\n", text).replace("\u2029", "\n\n")
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def _lines(text: str) -> list[str]:
    return [line.strip(" ") for line in _BLANKS.sub(" ", _plain(text)).split("\n")]


def _blocks(lines: list[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for one in lines:
        if one:
            blocks[-1].append(one)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _first_word(text: str) -> str:
    return text[:1] if _UNSPACED.match(text) else text.split(" ", 1)[0]


def _unwrap(block: list[str]) -> list[str]:
    """Join the lines of a block, but where a line stopped early and had ended its sentence.

    A short first line without a sentence end is a headline, and stays apart.
    """
    width = max(map(columns, block))
    joined = [block[0]]
    for number, (one, two) in enumerate(pairwise(block)):
        room = columns(one) + 1 + columns(_first_word(two)) <= 0.85 * width
        if room and (_SENTENCE_END.search(one) or number == 0):
            joined.append(two)
        else:
            joined[-1] = _join(joined[-1], two)
    return joined


def _join(one: str, two: str) -> str:
    unspaced = _UNSPACED.match(one[-1]) and _UNSPACED.match(two[0])
    hyphen = re.search(r"\w-$", one) and two[0].isalpha()
    return one + ("" if unspaced or hyphen else " ") + two
