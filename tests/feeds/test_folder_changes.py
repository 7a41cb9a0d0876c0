"""A folder over time: files that are still being written, and files that are gone."""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from feeds.folder import Call, FolderSource, Known, T, here, missing
from feeds.listing import Found
from service.errors import ParseError
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


class Busy:
    """Ends the first readers of documents that are handed to it, as a busy machine does."""

    def __init__(self, ended: int) -> None:
        self.asked = 0
        self._ended = ended

    def __call__(self, work: Callable[[], T], /) -> T:
        self.asked += 1
        if self.asked <= self._ended:
            raise ParseError("took more than 5 s and was stopped", killed=True)
        return work()


def _large(folder: Path) -> None:
    """Write a document that is read in a worker process."""
    (folder / "a.md").write_text(f"{LEAD} {OTHER}\n\n" * 200)


def test_a_document_whose_reader_was_stopped_is_tried_again_though_it_is_unchanged(
    tmp_path: Path,
) -> None:
    _large(tmp_path)
    busy: Call = Busy(2)
    first = read(tmp_path, call=busy)
    assert reasons(first) == {
        "a.md": "took more than 5 s and was stopped; it is tried again next time"
    }
    second = read(tmp_path, first.cursor, call=busy)
    assert reasons(second) == reasons(first)
    third = read(tmp_path, second.cursor, call=busy)
    assert ([entry.key for entry in third.entries], third.problems) == (["a.md"], ())
    assert read(tmp_path, third.cursor, call=busy).entries == ()


def test_a_document_that_stops_three_readers_is_left_until_it_changes(tmp_path: Path) -> None:
    _large(tmp_path)
    busy = Busy(3)
    cursor = None
    for _ in range(3):
        cursor = read(tmp_path, cursor, call=busy).cursor
    batch = read(tmp_path, cursor, call=busy)
    assert busy.asked == 3
    assert "tried 3 times, and is left until it changes" in reasons(batch)["a.md"]
    append(tmp_path / "a.md")
    assert [entry.key for entry in read(tmp_path, batch.cursor, call=busy).entries] == ["a.md"]


def test_a_document_that_cannot_be_used_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 cut off")
    calls = Busy(0)
    first = read(tmp_path, call=calls)
    assert reasons(read(tmp_path, first.cursor, call=calls)) == reasons(first)
    assert calls.asked == 1


def test_a_cursor_from_before_stops_were_counted_is_still_good(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    found = (tmp_path / "a.txt").stat()
    cursor = json.dumps(
        {"version": 1, "files": {"a.txt": [found.st_size, found.st_mtime_ns, None]}}
    )
    assert read(tmp_path, cursor, call=here).entries == ()
