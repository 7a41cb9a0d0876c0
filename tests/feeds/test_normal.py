"""The normal form of a text: one for all ways of writing it, and stable."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from feeds.normal import line, normalise, paragraphs

WRAPPED = """\
The two ministers met on Tuesday in the northern city to talk about
the pipeline, the railway and the new bridge over the river. They
agreed that work on all three would go on through the winter, and
that a commission would look at the tariffs before the next summit.

A second round of talks is planned for the autumn, when the leaders
are to sign what their officials have prepared since the last visit.
"""


@given(st.text())
@example("a\u0301\u00ad\u0301 \u2028b")
@example("か\n\u3099が\n中\n国")
@example(WRAPPED)
@example("\u1100\n\u1161\n\u11a8")
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text())
def test_the_normal_form_has_no_controls_no_doubled_blanks_and_is_nfc(text: str) -> None:
    once = normalise(text)
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(c) == "Cc" for c in once if c != "\n")
    assert "\n\n\n" not in once
    assert "  " not in once
    assert all(p == p.strip(" ") and p and "\n" not in p for p in paragraphs(once))
    once.encode("utf-8")


@given(st.text())
def test_a_line_has_no_breaks_and_is_stable(text: str) -> None:
    assert "\n" not in line(text)
    assert line(line(text)) == line(text)


def test_line_ends_of_every_system_are_paragraph_breaks_alike() -> None:
    forms = ("One.\nTwo.", "One.\r\nTwo.", "One.\rTwo.", "One.\n\n\nTwo.", "One.\u2029Two.")
    assert {normalise(form) for form in forms} == {"One.\n\nTwo."}


def test_invisible_characters_go_and_odd_spaces_become_blanks() -> None:
    assert normalise("\ufeffA\u200b\u00ad b\u00a0c\u3000d\te\u202ef\0") == "A b c d ef"


def test_the_joiners_that_persian_and_hindi_need_stay() -> None:
    assert normalise("می\u200cخواهم क\u094d\u200dष") == "می\u200cخواهم क\u094d\u200dष"


def test_one_paragraph_a_line_stays_one_paragraph_a_line() -> None:
    first = "The president spoke in the capital on Monday, and his guest listened. " * 3
    second = "Nothing was said of the loan."
    assert paragraphs(normalise(f"{first}\n{second}\n{first}")) == [
        first.strip(),
        second,
        first.strip(),
    ]


def test_hard_wrapped_lines_are_joined_and_empty_lines_part_paragraphs() -> None:
    found = paragraphs(normalise(WRAPPED))
    assert len(found) == 2
    assert "talk about the pipeline" in found[0]
    assert found[1].endswith("since the last visit.")


def test_a_headline_over_wrapped_text_stays_apart() -> None:
    assert paragraphs(normalise("Ministers Meet\n" + WRAPPED))[0] == "Ministers Meet"


def test_a_wrapped_paragraph_that_ends_early_is_ended_without_an_empty_line() -> None:
    text = WRAPPED.replace("summit.\n\nA second", "summit soon.\nA second")
    short = text.replace("tariffs before the next summit soon.", "tariffs.")
    assert len(paragraphs(normalise(short))) == 2


def test_wrapped_chinese_is_joined_without_blanks() -> None:
    row = "两国外长星期二在北部城市会晤讨论了管道铁路和新桥等议题并同意成立委员会"
    text = "\n".join([row, row, row, "会议结束。"])
    assert normalise(text) == row * 3 + "会议结束。"


def test_a_word_with_a_hyphen_at_the_line_end_keeps_it_and_gets_no_blank() -> None:
    text = (
        "Officials in both capitals said this week that talks about the China-\n"
        "Russia border trade would be held in the spring, when the river ports\n"
        "open again and the customs houses on both banks return to full work\n"
        "after the winter pause."
    )
    assert "China-Russia border" in normalise(text)


def test_short_lines_such_as_a_list_are_not_joined() -> None:
    assert paragraphs(normalise("Beijing\nMoscow\nAstana\nMinsk")) == [
        "Beijing",
        "Moscow",
        "Astana",
        "Minsk",
    ]


def test_breaks_from_markup_are_believed() -> None:
    assert len(paragraphs(normalise(WRAPPED, unwrap=False))) == 6


def test_an_empty_text_has_no_paragraphs() -> None:
    assert paragraphs(normalise(" \n\t\r\n")) == []
