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
the same index as the others, and ranked with them. Rejected: LIKE over all texts, which reads the
whole file for the commonest kind of question (180 ms at 20,000 articles; this takes 2).

The index is filled from behind (`catch_up`), by the web archive, and lags by seconds. Rejected: in
the transaction that stores an article, which would charge each collecting for a search that may
never be asked; and triggers, which cannot fold.

Only `_matches` and `_add_words` are SQLite's own.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Select, String, cast, insert, select, text

from service.store.chunks import chunks
from service.store.tables import issue, place, revision, searchable, telling

Kind = Literal["article", "issue"]

#: Terms of a question that count, and the longest that one can be.
MOST_TERMS = 8
_LONGEST = 80
#: Fills a short word up to three characters. A private sign: `folded` keeps it out of texts.
_FILL = "\ue000"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_RUN = re.compile(f"[{_HAN}]+")
_WORD = re.compile(rf"[^\W_{_HAN}]+")
_TERM = re.compile(r'["“”«»]([^"“”«»]+)["“”«»]|([^\s"“”«»]+)')
#: Signs at the ends of a word that nobody looks for.
_ENDS = ".,;:!?()[]{}。，、；：！？（）《》…"
#: Letters that are one to a reader, and signs that no index can hold.
_ONE = str.maketrans({"ё": "е", "\0": " ", _FILL: " ", "’": "'", "‑": "-"})


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
    """Return what has all these terms, the best first. wanted: as `terms` gives them."""
    if not wanted:
        return ()
    rows = db.execute(_matches(), {"q": _asked(wanted), "kind": kind, "n": limit, "from": offset})
    return tuple(Hit(kind=kind, ref=row.ref) for row in rows)


def _matches() -> Any:
    # A word in a title counts for four in the text.
    return text(
        "SELECT searchable.ref AS ref FROM search_words "
        "JOIN searchable ON searchable.id = search_words.rowid "
        "WHERE search_words MATCH :q AND searchable.kind = :kind "
        "ORDER BY bm25(search_words, 4.0, 1.0, 1.0), searchable.id DESC LIMIT :n OFFSET :from"
    )


def _asked(wanted: Sequence[str]) -> str:
    """Return a question in FTS5's language; each term is a string in it, whatever it holds."""
    parts = []
    for term in wanted:
        short = len(term) < 3
        filled = term.ljust(3, _FILL) if short else term
        quoted = filled.replace('"', '""')
        parts.append(f'{"pairs" if short else "{title body}"} : "{quoted}"')
    return " AND ".join(parts)


def short_words(given: str) -> str:
    """Return the Han characters, their pairs and the words of one or two letters of a text, each
    once and of three characters; given: folded."""
    found: dict[str, None] = {}
    for run in _HAN_RUN.findall(given):
        found.update(dict.fromkeys(run))
        found.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
    found.update(dict.fromkeys(word for word in _WORD.findall(given) if len(word) < 3))
    return " ".join(word.ljust(3, _FILL) for word in found)


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
    return select(revision.c.id, revision.c.text).where(~known.exists())


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
        told = stories(row.brief)
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
        said = lines(row.brief)
        titles = [one["headline"] for _, one in told]
        _add(db, "issue", str(row.id), "\n".join(titles), "\n".join(said.values()))
    return len(rows)


def stories(brief: str) -> tuple[tuple[int, dict[str, Any]], ...]:
    """Return the stories of a stored brief with their numbers, each story once."""
    read = json.loads(brief)
    items = [*read.get("stories", ()), *(i for t in read.get("tracks", ()) for i in t["items"])]
    kept = ("id", "headline", "language", "badge", "outlets", "origins", "lines", "first", "last")
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, item in enumerate(items, 1):
        found.setdefault(item["id"], (number, {name: item.get(name) for name in kept}))
    return tuple(found.values())


def lines(brief: str) -> dict[int, str]:
    """Return the printed sentences of a stored brief by number, in order."""
    found: dict[int, str] = {}
    pending: list[Any] = [json.loads(brief)]
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
    _add_words(db, ident, low, text_, short_words(f"{low}\n{text_}"))


def _add_words(db: Connection, ident: int, title: str, body: str, pairs: str) -> None:
    db.execute(
        text("INSERT INTO search_words (rowid, title, body, pairs) VALUES (:id, :t, :b, :p)"),
        {"id": ident, "t": title, "b": body, "p": pairs},
    )
