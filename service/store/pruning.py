"""What is kept for long enough is let go, and what a kept issue cites never is.

*Articles.* What goes is the text of a revision. Its row stays, with the hash that is its name, and
so do its places: many feeds hold items for years, and a text that was forgotten altogether would be
found again, and told as news. A revision without a text is to all readers one that the store does
not hold (`articles`). Kept is every revision that any issue cites, however old; issues themselves
are never let go, they are small and they are the record. An old issue can be shown, rendered and
verified for ever; it can be made anew (`issues rebuild`) only as long as all that was weighed for
it, and not only what was printed, is there.

*Files* of an issue that is old go, but not of the last one of an edition: `issues render` makes
them again. Where their bytes lie outside the database, an object goes once no row names it, if it
was put more than a day ago (`files`). *Deliveries* that are over go, with the bounces and the
frozen mails that only they refer to; what waits, is under way or is in doubt stays. *Readings* go
with the articles.

Each step is a transaction of its own, of some hundreds of rows, so that collecting and delivery go
on beside it. Rejected: partitions by month, which PostgreSQL drops at once and SQLite has not; two
ways for what a nightly command does in minutes.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select, tuple_, update

from service.store import files, searching
from service.store.engine import Store
from service.store.ledger import bounce, delivery, mailing
from service.store.tables import artifact, condensed, issue, reading, revision, searchable

#: Rows in one transaction.
CHUNK = 500
#: A delivery of which nothing more is to come.
_OVER = ("sent", "failed", "suppressed", "bounced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long things are kept; None: for ever."""

    articles: timedelta | None = None
    artifacts: timedelta | None = None
    deliveries: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How many rows were let go."""

    articles: int = 0
    readings: int = 0
    artifacts: int = 0
    deliveries: int = 0
    bounces: int = 0
    mailings: int = 0
    #: What lay outside the database, and was named by no row.
    objects: int = 0


def prune(store: Store, keep: Retention, *, now: datetime) -> Pruned:
    """Let go what is older than it is to be kept; return how much that was.

    Raises StoreError where objects outside the database cannot be removed; all else is done then.
    """
    done: dict[str, int] = {}

    def all_of(name: str, step: Callable[[Connection], int]) -> None:
        done[name] = 0
        while True:
            with store.write() as db:
                count = step(db)
            done[name] += count
            if not count:
                return

    if keep.articles is not None:
        before = now - keep.articles
        with store.read() as db:
            cited = frozenset(_cited(db))
            old = _uncited(db, before, cited)
        done["articles"] = 0
        for start in range(0, len(old), CHUNK):
            with store.write() as db:
                done["articles"] += _emptied(db, old[start : start + CHUNK])
        all_of("readings", lambda db: _deleted(db, reading, reading.c.at < before))
    if keep.artifacts is not None:
        at = now - keep.artifacts
        all_of("artifacts", lambda db: _files(db, at))
    if keep.deliveries is not None:
        since = now - keep.deliveries
        all_of("bounces", lambda db: _deleted(db, bounce, bounce.c.at < since))
        all_of("deliveries", lambda db: _deliveries(db, since))
        all_of("mailings", lambda db: _mailings(db, since))
    done["objects"] = files.sweep(store, now=now)
    return Pruned(**done)


def _cited(db: Connection) -> Iterator[str]:
    """Give the ids of all revisions that an issue cites."""
    for (brief,) in db.execute(select(issue.c.brief).where(issue.c.brief.is_not(None))):
        waiting: list[Any] = [json.loads(brief)]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                if isinstance(one.get("article"), str):
                    yield one["article"]
                waiting += one.values()
            elif isinstance(one, list):
                waiting += one


def _uncited(db: Connection, before: datetime, cited: frozenset[str]) -> tuple[str, ...]:
    query = select(revision.c.id).where(revision.c.first_collected < before, revision.c.text != "")
    return tuple(ident for ident in db.scalars(query.order_by(revision.c.id)) if ident not in cited)


def _emptied(db: Connection, idents: Sequence[str]) -> int:
    # An issue that was published meanwhile cites what is new, and not what is old enough to go;
    # but one that repeats an old text may.
    again = frozenset(_cited_since(db, idents))
    gone = [ident for ident in idents if ident not in again]
    done = db.execute(update(revision).where(revision.c.id.in_(gone)).values(text=""))
    db.execute(delete(condensed).where(condensed.c.revision.in_(gone)))
    # The highest number stays, for SQLite would give it again, to another text.
    last = db.scalar(select(func.max(searchable.c.id)))
    found = select(searchable.c.id).where(
        searchable.c.kind == "article", searchable.c.ref.in_(gone), searchable.c.id != last
    )
    for ident in db.scalars(found).all():
        searching.forget(db, ident)
        db.execute(delete(searchable).where(searchable.c.id == ident))
    return done.rowcount


def _cited_since(db: Connection, idents: Sequence[str]) -> Iterator[str]:
    """Give those of these revisions that the last issues cite."""
    wanted = frozenset(idents)
    query = select(issue.c.brief).where(issue.c.brief.is_not(None)).order_by(issue.c.id.desc())
    for (brief,) in db.execute(query.limit(_LAST)):
        yield from (ident for ident in wanted if ident in brief)


#: Issues that may be published while a store is pruned.
_LAST = 20


def _files(db: Connection, before: datetime) -> int:
    newest = (
        select(func.max(issue.c.id)).where(issue.c.state == "published").group_by(issue.c.edition)
    )
    old = select(issue.c.id).where(issue.c.created < before, issue.c.id.not_in(newest))
    return _deleted(db, artifact, artifact.c.issue.in_(old))


def _deliveries(db: Connection, before: datetime) -> int:
    query = select(delivery.c.id).where(
        delivery.c.state.in_(_OVER), delivery.c.updated < before, delivery.c.expires < before
    )
    idents = db.scalars(query.limit(CHUNK)).all()
    # A bounce that came later than its delivery stays without it.
    db.execute(update(bounce).where(bounce.c.delivery.in_(idents)).values(delivery=None))
    return db.execute(delete(delivery).where(delivery.c.id.in_(idents))).rowcount


def _mailings(db: Connection, before: datetime) -> int:
    old = select(issue.c.id).where(issue.c.created < before)
    used = select(delivery.c.id).where(delivery.c.mailing == mailing.c.id).exists()
    return _deleted(db, mailing, mailing.c.issue.in_(old), ~used)


def _deleted(db: Connection, table: Table, *which: Any) -> int:
    """Delete some rows of those; return how many."""
    key = tuple(table.primary_key.columns)
    found = db.execute(select(*key).where(*which).limit(CHUNK)).all()
    if not found:
        return 0
    if len(key) == 1:
        here = key[0].in_([row[0] for row in found])
    else:
        here = tuple_(*key).in_([tuple(row) for row in found])
    return db.execute(delete(table).where(here)).rowcount
