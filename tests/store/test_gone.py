"""Items that were taken away from their source, and came back."""

from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert, select

from service.model import content_id
from service.store import Store, articles, engine, sources
from service.store.tables import place
from tests.store.given import START, entry, hour, record


def gone(store: Store) -> dict[tuple[str, str], datetime | None]:
    """Return (source, key) -> when the item was seen to be gone, for the newest text of each."""
    with store.read() as db:
        rows = db.execute(select(place).order_by(place.c.collected))
        return {(row.source, row.key): row.gone_at for row in rows}


def test_an_item_that_is_there_is_not_gone(store: Store) -> None:
    record(store, entry("a.txt", "One."))
    assert gone(store) == {("wire", "a.txt"): None}


def test_an_item_that_was_taken_away_is_marked_and_its_article_stays(store: Store) -> None:
    record(store, entry("a.txt", "One."), entry("b.txt", "Two."))
    record(store, gone=("a.txt",), at=hour(1))
    assert gone(store) == {("wire", "a.txt"): hour(1), ("wire", "b.txt"): None}
    with store.read() as db:
        found = articles.collected(db)
        (state,) = sources.listing(db)
    assert sorted((a.text, [p.key for p in a.places]) for a in found) == [
        ("One.", ["a.txt"]),
        ("Two.", ["b.txt"]),
    ]
    assert state.articles == 2


def test_the_first_time_that_it_was_missed_is_kept(store: Store) -> None:
    record(store, entry("a.txt", "One."))
    record(store, gone=("a.txt",), at=hour(1))
    record(store, gone=("a.txt",), at=hour(2))
    assert gone(store) == {("wire", "a.txt"): hour(1)}


@pytest.mark.parametrize("text", ["One.", "Another."])
def test_an_item_that_comes_back_is_not_gone_whatever_it_says_now(store: Store, text: str) -> None:
    record(store, entry("a.txt", "One."))
    record(store, gone=("a.txt",), at=hour(1))
    record(store, entry("a.txt", text), at=hour(2))
    with store.read() as db:
        marks = db.scalars(select(place.c.gone_at)).all()
    assert set(marks) == {None}


def test_the_same_key_of_another_source_is_not_gone(store: Store) -> None:
    record(store, entry("a.txt", "One."))
    record(store, entry("a.txt", "One."), source="post")
    record(store, gone=("a.txt",), at=hour(1))
    assert gone(store) == {("wire", "a.txt"): hour(1), ("post", "a.txt"): None}
    record(store, entry("a.txt", "One."), source="post", at=hour(2))
    assert gone(store)["wire", "a.txt"] == hour(1), "the other one did not come back"


def test_a_key_that_was_never_seen_marks_nothing(store: Store) -> None:
    record(store, entry("a.txt", "One."))
    record(store, gone=("unread.pdf",), at=hour(1))
    assert gone(store) == {("wire", "a.txt"): None}


def test_more_keys_than_one_statement_takes_are_marked_and_cleared(store: Store) -> None:
    entries = [entry(f"{n}.txt", f"Text {n}.") for n in range(1203)]
    record(store, *entries)
    record(store, gone=[e.key for e in entries], at=hour(1))
    assert set(gone(store).values()) == {hour(1)}
    record(store, *entries, at=hour(2))
    assert set(gone(store).values()) == {None}


def test_a_database_from_before_keeps_its_places_and_nothing_of_them_is_gone(
    tmp_path: Path,
) -> None:
    path = tmp_path / "old.db"
    config = Config()
    folder = Path(engine.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    old = create_engine(f"sqlite:///{path}")
    with old.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        ident = content_id("One.")
        db.exec_driver_sql(
            "INSERT INTO source (name, kind, address, state, items) VALUES "
            "('corpus', 'folder', '/corpus', 'never', 0)"
        )
        when = START.replace(tzinfo=None).isoformat(" ")
        db.exec_driver_sql(
            "INSERT INTO revision (id, root, text, language, first_collected) "
            f"VALUES ('{ident}', '{ident}', 'One.', 'en', '{when}')"
        )
        old_place = place.c
        db.execute(
            insert(place).values(
                {
                    old_place.source: "corpus",
                    old_place.key: "a.txt",
                    old_place.revision: ident,
                    old_place.title: "A title",
                    old_place.title_given: True,
                    old_place.collected: START,
                }
            )
        )
    old.dispose()
    with Store.open(f"sqlite:///{path}") as store:
        assert gone(store) == {("corpus", "a.txt"): None}
        record(store, gone=("a.txt",), source="corpus", at=hour(1))
        assert gone(store) == {("corpus", "a.txt"): hour(1)}
