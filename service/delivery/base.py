"""What a channel is to the ledger: an attempt to hand one message over, and what came of it.

The ledger (`service.delivering`) owns the states; a channel knows a protocol and nothing else. It
calls `commit` at the last moment at which giving up is still certain not to have sent anything
(before the final dot of SMTP, before the request of a webhook, before the rename of a file); from
there until the reply is recorded the row is in doubt.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

#: sent: taken over. deferred: not now, try again. failed: never. doubt: perhaps taken over.
#: withdrawn: `commit` said no; nothing was sent, and another holds the row.
Result = Literal["sent", "deferred", "failed", "doubt", "withdrawn"]

#: mailbox: the recipient is at fault (unknown, full); suppress after a permanent one. policy: the
#: operator must act (authentication, reputation, TLS); never suppress. message: this message is at
#: fault (too large, refused content). server: the other side or the way to it.
Cause = Literal["mailbox", "policy", "message", "server"]

#: Says whether the row is still ours, and has recorded that the message is about to be handed over.
Commit = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One message for one recipient."""

    #: A mailbox, the address of a webhook, or a folder.
    to: str
    #: The envelope's sender, to which bounces go; "" where the channel has none.
    sender: str
    #: File name where one is needed: the issue's stem and ".eml".
    name: str
    message: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt."""

    result: Result
    cause: Cause | None = None
    #: The reply of SMTP or HTTP: 250, 451, 550.
    code: int | None = None
    #: The enhanced status code: "5.1.1".
    enhanced: str | None = None
    #: The reply in words, on one line; or what happened to the connection.
    text: str = ""
    #: Seconds that the other side asked to wait, where it did.
    retry_after_s: float | None = None


class Channel(Protocol):
    """One way out. Several attempts may run at once; each has a bounded time."""

    async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
        """Try once. Never raises for what the other side does: that is an `Outcome`."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...
