"""Several writers and readers at once."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from service.errors import StoreError
from service.store import Store, articles, issues, sources
from tests.store.given import entry, hour, record

_ROOT = Path(__file__).parents[2]
_ROUNDS = 20


def test_two_processes_that_make_and_write_one_database_lose_nothing(url: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(_ROOT)}
    writers = [
        subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("writer.py")), url, name, str(_ROUNDS)],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("wire", "post")
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
    with Store.open(url) as store, store.read() as db:
        assert articles.count(db) == 3 * _ROUNDS
        assert [source.articles for source in sources.listing(db)] == [2 * _ROUNDS, 2 * _ROUNDS]
        assert len(sources.readings(db)) == 2 * _ROUNDS
        numbers = [head.number for head in issues.listing(db)]
    assert sorted(numbers) == list(range(1, 2 * _ROUNDS + 1))


def test_a_new_database_that_another_looks_at_is_not_opened_half(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as other:
        # A read lock on the file, as of a process that is opening it too.
        other.execute("BEGIN")
        other.execute("SELECT * FROM sqlite_master").fetchall()
        with pytest.raises(StoreError, match="in use by another program"):
            Store.open(f"sqlite:///{path}", busy_timeout_s=0.05)
    with Store.open(f"sqlite:///{path}") as store:
        assert record(store, entry("a", "One."))


def test_a_reader_sees_one_state_while_another_writes(store: Store) -> None:
    record(store, entry("a", "One."))
    with store.read() as db:
        assert articles.count(db) == 1
        record(store, entry("b", "Two."), at=hour(1))
        assert articles.count(db) == 1
    with store.read() as db:
        assert articles.count(db) == 2


def test_a_writer_that_waits_too_long_says_who_is_in_the_way(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(url) as first, Store.open(url, busy_timeout_s=0.05) as second:
        with (
            first.write(),
            pytest.raises(StoreError, match="in use by another program"),
            second.write(),
        ):
            pass
        assert record(second, entry("a", "One."))
