"""`briefing serve` and `briefing worker` as processes, over every way in which a database fails.

One pair of processes lives through all of it, in whatever order: each test breaks something in the
middle of the work, sees what is said of it, mends it, and sees that all of the work is done.
"""

import contextlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.postgres import cluster
from tests.postgres.cluster import CannotStart
from tests.postgres.desk import ROLE, SECRET, Desk, desk
from tests.serving import served


@pytest.fixture(scope="module")
def on() -> Iterator[cluster.Cluster]:
    try:
        with cluster.running() as found:
            yield found
    except CannotStart as why:
        pytest.skip(str(why))


@pytest.fixture(scope="module")
def pair(on: cluster.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A service and a worker, which were started before there was a server."""
    with desk(on, tmp_path_factory.mktemp("pair")) as found:
        on.stop()
        with found.run():
            for process, who in ((found.service, "service"), (found.worker, "worker")):
                process.wait_for(f"{who} waits reason=the database {found.name} on 127.0.0.1:")
                process.wait_for("seconds=2")
            on.start()
            found.service.started()
            yield found
            for process in (found.service, found.worker):
                assert "Traceback" not in process.text()
                assert SECRET not in process.text()
                assert process.end()[0] == 0


def said(process: served.Process, since: int, words: str) -> str:
    """Wait until a process has said something after that many letters; return the line."""
    process.until(lambda: words in process.text()[since:], words)
    text = process.text()[since:]
    start = text.rfind("\n", 0, text.index(words)) + 1
    return text[start:].partition("\n")[0]


def test_a_database_that_was_down_at_the_start_is_waited_for(pair: Desk) -> None:
    pair.service.until(lambda: pair.ready()[0] == 200, "ready")
    lines = [line for line in pair.worker.text().splitlines() if "worker waits" in line]
    assert [line.rpartition("=")[2] for line in lines][:2] == ["1", "2"]


@pytest.mark.slow
def test_a_server_that_was_killed_is_waited_for_and_nothing_is_lost(pair: Desk) -> None:
    before = len(pair.worker.text())
    pair.begin()
    pair.on.stop("immediate")
    try:
        assert "127.0.0.1" in pair.database_reason()
        said(pair.worker, before, "worker waits reason=")
    finally:
        pair.on.start()
    pair.works("asked-killed")


@pytest.mark.slow
def test_a_database_that_is_only_read_is_named_and_can_be_read(pair: Desk) -> None:
    before = len(pair.worker.text())
    pair.begin()
    pair.on.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    pair.on.sql("SELECT pg_reload_conf()")
    try:
        assert "cannot be written, it is read-only" in pair.database_reason()
        said(pair.worker, before, "read-only")
    finally:
        pair.on.sql("ALTER SYSTEM RESET default_transaction_read_only")
        pair.on.sql("SELECT pg_reload_conf()")
    pair.works("asked-read")


@pytest.mark.slow
def test_a_password_that_is_changed_is_named_and_not_printed(pair: Desk) -> None:
    before = len(pair.worker.text())
    pair.begin()
    pair.on.sql(f"ALTER ROLE {ROLE} PASSWORD 'other'")
    pair.on.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ROLE}'")
    try:
        assert "refuses this user and password" in pair.database_reason()
        said(pair.worker, before, "password")
        with served.serving(pair.home, command="worker", environ=pair.environ) as late:
            assert late.process.wait(served.PATIENCE_S) == 1
            lines = late.text().splitlines()
        assert lines[-1].startswith("briefing: the database ")
        assert "refuses this user and password" in lines[-1]
        assert SECRET not in late.text()
    finally:
        pair.on.sql(f"ALTER ROLE {ROLE} PASSWORD '{SECRET}'")
    pair.works("asked-password")


@pytest.mark.slow
def test_a_disk_that_is_full_is_named_and_what_waits_for_it_is_done_in_the_end(
    on: cluster.Cluster, tmp_path: Path
) -> None:
    with ExitStack() as held:
        try:
            held.enter_context(on.small_disk("small", 64))
        except CannotStart as why:
            pytest.skip(str(why))
        found = held.enter_context(desk(on, tmp_path, tablespace="small"))
        held.callback(on.sql, f"DROP DATABASE {found.name} WITH (FORCE)")
        held.callback(on.sql, "DROP TABLE IF EXISTS ballast")
        held.enter_context(found.run())
        found.service.started()
        found.begin()
        fill(on)
        before = len(found.worker.text())
        # Longer than what is free in any table, and not to be made much smaller.
        counted = "Tonne {} was counted at the bridge."
        long = " ".join(counted.format(n * n * 7919 % 1000003) for n in range(40000))
        found.article("long.txt", f"What was counted at the bridge\n\n{long}\n")
        said(found.worker, before, "cannot grow, the disk is full")
        on.sql("DROP TABLE ballast")
        found.works("asked-full")
        long_is_there = "SELECT count(*) FROM revision WHERE length(text) > 1000000"
        found.worker.until(lambda: found.sql(long_is_there) == [(1,)], "the long article")


def fill(on: cluster.Cluster) -> None:
    """Write until the small disk is full."""
    # What was made there may be on the disk only in part yet.
    on.sql("CHECKPOINT")
    on.sql("CREATE TABLE ballast (t text) TABLESPACE small")
    with contextlib.suppress(psycopg.errors.DiskFull):
        while True:
            on.sql("INSERT INTO ballast SELECT repeat('x', 1000) FROM generate_series(1, 500)")
