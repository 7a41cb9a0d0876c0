"""Collecting 1,000 feeds, first and unchanged, beside `reader`, feedparser and a bare client.

`--feeds N` (1,000), `--reader PYTHON` (an interpreter that has `reader`; without it, it is left
out), `--profile`; `--grow` measures nothing but how the cost grows, from N feeds to ten times N.
What is timed of ours is the whole way: fetched, parsed, cleaned, stored, with health and next
check. Then 1,000 files in a folder, read for the first time and again.
"""

import argparse
import asyncio
import contextlib
import cProfile
import os
import pstats
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeVar

from benchmarks import feed_server
from benchmarks.now import Stopwatch, write_corpus
from feeds.feed import FeedSource
from feeds.fetch import Fetcher
from feeds.folder import FolderSource
from feeds.turns import Pace
from feeds.worker import FOR_FEEDS, Workers
from service.collecting import Feed, collect
from service.model import SourceRead
from service.store import Store, articles

REAL = Path(__file__).resolve().parents[1] / "../shared/feeds/real"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CONNECTIONS = 50
#: Feeds of which the plain loop reads one; it is too slow for all.
ONE_IN = 10
#: How many times as many feeds `--grow` reads.
GROWTH = 10

T = TypeVar("T")


class Counted:
    """Runs what is parsed in the workers, and counts and times it."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self.count = 0

    async def run(self, work: Callable[[], T], /) -> T:
        """Run it, and count."""
        self.count += 1
        return await self._workers.run(work)


class Memory:
    """The most memory that this process and its children held at one time, sampled."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.25):
            held = sum(_held_kb(pid) for pid in _family(os.getpid()))
            self.peak_mb = max(self.peak_mb, held / 1024)


def _family(root: int) -> list[int]:
    """Return a process and its descendants, without the server of the feeds."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            if b"feed_server" not in (path / "cmdline").read_bytes():
                parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(path.name))
    found = [root]
    for pid in found:
        found += children.get(pid, ())
    return found


def _cpu_s() -> float:
    """Return the seconds of CPU of this process and its descendants, ended ones too."""
    ticks = 0
    for pid in _family(os.getpid()):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _held_kb(pid: int) -> int:
    """Return the memory of a process, what it shares counted in proportion."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """Seconds of our passes over the same feeds."""

    #: Of the start of the processes that parse, which is done once; then of its CPU.
    start: float
    start_cpu: float
    first: float
    #: Of the CPU, in all processes, in the first pass.
    first_cpu: float
    unchanged: float
    same_bodies: float
    #: How many of the same bodies were parsed again.
    parsed: int
    articles: int
    failed: int
    peak_mb: float


def main(words: Sequence[str]) -> None:
    """Print seconds, ratios and memory."""
    options = argparse.ArgumentParser(prog="collect")
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--reader", metavar="PYTHON", default=sys.executable)
    options.add_argument("--profile", action="store_true", help="say where our time goes")
    options.add_argument("--alone", action="store_true", help="without the others")
    options.add_argument("--grow", action="store_true", help="ten times as many feeds, only")
    asked = options.parse_args(words)
    if asked.grow:
        _grow(asked.feeds)
        return
    with feed_server.serving(REAL) as port, tempfile.TemporaryDirectory() as name:
        urls = feed_server.addresses(port, asked.feeds)
        bare = feed_server.addresses(port, asked.feeds, path="bare")
        ours = asyncio.run(_ours(Path(name), urls, bare, profile=asked.profile))
        floor = asyncio.run(_bare_client(urls))
        print(f"{asked.feeds} feeds, {ours.articles} articles, {ours.failed} feeds failed")
        print(f"  start, once        {ours.start:8.2f} s   {ours.start_cpu:.1f} s of CPU")
        print(f"  first pass         {ours.first:8.2f} s", end="   ")
        print(f"{ours.first_cpu:.1f} s of CPU, at most {ours.peak_mb:.0f} MB")
        print(f"  unchanged, 304     {ours.unchanged:8.2f} s", end="   ")
        print(f"{ours.unchanged / floor:.2f} times a bare client, {floor:.2f} s (asked: at most 2)")
        print(f"  same bodies        {ours.same_bodies:8.2f} s   {ours.parsed} of them parsed")
        if not asked.alone:
            _beside("feedparser", sys.executable, urls[::ONE_IN], ours, 1 / ONE_IN)
            _beside("reader", asked.reader, urls, ours, 1.0)
    _folder()


async def _ours(home: Path, urls: list[str], bare: list[str], *, profile: bool) -> Passes:
    memory = Memory()
    pace = Pace(connections=CONNECTIONS, gap_s=0.0)
    workers = Workers(2, preload=FOR_FEEDS)
    counted = Counted(workers)
    with Store.open(f"sqlite:///{home}/briefing.db") as store, memory:
        async with workers, Fetcher(allow=("127.0.0.0/8",), pace=pace) as client:

            def feeds(addresses: list[str]) -> list[Feed]:
                return [
                    Feed(source=_source(url, client, counted), address=url) for url in addresses
                ]

            known, same = feeds(urls), feeds(bare)
            # What `reader` imports is imported before its pass, too.
            spent, begin = _cpu_s(), time.perf_counter()
            await workers.run(int)
            start, start_cpu = time.perf_counter() - begin, _cpu_s() - spent
            spent = _cpu_s()
            with _profiled(profile):
                first, reads = await _timed(store, known)
            first_cpu = _cpu_s() - spent
            with _profiled(profile):
                unchanged, _ = await _timed(store, known)
            await _timed(store, same)
            counted.count = 0
            same_bodies, _ = await _timed(store, same)
            with store.read() as db:
                count = articles.count(db)
    return Passes(
        start=start,
        start_cpu=start_cpu,
        first=first,
        first_cpu=first_cpu,
        unchanged=unchanged,
        same_bodies=same_bodies,
        parsed=counted.count,
        articles=count,
        failed=sum(read.state == "failed" for read in reads),
        peak_mb=memory.peak_mb,
    )


def _grow(count: int) -> None:
    """Print how many times the cost of some feeds the cost of ten times as many is.

    The few are read before and behind the many, each time into a store of its own: a machine that
    others use has slow minutes, and the mean of the two is of the same ones. Seconds of the CPU
    are the fairer figure there.
    """
    costs: list[tuple[float, float]] = []
    with feed_server.serving(REAL) as port:
        for size in (count, GROWTH * count, count):
            with tempfile.TemporaryDirectory() as name:
                urls = feed_server.addresses(port, size)
                costs.append(asyncio.run(_first(Path(name), urls)))
            print(f"{size} feeds: {costs[-1][0]:.1f} s, {costs[-1][1]:.1f} s of CPU", flush=True)
    before, many, behind = costs
    for what, at in (("the clock", 0), ("CPU", 1)):
        ratio = many[at] / ((before[at] + behind[at]) / 2)
        print(
            f"  {GROWTH} times as many feeds cost {ratio:.1f} times as much of {what} (asked: 11)"
        )


async def _first(home: Path, urls: list[str]) -> tuple[float, float]:
    """Return the seconds and the seconds of CPU of a first pass into a new store."""
    pace = Pace(connections=CONNECTIONS, gap_s=0.0)
    workers = Workers(2, preload=FOR_FEEDS)
    with Store.open(f"sqlite:///{home}/briefing.db") as store:
        async with workers, Fetcher(allow=("127.0.0.0/8",), pace=pace) as client:
            counted = Counted(workers)
            known = [Feed(source=_source(url, client, counted), address=url) for url in urls]
            await workers.run(int)
            spent = _cpu_s()
            seconds, reads = await _timed(store, known)
            cpu = _cpu_s() - spent
    failed = sum(read.state == "failed" for read in reads)
    assert failed == 0, f"{failed} feeds failed"
    return seconds, cpu


def _source(url: str, client: Fetcher, counted: Counted) -> FeedSource:
    return FeedSource(url, url, client, now=lambda: NOW, run=counted.run)


async def _timed(store: Store, feeds: Sequence[Feed]) -> tuple[float, tuple[SourceRead, ...]]:
    begin = time.perf_counter()
    reads = await collect(store, feeds, now=NOW, progress=Stopwatch())
    return time.perf_counter() - begin, reads


async def _bare_client(urls: list[str]) -> float:
    """Return the seconds of a loop that asks with the same conditions and reads the status."""
    import aiohttp

    turns = asyncio.Semaphore(CONNECTIONS)
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)

    async with aiohttp.ClientSession(connector=connector) as session:

        async def ask(url: str) -> int:
            number = url.rpartition("/")[2]
            async with turns, session.get(url, headers={"If-None-Match": f'"{number}"'}) as answer:
                return answer.status

        begin = time.perf_counter()
        found = await asyncio.gather(*map(ask, urls))
        seconds = time.perf_counter() - begin
    assert set(found) == {304}
    return seconds


def _beside(name: str, python: str, urls: list[str], ours: Passes, share: float) -> None:
    """Print what another program needs for a share of the feeds, and how many times ours it is.

    Seconds of the clock say who is done first; seconds of the CPU say the same on a machine that
    others use too.
    """
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [python, str(Path(__file__).with_name("peers.py")), name],
        input="\n".join(urls),
        capture_output=True,
        text=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        missing = "ModuleNotFoundError" in done.stderr
        why = "not installed" if missing else done.stderr.splitlines()[-1]
        print(f"  {name:<18} {why}, left out")
        return
    cpu = after.ru_utime + after.ru_stime - spent.ru_utime - spent.ru_stime
    first, entries = map(float, done.stdout.split())
    print(f"  {name:<18} {first:8.2f} s   {cpu:.1f} s of CPU, {len(urls)} feeds", end=", ")
    print(f"{entries:.0f} entries: {first / (ours.first * share):.1f} times ours", end="")
    print(f" ({cpu / (ours.first_cpu * share):.1f} in CPU)")


def _folder(size: int = 1000) -> None:
    """Print the seconds of 1,000 files, read for the first time and again."""
    with tempfile.TemporaryDirectory() as name:
        write_corpus(Path(name) / "corpus", size)
        folder = FolderSource("corpus", Path(name) / "corpus", now=lambda: NOW)
        begin = time.perf_counter()
        first = asyncio.run(folder.read(None))
        middle = time.perf_counter()
        again = asyncio.run(folder.read(first.cursor))
        end = time.perf_counter()
    assert (len(first.entries), len(again.entries)) == (size, 0)
    print(f"{size} files: first {middle - begin:.2f} s, unchanged {end - middle:.2f} s (asked: 1)")


@contextlib.contextmanager
def _profiled(on: bool) -> Iterator[None]:
    """Print the twenty functions of this process that took most, themselves."""
    if not on:
        yield
        return
    profile = cProfile.Profile()
    profile.enable()
    yield
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(20)
