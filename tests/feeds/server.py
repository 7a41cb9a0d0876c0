"""A web server of its own thread on the loopback device, which answers as a script says.

For tests of whole commands, which run event loops of their own; `tests.feeds.fakes` has the server
for tests that share one.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    path: str
    headers: Message


#: What a path answers, given the request.
Script = Callable[[Asked], Reply]


def rss(*items: str, head: str = "") -> bytes:
    """Return a feed of items, each the inside of its element."""
    inner = "".join(f"<item>{item}</item>" for item in items)
    return (
        "<?xml version='1.0' encoding='utf-8'?><rss version='2.0' "
        "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>"
        f"<channel><title>Harbour Wire</title>{head}{inner}</channel></rss>"
    ).encode()


def item(key: str, text: str, *, link: str = "", date: str = "", title: str = "") -> str:
    """Return the inside of an RSS item."""
    parts = [
        f"<guid isPermaLink='false'>{key}</guid>",
        f"<title>{title or 'Title of ' + key}</title>",
    ]
    parts += [f"<link>{link}</link>"] if link else []
    parts += [f"<pubDate>{date}</pubDate>"] if date else []
    return "".join([*parts, f"<description>{text}</description>"])


class Server:
    """The running server. Set `paths`; read `asked`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.paths: dict[str, Script | Reply] = {}
        self.asked: list[Asked] = []

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        script = self.paths.get(asked.path, Reply(status=404))
        return script if isinstance(script, Reply) else script(asked)

    def count(self, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(asked.path == path for asked in self.asked)


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that have had enough, which is what many tests want."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Server]:
    """Serve on an address of this machine until left."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            reply = server.reply(Asked(path=self.path, headers=self.headers))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 304:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if reply.status != 304:
                self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base's name
            return None

    with _Quiet((host, 0), Handler) as http:
        http.daemon_threads = True
        server = Server(http.server_address[1])
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
