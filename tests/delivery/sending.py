"""One message through the channel to a scripted server, with deadlines that a test can wait for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from service.delivery.base import Envelope, Outcome
from service.delivery.smtp import Deadlines, SmtpChannel
from service.delivery.smtp import Server as Settings
from tests.delivery.server import Server, serving

#: Far more than a healthy step takes here, and as long as a test may wait for an ill one.
SHORT = Deadlines(connect_s=0.25, command_s=0.25, content_s=0.25, dot_s=0.25)
#: For what goes well, and for TLS on a busy machine.
LONG = Deadlines(connect_s=20, command_s=20, content_s=20, dot_s=20)

MESSAGE = (
    b"From: Brief <brief@desk.example>\r\nTo: reader@example.org\r\n"
    b"Message-ID: <1.a@desk.example>\r\nSubject: A brief\r\n\r\n"
    b"First line.\r\n.\r\n..two dots\r\n.one dot\r\nLast line.\r\n"
)


@dataclass
class Ledger:
    """Says yes to every commit, or no; remembers what the server had by then."""

    server: Server
    answer: bool = True
    asked: int = 0
    #: Points that the server had reached at the first commit.
    before: dict[str, int] = field(default_factory=dict)

    async def commit(self) -> bool:
        self.asked += 1
        self.before = self.before or {str(k): v for k, v in self.server.reached.items()}
        if "content" in self.server.always:
            # A commit takes a while; the server does meanwhile what it does before the dot.
            await asyncio.sleep(0.1)
        return self.answer


def envelope(
    to: str = "reader@example.org", *, message: bytes = MESSAGE, sender: str = "b+1@desk.example"
) -> Envelope:
    return Envelope(to=to, sender=sender, name="brief.eml", message=message)


def settings(server: Server, **given: object) -> Settings:
    fields: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "name": "desk.example",
        "deadlines": SHORT,
    }
    return Settings(**fields | given)  # type: ignore[arg-type]


def attempt(
    server: Server, given: Envelope | None = None, *, commit: bool = True, **fields: object
) -> tuple[Outcome, Ledger]:
    """Send one message; return what came of it, and what the ledger was asked."""
    ledger = Ledger(server, answer=commit)

    async def go() -> Outcome:
        async with serving(server):
            channel = SmtpChannel(settings(server, **fields))
            made = await channel.send(given or envelope(), ledger.commit)
            await channel.close()
            return made

    return asyncio.run(go()), ledger


def attempts(server: Server, given: Sequence[Envelope], **fields: object) -> list[Outcome]:
    """Send several messages, one after the other, through one channel."""
    ledger = Ledger(server)

    async def go() -> list[Outcome]:
        async with serving(server):
            channel = SmtpChannel(settings(server, **fields))
            made = [await channel.send(one, ledger.commit) for one in given]
            await channel.close()
            return made

    return asyncio.run(go())
