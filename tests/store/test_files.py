"""The bytes of files, in the database and outside it: one contract for every place."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from service.errors import StoreError, UnreachableError
from service.store import Store, files, issues, places
from service.store.tables import artifact, placed
from tests.store.given import START
from tests.store.outside import (
    DAY,
    HTML,
    PDF,
    folder_of,
    named,
    objects,
    publish,
    row,
    rows,
)


def test_files_come_back_as_they_were_published(outside: Store) -> None:
    ident = publish(outside, PDF, HTML)
    html, pdf = files.artifacts(outside, ident)
    assert (html.data, html.name, html.intact) == (HTML.data, "brief-1.html", True)
    assert (pdf.data, pdf.name, pdf.sha256) == (
        *(PDF.data, "brief-1.pdf"),
        hashlib.sha256(PDF.data).hexdigest(),
    )
    assert files.artifact_of(outside, ident, "pdf") == pdf


def test_the_row_says_where_they_lie_and_holds_none_of_the_bytes(outside: Store) -> None:
    ident = publish(outside, PDF, HTML)
    assert [row.data for row in rows(outside)] == [b"", b""]
    assert {row.place for row in rows(outside)} == {outside.artifacts}
    with outside.read() as db:
        sizes = [(file.format, file.size) for file in issues.files(db, ident)]
    assert sizes == [("html", len(HTML.data)), ("pdf", len(PDF.data))]


def test_the_same_bytes_put_twice_are_one_object(outside: Store) -> None:
    assert files.put(outside, [PDF, PDF]) == files.put(outside, [PDF]) == outside.artifacts
    with outside.read() as db:
        assert len(db.execute(select(placed)).all()) == 1


def test_an_object_that_is_missing_is_one_line(outside: Store) -> None:
    ident = publish(outside, PDF)
    places.at(outside.artifacts or "").remove(named(PDF))
    with pytest.raises(StoreError, match=r"^the pdf of issue 1 is missing in \S.*: put it back"):
        files.artifacts(outside, ident)


def test_an_object_that_was_changed_is_one_line(outside: Store) -> None:
    ident = publish(outside, PDF)
    places.at(outside.artifacts or "").put(named(PDF), b"other")
    with pytest.raises(StoreError, match=r"^the pdf of issue 1 was changed in "):
        files.artifact_of(outside, ident, "pdf")


def test_check_names_what_is_missing_or_changed(outside: Store) -> None:
    publish(outside, PDF, HTML)
    assert files.check(outside) == ()
    there = places.at(outside.artifacts or "")
    there.remove(named(PDF))
    (line,) = files.check(outside)
    assert line.startswith("the pdf of issue 1 is missing")
    there.put(named(HTML), b"other")
    (line,) = files.check(outside)
    assert line.startswith(f"2 files of {outside.artifacts} cannot be had; the html of issue 1 was")


def test_removing_what_is_not_there_is_no_fault(outside: Store) -> None:
    places.at(outside.artifacts or "").remove(named(PDF))


def test_the_database_itself_holds_them_by_default(store: Store) -> None:
    assert files.put(store, [PDF]) is None
    ident = publish(store, PDF)
    assert [(row.data, row.place, row.size) for row in rows(store)] == [(PDF.data, None, None)]
    assert files.artifact_of(store, ident, "pdf").data == PDF.data
    assert files.check(store) == ()
    assert files.sweep(store, now=START + 9 * DAY) == 0
    with store.read() as db:
        assert db.execute(select(placed)).all() == []


def test_a_file_of_the_database_that_was_changed_is_given_and_not_intact(store: Store) -> None:
    ident = publish(store, PDF)
    with store.write() as db:
        db.execute(artifact.update().values(data=b"other"))
    assert not files.artifact_of(store, ident, "pdf").intact


def test_issues_stay_readable_when_the_setting_changes(store: Store, tmp_path: Path) -> None:
    one = publish(store, PDF, number=1)
    first = folder_of(store, tmp_path, "first")
    two = publish(store, HTML, number=2)
    second = folder_of(store, tmp_path, "second")
    three = publish(store, PDF, number=3)
    store.artifacts = None
    assert objects(first) == {named(HTML)}
    assert objects(second) == {named(PDF)}
    found = [files.artifacts(store, ident)[0].data for ident in (one, two, three)]
    assert found == [PDF.data, HTML.data, PDF.data]


@pytest.mark.parametrize("emptied", [True, False], ids=["emptied", "gone"])
def test_a_place_that_was_moved_is_found_where_the_settings_say(
    store: Store, tmp_path: Path, emptied: bool
) -> None:
    folder = folder_of(store, tmp_path)
    ident = publish(store, PDF)
    folder.rename(tmp_path / "elsewhere")
    if emptied:
        folder.mkdir()
    store.artifacts = (tmp_path / "elsewhere").as_uri()
    assert files.artifact_of(store, ident, "pdf").data == PDF.data
    with store.write() as db:
        db.execute(delete(artifact))
    assert files.sweep(store, now=START + 2 * DAY) == 1
    assert objects(tmp_path / "elsewhere") == set()


def test_many_who_put_the_same_at_once_put_one_object(store: Store, tmp_path: Path) -> None:
    folder = folder_of(store, tmp_path)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: files.put(store, [PDF, HTML]), range(24)))
    assert set(found) == {store.artifacts}
    assert objects(folder) == {named(PDF), named(HTML)}
    with store.read() as db:
        assert len(db.execute(select(placed)).all()) == 2


def test_no_transaction_is_open_while_bytes_travel(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_of(store, tmp_path)
    travelled: list[str] = []

    def others(what: str) -> None:
        # On SQLite it would wait for a transaction that writes, and time out.
        with Store.open(store.url, busy_timeout_s=0.05) as other, other.write() as db:
            db.execute(delete(placed).where(placed.c.format == "none"))
        travelled.append(what)

    class Watched(places.Folder):
        def put(self, name: str, data: bytes) -> None:
            others("put")
            super().put(name, data)

        def get(self, name: str) -> bytes | None:
            others("get")
            return super().get(name)

        def remove(self, name: str) -> None:
            others("remove")
            super().remove(name)

    monkeypatch.setattr(places, "at", Watched)
    ident = publish(store, PDF)
    files.artifacts(store, ident)
    with store.write() as db:
        db.execute(delete(artifact))
    files.sweep(store, now=START + 9 * DAY)
    assert travelled == ["put", "get", "remove"]


def test_a_folder_that_is_not_there_is_not_made(store: Store, tmp_path: Path) -> None:
    store.artifacts = (tmp_path / "share").as_uri()
    with pytest.raises(UnreachableError, match=r"share for files is not there: make it, or mount"):
        files.put(store, [PDF])
    assert not (tmp_path / "share").exists()


def test_a_place_that_refuses_leaves_the_bytes_to_the_database(
    store: Store, tmp_path: Path
) -> None:
    store.artifacts = (tmp_path / "share").as_uri()
    laid = files.lay(store, [PDF])
    assert laid.place is None
    assert (laid.refused or "").startswith("files of issues go into the database: the folder ")
    with store.read() as db:
        assert len(db.execute(select(placed)).all()) == 1


def test_the_database_refuses_a_place_without_a_size(store: Store) -> None:
    ident = publish(store, HTML)
    with pytest.raises(IntegrityError), store.write() as db:
        db.execute(insert(artifact).values(**row(ident), place="file:///x"))


def test_fresh_is_by_the_clock_of_the_world_not_of_the_issue(store: Store, tmp_path: Path) -> None:
    folder_of(store, tmp_path)
    before = datetime.now(UTC)
    files.put(store, [PDF])
    with store.read() as db:
        assert before <= db.execute(select(placed.c.written)).scalar_one() <= datetime.now(UTC)
