"""Spans of time on the command line."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import spans
from service.errors import BriefError

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def _start(since: str, last: datetime | None = None) -> datetime | None:
    return spans.start(since, end=NOW, zone=SHANGHAI, last=last)


@pytest.mark.parametrize(
    ("since", "start"),
    [
        ("48h", NOW - timedelta(hours=48)),
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2026-03-01", datetime(2026, 2, 28, 16, tzinfo=UTC)),
        ("2026-03-01T06:00", datetime(2026, 2, 28, 22, tzinfo=UTC)),
        ("2026-03-01T06:00+00:00", datetime(2026, 3, 1, 6, tzinfo=UTC)),
        ("all", None),
        ("last", None),
    ],
)
def test_a_span_names_its_start(since: str, start: datetime | None) -> None:
    assert _start(since) == start


def test_last_is_the_cutoff_of_the_last_issue() -> None:
    cutoff = NOW - timedelta(hours=5)
    start = _start("last", last=cutoff)
    assert start is not None
    assert cutoff < start < cutoff + timedelta(seconds=1)


def test_a_start_after_the_end_is_refused() -> None:
    with pytest.raises(BriefError, match="lies after the end"):
        _start("2027-01-01")


@given(st.text(max_size=12))
def test_any_text_is_a_span_or_one_clear_line(value: str) -> None:
    try:
        found = _start(value)
    except BriefError as error:
        line = str(error)
    else:
        line = ""
        assert found is None or found.tzinfo is not None
    assert len(line.splitlines()) <= 1
