"""PostgreSQL that is away, refuses us, is restarted or is another's: one line, nothing half."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from service.errors import StoreError, UnreachableError
from service.store import Store, articles
from service.store.deliveries import CHUNK
from service.store.engine import HEAD, Beside
from service.store.postgres import LASTING, driver_url
from tests.delivering.given import issue, join, queue, several
from tests.postgres.given import server
from tests.serving.served import until
from tests.store.given import entry, hour, record

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def url() -> Iterator[str]:
    with server().empty() as url:
        yield url


@contextmanager
def refused(words: str, kind: type[StoreError] = StoreError) -> Iterator[None]:
    """Expect an error of one line, without the password."""
    with pytest.raises(kind, match=words) as caught:
        yield
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert type(caught.value) is kind


def test_a_database_that_is_down_at_the_start_is_named() -> None:
    with refused("none on 127.0.0.1:1 does not answer", UnreachableError):
        Store.open("postgresql://briefing:secret@127.0.0.1:1/none")


def test_a_host_that_is_not_there_is_named() -> None:
    with refused("does not answer", UnreachableError):
        Store.open("postgresql://briefing:secret@host.invalid/none")


def test_a_wrong_password_is_named_and_not_printed(url: str) -> None:
    with refused("refuses this user and password"):
        Store.open(server().url(url.rpartition("/")[2], password="secret2"))


def test_a_database_that_was_never_made_is_named() -> None:
    with refused("does not exist: make it with createdb"):
        Store.open(server().url("none"))


@pytest.mark.parametrize("url", ["postgresql://", "postgresql://host", "postgresql://host:x/name"])
def test_an_address_without_a_database_is_refused(url: str) -> None:
    with refused('write it as in "postgresql://briefing@'):
        Store.open(url)


def test_a_read_only_database_is_named_and_can_be_read(url: str) -> None:
    name = url.rpartition("/")[2]
    with Store.open(url) as store:
        record(store, entry("a", "One."))
    server().sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        with Store.open(url) as store:
            with store.read() as db:
                assert articles.count(db) == 1
            with refused("cannot be written, it is read-only"):
                record(store, entry("b", "Two."))
    finally:
        server().sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")


def test_a_newer_schema_is_left_alone(url: str) -> None:
    with Store.open(url) as store, store.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with refused("has schema 9999, newer than"):
        Store.open(url)


def test_an_older_schema_is_not_changed_by_who_must_not(url: str) -> None:
    with Store.open(url) as store, store.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with refused(f"has schema 0001, older than the {HEAD}.*briefing store migrate"):
        Store.open(url, migrate=False)


def test_an_empty_database_gets_its_schema_and_the_engines_tables_are_no_strangers() -> None:
    made = server().database()
    try:
        server().sql("CREATE TABLE procrastinate_jobs (id int)", made.rpartition("/")[2])
        with Store.open(made) as store, store.read() as db:
            assert store.version(db) == HEAD
    finally:
        server().drop(made)


def test_the_database_of_another_program_is_left_alone() -> None:
    made = server().database()
    try:
        server().sql("CREATE TABLE bookmarks (url text)", made.rpartition("/")[2])
        with refused("belongs to another program"):
            Store.open(made)
    finally:
        server().drop(made)


def test_a_transaction_that_only_reads_cannot_write(url: str) -> None:
    with Store.open(url) as store, refused("read-only"), store.read() as db:
        db.execute(text("DELETE FROM source"))


def test_who_writes_alone_keeps_all_others_out_and_rows_bear_rows(url: str) -> None:
    with Store.open(url) as one, Store.open(url, busy_timeout_s=0.1) as two:
        with one.write("rows"), two.write("rows"), two.write("articles"):
            pass
        pairs: tuple[tuple[Beside | None, Beside | None], ...] = (
            (None, None),
            (None, "rows"),
            ("rows", None),
            ("articles", "articles"),
        )
        for first, second in pairs:
            with (
                one.write(first),
                refused("in use by another", UnreachableError),
                two.write(second),
            ):
                pytest.fail("two wrote at once")


def test_who_collects_waits_for_who_decides_on_the_same_text_and_for_no_other(url: str) -> None:
    def about(*names: str) -> Callable[[], set[str]]:
        return lambda: set(names)

    with Store.open(url) as one, Store.open(url, busy_timeout_s=0.1) as two:
        with (
            one.write("articles", about=about("a", "b")),
            two.write("articles", about=about("c", "d")),
            two.write("rows"),
        ):
            pass
        for other in (about("d", "b"), None):
            with (
                one.write("articles", about=about("a", "b")),
                refused("in use by another", UnreachableError),
                two.write("articles", about=other),
            ):
                pytest.fail("two decided on one text at once")


def test_a_restart_in_the_middle_loses_nothing_that_was_acknowledged(url: str) -> None:
    with Store.open(url) as store:
        record(store, entry("a", "One."))
        with refused("went away in the middle", UnreachableError), store.write() as db:
            db.execute(text("DELETE FROM place"))
            server().restart("immediate")
            db.execute(text("DELETE FROM revision"))
        # A connection that died with the server costs nothing.
        record(store, entry("b", "Two."), at=hour(1))
        with store.read() as db:
            assert articles.count(db) == 2


def test_a_process_that_writes_goes_on_through_restarts(url: str) -> None:
    """Row 30: what a writer was told is stored is there after `pg_ctl restart -m immediate`."""
    code = (
        "import sys\n"
        "from service.errors import UnreachableError\n"
        "from service.store import Store\n"
        "from tests.store.given import entry, hour, record\n"
        "with Store.open(sys.argv[1]) as store:\n"
        "    for number in range(400):\n"
        "        while True:\n"
        "            try:\n"
        "                record(store, entry(f'k{number}', f'Text {number}.'), at=hour(number))\n"
        "            except UnreachableError:\n"
        "                continue\n"
        "            break\n"
        "        print(number, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    ) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) in (50, 200):
                server().restart("immediate")
        assert writer.wait(timeout=60) == 0, writer.stderr and writer.stderr.read()
    with Store.open(url) as store, store.read() as db:
        assert articles.count(db) == 400


def test_tables_that_have_grown_by_much_are_counted_before_they_are_used(url: str) -> None:
    """A message was handed over in 15 ms, for 800 readers, until the server looked by itself."""
    with Store.open(url) as store:
        join(store, *several(CHUNK))
        queue(store, issue(store))
    counted = "SELECT reltuples FROM pg_class WHERE relname IN ('delivery', 'subscription')"
    assert server().sql(counted, url.rpartition("/")[2]) == [(CHUNK,), (CHUNK,)]


@pytest.mark.slow
def test_who_is_frozen_in_a_transaction_keeps_the_others_out_for_a_while_only(url: str) -> None:
    code = (
        "import os, signal, sys\n"
        "from service.store import Store\n"
        "with Store.open(sys.argv[1]) as store, store.write('rows') as db:\n"
        "    print('in', flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGSTOP)\n"
    )
    with (
        Store.open(url) as store,
        subprocess.Popen(
            [sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True, cwd=_ROOT
        ) as frozen,
    ):
        assert frozen.stdout is not None
        assert frozen.stdout.readline() == "in\n"
        try:
            record(store, entry("a", "One."))
            assert frozen.poll() is None
        finally:
            frozen.kill()


def test_who_is_frozen_in_a_pipeline_of_statements_is_ended_by_others(url: str) -> None:
    # To the server such a transaction is at work, not idle: no time-out of PostgreSQL 15 ends it.
    with Store.open(url) as store, psycopg.connect(driver_url(url)) as connection:
        frozen = connection.pgconn
        frozen.enter_pipeline_mode()
        for statement in (b"BEGIN", b"SELECT pg_advisory_xact_lock(77)"):
            frozen.send_query_params(statement, None)
        # Sent, and never brought to an end, as if the process had been stopped here.
        frozen.send_flush_request()
        while frozen.flush():
            pass
        assert store.end_frozen() == 0, "it has just begun"
        until(lambda: store.end_frozen(silent_s=0) == 1)
        free = ("SELECT pg_try_advisory_lock(77)", url.rpartition("/")[2])
        until(lambda: server().sql(*free) == [(True,)])
        frozen.finish()


def test_the_server_gives_up_soon_on_who_is_cut_off_in_the_store_and_in_the_queue(url: str) -> None:
    """In the middle of a pipeline of statements no time-out for who is idle holds."""

    async def of_queue() -> list[str]:
        async with await psycopg.AsyncConnection.connect(driver_url(url), **LASTING) as connection:
            return [(await (await connection.execute(q)).fetchone() or "")[0] for q in asked]

    asked = (b"SHOW tcp_user_timeout", b"SHOW tcp_keepalives_idle")
    assert asyncio.run(of_queue()) == ["15000", "15"]
    with Store.open(url) as store, store.write("rows") as db:
        assert [db.exec_driver_sql(q.decode()).scalar() for q in asked] == ["15000", "15"]
        silent = db.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar()
    assert silent == "15s"
