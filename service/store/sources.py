"""What each source gave, when, and what was wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, update

from service.model import Entry, Health, Problem, utc
from service.store import health as states
from service.store import tables
from service.store.health import due as due
from service.store.revisions import leave, record

#: "partial": read, but some items could not be used.
State = Literal["never", "read", "partial", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source as it stands."""

    name: str
    kind: str
    address: str
    state: State
    #: Items that it held at its last successful reading.
    items: int
    #: Revisions that were found in it, ever.
    articles: int
    last_read: datetime | None
    last_success: datetime | None
    #: In words, while the last reading failed.
    last_error: str | None
    #: Items that could not be used at the last successful reading.
    problems: int
    #: Items, or sources as a whole, that are left out on purpose.
    skipped: int = 0
    health: Health = field(default_factory=Health)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of a source."""

    source: str
    at: datetime
    ok: bool
    items: int
    #: Revisions that were new to the store.
    new: int
    #: Faults; what was skipped is none.
    problems: int
    error: str | None


def declare(db: Connection, *, source: str, kind: str, address: str) -> None:
    """Make a configured source known, before its first reading; change nothing else."""
    _upsert(db, source, {"kind": kind, "address": address})


def record_read(
    db: Connection,
    *,
    source: str,
    kind: str,
    address: str,
    at: datetime,
    entries: Sequence[Entry],
    problems: Sequence[Problem],
    items: int,
    cursor: str | None,
    gone: Sequence[str] = (),
    health: Health | None = None,
) -> tuple[str, ...]:
    """Write what one reading gave; return the ids of revisions that are new to the store, sorted.

    The source's problems become exactly those given; each names its item by key, and its own
    `source` is taken to be this one. gone: keys of items that it held before and holds no more;
    their articles stay, with that place marked. health: what is known of the source after this
    reading; None: as before.
    """
    moment = utc(at)
    told = tuple(dict.fromkeys((p.key, p.reason, p.kind) for p in problems))
    faults = sum(kind == "fault" for _, _, kind in told)
    _upsert(
        db,
        source,
        {
            "kind": kind,
            "address": address,
            "state": "partial" if faults else "read",
            "cursor": cursor,
            "items": items,
            "last_read": moment,
            "last_success": moment,
            "last_error": None,
        },
    )
    if health is not None:
        states.put(db, source, health)
    new = record(db, source=source, at=moment, entries=entries)
    leave(db, source=source, at=moment, keys=gone)
    db.execute(delete(tables.problem).where(tables.problem.c.source == source))
    if told:
        db.execute(
            insert(tables.problem),
            [
                {"source": source, "key": key, "reason": reason, "seen_at": moment, "kind": kind}
                for key, reason, kind in told
            ],
        )
    _log(db, source, moment, items=items, new=len(new), problems=faults)
    return new


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """A reading that found a source as it was: same items, same problems."""

    source: str
    items: int
    #: How many items cannot be used; those that are skipped are not counted.
    problems: int
    cursor: str | None
    health: Health


def record_unchanged(db: Connection, reads: Sequence[Unchanged], *, at: datetime) -> None:
    """Write readings that changed nothing, of sources that have a row; all in a few statements."""
    if not reads:
        return
    moment = utc(at)
    source = tables.source
    db.execute(
        update(source)
        .where(source.c.name == bindparam("of"))
        .values(
            state=bindparam("now"),
            cursor=bindparam("left"),
            items=bindparam("held"),
            last_read=moment,
            last_success=moment,
            last_error=None,
        ),
        [
            {
                "of": read.source,
                "now": "partial" if read.problems else "read",
                "left": read.cursor,
                "held": read.items,
            }
            for read in reads
        ],
    )
    states.put_all(db, {read.source: read.health for read in reads})
    db.execute(
        insert(tables.reading),
        [
            {
                "source": read.source,
                "at": moment,
                "ok": True,
                "items": read.items,
                "new": 0,
                "problems": read.problems,
                "error": None,
            }
            for read in reads
        ],
    )


def record_failure(
    db: Connection,
    *,
    source: str,
    kind: str,
    address: str,
    at: datetime,
    error: str,
    health: Health | None = None,
) -> None:
    """Write that a source could not be read at all.

    What it gave before stays: its cursor, its count of items, and the problems of its items.
    health: as for `record_read`.
    """
    moment = utc(at)
    _upsert(
        db,
        source,
        {
            "kind": kind,
            "address": address,
            "state": "failed",
            "last_read": moment,
            "last_error": error,
        },
    )
    if health is not None:
        states.put(db, source, health)
    _log(db, source, moment, error=error)


def _upsert(db: Connection, source: str, values: dict[str, Any]) -> None:
    """Write a source's row; what was learnt at another address is forgotten first."""
    moved = db.execute(
        update(tables.source)
        .where(tables.source.c.name == source, tables.source.c.address != values["address"])
        .values(cursor=None)
    )
    if moved.rowcount:
        states.forget(db, source)
    changed = db.execute(
        update(tables.source).where(tables.source.c.name == source).values(**values)
    )
    if not changed.rowcount:
        db.execute(
            insert(tables.source).values({"name": source, "state": "never", "items": 0} | values)
        )


def _log(
    db: Connection,
    source: str,
    at: datetime,
    *,
    items: int = 0,
    new: int = 0,
    problems: int = 0,
    error: str | None = None,
) -> None:
    db.execute(
        insert(tables.reading).values(
            source=source,
            at=at,
            ok=error is None,
            items=items,
            new=new,
            problems=problems,
            error=error,
        )
    )


def cursor(db: Connection, source: str, *, address: str | None = None) -> str | None:
    """Return what the source asked to be given at its next reading; None: read all again.

    address: where it is read now. A cursor that was taken elsewhere is not given.
    """
    query = select(tables.source.c.cursor).where(tables.source.c.name == source)
    if address is not None:
        query = query.where(tables.source.c.address == address)
    return db.scalar(query)


def cursors(
    db: Connection, names: Sequence[str] | None = None
) -> dict[str, tuple[str, str | None]]:
    """Return the address at which each source was last read, and its cursor, by name.

    names: of these, at most `chunks.SIZE`.
    """
    query = select(tables.source.c.name, tables.source.c.address, tables.source.c.cursor)
    if names is not None:
        query = query.where(tables.source.c.name.in_(names))
    return {name: (address, left) for name, address, left in db.execute(query)}


def listing(db: Connection, *, name: str | None = None) -> tuple[SourceState, ...]:
    """Return every source that the store knows, configured still or not, in order of name.

    name: only this one, where it is known.
    """
    place, problem, source = tables.place, tables.problem, tables.source
    given = select(place.c.source, func.count(place.c.revision.distinct()).label("articles"))
    if name is not None:
        given = given.where(place.c.source == name)
    articles = given.group_by(place.c.source).subquery()
    skips = func.sum(case((problem.c.kind == "skipped", 1), else_=0)).label("skipped")
    told = (
        select(problem.c.source, func.count().label("all"), skips)
        .group_by(problem.c.source)
        .subquery()
    )
    known = states.listing(db)
    query = (
        select(
            source,
            func.coalesce(articles.c.articles, 0).label("articles"),
            func.coalesce(told.c.all - told.c.skipped, 0).label("problems"),
            func.coalesce(told.c.skipped, 0).label("skipped"),
        )
        .outerjoin(articles, articles.c.source == source.c.name)
        .outerjoin(told, told.c.source == source.c.name)
        .order_by(source.c.name)
    )
    if name is not None:
        query = query.where(source.c.name == name)
    return tuple(
        SourceState(
            name=row.name,
            kind=row.kind,
            address=row.address,
            state=row.state,
            items=row.items,
            articles=row.articles,
            last_read=row.last_read,
            last_success=row.last_success,
            last_error=row.last_error,
            problems=row.problems,
            skipped=row.skipped,
            health=known.get(row.name, Health()),
        )
        for row in db.execute(query)
    )


def readings(
    db: Connection, since: datetime | None = None, until: datetime | None = None
) -> tuple[Reading, ...]:
    """Return the readings made in `since <= at < until`, in order of time, then source."""
    reading = tables.reading
    query = select(reading).order_by(reading.c.at, reading.c.source, reading.c.id)
    if since is not None:
        query = query.where(reading.c.at >= since)
    if until is not None:
        query = query.where(reading.c.at < until)
    return tuple(
        Reading(
            source=row.source,
            at=row.at,
            ok=row.ok,
            items=row.items,
            new=row.new,
            problems=row.problems,
            error=row.error,
        )
        for row in db.execute(query)
    )


def problems(db: Connection, source: str | None = None) -> tuple[Problem, ...]:
    """Return what is not used at present, of one source or of all; by source, key, reason."""
    problem = tables.problem
    query = select(problem).order_by(problem.c.source, problem.c.key, problem.c.reason)
    if source is not None:
        query = query.where(problem.c.source == source)
    return tuple(
        Problem(source=row.source, key=row.key, reason=row.reason, kind=row.kind)
        for row in db.execute(query)
    )
