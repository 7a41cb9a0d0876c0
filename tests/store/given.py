"""Entries, moments and one-line recordings for the tests of the store."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from service.model import Entry, Period, Problem
from service.store import Store, issues, sources

START = datetime(2025, 5, 1, 7, 0, tzinfo=UTC)


def hour(number: float) -> datetime:
    """Return a moment, hours after the start."""
    return START + timedelta(hours=number)


def entry(key: str, text: str, *, url: str | None = None, title: str = "A title") -> Entry:
    return Entry(key=key, title=title, text=text, language="en", url=url)


def record(
    store: Store,
    *entries: Entry,
    source: str = "wire",
    at: datetime = START,
    problems: Sequence[Problem] = (),
    cursor: str | None = None,
    gone: Sequence[str] = (),
) -> tuple[str, ...]:
    """Record one reading of a source in a transaction of its own."""
    with store.write() as db:
        return sources.record_read(
            db,
            source=source,
            kind="feed",
            address=f"https://{source}.example/feed",
            at=at,
            entries=entries,
            problems=problems,
            items=len(entries) + len(problems),
            cursor=cursor,
            gone=gone,
        )


def blank_issue(db: Connection, edition: str = "daily", now: datetime = START) -> int:
    """Write the next issue of an edition, which says nothing; return its id."""
    return issues.add(
        db,
        edition=edition,
        number=issues.next_number(db, edition),
        period=Period(start=now, end=now),
        cutoff=now,
        created=now,
        title="Brief",
        brief_json="{}",
        manifest="{}",
    )
