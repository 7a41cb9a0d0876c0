"""The HTTP client, against real servers on the loopback device."""

import asyncio
import gzip
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from feeds.fetch import Fetcher, Limits, Response
from feeds.turns import Pace
from service.errors import FetchError
from tests.feeds.fakes import Handler, Names, raw, serving

NOW = datetime(2025, 6, 1, tzinfo=UTC)
LOCAL = ("127.0.0.1",)
QUICK = Pace(gap_s=0)
SMALL = Limits(max_bytes=100_000)


async def _get(
    handler: Handler, path: str = "/", *, limits: Limits | None = None, **more: Any
) -> Response:
    async with (
        serving(handler) as base,
        Fetcher(pace=QUICK, allow=LOCAL, limits=limits, now=lambda: NOW) as client,
    ):
        return await client.get(base + path, **more)


async def _fails(handler: Handler, path: str = "/", **more: Any) -> FetchError:
    with pytest.raises(FetchError) as found:
        await _get(handler, path, **more)
    assert "\n" not in str(found.value)
    return found.value


def _body(data: bytes, **headers: str) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=data, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


def test_a_page_is_fetched_with_its_headers() -> None:
    found = asyncio.run(_get(_body(b"hello", ETag='"1"'), "/a"))
    assert (found.status, found.body, found.headers["etag"]) == (200, b"hello", '"1"')
    assert found.url.endswith("/a")
    assert found.moved_to == found.url


def test_the_request_is_honest_and_asks_for_nothing_it_cannot_cap() -> None:
    seen: dict[str, str] = {}

    async def answer(request: web.Request) -> web.Response:
        seen.update(request.headers)
        return web.Response(headers={"Set-Cookie": "a=b"})

    async def twice() -> None:
        async with (
            serving(answer) as base,
            Fetcher(pace=QUICK, agent="us (+x)", allow=LOCAL) as client,
        ):
            await client.get(base)
            await client.get(base)

    asyncio.run(twice())
    assert seen["User-Agent"] == "us (+x)"
    assert seen["Accept-Encoding"] == "gzip, deflate"
    assert "Cookie" not in seen


def test_validators_are_sent_and_304_is_an_answer() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=304 if request.headers.get("If-None-Match") == '"1"' else 200)

    found = asyncio.run(_get(answer, validators={"If-None-Match": '"1"'}))
    assert (found.status, found.body) == (304, b"")


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(b"hello", mtime=0)),
        ("x-gzip", gzip.compress(b"hello", mtime=0)),
        ("GZIP", gzip.compress(b"hel", mtime=0) + gzip.compress(b"lo", mtime=0)),
        ("gzip", gzip.compress(b"hello", mtime=0) + b"\0" * 50),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", zlib.compress(b"hello")[2:-4]),
        ("identity", b"hello"),
    ],
)
def test_gzip_and_deflate_are_unpacked(encoding: str, data: bytes) -> None:
    assert asyncio.run(_get(_body(data, Content_Encoding=encoding))).body == b"hello"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    failed = asyncio.run(_fails(_body(b"x", Content_Encoding=encoding)))
    assert "encoding that was not asked for" in str(failed)


@pytest.mark.parametrize("data", [b"no gzip at all", gzip.compress(b"hello" * 999, mtime=0)[:-9]])
def test_broken_compression_is_an_error(data: bytes) -> None:
    failed = asyncio.run(_fails(_body(data, Content_Encoding="gzip")))
    assert "compressed data that is broken" in str(failed)


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (b"x" * 100_001, {}),
        (gzip.compress(b"\0" * 50_000_000, mtime=0), {"Content_Encoding": "gzip"}),
        (zlib.compress(b"\0" * 50_000_000), {"Content_Encoding": "deflate"}),
        (gzip.compress(b"\0" * 60_000, mtime=0) * 2, {"Content_Encoding": "gzip"}),
    ],
)
def test_what_is_too_large_unpacked_is_refused(data: bytes, headers: dict[str, str]) -> None:
    failed = asyncio.run(_fails(_body(data, **headers), limits=SMALL))
    assert "is larger than" in str(failed)


def test_a_body_of_just_the_limit_is_read() -> None:
    data = gzip.compress(b"x" * 100_000)
    assert (
        len(asyncio.run(_get(_body(data, Content_Encoding="gzip"), limits=SMALL)).body) == 100_000
    )


def test_a_body_that_never_ends_is_cut_at_the_cap() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        while True:
            await stream.write(b"x" * 10_000)

    assert "is larger than" in str(asyncio.run(_fails(answer, limits=SMALL)))


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nabc"],
)
def test_a_server_that_does_not_come_to_an_end_is_left_at_the_deadline(start: bytes) -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await writer.drain()
        await asyncio.Event().wait()

    async def work() -> None:
        limits = Limits(deadline_s=0.2)
        async with raw(stall) as base, Fetcher(pace=QUICK, allow=LOCAL, limits=limits) as client:
            with pytest.raises(FetchError, match=r"no whole answer within 0\.2 seconds"):
                await client.get(base)

    asyncio.run(work())


def test_the_deadline_covers_all_redirects_together() -> None:
    at = iter(range(10**9))

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"/{next(at)}"})

    limits = Limits(deadline_s=0.2, max_redirects=10**9)
    assert "no whole answer within" in str(asyncio.run(_fails(answer, limits=limits)))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "closed the connection"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "breaks off"),
        (b"no http\r\n\r\n", "cannot be read"),
    ],
)
def test_a_broken_answer_is_one_clear_line(data: bytes, words: str) -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()

    async def work() -> None:
        async with raw(say) as base, Fetcher(pace=QUICK, allow=LOCAL) as client:
            with pytest.raises(FetchError, match=words) as found:
                await client.get(base)
            assert "\n" not in str(found.value)

    asyncio.run(work())


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "nothing at this address"), (410, "gone for good"), (500, "500"), (204, "204")],
)
def test_another_status_is_an_error_with_its_number(status: int, words: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status)

    failed = asyncio.run(_fails(answer, "/feed?token=secret"))
    assert failed.status == status
    assert words in str(failed)
    assert "secret" not in str(failed)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Sun, 01 Jun 2025 00:10:00 GMT", 600.0),
        ("Sun, 01 Jun 2024 00:10:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("9" * 50, float("9" * 12)),
    ],
)
def test_retry_after_is_kept_in_seconds(value: str, seconds: float | None) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": value})

    assert asyncio.run(_fails(answer)).retry_after_s == seconds


def _hops(*statuses: int) -> Handler:
    """Redirect /0 to /1 by the first status, and so on; the last path answers."""

    async def answer(request: web.Request) -> web.Response:
        at = int(request.path.strip("/") or "0")
        if at == len(statuses):
            return web.Response(body=b"end")
        return web.Response(status=statuses[at], headers={"Location": f"/{at + 1}"})

    return answer


def test_five_redirects_are_followed_and_six_are_not() -> None:
    assert asyncio.run(_get(_hops(*[302] * 5), "/0")).body == b"end"
    assert "redirects more than 5 times" in str(asyncio.run(_fails(_hops(*[302] * 6), "/0")))


def test_a_redirect_to_itself_ends() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/"})

    assert "redirects more than" in str(asyncio.run(_fails(answer)))


@pytest.mark.parametrize(
    ("statuses", "kept"), [((301, 308), "/2"), ((301, 302), "/1"), ((302, 301), "/0")]
)
def test_only_permanent_redirects_move_the_address(statuses: tuple[int, ...], kept: str) -> None:
    found = asyncio.run(_get(_hops(*statuses), "/0"))
    assert found.moved_to.endswith(kept)
    assert found.url.endswith("/2")


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://127.0.0.2/", "private address"),
        ("http://169.254.169.254/latest/meta-data/", "private address"),
        ("http://[::1]/", "private address"),
        ("http://[::ffff:10.0.0.1]/", "private address"),
        ("http://１２７.0.0.2/", "private address"),
        ("http://2130706434/", "cannot be read"),
        ("file:///etc/passwd", "not an http or https"),
        ("gopher://example.org/", "not an http or https"),
        ("http://u:p@127.0.0.1/", "user name"),
    ],
)
def test_a_redirect_into_the_inside_is_refused(location: str, words: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    failed = asyncio.run(_fails(answer))
    assert words in str(failed)


def test_a_redirect_to_another_host_takes_no_validators_along() -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("If-None-Match"))
        if request.path == "/there":
            return web.Response(body=b"x")
        port = request.url.port
        return web.Response(status=302, headers={"Location": f"http://other.test:{port}/there"})

    async def work() -> None:
        names = Names({"other.test": [["127.0.0.1"]]})
        async with (
            serving(answer) as base,
            Fetcher(pace=QUICK, allow=(*LOCAL, "other.test"), resolver=names) as client,
        ):
            await client.get(base, validators={"If-None-Match": '"1"'})

    asyncio.run(work())
    assert seen == ['"1"', None]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://[::1]:1/", "http://10.0.0.1/", "http://0.0.0.0/"]
)
def test_a_private_address_is_refused_without_an_allowance(url: str) -> None:
    async def work() -> None:
        async with Fetcher(pace=QUICK) as client:
            with pytest.raises(FetchError, match="is yours, set `allow_private"):
                await client.get(url)

    asyncio.run(work())


def test_a_name_that_leads_inside_is_refused() -> None:
    async def work() -> None:
        names = Names({"inside.test": [["10.0.0.1", "127.0.0.1"]]})
        async with Fetcher(pace=QUICK, resolver=names) as client:
            with pytest.raises(FetchError, match=r"inside\.test is at a private address"):
                await client.get("http://inside.test/")

    asyncio.run(work())


def test_a_name_that_changes_its_address_is_checked_where_it_is_connected() -> None:
    async def work() -> None:
        # Public when one would ask first, private when the connection is made.
        names = Names({"rebind.test": [["127.0.0.1"]]})
        async with serving(_body(b"secret")) as base:
            port = base.rpartition(":")[2]
            async with Fetcher(pace=QUICK, resolver=names) as client:
                with pytest.raises(FetchError, match="private address"):
                    await client.get(f"http://rebind.test:{port}/")
        assert names.asked == ["rebind.test"], "one look-up for a connection"

    asyncio.run(work())


def test_an_allowed_name_may_lead_inside() -> None:
    async def work() -> None:
        names = Names({"feeds.internal": [["127.0.0.1"]]})
        async with serving(_body(b"x")) as base:
            port = base.rpartition(":")[2]
            async with Fetcher(pace=QUICK, resolver=names, allow=("feeds.internal",)) as client:
                assert (await client.get(f"http://feeds.internal:{port}/")).body == b"x"

    asyncio.run(work())


def test_a_name_that_does_not_exist_is_said_so() -> None:
    async def work() -> None:
        async with Fetcher(pace=QUICK, resolver=Names({})) as client:
            with pytest.raises(FetchError, match="its name cannot be found"):
                await client.get("http://nowhere.test/")

    asyncio.run(work())


def test_a_closed_port_is_said_so() -> None:
    async def work() -> None:
        async with serving(_body(b"")) as base:
            pass
        async with Fetcher(pace=QUICK, allow=LOCAL) as client:
            with pytest.raises(FetchError, match="nothing answers there"):
                await client.get(base)

    asyncio.run(work())


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert asyncio.run(_get(_body(b"direct"))).body == b"direct"


def test_a_client_that_is_not_open_says_so() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        asyncio.run(Fetcher(pace=QUICK, allow=LOCAL).get("http://127.0.0.1/"))
