"""JSON Feed: what it says is read, and what is wrong with it costs as little as can be."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.dialect import Feed, Item
from feeds.syndication import parse
from service.errors import ParseError

NOW = datetime(2025, 6, 1, tzinfo=UTC)
MAY_8 = datetime(2025, 5, 8, 10, tzinfo=UTC)
URL = "https://example.org/feeds/all.json"
LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."
VERSION = "https://jsonfeed.org/version/1.1"


def _parse(body: bytes | str) -> Feed:
    data = body.encode() if isinstance(body, str) else body
    return parse(data, url=URL, content_type="text/plain", now=NOW)


def _feed(*items: Any, **more: Any) -> Feed:
    return _parse(json.dumps({"version": VERSION, "title": "Example", "items": items} | more))


def _item(item: dict[str, Any], **more: Any) -> Item:
    (found,) = _feed({"id": "1", "content_text": LEAD} | item, **more).items
    return found


def test_an_item_is_read_whole() -> None:
    found = _item(
        {
            "id": "id-1",
            "url": "https://example.org/1",
            "title": "Ministers &amp; <b>trade</b>",
            "content_html": f"<p>{LEAD}</p><p>Two.</p>",
            "date_published": "2025-05-08T18:00:00+08:00",
            "date_modified": "2025-05-09T18:00:00+08:00",
            "authors": [{"name": "Jane Person"}, {"url": "https://example.org/"}, {"name": "B"}],
            "language": "en-GB",
        }
    )
    assert (found.key, found.facts.title) == ("id-1", "Ministers & trade")
    assert (found.facts.url, found.facts.published) == ("https://example.org/1", MAY_8)
    assert found.facts.authors == ("Jane Person", "B")
    assert found.facts.language == "en"
    assert (found.text, found.reason) == (f"{LEAD}\n\nTwo.", None)


@pytest.mark.parametrize(
    ("bodies", "text"),
    [
        ({"content_text": LEAD}, LEAD),
        ({"content_text": "One.\n\nTwo."}, "One.\n\nTwo."),
        (
            {"content_text": "Trade of <b>goods</b> &amp; more."},
            "Trade of <b>goods</b> &amp; more.",
        ),
        ({"content_html": f"<p>{LEAD}</p>", "content_text": "Short."}, LEAD),
        ({"content_html": "<img src='x'>", "content_text": LEAD}, LEAD),
        ({"summary": LEAD}, LEAD),
        ({"content_html": "<p>One.</p>", "summary": LEAD}, LEAD),
        ({"content_html": None, "content_text": 7, "summary": LEAD}, LEAD),
    ],
)
def test_the_body_with_the_most_text_is_taken(bodies: dict[str, Any], text: str) -> None:
    (found,) = _feed({"id": "1"} | bodies).items
    assert found.text == text


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ('"a"', "a"),
        ("17", "17"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("1.50", "1.50"),
        ("1e999", "1e999"),
        ('""', "https://example.org/1"),
        ("null", "https://example.org/1"),
        ("true", "https://example.org/1"),
        ("NaN", "https://example.org/1"),
        ('["a"]', "https://example.org/1"),
    ],
)
def test_an_id_may_be_a_number_and_is_kept_as_it_is_written(given: str, key: str) -> None:
    item = f'{{"id": {given}, "url": "/1", "content_text": "A."}}'
    feed = _parse(f'{{"version": "{VERSION}", "items": [{item}]}}')
    assert feed.items[0].key == key


def test_a_number_of_a_million_digits_is_only_a_name() -> None:
    feed = _parse(
        f'{{"version": "{VERSION}", "items": [{{"id": {"9" * 1_000_000}, "content_text": "A."}}]}}'
    )
    assert feed.items[0].key.startswith("sha256:")


@pytest.mark.parametrize(
    ("facts", "url"),
    [
        ({"url": "/1"}, "https://example.org/1"),
        ({"url": "1", "home": "https://example.org/news/"}, "https://example.org/news/1"),
        ({"external_url": "https://other.example/2"}, "https://other.example/2"),
        (
            {"url": "https://example.org/1", "external_url": "https://other.example/2"},
            "https://example.org/1",
        ),
        ({"url": "javascript:alert(1)"}, None),
        ({"url": "javascript:x", "external_url": "https://o.example/2"}, "https://o.example/2"),
        ({"url": "http://["}, None),
        ({"url": 5}, "https://example.org/feeds/5"),
        ({"url": None, "id": "https://example.org/3"}, "https://example.org/3"),
        ({}, None),
    ],
)
def test_the_address_is_its_own_else_the_linked_one(facts: dict[str, Any], url: str | None) -> None:
    home = facts.pop("home", None)
    assert _item(facts, **({"home_page_url": home} if home else {})).facts.url == url


@pytest.mark.parametrize(
    ("item", "feed", "names"),
    [
        ({"author": {"name": "A"}}, {}, ("A",)),
        ({"authors": [{"name": "A"}], "author": {"name": "B"}}, {}, ("A",)),
        ({}, {"author": {"name": "C"}}, ("C",)),
        ({"authors": "A"}, {"authors": [{"name": "D"}]}, ("D",)),
        ({"author": ["A"]}, {}, ()),
    ],
)
def test_authors_are_read_in_the_form_of_either_version(
    item: dict[str, Any], feed: dict[str, Any], names: tuple[str, ...]
) -> None:
    assert _item(item, **feed).facts.authors == names


@pytest.mark.parametrize(
    ("facts", "published"),
    [
        ({"date_published": "2025-05-08T10:00:00Z"}, MAY_8),
        ({"date_modified": "2025-05-08T10:00:00Z"}, MAY_8),
        ({"date_published": "soon", "date_modified": "2025-05-08T10:00:00Z"}, MAY_8),
        ({"date_published": 1746698400}, MAY_8),
        ({"date_published": 1746698400000}, MAY_8),
        ({"date_published": "Thu, 08 May 2025 13:00:00 MSK"}, MAY_8),
        ({"date_published": True}, None),
        ({}, None),
    ],
)
def test_a_date_is_read_or_refused(facts: dict[str, Any], published: datetime | None) -> None:
    assert _item(facts).facts.published == published


def test_the_language_of_the_feed_counts_where_an_item_names_none() -> None:
    assert _item({}, language="zh-CN").facts.language == "zh"
    assert _item({"language": "ru"}, language="zh-CN").facts.language == "ru"
    assert _item({"language": 3}).facts.language is None


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"title": "T"}, "has no text"),
        ({"attachments": [{"mime_type": "audio/mpeg"}]}, "has no text, only media (audio/mpeg)"),
        ({"attachments": [{}, "x"]}, "has no text, only media (unknown)"),
        ({"attachments": 3}, "has no text"),
        ("text", "is no object, as items of a feed are"),
        (None, "is no object, as items of a feed are"),
        ([], "is no object, as items of a feed are"),
    ],
)
def test_an_item_without_a_text_says_why_and_costs_no_other(item: Any, reason: str) -> None:
    found, other = _feed(item, {"id": "2", "content_text": LEAD}).items
    assert (found.text, found.reason) == ("", reason)
    assert other.text == LEAD


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "begins as JSON, but is not"),
        ('{"version": "https://jsonfeed.org/version/1"', "begins as JSON, but is not"),
        ("[" * 200_000, "nested too deeply"),
        ('{"items": ' + "[" * 200_000, "nested too deeply"),
        ("[]", "not a JSON Feed"),
        ("{}", "not a JSON Feed"),
        ('{"items": []}', "not a JSON Feed"),
        ('{"version": 1, "items": []}', "not a JSON Feed"),
        (f'{{"version": "{VERSION}"}}', "not a JSON Feed"),
        (f'{{"version": "{VERSION}", "items": {{}}}}', "not a JSON Feed"),
        ('{"message": "not found"}', "not a JSON Feed"),
    ],
)
def test_what_is_no_json_feed_is_a_parse_error_in_one_line(body: str, reason: str) -> None:
    with pytest.raises(ParseError, match=reason) as found:
        _parse(body)
    assert "\n" not in str(found.value)
    assert len(str(found.value)) < 200


@pytest.mark.parametrize("depth", [100, 500, 900, 980, 5000])
def test_an_item_that_is_only_nested_costs_itself_or_is_a_parse_error(depth: int) -> None:
    nested = "[" * depth + "]" * depth
    body = f'{{"version": "{VERSION}", "items": [{nested}, {{"content_text": "A."}}]}}'
    try:
        feed = _parse(body)
    except ParseError as exc:
        assert "nested too deeply" in str(exc)  # noqa: PT017
        return
    assert feed.items[0].key == "item 1"
    assert feed.items[1].text == "A."


def test_a_lone_surrogate_does_not_reach_the_text() -> None:
    found = _item({"id": "\ud800x", "title": "A \udfff title", "content_text": f"\ud83d{LEAD}"})
    assert (found.key, found.facts.title, found.text) == ("x", "A title", LEAD)


def test_a_feed_in_russian_with_a_byte_order_mark_is_read() -> None:
    text = "Министры двух стран встретились в столице."
    body = json.dumps({"version": VERSION, "items": [{"content_text": text}]}, ensure_ascii=False)
    assert _parse(b"\xef\xbb\xbf\r\n" + body.encode()).items[0].text == text


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    [
        *("id", "url", "external_url", "title", "content_html", "content_text", "summary"),
        *("date_published", "date_modified", "author", "authors", "language", "attachments"),
    ]
)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.dictionaries(FIELDS, VALUES) | VALUES, max_size=3), VALUES, VALUES)
def test_any_values_give_items_with_a_text_or_a_reason(
    items: list[Any], title: Any, home: Any
) -> None:
    feed = _feed(*items, title=title, home_page_url=home, authors=title, language=home)
    assert len(feed.items) == len(items)
    assert all(bool(item.text) != bool(item.reason) and item.key for item in feed.items)
