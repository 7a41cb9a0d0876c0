"""A story across the issues that told it, as far as `search.catch_up` has come."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from service.store import issues
from service.store.chunks import chunks
from service.store.issues import IssueHead
from service.store.tables import telling


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One printed sentence."""

    number: int
    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A story as one issue told it."""

    issue: IssueHead
    story: str
    #: Its number in the issue.
    number: int
    headline: str
    language: str
    badge: str | None
    outlets: tuple[str, ...]
    lines: tuple[Said, ...]


def of_story(db: Connection, story: str, *, limit: int, offset: int = 0) -> tuple[Telling, ...]:
    """Return how issues told a story, the newest first."""
    query = (
        select(telling)
        .where(telling.c.story == story)
        .order_by(telling.c.issue.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = db.execute(query).all()
    heads = issues.heads(db, (row.issue for row in rows))
    return tuple(_telling(heads[row.issue], row.story, row.number, row.told) for row in rows)


def counts(db: Connection, stories: Iterable[str]) -> dict[str, int]:
    """Return how many issues told each of these stories."""
    found: dict[str, int] = {}
    for part in chunks(stories):
        query = select(telling.c.story, func.count()).where(telling.c.story.in_(part))
        found |= {story: number for story, number in db.execute(query.group_by(telling.c.story))}
    return found


def of_issue(db: Connection, issue: int) -> tuple[tuple[int, str, str, str], ...]:
    """Return (number, story, headline, language) of the stories of an issue, in its order."""
    query = select(telling).where(telling.c.issue == issue).order_by(telling.c.number)
    return tuple(
        (row.number, row.story, told["headline"], told["language"])
        for row in db.execute(query)
        for told in [json.loads(row.told)]
    )


def _telling(head: IssueHead, story: str, number: int, told: str) -> Telling:
    read: dict[str, Any] = json.loads(told)
    return Telling(
        issue=head,
        story=story,
        number=number,
        headline=read["headline"],
        language=read["language"],
        badge=read.get("badge"),
        outlets=tuple(read.get("outlets") or ()),
        lines=tuple(
            Said(number=line["number"], text=line["text"], language=line["language"])
            for line in read.get("lines") or ()
        ),
    )
