"""The engine's tables: made, of another version, made anew; by Procrastinate's own scripts."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from procrastinate.schema import SchemaManager

from service import queue_schema
from service.engine import Due, Queue
from service.errors import StoreError
from service.store import Store
from tests.postgres.given import server
from tests.postgres.test_engine import ALL, RAN, Counting, until_done

Briefing = Callable[..., tuple[int, str, str]]
#: The last script of Procrastinate 2, which knew no workers and no heartbeats.
OLD = "02.14.01_01"


@pytest.fixture
def url() -> Iterator[str]:
    with server().empty() as url:
        yield url


def sql(url: str, statement: str) -> list[tuple[object, ...]]:
    return server().sql(statement, url.rpartition("/")[2])


def make_older(url: str) -> None:
    """Make the queue of an older installation, with a job in it."""
    for script in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")):
        if script.name[: len(OLD)] <= OLD:
            sql(url, script.read_text(encoding="utf-8"))
    sql(
        url,
        "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args) "
        "VALUES ('collect', 'collect', 'collect:5', '{\"number\": 5}')",
    )


def objects(url: str) -> set[tuple[object, ...]]:
    """Return the names of all that Procrastinate has made."""
    return {
        *sql(url, "SELECT 'class', relname FROM pg_class WHERE relname ~ 'procrastinate'"),
        *sql(
            url, "SELECT oid::regprocedure::text, '' FROM pg_proc WHERE proname ~ 'procrastinate'"
        ),
        *sql(url, "SELECT 'type', typname FROM pg_type WHERE typname ~ 'procrastinate'"),
        *sql(url, "SELECT 'trigger', tgname FROM pg_trigger WHERE tgname ~ 'procrastinate'"),
    }


async def worked_off(url: str) -> Counter[str]:
    """Hand all over and run it."""
    queue, steps = Queue(url), Counting(ALL)
    async with queue.opened():
        await queue.sweep(ALL)
        await until_done(queue, steps)
    return steps.ran


def test_the_version_is_that_of_the_last_script_that_is_installed() -> None:
    assert queue_schema.version() > OLD
    scripts = Path(SchemaManager.get_migrations_path())
    assert list(scripts.glob(f"{queue_schema.version()}_*.sql"))


def test_a_worker_makes_a_queue_where_there_is_none_and_finds_it_the_next_time(url: str) -> None:
    assert asyncio.run(worked_off(url)) == RAN
    before = objects(url)
    assert asyncio.run(worked_off(url)) == RAN
    assert objects(url) == before
    with Store.open(url) as store, store.read() as db:
        assert queue_schema.found(db) == ("same", queue_schema.version())
        assert queue_schema.wrong(store, db) == ()


def test_workers_that_begin_at_once_make_one_queue(url: str) -> None:
    failed: list[BaseException] = []

    def make() -> None:
        try:
            queue_schema.made(url)
        except BaseException as error:
            failed.append(error)

    both = [threading.Thread(target=make) for _ in range(4)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert failed == []


def test_a_worker_refuses_an_older_queue_in_one_line_and_leaves_it_alone(url: str) -> None:
    make_older(url)
    before = objects(url)
    with pytest.raises(StoreError, match=r"has version unknown, older than .*store migrate") as why:
        asyncio.run(worked_off(url))
    assert "\n" not in str(why.value)
    assert "secret" not in str(why.value)
    assert objects(url) == before


def test_an_older_queue_is_made_anew_as_an_empty_database_gets_it(url: str) -> None:
    make_older(url)
    with Store.open(url) as store:
        assert queue_schema.migrated(store)
        assert not queue_schema.migrated(store)
    made = objects(url)
    assert asyncio.run(worked_off(url)) == RAN
    with server().empty() as other:
        queue_schema.made(other)
        assert objects(other) == made


def test_a_queue_that_cannot_be_made_stays_as_it_was(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_older(url)
    before = objects(url)
    script = SchemaManager.get_schema()
    with Store.open(url) as store:
        with monkeypatch.context() as broken:
            broken.setattr(
                SchemaManager,
                "get_schema",
                staticmethod(lambda: script + "SELECT no_such_function();"),
            )
            with pytest.raises(Exception, match="no_such_function"):
                queue_schema.migrated(store)
        assert objects(url) == before
        assert sql(url, "SELECT queueing_lock FROM procrastinate_jobs") == [("collect:5",)]
        assert queue_schema.migrated(store)


def test_a_newer_queue_is_left_alone_by_all(url: str, home: Path, briefing: Briefing) -> None:
    queue_schema.made(url)
    sql(url, "COMMENT ON TABLE procrastinate_jobs IS 'briefing queue 99.01.00_01'")
    before = objects(url)
    with pytest.raises(StoreError, match=r"has version 99\.01\.00_01, newer than"):
        queue_schema.made(url)
    with Store.open(url) as store:
        with pytest.raises(StoreError, match="install the same version of it"):
            queue_schema.migrated(store)
        with store.read() as db:
            (line,) = queue_schema.wrong(store, db)
    assert "newer than" in line
    assert objects(url) == before


def test_a_worker_that_runs_over_the_change_says_so_and_goes_on(url: str) -> None:
    """Its queue is made anew under it; what is due is handed over again by its next sweep."""
    due = Due(groups=(3, 17))

    async def run() -> Counter[str]:
        queue, steps = Queue(url), Counting(due)
        async with queue.opened():
            await queue.sweep(due)
            sql(url, "COMMENT ON TABLE procrastinate_jobs IS 'briefing queue 01.00.00_01'")
            with Store.open(url) as store:
                assert await asyncio.to_thread(queue_schema.migrated, store)
            assert await queue.counts() == {}
            assert await queue.sweep(due) == 2
            await until_done(queue, steps)
        return steps.ran

    assert asyncio.run(run()) == Counter({"collect 3": 1, "collect 17": 1})


def test_migrate_makes_an_older_queue_anew_and_check_tells_of_it(
    url: str, home: Path, briefing: Briefing, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_older(url)
    monkeypatch.setenv("BRIEFING_STORE__URL", url)
    code, _, error = briefing("store", "check")
    assert (code, "its queue has version unknown, older than" in error) == (1, True)
    code, out, error = briefing("store", "migrate")
    assert code == 0
    assert out.count("\n") == 1
    assert f"the queue was made anew, with version {queue_schema.version()}" in error
    assert "queue" not in briefing("store", "check")[2]
    assert briefing("store", "migrate")[2] == ""
