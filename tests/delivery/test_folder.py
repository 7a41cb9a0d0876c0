"""Issues dropped into a folder: whole, once, and never over somebody else's file."""

import asyncio
import errno
import os
import tempfile
from pathlib import Path

import pytest

from service.delivery import parcel
from service.delivery.base import Envelope, Outcome
from service.delivery.folder import FolderChannel
from service.errors import DeliveryError
from service.model import Artifact
from tests.builders import brief

PDF = Artifact(format="pdf", data=b"%PDF-1.7\n" + bytes(range(256)) * 50)
HTML = Artifact(format="html", data="<p>мост</p>".encode())
DOCUMENT = parcel.pack(brief(), (PDF, HTML), text="the issue")


def envelope(folder: Path, message: bytes = DOCUMENT, name: str = "brief-7") -> Envelope:
    return Envelope(to=str(folder), sender="", name=name, message=message)


def drop(given: Envelope, *, commit: bool = True, look: Path | None = None) -> Outcome:
    """Send; at the commit no file of a name that anybody looks for is there."""

    async def decide() -> bool:
        if look is not None:
            assert [path for path in look.iterdir() if not path.name.startswith(".")] == []
        return commit

    return asyncio.run(FolderChannel().send(given, decide))


def test_the_files_of_an_issue_are_there_under_its_name(tmp_path: Path) -> None:
    outcome = drop(envelope(tmp_path), look=tmp_path)
    assert (outcome.result, outcome.text) == ("sent", "2 files, 0 of them there already")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "brief-7.pdf": PDF.data,
        "brief-7.html": HTML.data,
    }
    assert (tmp_path / "brief-7.pdf").stat().st_mode & 0o777 == 0o644


def test_a_second_time_changes_nothing_and_counts_as_sent(tmp_path: Path) -> None:
    drop(envelope(tmp_path))
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    outcome = drop(envelope(tmp_path))
    assert (outcome.result, outcome.text) == ("sent", "2 files, 2 of them there already")
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_what_an_earlier_attempt_left_is_completed(tmp_path: Path) -> None:
    (tmp_path / "brief-7.pdf").write_bytes(PDF.data)
    assert drop(envelope(tmp_path)).result == "sent"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_withdrawn_issue_leaves_nothing(tmp_path: Path) -> None:
    assert drop(envelope(tmp_path), commit=False).result == "withdrawn"
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_content_is_not_replaced(tmp_path: Path) -> None:
    mine = tmp_path / "brief-7.html"
    mine.write_text("mine", encoding="utf-8")
    outcome = drop(envelope(tmp_path))
    assert (outcome.result, outcome.cause) == ("failed", "policy")
    assert f"{mine} is there already with another content" in outcome.text
    assert [path.name for path in tmp_path.iterdir()] == ["brief-7.html"]
    assert mine.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_not_there_is_waited_for_and_not_made(tmp_path: Path) -> None:
    away = tmp_path / "share"
    outcome = drop(envelope(away))
    assert (outcome.result, outcome.cause) == ("deferred", "server")
    assert outcome.text == f"{away}: there is no such folder: make or mount it"
    assert not away.exists()


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    outcome = drop(envelope(tmp_path))
    assert (outcome.result, outcome.cause) == ("deferred", "server")
    assert outcome.text == f"{tmp_path}: no space left on device"
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_between_two_names_is_tried_again_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, replace, count = envelope(tmp_path), os.replace, 0

    def fails(self: Path, to: Path) -> Path:
        nonlocal count
        count += 1
        if count == 2:
            raise OSError(errno.EIO, "Input/output error")
        replace(self, to)
        return to

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fails)
        assert drop(given).result == "deferred"
    assert [path.name for path in tmp_path.iterdir()] == ["brief-7.pdf"]
    assert drop(given).result == "sent"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_may_not_be_written_is_the_operators(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> tuple[int, str]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refused)
    outcome = drop(envelope(tmp_path))
    assert (outcome.result, outcome.cause) == ("deferred", "policy")
    assert outcome.text == f"{tmp_path}: permission denied"


@pytest.mark.parametrize("name", ["", "../brief", "a/b", ".hidden", "nul\0"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    outcome = drop(envelope(tmp_path, name=name))
    assert (outcome.result, outcome.cause) == ("failed", "message")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"{}",
        b"\xff",
        b'{"files": [{}]}',
        DOCUMENT.replace(b'"content":"JV', b'"content":"AA'),
        DOCUMENT.replace(b'"format":"pdf"', b'"format":"../"'),
    ],
)
def test_what_is_no_parcel_of_ours_is_refused(tmp_path: Path, message: bytes) -> None:
    with pytest.raises(DeliveryError, match="publish it anew"):
        parcel.unpack(message)
    assert drop(envelope(tmp_path, message)).result == "failed"


def test_a_parcel_holds_the_issue_and_its_files() -> None:
    assert parcel.unpack(DOCUMENT) == (PDF, HTML)
    assert parcel.pack(brief(), (PDF, HTML), text="the issue") == DOCUMENT
    assert parcel.unpack(parcel.pack(brief(), (), text="x")) == ()
