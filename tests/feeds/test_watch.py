"""Which folders changed, by looks that a test lets happen one by one."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from feeds.watch import changes, signature


class Turns:
    """A sleep that does the next thing of a list each time, and ends the watching after it."""

    def __init__(self, *deeds: Callable[[], None]) -> None:
        self._deeds = list(deeds)
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        if not self._deeds:
            raise asyncio.CancelledError
        self._deeds.pop(0)()


def _nothing() -> None:
    return None


def _told(folders: Mapping[str, Path], turns: Turns) -> list[tuple[int, str]]:
    """Return (turn, name) of what is told."""

    async def watch() -> list[tuple[int, str]]:
        told: list[tuple[int, str]] = []
        try:
            async for name in changes(folders, interval_s=7, sleep=turns):
                told.append((len(turns.slept), name))
        except asyncio.CancelledError:
            return told
        raise AssertionError("it never ends by itself")

    return asyncio.run(watch())


def _write(path: Path, text: str = "A text.") -> Callable[[], None]:
    def deed() -> None:
        path.write_text(text)

    return deed


def test_nothing_is_told_of_folders_that_stand_still(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A text.")
    turns = Turns(_nothing, _nothing, _nothing)
    assert _told({"corpus": tmp_path}, turns) == []
    assert turns.slept == [7, 7, 7, 7]


def test_a_new_file_is_told_once_when_it_has_come_to_rest(tmp_path: Path) -> None:
    turns = Turns(_write(tmp_path / "a.txt"), _nothing, _nothing, _nothing)
    assert _told({"corpus": tmp_path}, turns) == [(2, "corpus")]


def test_a_file_that_grows_is_told_when_it_stops(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    grow = [_write(path, "x" * n) for n in (10, 20, 30)]
    assert _told({"corpus": tmp_path}, Turns(*grow, _nothing, _nothing)) == [(4, "corpus")]


def test_a_folder_that_never_rests_is_told_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    grow = [_write(path, "x" * n) for n in range(1, 65)]
    assert _told({"corpus": tmp_path}, Turns(*grow)) == [(30, "corpus"), (60, "corpus")]


def test_a_removed_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("A text.")
    assert _told({"corpus": tmp_path}, Turns(path.unlink, _nothing)) == [(2, "corpus")]


def test_a_change_that_is_taken_back_before_it_rests_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    turns = Turns(_write(path), path.unlink, _nothing, _nothing)
    assert _told({"corpus": tmp_path}, turns) == []


def test_only_the_folder_that_changed_is_told(tmp_path: Path) -> None:
    folders = {"one": tmp_path / "1", "two": tmp_path / "2"}
    for folder in folders.values():
        folder.mkdir()
    turns = Turns(_write(tmp_path / "2" / "a.md"), _nothing, _nothing)
    assert _told(folders, turns) == [(2, "two")]


def test_a_folder_that_does_not_exist_is_told_when_it_comes(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    assert _told({"corpus": folder}, Turns(_nothing, folder.mkdir, _nothing)) == [(3, "corpus")]


def test_the_signature_sees_sub_folders_names_sizes_and_times(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "a.txt"
    path.parent.mkdir()
    seen = [signature(tmp_path)]
    for deed in (
        lambda: path.write_text("One."),
        lambda: path.write_text("Three."),
        lambda: os.utime(path, ns=(1, 1)),
        lambda: path.rename(path.with_name("b.txt")),
    ):
        deed()
        seen.append(signature(tmp_path))
    assert len(set(seen)) == len(seen)


def test_what_is_no_document_changes_no_signature(tmp_path: Path) -> None:
    before = signature(tmp_path)
    names: Sequence[str] = ("a.txt.part", ".hidden.txt", "~$a.docx", "a.pdf.crdownload", "x.png")
    for name in names:
        (tmp_path / name).write_text("A text.")
    assert signature(tmp_path) == before
