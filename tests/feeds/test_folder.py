"""A folder of articles: read once for each change, and every bad file told with a reason."""

import json
import os
from pathlib import Path

import pytest

from feeds.folder import snapshot
from service.errors import SourceError
from tests.feeds.folders import LEAD, OTHER, Reads, append, read, reasons


def test_every_document_in_every_folder_is_read_in_order_of_its_path(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "ü.md").write_text(LEAD)
    (tmp_path / "b" / "a.html").write_text(f"<p>{LEAD}</p>")
    (tmp_path / "a.TXT").write_text(OTHER)
    batch = read(tmp_path)
    assert [entry.key for entry in batch.entries] == ["a.TXT", "b/a.html", "b/ü.md"]
    assert batch.items == 3
    assert batch.problems == ()


def test_a_second_reading_of_unchanged_files_opens_none(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(LEAD)
    (tmp_path / "bad.txt").write_bytes(b"\x7fELF\x00\x00")
    first = read(tmp_path)
    reads = Reads()
    second = read(tmp_path, first.cursor, read_some=reads)
    assert reads.count == 0
    assert second.entries == ()
    assert second.problems == first.problems
    assert second.items == 2
    assert second.cursor == first.cursor


def test_only_what_is_new_or_changed_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    (tmp_path / "b.txt").write_text(LEAD)
    first = read(tmp_path)
    (tmp_path / "b.txt").write_text(OTHER)
    (tmp_path / "c.txt").write_text(OTHER)
    assert [entry.key for entry in read(tmp_path, first.cursor).entries] == ["b.txt", "c.txt"]


def test_a_mended_file_is_read_and_its_problem_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"")
    first = read(tmp_path)
    assert reasons(first) == {"a.txt": "is empty"}
    path.write_text(LEAD)
    second = read(tmp_path, first.cursor)
    assert [entry.key for entry in second.entries] == ["a.txt"]
    assert second.problems == ()


def test_a_removed_file_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    (tmp_path / "b.txt").write_bytes(b"")
    first = read(tmp_path)
    (tmp_path / "b.txt").unlink()
    second = read(tmp_path, first.cursor)
    assert (second.items, second.problems) == (1, ())
    assert "b.txt" not in json.loads(second.cursor or "")["files"]


@pytest.mark.parametrize("cursor", ["", "x", "[]", "{}", '{"version":1,"files":[1]}', "null"])
def test_a_cursor_that_means_nothing_reads_all_again(tmp_path: Path, cursor: str) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    assert len(read(tmp_path, cursor).entries) == 1


def test_no_folder_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist; create it") as found:
        read(tmp_path / "none")
    assert found.value.source == "corpus"


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SourceError, match="is a file, not a folder"):
        read(tmp_path / "file")


def test_an_empty_folder_is_a_problem_and_not_an_error(tmp_path: Path) -> None:
    batch = read(tmp_path)
    assert (batch.entries, batch.items) == ((), 0)
    assert reasons(batch) == {"": f"no articles in {tmp_path}"}


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \n\t\r\n", "is empty"),
        ("a.txt", b"\x7fELF\x02\x01\x01" + bytes(200), "not a text but a program"),
        ("a.txt", b"%PDF-1.7 ...", "not a text but a PDF document"),
        ("a.txt", b"The talks were held.\0 Then they left.", "NUL byte"),
        ("a.txt", b"China \xff\xfe\xfa Russia met.", "not valid UTF-8 (byte 6)"),
        ("a.md", b"China \xff\xfe\xfa Russia met.", "not valid UTF-8 (byte 6)"),
        ("a.html", b"<html><body></body></html>", "no text"),
        ("a.txt", b"Follow us on:\n\nShare", "no text"),
        ("a.pdf", b"%PDF-1.7 ...", "is not a PDF document, or a damaged one"),
        ("a.docx", b"PK\x03\x04", "is not a Word document, or a damaged one"),
        ("a.doc", b"\xd0\xcf\x11\xe0", "is an old Word document; save it as .docx"),
        ("a.eml", b"no mail", "is not a saved mail"),
        ("a.url", b"[InternetShortcut]", "is a link, not an article; add the feed with"),
        ("a.webloc", b"<plist/>", "is a link, not an article; add the feed with"),
    ],
)
def test_a_bad_file_is_a_problem_and_costs_no_other(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.txt").write_text(LEAD)
    batch = read(tmp_path)
    assert [entry.text for entry in batch.entries] == [LEAD]
    assert reason in reasons(batch)[name]
    assert "\n" not in reasons(batch)[name]
    assert reasons(read(tmp_path, batch.cursor)) == reasons(batch)


def test_what_is_never_read_is_skipped_and_what_is_broken_is_a_fault(tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.txt"
    outside.write_text(LEAD)
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a.url", "b.webloc", "c.epub", "d.doc", "e.txt"):
        (folder / name).write_bytes(b"")
    (folder / "f.txt").symlink_to(outside)
    (folder / "g.txt").symlink_to(tmp_path / "nowhere")
    batch = read(folder)
    kinds = {problem.key: problem.kind for problem in batch.problems}
    assert kinds == {
        **dict.fromkeys(("a.url", "b.webloc", "c.epub", "d.doc", "f.txt"), "skipped"),
        **dict.fromkeys(("e.txt", "g.txt"), "fault"),
    }
    assert batch.faults == 2
    assert read(folder, batch.cursor).problems == batch.problems, "as remembered"


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(200 << 20)
    reads = Reads()
    batch = read(tmp_path, read_some=reads)
    assert reads.count == 0
    assert reasons(batch) == {"large.txt": "is too large: 200.0 MB, and at most 20 MB are read"}


def test_a_larger_limit_reads_what_was_too_large_before(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    first = read(tmp_path, max_bytes=10)
    assert "too large" in reasons(first)["a.txt"]
    assert len(read(tmp_path, first.cursor, max_bytes=1000).entries) == 1


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(LEAD)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "b.txt").write_text(LEAD)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "link.txt").symlink_to("../secret.txt")
    (corpus / "folder").symlink_to("../outside", target_is_directory=True)
    (corpus / "good.txt").write_text(OTHER)
    batch = read(corpus)
    assert [entry.key for entry in batch.entries] == ["good.txt"]
    refused = "is a symbolic link that leaves the folder; not followed"
    assert reasons(batch) == {"link.txt": refused, "folder": refused}


def test_a_link_inside_the_folder_is_read_and_a_broken_one_told(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "real.txt").write_text(LEAD)
    (tmp_path / "link.txt").symlink_to("sub/real.txt")
    (tmp_path / "again").symlink_to("sub", target_is_directory=True)
    (tmp_path / "broken.txt").symlink_to("nowhere.txt")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    batch = read(tmp_path)
    assert [entry.key for entry in batch.entries] == ["link.txt", "sub/real.txt"]
    assert set(reasons(batch)) == {"broken.txt", "loop.txt"}
    assert "leads nowhere" in reasons(batch)["broken.txt"]


def test_a_folder_that_is_itself_reached_by_a_link_is_read(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text(LEAD)
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    assert len(read(tmp_path / "link").entries) == 1


def test_a_pipe_with_a_texts_name_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert reasons(read(tmp_path)) == {"pipe.txt": "is not a regular file"}


def test_hidden_files_and_other_endings_are_ignored(tmp_path: Path) -> None:
    for name in (
        ".DS_Store",
        ".hidden.txt",
        "~$open.docx",
        "a.docx.tmp",
        "a.pdf.crdownload",
        ".a.txt.swp",
        "picture.png",
        "noending",
        "a.txt.part",
    ):
        (tmp_path / name).write_text(LEAD)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.txt").write_text(LEAD)
    (tmp_path / "good.txt").write_text(LEAD)
    batch = read(tmp_path)
    assert (batch.items, batch.problems) == (1, ())


def test_an_unreadable_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)

    def refuse(handle: int, size: int) -> bytes:
        raise PermissionError(13, "Permission denied")

    assert reasons(read(tmp_path, read_some=refuse)) == {
        "a.txt": "cannot be read: permission denied"
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_a_file_without_permission_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LEAD)
    path.chmod(0)
    assert reasons(read(tmp_path)) == {"a.txt": "cannot be read: permission denied"}


def test_a_file_that_changes_once_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LEAD)
    batch = read(tmp_path, read_some=Reads(lambda: append(path), times=1))
    assert [entry.text for entry in batch.entries] == [f"{LEAD} {OTHER}"]


def test_a_file_that_keeps_changing_is_a_problem_and_is_read_next_time(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LEAD)
    (tmp_path / "good.txt").write_text(OTHER)
    batch = read(tmp_path, read_some=Reads(lambda: append(path), times=2))
    assert [entry.key for entry in batch.entries] == ["good.txt"]
    assert "changed while it was read" in reasons(batch)["a.txt"]
    again = read(tmp_path, batch.cursor)
    assert [entry.key for entry in again.entries] == ["a.txt"]
    assert again.problems == ()


def test_a_file_that_is_replaced_while_it_is_read_is_seen_to_change(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LEAD)

    def replace() -> None:
        (tmp_path / "new").write_text(LEAD)
        (tmp_path / "new").replace(path)

    reads = Reads(replace, times=1)
    assert read(tmp_path, read_some=reads).entries[0].text == LEAD
    assert reads.count == 4, "two readings, of a piece and an end each"


def test_a_file_that_vanishes_while_it_is_read_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LEAD)
    batch = read(tmp_path, read_some=Reads(path.unlink))
    assert reasons(batch) == {"a.txt": "cannot be read: it is gone"}


def test_a_file_that_grows_over_the_limit_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LEAD)

    def grow(handle: int, size: int) -> bytes:
        append(path)
        return os.read(handle, size)

    with pytest.raises(SourceError, match="too large"):
        snapshot(path, len(LEAD) + 5, grow)


def test_a_name_that_is_no_unicode_or_breaks_lines_gives_a_printable_key(tmp_path: Path) -> None:
    (tmp_path / "a\nb.txt").write_text(LEAD)
    with open(os.fsencode(tmp_path) + b"/\xff.txt", "w") as file:
        file.write(LEAD)
    batch = read(tmp_path)
    assert [entry.key for entry in batch.entries] == ["\\xff.txt", "a\\nb.txt"]
    assert json.loads(batch.cursor or "")["files"]


def test_pdf_word_and_mail_are_read_with_their_endings_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "a.EML").write_text(f"Subject: Ministers meet\n\n{LEAD}\n")
    found = read(tmp_path).entries[0]
    assert (found.key, found.title, found.text) == ("a.EML", "Ministers meet", LEAD)


def test_the_operators_language_is_that_of_all_texts(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD)
    assert read(tmp_path, language="nl").entries[0].language == "nl"


def test_a_file_with_broken_front_matter_is_read_and_a_fault_until_it_is_mended(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.md"
    path.write_text(f'---\ntitle: "Talks\nsource: Times\n---\n\n{LEAD}\n')
    first = read(tmp_path)
    assert [(entry.text, entry.outlet) for entry in first.entries] == [(LEAD, "Times")]
    assert first.faults == 1
    assert reasons(first)["a.md"] == (
        "has front matter that is not YAML (line 2: a quotation mark is not closed); "
        "what it says may be lost"
    )
    second = read(tmp_path, first.cursor)
    assert (second.entries, second.problems) == ((), first.problems)
    path.write_text(f"---\ntitle: Talks in the north\nsource: Times\n---\n\n{LEAD}\n")
    third = read(tmp_path, second.cursor)
    assert ([entry.title for entry in third.entries], third.problems) == (
        ["Talks in the north"],
        (),
    )
