"""What is new becomes searchable while the application runs."""

import asyncio

import pytest

from service.archive import indexing
from service.errors import StoreError
from service.store import Store, search
from tests.archive import given
from tests.archive.given import Desk
from tests.postgres.given import ENGINES


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


def _found(desk: Desk) -> int:
    with desk.store.read() as db:
        return len(search.find(db, ("amur",), kind="issue", limit=10))


def test_an_issue_can_be_found_a_moment_after_it_was_published(empty: Desk) -> None:
    async def run() -> None:
        async with indexing.running(empty.store, 0.01):
            given.collected(empty.store)
            given.publish(empty.store, given.brief(12), page=b"x")
            async with asyncio.timeout(60):
                while not _found(empty):
                    await asyncio.sleep(0.01)

    asyncio.run(run())
    assert indexing.step(empty.store) == 0


def test_the_search_of_an_archive_that_is_behind_finds_what_it_has(desk: Desk) -> None:
    given.publish(desk.store, given.brief(14), page=b"x")
    assert _found(desk) == 2
    assert indexing.step(desk.store) == 1
    assert _found(desk) == 3


def test_a_store_that_is_locked_is_tried_again(empty: Desk) -> None:
    given.publish(empty.store, given.brief(12), page=b"x")
    failing = [True]

    def step(store: Store) -> int:
        if failing:
            failing.clear()
            raise StoreError("the database is locked")
        return indexing.step(store)

    async def run() -> None:
        async with indexing.running(empty.store, 0.01, step=step):
            async with asyncio.timeout(60):
                while not _found(empty):
                    await asyncio.sleep(0.01)

    asyncio.run(run())
    assert not failing
