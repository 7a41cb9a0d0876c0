"""Opening a database, and what is said when that or writing cannot be done."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from service.errors import StoreError
from service.store import Store, articles, sources
from tests.store.given import entry, record

#: The user without rights, on every POSIX system that we run on.
_NOBODY = 65534


def at(path: Path) -> str:
    return f"sqlite:///{path}"


@contextmanager
def refused(words: str, path: Path | None = None) -> Iterator[None]:
    """Expect a StoreError of one line that names the file."""
    with pytest.raises(StoreError, match=words) as caught:
        yield
    message = str(caught.value)
    assert "\n" not in message
    if path is not None:
        assert str(path) in message


def test_what_was_written_is_there_after_the_store_was_closed(url: str) -> None:
    with Store.open(url) as store:
        record(store, entry("a", "One."))
    with Store.open(url) as store, store.read() as db:
        assert [article.text for article in articles.collected(db)] == ["One."]


def test_an_error_in_a_transaction_rolls_it_back_and_is_let_through(store: Store) -> None:
    def lose() -> None:
        with store.write() as db:
            sources.declare(db, source="wire", kind="feed", address="https://wire.example/feed")
            raise KeyError("wire")

    with pytest.raises(KeyError):
        lose()
    with store.read() as db:
        assert sources.listing(db) == ()


def test_a_mistake_in_our_own_sql_is_not_called_a_fault_of_the_database(store: Store) -> None:
    missing = "no such table|does not exist"
    with pytest.raises((OperationalError, ProgrammingError), match=missing), store.read() as db:
        db.execute(text("SELECT * FROM nowhere"))


def test_every_connection_keeps_its_promises(tmp_path: Path) -> None:
    with Store.open(at(tmp_path / "s.db"), busy_timeout_s=7) as store:
        for transaction in (store.read, store.write, store.read):
            with transaction() as db:
                assert db.scalar(text("PRAGMA journal_mode")) == "wal"
                assert db.scalar(text("PRAGMA foreign_keys")) == 1
                assert db.scalar(text("PRAGMA synchronous")) == 2
                assert db.scalar(text("PRAGMA busy_timeout")) == 7000


def test_a_restored_copy_gets_the_write_ahead_log_again(tmp_path: Path) -> None:
    with Store.open(at(tmp_path / "s.db")) as store:
        record(store, entry("a", "One."))
    with closing(sqlite3.connect(tmp_path / "s.db")) as db:
        db.execute("VACUUM INTO ?", [str(tmp_path / "copy.db")])
    with Store.open(at(tmp_path / "copy.db")) as store, store.read() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert articles.count(connection) == 1


def test_a_closed_store_leaves_one_file(tmp_path: Path) -> None:
    with Store.open(at(tmp_path / "s.db")) as store:
        record(store, entry("a", "One."))
    assert [path.name for path in tmp_path.iterdir()] == ["s.db"]


@pytest.mark.parametrize("name", ["with blanks", "100%", "what?", "#1", "会晤", "a&b=c"])
def test_any_folder_and_file_name_will_do(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    with Store.open(at(folder / f"{name}.db")) as store:
        record(store, entry("a", "One."))
    assert (folder / f"{name}.db").stat().st_size > 0


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "s.db").touch()
    with Store.open(at(tmp_path / "s.db")) as store:
        assert record(store, entry("a", "One."))


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "briefing.db", ""]
)
def test_an_address_without_a_file_is_refused(url: str) -> None:
    with refused('"sqlite:///briefing.db"'):
        Store.open(url)


def test_an_engine_that_is_not_supported_is_refused() -> None:
    with refused("mysql://db/brief.*not one that this version stores in"):
        Store.open("mysql://db/brief")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with refused("does not exist: make it", tmp_path / "none"):
        Store.open(at(tmp_path / "none" / "s.db"))


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with refused("does not exist", tmp_path / "file"):
        Store.open(at(tmp_path / "file" / "s.db"))


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with refused("is a folder", tmp_path):
        Store.open(at(tmp_path))


@pytest.fixture
def plain_folder(store: Store) -> Iterator[Path]:
    """Give an empty folder in a process without the rights of root, which may write anywhere.

    It needs an open store: what is imported on the way may be readable to root only.
    """
    with TemporaryDirectory() as name:
        folder, before = Path(name), os.geteuid()
        if before == 0:
            os.chown(folder, _NOBODY, -1)
            os.seteuid(_NOBODY)
        try:
            yield folder
        finally:
            folder.chmod(0o700)
            os.seteuid(before)


def test_a_folder_without_the_right_to_write_is_named(plain_folder: Path) -> None:
    path = plain_folder / "s.db"
    plain_folder.chmod(0o500)
    with refused("cannot be opened: make the file and its folder readable and writable", path):
        Store.open(at(path))


def test_a_file_without_the_right_to_read_is_named(plain_folder: Path) -> None:
    path = plain_folder / "s.db"
    path.touch(mode=0o000)
    with refused("cannot be opened: make the file and its folder readable", path):
        Store.open(at(path))


def test_a_file_without_the_right_to_write_is_named(plain_folder: Path) -> None:
    path = plain_folder / "s.db"
    path.touch(mode=0o400)
    with refused("cannot be written: make the file and its folder writable", path):
        Store.open(at(path))


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that takes no file")
def test_a_folder_that_takes_no_file_is_named() -> None:
    with refused("cannot be opened: make the file and its folder", Path("/proc/s.db")):
        Store.open("sqlite:////proc/s.db")


def test_a_database_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with (
        Store.open(at(path)) as store,
        refused("cannot be written: make", path),
        store.write() as db,
    ):
        db.execute(text("PRAGMA query_only = ON"))
        db.execute(text("DELETE FROM source"))


def test_a_full_disk_is_named_and_nothing_is_half_written(tmp_path: Path) -> None:
    with Store.open(at(tmp_path / "s.db")) as store:
        with store.write() as db:
            pages = db.scalar(text("PRAGMA page_count"))
            db.execute(text(f"PRAGMA max_page_count = {pages}"))
        with refused("the disk is full", store.path):
            record(store, *(entry(f"k{n}", f"{n} " * 5000) for n in range(20)))
        with store.read() as db:
            assert articles.count(db) == 0
            assert db.scalar(text("SELECT count(*) FROM source")) == 0


@pytest.mark.parametrize("content", [b"Dear reader,\n" * 400, b"hi", b"\0" * 5000])
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(content)
    with refused("is not a database: name another", path):
        Store.open(at(path))
    assert path.read_bytes() == content


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Store.open(at(path)) as store:
        record(store, *(entry(f"k{n}", f"{n} " * 3000) for n in range(50)))
    content = bytearray(path.read_bytes())
    # All but the first page, which holds the schema.
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    with refused("is damaged", path), Store.open(at(path)) as store, store.read() as db:
        articles.collected(db)


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE bookmarks (url TEXT);",
        "CREATE TABLE alembic_version (version_num TEXT);",
        "CREATE TABLE alembic_version (version_num TEXT);"
        "INSERT INTO alembic_version VALUES ('1975ea83b712');",
    ],
    ids=["other tables", "no version", "another's version"],
)
def test_a_database_of_another_program_is_named_and_left_alone(tmp_path: Path, script: str) -> None:
    path = tmp_path / "s.db"
    with closing(sqlite3.connect(path)) as other:
        other.executescript(script)
    content = path.read_bytes()
    with refused("belongs to another program", path):
        Store.open(at(path))
    assert path.read_bytes() == content


def test_a_database_of_a_newer_version_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Store.open(at(path)) as store, store.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    content = path.read_bytes()
    with refused("has schema 9999, newer than", path):
        Store.open(at(path))
    assert path.read_bytes() == content
