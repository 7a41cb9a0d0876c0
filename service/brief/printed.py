"""Whether a file says what its issue's data say: sentences, and the counts and names beside them.

A reader's program shows text without structure, so a sentence is looked for as a whole, wherever it
stands; white space and hyphens are left out of that comparison, since a line break may add either.
A count is too short for that. It is looked for near what occurs once or nearly so: the number of
outlets near the headline, the speaker near the words, the number of articles near the day. A PDF
gives the text of a page in the order in which it was set, so near is there the length of a page;
its data are compared with the issue's besides (`verify`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.errors import VerifyError

#: Characters, blanks apart, that running headers and footers and footnotes may hold on a page.
RUNNING = 400

_BLANK = re.compile(r"[\s\u00ad\u2010\u2011-]+")
_BREAK = r"[\s\u00ad\u2010\u2011-]*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that stands beside a text: every part within `near` characters of the anchor."""

    #: As a message names it: "source 3".
    name: str
    anchor: str
    parts: tuple[str, ...]
    near: int
    #: The parts follow the anchor, in this order: for numbers in a row, which may be equal.
    row: bool = False


def check_sentences(
    format_: str, pages: Sequence[str], wanted: Iterable[tuple[str, str]], *, all_: bool
) -> int:
    """Look for each text, given with its name; return how many are there.

    all_: raise VerifyError, with the text, at the first that is not.
    """
    squeezed = [_squeezed(page) for page in pages]
    whole = "".join(squeezed)
    found = 0
    for name, text in wanted:
        sought = _squeezed(text)
        if sought in whole or _across_pages(sought, squeezed):
            found += 1
        elif all_:
            raise VerifyError(f'{format_}: {name} is not printed: "{text}"')
    return found


def check_facts(format_: str, pages: Sequence[str], facts: Sequence[Fact]) -> int:
    """Return how many parts of facts were found; raise VerifyError at the first that is not."""
    text = re.sub(r"\s+", " ", " ".join(pages))
    page = max(map(len, pages), default=0) if len(pages) > 1 or format_ == "pdf" else 0
    for fact in facts:
        missing = _missing(fact, text, max(fact.near, page))
        if missing is not None:
            raise VerifyError(
                f'{format_}: {fact.name}: "{missing}" is not printed beside "{fact.anchor}"'
            )
    return sum(len(fact.parts) for fact in facts)


def _missing(fact: Fact, text: str, near: int) -> str | None:
    """Return the part that stands beside no occurrence of the anchor; None if all do."""
    first: str | None = None
    patterns = [(part, _pattern(part)) for part in fact.parts]
    look = _lacking_in_row if fact.row else _lacking
    for anchor in _pattern(fact.anchor).finditer(text):
        # What the anchor itself says is not said beside it.
        before = text[max(anchor.start() - near, 0) : anchor.start()]
        after = text[anchor.end() : anchor.end() + near]
        lacking = look(patterns, before, after)
        if lacking is None:
            return None
        first = first or lacking
    return first or fact.anchor


def _lacking(
    patterns: Sequence[tuple[str, re.Pattern[str]]], before: str, after: str
) -> str | None:
    """Return the first part that stands on neither side."""
    return next((p for p, pat in patterns if not (pat.search(before) or pat.search(after))), None)


def _lacking_in_row(
    patterns: Sequence[tuple[str, re.Pattern[str]]], _: str, after: str
) -> str | None:
    """Return the first part that does not follow the one before it."""
    at = 0
    for part, pattern in patterns:
        found = pattern.search(after, at)
        if found is None:
            return part
        at = found.end()
    return None


def _pattern(text: str) -> re.Pattern[str]:
    """Return a pattern for a text that lines may break in; a number is whole, and not broken."""
    parts: list[str] = []
    before = ""
    for sign in text:
        if _BLANK.fullmatch(sign):
            before = ""
            continue
        if parts and not (before.isdigit() and sign.isdigit()):
            parts.append(_BREAK)
        parts.append(re.escape(sign))
        before = sign
    start = r"(?<!\d)" if text[:1].isdigit() else ""
    end = r"(?!\d)" if text[-1:].isdigit() else ""
    return re.compile(start + "".join(parts) + end)


def _across_pages(text: str, pages: Sequence[str]) -> bool:
    """Whether a text ends one page and goes on at the head of the next.

    Only running lines may stand between the two parts, so at most `RUNNING` characters.
    """
    for first, second in pairwise(pages):
        tail, head = first[-RUNNING - len(text) :], second[: RUNNING + len(text)]
        if any(text[:cut] in tail and text[cut:] in head for cut in range(1, len(text))):
            return True
    return False


def _squeezed(text: str) -> str:
    return _BLANK.sub("", text)
