"""Workers as processes: killed, frozen past their lease, with an emptied queue, over a restart."""

import asyncio
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service import settings
from service.app import App
from service.errors import StoreError
from service.publishing import Made
from service.serving.worker import Work
from service.store import Store
from service.store.deliveries import Delivery
from service.store.periods import Slot
from tests.delivering.given import issue, join, queue, rows, several
from tests.postgres.given import server
from tests.processes import process

_ROOT = Path(__file__).resolve().parents[2]
_LEASE_S = 3.0
_MESSAGES = 200


@pytest.fixture
def url() -> Iterator[str]:
    with server().empty() as url:
        yield url


def until(store: Store, reached: Callable[[Counter[str]], bool]) -> None:
    deadline = time.monotonic() + 120
    while not reached(Counter(row.state for row in rows(store))):
        assert time.monotonic() < deadline, Counter(row.state for row in rows(store))


def check(store: Store, record: Path) -> tuple[Delivery, ...]:
    """Everybody got it; twice only where the ledger says that there was a doubt."""
    found = rows(store)
    got = Counter(line.split()[0] for line in record.read_text().splitlines())
    assert Counter(row.state for row in found) == {"sent": _MESSAGES}
    assert len(got) == _MESSAGES
    for row in found:
        assert got[row.address] <= 1 + row.doubts
    return found


@contextmanager
def case(
    url: str, folder: Path
) -> Iterator[tuple[Store, Path, Callable[[], subprocess.Popen[str]]]]:
    """Give a store with messages that are due, what the sink got, and a way to start workers."""
    record = folder / "record"
    record.touch()
    with ExitStack() as held:
        store = held.enter_context(Store.open(url))
        join(store, *several(_MESSAGES))
        queue(store, issue(store), now=datetime.now(UTC))
        sink = held.enter_context(process("tests.delivery.server", record))
        assert sink.stdout is not None
        port = int(sink.stdout.readline())

        def start() -> subprocess.Popen[str]:
            made = held.enter_context(
                process("tests.postgres.child", url, "127.0.0.1", port, _LEASE_S)
            )
            assert made.stdout is not None
            assert made.stdout.readline() == "ready\n"
            return made

        yield store, record, start


def some_sent(found: Counter[str]) -> bool:
    return found["sent"] > 5


def all_sent(found: Counter[str]) -> bool:
    return found["sent"] == _MESSAGES


def test_a_killed_worker_and_an_emptied_queue_lose_nothing(url: str, tmp_path: Path) -> None:
    """Row 31."""
    with case(url, tmp_path) as (store, record, start):
        first = start()
        until(store, some_sent)
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert any(row.state != "sent" for row in rows(store)), "it had sent all before the kill"
        name = url.rpartition("/")[2]
        server().sql("TRUNCATE procrastinate_jobs CASCADE", name)
        start()
        until(store, all_sent)
        check(store, record)


def test_a_worker_that_was_frozen_past_its_lease_changes_nothing(url: str, tmp_path: Path) -> None:
    """Row 17: the other one's result stands; what was under way is one visible doubt."""
    with case(url, tmp_path) as (store, record, start):
        first = start()
        until(store, some_sent)
        first.send_signal(signal.SIGSTOP)
        start()
        try:
            until(store, all_sent)
            before = {row.id: (row.state, row.updated) for row in rows(store)}
        finally:
            first.send_signal(signal.SIGCONT)
        time_to_wake = time.monotonic() + 2 * _LEASE_S
        while time.monotonic() < time_to_wake:
            after = {row.id: (row.state, row.updated) for row in rows(store)}
            assert after == before
        check(store, record)


def test_workers_go_on_when_the_database_is_restarted(url: str, tmp_path: Path) -> None:
    """Row 30, with two of them."""
    with case(url, tmp_path) as (store, record, start):
        both = [start(), start()]
        until(store, some_sent)
        server().restart("immediate")
        until(store, all_sent)
        assert [worker.poll() for worker in both] == [None, None]
        check(store, record)


@pytest.mark.parametrize(("stands", "words"), [("9999", "newer than"), ("0001", "older than")])
def test_a_worker_that_was_left_running_over_a_change_of_the_schema_refuses_its_steps(
    url: str, tmp_path: Path, stands: str, words: str
) -> None:
    async def make(held: Slot, at: datetime) -> Made:
        raise AssertionError("nothing is to be published")

    def clock() -> datetime:
        return datetime.now(UTC)

    chosen = settings.check({"store": {"url": url}}, home=tmp_path)
    with App(chosen, clock=clock) as app:
        join(app.store, "reader@example.org")
        queue(app.store, issue(app.store), now=clock())
        server().sql(f"UPDATE alembic_version SET version_num = '{stands}'", url.rpartition("/")[2])
        courier = app.courier(clock=clock)
        work = Work(app, make=make, clock=clock, courier=courier, owner="one")
        for step in (work.collect, work.publish, work.deliver):
            with pytest.raises(StoreError, match=f"schema {stands}, {words}"):
                asyncio.run(step(0))
        assert [row.state for row in rows(app.store)] == ["pending"]
