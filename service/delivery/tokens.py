"""The marks in links that a reader may follow without a login: to leave a list, to choose editions.

Problem: a link in a mail is read by scanners, forwarded, and followed years later; RFC 8058 wants
it opaque, without cookies. Choice: who (the reader's random id, never the address), which edition
and what for, signed by itsdangerous with a key of the desk. A mark never expires, since a reader
may leave by any mail. Rejected: a random number in the store for each link (a row for each message,
and a restored backup forgets them); a time limit (a reader who cannot leave complains to the mail
provider, and rightly).

A key is replaced by adding the new one at the end of the list: it signs, and the earlier ones are
still read. Taking a key out of the list ends every link that it signed.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from service.errors import LinkError, SettingsError

#: leave: one click, by a POST. choose: a page with the editions. join: the answer of a mailbox that
#: was asked whether it wants editions, whose names stand there between commas.
Purpose = Literal["leave", "choose", "join"]

#: Short ones can be guessed by whoever has one link.
_LEAST_KEY = 32
#: A mark is some 90 characters; what is far longer is not looked at.
_MOST = 600
_SALT = "briefing-digest.links"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a link says."""

    #: The reader's random id in the store.
    reader: str
    #: Name of the edition; "" for all.
    edition: str
    purpose: Purpose


class Tokens:
    """Makes and reads marks, with the desk's keys."""

    def __init__(self, keys: Sequence[str]) -> None:
        """keys: oldest first; the last one signs. Raises SettingsError for none, or a short one."""
        from itsdangerous import URLSafeSerializer

        if not keys:
            raise SettingsError(("links cannot be signed: there is no key for them",))
        if min(map(len, keys)) < _LEAST_KEY:
            raise SettingsError(
                (f"a key for links is shorter than {_LEAST_KEY} characters: it could be guessed",)
            )
        self._serializer = URLSafeSerializer(
            list(keys), salt=_SALT, signer_kwargs={"digest_method": _sha256}
        )

    def make(self, ticket: Ticket) -> str:
        """Return the mark: letters, digits, "-", "_" and ".", the same for the same ticket."""
        made = self._serializer.dumps([ticket.reader, ticket.edition, ticket.purpose])
        return made if isinstance(made, str) else made.decode("ascii")

    def read(self, token: str, purpose: Purpose) -> Ticket:
        """Return what a mark says. Raises LinkError for one not ours, or for another use."""
        from itsdangerous import BadData

        if len(token) > _MOST:
            raise LinkError("this link is not one of ours: it is too long")
        try:
            found = self._serializer.loads(token)
        except (BadData, ValueError) as exc:
            raise LinkError(
                "this link is not one of ours, or a part of it was lost on its way; "
                "copy it whole from the mail"
            ) from exc
        reader, edition, what = found
        if what != purpose or what not in get_args(Purpose):
            raise LinkError("this link is for something else; copy it whole from the mail")
        return Ticket(reader=reader, edition=edition, purpose=purpose)


def new_key() -> str:
    """Return a key that nobody can guess: 43 characters."""
    return secrets.token_urlsafe(32)


def new_reader() -> str:
    """Return an id of a reader that says nothing of the address: 22 characters."""
    return secrets.token_urlsafe(16)


def _sha256(data: bytes = b"") -> object:
    import hashlib

    return hashlib.sha256(data)
