"""The parts of a message, as MIME in bytes: encoded so that no server has a reason to change them.

Everything is ASCII with short lines, so that a signature (DKIM) survives servers that take seven
bits only. Rejected: the standard library's generator, which goes through a PDF line by line (11 ms
a message in place of 1.4), and re-encodes what its policy thinks is not encoded.
"""

import base64
import binascii
from collections.abc import Sequence

from service.errors import RenderError
from service.model import Artifact
from service.render.mail.layout import Picture, encoded

_TYPES = {
    "pdf": "application/pdf",
    "html": 'text/html; charset="utf-8"',
    "txt": 'text/plain; charset="utf-8"',
    "md": 'text/markdown; charset="utf-8"',
    "json": "application/json",
}


class Attached:
    """A file of a message."""

    def __init__(self, artifact: Artifact, stem: str) -> None:
        if artifact.format not in _TYPES:
            raise RenderError(
                f'"{artifact.format}" cannot be attached to a mail: '
                f"use one or more of {', '.join(_TYPES)}"
            )
        self.format = artifact.format
        self._data = artifact.data
        self._name = f"{stem}.{artifact.format}"

    @property
    def size(self) -> int:
        """Return its length in bytes as sent: 78 for each line of 57."""
        return -(-len(self._data) // 57) * 78

    def part(self) -> bytes:
        """Return the file as a part."""
        return _part(
            _base64(self._data),
            ("Content-Type", _TYPES[self.format]),
            ("Content-Transfer-Encoding", "base64"),
            ("Content-Disposition", f'attachment; filename="{self._name}"'),
        )


def text(words: str, subtype: str) -> bytes:
    """Return a part of text in UTF-8."""
    how, _ = encoded(words)
    # The line ends of a text in a mail are CRLF, also those that base64 hides.
    data = "\r\n".join(words.replace("\r\n", "\n").replace("\r", "\n").split("\n")).encode("utf-8")
    return _part(
        _base64(data) if how == "base64" else binascii.b2a_qp(data, istext=True),
        ("Content-Type", f'text/{subtype}; charset="utf-8"'),
        ("Content-Transfer-Encoding", how),
    )


def picture(chart: Picture) -> bytes:
    """Return a chart, which the HTML beside it shows by its Content-ID."""
    return _part(
        _base64(chart.data),
        ("Content-Type", "image/png"),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-ID", f"<{chart.cid}>"),
        ("Content-Disposition", f'inline; filename="{chart.name}.png"'),
    )


def several(kind: str, parts: Sequence[bytes], boundary: str) -> bytes:
    """Return the parts as one of several, or the only part as it is.

    kind: "alternative", "mixed", "related" and its parameters. boundary: must begin no line of a
    part; one that begins with "=_" never does, as neither encoding can write it.
    """
    if len(parts) == 1:
        return parts[0]
    rule = f"--{boundary}".encode("ascii")
    pieces = [f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode("ascii")]
    for part in parts:
        pieces += [rule, b"\r\n", part, b"\r\n"]
    return b"".join((*pieces, rule, b"--\r\n"))


def _part(payload: bytes, *headers: tuple[str, str]) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return head.encode("ascii") + b"\r\n" + payload


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")
