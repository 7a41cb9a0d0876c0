"""A row that is written once, whoever else writes it at the same moment."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERT: dict[str, Callable[[Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def add(db: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row; return False if there is one with the same key.

    row: every column that has no default, by name.
    """
    return bool(db.execute(_statement(table, db.dialect.name), row).rowcount)


def all_of(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows whose key is not there. rows: as for `add`, at least one."""
    db.execute(_statement(table, db.dialect.name), rows)


@cache
def _statement(table: Table, dialect: str) -> Insert:
    # No savepoint, which costs two round trips, and any other violated rule stays an error.
    statement: Insert = _INSERT[dialect](table).on_conflict_do_nothing()
    return statement.execution_options(preserve_rowcount=True)
