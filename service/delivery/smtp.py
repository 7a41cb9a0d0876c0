"""Handing a message to a mail server, over connections that are kept.

Problem: between the final dot of a message and the answer to it nobody knows whether the server
has taken it over; a server may drip, hang, or close at any step; and one connection for each of ten
thousand recipients is neither quick nor polite. Choice: aiosmtplib speaks the protocol, one
recipient a transaction; the content is written without its final dot, `commit` is asked, and only
then the dot goes out, so that the time of doubt is one round trip. Every step has a deadline of its
own. Whatever goes wrong with a connection costs that connection, and the message that was on it;
a kept connection of which the server has had enough costs not even that.

The answer is listened for from the first byte of the content on: a server that gives up in the
middle, in words or by closing, has certainly not taken the message over, and that is no doubt.

Rejected: the library's own `sendmail`, in which DATA is one step, so that the time of doubt begins
before the content is sent; and smtplib, which a server that drips holds for ever.
"""

import asyncio
import re
from dataclasses import dataclass

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.protocol import SMTPProtocol
from aiosmtplib.response import SMTPResponse

from service.delivery.base import Commit, Envelope, Outcome
from service.delivery.dialling import Deadlines, Dialler, Gone, Server, cut, leave, step
from service.delivery.pace import Pace
from service.delivery.replies import one_line, outcome

__all__ = ["Deadlines", "Server", "SmtpChannel"]

_ENDING = re.compile(rb"\r\n|\r|\n")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f<>,;\u2028\u2029\ud800-\udfff]")
#: What may wait in our own buffers before we wait for it to be gone.
_CHUNK = 1 << 16


@dataclass(slots=True, eq=False)
class _Line:
    """An open connection."""

    client: aiosmtplib.SMTP
    used: int = 0
    idle_since: float = 0.0
    #: Whether a transaction was begun and not ended.
    dirty: bool = False


class SmtpChannel:
    """A mail server as a channel of the ledger."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._free = asyncio.Semaphore(server.connections)
        self._pace = Pace(server.per_second)
        self._idle: list[_Line] = []
        self._timer: asyncio.TimerHandle | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._dialler = Dialler(server)

    async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
        """Send one message to one recipient; what the other side does is an Outcome."""
        async with self._free:
            await self._pace.turn()
            while True:
                try:
                    line = await self._line()
                except Gone as gone:
                    return gone.outcome
                kept = line.used > 0
                try:
                    return await self._on(line, envelope, commit)
                except Gone as gone:
                    # A server may end a connection between two messages; that is about no message.
                    if not kept or gone.reusable or gone.step != "mail":
                        return gone.outcome

    async def check(self) -> str | None:
        """Connect, secure and log in, and nothing else; return what is wrong, in words, or None."""
        async with self._free:
            try:
                line = await self._line()
            except Gone as gone:
                return gone.outcome.text
            await self._give_back(line)
            return None

    async def close(self) -> None:
        """Take leave of the server."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines, self._idle = self._idle, []
        await asyncio.gather(*(leave(line.client) for line in lines), *self._leaving)

    async def _on(self, line: _Line, envelope: Envelope, commit: Commit) -> Outcome:
        """Send over a connection, and keep or close it."""
        keep = False
        line.used += 1
        try:
            answer = await self._transaction(line, envelope, commit)
            # Who says 421 closes (RFC 5321, 3.8).
            keep = answer.code != 421
            return answer
        except Gone as gone:
            keep = gone.reusable
            raise
        finally:
            if keep:
                await self._give_back(line)
            else:
                cut(line.client)

    async def _line(self) -> _Line:
        """Return a connection that is open, an idle one before a new one."""
        while self._idle:
            line = self._idle.pop()
            if not line.client.is_connected:
                continue
            try:
                if await self._clean(line):
                    return line
            except BaseException:
                cut(line.client)
                raise
            cut(line.client)
        return _Line(client=await self._dialler.connected())

    async def _clean(self, line: _Line) -> bool:
        """End what was begun on a connection; return whether it is good for another message."""
        if not line.dirty:
            return True
        try:
            async with step(self._server, "mail", self._server.deadlines.command_s):
                await line.client.rset()
        except Gone:
            return False
        line.dirty = False
        return True

    async def _give_back(self, line: _Line) -> None:
        if not line.client.is_connected:
            cut(line.client)
        elif line.used >= self._server.per_connection:
            await leave(line.client)
        else:
            line.idle_since = asyncio.get_running_loop().time()
            self._idle.append(line)
            self._watch()

    def _watch(self) -> None:
        """Look for idle connections when the first one's time is up."""
        if self._timer is None and self._idle:
            at = min(line.idle_since for line in self._idle) + self._server.idle_s
            self._timer = asyncio.get_running_loop().call_at(at, self._weed)

    def _weed(self) -> None:
        self._timer = None
        oldest = asyncio.get_running_loop().time() - self._server.idle_s
        for line in [line for line in self._idle if line.idle_since <= oldest]:
            self._idle.remove(line)
            task = asyncio.create_task(leave(line.client))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)
        self._watch()

    async def _transaction(self, line: _Line, envelope: Envelope, commit: Commit) -> Outcome:
        client, deadlines = line.client, self._server.deadlines
        message = _stuffed(envelope.message)
        options = self._options(client, envelope, len(message))
        line.dirty = True
        async with step(self._server, "mail", deadlines.command_s, reusable=True):
            await _said(client, "MAIL", f"FROM:<{envelope.sender}>", *options)
        async with step(self._server, "rcpt", deadlines.command_s, reusable=True):
            await _said(client, "RCPT", f"TO:<{envelope.to}>")
        async with step(self._server, "data", deadlines.command_s, reusable=True):
            ready = await client.execute_command(b"DATA")
            if ready.code != 354:
                raise SMTPResponseException(ready.code, ready.message)
            protocol = client.protocol
            if protocol is None:
                raise SMTPServerDisconnected("Connection lost")
        listening = asyncio.create_task(protocol.read_response())
        # Whoever closes the connection ends it; then nobody asks for its result.
        listening.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            async with step(self._server, "data", deadlines.content_s):
                await _written(client, message, listening)
            if not await commit():
                # The only way to take back what was written: without the dot it is nothing.
                text = "another holds this row, or it was left"
                raise Gone(Outcome(result="withdrawn", text=text))
            async with step(self._server, "data", deadlines.content_s):
                _still_wanted(listening)
                protocol.write(b".\r\n")
            answer = await self._answered(listening)
        finally:
            listening.cancel()
        line.dirty = False
        return answer

    async def _answered(self, listening: "asyncio.Task[SMTPResponse]") -> Outcome:
        """Return what came of the final dot: from here on no answer is doubt."""
        try:
            async with asyncio.timeout(self._server.deadlines.dot_s):
                answer = await listening
        except TimeoutError as error:
            words = f"no answer to the final dot within {self._server.deadlines.dot_s:g} s"
            raise Gone(self._doubt(words)) from error
        except SMTPResponseException as error:
            raise Gone(self._doubt(f"no answer of a mail server: {error.message}")) from error
        except (SMTPException, OSError) as error:
            words = f"the connection was lost after the final dot: {error}"
            raise Gone(self._doubt(words)) from error
        told = outcome(answer.code, answer.message, "dot")
        if told.result == "doubt":
            raise Gone(told)
        return told

    def _doubt(self, words: str) -> Outcome:
        return Outcome(
            result="doubt", cause="server", text=one_line(f"{self._server.where}: {words}")
        )

    def _options(self, client: aiosmtplib.SMTP, envelope: Envelope, size: int) -> list[str]:
        """Return the parameters of MAIL; raise Gone for what this server cannot take."""
        if _UNSAFE.search(envelope.to + envelope.sender) or not envelope.to:
            raise _refused(f"{envelope.to!r} is no address that can be given to a mail server")
        options = []
        if client.supports_extension("size"):
            most = client.esmtp_extensions["size"].strip()
            if most.isdecimal() and 0 < int(most) < size:
                raise _refused(
                    f"the message has {size} bytes, and {self._server.where} takes {most}", code=552
                )
            options.append(f"SIZE={size}")
        if not (envelope.to + envelope.sender).isascii():
            if not client.supports_extension("smtputf8"):
                raise _refused(f"{self._server.where} takes no address with letters beyond ASCII")
            # Its header has the address in UTF-8; who takes the one takes the other (RFC 6531).
            options += ["BODY=8BITMIME", "SMTPUTF8"]
        elif not envelope.message.isascii():
            raise _refused("the message has bytes beyond ASCII, which a server may change")
        return options


def _refused(text: str, *, code: int | None = None) -> Gone:
    """Return what this message cannot do with this server; the connection is good for others."""
    told = Outcome(result="failed", cause="message", code=code, text=one_line(text))
    return Gone(told, reusable=True)


def _stuffed(message: bytes) -> bytes:
    """Return a message as it goes over the wire, without its final dot."""
    lines = message.count(b"\n")
    if not (lines == message.count(b"\r") == message.count(b"\r\n")):
        message = _ENDING.sub(b"\r\n", message)
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    # Lines that begin with a dot get another one (RFC 5321, 4.5.2).
    dotted = message.replace(b"\n.", b"\n..")
    return b"." + dotted if dotted[:1] == b"." else dotted


def _still_wanted(listening: "asyncio.Task[SMTPResponse]") -> None:
    """Raise what the server said, or that it closed, before it had the whole message."""
    if listening.done():
        answer = listening.result()
        raise SMTPResponseException(answer.code, answer.message)


async def _said(client: aiosmtplib.SMTP, *words: str) -> None:
    """Give a command that is answered with 250 or 251. Its words have been looked at already."""
    answer = await client.execute_command(*(word.encode("utf-8") for word in words))
    if answer.code not in (250, 251):
        raise SMTPResponseException(answer.code, answer.message)


async def _written(
    client: aiosmtplib.SMTP, data: bytes, listening: "asyncio.Task[SMTPResponse]"
) -> None:
    """Write the content, and wait until all of it has left our own buffers."""
    protocol, transport = client.protocol, client.transport
    if not isinstance(protocol, SMTPProtocol) or not isinstance(transport, asyncio.WriteTransport):
        raise SMTPServerDisconnected("Connection lost")
    for start in range(0, len(data), _CHUNK):
        protocol.write(data[start : start + _CHUNK])
        while transport.get_write_buffer_size():
            _still_wanted(listening)
            await asyncio.sleep(0.001)
