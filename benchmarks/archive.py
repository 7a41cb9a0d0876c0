"""The web archive at 1,000 issues: each page in this process, and a load beside a bare "hello".

Asked: a median under 20 ms a page. Time of the processor stands beside it, since that is what a
busy machine does not change. The issues and articles are made up of the tests' own.
"""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median

ISSUES, PER_ISSUE, SOURCES = 1_000, 20, 40
ROUNDS, LOAD, AT_ONCE = 30, 2_000, 16
LIMIT_MS = 20
_WORDS = (
    *("rail", "bridge", "gas", "talks", "freight", "customs", "border", "drill", "patrol", "trade"),
    *("harbour", "visa", "pipeline", "crossing", "minister", "delegation", "tariff", "grain"),
    *("timber", "coal", "port", "ferry", "summit", "statement", "agreement", "route"),
)
_HAN = (
    "中国俄罗斯天然气管道铁路大桥贸易海关口岸会谈代表团部长协议声明合作联合演习边境运输粮食煤炭港口"
)
_RU = (
    *("газ", "переговоры", "мост", "граница", "торговля", "таможня", "учения", "порт", "уголь"),
    *("зерно", "министр", "соглашение"),
)


def main(words: Sequence[str]) -> None:
    """Print the median and the slowest of each page, then requests a second."""
    issues = int(words[0]) if words else ISSUES
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "archive.db"
        begin = time.perf_counter()
        paths = _fill(file, issues)
        size = file.stat().st_size / 1e6
        took = time.perf_counter() - begin
        print(
            f"{issues} issues, {issues * PER_ISSUE} articles: {size:.0f} MB, made in {took:.0f} s"
        )
        worst = asyncio.run(_in_process(file, paths))
        print(f"slowest median {worst:.1f} ms   (asked: under {LIMIT_MS})")
        _loads(file, paths)


def _article(number: int) -> tuple[str, str, str]:
    """Return (title, text, language), always the same for a number."""
    chance = random.Random(number)
    language = ("en", "zh", "ru")[number % 3]
    if language == "zh":
        said = ["".join(chance.choices(_HAN, k=24)) + "。" for _ in range(30)]
        return said[0][:14] + str(number), "".join(said), language
    pool = _WORDS if language == "en" else _RU
    said = [" ".join(chance.choices(pool, k=14)).capitalize() + "." for _ in range(25)]
    return f"{said[0][:60]} {number}", " ".join(said), language


def _fill(file: Path, count: int) -> dict[str, str]:
    from service.brief import codec
    from service.model import Artifact, Entry
    from service.render import charts, html
    from service.store import Store, issues, search, sources
    from tests import builders

    start = datetime(2024, 1, 1, 7, tzinfo=UTC)
    whole = builders.brief()
    with Store.open(f"sqlite:///{file}") as store:
        page = html.page(whole, charts.unpictured(whole))
        for number in range(1, count + 1):
            moment = start + timedelta(days=number)
            given = [_article(number * PER_ISSUE + n) for n in range(PER_ISSUE)]
            entries = [
                Entry(
                    key=f"{number}-{n}",
                    title=title,
                    text=text,
                    language=language,
                    url=f"https://wire.example/{number}/{n}",
                    published=moment,
                )
                for n, (title, text, language) in enumerate(given)
            ]
            stories = [replace(s, headline=f"{s.headline} {number}") for s in whole.stories]
            made = replace(
                whole,
                edition=("daily", "weekly", "morning")[number % 3],
                number=number,
                cutoff=moment,
                stories=tuple(stories),
            )
            with store.write() as db:
                sources.record_read(
                    db,
                    source=f"Wire {number % SOURCES}",
                    kind="feed",
                    address="https://wire.example/feed",
                    at=moment,
                    entries=entries,
                    problems=(),
                    items=len(entries),
                    cursor=None,
                )
                issues.add(
                    db,
                    edition=made.edition,
                    number=number,
                    period=made.period,
                    cutoff=moment,
                    created=moment,
                    title=made.title,
                    brief_json=codec.dumps(made),
                    manifest="{}",
                    artifacts=[
                        (f"b-{number}.html", Artifact(format="html", data=page)),
                        (f"b-{number}.pdf", Artifact(format="pdf", data=os.urandom(120_000))),
                    ],
                )
        begin, texts = time.perf_counter(), 0
        while True:
            with store.write() as db:
                made_now = search.catch_up(db)
            if not made_now:
                break
            texts += made_now
        took = time.perf_counter() - begin
        print(f"search index: {texts} texts in {took:.1f} s, {1000 * took / texts:.2f} ms each")
    middle = count // 2
    return {
        "front": "/",
        "edition": "/editions/daily?page=3",
        "issue": f"/issues/{middle}",
        "pdf": f"/issues/{middle}/b-{middle}.pdf",
        "stories": f"/issues/{middle}/stories",
        "story": f"/stories/{whole.stories[0].id}?page=2",
        "sources": "/sources",
        "source": "/sources/Wire 7",
        "feed": "/feeds/daily.atom",
        "search en": "/search?q=pipeline agreement&in=articles",
        "search zh": "/search?q=中国&in=articles",
        "search ru": "/search?q=переговоры граница&in=articles",
        "search one": "/search?q=俄&in=articles",
        "search forms": "/search?q=соглашениями&in=articles",
        "search none": "/search?q=nothing of the kind&in=articles",
        "search issues": "/search?q=Amur",
    }


def _application(file: Path) -> object:
    from service.archive.application import application
    from service.archive.place import Given
    from service.settings import check
    from service.store import Store

    settings = check({"web": {"access": "public"}}, home=file.parent)
    return application(Store.open(f"sqlite:///{file}"), settings, Given(index_every_s=None))


async def _in_process(file: Path, paths: dict[str, str]) -> float:
    import httpx

    transport = httpx.ASGITransport(_application(file))  # type: ignore[arg-type]
    worst = 0.0
    async with httpx.AsyncClient(transport=transport, base_url="http://archive.example") as client:
        for name, path in paths.items():
            took, worked, size = [], [], 0
            for _ in range(ROUNDS):
                begin, busy = time.perf_counter(), time.process_time()
                answer = await client.get(path)
                took.append(1000 * (time.perf_counter() - begin))
                worked.append(1000 * (time.process_time() - busy))
                size = len(answer.content)
                if answer.status_code != 200:
                    raise RuntimeError(f"{path}: {answer.status_code}")
            middle = median(took)
            worst = max(worst, middle)
            print(
                f"  {name:<14} {middle:6.1f} ms   slowest {max(took):6.1f} ms   "
                f"processor {median(worked):5.1f} ms   {size:7} bytes"
            )
    return worst


def _loads(file: Path, paths: dict[str, str]) -> None:
    print(f"by uvicorn, one process, {LOAD} requests, {AT_ONCE} at once:")
    hello = asyncio.run(_load(_serve_hello, file, "/"))
    for name, path in (("front", "/"), ("issue", paths["issue"]), ("edition", "/editions/daily")):
        rate, p99 = asyncio.run(_load(_serve_archive, file, path))
        ratio = hello[0] / rate
        print(f"  {name:<10} {rate:7.0f} a second   p99 {p99:6.1f} ms   hello / this {ratio:.1f}")
    print(f"  {'hello':<10} {hello[0]:7.0f} a second   p99 {hello[1]:6.1f} ms   bare Starlette")


def _serve_hello(_file: Path, port: int) -> None:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def hello(_: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    _serve(Starlette(routes=[Route("/", hello)]), port)


def _serve_archive(file: Path, port: int) -> None:
    _serve(_application(file), port)


def _serve(app: object, port: int) -> None:
    import uvicorn

    uvicorn.run(
        app,  # type: ignore[arg-type]
        port=port,
        log_level="error",
        access_log=False,
        proxy_headers=False,
    )


async def _load(serve: Callable[[Path, int], None], file: Path, path: str) -> tuple[float, float]:
    """Return requests a second, and the 99th of a hundred in milliseconds."""
    import aiohttp

    port = _free()
    process = get_context("spawn").Process(target=serve, args=(file, port), daemon=True)
    process.start()
    took: list[float] = []
    try:
        async with aiohttp.ClientSession(
            f"http://127.0.0.1:{port}", headers={"Host": "localhost"}
        ) as client:

            async def ask() -> None:
                begin = time.perf_counter()
                async with client.get(path) as answer:
                    await answer.read()
                    answer.raise_for_status()
                took.append(time.perf_counter() - begin)

            await _until(ask)
            took.clear()

            async def many(number: int) -> None:
                for _ in range(number):
                    await ask()

            begin = time.perf_counter()
            await asyncio.gather(*(many(LOAD // AT_ONCE) for _ in range(AT_ONCE)))
            whole = time.perf_counter() - begin
    finally:
        process.kill()
        process.join()
    took.sort()
    return len(took) / whole, 1000 * took[int(len(took) * 0.99)]


async def _until(ask: Callable[[], Awaitable[None]]) -> None:
    import aiohttp

    for _ in range(300):
        try:
            await ask()
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start within 30 s")


def _free() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
