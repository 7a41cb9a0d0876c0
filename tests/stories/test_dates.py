"""Days that a text names with their month."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.stories.dates import apart, days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on May 9, 2025 in Moscow", [("May 9, 2025", 5, 9, 2025)]),
        ("MOSCOW, Sept. 2 (Agency)", [("Sept. 2", 9, 2, None)]),
        ("18 September 2013", [("18 September 2013", 9, 18, 2013)]),
        ("the 9th of May", [("9th of May", 5, 9, None)]),
        ("September 18th, 2013", [("September 18th, 2013", 9, 18, 2013)]),
        ("she may 10 times refuse", []),
        ("at May 12:30", []),
        ("in May 9.5 per cent", []),
        ("in May 2025", []),
        ("35 May", []),
        ("31 November", []),
        ("24 февраля 2025 года", [("24 февраля 2025", 2, 24, 2025)]),
        ("2025年5月9日，莫斯科", [("2025年5月9日", 5, 9, 2025)]),
        ("5月16日电", [("5月16日", 5, 16, None)]),
        ("5月16號", [("5月16號", 5, 16, None)]),
        ("date: 2025-05-09T10:00", [("2025-05-09", 5, 9, 2025)]),
        ("2025-13-09", []),
        ("nothing at all", []),
    ],
)
def test_days(text: str, expected: list[tuple[str, int, int, int | None]]) -> None:
    found = days(text)
    assert [(text[d.start : d.end], d.month, d.day, d.year) for d in found] == expected


def test_several_days_are_in_order_of_place() -> None:
    text = "от 9 мая до 3 сентября, 5月16日, May 2"
    assert [(d.month, d.day) for d in days(text)] == [(5, 9), (9, 3), (5, 16), (5, 2)]


def test_the_new_year_lies_between_neighbours() -> None:
    last, first = days("31 December and 1 January")
    assert apart(last.of_year, first.of_year) == 1
    assert last.of_year == 366


@given(st.text(alphabet="0123456789 MayJune мая年月日-.,", max_size=60))
def test_every_day_is_one_of_the_calendar(text: str) -> None:
    for day in days(text):
        assert 1 <= day.of_year <= 366
        assert str(day.day) in text[day.start : day.end].replace("0", "0")
