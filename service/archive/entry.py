"""Logging in and out."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.archive.access import COOKIE, LASTS_S
from service.archive.place import place


def login_page(request: Request) -> Response:
    """The form of the login."""
    desk = place(request)
    if not desk.door.has_password or desk.web.access == "proxy":
        return desk.page(request, "message.html", status=404, keep=False, said="no-login")
    return desk.page(
        request, "login.html", keep=False, to=_here(request.query_params.get("to")), wrong=False
    )


async def login(request: Request) -> Response:
    """Begin a session for who knows the password."""
    desk = place(request)
    if not desk.door.has_password or desk.web.access == "proxy":
        return desk.page(request, "message.html", status=404, keep=False, said="no-login")
    form = await request.form()
    to = _here(str(form.get("to", "")))
    if not await desk.door.opens(str(form.get("password", ""))):
        return desk.page(request, "login.html", status=403, keep=False, to=to, wrong=True)
    response = RedirectResponse(to, status_code=303)
    response.set_cookie(
        COOKIE,
        desk.door.new_session(),
        max_age=LASTS_S,
        httponly=True,
        samesite="lax",
        secure=desk.door.secure,
        path="/",
    )
    return response


async def logout(request: Request) -> Response:
    """End the session in this browser."""
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return response


def _here(to: str | None) -> str:
    """Return a path of ours to go on to; never another site."""
    said = to or "/"
    parts = urlsplit(said)
    plain = not parts.scheme and not parts.netloc and said.startswith("/")
    if not plain or said.startswith(("//", "/\\")) or any(ord(c) < 33 or c == "\\" for c in said):
        return "/"
    return parts.path
