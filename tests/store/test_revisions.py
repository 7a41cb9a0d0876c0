"""How entries become revisions, and what recording them again does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from service.model import Article, Entry, content_id
from service.store import Store, articles, tables
from tests.store.given import START, entry, hour, record


def everything(store: Store) -> tuple[Article, ...]:
    with store.read() as db:
        ids = db.scalars(select(tables.revision.c.id).order_by(tables.revision.c.id))
        return tuple(articles.get(db, tuple(ids)).values())


def root_of(store: Store, text: str) -> str:
    with store.read() as db:
        return articles.get(db, [content_id(text)])[content_id(text)].root


def test_a_new_text_is_a_revision_named_by_its_hash(store: Store) -> None:
    assert record(store, entry("a", "One.")) == (content_id("One."),)
    assert root_of(store, "One.") == content_id("One.")


def test_every_field_of_an_entry_comes_back(store: Store) -> None:
    given = Entry(
        key="k",
        title="О встрече 会晤",
        text="Первая фраза. 第二句。",
        language="ru",
        title_given=False,
        url="https://wire.example/1?a=1",
        published=hour(-2),
        outlet="Amur Dispatch",
        origin="Harbour Wire",
    )
    record(store, given, at=hour(1))
    (article,) = everything(store)
    (place,) = article.places
    assert (article.text, article.language) == (given.text, given.language)
    assert (place.source, place.key, place.collected) == ("wire", "k", hour(1))
    for name in ("title", "title_given", "url", "published", "outlet", "origin"):
        assert getattr(place, name) == getattr(given, name)


def test_recording_the_same_entries_again_adds_nothing(store: Store) -> None:
    entries = (entry("a", "One."), entry("b", "Two.", url="https://wire.example/2"))
    record(store, *entries)
    before = everything(store)
    assert record(store, *entries, at=hour(5)) == ()
    assert everything(store) == before


def test_an_edited_item_is_a_new_revision_of_the_same_article(store: Store) -> None:
    record(store, entry("a", "Old."))
    assert record(store, entry("a", "New."), at=hour(1)) == (content_id("New."),)
    assert root_of(store, "New.") == content_id("Old.")


def test_a_third_text_of_an_item_has_the_first_ones_root(store: Store) -> None:
    for number, text in enumerate(("First.", "Second.", "Third.")):
        record(store, entry("a", text), at=hour(number))
    assert root_of(store, "Third.") == content_id("First.")


def test_the_same_key_of_another_source_is_another_item(store: Store) -> None:
    record(store, entry("1", "Here."), source="wire")
    record(store, entry("1", "There."), source="post", at=hour(1))
    assert root_of(store, "There.") == content_id("There.")


def test_the_same_text_elsewhere_is_one_revision_with_a_further_place(store: Store) -> None:
    record(store, entry("a", "Same.", title="First title"), source="wire")
    assert record(store, entry("b", "Same.", title="Other"), source="post", at=hour(1)) == ()
    (article,) = everything(store)
    assert [(p.source, p.key, p.collected) for p in article.places] == [
        ("wire", "a", START),
        ("post", "b", hour(1)),
    ]
    assert article.title == "First title"


def test_the_same_address_elsewhere_is_the_same_article(store: Store) -> None:
    page = "https://wire.example/news/7"
    record(store, entry("a", "Short.", url=page), source="wire")
    record(store, entry("x", "Longer.", url=page), source="search", at=hour(1))
    assert root_of(store, "Longer.") == content_id("Short.")


def test_a_changed_key_with_the_same_address_is_the_same_article(store: Store) -> None:
    page = "https://wire.example/news/7"
    record(store, entry("7#0", "Before.", url=page))
    record(store, entry("7#1", "After.", url=page), at=hour(1))
    assert root_of(store, "After.") == content_id("Before.")


def test_the_key_counts_before_the_address(store: Store) -> None:
    page = "https://wire.example/news/7"
    record(store, entry("a", "By key."), entry("b", "By address.", url=page))
    record(store, entry("a", "Edited.", url=page), at=hour(1))
    assert root_of(store, "Edited.") == content_id("By key.")


@pytest.mark.parametrize(
    "front", ["https://wire.example/", "https://wire.example", "wire.example", "http://["]
)
def test_the_front_page_of_a_site_names_no_article(store: Store, front: str) -> None:
    record(store, entry("a", "One.", url=front))
    record(store, entry("b", "Two.", url=front), at=hour(1))
    assert root_of(store, "Two.") == content_id("Two.")


def test_a_query_on_the_front_page_names_an_article(store: Store) -> None:
    page = "https://wire.example?p=12"
    record(store, entry("a", "One.", url=page))
    record(store, entry("b", "Two.", url=page), at=hour(1))
    assert root_of(store, "Two.") == content_id("One.")


def test_an_address_of_several_items_in_one_reading_names_no_article(store: Store) -> None:
    page = "https://wire.example/live"
    record(store, entry("a", "One.", url=page), entry("b", "Two.", url=page))
    record(store, entry("c", "Three.", url=page), at=hour(1))
    assert {a.root for a in everything(store)} == {a.id for a in everything(store)}


def test_a_new_item_beside_a_known_one_of_the_same_address_is_its_own_article(
    store: Store,
) -> None:
    page = "https://wire.example/live"
    record(store, entry("a", "One.", url=page))
    record(store, entry("a", "One.", url=page), entry("b", "Two.", url=page), at=hour(1))
    assert root_of(store, "Two.") == content_id("Two.")


def test_an_empty_address_names_no_article(store: Store) -> None:
    record(store, entry("a", "One.", url=""))
    record(store, entry("b", "Two.", url=""), at=hour(1))
    assert root_of(store, "Two.") == content_id("Two.")
    assert everything(store)[0].url is None


def test_an_item_twice_in_one_reading_is_one_article(store: Store) -> None:
    record(store, entry("a", "One."), entry("a", "Two."), entry("a", "One."))
    assert len({article.root for article in everything(store)}) == 1
    assert [len(article.places) for article in everything(store)] == [1, 1]


def test_a_clock_that_was_set_back_makes_no_place_older_than_its_revision(store: Store) -> None:
    record(store, entry("a", "Same."), source="wire", at=hour(2))
    record(store, entry("b", "Same."), source="post", at=hour(1))
    (article,) = everything(store)
    assert [place.collected for place in article.places] == [hour(2), hour(2)]


def test_more_entries_than_one_question_takes_are_recorded(store: Store) -> None:
    entries = [entry(f"k{n}", f"Text {n}.", url=f"https://w.example/{n}") for n in range(1203)]
    assert len(record(store, *entries)) == 1203
    assert record(store, *entries, at=hour(1)) == ()
    edited = [entry(f"k{n}", f"Text {n}, edited.") for n in range(1203)]
    record(store, *edited, at=hour(2))
    assert root_of(store, "Text 1202, edited.") == content_id("Text 1202.")


#: Few keys, texts and addresses, so that they meet.
ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from(("k1", "k2", "k3")),
        st.sampled_from(("One.", "Two.", "Три.", "四。")),
        url=st.sampled_from((None, "https://w.example/1", "https://w.example/2")),
    ),
    max_size=8,
)


@cache
def empty() -> bytes:
    """Return a new database: migrating one for every example would take most of the time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "s.db"
        Store.open(f"sqlite:///{path}").close()
        return path.read_bytes()


def outcome(batches: Sequence[tuple[str, Sequence[Entry]]]) -> tuple[list[Article], int]:
    """Record batches an hour apart in a new store; return the articles and the count of places."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "s.db"
        path.write_bytes(empty())
        return _outcome(Store.open(f"sqlite:///{path}"), batches)


def _outcome(
    opened: Store, batches: Sequence[tuple[str, Sequence[Entry]]]
) -> tuple[list[Article], int]:
    with opened as store:
        for number, (source, entries) in enumerate(batches):
            record(store, *entries, source=source, at=hour(number))
        with store.read() as db:
            places = db.scalar(select(func.count()).select_from(tables.place))
        assert places is not None
        return list(everything(store)), places


@settings(max_examples=25, deadline=None)
@given(ENTRIES, ENTRIES)
def test_any_entries_recorded_twice_add_nothing(
    first: Sequence[Entry], second: Sequence[Entry]
) -> None:
    once = outcome([("wire", first), ("post", second)])
    twice = outcome([("wire", first), ("post", second), ("wire", first), ("post", second)])
    assert twice == once


@settings(max_examples=25, deadline=None)
@given(ENTRIES.flatmap(lambda entries: st.tuples(st.just(entries), st.permutations(entries))))
def test_the_order_of_entries_makes_no_difference_to_the_articles(
    orders: tuple[Sequence[Entry], Sequence[Entry]],
) -> None:
    kept, moved = (outcome([("wire", entries)]) for entries in orders)
    assert [(a.id, a.root) for a in kept[0]] == [(a.id, a.root) for a in moved[0]]
    assert kept[1] == moved[1]


@settings(max_examples=25, deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=4))
def test_the_revisions_are_exactly_the_texts_and_each_root_is_its_own(
    batches: Sequence[Sequence[Entry]],
) -> None:
    found, _ = outcome([("wire", entries) for entries in batches])
    assert {a.text for a in found} == {e.text for entries in batches for e in entries}
    roots = {a.id: a.root for a in found}
    for article in found:
        assert article.id == content_id(article.text)
        assert roots[article.root] == article.root


def test_a_naive_moment_is_an_error(store: Store) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        record(store, entry("a", "One."), at=datetime(2025, 5, 1))  # noqa: DTZ001


def test_one_page_reached_in_two_ways_is_one_article(store: Store) -> None:
    page = "https://wire.example/bridge"
    record(store, entry("1", "One text.", url=f"{page}?utm_source=rss"))
    record(store, entry("2", "Another text.", url=f"{page}?fbclid=7#top"), source="post")
    with store.read() as db:
        found = articles.get(db, [content_id("One text."), content_id("Another text.")])
    assert len({article.root for article in found.values()}) == 1
    assert {article.url for article in found.values()} == {
        f"{page}?utm_source=rss",
        f"{page}?fbclid=7#top",
    }, "shown as given"


def test_two_items_of_one_reading_with_one_page_stay_two_in_any_spelling(store: Store) -> None:
    page = "https://wire.example/live"
    record(store, entry("0", "Zero.", url=page))
    record(
        store,
        entry("1", "One.", url=f"{page}?utm_content=1"),
        entry("2", "Two.", url=f"{page}?utm_content=2"),
        source="post",
    )
    with store.read() as db:
        found = articles.get(db, [content_id("Zero."), content_id("One."), content_id("Two.")])
    assert len({article.root for article in found.values()}) == 3


def test_where_a_text_is_from_stands_with_its_place(store: Store) -> None:
    record(store, replace(entry("1", "One text."), text_from="page"))
    record(store, entry("1", "One text."), source="post")
    with store.read() as db:
        (article,) = articles.get(db, [content_id("One text.")]).values()
    assert {place.source: place.text_from for place in article.places} == {
        "wire": "page",
        "post": "feed",
    }
