"""The rows of an issue, written with the issue or not at all."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from service.brief import codec
from service.delivering.letters import Desk, frozen, key, message_id
from service.errors import StoreError
from service.model import Artifact, Brief
from service.store import deliveries, issues
from service.store.deliveries import New
from service.store.recipients import Recipient

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from service.render.charts import Chart


def enqueue(
    db: "Connection",
    issue: int,
    readers: Sequence[Recipient],
    desk: Desk,
    *,
    edition: str,
    now: datetime,
    expires: datetime,
    charts: "Callable[[Brief], Sequence[Chart]] | None" = None,
) -> int:
    """Write one row for each reader, and the mailings that they share; return how many are new.

    For `also` of `pipeline.publish`, in the transaction of the issue. edition: that of the
    subscriptions, "daily" or "daily@Asia/Tokyo", or `deliveries.BY_HAND`. charts: draws those of
    the mails that show them; None: as the issue's own mail does. Raises RenderError for a mail that
    cannot be made, and then nothing is written, the issue included.
    """
    if not readers:
        return 0
    stored = issues.get(db, issue)
    if stored.brief is None:
        raise StoreError(f"issue {issue} failed and printed nothing: {stored.error}")
    brief = codec.loads(stored.brief)
    files = _files(db, issue, brief, {name for reader in readers for name in reader.attach})
    drawn = _drawn(brief, readers, charts)
    mailings: dict[str, int] = {}
    rows = []
    for reader in readers:
        name = key(reader, brief.language)
        if name not in mailings:
            content = frozen(
                brief,
                reader,
                desk,
                issue=issue,
                edition=edition.partition("@")[0],
                files=files,
                charts=drawn,
            )
            mailings[name] = deliveries.add_mailing(db, issue, name, content)
        rows.append(
            New(
                recipient=reader.id,
                mailing=mailings[name],
                message_id=message_id(issue, reader.id, desk.domain),
            )
        )
    return deliveries.add(db, issue, edition, rows, now=now, expires=expires)


def _files(db: "Connection", issue: int, brief: Brief, wanted: set[str]) -> dict[str, Artifact]:
    """Return the issue's files by format; what it lacks is made, but for a PDF that failed."""
    from service.render import render

    kept = {
        row.format: Artifact(format=row.format, data=row.data)
        for row in issues.artifacts(db, issue)
    }
    missing = sorted(wanted - kept.keys() - {"pdf", "eml"})
    made = render(brief, missing) if missing else ()
    return kept | {artifact.format: artifact for artifact in made}


def _drawn(
    brief: Brief,
    readers: Sequence[Recipient],
    charts: "Callable[[Brief], Sequence[Chart]] | None",
) -> "Sequence[Chart]":
    if not any(reader.channel == "mail" and reader.format == "full" for reader in readers):
        return ()
    if charts is not None:
        return charts(brief)
    from service.render import charts as drawing

    return drawing.charts(brief, "png")
