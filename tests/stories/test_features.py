"""What articles are compared by."""

import pytest

from service.stories.features import features, numbers
from service.topic import load
from tests.builders import article, place

PROFILE = load("china-russia")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("trade of 244.8 billion", ("2.448e+11",)),
        ("товарооборот 244,8 млрд", ("2.448e+11",)),
        ("贸易额2448亿美元", ("2.448e+11",)),
        ("9 million tonnes, 900万吨", ("9e+06", "9e+06")),
        ("1,200 soldiers and 1.200 Soldaten", ("1200", "1200")),
        ("рост на 26,3 процента", ("26.3",)),
        ("增长26.3%，共50家", ("26.3", "50")),
        ("in 2024 and 7 more", ()),
        ("on 24 February, 16日, 9月12日, at 10:30", ()),
        ("the Su-35 and B2B", ()),
        ("version 10.5.3", ()),
        ("1" * 400, ()),
    ],
)
def test_numbers_are_figures_that_no_date_holds(text: str, expected: tuple[str, ...]) -> None:
    assert numbers(text) == expected


def test_marks_are_actors_figures_and_days_but_not_the_sides() -> None:
    found, words = features(
        article(
            "Gazprom and China agreed on 50 billion cubic metres on May 9. Gazprom signed.",
            "en",
            place(title="Deal"),
        ),
        PROFILE,
    )
    assert found.marks == {"e:gazprom": 2, "n:5e+10": 1, "d:05-09": 1}
    assert words["deal"] == 1
    assert found.published is None


def test_a_title_that_the_text_repeats_counts_once() -> None:
    _, words = features(
        article("Bridge opens\nThe day was dry.", "en", place(title="Bridge opens")), PROFILE
    )
    assert words["bridg"] == 1


def test_a_title_taken_from_the_text_does_not_count_again() -> None:
    _, words = features(
        article("The bridge opens.", "en", place(title="A bridge", title_given=False)), PROFILE
    )
    assert words["bridg"] == 1
