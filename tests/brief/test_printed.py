"""Counts and names are looked for beside what they are said of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.brief.printed import Fact, check_facts, check_sentences
from service.errors import VerifyError

TEXT = "Rail bridge opens [7]\nStory 3 2 outlets (Amur Dis-\npatch, Harbour Wire) · 12 origins"


def _fact(
    *parts: str, anchor: str = "Rail bridge opens", near: int = 200, row: bool = False
) -> Fact:
    return Fact(name="story 3", anchor=anchor, parts=parts, near=near, row=row)


def test_parts_are_found_on_either_side_and_over_line_breaks() -> None:
    assert check_facts("txt", [TEXT], [_fact("3", "2", "Amur Dispatch", "12")]) == 4
    assert check_facts("txt", [TEXT], [_fact("Rail bridge opens", anchor="Harbour Wire")]) == 1


@pytest.mark.parametrize(
    "fact",
    [
        _fact("4"),
        _fact("1"),  # a part of a larger number is no number
        _fact("32"),  # nor are two numbers in a row one
        _fact("12", near=20),
        _fact("Rail"),  # what the anchor itself says is not beside it
        _fact("2", "3", row=True),
        _fact("3", "3", row=True),
    ],
)
def test_what_is_not_there_is_told_with_what_it_should_stand_beside(fact: Fact) -> None:
    with pytest.raises(VerifyError, match=r'^txt: story 3: ".*" is not printed beside "Rail'):
        check_facts("txt", [TEXT], [fact])


def test_an_anchor_that_is_not_printed_is_told() -> None:
    with pytest.raises(VerifyError, match='"Gas talks" is not printed'):
        check_facts("txt", [TEXT], [_fact("3", anchor="Gas talks")])


def test_any_occurrence_of_the_anchor_will_do() -> None:
    text = f"Rail bridge opens {'x' * 500} {TEXT}"
    assert check_facts("txt", [text], [_fact("12", near=100)]) == 1


def test_numbers_in_a_row_come_one_after_the_other() -> None:
    assert (
        check_facts("txt", ["corpus read 2 2"], [_fact("2", "2", anchor="corpus", row=True)]) == 2
    )


def test_on_the_pages_of_a_pdf_near_is_a_page() -> None:
    page = f"12 {'x' * 900} Rail bridge opens"
    assert check_facts("pdf", [page], [_fact("12", near=10)]) == 1


def test_sentences_may_be_missing_where_a_template_may_leave_them_out() -> None:
    wanted = [("sentence 1", "Rail bridge opens"), ("sentence 2", "Gas talks end")]
    assert check_sentences("html", [TEXT], wanted, all_=False) == 1
    with pytest.raises(VerifyError, match='html: sentence 2 is not printed: "Gas talks end"'):
        check_sentences("html", [TEXT], wanted, all_=True)


@given(st.text(min_size=1), st.integers(min_value=0, max_value=10**6))
def test_any_text_that_is_printed_beside_a_number_is_found(text: str, number: int) -> None:
    shown = text.strip("-\u00ad\u2010\u2011 \t\n") or "x"
    fact = Fact(name="x", anchor=f"<{shown}>", parts=(str(number),), near=10)
    assert check_facts("txt", [f"<{shown}> : {number}."], [fact]) == 1
