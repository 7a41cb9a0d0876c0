"""Dates, numbers and names in the languages of the interface."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import RenderError
from service.model import Period
from service.render.catalogue import LANGUAGES
from service.render.wording import wording
from tests import builders

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
english, chinese, russian = (wording(language) for language in LANGUAGES)


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
    assert english.stamp(NOON, zone) == stamp
    assert english.iso(NOON, zone) == iso


def test_an_unknown_date_is_undated_and_never_today() -> None:
    assert english.stamp(None, "UTC") == "undated"
    assert english.iso(None, "UTC") == "undated"
    assert english.day(None, "UTC") == "undated"
    assert english.days(None, None, "UTC") == "undated"


def test_a_day_is_the_day_of_the_zone() -> None:
    late = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    assert english.day(late, "Asia/Shanghai") == "2026-11-21"
    assert english.day(late, "America/New_York") == "2026-11-20"
    assert english.day(date(2026, 11, 20), "Asia/Shanghai") == "2026-11-20"


def test_days_are_one_day_or_a_span() -> None:
    assert english.days(NOON, NOON + timedelta(hours=1), "UTC") == "2026-07-01"
    assert english.days(NOON, NOON + timedelta(days=2), "UTC") == "2026-07-01 to 2026-07-03"
    assert english.days(None, NOON, "UTC") == "2026-07-01"


def test_a_period_names_its_offset_once_unless_the_clocks_change_in_it() -> None:
    short = Period(start=NOON, end=NOON + timedelta(days=1))
    assert english.span(short, "UTC") == "2026-07-01 12:00 to 2026-07-02 12:00 UTC"
    long = Period(start=NOON, end=datetime(2026, 12, 1, tzinfo=UTC))
    assert english.span(long, "Europe/London") == (
        "2026-07-01 13:00 UTC+01:00 to 2026-12-01 00:00 UTC"
    )


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_share_is_never_rounded_to_none_or_all(part: int, more: int) -> None:
    said = english.share(part, part + more)
    if part and more:
        assert "(0 %)" not in said
        assert "(100 %)" not in said
    assert (said == "none") == (part + more == 0)


def test_a_language_without_a_name_is_its_code() -> None:
    assert english.language("ru") == "Russian"
    assert english.language("xx") == "xx"
    assert english.tally((("zh", 2), ("xx", 1))) == "Chinese 2, xx 1"
    assert english.tally(()) == "none"


def test_names_beyond_five_are_counted() -> None:
    assert english.names(list("abcde")) == "a, b, c, d, e"
    assert english.names(list("abcdef")) == "a, b, c, d and 2 more"


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
    assert english.when(builders.event(line, start, end, month=month)) == shown


def test_a_day_without_an_hour_is_that_day_in_every_zone() -> None:
    moment = datetime(2025, 9, 2, tzinfo=UTC)
    for zone in ("UTC", "Europe/London", "America/New_York", "Asia/Shanghai"):
        assert english.published(moment, zone) == "2025-09-02"
        assert english.published_day(moment, zone) == "2025-09-02"
        assert english.days(moment, moment, zone) == "2025-09-02"


def test_an_hour_of_publication_is_told_in_the_desks_zone() -> None:
    moment = datetime(2025, 9, 2, 20, 30, tzinfo=UTC)
    assert english.published(moment, "Asia/Shanghai") == "2025-09-03 04:30+08:00"
    assert english.published_day(moment, "Asia/Shanghai") == "2025-09-03"


def test_a_cutoff_at_midnight_utc_is_the_zones_own_day() -> None:
    assert english.day(datetime(2025, 9, 2, tzinfo=UTC), "America/New_York") == "2025-09-01"


def test_words_between_dates_are_those_of_the_language_and_dates_stay_iso() -> None:
    assert chinese.days(NOON, NOON + timedelta(days=2), "UTC") == "2026-07-01 至 2026-07-03"
    assert russian.days(NOON, NOON + timedelta(days=2), "UTC") == "2026-07-01 – 2026-07-03"
    assert chinese.stamp(NOON, "Asia/Shanghai") == "2026-07-01 20:00 UTC+08:00"
    assert russian.day(None, "UTC") == "без даты"


def test_languages_and_countries_are_named_in_the_language() -> None:
    assert chinese.tally((("en", 3), ("ru", 2))) == "英语3篇、俄语2篇"
    assert russian.tally((("zh", 1), ("und", 1))) == "китайский – 1, язык не определён – 1"
    assert [words.country("CN") for words in (english, chinese, russian)] == [
        "China",
        "中国",
        "Китай",
    ]
    assert chinese.country("QQ") == "QQ"


def test_a_zone_is_its_city_and_one_without_a_city_is_itself() -> None:
    assert english.zone("Asia/Shanghai") == "Shanghai"
    assert russian.zone("Europe/Moscow") == "Москва"
    assert chinese.zone("Etc/GMT+5") == "Etc/GMT+5"
    assert chinese.zone("UTC") == "UTC"


def test_a_share_has_the_percent_sign_of_the_language() -> None:
    assert chinese.share(2, 7) == "7篇中的2篇（29%）"
    assert russian.share(2, 7) == "2 из 7 (29 %)"


def test_an_outlet_keeps_its_name_and_only_a_missing_one_is_translated() -> None:
    assert chinese.outlet("Energy") == "Energy"
    assert chinese.outlet("outlet not named") == "媒体名称不详"


def test_a_field_of_the_shipped_profile_is_translated_and_a_desks_own_is_not() -> None:
    assert russian.field("Energy") == "Энергетика"
    assert russian.field("Fisheries, 100 %") == "Fisheries, 100 %"
    assert russian.field("") == ""


def test_a_heading_of_plain_text_is_in_capitals_or_in_brackets() -> None:
    assert english.heading("Top stories") == "TOP STORIES"
    assert russian.heading("Главное") == "ГЛАВНОЕ"
    assert chinese.heading("要闻") == "【要闻】"


def test_a_column_is_as_wide_as_its_widest_label_in_columns_of_a_terminal() -> None:
    assert chinese.column(["来源", "国家媒体"]) == 10


def test_a_language_without_interface_words_is_refused() -> None:
    with pytest.raises(RenderError, match=r"'de': use one of en, zh, ru"):
        wording("de")
