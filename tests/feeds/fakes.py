"""A web server on the loopback device, names that resolve as a test says, and a canned client."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from feeds.fetch import Response
from service.errors import FetchError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """Serve every path by one handler; yield the address, without a slash at its end."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request, web.BaseRequest)
        return await handler(request)  # type: ignore[arg-type]

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """Serve by writing bytes; yield the address."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The client has had enough, which is what these tests want.
        with suppress(ConnectionError, asyncio.CancelledError):
            await answer(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


class Names(AbstractResolver):
    """Resolves each name to the addresses given, one list for each asking, the last for ever."""

    def __init__(self, names: Mapping[str, list[list[str]]]) -> None:
        self._names = {name: list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self._names.get(host)
        if answers is None:
            raise OSError(f"no such name: {host}")
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        return None


class Canned:
    """A client that gives prepared answers in order, and keeps what it was asked."""

    def __init__(self, *answers: Response | FetchError) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def get(self, url: str, *, validators: dict[str, str] | None = None) -> Response:
        self.asked.append((url, dict(validators or {})))
        answer = self._answers.pop(0)
        if isinstance(answer, FetchError):
            raise answer
        return answer


def answer(body: bytes = b"", *, status: int = 200, **headers: Any) -> Response:
    """Return a response as from https://example.org/feed."""
    url = "https://example.org/feed"
    names = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return Response(url=url, status=status, body=body, headers=names, moved_to=url)
