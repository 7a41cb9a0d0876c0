"""Files appear whole or not at all."""

import os
from pathlib import Path

import pytest

from service import files
from service.errors import BriefError


def test_all_files_are_written_and_their_paths_returned_in_order(tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    paths = files.write(out, {"b.txt": b"2", "a.txt": b"1"})
    assert [p.name for p in paths] == ["b.txt", "a.txt"]
    assert sorted(p.name for p in out.iterdir()) == ["a.txt", "b.txt"]
    assert (out / "b.txt").read_bytes() == b"2"


def test_what_was_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old and longer")
    files.write(tmp_path, {"a": b"new"})
    assert (tmp_path / "a").read_bytes() == b"new"


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    (path,) = files.write(tmp_path, {"a": b"x"})
    assert path.stat().st_mode & 0o777 == 0o666 & ~files._umask()


def test_nothing_is_left_when_one_file_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(BriefError, match="--out"):
        files.write(tmp_path, {"good": b"1", "no/such": b"2"})
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_one_clear_line(tmp_path: Path) -> None:
    place = tmp_path / "briefs"
    place.write_text("a file")
    with pytest.raises(BriefError, match="cannot be written"):
        files.check_writable(place)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_as_such() -> None:
    full = open("/dev/full", "wb", buffering=0)  # noqa: SIM115  (closed below)
    with pytest.raises(OSError, match="No space left") as caught:
        full.write(b"x")
    full.close()
    message = str(files._refused(Path("briefs"), caught.value))
    assert (
        message == "briefs: cannot be written: no space left on device; choose another folder "
        "with --out"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to every folder")
def test_a_read_only_folder_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BriefError, match="permission denied"):
        files.check_writable(tmp_path)
