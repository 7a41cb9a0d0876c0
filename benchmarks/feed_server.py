"""A server of many feeds, in a process of its own: `python -m benchmarks.feed_server FOLDER`.

Feed n is one of the files of a folder, in turn, with its sentences and addresses marked by n, so
that no two feeds hold the same article. (With one address for a hundred feeds, the store would
look each time through all that was found there, as no store of the world has to.) Each feed has a
host of its own on the loopback network (127.0.x.y), because clients are polite to each host. Every
answer takes 20 ms longer than the machine needs.
"""

import asyncio
import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.children import started, told

LATENCY_S = 0.02
#: The beginning of an item's address, or of its name.
_ADDRESS = re.compile(
    rb"(<(?:link|guid|id|feedburner:origLink)\b[^<>]{0,200}>\s*(?:<!\[CDATA\[)?\s*https?://"
    rb"|<link\b[^<>]{0,300}?\bhref=[\"']https?://)"
)
#: A feed that is served where there is no folder of real ones.
ITEMS = 30


def bodies(folder: Path) -> list[bytes]:
    """Return the feeds of a folder, or invented ones where there is none."""
    if folder.is_dir():
        return [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()]
    return [_invented(number) for number in range(80)]


def _invented(number: int) -> bytes:
    items = "".join(
        f"<item><guid>{number}-{item}</guid><title>Report {item} on crossing {number}</title>"
        f"<link>https://example.org/{number}/{item}</link><description>&lt;p&gt;"
        + f"The railway carried {item} trains of timber and grain on day {number}. " * 40
        + "&lt;/p&gt;</description></item>"
        for item in range(ITEMS)
    )
    return f"<rss version='2.0'><channel><title>{number}</title>{items}</channel></rss>".encode()


def addresses(port: int, count: int, *, path: str = "feed") -> list[str]:
    """Return the addresses of the feeds; path: "feed" with validators, "bare" without."""
    hosts = [f"127.{n // 62500}.{n // 250 % 250}.{n % 250 + 1}" for n in range(count)]
    return [f"http://{host}:{port}/{path}/{number}" for number, host in enumerate(hosts)]


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[int]:
    """Run the server in a process; yield its port."""
    with started("benchmarks.feed_server", folder) as process:
        yield told(process)[0]


async def _serve(folder: Path) -> None:
    from aiohttp import web

    known = bodies(folder)

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        _, kind, text = request.path.split("/")
        number = int(text)
        await asyncio.sleep(LATENCY_S)
        headers = {"Content-Type": "application/xml"}
        if kind == "feed":
            headers |= {"ETag": f'"{number}"', "Last-Modified": "Sat, 21 Nov 2026 07:00:00 GMT"}
            if request.headers.get("If-None-Match") == f'"{number}"':
                return web.Response(status=304, headers=headers)
        body = known[number % len(known)]
        mark = str(number // len(known)).encode()
        body = body.replace(b". ", b" " + mark + b". ").replace("。".encode(), mark + "。".encode())
        body = _ADDRESS.sub(rb"\g<1>n" + mark + b".", body)
        return web.Response(body=body, headers=headers)

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    site = web.TCPSite(runner, "0.0.0.0", 0, backlog=512)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(Path(sys.argv[1])))
