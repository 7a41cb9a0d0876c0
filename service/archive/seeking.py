"""Search over the printed issues and the collected articles, and what is shown of a hit."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, takewhile

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from service.archive.place import place
from service.archive.reading import leaf
from service.store import articles, issues
from service.store import search as words
from service.store.issues import IssueHead

#: Code points of a text around what was looked for.
WIDTH = 260
_BEFORE = 70
#: Hits on one page, and places of a term in a text that are looked at for the best one.
SHOWN, _LOOKED = 10, 40
#: No word is cut where a blank is that near.
_NEAR = 24
_CYRILLIC = re.compile(r"[а-я]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A part of a text, verbatim: its pieces side by side, and which of them was looked for."""

    start: int
    pieces: tuple[tuple[str, bool], ...]
    #: Whether the text goes on before and behind.
    before: bool
    after: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InIssue:
    """An issue that prints what was looked for."""

    issue: IssueHead
    #: The printed sentence; None where only headlines have it.
    line: int | None
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class InArticle:
    """An article that has what was looked for."""

    title: Snippet
    language: str
    outlet: str
    source: str
    url: str | None
    published: datetime | None
    collected: datetime
    snippet: Snippet


def search(request: Request) -> Response:
    """What was printed or collected with the words asked for."""
    desk = place(request)
    question = request.query_params.get("q", "")[:200]
    kind: words.Kind = "article" if request.query_params.get("in") == "articles" else "issue"
    part = leaf(request)
    wanted = words.terms(question)
    with desk.store.read() as db:
        exact, hits = _found(db, wanted, kind, (part.number - 1) * SHOWN)
        shown = wanted if exact else loosened(wanted)
        refs = [hit.ref for hit in hits[:SHOWN]]
        found = _issues(db, refs, shown) if kind == "issue" else _articles(db, refs, shown)
    return desk.page(
        request,
        "search.html",
        question=question,
        wanted=wanted,
        where=kind,
        exact=exact,
        found=found,
        part=part,
        more=len(hits) > SHOWN,
    )


def _found(
    db: Connection, wanted: Sequence[str], kind: words.Kind, offset: int
) -> tuple[bool, tuple[words.Hit, ...]]:
    """Return whether the words stand as they were asked for, and one hit more than are shown."""
    hits = words.find(db, wanted, kind=kind, limit=SHOWN + 1, offset=offset)
    if hits or (offset and words.find(db, wanted, kind=kind, limit=1)):
        return True, hits
    looser = loosened(wanted)
    if looser == tuple(wanted):
        return True, ()
    hits = words.find(db, looser, kind=kind, limit=SHOWN + 1, offset=offset)
    return not hits, hits


def loosened(wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the beginnings that the forms of a word share, and the words of a Chinese phrase."""
    from summarizers import text

    found: dict[str, None] = {}
    for term in wanted:
        language = "ru" if _CYRILLIC.search(term) else "en"
        for word in text.words(term, language):
            (stem,) = text.stemmed((word,), language)
            # A stem may end in letters that the word has not: "happy", "happi".
            shared = _shared(word, words.folded(stem))
            found[shared if len(shared) >= 3 else word] = None
    return tuple(found)[: words.MOST_TERMS]


def _shared(one: str, other: str) -> str:
    """Return the beginning that two words have in common."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(letter for letter, _ in same)


def snippet(given: str, wanted: Sequence[str], *, width: int = WIDTH) -> Snippet:
    """Return the part of a text with the most of the terms in it, the first of several."""
    spans = words.occurrences(given, wanted, most=_LOOKED)
    low = words.folded(given)
    start, best = 0, 0
    for first, _ in spans:
        inside = {low[a:b] for a, b in spans if first <= a and b <= first + width - _BEFORE}
        if len(inside) > best:
            start, best = max(0, first - _BEFORE), len(inside)
        if best == len(wanted):
            break
    end = min(len(given), start + width)
    start = _at_blank(given, start, +1) if start else 0
    end = _at_blank(given, end, -1) if end < len(given) else end
    cuts = [(max(a, start), min(b, end)) for a, b in spans if b > start and a < end]
    edges = sorted({start, end, *(edge for cut in cuts for edge in cut)})
    pieces = tuple((given[a:b], (a, b) in cuts) for a, b in pairwise(edges))
    return Snippet(start=start, pieces=pieces, before=start > 0, after=end < len(given))


def _at_blank(given: str, at: int, step: int) -> int:
    """Return the next place at which no word is cut, or the same one where none is near."""
    for moved in range(_NEAR):
        here = at + step * moved
        if 0 < here < len(given) and (given[here - 1].isspace() or given[here].isspace()):
            return here
    return at


def _issues(db: Connection, refs: Sequence[str], wanted: Sequence[str]) -> tuple[InIssue, ...]:
    idents = [int(ref) for ref in refs]
    heads = issues.heads(db, idents)
    found = []
    for ident in idents:
        stored = json.loads(issues.get(db, ident).brief or "{}")
        line, text = _best(words.lines(stored), wanted)
        if line is None:
            text = "\n".join(one["headline"] for _, one in words.stories(stored))
        made = snippet(text, wanted)
        found.append(InIssue(issue=heads[ident], line=line, snippet=made))
    return tuple(found)


def _best(said: dict[int, str], wanted: Sequence[str]) -> tuple[int | None, str]:
    """Return the first sentence that has the most of the terms, with its number."""
    best: tuple[int, int | None, str] = (0, None, "")
    for number, text in said.items():
        low = words.folded(text)
        have = sum(term in low for term in wanted)
        if have > best[0] and words.occurrences(text, wanted, most=1):
            best = have, number, text
    return best[1], best[2]


def _articles(db: Connection, refs: Sequence[str], wanted: Sequence[str]) -> tuple[InArticle, ...]:
    known = articles.get(db, refs)
    return tuple(
        InArticle(
            title=snippet(one.title, wanted, width=400),
            language=one.language,
            outlet=one.outlet,
            source=one.places[0].source,
            url=one.url,
            published=one.published,
            collected=one.collected,
            snippet=snippet(one.text, wanted),
        )
        for one in (known[ref] for ref in refs if ref in known)
    )
