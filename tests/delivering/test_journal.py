"""Commits that many messages share."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from service.delivering import journal as journal_
from service.delivering.journal import Journal
from service.delivering.outcomes import Verdict, judge
from service.errors import StoreError
from service.store import Store, outbox
from service.store.outbox import Claimed, Entry
from tests.delivering.given import Clock, issue, join, queue, several, states
from tests.delivery.fakes import SENT
from tests.store.given import START, hour

if TYPE_CHECKING:
    from sqlalchemy import Connection

OWNER = "one"


def entry(row: Claimed) -> Entry:
    return Entry(id=row.id, attempts=row.attempts, head=b"To: a\r\n\r\n", sha256="0" * 64)


def verdict(row: Claimed) -> Verdict:
    return judge(row, SENT, now=START, jitter=0.0)


def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which each settling and entering adds its name and number of rows."""
    told: list[str] = []
    settle, enter = outbox.settle, outbox.enter

    def settled(db: "Connection", owner: str, rows: Sequence[outbox.Settled], **more: object):  # type: ignore[no-untyped-def]
        told.append(f"settle {len(rows)}")
        return settle(db, owner, rows, **more)  # type: ignore[arg-type]

    def entered(db: "Connection", owner: str, rows: Sequence[Entry], **more: object):  # type: ignore[no-untyped-def]
        told.append(f"enter {len(rows)}")
        return enter(db, owner, rows, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "settle", settled)
    monkeypatch.setattr(outbox, "enter", entered)
    return told


def go(store: Store, work: Callable[[Journal, tuple[Claimed, ...]], Awaitable[None]]) -> None:
    """Claim what is due and let `work` have it, with a journal."""

    async def within() -> None:
        journal = Journal(store, OWNER, clock=Clock())
        claim = partial(outbox.claim, owner=OWNER, now=START, until=hour(1), limit=50, resend=False)
        try:
            await work(journal, await journal.write(claim))
        finally:
            await journal.close()

    asyncio.run(within())


@pytest.fixture
def queued(store: Store) -> Store:
    join(store, *several(6))
    queue(store, issue(store), lasts=timedelta(hours=24))
    return store


def test_what_was_answered_goes_along_with_what_is_handed_over_next(
    queued: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_, "_LINGER_S", 60.0)
    told = counting(monkeypatch)

    async def work(journal: Journal, rows: tuple[Claimed, ...]) -> None:
        first, second, *_ = rows
        assert await journal.enter(entry(first))
        answered = asyncio.create_task(journal.settle(first, verdict(first)))
        await asyncio.sleep(0)
        assert await journal.enter(entry(second))
        assert await answered

    go(queued, work)
    assert told == ["enter 1", "settle 1", "enter 1"]


def test_what_was_answered_last_is_written_without_company(
    queued: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = counting(monkeypatch)

    async def work(journal: Journal, rows: tuple[Claimed, ...]) -> None:
        assert await journal.enter(entry(rows[0]))
        assert await journal.settle(rows[0], verdict(rows[0]))

    go(queued, work)
    assert told == ["enter 1", "settle 1"]


def test_a_journal_that_is_closed_writes_what_waits_at_once(
    queued: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_, "_LINGER_S", 60.0)
    answers: list[bool] = []

    async def work(journal: Journal, rows: tuple[Claimed, ...]) -> None:
        await journal.enter(entry(rows[0]))
        task = asyncio.create_task(journal.settle(rows[0], verdict(rows[0])))
        await asyncio.sleep(0)
        await journal.close()
        answers.append(await task)

    go(queued, work)
    assert answers == [True]
    assert sorted(states(queued).values()).count("sent") == 1


def test_many_that_are_ready_together_share_one_commit(
    queued: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = counting(monkeypatch)

    async def work(journal: Journal, rows: tuple[Claimed, ...]) -> None:
        assert all(await asyncio.gather(*(journal.enter(entry(row)) for row in rows)))
        await asyncio.gather(*(journal.settle(row, verdict(row)) for row in rows))

    go(queued, work)
    assert told == ["enter 6", "settle 6"]


def test_what_cannot_be_written_is_told_to_all_who_wait_for_it(queued: Store) -> None:
    def broken(db: "Connection") -> None:
        raise StoreError("no room")

    async def work(journal: Journal, rows: tuple[Claimed, ...]) -> None:
        both = asyncio.gather(
            journal.enter(entry(rows[0])), journal.write(broken), return_exceptions=True
        )
        assert [str(error) for error in await both] == ["no room", "no room"]
        assert await journal.enter(entry(rows[1]))

    go(queued, work)
    assert sorted(states(queued).values()).count("in_data") == 1
