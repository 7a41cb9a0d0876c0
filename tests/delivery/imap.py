"""A mailbox over IMAP on the loopback device that does as a script says.

As much of RFC 3501 as a poller asks for. It listens in a thread of its own, since who reads a
mailbox blocks.
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from tests.beside import beside


@dataclass
class Stored:
    """A message and its flags."""

    data: bytes
    flags: set[str] = field(default_factory=set)


@dataclass(kw_only=True)
class ImapServer:
    """The mailbox, and what happened to it."""

    messages: dict[int, Stored] = field(default_factory=dict)
    login: tuple[str, str] = ("bounce", "secret")
    #: Whether it keeps keywords that it does not know.
    keywords: bool = True
    uidplus: bool = True
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    #: A command at which it says nothing more, closes, or drips one byte at a time.
    hang: str = ""
    drop: str = ""
    drip: str = ""
    port: int = 0
    commands: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation."""
        try:
            await self._talk(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            writer.write(b"* OK ready\r\n")
            while line := (await reader.readline()).decode().strip():
                tag, _, rest = line.partition(" ")
                word = rest.split()[1 if rest.upper().startswith("UID") else 0].upper()
                self.commands.append(rest)
                if word == self.hang:
                    await reader.read()
                if word in (self.drop, self.hang):
                    break
                if word == self.drip:
                    while True:
                        writer.write(b"* OK still here\r\n")
                        await writer.drain()
                        await asyncio.sleep(0.02)
                if word == "STARTTLS" and self.tls is not None:
                    writer.write(f"{tag} OK begin\r\n".encode())
                    await writer.drain()
                    await writer.start_tls(self.tls)
                    continue
                if word == "AUTHENTICATE":
                    writer.write(b"+ \r\n")
                    rest = (await reader.readline()).decode()
                writer.write(self._answer(tag, word, rest))
                await writer.drain()
                if word == "LOGOUT":
                    break

    def _answer(self, tag: str, word: str, rest: str) -> bytes:
        good = f"{tag} OK done\r\n".encode()
        if word == "CAPABILITY":
            # As Dovecot does, which says the rest to who has logged in.
            entered = any(c.startswith(("LOGIN", "AUTHENTICATE")) for c in self.commands)
            names = "IMAP4rev1 STARTTLS" + (" UIDPLUS" if self.uidplus and entered else "")
            return f"* CAPABILITY {names}\r\n".encode() + good
        if word in ("LOGIN", "AUTHENTICATE"):
            return good if self._right(word, rest) else f"{tag} NO wrong password\r\n".encode()
        if word == "SELECT":
            if '"INBOX"' not in rest:
                return f"{tag} NO there is no such folder\r\n".encode()
            star = r" \*" if self.keywords else ""
            kept = rf"* OK [PERMANENTFLAGS (\Seen \Deleted{star})] limited"
            return f"* {len(self.messages)} EXISTS\r\n{kept}\r\n".encode() + good
        if word == "SEARCH":
            unwanted = "BriefingRead" if "UNKEYWORD" in rest else r"\Seen"
            found = [str(n) for n, m in self.messages.items() if unwanted not in m.flags]
            return f"* SEARCH {' '.join(found)}\r\n".encode() + good
        if word == "FETCH":
            return self._fetched(rest) + good
        if word == "STORE":
            found_ = re.search(r"STORE (\d+) \+FLAGS \((\S+)\)", rest)
            assert found_ is not None, rest
            self.messages[int(found_[1])].flags.add(found_[2])
        if word == "EXPUNGE":
            self.messages.pop(int(rest.split()[-1]))
        return good

    def _right(self, word: str, rest: str) -> bool:
        import base64

        if word == "AUTHENTICATE":
            return tuple(base64.b64decode(rest).decode().split("\0")[1:]) == self.login
        return rest == f'LOGIN {self.login[0]} "{self.login[1]}"'

    def _fetched(self, rest: str) -> bytes:
        number = int(rest.split()[2])
        limit = re.search(r"<0\.(\d+)>", rest)
        assert limit is not None, "the whole of a message was asked for"
        if number not in self.messages:
            return b""
        data = self.messages[number].data[: int(limit[1])]
        date = "20-Nov-2026 12:00:00 +0000"
        head = f'* 1 FETCH (UID {number} INTERNALDATE "{date}" BODY[]<0> {{{len(data)}}}\r\n'
        return head.encode() + data + b")\r\n"


@contextlib.asynccontextmanager
async def _listening(server: ImapServer) -> AsyncIterator[ImapServer]:
    context = server.tls if server.implicit else None
    listener = await asyncio.start_server(server.talk, "127.0.0.1", 0, ssl=context)
    server.port = listener.sockets[0].getsockname()[1]
    yield server
    listener.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def serving(server: ImapServer) -> AbstractContextManager[ImapServer]:
    """Listen while the block runs."""
    return beside(_listening(server))
