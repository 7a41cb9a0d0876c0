"""A mail server on the loopback device that does as a script says, and keeps what it was given.

Inside a test: `async with serving(Server(...)) as server`. In a process of its own, for a test that
kills the sender: `python -m tests.delivery.server FILE` prints the port, and writes for each
message one line to FILE: recipient, Message-ID and SHA-256.
"""

import asyncio
import contextlib
import hashlib
import re
import ssl
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

#: Where a script can say something. content: in the middle of the message, before its dot.
Point = Literal["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "content", "dot"]

STORED = "250 2.0.0 kept"
#: Reply codes and texts of what goes well.
GOOD: Mapping[Point, str] = {
    "greeting": "220 sink.example ESMTP",
    "starttls": "220 2.0.0 go ahead",
    "auth": "235 2.7.0 welcome",
    "mail": "250 2.1.0 sender fine",
    "rcpt": "250 2.1.5 recipient fine",
    "data": "354 go ahead",
    "dot": STORED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What happens at a point in place of the usual answer."""

    #: One line or several; None: no answer at all.
    reply: str | None = None
    #: Seconds before it; with `drip_s` between its characters.
    after_s: float = 0.0
    drip_s: float = 0.0
    #: What becomes of the connection then.
    then: Literal["go on", "drop", "hang"] = "go on"
    #: At the dot: keep the message, whatever is answered.
    store: bool = False


DROP, HANG = Act(then="drop"), Act(then="hang")
STORE_AND_DROP, STORE_AND_HANG = Act(then="drop", store=True), Act(then="hang", store=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message that the server took over."""

    sender: str
    to: str
    #: Parameters of MAIL.
    options: tuple[str, ...]
    #: As it was given, without the dots that were added on the way.
    content: bytes
    #: As it was on the wire, with the final dot.
    wire: bytes
    #: Number of the connection, from 1.
    connection: int
    secure: bool


@dataclass(kw_only=True)
class Server:
    """The script, and what happened."""

    #: At each point, what happens the first time, the second … and then what is usual.
    script: Mapping[Point, Sequence[str | Act]] = field(default_factory=dict)
    #: What happens always at a point.
    always: Mapping[Point, str | Act] = field(default_factory=dict)
    #: Answers to RCPT for an address, always.
    to: Mapping[str, str] = field(default_factory=dict)
    extensions: Sequence[str] = ("SIZE 20000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
    #: The certificate with which STARTTLS is offered, or with `implicit` TLS from the start.
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    login: tuple[str, str] | None = None
    keep: bool = True
    record: Path | None = None

    port: int = 0
    connections: int = 0
    open: int = 0
    most_open: int = 0
    kept: list[Kept] = field(default_factory=list)
    #: Every command as it came, EHLO and all.
    commands: list[str] = field(default_factory=list)
    #: How often each point was reached.
    reached: dict[Point, int] = field(default_factory=dict)

    def act(self, point: Point, usual: str) -> Act:
        """Return what happens now at a point."""
        count = self.reached.get(point, 0)
        self.reached[point] = count + 1
        steps = self.script.get(point, ())
        chosen = steps[count] if count < len(steps) else self.always.get(point, usual)
        return Act(reply=chosen) if isinstance(chosen, str) else chosen

    def store(self, message: Kept) -> None:
        if self.keep:
            self.kept.append(message)
        if self.record is not None:
            found = re.search(rb"(?mi)^message-id:\s*(\S+)", message.content)
            ident = found[1].decode() if found else "-"
            digest = hashlib.sha256(message.content).hexdigest()
            with self.record.open("a", encoding="utf-8") as out:
                out.write(f"{message.to} {ident} {digest}\n")

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation."""
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            await _Talk(self, reader, writer, self.connections).hold()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            return
        finally:
            self.open -= 1
            writer.close()


class _End(ConnectionError):
    """The script ends the conversation."""


class _Talk:
    def __init__(
        self,
        server: Server,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        number: int,
    ) -> None:
        self._server, self._reader, self._writer, self._number = server, reader, writer, number
        self._secure = server.implicit
        self._sender, self._options, self._to = "", tuple[str, ...](), ""

    async def hold(self) -> None:
        await self._do("greeting", GOOD["greeting"])
        while line := await self._reader.readline():
            command = line.rstrip(b"\r\n").decode("utf-8", "replace")
            self._server.commands.append(command)
            word, _, rest = command.partition(" ")
            known = getattr(self, f"_{word.lower()}", None)
            if known is None:
                await self._say("502 5.5.1 what is that?")
                continue
            await known(rest)
            if word.upper() == "QUIT":
                return

    async def _do(self, point: Point, usual: str) -> Act:
        """Do what the script says; return it when the conversation goes on."""
        act = self._server.act(point, usual)
        await self._perform(act)
        return act

    async def _perform(self, act: Act) -> None:
        if act.after_s:
            await asyncio.sleep(act.after_s)
        if act.reply is not None:
            await self._say(act.reply, act.drip_s)
        if act.then == "hang":
            await self._reader.read()
        if act.then != "go on":
            raise _End

    async def _say(self, reply: str, drip_s: float = 0.0) -> None:
        lines = reply.split("\n")
        ended = [f"{line[:3]}-{line[4:]}" for line in lines[:-1]] + [lines[-1]]
        data = "".join(f"{line}\r\n" for line in ended).encode()
        for part in [data[i : i + 1] for i in range(len(data))] if drip_s else [data]:
            self._writer.write(part)
            await self._writer.drain()
            if drip_s:
                await asyncio.sleep(drip_s)

    async def _ehlo(self, rest: str) -> None:
        offered = list(self._server.extensions)
        if self._server.tls is not None and not self._secure:
            offered.append("STARTTLS")
        elif self._server.login is not None:
            offered.append("AUTH PLAIN LOGIN")
        await self._do("ehlo", "\n".join(["250 sink.example", *(f"250 {e}" for e in offered)]))

    async def _starttls(self, rest: str) -> None:
        act = await self._do("starttls", GOOD["starttls"])
        if self._server.tls is not None and (act.reply or "").startswith("220"):
            await self._writer.start_tls(self._server.tls)
            self._secure = True

    async def _auth(self, rest: str) -> None:
        import base64

        how, _, first = rest.partition(" ")
        given = base64.b64decode(first).decode().split("\0")[1:]
        if how.upper() == "LOGIN":
            await self._say("334 UGFzc3dvcmQ6")
            second = base64.b64decode((await self._reader.readline()).strip()).decode()
            given = [base64.b64decode(first).decode(), second]
        right = self._server.login is not None and tuple(given) == self._server.login
        await self._do("auth", GOOD["auth"] if right else "535 5.7.8 wrong user or password")

    async def _mail(self, rest: str) -> None:
        found = re.fullmatch(r"(?i)FROM:<([^>]*)>(.*)", rest)
        if found is None or self._sender:
            await self._say("503 5.5.1 not now")
            return
        act = await self._do("mail", GOOD["mail"])
        if (act.reply or "").startswith("250"):
            self._sender, self._options = found[1] or "<>", tuple(found[2].split())

    async def _rcpt(self, rest: str) -> None:
        found = re.fullmatch(r"(?i)TO:<([^>]+)>", rest)
        if found is None or not self._sender:
            await self._say("503 5.5.1 not now")
            return
        act = await self._do("rcpt", self._server.to.get(found[1], GOOD["rcpt"]))
        if (act.reply or "").startswith("25"):
            self._to = found[1]

    async def _data(self, rest: str) -> None:
        if not self._to:
            await self._say("503 5.5.1 for whom?")
            return
        act = await self._do("data", GOOD["data"])
        if not (act.reply or "").startswith("354"):
            return
        wire = bytearray()
        if "content" in self._server.script or "content" in self._server.always:
            wire += await self._reader.readline()
            middle = self._server.act("content", "")
            if middle.reply or middle.then != "go on":
                await self._perform(middle)
        while not (wire == b".\r\n" or wire.endswith(b"\r\n.\r\n")):
            line = await self._reader.readline()
            if not line:
                raise _End
            wire += line
        act = self._server.act("dot", STORED)
        if act.store or (act.reply or "").startswith("250"):
            self._server.store(self._message(bytes(wire)))
        self._reset()
        await self._perform(act)

    def _message(self, wire: bytes) -> Kept:
        return Kept(
            sender=self._sender,
            to=self._to,
            options=self._options,
            content=re.sub(rb"(?m)^\.", b"", wire[:-3]),
            wire=wire,
            connection=self._number,
            secure=self._secure,
        )

    def _reset(self) -> None:
        self._sender, self._options, self._to = "", (), ""

    async def _rset(self, rest: str) -> None:
        self._reset()
        await self._say("250 2.0.0 forgotten")

    async def _quit(self, rest: str) -> None:
        await self._say("221 2.0.0 bye")


@contextlib.asynccontextmanager
async def serving(
    server: Server, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Server]:
    """Listen on an address of this machine while the block runs."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await server.run(reader, writer)
        except asyncio.CancelledError:
            # The end of the test: a conversation that hangs is cut off without a word.
            return
        finally:
            talks.discard(task)

    context = server.tls if server.implicit else None
    listener = await asyncio.start_server(talk, host, port, limit=1 << 20, ssl=context)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in list(talks):
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def _alone(record: Path) -> None:
    async with serving(Server(keep=False, record=record)) as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_alone(Path(sys.argv[1])))
