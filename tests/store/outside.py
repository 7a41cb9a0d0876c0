"""Files that lie outside the database: how a test publishes them, and looks at what lies where."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.model import Artifact, Period
from service.store import Store, files, issues
from service.store.tables import artifact
from tests.store.given import START, hour
from tests.store.s3 import bucket

PDF = Artifact(format="pdf", data=b"%PDF-\x00\xff")
HTML = Artifact(format="html", data="<p>会晤</p>".encode())
DAY = timedelta(days=1)
PLACES = ("folder", "memory", "s3")


@contextmanager
def emptied(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of a new, empty place of a kind; skip the test where it cannot be had."""
    if kind == "folder":
        (made := folder / "a folder é").mkdir()
        yield made.as_uri()
    elif kind == "memory":
        pytest.importorskip("fsspec", reason="fsspec is not installed (extra s3)")
        yield f"memory://{folder.name}-{id(folder)}"
    else:
        with bucket() as address:
            yield address


def folder_of(store: Store, tmp_path: Path, name: str = "files") -> Path:
    """Let the files of a store go to a new folder; return it."""
    (folder := tmp_path / name).mkdir()
    store.artifacts = folder.as_uri()
    return folder


def publish(
    store: Store, *made: Artifact, number: int = 1, at: datetime = START, **changes: Any
) -> int:
    """Publish an issue as the pipeline does: bytes first, then one transaction."""
    put = files.put(store, made, clock=lambda: at)
    fields: dict[str, Any] = {
        "edition": "daily",
        "number": number,
        "period": Period(start=START, end=hour(24)),
        "cutoff": hour(24),
        "created": at,
        "title": "A Brief",
        "brief_json": "{}",
        "manifest": "{}",
        "artifacts": [(f"brief-{number}.{each.format}", each) for each in made],
        "place": put,
    }
    with store.write() as db:
        return issues.add(db, **(fields | changes))


def rows(store: Store) -> list[Any]:
    with store.read() as db:
        return list(db.execute(select(artifact).order_by(artifact.c.format)))


def row(ident: int) -> dict[str, Any]:
    """Return a row of a file without what says where its bytes lie."""
    digest = hashlib.sha256(PDF.data).hexdigest()
    return {"issue": ident, "format": "pdf", "name": "b.pdf", "data": b"", "sha256": digest}


def objects(folder: Path) -> set[str]:
    """Return the names of all that lies in a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def named(made: Artifact) -> str:
    digest = hashlib.sha256(made.data).hexdigest()
    return f"{digest[:2]}/{digest[2:]}.{made.format}"
