"""The pure filters: dates, counts, names, addresses."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.model import Period
from service.render import phrases
from tests import builders

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "stamp", "iso"),
    [
        ("UTC", "2026-07-01 12:00 UTC", "2026-07-01 12:00Z"),
        ("Europe/London", "2026-07-01 13:00 UTC+01:00", "2026-07-01 13:00+01:00"),
        ("America/St_Johns", "2026-07-01 09:30 UTC-02:30", "2026-07-01 09:30-02:30"),
        ("Asia/Shanghai", "2026-07-01 20:00 UTC+08:00", "2026-07-01 20:00+08:00"),
    ],
)
def test_times_are_iso_with_the_offset_of_the_zone(zone: str, stamp: str, iso: str) -> None:
    assert phrases.stamp(NOON, zone) == stamp
    assert phrases.iso(NOON, zone) == iso


def test_an_unknown_date_is_undated_and_never_today() -> None:
    assert phrases.stamp(None, "UTC") == "undated"
    assert phrases.iso(None, "UTC") == "undated"
    assert phrases.day(None, "UTC") == "undated"
    assert phrases.days(None, None, "UTC") == "undated"


def test_a_day_is_the_day_of_the_zone() -> None:
    late = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    assert phrases.day(late, "Asia/Shanghai") == "2026-11-21"
    assert phrases.day(late, "America/New_York") == "2026-11-20"
    assert phrases.day(date(2026, 11, 20), "Asia/Shanghai") == "2026-11-20"


def test_days_are_one_day_or_a_span() -> None:
    assert phrases.days(NOON, NOON + timedelta(hours=1), "UTC") == "2026-07-01"
    assert phrases.days(NOON, NOON + timedelta(days=2), "UTC") == "2026-07-01 to 2026-07-03"
    assert phrases.days(None, NOON, "UTC") == "2026-07-01"


def test_a_period_names_its_offset_once_unless_the_clocks_change_in_it() -> None:
    short = Period(start=NOON, end=NOON + timedelta(days=1))
    assert phrases.span(short, "UTC") == "2026-07-01 12:00 to 2026-07-02 12:00 UTC"
    long = Period(start=NOON, end=datetime(2026, 12, 1, tzinfo=UTC))
    assert phrases.span(long, "Europe/London") == (
        "2026-07-01 13:00 UTC+01:00 to 2026-12-01 00:00 UTC"
    )


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "no articles"), (1, "1 article"), (2, "2 articles")]
)
def test_a_count_agrees_with_its_noun(number: int, expected: str) -> None:
    assert phrases.count(number, "article") == expected


def test_a_count_takes_an_irregular_plural() -> None:
    assert phrases.count(3, "more story", "more stories") == "3 more stories"


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_share_is_never_rounded_to_none_or_all(part: int, more: int) -> None:
    said = phrases.share(part, part + more)
    if part and more:
        assert "(0 %)" not in said
        assert "(100 %)" not in said
    assert (said == "none") == (part + more == 0)


def test_a_language_without_a_name_is_its_code() -> None:
    assert phrases.language("ru") == "Russian"
    assert phrases.language("xx") == "xx"
    assert phrases.tally((("zh", 2), ("xx", 1))) == "Chinese 2, xx 1"
    assert phrases.tally(()) == "none"


def test_the_language_is_marked_only_where_it_differs_and_only_as_a_tag() -> None:
    assert phrases.lang("ru", "en") == "ru"
    assert phrases.lang("en", "en") == ""
    assert phrases.lang('en" onload="x', "en") == "und"


def test_names_beyond_five_are_counted() -> None:
    assert phrases.names(list("abcde")) == "a, b, c, d, e"
    assert phrases.names(list("abcdef")) == "a, b, c, d and 2 more"


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


def test_a_digest_cites_the_bottom_line_headlines_and_first_sentences() -> None:
    brief = builders.brief(changed=())
    assert phrases.digested(brief, 0, ()) == {1, 4, 5}
    assert phrases.digested(brief, 4, ()) == {1, 4, 5, 6}


def test_a_digest_cites_the_changes_and_the_sections_that_it_has() -> None:
    brief = builders.brief(bottom_line=(), stories=())
    assert phrases.digested(brief, 0, ()) == {1, 4, 5}
    assert phrases.digested(brief, 0, ("tracks",)) == {1, 4, 5, 7, 8, 9}
    assert phrases.digested(brief, 0, ("quotes",)) == {1, 4, 5, 7, 10, 11}
    assert phrases.digested(brief, 0, ("timeline",)) == {1, 2, 4, 5, 8, 10, 11}
    assert phrases.digested(brief, 0, ("watch",)) == {1, 4, 5, 7}


@pytest.mark.parametrize(
    ("start", "end", "month", "shown"),
    [
        (date(2026, 9, 1), date(2026, 9, 1), False, "2026-09-01"),
        (date(2026, 9, 1), date(2026, 9, 3), False, "2026-09-01 to 2026-09-03"),
        (date(2026, 9, 1), date(2026, 9, 30), True, "2026-09"),
        (date(2026, 9, 1), date(2026, 10, 31), True, "2026-09 to 2026-10"),
    ],
)
def test_an_event_is_dated_by_day_range_or_month(
    start: date, end: date, month: bool, shown: str
) -> None:
    line = builders.brief().lines()[0]
    assert phrases.when(builders.event(line, start, end, month=month)) == shown


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


def test_a_day_without_an_hour_is_that_day_in_every_zone() -> None:
    moment = datetime(2025, 9, 2, tzinfo=UTC)
    for zone in ("UTC", "Europe/London", "America/New_York", "Asia/Shanghai"):
        assert phrases.published(moment, zone) == "2025-09-02"
        assert phrases.published_day(moment, zone) == "2025-09-02"
        assert phrases.days(moment, moment, zone) == "2025-09-02"


def test_an_hour_of_publication_is_told_in_the_desks_zone() -> None:
    moment = datetime(2025, 9, 2, 20, 30, tzinfo=UTC)
    assert phrases.published(moment, "Asia/Shanghai") == "2025-09-03 04:30+08:00"
    assert phrases.published_day(moment, "Asia/Shanghai") == "2025-09-03"


def test_a_cutoff_at_midnight_utc_is_the_zones_own_day() -> None:
    assert phrases.day(datetime(2025, 9, 2, tzinfo=UTC), "America/New_York") == "2025-09-01"
