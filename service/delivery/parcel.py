"""What a webhook and a folder get of an issue: one JSON document, frozen when it is published.

    {"brief": 1, "title": …, "edition": "daily", "number": 7, "language": "en",
     "period": {"start": …, "end": …}, "url": "https://…" or null, "text": "the whole issue",
     "files": [{"format": "pdf", "bytes": 81920, "sha256": "…", "content": "base64"}, …]}

Choice: the same document for both, so that the outbox keeps one thing for many recipients and the
ledger needs to know nothing of either. A webhook is sent it as it stands; a folder gets the files
that are in it. The files are those that the recipient's `attach` names; `[]` is for who wants the
text and the link alone. Rejected: the mail itself, since a program should not have to take MIME
apart, and a link instead of the files, since a desk need not have an archive that is public.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from service.errors import DeliveryError
from service.model import Artifact, Brief

#: Version of the document. A key may be added; one that is there keeps its meaning.
SCHEMA = 1

_FORMAT = re.compile(r"[a-z0-9]{1,8}")


def pack(brief: Brief, files: Sequence[Artifact], *, text: str, url: str | None = None) -> bytes:
    """Return the document, in UTF-8; the same for the same issue.

    files: those that are in it, whole. text: the issue as plain text. url: its place in the
    archive.
    """
    document = {
        "brief": SCHEMA,
        "title": brief.title,
        "edition": brief.edition,
        "number": brief.number,
        "language": brief.language,
        "period": {
            "start": brief.period.start.isoformat(),
            "end": brief.period.end.isoformat(),
        },
        "url": url,
        "text": text,
        "files": [
            {
                "format": file.format,
                "bytes": len(file.data),
                "sha256": hashlib.sha256(file.data).hexdigest(),
                "content": base64.b64encode(file.data).decode("ascii"),
            }
            for file in files
        ],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def unpack(document: bytes) -> tuple[Artifact, ...]:
    """Return the files of a document. Raises DeliveryError for what `pack` did not make."""
    try:
        return tuple(_file(row) for row in json.loads(document)["files"])
    except (ValueError, TypeError, KeyError) as error:
        raise DeliveryError(
            "the stored issue cannot be read: publish it anew", permanent=True
        ) from error


def _file(row: Any) -> Artifact:
    data = base64.b64decode(row["content"], validate=True)
    if hashlib.sha256(data).hexdigest() != row["sha256"]:
        raise binascii.Error("the content is not what its checksum says")
    if not _FORMAT.fullmatch(row["format"]):
        raise ValueError("a format that cannot be the ending of a file")
    return Artifact(format=row["format"], data=data)
