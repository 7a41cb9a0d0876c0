"""The web archive inside of the service, behind the pages that watch over it.

The socket is opened here and kept over a reload, so that nobody is turned away meanwhile, and so
that a port that is taken is told in one line. uvicorn's own handling of signals is left out: the
service has its own.
"""

import asyncio
import contextlib
import errno
import ipaddress
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from service.errors import BriefError
from service.serving import metrics
from service.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

#: What a request that is under way at the end may still take.
_END_S = 5
_WAITING = 200
#: Headers by which a proxy says that the request is another's.
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")

Page = Callable[[Request], Awaitable[Response]]


class Watching:
    """`/healthz`, `/readyz` and `/metrics`, and everything else is the archive's."""

    def __init__(
        self,
        archive: "ASGIApp",
        settings: Settings,
        *,
        alive: Callable[[], bool],
        ready: Callable[[], tuple[bool, Any]],
        numbers: Callable[[], bytes],
    ) -> None:
        """ready, numbers: look into the store, and are called in a thread."""
        self._archive, self._settings = archive, settings
        self._alive, self._ready, self._numbers = alive, ready, numbers
        self._pages: dict[str, Page] = {
            "/healthz": self._healthz,
            "/readyz": self._readyz,
            "/metrics": self._metrics,
        }

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        page = self._pages.get(scope.get("path", "")) if scope["type"] == "http" else None
        if page is None:
            await self._archive(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            response: Response = PlainTextResponse("only GET\n", 405, {"Allow": "GET, HEAD"})
        else:
            response = await page(Request(scope, receive))
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        await response(scope, receive, send)

    async def _healthz(self, _: Request) -> Response:
        well = self._alive()
        return PlainTextResponse("alive\n" if well else "stuck\n", 200 if well else 503)

    async def _readyz(self, request: Request) -> Response:
        well, said = await asyncio.to_thread(self._ready)
        if not self._watches(request):
            said = {"ready": well}
        return JSONResponse(said, 200 if well else 503)

    async def _metrics(self, request: Request) -> Response:
        if not self._watches(request):
            return PlainTextResponse("not from here: see web.watchers\n", 403)
        text = await asyncio.to_thread(self._numbers)
        return Response(text, headers={"Content-Type": metrics.CONTENT_TYPE})

    def _watches(self, request: Request) -> bool:
        """Tell whether a request comes from a machine that may see more, and not by a proxy."""
        if any(name in request.headers for name in _FORWARDED) or request.client is None:
            return False
        try:
            peer = ipaddress.ip_address(request.client.host)
        except ValueError:
            return False
        mapped = getattr(peer, "ipv4_mapped", None)
        return (mapped or peer).compressed in self._settings.web.watchers


def bound(listen: str) -> socket.socket:
    """Return a socket that listens on "host:port"; BriefError where that cannot be."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except (socket.gaierror, OverflowError) as error:
        raise BriefError(f"web.listen {listen}: {host} is no address here: {error}") from error
    family, kind, proto, _, address = found[0]
    made = socket.socket(family, kind, proto)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(_WAITING)
        made.setblocking(False)
    except OSError as error:
        made.close()
        raise BriefError(f"web.listen {listen}: {_why(error)}") from error
    return made


def _why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another program listens there: stop that one, or choose another port"
    if error.errno == errno.EACCES:
        return "ports below 1024 are not for every user: choose another, behind a proxy"
    if error.errno == errno.EADDRNOTAVAIL:
        return "this machine has no such address: choose one that it has"
    return error.strerror or str(error)


def where(listening: socket.socket) -> str:
    """Return the address at which a socket is reached."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the service."""
        yield


@contextlib.asynccontextmanager
async def serving(app: "ASGIApp", listening: socket.socket) -> AsyncIterator[Callable[[], None]]:
    """Answer requests on a socket until the end of the block; the socket stays open.

    Gives what ends it before, in the background.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on",
        # The archive reads a proxy's headers itself, from those that it trusts.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_END_S,
    )
    server = _Server(config)

    def hang_up() -> None:
        server.should_exit = True

    task = asyncio.create_task(server.serve(sockets=[listening.dup()]), name="web")
    try:
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        if task.done():
            await task
            raise BriefError("the web archive did not start: the log says why")
        yield hang_up
    finally:
        hang_up()
        await asyncio.gather(task, return_exceptions=True)
