"""Objects outside the database that no row names go, and no others."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from service.errors import UnreachableError
from service.model import Artifact
from service.store import Store, files, places
from service.store.pruning import Retention, prune
from service.store.tables import artifact, placed
from tests.store.given import START, blank_issue
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

_ROOT = Path(files.__file__).parents[2]


def test_what_was_put_and_never_named_is_swept_after_a_day(outside: Store) -> None:
    files.put(outside, [PDF], clock=lambda: START)
    publish(outside, HTML)
    assert files.sweep(outside, now=START + DAY - timedelta(seconds=1)) == 0
    assert files.sweep(outside, now=START + 2 * DAY) == 1
    assert places.at(outside.artifacts or "").get(named(PDF)) is None
    assert files.artifact_of(outside, 1, "html").data == HTML.data
    assert files.sweep(outside, now=START + 2 * DAY) == 0
    with outside.read() as db:
        assert len(db.execute(select(placed)).all()) == 1


def test_pruned_files_take_their_objects_with_them(outside: Store) -> None:
    publish(outside, PDF, HTML, number=1)
    publish(outside, HTML, number=2)
    keep = Retention(artifacts=timedelta(days=90))
    done = prune(outside, keep, now=START + timedelta(days=100))
    # The page is the last issue's as well.
    assert (done.artifacts, done.objects) == (2, 1)
    assert places.at(outside.artifacts or "").get(named(PDF)) is None
    assert files.artifact_of(outside, 2, "html").data == HTML.data


def test_bytes_that_some_issue_still_names_elsewhere_are_not_swept(
    store: Store, tmp_path: Path
) -> None:
    folder = folder_of(store, tmp_path)
    files.put(store, [PDF], clock=lambda: START)
    other = folder_of(store, tmp_path, "other")
    publish(store, PDF)
    assert files.sweep(store, now=START + 2 * DAY) == 0
    assert objects(folder) == objects(other) == {named(PDF)}


def test_what_is_put_again_after_long_is_fresh(store: Store, tmp_path: Path) -> None:
    folder = folder_of(store, tmp_path)
    files.put(store, [PDF], clock=lambda: START)
    files.put(store, [PDF], clock=lambda: START + 5 * DAY)
    assert files.sweep(store, now=START + 5 * DAY) == 0
    assert objects(folder) == {named(PDF)}


def test_nothing_of_others_in_a_shared_folder_is_touched(store: Store, tmp_path: Path) -> None:
    folder = folder_of(store, tmp_path)
    (folder / "ab").mkdir()
    (folder / "ab" / f"{'c' * 62}.pdf").write_bytes(b"another installation's")
    files.put(store, [PDF], clock=lambda: START)
    assert files.sweep(store, now=START + 9 * DAY) == 1
    assert objects(folder) == {f"ab/{'c' * 62}.pdf"}


def test_a_try_that_dies_before_its_transaction_leaves_an_object_and_no_row(
    store: Store, tmp_path: Path
) -> None:
    folder = folder_of(store, tmp_path)
    put = files.put(store, [PDF], clock=lambda: START)

    def die() -> None:
        with store.write() as db:
            ident = blank_issue(db)
            db.execute(insert(artifact).values(**row(ident), place=put, size=len(PDF.data)))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die()
    assert objects(folder) == {named(PDF)}
    assert rows(store) == []
    ident = publish(store, PDF)
    assert files.artifact_of(store, ident, "pdf").data == PDF.data
    assert objects(folder) == {named(PDF)}
    assert files.sweep(store, now=START + 9 * DAY) == 0


def test_a_process_that_is_killed_behind_its_put_leaves_what_is_swept(
    store: Store, tmp_path: Path
) -> None:
    folder = folder_of(store, tmp_path)
    code = (
        "import os, signal, sys; from service.model import Artifact; "
        "from service.store import Store, files; "
        "store = Store.open(sys.argv[1], artifacts=sys.argv[2]); "
        "files.put(store, [Artifact(format='pdf', data=b'%PDF-\\0\\xff')]); "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    words = [sys.executable, "-c", code, store.url, folder.as_uri()]
    ended = subprocess.run(words, cwd=_ROOT, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert objects(folder) == {named(PDF)}
    assert rows(store) == []
    assert files.sweep(store, now=datetime.now(UTC) + 2 * DAY) == 1
    assert objects(folder) == set()


def test_sweeping_goes_on_past_a_place_that_does_not_answer(store: Store, tmp_path: Path) -> None:
    gone = folder_of(store, tmp_path, "gone")
    files.put(store, [PDF], clock=lambda: START)
    (gone / named(PDF)).unlink()
    (gone / named(PDF)).parent.rmdir()
    gone.rmdir()
    folder = folder_of(store, tmp_path)
    files.put(store, [HTML], clock=lambda: START)
    with pytest.raises(UnreachableError, match="gone for files is not there"):
        files.sweep(store, now=START + 9 * DAY)
    assert objects(folder) == set()
    gone.mkdir()
    assert files.sweep(store, now=START + 9 * DAY) == 1


def test_many_objects_are_swept_in_parts(store: Store, tmp_path: Path) -> None:
    folder = folder_of(store, tmp_path)
    data = [Artifact(format="txt", data=str(number).encode()) for number in range(7)]
    files.put(store, data, clock=lambda: START)
    publish(store, data[3], number=1)
    whole = files._CHUNK
    try:
        files._CHUNK = 2
        assert files.sweep(store, now=START + 9 * DAY) == 6
    finally:
        files._CHUNK = whole
    assert objects(folder) == {named(data[3])}
