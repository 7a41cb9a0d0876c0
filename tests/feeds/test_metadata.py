"""Title, date, address and source from what stands above a text."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.metadata import (
    TITLE_MAX,
    Facts,
    address,
    first_sentence,
    front_matter,
    header_lines,
    headline,
    shortened,
)
from feeds.normal import columns

NOW = datetime(2025, 6, 1, tzinfo=UTC)
MAY_8 = datetime(2025, 5, 8, tzinfo=UTC)


def test_front_matter_gives_facts_and_leaves_the_text() -> None:
    text = (
        "---\ntitle: Ministers meet\ndate: 2025-05-08\nurl: https://example.org/a\n"
        "source: Example Times\norigin: Xinhua\nlang: en-GB\nauthor: [A. One, B. Two]\n"
        "tags: [x, y]\n---\nThe text.\n"
    )
    facts, rest = front_matter(text, now=NOW)
    assert facts == Facts(
        title="Ministers meet",
        published=MAY_8,
        url="https://example.org/a",
        outlet="Example Times",
        origin="Xinhua",
        language="en",
        authors=("A. One", "B. Two"),
    )
    assert rest == "The text.\n"


def test_front_matter_that_is_not_yaml_is_read_line_by_line() -> None:
    facts, rest = front_matter("---\ntitle: Talks: a view\ndate: 2025-05-08\n---\nText", now=NOW)
    assert (facts.title, facts.published, rest) == ("Talks: a view", MAY_8, "Text")


@pytest.mark.parametrize(
    "date", ["2025-05-08T10:00:00+08:00", '"2025-05-08T02:00:00Z"', "2025-05-08 02:00:00"]
)
def test_a_time_in_front_matter_is_in_utc(date: str) -> None:
    facts, _ = front_matter(f"---\ntitle: T\ndate: {date}\n---\n", now=NOW)
    assert facts.published == datetime(2025, 5, 8, 2, tzinfo=UTC)


@pytest.mark.parametrize("date", ["2099-01-01", "tomorrow", "[2025-05-08]", "true", "null"])
def test_a_date_in_front_matter_that_cannot_be_is_none(date: str) -> None:
    facts, _ = front_matter(f"---\ntitle: T\ndate: {date}\n---\n", now=NOW)
    assert facts.published is None


def test_a_rule_of_dashes_in_a_text_is_not_front_matter() -> None:
    text = "---\nThe talks went on.\n---\nMore text.\n"
    assert front_matter(text, now=NOW) == (Facts(), text)


def test_yaml_that_makes_objects_is_not_obeyed() -> None:
    text = "---\ntitle: !!python/object/apply:os.getcwd []\n---\nText"
    facts, _ = front_matter(text, now=NOW)
    assert facts.title is None or "os.getcwd" in facts.title


def test_yaml_that_multiplies_itself_costs_nothing() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
    )
    facts, rest = front_matter(f"---\n{bomb}title: *t\n---\nText", now=NOW)
    assert facts.title in (None, "*t")
    facts, rest = front_matter(f"---\n{bomb}title: T\n---\nText", now=NOW)
    assert (facts.title, rest) == ("T", "Text")


@pytest.mark.parametrize(
    "text",
    [
        "Title: Ministers meet\nDate: May 8, 2025\nSource: Example Times\n\nThe text.",
        "**Title:** Ministers meet\n**Date:** 2025-05-08\n**Source:** Example Times\n\nThe text.",
        "标题：Ministers meet\n日期：2025年5月8日\n来源：Example Times\n\nThe text.",
        "Заголовок: Ministers meet\nДата: 8 мая 2025 г.\nИсточник: Example Times\n\nThe text.",
    ],
)
def test_header_lines_are_read_in_our_languages(text: str) -> None:
    facts, rest = header_lines(text, now=NOW)
    assert (facts.title, facts.published, facts.outlet) == (
        "Ministers meet",
        MAY_8,
        "Example Times",
    )
    assert rest.strip() == "The text."


def test_a_source_line_may_hold_the_address() -> None:
    facts, _ = header_lines("Date: 2025-05-08\nSource: https://example.org/a\n\nText", now=NOW)
    assert (facts.url, facts.outlet) == ("https://example.org/a", None)


def test_a_headline_above_the_header_lines_stays_in_the_text() -> None:
    facts, rest = header_lines("Ministers meet\nDate: 2025-05-08\n\nThe text.", now=NOW)
    assert facts.published == MAY_8
    assert rest.split() == ["Ministers", "meet", "The", "text."]


@pytest.mark.parametrize(
    "text",
    [
        "The message: talks go on.\nMore text.",
        "Moscow: talks go on.\nMore text.",
        "Source: Xinhua\nThe text.",
        "The first sentence of a text.\nDate: 2025-05-08",
        "",
    ],
)
def test_a_text_without_header_lines_is_left_whole(text: str) -> None:
    assert header_lines(text, now=NOW) == (Facts(), text)


@pytest.mark.parametrize(
    "first",
    [
        "China-Russia Relations amid US-Russia Talks",
        "Will the pipeline be built?",
        "“We shall meet again”",
        "俄罗斯总统抵达北京",
        "Президент прибыл в Пекин",
        "U.S. and China to meet",
    ],
)
def test_a_short_first_line_is_the_headline(first: str) -> None:
    assert headline([first, "The text."]) == first


@pytest.mark.parametrize(
    "texts",
    [
        ["The ministers met on Monday.", "More."],
        ["俄罗斯总统抵达北京。", "更多。"],
        ["He met two men. They spoke", "More."],
        ["The points were these:", "More."],
        ["word " * 40, "More."],
        ["Only line"],
        ["* * *", "More."],
        [],
    ],
)
def test_a_sentence_a_long_line_or_an_only_line_is_no_headline(texts: list[str]) -> None:
    assert headline(texts) is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The ministers met on Monday. They spoke.", "The ministers met on Monday"),
        (
            "Mr. Lavrov met Gen. Li at No. 10 in the U.S. on Jan. 5. They spoke.",
            "Mr. Lavrov met Gen. Li at No. 10 in the U.S. on Jan. 5",
        ),
        (
            "The two foreign ministers met in Beijing on Monday, their third meeting of the year, "
            "and spoke of trade, energy and the situation at the border.",
            "The two foreign ministers met in Beijing on Monday, their third meeting of the year…",
        ),
        ("两国外长星期一在北京举行会晤。双方讨论了贸易问题。", "两国外长星期一在北京举行会晤"),
        (
            "两国外长星期一在北京举行会晤，就双边贸易、能源合作以及地区安全等一系列问题深入交换了意见，"
            "并同意在今年秋天再次会晤。",
            "两国外长星期一在北京举行会晤…",
        ),
        ("no sentence end here", "no sentence end here"),
        ("Will they meet? Nobody knows.", "Will they meet?"),
    ],
)
def test_the_first_sentence_is_shortened_at_a_clause(text: str, title: str) -> None:
    assert shortened(text) == title


def test_a_sentence_without_clauses_is_cut_between_words() -> None:
    title = shortened("word " * 60)
    assert title.endswith("word…")
    assert columns(title) <= TITLE_MAX


def test_a_title_does_not_end_inside_a_quotation() -> None:
    text = (
        "The minister called the treaty “a great step, which nobody had thought possible, and "
        "which all of us shall remember”, and left the hall without taking any questions."
    )
    assert "“" not in shortened(text) or "”" in shortened(text) or shortened(text).endswith("…")


@given(st.text())
def test_a_title_is_short_and_marked_where_it_is_cut(text: str) -> None:
    title = shortened(text)
    assert columns(title) <= TITLE_MAX
    assert "\n" not in title


def test_the_first_sentence_of_russian_and_of_initials() -> None:
    assert first_sentence("А. С. Пушкин жил в г. Москве. Потом уехал.") == (
        "А. С. Пушкин жил в г. Москве."
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("<http://example.org>", "http://example.org"),
        ("see https://example.org", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("www.example.org", None),
    ],
)
def test_only_http_addresses_are_addresses(text: str, found: str | None) -> None:
    assert address(text) == found


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ('title: "Ministers meet\nsource: Example Times', "line 2: a quotation mark is not closed"),
        ("source: Example Times\ntags: [a, b\nlang: en", "line 3: a bracket is not closed"),
        ("source: Example Times\n\ttags: a", "line 3: a tab stands where blanks are wanted"),
        ("source: Example Times\nauthor: @them", "line 3: .*put the value into quotation marks"),
        ("source: Example Times\nauthor: *them", "line 3: found undefined alias"),
        (
            "source: Example Times\ndate: 2026-13-40",
            "cannot be read .line 3: month must be in 1..12",
        ),
    ],
)
def test_broken_front_matter_is_a_fault_that_names_the_line_and_leaves_the_text(
    block: str, fault: str
) -> None:
    facts, rest = front_matter(f"---\n{block}\n---\nThe text.\n", now=NOW)
    assert facts.fault is not None
    assert re.search(fault, facts.fault)
    assert (facts.outlet, rest) == ("Example Times", "The text.\n")


def test_lines_above_front_matter_count_in_the_line_of_its_fault() -> None:
    facts, _ = front_matter('\n\n---\ntitle: "x\n---\nText.', now=NOW)
    assert "(line 4: a quotation mark" in (facts.fault or "")


def test_front_matter_without_an_end_is_a_fault_and_leaves_the_text() -> None:
    facts, rest = front_matter(
        "---\ntitle: Ministers meet\ntags:\n  - x\n- y\nlang: en\n\nThe text.\n", now=NOW
    )
    assert (facts.title, facts.language) == ("Ministers meet", "en")
    assert facts.fault == (
        "has front matter without an end (line 1): put a line of three dashes below it"
    )
    assert rest == "\nThe text.\n"


@pytest.mark.parametrize(
    "text",
    [
        "---\nThe talks went on: [so it was said\n---\nMore.",
        "---\nNote: the talks went on.\n\nMore.",
        "---\n\nThe talks.",
        "---",
        "--- title: x\n---\n",
    ],
)
def test_text_below_a_rule_is_no_front_matter(text: str) -> None:
    assert front_matter(text, now=NOW) == (Facts(), text)


def test_a_title_with_a_colon_is_mended_and_no_fault() -> None:
    facts, rest = front_matter("---\ntitle: Talks: day two\nlang: en\n---\nText.", now=NOW)
    assert (facts.title, facts.fault, rest) == ("Talks: day two", None, "Text.")


@given(st.text(alphabet='---\n:abtitle \t["{&*', max_size=120))
def test_front_matter_of_any_kind_is_taken_from_the_top_or_not_at_all(text: str) -> None:
    _, rest = front_matter(f"---\n{text}", now=NOW)
    assert f"---\n{text}".endswith(rest)
