"""Marks behind a text that goes on elsewhere: gone from the text, and remembered."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.fulltext import teaser
from feeds.furniture import clean
from feeds.items import items
from feeds.teasers import MARKS, without_mark

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."
BODY = "They agreed that talks on the pipeline would go on in the autumn, officials said."
HALF = "They agreed that talks on the pipeline would"

#: (end of a last paragraph, what is left of it, whether it says that the text goes on)
ENDS = [
    (f"{BODY} … Read more", f"{BODY} …", True),
    (f"{BODY} Read more »", BODY, True),
    (f"{BODY} [Read more]", BODY, True),
    (f"{BODY} Read More...", BODY, True),
    (f"{BODY} Continue reading →", BODY, True),
    (f"{BODY} Continue reading Ministers meet in the north →", BODY, True),
    (f"{BODY} Read the full story here", BODY, True),
    (f"{BODY} (more…)", BODY, True),
    (f"{HALF} Read more", HALF, True),
    (f"{HALF} […]", HALF, True),
    (f"{HALF} [...]", HALF, True),
    (f"{HALF} […] Read more →", HALF, True),
    (f"{BODY}[&#8230;]", BODY, True),
    (f"{BODY} The post Ministers meet: day two! appeared first on Harbour Wire.", BODY, False),
    (f"{HALF} […] The post Ministers meet first appeared on Harbour Wire.", HALF, True),
    ("Стороны договорились. Читать далее", "Стороны договорились.", True),
    ("Стороны договорились. Читать далее →", "Стороны договорились.", True),
    ("Стороны договорились... Подробнее", "Стороны договорились...", True),
    ("Стороны договорились. Читать полностью »", "Стороны договорились.", True),
    ("Стороны решили. Запись Встреча впервые появилась Вестник.", "Стороны решили.", False),
    ("双方同意继续磋商。阅读全文", "双方同意继续磋商。", True),
    ("双方同意继续磋商。[阅读全文]", "双方同意继续磋商。", True),
    ("双方同意继续磋商。 点击查看原文>>", "双方同意继续磋商。", True),
    ("双方同意继续磋商……查看更多", "双方同意继续磋商……", True),
    ("Read more", "", True),
    ("阅读全文", "", True),
]

#: One for each kind of words that the cases above lack.
MORE = [
    (f"{BODY} READ MORE", BODY, True),
    (f"{BODY} CONTINUE READING", BODY, True),
    ("Стороны договорились. ЧИТАТЬ ДАЛЕЕ", "Стороны договорились.", True),
    ("Стороны договорились. Читайте полный текст", "Стороны договорились.", True),
    ("Стороны договорились. Полный текст статьи", "Стороны договорились.", True),
    ("双方同意继续磋商。点此阅读全文", "双方同意继续磋商。", True),
    ("双方同意继续磋商。更多内容请点击原文", "双方同意继续磋商。", True),
]

STAY = [
    "He wants to read more.",
    "He wants to read more",
    "The ministers asked readers to continue reading the treaty.",
    "Read more of the treaty than its title, he advised.",
    "Continue reading, he told them. They did not.",
    "Читать далее он не стал, сообщил министр.",
    "他用了一个小时阅读全文。",
    "The post in Beijing appeared first on the list, and then it was gone!",
    "He said: “We shall see…”",
    "Talks go on…",
]


@pytest.mark.parametrize(("text", "left", "goes_on"), [*ENDS, *MORE])
def test_a_mark_goes_and_is_remembered(text: str, left: str, goes_on: bool) -> None:
    assert without_mark(text) == (left, goes_on)


@pytest.mark.parametrize("text", STAY)
def test_what_only_looks_like_a_mark_stays(text: str) -> None:
    assert without_mark(text) == (text, False)


@pytest.mark.parametrize(("text", "left", "goes_on"), ENDS)
def test_a_text_is_cleaned_of_the_mark_behind_it(text: str, left: str, goes_on: bool) -> None:
    found = clean([LEAD, text])
    assert found.paragraphs == ((LEAD, left) if left else (LEAD,))
    assert found.goes_on is goes_on


@pytest.mark.parametrize(("text", "left", "goes_on"), ENDS)
def test_a_mark_in_the_middle_of_a_text_is_no_end_of_it(
    text: str, left: str, goes_on: bool
) -> None:
    assert not clean([LEAD, f"{text} {BODY}", LEAD]).goes_on


def test_a_mark_below_the_text_counts_and_a_link_to_another_article_does_not() -> None:
    assert clean([LEAD, BODY, "Continue reading", "Share"]).goes_on
    assert not clean([LEAD, BODY, "Read more: The long road to a pipeline"]).goes_on


def test_a_mark_before_or_behind_a_credit_is_found() -> None:
    assert clean([LEAD, f"{BODY} (Reuters) Read more"]).paragraphs == (LEAD, BODY)
    assert clean([LEAD, f"{BODY} Read more", "(Reuters)"]).paragraphs == (LEAD, BODY)


@pytest.mark.parametrize("mark", [text for text, _, goes_on in ENDS if goes_on])
def test_a_long_text_with_a_mark_is_a_teaser(mark: str) -> None:
    assert teaser(f"{BODY} " * 20 + mark)


def test_an_item_of_a_feed_that_ends_in_a_mark_is_cleaned_and_its_page_is_wanted() -> None:
    whole = f"{LEAD} {BODY} " * 8
    bodies = {"1": f"{whole}[…]", "2": whole, "3": f"{whole}The post A appeared first on B."}
    feed = "".join(
        f"<item><guid>{key}</guid><title>Talks</title><description>{text}</description></item>"
        for key, text in bodies.items()
    )
    body = f"<rss version='2.0'><channel><title>T</title>{feed}</channel></rss>".encode()
    found = items(body, url="https://example.org/feed", now=NOW)
    assert [entry.text for entry in found.entries] == [whole.strip()] * 3
    assert found.cut == {"1"}


@pytest.mark.parametrize(("language", "mark"), [(lang, m) for lang in MARKS for m in MARKS[lang]])
def test_every_kind_of_mark_has_a_case(language: str, mark: str) -> None:
    assert any(re.search(mark, text) for text, _, goes_on in [*ENDS, *MORE] if goes_on), language


@given(
    st.text(
        alphabet="Read more Continuereading.…[]()»The post appeared first on 阅读全文", max_size=900
    )
)
def test_what_is_left_is_the_beginning_and_has_no_mark(text: str) -> None:
    left, _ = without_mark(text)
    assert text.startswith(left)
    assert without_mark(left) == (left, False)
