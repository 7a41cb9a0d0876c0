"""A mail that is frozen once for many readers, and spliced for each of them.

Problem: ten thousand readers get the same mail but for an address, a name, a date and the link by
which they leave. Setting it anew for each would encode the attached PDF ten thousand times; keeping
ten thousand finished mails would fill the store with copies of it; and a second attempt must have
the same bytes to the last. Choice: what is stored is one finished mail to nobody, with a mark where
a reader's token belongs. It is taken apart once: what holds no mark is copied as it stands; in a
text with a mark, quoted-printable can be cut at the mark, and base64 is encoded anew from its line
on.

The mark is drawn for each mailing and stored with it, in a first header that no reader sees. A
fixed one would be in the source for all to read: an article with it in an address or a sentence
would be given each reader's token, by which whoever owns that address could unsubscribe them. The
bytes of a reader do not depend on the mark, so that what a dry run shows is what is sent.

This module is the only one that knows how; it asks nothing of the mail but to be RFC 5322 with
CRLF, and of its texts to be quoted-printable, base64 or plain. Rejected: a format of our own for
frozen parts, which nobody could read with a mail program, and a search for the mark in the encoded
bytes, where quoted-printable may break a line within it.
"""

import binascii
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message

from service.errors import DeliveryError

#: The header of a frozen mail that names its mark.
_MARKED = "Reader-Mark"
_MARK = re.compile(rf"{_MARKED}: (mark[0-9a-f]{{32}})\r\n".encode("ascii"))
#: To whom a frozen mail goes: nobody, and nobody can register the name.
NOBODY = "reader@reader.invalid"

#: Bytes that a line of base64 holds.
_WIDTH = 57
_TOKEN = re.compile(r"[A-Za-z0-9_.-]+")
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


def new_mark() -> str:
    """Return what stands for the reader's token in one mailing, and in no text that others wrote.

    36 letters and digits, which no encoding of a link, of HTML or of a header changes.
    """
    return f"mark{secrets.token_hex(16)}"


def freeze(message: bytes, mark: str) -> bytes:
    """Return a mail as it is stored. mark: a new one, which the mail was made with."""
    return f"{_MARKED}: {mark}\r\n".encode("ascii") + message


class Mail:
    """A frozen mail, taken apart."""

    def __init__(self, content: bytes) -> None:
        """Raises DeliveryError for what is no mail that `freeze` made."""
        marked = _MARK.match(content)
        if marked is None:
            raise DeliveryError("the frozen mail has no mark for its reader: publish it anew")
        content = content[marked.end() :]
        end = content.find(b"\r\n\r\n")
        if end < 0:
            raise DeliveryError("the frozen mail has no header: publish the issue anew")
        self._mark = marked[1].decode("ascii")
        self._headers = _headers(content[: end + 2])
        self._pieces = tuple(_pieces(content, end + 4, marked[1]))

    def head(self, personal: Personal) -> bytes:
        """Return the header of one reader's mail, with the empty line that ends it."""
        own = {name.lower(): value for name, value in personal.headers.items()}
        lines = []
        for name, value in self._headers:
            if name.lower() in own:
                value = own[name.lower()] + "\r\n"
            lines.append(f"{name}: {value.replace(self._mark, personal.token)}")
        return "".join([*lines, "\r\n"]).encode("utf-8")

    def body(self, token: str) -> bytes:
        """Return what follows the header."""
        if not _TOKEN.fullmatch(token):
            raise ValueError("a token of characters that some encoding would change")
        own = token.encode("ascii")
        return b"".join(p if isinstance(p, bytes) else p(own) for p in self._pieces)


def _headers(block: bytes) -> tuple[tuple[str, str], ...]:
    found = [(m[1].decode("ascii"), m[2].decode("utf-8")) for m in _HEADER.finditer(block)]
    if sum(len(name) + 2 + len(value.encode()) for name, value in found) != len(block):
        raise DeliveryError("the frozen mail has a header that cannot be read: publish it anew")
    return tuple(found)


def _pieces(content: bytes, start: int, mark: bytes) -> list[_Piece]:
    """Return the body in pieces, in order."""
    made: list[_Piece] = []
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
    # Lines of HTML can be very long: a soft break on both sides of the token, and what is around it
    # is encoded once.
    first_, *others = (_quoted(part) for part in data.split(mark))
    made: list[_Piece] = [first_]
    for part in others:
        made += [_soft, part]
    return made


def _soft(token: bytes) -> bytes:
    """Return a token as lines of quoted-printable of its own, which needs no escapes."""
    lines = [token[at : at + 72] for at in range(0, len(token), 72)]
    return b"=\r\n" + b"=\r\n".join([*lines, b""])


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
