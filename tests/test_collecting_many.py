"""Many sources at once: none lost, each recorded as if it had been alone, in few transactions."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from feeds.base import Batch
from feeds.health import Outcome
from service.collecting import Feed, collect
from service.errors import FetchError, SourceError, StoreError
from service.model import Entry, Problem, SourceRead
from service.progress import Silent
from service.store import Store, sources

NOW = datetime(2025, 6, 1, tzinfo=UTC)
LATER = datetime(2025, 6, 1, 1, tzinfo=UTC)


class Told:
    """A source that gives what it is told to, and counts how many are read at one time."""

    kind = "feed"
    reading = 0
    most = 0

    def __init__(self, name: str, answer: Batch | SourceError | TypeError) -> None:
        self.name = name
        self._answer = answer

    async def read(self, cursor: str | None) -> Batch:
        Told.reading += 1
        Told.most = max(Told.most, Told.reading)
        await asyncio.sleep(0)
        Told.reading -= 1
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class Counting(Store):
    """A store that counts its transactions that write."""

    writes = 0

    @contextmanager
    def write(self, *about: Any, **more: Any) -> Iterator[Connection]:
        self.writes += 1
        with super().write(*about, **more) as db:
            yield db


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Counting]:
    with Counting.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        yield store


def _new(name: str) -> Batch:
    text = f"The ministers of {name} met in the capital and spoke of trade for three hours."
    entry = Entry(key="1", title="Talks", text=text, language="en")
    problem = Problem(source=name, key="2", reason="has no text")
    return Batch(
        entries=(entry,),
        problems=(problem,),
        items=2,
        cursor="one",
        outcome=Outcome(status=200, parsed=True),
    )


def _same(name: str, cursor: str = "one") -> Batch:
    problem = Problem(source=name, key="2", reason="has no text")
    outcome = Outcome(status=304)
    return Batch(entries=(), problems=(problem,), items=2, cursor=cursor, outcome=outcome)


def _collect(
    store: Store, answers: dict[str, Batch | SourceError | TypeError], *, at: datetime = NOW
) -> tuple[SourceRead, ...]:
    feeds = [
        Feed(source=Told(name, answer), address=f"https://{name}.example/")
        for name, answer in answers.items()
    ]
    return asyncio.run(collect(store, feeds, now=at, progress=Silent(), jitter=lambda: 0.0))


def test_each_of_many_sources_is_recorded_in_order_and_in_few_transactions(
    store: Counting,
) -> None:
    Told.most = 0
    names = [f"s{number:03}" for number in range(250)]
    reads = _collect(store, {name: _new(name) for name in names})
    assert [(read.name, read.new) for read in reads] == [(name, 1) for name in names]
    assert store.writes <= 25
    assert 50 < Told.most <= 100


class Named(Store):
    """A store that counts the names that each transaction decides on."""

    sizes: tuple[int, ...] = ()

    @contextmanager
    def write(self, *beside: Any, **more: Any) -> Iterator[Connection]:
        about = more.get("about")
        self.sizes += (len(about()) if about is not None else 0,)
        with super().write(*beside, **more) as db:
            yield db


def test_no_transaction_decides_on_so_many_names_that_it_must_write_alone(tmp_path: Path) -> None:
    """Others that collect would wait for it, and come with still more."""

    def long(name: str, articles: int) -> Batch:
        entries = tuple(
            Entry(
                key=str(number),
                title="Talks",
                text=f"The ministers of {name} met for the {number}th time and spoke of trade.",
                url=f"https://{name}.example/{number}",
                language="en",
            )
            for number in range(articles)
        )
        return replace(_new(name), entries=entries, problems=(), items=articles)

    answers = {f"s{number:03}": long(f"s{number:03}", 30) for number in range(90)}
    # One that has more by itself is written, too.
    answers["s900"] = long("s900", 900)
    with Named.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        reads = _collect(store, dict(answers))
        assert [read.new for read in reads] == [30] * 90 + [900]
        assert sorted(store.sizes)[-2] <= 1000 < sorted(store.sizes)[-1] == 1800
        assert len(store.sizes) < 40


def test_a_failure_among_many_costs_itself_only(store: Counting) -> None:
    error = FetchError("cannot be read", source="b")
    reads = _collect(store, {"a": _new("a"), "b": error, "c": _new("c")})
    assert [(read.state, read.new) for read in reads] == [
        ("partial", 1),
        ("failed", 0),
        ("partial", 1),
    ]


def test_an_unchanged_source_is_recorded_as_in_full(store: Counting) -> None:
    """What one that is read again in full would leave, but for the reading of its items."""
    _collect(store, {"same": _new("same"), "full": _new("full")})
    full = Batch(
        entries=_new("full").entries,
        problems=_new("full").problems,
        items=2,
        cursor="two",
        outcome=Outcome(status=200),
    )
    reads = _collect(store, {"same": _same("same", "two"), "full": full}, at=LATER)
    assert [(read.state, read.items, read.new) for read in reads] == [("partial", 2, 0)] * 2
    with store.read() as db:
        states = {state.name: state for state in sources.listing(db)}
        log = [
            (r.source, r.at, r.ok, r.items, r.new, r.problems) for r in sources.readings(db, LATER)
        ]
        problems = [(p.source, p.reason) for p in sources.problems(db)]
        cursors = {sources.cursor(db, name) for name in ("same", "full")}
    one, two = states["same"], states["full"]
    fields = ("state", "items", "articles", "last_read", "last_success", "last_error", "problems")
    assert [getattr(one, f) for f in fields] == [getattr(two, f) for f in fields]
    assert one.health == two.health
    assert one.last_success == LATER
    assert log == [("full", LATER, True, 2, 0, 1), ("same", LATER, True, 2, 0, 1)]
    assert problems == [("full", "has no text"), ("same", "has no text")]
    assert cursors == {"two"}


def test_a_source_that_only_skips_is_read_well_changed_or_not(store: Counting) -> None:
    def silent(batch: Batch) -> Batch:
        (problem,) = batch.problems
        return replace(batch, problems=(replace(problem, kind="skipped"),))

    first = _collect(store, {"a": silent(_new("a"))})
    second = _collect(store, {"a": silent(_same("a"))}, at=LATER)
    assert [read.state for read in (*first, *second)] == ["read", "read"]
    with store.read() as db:
        (state,) = sources.listing(db)
        assert [reading.problems for reading in sources.readings(db)] == [0, 0]
    assert (state.state, state.problems, state.skipped) == ("read", 0, 1)


def test_a_source_turns_whole_again_by_a_304_after_a_failure(store: Counting) -> None:
    _collect(store, {"a": _new("a")})
    _collect(store, {"a": FetchError("is down", source="a")}, at=LATER)
    _collect(store, {"a": _same("a")}, at=LATER)
    with store.read() as db:
        (state,) = sources.listing(db)
    assert (state.state, state.last_error, state.health.failures) == ("partial", None, 0)


def test_a_bug_in_one_source_ends_the_run_and_leaves_nothing_running(store: Counting) -> None:
    with pytest.raises(TypeError, match="a bug"):
        _collect(store, {"a": TypeError("a bug"), "b": _new("b")})


class Full(Store):
    """A store on a disk that is full."""

    @contextmanager
    def write(self, *about: Any, **more: Any) -> Iterator[Connection]:
        with super().write(*about, **more) as db:
            yield db
            raise StoreError("disk full")


def test_an_error_of_the_store_ends_the_run(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    Store.open(url).close()
    with Full.open(url) as store:
        with pytest.raises(StoreError, match="disk full"):
            _collect(store, {"a": _new("a")})
        with store.read() as db:
            assert sources.listing(db) == ()
