"""Issues and their files, as they were published."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, func, insert, select

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
class FileHead:
    """What a list of an issue's files shows."""

    format: str
    #: The file's name, without a folder.
    name: str
    sha256: str
    #: Bytes.
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A file of an issue as its row has it; `files.fetched` gives its bytes."""

    issue: int
    format: str
    #: The file's name, without a folder.
    name: str
    #: What the database itself holds: empty where the bytes lie outside.
    data: bytes
    #: Of the file as it was published.
    sha256: str
    #: Where they lie outside, as `places` has it.
    place: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArtifact:
    """A file of an issue, with its bytes."""

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
    place: str | None = None,
    state: State = "published",
    error: str | None = None,
) -> int:
    """Write an issue and its files, each with its name; return the issue's id.

    place: where the bytes of the files were put before (`files.put`); None: they go in here.

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
            # PostgreSQL holds no U+0000; the brief has it as it was, escaped.
            title=title.replace("\0", " "),
            brief=brief_json,
            sha256=digest,
            manifest=manifest,
            error=error,
        )
        .returning(issue.c.id)
    ).scalar_one()
    _write(db, ident, artifacts, place)
    return ident


def listing(
    db: Connection,
    edition: str | None = None,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[IssueHead, ...]:
    """Return all issues, or those of one edition, the newest first.

    limit, offset: a part of that list.
    """
    query = _heads().order_by(tables.issue.c.created.desc(), tables.issue.c.id.desc())
    if edition is not None:
        query = query.where(tables.issue.c.edition == edition)
    if limit is not None or offset:
        query = query.limit(limit).offset(offset)
    return _with_formats(db, db.execute(query).all(), every=limit is None)


def count(db: Connection, edition: str | None = None) -> int:
    """Return how many issues there are, or of one edition, failed ones too."""
    query = select(func.count()).select_from(tables.issue)
    if edition is not None:
        query = query.where(tables.issue.c.edition == edition)
    return db.scalar(query) or 0


def latest(db: Connection) -> tuple[IssueHead, ...]:
    """Return the last published issue of every edition, the newest first."""
    issue = tables.issue
    last = (
        select(func.max(issue.c.id))
        .where(issue.c.state == "published")
        .group_by(issue.c.edition)
        .scalar_subquery()
    )
    query = _heads().where(issue.c.id.in_(last))
    rows = db.execute(query.order_by(issue.c.created.desc(), issue.c.id.desc())).all()
    return _with_formats(db, rows)


def heads(db: Connection, idents: Iterable[int]) -> dict[int, IssueHead]:
    """Return what lists show of these issues, by id; one that is not there is left out."""
    wanted = tuple(dict.fromkeys(idents))
    rows = db.execute(_heads().where(tables.issue.c.id.in_(wanted))).all()
    return {head.id: head for head in _with_formats(db, rows)}


def beside(db: Connection, head: IssueHead) -> tuple[int | None, int | None]:
    """Return the ids of the issues published before and after one, of its edition."""
    issue = tables.issue
    same = select(issue.c.id).where(issue.c.edition == head.edition, issue.c.state == "published")
    before = same.where(issue.c.id < head.id).order_by(issue.c.id.desc()).limit(1)
    after = same.where(issue.c.id > head.id).order_by(issue.c.id).limit(1)
    return db.scalar(before), db.scalar(after)


def files(db: Connection, ident: int) -> tuple[FileHead, ...]:
    """Return what lists show of the files of an issue, in order of format."""
    artifact = tables.artifact
    size = func.coalesce(artifact.c.size, func.length(artifact.c.data)).label("size")
    query = select(artifact.c.format, artifact.c.name, artifact.c.sha256, size)
    rows = db.execute(query.where(artifact.c.issue == ident).order_by(artifact.c.format))
    return tuple(FileHead(**row._mapping) for row in rows)


def _heads() -> Select[Any]:
    return select(*(c for c in tables.issue.c if c.name not in ("brief", "manifest")))


def _with_formats(
    db: Connection, rows: Iterable[Row[Any]], *, every: bool = False
) -> tuple[IssueHead, ...]:
    """Return rows as heads. every: the rows are all or most that there are."""
    found, artifact = list(rows), tables.artifact
    query = select(artifact.c.issue, artifact.c.format).order_by(artifact.c.format)
    if not every:
        query = query.where(artifact.c.issue.in_([row.id for row in found]))
    formats: dict[int, list[str]] = {}
    for row in db.execute(query):
        formats.setdefault(row.issue, []).append(row.format)
    return tuple(IssueHead(**_head(row), formats=tuple(formats.get(row.id, ()))) for row in found)


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


def artifacts(db: Connection, ident: int) -> tuple[Filed, ...]:
    """Return the files of an issue in order of format; raise StoreError if there is none."""
    _row(db, ident)
    rows = db.execute(
        select(tables.artifact)
        .where(tables.artifact.c.issue == ident)
        .order_by(tables.artifact.c.format)
    )
    return tuple(_file(row) for row in rows)


def artifact(db: Connection, ident: int, form: str) -> Filed:
    """Return one file of an issue; raise StoreError if it has none in this format."""
    here = (tables.artifact.c.issue == ident) & (tables.artifact.c.format == form)
    row = db.execute(select(tables.artifact).where(here)).one_or_none()
    if row is None:
        _row(db, ident)
        there = ", ".join(file.format for file in files(db, ident))
        raise StoreError(
            f"issue {ident} has no {form}, it has {there or 'no file'}: "
            f"`briefing issues render {ident}` makes it"
        )
    return _file(row)


def _file(row: Row[Any]) -> Filed:
    return Filed(
        issue=row.issue,
        format=row.format,
        name=row.name,
        data=_bytes(row.data),
        sha256=row.sha256,
        place=row.place,
    )


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


def _write(
    db: Connection, ident: int, artifacts: Iterable[tuple[str, Artifact]], place: str | None
) -> None:
    rows = [
        {
            "issue": ident,
            "format": artifact.format,
            "name": name,
            "data": artifact.data if place is None else b"",
            "sha256": _sha256(artifact.data),
            "place": place,
            "size": None if place is None else len(artifact.data),
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
