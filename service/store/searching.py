"""The index of words, as each engine has it: `search` says what is in it and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A term that is looked for."""

    #: Folded; at least three characters.
    text: str
    #: "any": in the title or the body. "pairs": among the short words.
    column: Literal["title", "any", "pairs"]


def matches(
    db: Connection,
    wanted: Sequence[Asked],
    *,
    without: Sequence[Asked] = (),
    limit: int,
    offset: int,
) -> tuple[str, ...]:
    """Return the `ref`s of what has all these terms, the newest first.

    without: left out is what has all of these.
    """
    part: dict[str, Any] = {"n": limit, "from": offset}
    if db.dialect.name == "sqlite":
        asked = _question(wanted)
        if without:
            asked = f"({asked}) NOT ({_question(without)})"
        return tuple(db.scalars(_MATCHES, part | {"q": asked}))
    here = _having(wanted, "w", part)
    if without:
        here += f" AND NOT ({_having(without, 'o', part)})"
    query = text(
        "SELECT searchable.ref FROM (SELECT id FROM search_words "
        f"WHERE {here} ORDER BY id DESC LIMIT :n OFFSET :from) AS hit "
        "JOIN searchable ON searchable.id = hit.id ORDER BY hit.id DESC"
    )
    return tuple(db.scalars(query, part))


def add(db: Connection, ident: int, title: str, body: str, pairs: str) -> None:
    """Add what is searched under a number."""
    key = "rowid" if db.dialect.name == "sqlite" else "id"
    db.execute(
        text(f"INSERT INTO search_words ({key}, title, body, pairs) VALUES (:id, :t, :b, :p)"),
        {"id": ident, "t": title, "b": body, "p": pairs},
    )


def forget(db: Connection, ident: int) -> None:
    """Take out what is searched under a number, before its row of `searchable` goes.

    SQLite's index cannot take out what it has no text of: there the number finds nothing any more,
    since the row of `searchable` is gone.
    """
    if db.dialect.name != "sqlite":
        db.execute(text("DELETE FROM search_words WHERE id = :id"), {"id": ident})


# Read backwards, the index gives the newest first, and is read only as far as is asked.
_MATCHES = text(
    "SELECT searchable.ref FROM (SELECT rowid AS id FROM search_words "
    "WHERE search_words MATCH :q ORDER BY rowid DESC LIMIT :n OFFSET :from) AS hit "
    "JOIN searchable ON searchable.id = hit.id ORDER BY hit.id DESC"
)
_COLUMNS = {"title": "title", "any": "{title body}", "pairs": "pairs"}
_LIKE = {
    "title": "title LIKE :{0}",
    "any": "(title LIKE :{0} OR body LIKE :{0})",
    "pairs": "pairs LIKE :{0}",
}


def _question(wanted: Sequence[Asked]) -> str:
    """Return terms in FTS5's language; each is a string in it, whatever it holds."""
    quoted = ((_COLUMNS[one.column], one.text.replace('"', '""')) for one in wanted)
    return " AND ".join(f'{column} : "{term}"' for column, term in quoted)


def _having(wanted: Sequence[Asked], name: str, part: dict[str, Any]) -> str:
    """Return the condition that terms are there; their values are added to `part`."""
    conditions = []
    for number, one in enumerate(wanted):
        key = f"{name}{number}"
        part[key] = f"%{_escaped(one.text)}%"
        conditions.append(_LIKE[one.column].format(key))
    return " AND ".join(conditions)


def _escaped(term: str) -> str:
    """Return a term as LIKE takes it, in which some signs stand for others."""
    return term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
