"""A page in the browser that shows an issue in templates while they are written.

Problem: who writes a template wants to see it after every save, in the form in which it will be
sent. Choice: one page with a frame for each format. Its few lines of script ask twice a second for
the state of the folder, and load the frame anew when that has changed; so the document in the frame
is the one that would be published, to the byte, with its own policy against requests. A fault of a
template is the page, until it is mended. Rejected: writing a script into the document (which then
is another one), a push over a socket (a second protocol, for half a second).

It answers this machine only: it listens on the loopback address, on a port that the system gives,
and only to requests that name that address, so that no page of a stranger can read it by a name
that leads here.
"""

import html
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from service.errors import RenderError
from service.model import Brief
from service.render import FORMATS, custom, render
from service.render.sheet import Sheet
from service.render.worker import Press

HOST = "127.0.0.1"
_TYPES = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "eml": "text/html; charset=utf-8",
    "json": "application/json",
}
_PLAIN = "text/plain; charset=utf-8"
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>
body {{ margin: 0; font: 14px sans-serif; display: flex; flex-direction: column; height: 100vh }}
nav {{ padding: 6px 10px; background: #1b3a5c; color: #fff }}
nav a {{ color: #fff; margin-right: 12px }}
nav a[aria-current] {{ font-weight: bold; text-decoration: none }}
iframe {{ flex: 1; border: 0; background: #fff }}
</style></head><body>
<nav aria-label="Formats">{links}</nav>
<iframe title="{title}" src="/made/{format}"></iframe>
<script>
const frame = document.querySelector("iframe");
let seen = "{state}";
setInterval(async () => {{
  const now = await (await fetch("/state")).text();
  if (now === seen) return;
  seen = now;
  const top = frame.contentWindow.scrollY || 0;
  frame.onload = () => frame.contentWindow.scrollTo(0, top);
  frame.contentWindow.location.reload();
}}, 500);
</script>
</body></html>
"""
_FAULT = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>The template has a fault</title></head>
<body style="font: 16px sans-serif; margin: 40px; max-width: 50em">
<h1 style="font-size: 20px">The template has a fault</h1>
<p style="font-family: monospace; overflow-wrap: anywhere">{fault}</p>
<p>Save the file when it is mended, and the page comes back.</p>
</body></html>
"""


@dataclass(kw_only=True)
class Source:
    """An issue, and the folder whose templates it is shown in."""

    brief: Brief
    folder: Path
    sheet: Sheet
    press: Press
    #: What was made last, by format, with the state of the folder that it was made of.
    _made: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def state(self) -> str:
        """Return what changes when a file is saved, added or removed."""
        seen = []
        for path in sorted(self.folder.rglob("*")):
            try:
                found = path.stat()
            except OSError:
                # An editor that saves writes aside and renames: it is gone for a moment.
                continue
            seen.append((path.as_posix(), found.st_mtime_ns, found.st_size))
        return custom.digest(seen)

    def document(self, format_: str) -> bytes:
        """Return the issue in a format; raise RenderError where a template is at fault."""
        with self._lock:
            state = self.state()
            if self._made.get(format_, ("", b""))[0] != state:
                own = custom.load(self.folder)
                (made,) = render(
                    self.brief, (format_,), sheet=self.sheet, press=self.press, own=own
                )
                self._made[format_] = state, made.data
            return self._made[format_][1]


@contextmanager
def serving(source: Source) -> Iterator[str]:
    """Serve the page in a thread of its own; give its address."""
    server = ThreadingHTTPServer((HOST, 0), partial(_Answers, source))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def wait() -> None:
    """Return never; an interrupt ends it."""
    threading.Event().wait()


class _Answers(BaseHTTPRequestHandler):
    """Answers one request."""

    def __init__(self, source: Source, *args: object) -> None:
        self._source = source
        super().__init__(*args)  # type: ignore[arg-type]

    def log_message(self, *_: object) -> None:
        """Say nothing: the page asks twice a second."""

    def do_GET(self) -> None:
        port = self.connection.getsockname()[1]
        if self.headers.get("Host") not in (f"{HOST}:{port}", f"localhost:{port}"):
            self._answer(HTTPStatus.FORBIDDEN, _PLAIN, b"this page answers this machine only\n")
            return
        path = urlsplit(self.path).path.strip("/")
        if path == "state":
            self._answer(HTTPStatus.OK, _PLAIN, self._source.state().encode())
        elif path.startswith("made/") and path.removeprefix("made/") in FORMATS:
            self._document(path.removeprefix("made/"))
        elif path in ("", *FORMATS):
            page = _frame(path or "html", self._source.state())
            self._answer(HTTPStatus.OK, _TYPES["html"], page.encode())
        else:
            self._answer(HTTPStatus.NOT_FOUND, _PLAIN, b"there is no such page\n")

    def _document(self, format_: str) -> None:
        try:
            data = self._source.document(format_)
        except RenderError as error:
            page = _FAULT.format(fault=html.escape(str(error)))
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, _TYPES["html"], page.encode())
            return
        if format_ == "eml":
            data = letter(data)
        self._answer(HTTPStatus.OK, _TYPES.get(format_, _PLAIN), data)

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)


def _frame(format_: str, state: str) -> str:
    links = "".join(
        f'<a href="/{name}"{" aria-current=page" if name == format_ else ""}>{name}</a>'
        for name in FORMATS
    )
    return _PAGE.format(title=f"Preview: {format_}", links=links, format=format_, state=state)


def letter(data: bytes) -> bytes:
    """Return what a mail program shows of a message: its HTML, with the pictures it brings."""
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("html",))
    if body is None:
        return b"the message has no HTML\n"
    pictures = {
        str(part["Content-ID"]).strip("<>"): part
        for part in message.walk()
        if part["Content-ID"] is not None
    }

    def inline(found: re.Match[str]) -> str:
        part = pictures.get(html.unescape(found[1]))
        if part is None:
            return found[0]
        coded = "".join(str(part.get_payload()).split())
        return f'"data:{part.get_content_type()};base64,{coded}"'

    return re.sub(r'"cid:([^"]+)"', inline, str(body.get_content())).encode("utf-8")
