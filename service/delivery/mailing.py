"""A mail that is frozen once for many readers, and spliced for each of them.

Problem: ten thousand readers get the same mail but for an address, a name, a date and the link by
which they leave. Setting it anew for each would encode the attached PDF ten thousand times; keeping
ten thousand finished mails would fill the store with copies of it; and a second attempt must have
the same bytes to the last. Choice: what is stored is one finished mail to nobody, with a mark where
a reader's token belongs. It is taken apart once: what holds no mark is copied as it stands; a text
with a mark in it is encoded anew only from the line with the mark on.

This module is the only one that knows how; it asks nothing of the mail but to be RFC 5322 with
CRLF, and of its texts to be quoted-printable, base64 or plain. Rejected: a format of our own for
frozen parts, which nobody could read with a mail program, and a search for the mark in the encoded
bytes, where quoted-printable may break a line within it.
"""

import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message

from service.errors import DeliveryError

#: Stands for the reader's token in links and headers: letters and digits, which no encoding of a
#: link, of HTML or of a header changes.
MARK = "TOKEN7b1f0c9e5d2a4836READER"
#: To whom a frozen mail goes: nobody, and nobody can register the name.
NOBODY = "reader@reader.invalid"

#: Bytes that a line of base64 holds.
_WIDTH = 57
_HEADER = re.compile(rb"([!-9;-~]+):[ \t]*((?:.*\r\n)(?:[ \t].*\r\n)*)")

#: Bytes as they stand, or what makes them of a reader's token.
_Piece = bytes | Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """What one reader's mail has of its own."""

    #: Values of headers, encoded and folded: "To", "Date", "Message-ID".
    headers: Mapping[str, str]
    #: What stands for the reader in links; letters, digits, "-", "_" and ".".
    token: str


class Mail:
    """A frozen mail, taken apart."""

    def __init__(self, content: bytes) -> None:
        """Raises DeliveryError for what is no mail with the mark in it."""
        end = content.find(b"\r\n\r\n")
        if end < 0:
            raise DeliveryError("the frozen mail has no header: publish the issue anew")
        self._headers = _headers(content[: end + 2])
        self._pieces = tuple(_pieces(content, end + 4))

    def head(self, personal: Personal) -> bytes:
        """Return the header of one reader's mail, with the empty line that ends it."""
        own = {name.lower(): value for name, value in personal.headers.items()}
        lines = []
        for name, value in self._headers:
            if name.lower() in own:
                value = own[name.lower()] + "\r\n"
            lines.append(f"{name}: {value.replace(MARK, personal.token)}")
        return "".join([*lines, "\r\n"]).encode("utf-8")

    def body(self, token: str) -> bytes:
        """Return what follows the header."""
        own = token.encode("ascii")
        return b"".join(p if isinstance(p, bytes) else p(own) for p in self._pieces)


def _headers(block: bytes) -> tuple[tuple[str, str], ...]:
    found = [(m[1].decode("ascii"), m[2].decode("utf-8")) for m in _HEADER.finditer(block)]
    if sum(len(name) + 2 + len(value.encode()) for name, value in found) != len(block):
        raise DeliveryError("the frozen mail has a header that cannot be read: publish it anew")
    return tuple(found)


def _pieces(content: bytes, start: int) -> list[_Piece]:
    """Return the body in pieces, in order."""
    made: list[_Piece] = []
    mark = MARK.encode("ascii")
    # The policy changes nothing: a part's text is what stands in the bytes.
    for part in _leaves(message_from_bytes(content, policy=policy.compat32)):
        if part.get_content_maintype() != "text" or part.get_filename() is not None:
            continue
        written = str(part.get_payload()).encode("ascii", "surrogateescape")
        how = str(part.get("Content-Transfer-Encoding", "7bit")).lower()
        data = _decoded(written, how)
        if mark not in data:
            continue
        at = content.index(written, start)
        made.append(content[start:at])
        made += _spliced(data, mark, how)
        start = at + len(written)
    made.append(content[start:])
    return made


def _leaves(message: Message) -> list[Message]:
    return [part for part in message.walk() if not part.is_multipart()]


def _decoded(written: bytes, how: str) -> bytes:
    if how == "base64":
        return binascii.a2b_base64(written)
    return binascii.a2b_qp(written) if how == "quoted-printable" else written


def _spliced(data: bytes, mark: bytes, how: str) -> list[_Piece]:
    """Return a text's encoded pieces: what is before the first mark as it stands."""
    first = data.index(mark)
    if how == "base64":
        fixed = first // _WIDTH * _WIDTH
        return [_base64(data[:fixed]), _later(data[fixed:], mark, _base64)]
    if how != "quoted-printable":
        return [_later(data, mark, bytes)]
    made: list[_Piece] = []
    fixed_lines: list[bytes] = []
    for line in data.splitlines(keepends=True):
        if mark not in line:
            fixed_lines.append(line)
            continue
        made += [_quoted(b"".join(fixed_lines)), _later(line, mark, _quoted)]
        fixed_lines = []
    return [*made, _quoted(b"".join(fixed_lines))]


def _later(data: bytes, mark: bytes, encode: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda token: encode(data.replace(mark, token))


def _base64(data: bytes) -> bytes:
    whole = binascii.b2a_base64(data, newline=False)
    lines = [whole[at : at + 76] for at in range(0, len(whole), 76)]
    return b"\r\n".join([*lines, b""]) if lines else b""


def _quoted(data: bytes) -> bytes:
    """Return lines as quoted-printable; they end as they did."""
    made = binascii.b2a_qp(data, istext=True)
    # Lines that it breaks end as the first line does that it sees, which may be none.
    return re.sub(rb"\r?\n", b"\r\n", made)
