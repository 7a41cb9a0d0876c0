"""Dates are read, or refused; never guessed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.dates import AHEAD, EARLIEST, moment, sane

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
MAY_8 = datetime(2025, 5, 8, tzinfo=UTC)
AT_14_30 = datetime(2025, 5, 8, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-05-08", MAY_8),
        ("2025/05/08", MAY_8),
        ("2025-5-8", MAY_8),
        ("20250508", MAY_8),
        ("2025-05-08T14:30:00Z", AT_14_30),
        ("2025-05-08T14:30:00.123Z", AT_14_30.replace(microsecond=123000)),
        ("2025-05-08 14:30", AT_14_30),
        ("2025-05-08 14:30:00 UTC", AT_14_30),
        ("2025-05-08T22:30:00+08:00", AT_14_30),
        ("2025-05-08T22:30:00+0800", AT_14_30),
        ("2025-05-08 17:30:00 +0300", AT_14_30),
        ("Thu, 08 May 2025 14:30:00 GMT", AT_14_30),
        ("Thu, 08 May 2025 22:30:00 +0800", AT_14_30),
        ("08 May 2025 10:30 EDT", AT_14_30),
        ("Thu, 08 May 25 14:30:00 GMT", AT_14_30),
        ("Thu, 08 May 2025 17:30:00 MSK", AT_14_30),
        ("Thu, 08 May 2025 23:30:00 JST", AT_14_30),
        ("Thu, 08 May 2025 16:30 CEST", AT_14_30),
        ("Thu, 08 May 2025 22:30:00 +08:00", AT_14_30),
        ("Thu, 08 May 2025 22:30:00 GMT+8", AT_14_30),
        ("Thu, 08 May 2025 17:30:00 GMT+0300 (MSK)", AT_14_30),
        ("Thu, 08 May 2025 09:30:00 -0500 (EST)", AT_14_30),
        ("Thu May 08 17:30:00 MSK 2025", AT_14_30),
        ("Thu May 08 22:30:00 +0800 2025", AT_14_30),
        ("Thursday, May 8, 2025 10:30 AM EDT", AT_14_30),
        ("8 мая 2025, 17:30 (МСК)", AT_14_30),
        ("Чт, 08 мая 2025 17:30:00 +0300", AT_14_30),
        ("星期四, 08 五月 2025 22:30:00 +0800", AT_14_30),
        ("2025年5月8日 下午2:30", AT_14_30),
        ("20250508143000", AT_14_30),
        ("1746714600", AT_14_30),
        ("1746714600000", AT_14_30),
        ("08.05.25 14:30", AT_14_30),
        ("05.08.24", datetime(2024, 8, 5, tzinfo=UTC)),
        ("May 8, 2025", MAY_8),
        ("8 May 2025", MAY_8),
        ("Thursday, May 8, 2025", MAY_8),
        ("Published on May 8, 2025", MAY_8),
        ("8 мая 2025", MAY_8),
        ("8 мая 2025 г.", MAY_8),
        ("8 мая 2025 года, 14:30", AT_14_30),
        ("2025年5月8日", MAY_8),
        ("2025年5月8日 14:30", AT_14_30),
        ("2025年5月8日 星期四", MAY_8),
        ("08.05.2025", MAY_8),
        ("08.05.2025 14:30", AT_14_30),
        ("25/12/2024", datetime(2024, 12, 25, tzinfo=UTC)),
        ("12/25/2024", datetime(2024, 12, 25, tzinfo=UTC)),
        ("05/05/2025", datetime(2025, 5, 5, tzinfo=UTC)),
    ],
)
def test_a_whole_date_is_read(text: str, expected: datetime) -> None:
    assert moment(text, now=NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "May 8",
        "8 мая",
        "5月8日",
        "2025",
        "May 2025",
        "14:30",
        "yesterday",
        "3 days ago",
        "вчера",
        "昨天",
        "05/06/2025",
        "05/06/25",
        "24/05/08",
        "Thu, 08 May 2025 25:61:00 GMT",
        "45785",
        "5-6-2025",
        "31 February 2025",
        "2025-02-30",
        "no date at all",
        "Version 2.0.2025",
        "1" * 5000,
    ],
)
def test_what_is_not_surely_a_date_is_none(text: str) -> None:
    assert moment(text, now=NOW) is None


@pytest.mark.parametrize("text", ["1111-11-11", "1970-01-01", "9999-12-31", "2025-06-03", "0001"])
def test_a_date_that_cannot_be_when_it_was_published_is_none(text: str) -> None:
    assert moment(text, now=NOW) is None


def test_the_bounds_themselves_are_sane() -> None:
    assert sane(EARLIEST, now=NOW) == EARLIEST
    assert sane(NOW + AHEAD, now=NOW) == NOW + AHEAD
    assert sane(EARLIEST - timedelta(microseconds=1), now=NOW) is None
    assert sane(NOW + AHEAD + timedelta(microseconds=1), now=NOW) is None


def test_a_moment_at_the_end_of_time_is_none_and_no_overflow() -> None:
    assert sane(datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), now=NOW) is None
    assert sane(datetime.min.replace(tzinfo=timezone(timedelta(hours=12))), now=NOW) is None


def test_cst_is_the_time_of_china_in_what_is_chinese() -> None:
    text = "Thu May 08 14:30:00 CST 2025"
    assert moment(text, now=NOW) == AT_14_30 + timedelta(hours=6)
    assert moment(text, now=NOW, chinese=True) == AT_14_30 - timedelta(hours=8)


@given(st.text(alphabet="0123456789 :-/.TZ+May年月日мая,г", max_size=60) | st.text(max_size=90))
def test_any_text_gives_a_sane_moment_or_none(text: str) -> None:
    found = moment(text, now=NOW)
    assert found is None or (EARLIEST <= found <= NOW + AHEAD and found.tzinfo is UTC)


@given(st.timedeltas(min_value=timedelta(0), max_value=NOW - EARLIEST))
def test_iso_dates_come_back_as_they_were(age: timedelta) -> None:
    when = NOW - age
    assert moment(when.isoformat(), now=NOW) == when
    assert moment(when.replace(tzinfo=None).isoformat(), now=NOW) == when
