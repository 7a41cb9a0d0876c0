"""One service a database file."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from service.errors import StoreError
from service.store import Store
from service.store.lock import alone, database, idle


def test_a_second_service_is_refused_with_the_number_of_the_first(tmp_path: Path) -> None:
    file = tmp_path / "briefing.db"
    with alone(file), pytest.raises(StoreError, match=f"process {os.getpid()}"), alone(file):
        pytest.fail("two services")
    with alone(file):
        assert (tmp_path / "briefing.db.lock").read_text() == f"{os.getpid()}\n"


def test_the_lock_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    file = tmp_path / "briefing.db"
    code = (
        "import sys, time; from pathlib import Path; from service.store.lock import alone\n"
        "with alone(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match=f"process {other.pid}"), alone(file):
            pytest.fail("two services")
        other.send_signal(signal.SIGKILL)
        other.wait()
    with alone(file):
        assert file.with_name("briefing.db.lock").exists()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be made"), alone(tmp_path / "no" / "b.db"):
        pytest.fail("locked what is not there")


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:////data/what?.db", Path("/data/what?.db")),
        ("postgresql://desk@db/briefing", None),
    ],
)
def test_only_a_file_is_locked(url: str, file: Path | None) -> None:
    assert database(url) == file


def test_a_database_of_an_older_version_is_not_migrated_under_a_service(tmp_path: Path) -> None:
    file = tmp_path / "briefing.db"
    url = f"sqlite:///{file}"
    Store.open(url).close()
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '0008'")
    code = (
        "import sys; from pathlib import Path; from service.store.lock import alone\n"
        "with alone(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match=f"process {other.pid}"):
            Store.open(url)
        assert other.stdin is not None
        other.stdin.close()
        other.wait()
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [("0008",)]


def test_the_service_itself_may_migrate_its_database(tmp_path: Path) -> None:
    file = tmp_path / "briefing.db"
    with alone(file):
        idle(file)
    idle(file)
