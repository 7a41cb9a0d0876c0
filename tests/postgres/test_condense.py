"""Workers side by side: articles are worked out once, and an issue is published once."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.app import App
from service.brief import codec
from service.delivering.courier import new_owner
from service.engine import PRIORITIES, Due, Queue
from service.progress import Silent
from service.serving.worker import LEASE, Work
from service.store import Store, beats, issues, leases, notices, periods
from service.store.postgres import driver_url
from service.store.tables import condensed
from tests.postgres.given import server
from tests.serving.given import TARIFFS, TRAINS, add, chosen, here


@pytest.fixture
def url() -> Iterator[str]:
    with server().empty() as url:
        yield url


@pytest.fixture
def place(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a desk with a corpus of four articles, where the clock is the machine's."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    add(home, "trains.txt", TRAINS)
    add(home, "tariffs.txt", TARIFFS)
    return home


def now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """A worker's steps, and its queue."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.work = Work(
            app, make=here(app), clock=now, courier=app.courier(clock=now), owner=new_owner()
        )
        self.queue = Queue(driver_url(app.store.url))

    async def run(self, due: Due | None = None) -> None:
        """Hand over what is due, and do what waits."""
        async with self.queue.opened():
            if due is not None:
                await self.queue.sweep(due)
            await self.queue.work(self.work, at_once=dict.fromkeys(PRIORITIES, 1), wait=False)


@contextmanager
def two(url: str, place: Path) -> Iterator[tuple[Desk, Desk]]:
    """Give two workers on one database, which has the articles."""
    with ExitStack() as held:
        both = [
            held.enter_context(App(chosen(place, store={"url": url}), clock=now)) for _ in range(2)
        ]
        asyncio.run(both[0].collect(Silent(), at=now() - timedelta(minutes=2)))
        yield Desk(both[0]), Desk(both[1])


def kept(store: Store) -> int:
    with store.read() as db:
        return db.scalar(select(func.count()).select_from(condensed)) or 0


def ask(store: Store) -> None:
    with store.write() as db:
        periods.add(db, edition="daily", key="asked", due=now(), state="due", now=now())


def told(store: Store) -> str:
    """Return what the one issue tells, without its moments."""
    with store.read() as db:
        (head,) = issues.listing(db, "daily")
        brief = codec.loads(issues.get(db, head.id).brief or "")
        (slot,) = periods.listing(db, limit=None)
    assert (slot.state, slot.issue) == ("published", head.id)
    return repr((brief.bottom_line, brief.stories, brief.tracks, brief.quotes, brief.timeline))


def test_an_issue_is_published_once_by_two_workers_the_same_with_and_without_condensing(
    url: str, place: Path
) -> None:
    found = []
    for before in (False, True):
        with server().empty() as own, two(own, place) as (one, other):
            store = one.app.store
            if before:
                asyncio.run(one.run(Due(parts=one.work.due().parts)))
            assert kept(store) == (4 if before else 0)
            ask(store)

            async def both(one: Desk = one, other: Desk = other) -> None:
                await asyncio.gather(one.run(Due(periods=2)), other.run(Due(periods=2)))

            asyncio.run(both())
            found.append(told(store))
    assert found[0] == found[1]
    assert "Night trains" in found[0]


def test_two_workers_work_articles_out_once(url: str, place: Path) -> None:
    with two(url, place) as (one, other):
        store = one.app.store
        due = one.work.due()
        assert due.parts == other.work.due().parts == (16,)

        async def both() -> None:
            await asyncio.gather(one.run(due), other.run(due))
            await asyncio.gather(one.work.condense(16), other.work.condense(3))

        asyncio.run(both())
        assert kept(store) == 4
        assert one.work.due().parts == other.work.due().parts == ()
        with store.read() as db:
            assert "condense" in beats.listing(db)
            assert not notices.listing(db, since=now() - timedelta(days=1))
            assert leases.oldest(db, "condense:") is None


def test_what_another_worker_is_at_is_left_to_it(url: str, place: Path) -> None:
    with two(url, place) as (one, other):
        with one.app.store.write("rows") as db:
            held = leases.take(db, "condense:16", "somebody", now=now(), until=now() + LEASE)
            assert held is not None
        asyncio.run(other.work.condense(16))
        assert kept(one.app.store) == 0
        with one.app.store.write("rows") as db:
            leases.give_back(db, held)
        asyncio.run(other.work.condense(16))
        assert kept(one.app.store) == 4
