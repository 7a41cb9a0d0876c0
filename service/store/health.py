"""How each source has been doing, and which sources may be read now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, true

from service.model import Health, utc
from service.store import tables
from service.store.chunks import SIZE

_FIELDS = tuple(c.name for c in tables.health.columns if c.name != "source")


def get(db: Connection, source: str, *, address: str) -> Health:
    """Return what is known of a source that is configured at an address.

    What was learnt at another address is of no use: a new one starts afresh.
    """
    row = db.execute(
        select(tables.health)
        .join(tables.source, tables.source.c.name == tables.health.c.source)
        .where(tables.source.c.name == source, tables.source.c.address == address)
    ).one_or_none()
    return Health() if row is None else _health(row)


def listing(db: Connection, names: Sequence[str] | None = None) -> dict[str, Health]:
    """Return what is known of every source that was ever read, by name. names: of these."""
    query = select(tables.health)
    if names is not None:
        query = query.where(tables.health.c.source.in_(names))
    return {row.source: _health(row) for row in db.execute(query)}


def _health(row: Row[Any]) -> Health:
    return Health(**{name: getattr(row, name) for name in _FIELDS})


def put(db: Connection, source: str, health: Health) -> None:
    """Write what is known now of a source that has a row."""
    put_all(db, {source: health})


def put_all(db: Connection, states: Mapping[str, Health]) -> None:
    """Write what is known now of some sources that have rows."""
    if not states:
        return
    health = tables.health
    db.execute(
        delete(health).where(health.c.source == bindparam("of")),
        [{"of": source} for source in states],
    )
    db.execute(
        insert(health),
        [
            {"source": source, **{name: getattr(state, name) for name in _FIELDS}}
            for source, state in states.items()
        ],
    )


def forget(db: Connection, source: str) -> None:
    """Forget how a source was doing."""
    db.execute(delete(tables.health).where(tables.health.c.source == source))


def due(
    db: Connection, now: datetime, configured: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return the sources that may be read at a moment, in order of name.

    configured: name -> address as in the settings; None: all that the store knows, where it knows
    them. One that was never read there is due; one that was stopped is not.
    """
    source, health = tables.source.c, tables.health.c
    waits = health.stopped.is_not(None) | (health.next_check > utc(now))
    both = tables.source.outerjoin(tables.health, health.source == source.name)
    if configured is None:
        due_now = select(source.name).select_from(both).where(waits.is_not(true()))
        return tuple(sorted(db.scalars(due_now)))
    query = select(source.name, source.address).select_from(both).where(waits)
    # Of a few, only those are asked for; a long list is no quicker than all.
    if len(configured) <= SIZE:
        query = query.where(source.name.in_(tuple(configured)))
    waiting = {name: address for name, address in db.execute(query)}
    found = (name for name, address in configured.items() if waiting.get(name) != address)
    return tuple(sorted(found))
