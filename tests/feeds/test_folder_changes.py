"""A folder over time: files that are still being written, and files that are gone."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from feeds.folder import FolderSource, Known, missing
from feeds.listing import Found
from tests.feeds.folders import LEAD, NOW, OTHER, Reads, append, read, reasons


def _age(path: Path, seconds: float) -> None:
    """Make a file as old as that by the tests' clock."""
    when = int((NOW.timestamp() - seconds) * 1e9)
    os.utime(path, ns=(when, when))


def test_who_asks_now_reads_a_file_that_was_just_written(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    _age(tmp_path / "a.txt", 0)
    assert [entry.key for entry in read(tmp_path).entries] == ["a.txt"]


def test_who_watches_leaves_a_file_that_is_being_written_for_the_next_time(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    (tmp_path / "old.txt").write_text(OTHER)
    _age(tmp_path / "a.txt", 1.5)
    _age(tmp_path / "old.txt", 2.5)
    batch = read(tmp_path, settled_s=2)
    assert [entry.key for entry in batch.entries] == ["old.txt"]
    assert (batch.problems, batch.items) == ((), 1)
    assert set(json.loads(batch.cursor or "")["files"]) == {"old.txt"}
    _age(tmp_path / "a.txt", 2.5)
    again = read(tmp_path, batch.cursor, settled_s=2)
    assert [entry.key for entry in again.entries] == ["a.txt"]


def test_a_file_that_is_still_being_written_at_the_second_time_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    source = FolderSource("corpus", tmp_path, now=lambda: NOW, settled_s=2)
    _age(tmp_path / "a.txt", 1)
    first = asyncio.run(source.read(None))
    assert (first.problems, first.items) == ((), 0)
    second = asyncio.run(source.read(first.cursor))
    assert "is still being written" in reasons(second)["a.txt"]
    assert second.items == 1
    _age(tmp_path / "a.txt", 3)
    third = asyncio.run(source.read(second.cursor))
    assert ([entry.key for entry in third.entries], third.problems) == (["a.txt"], ())


def test_a_file_that_changes_between_two_looks_is_left_as_well(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LEAD)
    _age(path, 3)

    def write() -> None:
        append(path)

    batch = read(tmp_path, settled_s=2, read_some=Reads(write, times=2))
    assert (batch.entries, batch.problems, batch.items) == ((), (), 0)


def test_a_file_dated_in_the_future_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    _age(tmp_path / "a.txt", -3600)
    assert len(read(tmp_path, settled_s=2).entries) == 1


def test_a_known_file_that_is_being_rewritten_is_neither_gone_nor_forgotten(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LEAD)
    _age(path, 60)
    first = read(tmp_path, settled_s=2)
    path.write_text(LEAD[:10])
    _age(path, 1)
    second = read(tmp_path, first.cursor, settled_s=2)
    assert (second.entries, second.problems, second.gone) == ((), (), ())
    assert second.items == 1
    assert second.cursor == first.cursor
    path.write_text(OTHER)
    _age(path, 3)
    assert [e.text for e in read(tmp_path, second.cursor, settled_s=2).entries] == [OTHER]


def test_a_removed_file_is_told_once_as_gone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    (tmp_path / "b.txt").write_text(OTHER)
    first = read(tmp_path)
    assert first.gone == ()
    (tmp_path / "a.txt").unlink()
    second = read(tmp_path, first.cursor)
    assert second.gone == ("a.txt",)
    assert read(tmp_path, second.cursor).gone == ()


def test_a_renamed_file_is_gone_there_and_new_here(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    first = read(tmp_path)
    (tmp_path / "a.txt").rename(tmp_path / "b.txt")
    second = read(tmp_path, first.cursor)
    assert ([entry.key for entry in second.entries], second.gone) == (["b.txt"], ("a.txt",))


def test_a_file_that_became_too_large_is_not_gone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    first = read(tmp_path)
    (tmp_path / "a.txt").write_text(LEAD * 2)
    assert read(tmp_path, first.cursor, max_bytes=len(LEAD)).gone == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_what_is_below_a_folder_that_cannot_be_listed_today_is_not_gone(tmp_path: Path) -> None:
    folder = tmp_path / "sub"
    folder.mkdir()
    (folder / "a.txt").write_text(LEAD)
    first = read(tmp_path)
    folder.chmod(0)
    second = read(tmp_path, first.cursor)
    folder.chmod(0o755)
    assert second.gone == ()
    third = read(tmp_path, second.cursor)
    assert (third.entries, third.gone) == ((), ())


def test_keys_below_an_unlisted_folder_stay_known() -> None:
    known = Known(size=1, mtime_ns=1)
    before = {"sub/a.txt": known, "subway.txt": known, "b.txt": known}
    listed = Found(key="sub", path=Path("sub"), size=0, mtime_ns=0, refused="no", is_folder=True)
    assert missing(before, [listed]) == (("b.txt", "subway.txt"), {"sub/a.txt"})
