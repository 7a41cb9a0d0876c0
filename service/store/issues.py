"""Issues and their files, as they were published."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, func, insert, select

from service.errors import StoreError
from service.model import Artifact, Period
from service.store import tables

State = Literal["published", "failed"]

_HOW = "`briefing issues list` shows them"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueHead:
    """What a list of issues shows."""

    id: int
    edition: str
    number: int
    state: State
    period: Period
    cutoff: datetime
    created: datetime
    title: str
    #: Formats of its files, in order of name.
    formats: tuple[str, ...]
    #: In words, when it failed.
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIssue(IssueHead):
    """An issue with what proves it."""

    #: JSON, and the SHA-256 of that as it was published; None when it failed before there was one.
    brief: str | None
    sha256: str | None
    #: JSON.
    manifest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArtifact:
    """A file of an issue."""

    format: str
    #: The file's name, without a folder.
    name: str
    data: bytes
    #: Of the data as they were published.
    sha256: str

    @property
    def intact(self) -> bool:
        return _sha256(self.data) == self.sha256


def next_number(db: Connection, edition: str) -> int:
    """Return the number of the edition's next issue, from 1. A failed issue does not take one."""
    last = db.scalar(
        select(func.max(tables.issue.c.number)).where(
            tables.issue.c.edition == edition, tables.issue.c.state == "published"
        )
    )
    return (last or 0) + 1


def add(
    db: Connection,
    *,
    edition: str,
    number: int,
    period: Period,
    cutoff: datetime,
    created: datetime,
    title: str,
    brief_json: str | None,
    manifest: str,
    artifacts: Iterable[tuple[str, Artifact]] = (),
    state: State = "published",
    error: str | None = None,
) -> int:
    """Write an issue and its files, each with its name; return the issue's id.

    A published issue whose edition, number and brief are stored already is not written again:
    its id is returned, and its files stay. A failed one is a row each time; it needs an `error`,
    and a brief only if it got as far (ValueError otherwise).
    """
    if (state == "failed") != (error is not None):
        raise ValueError("an issue has an error when it failed, and only then")
    if state == "published" and brief_json is None:
        raise ValueError("a published issue has a brief")
    digest = None if brief_json is None else _sha256(brief_json.encode("utf-8"))
    issue = tables.issue
    if state == "published":
        same = db.scalar(
            select(issue.c.id).where(
                issue.c.state == "published",
                issue.c.edition == edition,
                issue.c.number == number,
                issue.c.sha256 == digest,
            )
        )
        if same is not None:
            return int(same)
    ident: int = db.execute(
        insert(issue)
        .values(
            edition=edition,
            number=number,
            state=state,
            period_start=period.start,
            period_end=period.end,
            cutoff=cutoff,
            created=created,
            title=title,
            brief=brief_json,
            sha256=digest,
            manifest=manifest,
            error=error,
        )
        .returning(issue.c.id)
    ).scalar_one()
    _write(db, ident, artifacts)
    return ident


def replace_artifacts(
    db: Connection, ident: int, artifacts: Iterable[tuple[str, Artifact]]
) -> None:
    """Put these files in place of those of the issue that have the same formats; keep others."""
    _row(db, ident)
    given = tuple(artifacts)
    db.execute(
        delete(tables.artifact).where(
            tables.artifact.c.issue == ident,
            tables.artifact.c.format.in_([artifact.format for _, artifact in given]),
        )
    )
    _write(db, ident, given)


def listing(db: Connection, edition: str | None = None) -> tuple[IssueHead, ...]:
    """Return all issues, or those of one edition, the newest first."""
    issue, artifact = tables.issue, tables.artifact
    heads = [column for column in issue.c if column.name not in ("brief", "manifest")]
    query = select(*heads).order_by(issue.c.created.desc(), issue.c.id.desc())
    files = select(artifact.c.issue, artifact.c.format).order_by(artifact.c.format)
    if edition is not None:
        query = query.where(issue.c.edition == edition)
    formats: dict[int, list[str]] = {}
    for row in db.execute(files):
        formats.setdefault(row.issue, []).append(row.format)
    return tuple(
        IssueHead(**_head(row), formats=tuple(formats.get(row.id, ()))) for row in db.execute(query)
    )


def get(db: Connection, ident: int) -> StoredIssue:
    """Return an issue; raise StoreError if there is none with this id."""
    row = _row(db, ident)
    formats = db.scalars(
        select(tables.artifact.c.format)
        .where(tables.artifact.c.issue == ident)
        .order_by(tables.artifact.c.format)
    )
    return StoredIssue(
        **_head(row),
        formats=tuple(formats),
        brief=row.brief,
        sha256=row.sha256,
        manifest=row.manifest,
    )


def artifacts(db: Connection, ident: int) -> tuple[StoredArtifact, ...]:
    """Return the files of an issue in order of format; raise StoreError if there is none."""
    _row(db, ident)
    rows = db.execute(
        select(tables.artifact)
        .where(tables.artifact.c.issue == ident)
        .order_by(tables.artifact.c.format)
    )
    return tuple(
        StoredArtifact(format=row.format, name=row.name, data=_bytes(row.data), sha256=row.sha256)
        for row in rows
    )


def artifact(db: Connection, ident: int, form: str) -> StoredArtifact:
    """Return one file of an issue; raise StoreError if it has none in this format."""
    found = {item.format: item for item in artifacts(db, ident)}
    if form not in found:
        raise StoreError(
            f"issue {ident} has no {form}, it has {', '.join(found) or 'no file'}: "
            f"`briefing issues render {ident}` makes it"
        )
    return found[form]


def _row(db: Connection, ident: int) -> Row[Any]:
    row = db.execute(select(tables.issue).where(tables.issue.c.id == ident)).one_or_none()
    if row is None:
        raise StoreError(f"there is no issue {ident}: {_HOW}")
    return row


def _head(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "edition": row.edition,
        "number": row.number,
        "state": row.state,
        "period": Period(start=row.period_start, end=row.period_end),
        "cutoff": row.cutoff,
        "created": row.created,
        "title": row.title,
        "error": row.error,
    }


def _write(db: Connection, ident: int, artifacts: Iterable[tuple[str, Artifact]]) -> None:
    rows = [
        {
            "issue": ident,
            "format": artifact.format,
            "name": name,
            "data": artifact.data,
            "sha256": _sha256(artifact.data),
        }
        for name, artifact in artifacts
    ]
    if rows:
        db.execute(insert(tables.artifact), rows)


def _bytes(data: bytes | str) -> bytes:
    """Return a file's bytes; SQLite gives text back where another program wrote text."""
    return data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
