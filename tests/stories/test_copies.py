"""Near copies are one story, however few or many other articles there are."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.model import Article
from service.stories import cluster
from service.stories.copies import copies, sketch
from service.topic import load
from tests.builders import GAS_EN, RAIL_EN, article, place

PROFILE = load("china-russia")
DAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


def carried(text: str, number: int, day: datetime | None = DAY) -> Article:
    """Return a copy of a text with a line that only one paper has."""
    own = f" The local edition {number} of paper {number * 7} has it on page {number + 3}."
    return article(text + own, "en", place(title="", title_given=False, published=day))


def groups(found: list[Article]) -> tuple[tuple[str, ...], ...]:
    by_id = {one.id: one for one in found}
    return copies(by_id, {id_: sketch(one) for id_, one in by_id.items()})


@pytest.mark.parametrize("count", [2, 5, 10, 200])
def test_one_report_with_a_line_of_each_paper_is_one_story(count: int) -> None:
    assert len(cluster([carried(RAIL_EN * 2, n) for n in range(count)], PROFILE)) == 1


def test_copies_of_two_reports_are_two_stories() -> None:
    found = [carried(text * 2, n) for text in (RAIL_EN, GAS_EN) for n in range(6)]
    told = cluster(found, PROFILE)
    assert sorted(len(group) for group in told) == [6, 6]


def test_the_same_words_a_month_later_are_another_text() -> None:
    found = [carried(RAIL_EN * 2, 1), carried(RAIL_EN * 2, 2, DAY + timedelta(days=30))]
    assert len(groups(found)) == 2


def test_a_report_that_a_round_up_holds_is_no_copy_of_it() -> None:
    round_up = article(f"{RAIL_EN} {GAS_EN} {'Trade in timber grew again. ' * 9}", "en")
    assert len(groups([article(RAIL_EN, "en"), article(GAS_EN, "en"), round_up])) == 3


def test_short_texts_are_never_copies() -> None:
    found = [article(f"Talks ended in Moscow. {n}", "en") for n in range(3)]
    assert len(groups(found)) == 3


@settings(deadline=None, max_examples=20)
@given(st.permutations(range(8)))
def test_the_order_of_the_articles_changes_nothing(order: list[int]) -> None:
    found = [carried((RAIL_EN if n % 2 else GAS_EN) * 2, n) for n in range(8)]
    assert groups([found[n] for n in order]) == groups(found)
