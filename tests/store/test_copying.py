"""A store moved to another engine: counted, compared, all or nothing."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from service.errors import StoreError
from service.model import Artifact, Period
from service.store import Store, articles, copying, files, issues, leases, sources
from service.store.tables import artifact, place
from service.store.tables import issue as issue_table
from tests.delivering.given import issue, join, queue, rows, several
from tests.postgres.given import ENGINES, database
from tests.store.given import START, entry, hour, record


@pytest.fixture(params=[(a, b) for a in ENGINES for b in ENGINES], ids="-".join)
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """Give a store of each engine, and a new one of each."""
    with ExitStack() as held:
        made = []
        for number, engine in enumerate(request.param):
            folder = tmp_path / str(number)
            folder.mkdir()
            url = held.enter_context(database(engine, folder))
            made.append(held.enter_context(Store.open(url)))
        yield made[0], made[1]


def fill(store: Store) -> None:
    record(store, entry("a", "会晤 прошла. One."), entry("b", "Two."), cursor='{"x": 1}')
    record(store, entry("a", "A later text, of the same article."), at=hour(1))
    record(store, entry("z", "Two."), source="post", at=hour(2))
    join(store, *several(3))
    queue(store, issue(store))
    with store.write("rows") as db:
        leases.take(db, "collect:1", "me", now=START, until=hour(1))


def test_everything_is_there_and_goes_on(both: tuple[Store, Store]) -> None:
    old, new = both
    fill(old)
    told: list[str] = []
    made = copying.copy(old, new, told=lambda one: told.append(one.table))
    assert told == [one.table for one in made]
    with old.read() as before, new.read() as after:
        assert articles.collected(after) == articles.collected(before)
        assert sources.listing(after) == sources.listing(before)
        assert issues.listing(after) == issues.listing(before)
        assert issues.artifacts(after, 1) == issues.artifacts(before, 1)
        assert copying.count(after) == copying.count(before) == {m.table: m.rows for m in made}
    assert rows(new) == rows(old)
    # Numbers go on behind those that were copied, and leases are not copied.
    assert issue(new, number=2) == 2
    record(new, entry("c", "Three."), at=hour(3))
    with new.write("rows") as db:
        assert leases.take(db, "collect:1", "other", now=START, until=hour(1)) is not None


def test_both_engines_give_the_same_hashes(tmp_path: Path) -> None:
    with ExitStack() as held:
        made = []
        for engine in ENGINES:
            (folder := tmp_path / engine).mkdir()
            made.append(
                held.enter_context(Store.open(held.enter_context(database(engine, folder))))
            )
        (third := tmp_path / "third").mkdir()
        back = held.enter_context(Store.open(f"sqlite:///{third}/store.db"))
        fill(made[0])
        assert copying.copy(made[0], made[1]) == copying.copy(made[1], back)


def test_a_target_that_is_not_empty_is_left_alone(both: tuple[Store, Store]) -> None:
    old, new = both
    fill(old)
    record(new, entry("k", "Something else."))
    with pytest.raises(StoreError, match="is not empty"):
        copying.copy(old, new)
    with new.read() as db:
        assert articles.count(db) == 1


def test_a_copy_that_differs_is_taken_back(both: tuple[Store, Store]) -> None:
    old, new = both
    fill(old)
    if new.url.startswith("sqlite"):
        change = (
            "CREATE TRIGGER spoil AFTER INSERT ON place BEGIN "
            "UPDATE place SET title = 'spoilt' WHERE key = new.key; END"
        )
    else:
        change = "ALTER TABLE place ALTER COLUMN title TYPE varchar(3) USING 'spoilt'"
        change = (
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN new.title = 'spoilt'; RETURN new; END $$;"
            "CREATE TRIGGER spoil BEFORE INSERT ON place FOR EACH ROW EXECUTE FUNCTION spoil()"
        )
    with new.write() as db:
        db.execute(text(change))
    try:
        with pytest.raises(StoreError, match="the copy of place differs"):
            copying.copy(old, new)
        with new.read() as db:
            assert set(copying.count(db).values()) == {0}
    finally:
        if not new.url.startswith("sqlite"):
            with new.write() as db:
                db.execute(text("DROP FUNCTION spoil CASCADE"))


def test_a_text_that_postgresql_cannot_hold_is_named(tmp_path: Path) -> None:
    (other := tmp_path / "other").mkdir()
    with (
        Store.open(f"sqlite:///{tmp_path}/store.db") as old,
        Store.open(f"sqlite:///{other}/store.db") as new,
    ):
        fill(old)
        with old.write() as db:
            db.execute(update(place).where(place.c.key == "b").values(title="a\0b"))
        with pytest.raises(StoreError, match=r"place wire, b, .*: title has a character"):
            copying.copy(old, new)


def test_a_moment_and_a_failed_issue_come_over_to_the_microsecond(
    both: tuple[Store, Store],
) -> None:
    old, new = both
    at = datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=UTC)
    issue(old)
    with old.write() as db:
        db.execute(update(issue_table).values(created=at))
    copying.copy(old, new)
    with new.read() as db:
        assert issues.get(db, 1).created == at


def test_files_outside_stay_where_they_are_and_are_the_new_ones_to_sweep(
    both: tuple[Store, Store], tmp_path: Path
) -> None:
    old, new = both
    (folder := tmp_path / "files").mkdir()
    old.artifacts = new.artifacts = folder.as_uri()
    data = Artifact(format="pdf", data=b"%PDF-")
    place = files.put(old, [data, replace(data, data=b"an orphan")], clock=lambda: START)
    with old.write() as db:
        blank = issues.add(
            db,
            edition="daily",
            number=1,
            period=Period(start=START, end=START),
            cutoff=START,
            created=START,
            title="A Brief",
            brief_json="{}",
            manifest="{}",
            artifacts=[("a.pdf", data)],
            place=place,
        )
    copying.copy(old, new)
    assert files.artifacts(new, blank) == files.artifacts(old, blank)
    with old.write() as db:
        db.execute(delete(artifact))
    # What the new one names is safe from the old one, whatever that lets go.
    assert files.sweep(old, now=hour(99)) == 0
    assert files.artifacts(new, blank)[0].data == b"%PDF-"
    assert files.sweep(new, now=hour(99)) == 1
    assert files.artifacts(new, blank)[0].data == b"%PDF-"


def test_a_source_that_cannot_be_made_to_forget_its_objects_says_so(tmp_path: Path) -> None:
    (folder := tmp_path / "files").mkdir()
    with (
        Store.open(f"sqlite:///{tmp_path}/old.db", busy_timeout_s=0.05) as old,
        Store.open(f"sqlite:///{tmp_path}/new.db") as new,
    ):
        old.artifacts = folder.as_uri()
        files.put(old, [Artifact(format="pdf", data=b"%PDF-")])
        told = "never run `briefing store prune` on it; the database"
        with Store.open(old.url) as other, other.write(), pytest.raises(StoreError, match=told):
            copying.copy(old, new)
        with new.read() as db:
            assert copying.count(db)["placed"] == 1
