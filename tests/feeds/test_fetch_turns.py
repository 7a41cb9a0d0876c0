"""The HTTP client among others: turns of a host, and a proxy."""

import asyncio

import pytest
from aiohttp import web

from feeds.fetch import Fetcher, Limits, Response
from feeds.turns import Pace
from service.errors import FetchError
from tests.feeds.fakes import Handler, Names, serving

LOCAL = ("127.0.0.1",)
QUICK = Pace(gap_s=0)


def _body(data: bytes, **headers: str) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=data, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


def _hops(*statuses: int) -> Handler:
    """Redirect /0 to /1 by the first status, and so on; the last path answers."""

    async def answer(request: web.Request) -> web.Response:
        at = int(request.path.strip("/") or "0")
        if at == len(statuses):
            return web.Response(body=b"end")
        return web.Response(status=statuses[at], headers={"Location": f"/{at + 1}"})

    return answer


def test_waiting_for_a_turn_is_no_part_of_the_deadline() -> None:
    async def work() -> list[Response]:
        limits = Limits(deadline_s=0.3)
        async with (
            serving(_body(b"x")) as base,
            Fetcher(allow=LOCAL, limits=limits, pace=Pace(gap_s=0.2)) as client,
        ):
            return await asyncio.gather(*(client.get(base) for _ in range(4)))

    assert [found.body for found in asyncio.run(work())] == [b"x"] * 4


def test_a_redirect_within_a_host_needs_no_turn_of_its_own() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def work() -> None:
        pace = Pace(gap_s=5, sleep=sleep)
        async with (
            serving(_hops(302, 302, 302)) as base,
            Fetcher(allow=LOCAL, pace=pace) as client,
        ):
            await client.get(base + "/0")
            assert slept == []
            await client.get(base + "/0")
            assert len(slept) == 1

    asyncio.run(work())


def test_two_hosts_that_redirect_to_each_other_do_not_lock_each_other() -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.path == "/end":
            return web.Response(body=b"end")
        other = {"one.test": "two.test", "two.test": "one.test"}[request.url.host or ""]
        return web.Response(
            status=302, headers={"Location": f"http://{other}:{request.url.port}/end"}
        )

    async def work() -> list[Response]:
        names = Names({"one.test": [["127.0.0.1"]], "two.test": [["127.0.0.1"]]})
        async with (
            serving(answer) as base,
            Fetcher(pace=QUICK, allow=("one.test", "two.test"), resolver=names) as client,
        ):
            port = base.rpartition(":")[2]
            urls = [f"http://{host}.test:{port}/start" for host in ("one", "two")] * 3
            return await asyncio.gather(*map(client.get, urls))

    assert [found.body for found in asyncio.run(work())] == [b"end"] * 6


def test_a_proxy_that_is_set_is_asked_for_everything_and_may_be_private() -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        return web.Response(body=b"through the proxy")

    async def work() -> None:
        names = Names({"proxy.test": [["127.0.0.1"]]})
        async with serving(answer) as base:
            proxy = f"http://proxy.test:{base.rpartition(':')[2]}"
            async with Fetcher(pace=QUICK, proxy=proxy, resolver=names) as client:
                found = await client.get("http://wire.example/feed")
                assert found.body == b"through the proxy"
                with pytest.raises(FetchError, match="private address"):
                    await client.get("http://10.0.0.1/")
            async with Fetcher(pace=QUICK, proxy=base, resolver=names) as client:
                assert (await client.get("http://wire.example/x")).status == 200

    asyncio.run(work())
    assert seen == ["http://wire.example/feed", "http://wire.example/x"]
