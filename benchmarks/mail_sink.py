"""A mail server that takes everything, in a process of its own: `python -m benchmarks.mail_sink`.

It prints its port, keeps nothing but counts, and answers as fast as it can, so that what is
measured is who sends. When it is told to end it prints how many messages and how many different
recipients it was given.
"""

import asyncio
import contextlib
import signal
from collections.abc import Iterator

from benchmarks.children import started, told


class Counts:
    """What all connections were given."""

    def __init__(self) -> None:
        self.messages = 0
        self.recipients: set[bytes] = set()


class _Talk(asyncio.Protocol):
    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._rest = b""
        self._in_data = False
        self._to = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._rest = self._rest + data if self._rest else data
        while self._rest:
            if self._in_data and not self._content():
                return
            line, ended, rest = self._rest.partition(b"\r\n")
            if not ended:
                return
            self._rest = rest
            self._command(line)

    def _content(self) -> bool:
        """Take the content; return whether its end was there."""
        if self._rest.endswith(b"\r\n.\r\n") or self._rest == b".\r\n":
            self._rest, self._in_data = b"", False
            self._counts.messages += 1
            self._counts.recipients.add(self._to)
            self._transport.write(b"250 2.0.0 kept\r\n")
            return True
        # The end may be divided between two reads.
        self._rest = self._rest[-4:]
        return False

    def _command(self, line: bytes) -> None:
        word = line[:4].upper()
        if word == b"DATA":
            self._in_data = True
            self._transport.write(b"354 go ahead\r\n")
        elif word == b"EHLO":
            self._transport.write(b"250-sink.example\r\n250-SIZE 50000000\r\n250 8BITMIME\r\n")
        elif word == b"QUIT":
            self._transport.write(b"221 2.0.0 bye\r\n")
            self._transport.close()
        elif line:
            if word == b"RCPT":
                self._to = line
            self._transport.write(b"250 2.0.0 fine\r\n")


@contextlib.contextmanager
def sinking(counts: list[int]) -> Iterator[int]:
    """Run a sink in a process; yield its port; `counts` then holds messages and recipients."""
    with started("benchmarks.mail_sink") as process:
        try:
            yield told(process)[0]
        finally:
            process.terminate()
            counts[:] = told(process)


async def _serve() -> None:
    counts, stop = Counts(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    listener = await loop.create_server(lambda: _Talk(counts), "127.0.0.1", 0, backlog=512)
    print(listener.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    print(counts.messages, len(counts.recipients), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve())
