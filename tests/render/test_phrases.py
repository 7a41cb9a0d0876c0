"""The pure filters: dates, counts, names, addresses."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.model import ReadState, Skipped, SourceRead
from service.render import phrases
from tests import builders

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def test_the_language_is_marked_only_where_it_differs_and_only_as_a_tag() -> None:
    assert phrases.lang("ru", "en") == "ru"
    assert phrases.lang("en", "en") == ""
    assert phrases.lang('en" onload="x', "en") == "und"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " https://example.org",
        "https://example.org/a b",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.org/x",
        "https://",
        "https://bank.example@evil.example/",
        "https://[::1",
        "https://example.org:99999/",
        "\u202ehttps://example.org",
        "",
        None,
    ],
)
def test_an_address_that_is_not_plain_http_is_no_link(url: str | None) -> None:
    assert phrases.safe_url(url) == ""


@pytest.mark.parametrize(
    "url", ["http://example.org", "https://пример.example/путь?a=1&b=2", "HTTPS://EXAMPLE.ORG/#x"]
)
def test_a_plain_address_is_a_link_and_is_not_changed(url: str) -> None:
    assert phrases.safe_url(url) == url


@given(st.text())
def test_any_text_is_either_an_http_address_or_no_link(text: str) -> None:
    link = phrases.safe_url(text)
    assert link in ("", text)
    if link:
        assert urlsplit(link).scheme.lower() in ("http", "https")


def test_bars_are_as_long_as_their_share_of_the_longest() -> None:
    days = ((date(2026, 5, 1), 1), (date(2026, 5, 2), 0), (date(2026, 5, 3), 3))
    assert phrases.bars(days) == (
        ("2026-05-01", 1, 10),
        ("2026-05-02", 0, 0),
        ("2026-05-03", 3, 30),
    )
    assert phrases.bars(()) == ()


def test_many_days_are_counted_by_month() -> None:
    days = tuple((date(2026, 1, 1) + timedelta(days=n), 1) for n in range(40))
    assert phrases.bars(days) == (("2026-01", 31, 30), ("2026-02", 9, 9))


def test_a_sentence_belongs_to_where_it_is_printed_first() -> None:
    places = phrases.first_places(builders.brief())
    assert places[1] == places[2] == places[3] == "bottom-line"
    assert [places[n] for n in (4, 5, 6, 7, 8, 9)] == [f"story-{n}" for n in (1, 1, 1, 2, 3, 4)]
    assert [places[n] for n in (10, 11)] == ["story-6", "story-7"]
    assert [places[n] for n in (12, 13, 14)] == ["quote-1", "quote-2", "quote-3"]
    assert [places[n] for n in (15, 18, 19, 20)] == [
        "timeline-1",
        "timeline-4",
        "watch-1",
        "watch-2",
    ]
    assert set(places) == {line.number for line in builders.brief().lines()}


@pytest.mark.parametrize(
    ("code", "marks"), [("en", "“”"), ("ru", "«»"), ("ru-RU", "«»"), ("zh", "“”"), ("xx", "“”")]
)
def test_quotation_marks_are_those_of_the_language(code: str, marks: str) -> None:
    assert "".join(phrases.marks(code)) == marks


def test_stories_by_field_are_numbered_on_and_an_empty_field_is_left_out() -> None:
    brief = builders.brief()
    empty = replace(brief.tracks[0], items=())
    fields = phrases.numbered(replace(brief, tracks=(empty, *brief.tracks)))
    assert [(name, [n for n, _ in items]) for name, items in fields] == [
        ("Military", [5]),
        ("Trade, finance and sanctions", [6, 7]),
    ]
    assert phrases.told_in(10, brief) == (6,)


def _read(number: int, state: ReadState = "read", error: str | None = None) -> SourceRead:
    return SourceRead(
        name=f"Source {number}", kind="feed", state=state, items=number, new=0, error=error
    )


@given(
    st.lists(st.sampled_from([("read", None), ("silent", None), ("failed", "x"), ("partial", "x")]))
)
def test_every_source_has_a_line_of_its_own_or_stands_in_one_with_its_like(
    states: list[tuple[ReadState, str | None]],
) -> None:
    sources = tuple(_read(n, *state) for n, state in enumerate(states))
    groups, single = phrases.together(sources), phrases.alone(sources)
    assert sorted(s.items for s in (*single, *chain(*groups))) == list(range(len(sources)))
    for group in groups:
        assert len(group) > 8
        assert len({source.state for source in group}) == 1
        assert not any(source.error for source in group)


def test_what_was_left_out_is_grouped_by_its_reason() -> None:
    entries = tuple(
        Skipped(source=source, key="", reason=reason)
        for source, reason in (("A", "x"), ("A", "y"), ("B", "x"))
    )
    assert phrases.by_reason(entries) == ((entries[0], entries[2]), (entries[1],))
