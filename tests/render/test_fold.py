"""White space, columns and Markdown: nothing of a text is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from service.render import fold

#: Letters, blanks and signs of the three scripts, and what Markdown would read.
TEXTS = st.text("ab ñИж中国。，「」()[]<>*_`~|\\$&#1.-+!:", max_size=200)


@given(TEXTS, st.integers(8, 80))
def test_wrapping_loses_and_adds_nothing_but_white_space(text: str, columns: int) -> None:
    assert "".join(fold.wrap(text, columns=columns).split()) == "".join(text.split())


@given(st.text("abИ中国。， ", max_size=200), st.integers(30, 80))
def test_only_a_piece_wider_than_the_line_goes_beyond_it(text: str, columns: int) -> None:
    for line in fold.wrap(text, "  - ", "    ", columns).split("\n"):
        if fold.width(line) > columns:
            assert " " not in line.removeprefix("  - ").strip()


def test_lines_begin_as_asked_and_fill_the_columns() -> None:
    text = fold.wrap("one two three four", "* ", "  ", columns=10)
    assert text == "* one two\n  three\n  four"


def test_a_long_address_is_left_whole() -> None:
    url = "https://example.org/" + "x" * 200
    assert fold.wrap(f"see {url} there", columns=30) == f"see\n{url}\nthere"


def test_chinese_is_broken_at_two_columns_a_sign_and_never_before_a_full_stop() -> None:
    assert fold.wrap("一二三四五。六七", columns=10) == "一二三四\n五。六七"


def test_chinese_is_not_broken_after_an_opening_bracket() -> None:
    assert fold.wrap("一二三四（五）六", columns=10) == "一二三四\n（五）六"


def test_width_counts_wide_signs_twice_and_accents_not_at_all() -> None:
    assert fold.width("a中e\u0301") == 4


def test_what_no_document_can_carry_becomes_a_replacement_character() -> None:
    assert fold.printable("a\x00b\x1bc\ud800d\te\n") == "a\ufffdb\ufffdc\ufffdd\te\n"


@given(st.text())
def test_a_flat_text_is_one_line_that_can_be_encoded(text: str) -> None:
    flat = fold.flat(text)
    flat.encode("utf-8")
    assert len(flat.splitlines()) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[click](javascript:alert(1))",
        "![x](http://example.org/x.png)",
        "**bold** _under_ `code` ~~gone~~",
        "a | b",
        "&lt;b&gt; &amp;",
        "https://example.org/a_b_c",
        "back\\slash \\* star",
        "costs $5 and $6",
    ],
)
def test_markup_in_a_text_is_shown_and_not_read(text: str) -> None:
    assert shown(fold.markdown(text)) == text


@given(TEXTS)
def test_any_text_is_shown_as_it_is(text: str) -> None:
    assert shown(fold.markdown(text)) == fold.flat(text)


def shown(markdown: str) -> str:
    """Return what a reader of Markdown shows of a text that follows a number, as in a brief."""
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(f"1: {markdown}")
    assert [t.type for t in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {t.type for t in children} <= {"text", "text_special"}
    return "".join(t.content for t in children).removeprefix("1:").removeprefix(" ")
