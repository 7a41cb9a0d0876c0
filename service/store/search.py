"""Full-text search over what was collected and what was published.

Problem: a reader looks for words in English, Chinese and Russian, in texts without blanks between
words and in a language with six cases; the texts stand in the store already, and a second copy of
each would drift from it and double the file. Choice: the trigram index of SQLite's FTS5 *without
content*. It is filled with the folded text (`folded`: small letters, "е" for "ё", same length), so
that what is found is marked in the stored text itself, at the same offsets: a hit is verbatim. Each
searchable thing is found under its number in `searchable`.

A trigram index cannot answer for words of one or two characters, which most Chinese words are, and
"EU", "ЕС" and "G7" too. Therefore a third column has each Han character, each pair of them and each
short word once, filled up to three characters with a sign that no text has: they are looked up in
the same index as the others. Rejected: LIKE over all texts, which reads the whole file for the
commonest kind of question.

What has the words in its titles comes first, and then the newest. Rejected: BM25, for which every
hit of every word is read before the first can be shown, at 20,000 articles some hundred times as
long; and in news the newest is what is looked for.

The index is filled from behind (`catch_up`), by the web archive, and lags by seconds. Rejected: in
the transaction that stores an article, which would charge each collecting for a search that may
never be asked; and triggers, which cannot fold.

PostgreSQL has no index without content: there the folded text stands in a table of its own, with an
index of trigrams (`pg_trgm`) where the server has that extension, and is read through where it has
not. What is one engine's own is in `searching`.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Select, String, cast, insert, select

from service.store import searching
from service.store.chunks import chunks
from service.store.tables import issue, place, revision, searchable, telling

Kind = Literal["article", "issue"]

#: Terms of a question that count, and the longest that one can be.
MOST_TERMS = 8
_LONGEST = 80
#: Fill a short word up to three characters: of the whole, and of a title. Private signs, as in the
#: marks of what kind a text is: `folded` keeps them out of texts.
_FILL, _IN_TITLE = "\ue000", "\ue001"
_KINDS: Mapping[Kind, str] = {"article": "\ue002\ue002a", "issue": "\ue002\ue002i"}
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_RUN = re.compile(f"[{_HAN}]+")
_WORD = re.compile(rf"[^\W_{_HAN}]+")
_TERM = re.compile(r'["“”«»]([^"“”«»]+)["“”«»]|([^\s"“”«»]+)')
#: Signs at the ends of a word that nobody looks for.
_ENDS = ".,;:!?()[]{}。，、；：！？（）《》…"
#: Letters that are one to a reader, and signs that no index can hold.
_ONE = str.maketrans(
    {"ё": "е", "\0": " ", "\ue000": " ", "\ue001": " ", "\ue002": " ", "’": "'", "‑": "-"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something that answers a question."""

    kind: Kind
    #: The id of a revision, or of an issue in figures.
    ref: str


def folded(given: str) -> str:
    """Return a text as it is compared: of the same length, code point for code point."""
    low = given.lower()
    if len(low) != len(given):
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in given)
    if not low.isascii():
        low = low.translate(_ONE)
        if any("\uff01" <= sign <= "\uff5e" for sign in low):
            low = "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in low)
    return low.replace("\0", " ")


def terms(question: str) -> tuple[str, ...]:
    """Return what a question asks for, folded: words, and phrases in quotation marks."""
    whole = unicodedata.normalize("NFC", question.encode("utf-8", "replace").decode("utf-8"))
    found = []
    for phrase, word in _TERM.findall(whole):
        term = folded(" ".join((phrase or word).split()))[:_LONGEST].strip(_ENDS + " ")
        if term:
            found.append(term)
    return tuple(dict.fromkeys(found))[:MOST_TERMS]


def find(
    db: Connection, wanted: Sequence[str], *, kind: Kind, limit: int, offset: int = 0
) -> tuple[Hit, ...]:
    """Return what has all these terms: first what has them in its titles, each time the newest
    first. wanted: as `terms` gives them.
    """
    if not wanted:
        return ()
    titled, every = _asked(wanted, "title", kind), _asked(wanted, "any", kind)
    first = searching.matches(db, titled, limit=offset + limit, offset=0)
    rest: tuple[str, ...] = ()
    if len(first) < offset + limit:
        start = max(0, offset - len(first))
        left = offset + limit - max(len(first), offset)
        rest = searching.matches(db, every, without=titled, limit=left, offset=start)
    return tuple(Hit(kind=kind, ref=ref) for ref in (*first[offset:], *rest))


def _asked(
    wanted: Sequence[str], column: Literal["title", "any"], kind: Kind
) -> tuple[searching.Asked, ...]:
    """Return a question as the index has its terms, of one kind of texts.

    A short term in a title is one that `short_words` has of the title.
    """
    parts = [searching.Asked(text=_KINDS[kind], column="pairs")]
    for term in wanted:
        mark = _IN_TITLE if column == "title" else _FILL
        short = len(term) < 3
        filled = term.ljust(3, mark) if short else term
        parts.append(searching.Asked(text=filled, column="pairs" if short else column))
    return tuple(parts)


def short_words(given: str, mark: str = _FILL) -> str:
    """Return the Han characters, their pairs and the words of one or two letters of a text, each
    once and filled up to three characters with a mark. given: folded.
    """
    found: dict[str, None] = {}
    for run in _HAN_RUN.findall(given):
        found.update(dict.fromkeys(run))
        found.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
    found.update(dict.fromkeys(word for word in _WORD.findall(given) if len(word) < 3))
    return " ".join(word.ljust(3, mark) for word in found)


def occurrences(
    given: str, wanted: Iterable[str], *, most: int = 200
) -> tuple[tuple[int, int], ...]:
    """Return where terms stand in a text, in order and without overlaps, as spans of code points.

    A term of one or two letters is only found as a whole word, as the index has it.
    """
    low = folded(given)
    spans: list[tuple[int, int]] = []
    for term in wanted:
        pattern = re.escape(term)
        if len(term) < 3 and not _HAN_RUN.fullmatch(term):
            letter = rf"[^\W_{_HAN}]"
            pattern = rf"(?<!{letter}){pattern}(?!{letter})"
        for number, found in enumerate(re.finditer(pattern, low)):
            if number == most:
                break
            spans.append(found.span())
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)


def behind(db: Connection) -> bool:
    """Tell whether something is not searchable yet."""
    return bool(
        db.execute(_new_articles().limit(1)).first() or db.execute(_new_issues().limit(1)).first()
    )


def catch_up(db: Connection, *, most: int = 200) -> int:
    """Make up to `most` articles and as many issues searchable that are not; return how many."""
    return _articles(db, most) + _issues(db, most)


def _new_articles() -> Select[Any]:
    known = select(searchable.c.ref).where(
        searchable.c.kind == "article", searchable.c.ref == revision.c.id
    )
    return select(revision.c.id, revision.c.text).where(revision.c.text != "", ~known.exists())


def _new_issues() -> Select[Any]:
    known = select(searchable.c.ref).where(
        searchable.c.kind == "issue", searchable.c.ref == cast(issue.c.id, String)
    )
    return select(issue.c.id, issue.c.brief).where(issue.c.state == "published", ~known.exists())


def _articles(db: Connection, most: int) -> int:
    query = _new_articles().order_by(revision.c.first_collected, revision.c.id).limit(most)
    rows = db.execute(query).all()
    titles: dict[str, dict[str, None]] = {}
    for part in chunks(row.id for row in rows):
        named = select(place.c.revision, place.c.title).where(place.c.revision.in_(part))
        for ident, title in db.execute(named.order_by(place.c.collected)):
            titles.setdefault(ident, {})[title] = None
    for row in rows:
        _add(db, "article", row.id, "\n".join(titles.get(row.id, ())), row.text)
    return len(rows)


def _issues(db: Connection, most: int) -> int:
    query = _new_issues().order_by(issue.c.id).limit(most)
    rows = db.execute(query).all()
    for row in rows:
        brief = json.loads(row.brief)
        told = stories(brief)
        if told:
            db.execute(
                insert(telling),
                [
                    {
                        "issue": row.id,
                        "story": one["id"],
                        "number": number,
                        "told": json.dumps(one, ensure_ascii=False),
                    }
                    for number, one in told
                ],
            )
        said = lines(brief)
        titles = [one["headline"] for _, one in told]
        _add(db, "issue", str(row.id), "\n".join(titles), "\n".join(said.values()))
    return len(rows)


def stories(brief: Mapping[str, Any]) -> tuple[tuple[int, dict[str, Any]], ...]:
    """Return the stories of a stored brief with their numbers, each story once."""
    tracks = (item for track in brief.get("tracks", ()) for item in track["items"])
    items = [*brief.get("stories", ()), *tracks]
    kept = ("id", "headline", "language", "badge", "outlets", "origins", "lines", "first", "last")
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, item in enumerate(items, 1):
        found.setdefault(item["id"], (number, {name: item.get(name) for name in kept}))
    return tuple(found.values())


def lines(brief: Mapping[str, Any]) -> dict[int, str]:
    """Return the printed sentences of a stored brief by number, in order."""
    found: dict[int, str] = {}
    pending: list[Any] = [brief]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            if {"number", "text", "article", "start"} <= one.keys():
                found[one["number"]] = one["text"]
            pending += one.values()
        elif isinstance(one, list):
            pending += one
    return dict(sorted(found.items()))


def _add(db: Connection, kind: Kind, ref: str, title: str, body: str) -> None:
    made = insert(searchable).values(kind=kind, ref=ref).returning(searchable.c.id)
    ident = db.execute(made).scalar_one()
    low, text_ = folded(title), folded(body)
    pairs = (_KINDS[kind], short_words(f"{low}\n{text_}"), short_words(low, _IN_TITLE))
    searching.add(db, ident, low, text_, " ".join(pairs))
