"""A store moved to another engine: every row, counted, and compared by hash.

One transaction writes all of it, so that a copy which breaks off or differs leaves nothing behind.
Each row has a hash over its values as Python has them, which both engines give alike; the sum of
them all, modulo 2^256, is the hash of the table, whatever the order of its rows. The rows of the
target are read back and hashed before the commit. Left out is what is made from the rest: what can
be searched, which the archive makes anew, and what was worked out of articles before an issue asks
for it (`condensed`), which the service does; and leases, whose owners do not move with the store.

Files whose bytes lie outside the database (`files`) stay where they are, and both stores then read
the same objects; so the old one is made to forget what it has put, or a `prune` of it would remove
what the new one still names.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, Table, func, insert, select, tuple_

from service.errors import StoreError
from service.store import files, ledger
from service.store.engine import Store
from service.store.tables import condensed, searchable, telling

#: Rows that are read, written and held in memory at once.
CHUNK = 1000
#: Files and mails are large: fewer at once.
_FEW = 20
#: Made from the rest, or of no use elsewhere.
LEFT_OUT = (searchable.name, telling.name, condensed.name, ledger.lease.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """One table of a copy."""

    table: str
    rows: int
    #: Of all rows; the same in both stores.
    sha256: str


def tables() -> tuple[Table, ...]:
    """Return what is copied, each behind those that it refers to."""
    found = ledger.delivery.metadata.sorted_tables
    return tuple(table for table in found if table.name not in LEFT_OUT)


def copy(
    source: Store, target: Store, *, told: Callable[[Copied], None] = lambda copied: None
) -> tuple[Copied, ...]:
    """Copy everything into an empty store; return what was copied, table by table.

    told: called with each table as soon as it is there. Raises StoreError if the target is not
    empty, holds other rows afterwards, or cannot hold a text; then nothing is copied.
    """
    made = []
    with source.read() as old, target.write() as new:
        for table in tables():
            if new.execute(select(table).limit(1)).first() is not None:
                raise StoreError(
                    f"the database {target.backend.name} is not empty (it has rows of "
                    f"{table.name}): copy into a new one"
                )
        for table in tables():
            there = _hashed(table, _written(new, table, _rows(old, table)))
            back = _hashed(table, _rows(new, table))
            if there != back:
                raise StoreError(
                    f"the copy of {table.name} differs: {there.rows} rows with hash "
                    f"{there.sha256[:12]} were written, {back.rows} with {back.sha256[:12]} read "
                    "back; nothing was copied"
                )
            made.append(back)
            told(back)
        target.backend.counted_on(new)
    try:
        files.hand_over(source)
    except StoreError as error:
        raise StoreError(
            "everything was copied, but what was put outside the database is still the old "
            f"store's to sweep: never run `briefing store prune` on it; {error}"
        ) from error
    return tuple(made)


def _rows(db: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    """Give all rows in the order of their key, some at a time."""
    key = tuple(table.primary_key.columns)
    size = _FEW if any(isinstance(c.type, LargeBinary) for c in table.c) else CHUNK
    query = select(table).order_by(*key).limit(size)
    last: tuple[Any, ...] | None = None
    while True:
        behind = query if last is None else query.where(tuple_(*key) > tuple_(*last))
        rows = db.execute(behind).all()
        if not rows:
            return
        yield rows
        last = tuple(rows[-1]._mapping[column] for column in key)


def _written(
    db: Connection, table: Table, parts: Iterable[Sequence[Row[Any]]]
) -> Iterator[Sequence[Row[Any]]]:
    """Write rows, and give them on; those that others of the same table refer to go first."""
    waiting: list[dict[str, Any]] = []
    for rows in parts:
        values = [_values(table, row) for row in rows]
        if "root" in table.c:
            # A revision refers to the first one of its article, which may have a later key.
            waiting += [v for v in values if v["root"] != v["id"]]
            values = [v for v in values if v["root"] == v["id"]]
        if values:
            db.execute(insert(table), values)
        yield rows
    for start in range(0, len(waiting), CHUNK):
        db.execute(insert(table), waiting[start : start + CHUNK])


def _values(table: Table, row: Row[Any]) -> dict[str, Any]:
    values = dict(row._mapping)
    for name, value in values.items():
        if isinstance(value, str) and "\0" in value:
            key = ", ".join(str(values[column.name]) for column in table.primary_key.columns)
            raise StoreError(
                f"{table.name} {key}: {name} has a character that PostgreSQL cannot hold "
                "(U+0000); nothing was copied"
            )
        if isinstance(value, str) and isinstance(table.c[name].type, LargeBinary):
            # SQLite gives text back where another program wrote text.
            values[name] = value.encode("utf-8", "surrogateescape")
    return values


def _hashed(table: Table, parts: Iterable[Sequence[Row[Any]]]) -> Copied:
    total = count = 0
    for rows in parts:
        count += len(rows)
        for row in rows:
            values = _values(table, row)
            one = hashlib.sha256()
            for column in table.c:
                one.update(_bytes(values[column.name]))
            total += int.from_bytes(one.digest(), "big")
    return Copied(table=table.name, rows=count, sha256=f"{total % (1 << 256):064x}")


def _bytes(value: Any) -> bytes:
    """Return a value with its kind and length, so that no two rows look alike."""
    if isinstance(value, bytes):
        kind, data = b"b", value
    elif isinstance(value, datetime):
        kind, data = b"t", value.isoformat(timespec="microseconds").encode()
    else:
        kind, data = type(value).__name__[:1].encode(), str(value).encode()
    return kind + str(len(data)).encode() + b":" + data


def count(db: Connection) -> dict[str, int]:
    """Return how many rows each table has that is copied."""
    return {
        table.name: db.scalar(select(func.count()).select_from(table)) or 0 for table in tables()
    }
