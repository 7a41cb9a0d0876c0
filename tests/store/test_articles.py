"""Which articles a span of collection gives, and how one is found."""

import pytest

from service.errors import StoreError
from service.model import content_id
from service.store import Store, articles
from tests.store.given import entry, hour, record


def texts(store: Store, since: float | None = None, until: float | None = None) -> list[str]:
    with store.read() as db:
        found = articles.collected(
            db,
            None if since is None else hour(since),
            None if until is None else hour(until),
        )
    return [article.text for article in found]


def test_an_empty_store_gives_no_article(store: Store) -> None:
    assert texts(store) == []
    with store.read() as db:
        assert articles.count(db) == 0


def test_a_span_includes_its_start_and_excludes_its_end(store: Store) -> None:
    for number in range(4):
        record(store, entry(f"k{number}", f"Text {number}."), at=hour(number))
    assert texts(store, 1, 3) == ["Text 1.", "Text 2."]
    assert texts(store, since=3) == ["Text 3."]
    assert texts(store, until=1) == ["Text 0."]


def test_articles_come_in_order_of_collection_then_id(store: Store) -> None:
    record(store, entry("z", "Late."), at=hour(2))
    record(store, *(entry(f"k{n}", f"Text {n}.") for n in range(9)), at=hour(1))
    early = sorted((f"Text {n}." for n in range(9)), key=content_id)
    assert texts(store) == [*early, "Late."]


def test_only_the_newest_revision_of_an_article_is_given(store: Store) -> None:
    record(store, entry("a", "Old."))
    record(store, entry("a", "New."), at=hour(1))
    assert texts(store) == ["New."]


def test_an_edit_in_the_span_of_an_older_article_is_given(store: Store) -> None:
    record(store, entry("a", "Old."))
    record(store, entry("a", "New."), at=hour(2))
    assert texts(store, since=1) == ["New."]


def test_a_revision_that_was_edited_after_the_span_is_given_for_the_span(store: Store) -> None:
    record(store, entry("a", "Old."))
    record(store, entry("a", "New."), at=hour(2))
    assert texts(store, 0, 1) == ["Old."]


def test_a_known_text_found_again_in_the_span_is_not_news(store: Store) -> None:
    record(store, entry("a", "Same."), source="wire")
    record(store, entry("b", "Same."), source="post", at=hour(2))
    assert texts(store, since=1) == []


def test_places_found_after_the_span_are_left_out_of_it(store: Store) -> None:
    record(store, entry("a", "Same."), source="wire")
    record(store, entry("b", "Same."), source="post", at=hour(2))
    with store.read() as db:
        (then,) = articles.collected(db, None, hour(1))
        (now,) = articles.collected(db)
    assert [place.source for place in then.places] == ["wire"]
    assert [place.source for place in now.places] == ["wire", "post"]


def test_a_text_that_the_source_went_back_to_is_the_newest_again(store: Store) -> None:
    record(store, entry("a", "Right."))
    record(store, entry("a", "Wrong."), at=hour(1))
    assert record(store, entry("a", "Right."), at=hour(2)) == ()
    assert texts(store) == ["Right."]
    assert texts(store, until=2) == ["Wrong."]


def test_a_text_that_the_source_went_back_to_is_not_news(store: Store) -> None:
    record(store, entry("a", "Right."))
    record(store, entry("a", "Wrong."), at=hour(1))
    record(store, entry("a", "Right."), at=hour(2))
    assert texts(store, since=0.5) == []


def test_an_old_text_in_a_second_source_does_not_take_back_the_edit_in_the_first(
    store: Store,
) -> None:
    record(store, entry("a", "Old."), source="wire")
    record(store, entry("a", "New."), source="wire", at=hour(1))
    for number in (2, 3):
        record(store, entry("b", "Old."), source="post", at=hour(number))
        record(store, entry("a", "New."), source="wire", at=hour(number))
    assert texts(store) == ["New."]


def test_two_sources_that_disagree_do_not_take_turns(store: Store) -> None:
    for source in ("wire", "post"):
        record(store, entry("a", "Old.", url="https://w.example/1"), source=source)
        record(store, entry("a", "New.", url="https://w.example/1"), source=source, at=hour(1))
    record(store, entry("a", "Old."), source="post", at=hour(2))
    for number in (3, 4):
        record(store, entry("a", "New."), source="wire", at=hour(number))
        record(store, entry("a", "Old."), source="post", at=hour(number))
        assert texts(store) == ["Old."]


def test_any_revision_can_be_had_by_id_and_an_unknown_one_is_left_out(store: Store) -> None:
    record(store, entry("a", "Old."))
    record(store, entry("a", "New."), at=hour(1))
    with store.read() as db:
        found = articles.get(db, [content_id("Old."), content_id("New."), content_id("None.")])
        assert articles.count(db) == 2
    assert {article.id: article.text for article in found.values()} == {
        content_id("Old."): "Old.",
        content_id("New."): "New.",
    }


def test_an_article_is_found_by_the_beginning_of_its_id_in_either_case(store: Store) -> None:
    record(store, *(entry(f"k{n}", f"Text {n}.") for n in range(50)))
    wanted = content_id("Text 7.")
    with store.read() as db:
        for prefix in (wanted[:6], wanted[:6].upper(), wanted):
            assert articles.find(db, prefix).id == wanted


@pytest.mark.parametrize("name", ["", "abcde", "abcdeg", "%%%%%%%"])
def test_what_names_no_article_is_said_so(store: Store, name: str) -> None:
    record(store, entry("a", "One."))
    with store.read() as db, pytest.raises(StoreError, match="no article is called"):
        articles.find(db, name)


@pytest.mark.parametrize(
    "name",
    [
        "sub/talks.txt",
        "./sub/talks.txt",
        "wire/sub/talks.txt",
        "Talks end",
        "https://WIRE.example/1?utm_source=x",
    ],
)
def test_an_article_is_found_by_what_a_person_knows_of_it(store: Store, name: str) -> None:
    told = {"url": "https://wire.example/1", "title": "Talks end"}
    record(store, entry("sub/talks.txt", "Old.", **told), entry("b", "Other.", title="Other"))
    record(store, entry("sub/talks.txt", "New.", **told), at=hour(1))
    with store.read() as db:
        assert articles.find(db, name).text == "New."


def test_a_title_that_several_articles_bear_is_refused_with_their_ids(store: Store) -> None:
    record(store, entry("a", "One."), entry("b", "Two."))
    with store.read() as db, pytest.raises(StoreError, match=content_id("One.")[:12]):
        articles.find(db, "A title")


def test_no_such_article_is_said_so(store: Store) -> None:
    record(store, entry("a", "One."))
    with store.read() as db, pytest.raises(StoreError, match="no article's id begins with 000000"):
        articles.find(db, "000000")


def test_a_beginning_that_several_ids_share_is_refused(store: Store) -> None:
    # Two texts whose hashes share six digits, found by counting: the store computes the ids.
    seen: dict[str, str] = {}
    pair: tuple[str, str] | None = None
    for number in range(100_000):
        text = f"{number}"
        other = seen.setdefault(content_id(text)[:6], text)
        if other != text:
            pair = (other, text)
            break
    assert pair is not None
    record(store, entry("a", pair[0]), entry("b", pair[1]))
    with store.read() as db, pytest.raises(StoreError, match="several articles"):
        articles.find(db, content_id(pair[0])[:6])
