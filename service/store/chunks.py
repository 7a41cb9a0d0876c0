"""Questions about many values, in parts that every engine takes."""

from collections.abc import Iterable, Iterator

#: Values in one `IN (...)`. Engines cap the parameters of a statement (SQLite at 32,766,
#: PostgreSQL at 65,535); past some hundreds a longer list is no quicker.
SIZE = 500


def chunks(values: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Give the distinct values in order, at most `SIZE` at a time."""
    distinct = tuple(dict.fromkeys(values))
    for start in range(0, len(distinct), SIZE):
        yield distinct[start : start + SIZE]
