"""The Starlette application: routes, doors, and what becomes of errors."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from inspect import iscoroutinefunction
from typing import Literal
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from service.archive import answers, desk, entry, feed, indexing, readers, reading, seeking
from service.archive.access import Visitor, caller, foreign
from service.archive.place import Given, Place, place, visitor
from service.errors import StoreError
from service.settings import Settings
from service.store import Store

#: What a route asks of the visitor: nothing, to read, or to act.
Want = Literal["nothing", "read", "act"]
#: Which bucket a POST takes from.
Bucket = Literal["posts", "logins", "leaves", "asks"]
Endpoint = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]

#: No form of ours holds more.
_MOST_BODY = 20_000
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})

log = logging.getLogger(__name__)


def application(store: Store, settings: Settings, given: Given | None = None) -> Starlette:
    """Return the archive of a store as an ASGI application.

    The server must not change the peer's address by a proxy's header: the archive reads
    X-Forwarded-For itself, from `web.trusted` only.
    """
    shared = Place(store, settings, given or Given())

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        async with indexing.running(store, shared.given.index_every_s):
            yield

    made = Starlette(
        routes=_routes(),
        lifespan=running,
        exception_handlers={
            HTTPException: _refused,
            StoreError: _unreadable,
            Exception: _broken,
        },
    )
    made.state.place = shared
    return made


def _routes() -> list[Route]:
    return [
        _get("/", reading.front),
        _get("/issues/{ident:int}", reading.issue),
        _get("/issues/{ident:int}/stories", reading.issue_stories),
        _get("/issues/{ident:int}/{name}", reading.file),
        _get("/editions/{name:path}", reading.edition),
        _get("/feeds/{name:path}", feed.atom),
        _get("/stories/{ident}", reading.story),
        _get("/sources", reading.sources),
        _get("/sources/{name:path}", reading.source),
        _get("/search", seeking.search),
        _get("/style-{mark}.css", reading.style, want="nothing"),
        _get("/robots.txt", reading.robots, want="nothing"),
        _get("/login", entry.login_page, want="nothing"),
        _post("/login", entry.login, want="nothing", bucket="logins"),
        _post("/logout", entry.logout, want="nothing"),
        _get("/leave/{token}", readers.leave_page, want="nothing"),
        _post("/leave/{token}", readers.leave, want="nothing", bucket="leaves", anywhere=True),
        _get("/choose/{token}", readers.choose_page, want="nothing"),
        _post("/choose/{token}", readers.choose, want="nothing"),
        _get("/subscribe", readers.subscribe_page, want="nothing"),
        _post("/subscribe", readers.subscribe, want="nothing", bucket="asks"),
        _get("/join/{token}", readers.join_page, want="nothing"),
        _post("/join/{token}", readers.join, want="nothing"),
        _get("/desk", desk.page, want="act"),
        _post("/desk/brief", desk.brief_now, want="act"),
        _post("/desk/delivery", desk.delivery, want="act"),
        _post("/desk/period", desk.period, want="act"),
    ]


def _get(path: str, endpoint: Endpoint, *, want: Want = "read") -> Route:
    return Route(path, _guarded(endpoint, want, None, False), methods=["GET"])


def _post(
    path: str,
    endpoint: Endpoint,
    *,
    want: Want,
    bucket: Bucket = "posts",
    anywhere: bool = False,
) -> Route:
    """anywhere: another site, or a program, may have made the browser send it."""
    return Route(path, _guarded(endpoint, want, bucket, anywhere), methods=["POST"])


def _guarded(
    endpoint: Endpoint, want: Want, bucket: Bucket | None, anywhere: bool
) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        shared = place(request)
        _check_host(request, shared)
        request.state.visitor = shared.door.visitor(request)
        if bucket is not None:
            _check_post(request, shared, bucket, anywhere)
        refused = _shut(request, shared, want)
        if refused is not None:
            return _finished(request, refused)
        if want == "act" and bucket is not None:
            form = await request.form()
            if not shared.door.marked(visitor(request), str(form.get("mark", ""))):
                raise HTTPException(403, "stale")
        if iscoroutinefunction(endpoint):
            response = await endpoint(request)
        else:
            response = await run_in_threadpool(endpoint, request)
        return _finished(request, response)

    return guarded


def _check_host(request: Request, shared: Place) -> None:
    """Refuse a name that is not ours, where nobody has chosen who may read.

    A page elsewhere could give its own name our address, and read what only this machine is shown.
    """
    if shared.web.access is not None:
        return
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    if host not in _HERE and host != urlsplit(shared.public_url).hostname:
        raise HTTPException(421, "host")


def _check_post(request: Request, shared: Place, bucket: Bucket, anywhere: bool) -> None:
    if not anywhere:
        # What may come from anywhere is not read at all, and may come without its length.
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:12]) > _MOST_BODY or _endless(request):
            raise HTTPException(413, "large")
        if foreign(request, shared.public_url):
            raise HTTPException(403, "foreign")
    wait = getattr(shared, bucket).take(caller(request, shared.web))
    if wait:
        raise HTTPException(429, "often", headers={"Retry-After": str(int(wait) + 1)})


def _endless(request: Request) -> bool:
    return "transfer-encoding" in request.headers


def _shut(request: Request, shared: Place, want: Want) -> Response | None:
    """Return the answer to who may not have this, or None."""
    who = visitor(request)
    if want == "nothing" or (want == "read" and who.reads) or (want == "act" and who.acts):
        return None
    if who.can_log_in and request.method == "GET":
        back = quote(request.url.path, safe="/@")
        return RedirectResponse(f"/login?to={back}", status_code=303)
    if want == "act" and shared.web.access != "proxy" and not shared.door.has_password:
        return shared.page(request, "message.html", status=403, said="no-password")
    return shared.page(request, "message.html", status=403, said="shut")


def _finished(request: Request, response: Response) -> Response:
    shared = place(request)
    return answers.finish(request, response, secure=shared.door.secure, indexed=shared.web.indexed)


async def _refused(request: Request, error: Exception) -> Response:
    """Answer what there is not, or what may not be."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    said = error.detail if isinstance(error, HTTPException) else ""
    known = said if said in ("stale", "foreign", "often", "large", "host", "link") else str(status)
    response = _plain(request, status, known)
    for name, value in (getattr(error, "headers", None) or {}).items():
        response.headers[name] = value
    return _finished(request, response)


async def _unreadable(request: Request, error: Exception) -> Response:
    log.error("archive page not answered path=%s reason=%s", _route(request), error)
    response = _plain(request, 503, "503")
    response.headers["Retry-After"] = "30"
    return _finished(request, response)


async def _broken(request: Request, _error: Exception) -> Response:
    # Starlette raises the error again behind this answer, so that the server logs it.
    return _finished(request, _plain(request, 500, "500"))


def _plain(request: Request, status: int, said: str) -> Response:
    shared = place(request)
    if getattr(request.state, "visitor", None) is None:
        request.state.visitor = Visitor(reads=False, acts=False)
    return shared.page(request, "message.html", status=status, keep=False, said=said)


def _route(request: Request) -> str:
    """Return what was asked for, without what a link says of a reader."""
    return "/" + request.url.path.split("/")[1]
