"""One connection to a mail server: opened, secured, logged in, and left; each step bounded.

What goes wrong on the way is an `Outcome` that is certain: no message was handed over. `Gone`
carries it to who asked for the connection.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPResponseException

from service.delivery.base import Outcome
from service.delivery.replies import Step, one_line, outcome
from service.errors import SettingsError

#: Seconds that a server gets to say goodbye.
_GOODBYE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds that each step may take, at most. RFC 5321, 4.5.3.2, allows more; nobody waits."""

    #: The address, the connection and the greeting.
    connect_s: float = 30.0
    #: EHLO, STARTTLS, AUTH, MAIL, RCPT and DATA, each.
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
    password: str | None = field(default=None, repr=False)
    #: Connections at once.
    connections: int = 4
    #: Messages over one connection, after which it is closed.
    per_connection: int = 100
    #: Messages a second, over all connections; None: as many as it takes.
    per_second: float | None = None
    #: Seconds after which an unused connection is closed, before the server does it.
    idle_s: float = 20.0
    #: What we call ourselves; None: the name of this machine.
    name: str | None = None
    #: Whom to believe; None: the system's authorities.
    trust: ssl.SSLContext | None = None
    deadlines: Deadlines = Deadlines()

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port}"


class Gone(Exception):
    """A step failed: what came of it, and whether the connection is good for another message."""

    def __init__(
        self, outcome: Outcome, *, step: Step | None = None, reusable: bool = False
    ) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome
        self.step = step
        self.reusable = reusable


def authorities(file: Path) -> ssl.SSLContext:
    """Return whom to believe where a server's certificate is signed by an authority of one's own.

    file: PEM. Raises SettingsError where it holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=file)
    except (OSError, ValueError) as error:
        # No certificate in a file that is there is an SSLError, which is an OSError without words.
        what = "holds no certificate in PEM" if file.is_file() else "is no file that can be read"
        raise SettingsError((f"smtp.ca_file: {file} {what}",)) from error


class Dialler:
    """Opens connections to one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._trust, self._name = server.trust, server.name

    async def connected(self) -> aiosmtplib.SMTP:
        """Return a new connection, secured and logged in as the settings want it, or raise Gone."""
        server, deadlines = self._server, self._server.deadlines
        async with step(server, "greeting", deadlines.connect_s):
            if self._trust is None and server.security != "none":
                # Reading the authorities takes a while: once, and aside.
                self._trust = await asyncio.to_thread(ssl.create_default_context)
            if self._name is None:
                self._name = await asyncio.to_thread(socket.getfqdn)
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=False,
            tls_context=self._trust,
            local_hostname=self._name,
            timeout=None,
        )
        try:
            async with step(server, "greeting", deadlines.connect_s):
                await client.connect()
            async with step(server, "ehlo", deadlines.command_s):
                await client.ehlo()
            if server.security == "starttls":
                await self._secured(client)
            if server.username is not None:
                await self._logged_in(client, server.username)
        except BaseException:
            cut(client)
            raise
        return client

    async def _secured(self, client: aiosmtplib.SMTP) -> None:
        server = self._server
        if not client.supports_extension("starttls"):
            raise _mend(server, "does not offer STARTTLS: set smtp.security to what it has")
        async with step(server, "starttls", server.deadlines.command_s):
            await client.starttls(tls_context=self._trust)
            await client.ehlo()

    async def _logged_in(self, client: aiosmtplib.SMTP, username: str) -> None:
        server = self._server
        if not client.supported_auth_methods:
            words = (
                "offers no login that is known here (PLAIN, LOGIN, CRAM-MD5): set smtp.security to "
                "what it has, or take smtp.username away"
            )
            raise _mend(server, words)
        async with step(server, "auth", server.deadlines.command_s):
            await client.login(username, server.password or "")


def cut(client: aiosmtplib.SMTP) -> None:
    """Close a connection that is good for nothing any more."""
    if isinstance(client.transport, asyncio.WriteTransport):
        # Closing in order would wait for what the other side does not read.
        client.transport.abort()
    client.close()


async def leave(client: aiosmtplib.SMTP) -> None:
    """Say goodbye, and close."""
    # The message is with the server already, or was never there: how we part is of no matter.
    with contextlib.suppress(SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(_GOODBYE_S):
            await client.quit()
    cut(client)


@contextlib.asynccontextmanager
async def step(
    server: Server, name: Step, seconds: float, *, reusable: bool = False
) -> AsyncIterator[None]:
    """Bound a step, and turn what goes wrong in it into Gone, with an outcome that is certain.

    reusable: whether the connection is good for another message after a refusal.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except SMTPResponseException as error:
        # Who says 421 closes (RFC 5321, 3.8).
        raise Gone(
            outcome(error.code, error.message, name),
            step=name,
            reusable=reusable and 400 <= error.code < 600 and error.code != 421,
        ) from error
    except TimeoutError as error:
        raise _lost(server, name, f"no answer within {seconds:g} s") from error
    except (SMTPException, OSError, UnicodeError, ValueError) as error:
        reason = _distrust(error)
        if reason is not None:
            raise _mend(server, f"cannot be spoken to securely: {reason}") from error
        raise _lost(server, name, str(error) or type(error).__name__) from error


def _lost(server: Server, name: Step, words: str) -> Gone:
    text = one_line(f"{server.where}, at {name}: {words}")
    return Gone(Outcome(result="deferred", cause="server", text=text), step=name)


def _mend(server: Server, words: str) -> Gone:
    """Return what only the operator can mend; messages wait for it."""
    text = f"{server.where} {words}"
    return Gone(Outcome(result="deferred", cause="policy", text=text))


def _distrust(error: BaseException) -> str | None:
    """Return why a connection is not secure, where that is what is wrong with it."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLError):
            reason = getattr(found, "verify_message", "") or found.reason or str(found)
            return one_line(str(reason)).lower()
        found = found.__cause__
    return None
