"""Questions about many values, in parts that every engine takes."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, text

#: Values in one `IN (...)`. Engines cap the parameters of a statement (SQLite at 32,766,
#: PostgreSQL at 65,535); past some hundreds a longer list is no quicker.
SIZE = 500


def chunks(values: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Give the distinct values in order, at most `SIZE` at a time."""
    distinct = tuple(dict.fromkeys(values))
    for start in range(0, len(distinct), SIZE):
        yield distinct[start : start + SIZE]


def planned(db: Connection, *tables: str) -> None:
    """Let the engine count tables that have just grown by much, to plan by.

    PostgreSQL does so by itself, within a minute or two; until then it takes a grown table for a
    small one, and to hand a message over reads every subscription (15 ms in place of 1 for 800
    readers, and more for more).
    """
    if db.dialect.name == "postgresql":
        db.execute(text(f"ANALYZE {', '.join(tables)}"))
