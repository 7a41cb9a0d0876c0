"""Handing a message to a mail server, over connections that are kept.

Problem: between the final dot of a message and the answer to it nobody knows whether the server
has taken it over; a server may drip, hang, or close at any step; and one connection for each of ten
thousand recipients is neither quick nor polite. Choice: aiosmtplib speaks the protocol, one
recipient a transaction; the content is written without its final dot, `commit` is asked, and only
then the dot goes out, so that the time of doubt is one round trip. Every step has a deadline of its
own. Whatever goes wrong with a connection costs that connection, and the message that was on it.

Rejected: the library's own `sendmail`, in which DATA is one step, so that the time of doubt begins
before the content is sent; and smtplib, which a server that drips holds for ever.
"""

import asyncio
import contextlib
import re
import ssl
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPResponseException

from service.delivery.base import Commit, Envelope, Outcome
from service.delivery.replies import Step, one_line, outcome

#: Lines that begin with a dot get another one (RFC 5321, 4.5.2).
_DOT = re.compile(rb"(?m)^\.")
_ENDING = re.compile(rb"\r\n|\r|\n")
#: What may wait in our own buffers before we wait for it to be gone.
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds that each step may take, at most. RFC 5321, 4.5.3.2, allows more; nobody waits."""

    connect_s: float = 30.0
    #: Greeting, EHLO, STARTTLS, AUTH, MAIL, RCPT and DATA, each.
    command_s: float = 60.0
    #: Writing the content.
    content_s: float = 300.0
    #: From the final dot to the answer.
    dot_s: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server that takes our messages, and how it wants to be spoken to."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str | None = None
    password: str | None = None
    #: Connections at once.
    connections: int = 4
    #: Messages over one connection, after which it is closed.
    per_connection: int = 100
    #: Messages a second, over all connections; None: as many as it takes.
    per_second: float | None = None
    #: What we call ourselves; None: the name of this machine.
    name: str | None = None
    #: Whom to believe; None: the system's authorities.
    trust: ssl.SSLContext | None = None
    deadlines: Deadlines = Deadlines()


@dataclass(slots=True, eq=False)
class _Line:
    """An open connection."""

    client: aiosmtplib.SMTP
    used: int = 0
    idle_since: float = 0.0
    #: Whether a transaction was begun and not ended.
    dirty: bool = False


class _Gone(Exception):
    """A step failed: what came of it, and whether the connection is good for another message."""

    def __init__(self, outcome: Outcome, *, reusable: bool = False) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome
        self.reusable = reusable


class SmtpChannel:
    """A mail server as a channel of the ledger."""

    #: Seconds after which an unused connection is not used any more: servers close them.
    _IDLE_S = 20.0

    def __init__(self, server: Server, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self._clock = clock
        self._free = asyncio.Semaphore(server.connections)
        self._idle: list[_Line] = []
        self._next = 0.0

    async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
        """Send one message to one recipient; what the other side does is an Outcome."""
        async with self._free:
            await self._turn()
            try:
                line = await self._line()
            except _Gone as gone:
                return gone.outcome
            keep = False
            try:
                answer = await self._transaction(line.client, envelope, commit)
                keep = True
            except _Gone as gone:
                keep, answer = gone.reusable, gone.outcome
                line.dirty = True
            finally:
                line.used += 1
                await self._give_back(line, keep=keep)
            return answer

    async def check(self) -> str | None:
        """Connect, secure and log in, and nothing else; return what is wrong, in words, or None."""
        async with self._free:
            try:
                line = await self._line()
            except _Gone as gone:
                return gone.outcome.text
            await self._give_back(line, keep=True)
            return None

    async def close(self) -> None:
        """Take leave of the server."""
        lines, self._idle = self._idle, []
        await asyncio.gather(*(self._leave(line.client) for line in lines))

    async def _turn(self) -> None:
        """Wait until the next message may go out."""
        if self._server.per_second is None:
            return
        now = self._clock()
        at = max(now, self._next)
        self._next = at + 1 / self._server.per_second
        if at > now:
            await asyncio.sleep(at - now)

    async def _line(self) -> _Line:
        """Return a connection that is open, an idle one before a new one."""
        while self._idle:
            line = self._idle.pop()
            if await self._usable(line):
                return line
            await self._leave(line.client)
        return _Line(client=await self._connected())

    async def _usable(self, line: _Line) -> bool:
        if not line.client.is_connected or self._clock() - line.idle_since >= self._IDLE_S:
            return False
        if line.dirty:
            try:
                async with self._step("mail", self._server.deadlines.command_s):
                    await line.client.rset()
            except _Gone:
                return False
            line.dirty = False
        return True

    async def _give_back(self, line: _Line, *, keep: bool) -> None:
        if keep and line.client.is_connected and line.used < self._server.per_connection:
            line.idle_since = self._clock()
            self._idle.append(line)
        elif keep:
            await self._leave(line.client)
        else:
            line.client.close()

    @staticmethod
    async def _leave(client: aiosmtplib.SMTP) -> None:
        # The message is with the server already, or was never there: how we part is of no matter.
        with contextlib.suppress(SMTPException, OSError, TimeoutError):
            async with asyncio.timeout(2):
                await client.quit()
        client.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        """Return a new connection, secured and logged in as the settings want it."""
        server, deadlines = self._server, self._server.deadlines
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=False,
            tls_context=server.trust,
            local_hostname=server.name,
            timeout=None,
        )
        try:
            async with self._step("greeting", deadlines.connect_s):
                await client.connect()
            async with self._step("ehlo", deadlines.command_s):
                await client.ehlo()
            if server.security == "starttls":
                await self._secured(client)
            if server.username is not None:
                async with self._step("auth", deadlines.command_s):
                    await client.login(server.username, server.password or "")
        except BaseException:
            client.close()
            raise
        return client

    async def _secured(self, client: aiosmtplib.SMTP) -> None:
        if not client.supports_extension("starttls"):
            raise _Gone(
                Outcome(
                    result="deferred",
                    cause="policy",
                    text=f"{self._where} does not offer STARTTLS: set smtp.security to what it has",
                )
            )
        async with self._step("starttls", self._server.deadlines.command_s):
            await client.starttls(tls_context=self._server.trust)
            await client.ehlo()

    async def _transaction(
        self, client: aiosmtplib.SMTP, envelope: Envelope, commit: Commit
    ) -> Outcome:
        deadlines = self._server.deadlines
        message = _ENDING.sub(b"\r\n", envelope.message)
        if not message.endswith(b"\r\n"):
            message += b"\r\n"
        options = self._options(client, envelope, len(message))
        async with self._step("mail", deadlines.command_s):
            await client.mail(envelope.sender, options=options, encoding="utf-8")
        async with self._step("rcpt", deadlines.command_s):
            await client.rcpt(envelope.to, encoding="utf-8")
        async with self._step("data", deadlines.command_s):
            answer = await client.execute_command(b"DATA")
            if answer.code != 354:
                raise SMTPResponseException(answer.code, answer.message)
        async with self._step("data", deadlines.content_s):
            await _written(client, _DOT.sub(b"..", message))
        if not await commit():
            # The only way to take back what was written: without the dot it is nothing.
            raise _Gone(Outcome(result="withdrawn", text="another holds this row, or it was left"))
        return await self._dotted(client)

    async def _dotted(self, client: aiosmtplib.SMTP) -> Outcome:
        """Write the final dot and return what came of it: from here on no answer is doubt."""
        try:
            async with asyncio.timeout(self._server.deadlines.dot_s):
                protocol = client.protocol
                if protocol is None:
                    raise ConnectionError("the connection was lost")
                protocol.write(b".\r\n")
                answer = await protocol.read_response()
        except TimeoutError as error:
            raise _Gone(self._doubt("no answer to the final dot in time")) from error
        except (SMTPException, OSError) as error:
            words = f"the connection was lost after the final dot: {error}"
            raise _Gone(self._doubt(words)) from error
        if answer.code < 200:
            raise _Gone(self._doubt(f"no answer of a mail server: {answer.message}"))
        return outcome(answer.code, answer.message, "dot")

    def _doubt(self, words: str) -> Outcome:
        return Outcome(result="doubt", cause="server", text=one_line(f"{self._where}: {words}"))

    def _options(self, client: aiosmtplib.SMTP, envelope: Envelope, size: int) -> list[str]:
        """Return the parameters of MAIL; raise _Gone for what this server cannot take."""
        options = []
        if client.supports_extension("size"):
            most = client.esmtp_extensions["size"]
            if most.isdecimal() and 0 < int(most) < size:
                text = f"the message has {size} bytes, and {self._where} takes {most}"
                raise _Gone(
                    Outcome(result="failed", cause="message", code=552, text=text), reusable=True
                )
            options.append(f"size={size}")
        if not (envelope.to + envelope.sender).isascii():
            if not client.supports_extension("smtputf8"):
                text = f"{self._where} takes no address with letters beyond ASCII"
                raise _Gone(Outcome(result="failed", cause="message", text=text), reusable=True)
            options.append("SMTPUTF8")
        return options

    @property
    def _where(self) -> str:
        return f"{self._server.host}:{self._server.port}"

    @contextlib.asynccontextmanager
    async def _step(self, step: Step, seconds: float) -> AsyncIterator[None]:
        """Bound a step, and turn what goes wrong in it into an outcome that is certain."""
        try:
            async with asyncio.timeout(seconds):
                yield
        except SMTPResponseException as error:
            answer = outcome(error.code, error.message, step)
            # A refused sender or recipient leaves the connection good; 421 closes it.
            raise _Gone(
                answer, reusable=step in ("mail", "rcpt") and 421 < error.code < 600
            ) from error
        except TimeoutError as error:
            raise _Gone(self._lost(step, f"no answer within {seconds:g} s")) from error
        except ssl.SSLError as error:
            reason = getattr(error, "verify_message", "") or error.reason or str(error)
            text = f"{self._where}: no secure connection: {reason}"
            raise _Gone(Outcome(result="deferred", cause="policy", text=one_line(text))) from error
        except (SMTPException, OSError, UnicodeError, ValueError) as error:
            raise _Gone(self._lost(step, str(error) or type(error).__name__)) from error

    def _lost(self, step: Step, words: str) -> Outcome:
        return Outcome(
            result="deferred", cause="server", text=one_line(f"{self._where}, at {step}: {words}")
        )


async def _written(client: aiosmtplib.SMTP, data: bytes) -> None:
    """Write the content, and wait until all of it has left our own buffers."""
    protocol, transport = client.protocol, client.transport
    if protocol is None or not isinstance(transport, asyncio.WriteTransport):
        raise ConnectionError("the connection was lost")
    for start in range(0, len(data), _CHUNK):
        protocol.write(data[start : start + _CHUNK])
        while transport.get_write_buffer_size():
            if not client.is_connected:
                raise ConnectionError("the connection was lost")
            await asyncio.sleep(0.001)
