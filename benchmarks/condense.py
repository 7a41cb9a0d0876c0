"""What an issue costs with articles worked out before and without, and what that step costs.

    ./run bench condense [N …]   N articles in the period; 1,000 and 10,000 unless told

The articles are made of sentences of the labelled ones beside the checkout, each of its own mix, or
of invented sentences where those are missing; about a tenth is on the topic. Then as many again,
all made of texts on the topic, of which nearly half still is. Seconds are of the processor, best of
two; issues are text, since a PDF costs the same either way (it is named once). On SQLite, and the
step on PostgreSQL, too, if it is installed.
"""

import json
import random
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.metering import Look
from benchmarks.now import Stopwatch, write_corpus
from service import pipeline, settings
from service.app import App
from service.brief import codec
from service.condensing import Condensing
from service.model import Entry
from service.schedule import Rule
from service.store import sources
from service.store.tables import condensed
from service.stories.cluster import forget
from tests.postgres.cluster import CannotStart, running

BENCH = Path(__file__).resolve().parents[1] / "../shared/bench"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAILY = Rule(edition="daily", every="day")
#: A commit waits for the disk, as it does where nobody chose otherwise.
SAFE = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "256MB"}
#: Shares of the sets that articles are made of.
_ON, _RUSSIAN = 0.3, 0.1
_SENTENCES = 20

Pool = list[list[str]]


def main(words: Sequence[str]) -> None:
    """Print the cost of issues and of the step."""
    for size in [int(word) for word in words] or [1_000, 10_000]:
        for only in (False, True):
            entries = list(_made(size, only=only))
            _measured(entries, "all from texts on the topic" if only else "mixed")


def _measured(entries: Sequence[Entry], what: str) -> None:
    print(f"{len(entries)} articles, {what}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        (home / "corpus").mkdir()
        with _desk(home, f"sqlite:///{home / 'store.db'}", entries) as desk:
            plain, without, pages = _issue(desk, "txt"), _best(desk), _issue(desk, "pdf")
            told = _step(desk, len(entries))
            known, with_it = _issue(desk, "txt"), _best(desk)
        print(f"  an issue   {without:.2f} s without, {with_it:.2f} s with: {plain[1]} articles on")
        print(f"  the same   {plain[0] == known[0]}; with a PDF, without: {pages[2]:.2f} s")
        print(f"  the step   {told} on SQLite", flush=True)
        try:
            with running(SAFE) as cluster:
                url = cluster.database()
                with _desk(home, url, entries) as desk, Look(cluster, url) as look:
                    before = look.server_s()
                    told = _step(desk, len(entries))
                    server_ms = 1000 * (look.server_s() - before) / len(entries)
                print(f"  the step   {told} and {server_ms:.3f} ms of the server on PostgreSQL")
        except CannotStart as why:
            print(f"  {why}")


def _best(desk: App) -> float:
    return min(_issue(desk, "txt")[2] for _ in range(2))


def _issue(desk: App, form: str) -> tuple[str, int, float]:
    """Return the brief but for its number, how many articles it is about, and its seconds."""
    forget()
    order = desk.order(edition="now", formats=(form,))
    begin = time.process_time()
    made = pipeline.publish(
        desk.store, desk.feeds, (), desk.profile, order, progress=Stopwatch()
    ).brief
    spent = time.process_time() - begin
    return codec.dumps(replace(made, number=1)), made.coverage.relevant, spent


def _step(desk: App, count: int) -> str:
    """Work all articles out; return what one cost."""
    work = Condensing(desk.store, desk.profile, lambda: (DAILY,))
    begin, wall = time.process_time(), time.perf_counter()
    parts = work.parts(NOW)
    done = sum(work.work(part, lambda: NOW, goes_on=lambda: True) for part in parts)
    spent_ms, wall_ms = 1000 * (time.process_time() - begin), 1000 * (time.perf_counter() - wall)
    assert done == count
    begin = time.process_time()
    assert work.parts(NOW) == ()
    idle_ms = 1000 * (time.process_time() - begin)
    with desk.store.read() as db:
        whole, size = db.execute(
            select(func.count(condensed.c.data), func.sum(func.length(condensed.c.data)))
        ).one()
    return (
        f"{spent_ms / count:.3f} ms of CPU and {wall_ms / count:.3f} ms by the clock an article "
        f"({idle_ms:.1f} ms to find that all is done; {size / max(whole, 1):.0f} bytes each of "
        f"{whole} on the topic)"
    )


@contextmanager
def _desk(home: Path, url: str, entries: Sequence[Entry]) -> Iterator[App]:
    """Give a desk whose store has the articles."""
    chosen = settings.check(
        {
            "source": [{"name": "wire", "kind": "folder", "path": "corpus"}],
            "store": {"url": url},
        },
        home=home,
    )
    with App(chosen, clock=lambda: NOW) as desk:
        for start in range(0, len(entries), 500):
            with desk.store.write() as db:
                sources.record_read(
                    db,
                    source="wire",
                    kind="folder",
                    address=desk.feeds[0].address,
                    at=NOW - timedelta(hours=1) + timedelta(seconds=start),
                    entries=entries[start : start + 500],
                    problems=(),
                    items=len(entries),
                    cursor=None,
                )
        yield desk


def _made(size: int, *, only: bool) -> Iterator[Entry]:
    """Yield reports of a day, each a mix of sentences; only: of texts on the topic alone."""
    draw = random.Random(1)
    on, off, russian = _pools()
    for number in range(size):
        pool, language = on, "en"
        if not only and draw.random() >= _ON:
            pool, language = (russian, "ru") if draw.random() < _RUSSIAN else (off, "en")
        base = draw.choice(pool)
        told = [s for s in base[:_SENTENCES] if draw.random() < 0.45][: _SENTENCES // 2]
        told += [draw.choice(draw.choice(pool)) for _ in range(_SENTENCES - len(told))]
        draw.shuffle(told)
        yield Entry(
            key=f"{number:06}",
            title=f"{told[0][:80]} {number}",
            text=f"{' '.join(told)} This is item {number}.",
            language=language,
            url=f"https://h{number % 300}.example/{number}",
            published=NOW - timedelta(seconds=draw.randrange(86_400)),
            outlet=f"Outlet {number % 300}",
        )


def _pools() -> tuple[Pool, Pool, Pool]:
    """Return texts as sentences: on the topic, on others, in Russian."""
    if not BENCH.exists():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "corpus"
            write_corpus(folder, 300)
            made = [_sentences(path.read_text("utf-8")) for path in sorted(folder.iterdir())]
        plain = [[s.replace("China and Russia", "the county") for s in text] for text in made]
        return made, plain, plain
    others = ("multi_multinews", "stories_ecbplus", "single_cnndm")
    return (
        _read("relevance"),
        [text for name in others for text in _read(name)],
        _read("single_ru_kremlin"),
    )


def _read(name: str) -> Pool:
    lines = (BENCH / f"{name}.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    texts = [_sentences(text) for row in rows for text in row.get("texts", [row.get("text")])]
    return [text for text in texts if len(text) >= 5]


def _sentences(text: str) -> list[str]:
    found = (piece.strip() for piece in re.findall(r"[^.!?\n]+[.!?]?", text))
    return [piece for piece in found if len(piece) > 15]
