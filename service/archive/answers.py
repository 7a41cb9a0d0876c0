"""An answer with its headers: the policy, the tag, what may be kept, and compression."""

import gzip
import hashlib
import re
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

#: Nothing from elsewhere, no script, no frame. `styles` are hashes of styles inside of the page.
_POLICY = (
    "default-src 'none'; style-src 'self'{styles}; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": a browser would then say that a form of ours comes from nowhere.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Smaller answers do not get smaller.
_LEAST = 1_000
_PACKED = ("text/", "application/atom+xml", "application/json")
#: A file whose address names its content.
FOR_EVER = "public, max-age=31536000, immutable"
#: Asked for again each time; an answer that has not changed is empty.
ASK = "no-cache"
NEVER = "no-store"


def policy(styles: Iterable[str] = ()) -> str:
    """Return a policy that allows these sources of styles as well as our own file."""
    return _POLICY.format(styles="".join(f" {source}" for source in styles))


def style_hash(style: bytes) -> str:
    """Return the source that allows a style of these bytes."""
    import base64

    digest = hashlib.sha256(style.replace(b"\r\n", b"\n")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def tag(data: bytes) -> str:
    """Return the tag of an answer: weak, since a compressed answer has other bytes."""
    return f'W/"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'


def fresh(request: Request, etag: str) -> bool:
    """Tell whether the sender has an answer of this tag already."""
    given = request.headers.get("if-none-match", "")
    known = {one.strip().removeprefix("W/") for one in given.split(",")}
    return etag.removeprefix("W/") in known or "*" in known


def finish(request: Request, response: Response, *, secure: bool, indexed: bool) -> Response:
    """Return an answer as it goes out. secure: it is read over HTTPS. indexed: it may be listed."""
    headers = response.headers
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", policy())
    headers.setdefault("Cache-Control", NEVER)
    if secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not indexed:
        headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    kept = headers["Cache-Control"] != NEVER
    if response.status_code != 200 or request.method not in ("GET", "HEAD") or not kept:
        return response
    body = bytes(response.body)
    headers.setdefault("ETag", tag(body))
    headers.add_vary_header("Accept-Encoding")
    headers.add_vary_header("Cookie")
    if fresh(request, headers["ETag"]):
        kept_headers = {
            k: v for k, v in headers.items() if k not in ("content-length", "content-type")
        }
        return Response(status_code=304, headers=kept_headers)
    kind = headers.get("content-type", "")
    if len(body) >= _LEAST and kind.startswith(_PACKED) and _takes_gzip(request):
        packed = gzip.compress(body, compresslevel=5, mtime=0)
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(packed))
        response.body = packed
    return response


def _takes_gzip(request: Request) -> bool:
    """Tell whether the sender unpacks gzip."""
    said = request.headers.get("accept-encoding", "").lower()
    for part in said.split(","):
        name, _, rest = part.strip().partition(";")
        if name.strip() == "gzip":
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", rest)
    return False
