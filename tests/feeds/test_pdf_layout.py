"""Pages that are written down: columns, initials, running lines and divided words."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.pdf.glyphs import Page, Run
from feeds.pdf.order import Line, blocks
from feeds.pdf.paragraphs import paragraphs
from feeds.pdf.running import Sheet, without_running


def _run(text: str, left: float, base: float, *, size: float = 10.0, width: float = 0.0) -> Run:
    right = left + (width or 5.0 * len(text))
    return Run(text=text, left=left, right=right, base=base, size=size)


def _page(*runs: Run) -> Page:
    return Page(width=600, height=800, runs=runs)


def _read(page: Page) -> list[list[str]]:
    return [[line.text for line in block] for block in blocks(page)]


def _column(
    name: str, left: float, count: int, *, top: float = 700, width: float = 240
) -> list[Run]:
    return [_run(f"{name}{n}.", left, top - 12 * n, width=width) for n in range(count)]


def _line(
    text: str, base: float, *, left: float = 50, right: float = 300, size: float = 10
) -> Line:
    return Line(text=text, left=left, right=right, base=base, size=size)


def _joined(*lines: str) -> str:
    found = paragraphs([[[_line(text, 700 - 12 * n) for n, text in enumerate(lines)]]])
    return " | ".join(paragraph.text for paragraph in found)


def test_the_order_of_drawing_makes_no_difference() -> None:
    runs = [_run("Over both of the columns", 50, 740, width=500)]
    runs += _column("a", 50, 6) + _column("b", 310, 6)
    expected = [
        ["Over both of the columns"],
        [r.text for r in runs[1:7]],
        [r.text for r in runs[7:]],
    ]
    assert _read(_page(*runs)) == expected
    assert _read(_page(*reversed(runs))) == expected
    assert _read(_page(*runs[::2], *runs[1::2])) == expected


def test_a_heading_over_two_columns_parts_them_into_an_upper_and_a_lower_pair() -> None:
    upper = _column("a", 50, 4) + _column("b", 310, 4)
    lower = _column("c", 50, 4, top=600) + _column("d", 310, 4, top=600)
    middle = _run("Over both of the columns", 50, 630, width=500)
    names = [block[0][0] for block in _read(_page(*upper, middle, *lower))]
    assert names == ["a", "b", "O", "c", "d"]


def test_numbers_beside_a_list_are_no_column() -> None:
    runs = [
        run
        for n in range(8)
        for run in (_run(f"{n}.", 50, 700 - 12 * n), _run(f"item {n} of it", 80, 700 - 12 * n))
    ]
    assert _read(_page(*runs)) == [[f"{n}. item {n} of it" for n in range(8)]]


def test_wide_gaps_in_justified_lines_are_no_columns() -> None:
    runs = []
    for n in range(12):
        cut = 150 + 17 * (n % 5)
        runs += [_run("some words", 50, 700 - 12 * n, width=cut - 60)]
        runs += [_run("more words", cut + 10, 700 - 12 * n, width=540 - cut)]
    assert _read(_page(*runs)) == [["some words more words"] * 12]


def test_a_line_below_columns_that_break_off_comes_last() -> None:
    left = [*_column("a", 50, 5), _run("which goes on", 50, 640, width=240)]
    right = [_run("in the next one", 310, 700, width=240), *_column("b", 310, 5, top=688)]
    foot = _run("A line below.", 50, 616)
    assert _read(_page(*left, *right, foot))[-1] == ["A line below."]


def test_a_last_paragraph_of_the_left_column_is_read_before_the_right_one() -> None:
    left = [*_column("a", 50, 5), *_column("c", 50, 2, top=634)]
    right = _column("b", 310, 6)
    assert [block[0] for block in _read(_page(*left, *right))] == ["a0.", "b0."]


def test_a_large_initial_belongs_to_the_first_of_its_lines() -> None:
    runs = [_run("T", 50, 664, size=40, width=24)]
    runs += [
        _run(text, 76, 688 - 12 * n, width=460)
        for n, text in enumerate(("he talks", "were", "held"))
    ]
    runs += [_run("in the north.", 50, 652, width=200)]
    assert _read(_page(*runs)) == [["The talks", "were", "held", "in the north."]]


@pytest.mark.parametrize(
    ("before", "kept"), [("the pact", False), ("5 km", True), ("agreed.", False)]
)
def test_a_raised_number_is_a_note_behind_a_word_and_not_behind_a_unit(
    before: str, kept: bool
) -> None:
    runs = [_run(before, 50, 700), _run("2", 50 + 5 * len(before), 704, size=6, width=4)]
    assert _read(_page(*runs)) == [[before + ("2" if kept else "")]]


@given(
    st.lists(st.tuples(st.integers(0, 550), st.integers(0, 790), st.integers(1, 300)), max_size=40)
)
def test_no_word_is_lost_or_told_twice(places: Sequence[tuple[int, int, int]]) -> None:
    runs = [_run(f"w{n}", x, y, width=w) for n, (x, y, w) in enumerate(places)]
    found = [word for block in _read(_page(*runs)) for line in block for word in line.split()]
    # Words may touch: then they are one.
    assert sorted("".join(sorted(found))) == sorted("".join(run.text for run in runs))


def _sheets(*pages: Sequence[Line]) -> list[Sheet]:
    return [Sheet(height=800, blocks=(tuple(lines),)) for lines in pages]


def _left(sheets: Sequence[Sheet]) -> list[list[str]]:
    return [[line.text for b in sheet.blocks for line in b] for sheet in without_running(sheets)]


def test_a_chapters_header_on_one_page_goes_because_it_counts_the_pages() -> None:
    chapters = ("The talks", "The talks", "The bridge", "What is next", "What is next")
    pages = _sheets(
        *(
            [_line(f"{name} {7 + n}", 770), _line(f"Text {name} {n}.", 600)]
            for n, name in enumerate(chapters)
        )
    )
    assert _left(pages) == [[f"Text {name} {n}."] for n, name in enumerate(chapters)]


def test_a_number_that_does_not_count_the_pages_stays() -> None:
    pages = _sheets(
        *([_line(f"{word} were held in 2025", 770)] for word in ("Talks", "Games", "Fairs"))
    )
    assert _left(pages) == [[line.text] for sheet in pages for b in sheet.blocks for line in b]


def test_the_same_first_line_of_the_text_on_two_pages_of_many_stays() -> None:
    texts = [
        [_line(f"{a} of them.", 770), _line(f"{b} goes on.", 758)]
        for a, b in zip("xabcdx", "ghijkl", strict=True)
    ]
    pages = _sheets(*texts)
    assert _left(pages) == [[line.text for line in lines] for lines in texts]


def test_a_header_of_two_lines_goes_whole() -> None:
    names = ("a", "b", "c", "d", "e", "f")
    pages = _sheets(
        *(
            [_line("Amur Dispatch", 780), _line(("Left", "Right")[n % 2], 768), _line(f"{c}.", 700)]
            for n, c in enumerate(names)
        )
    )
    assert _left(pages) == [[f"{c}."] for c in names]


def test_a_page_without_lines_stays_a_page() -> None:
    assert _left(_sheets([], [])) == [[], []]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("the agree-", "ment holds"), "the agreement holds"),
        (("the agree\u00ad", "ment holds"), "the agreement holds"),
        (("China-", "Russia talks"), "China-Russia talks"),
        (("China-Rus-", "sia talks"), "China-Russia talks"),
        (("in 2024-", "25 and on"), "in 2024-25 and on"),
        (
            ("a state-", "owned firm, by the state owned it"),
            "a state-owned firm, by the state owned it",
        ),
        (("a long-", "term view"), "a long-term view"),
        (("the GOVERN-", "MENT said"), "the GOVERNMENT said"),
        (("северо-", "восточный край"), "северо-восточный край"),
        (("российско-", "китайский договор"), "российско-китайский договор"),
        (("кто-", "то сказал"), "кто-то сказал"),
        (("прави-", "тельство говорит"), "правительство говорит"),
        (("the talks –", "held in May"), "the talks – held in May"),
        (("两国外长在首都", "会晤"), "两国外长在首都会晤"),
        (("说：", "“中俄", "talks”"), "说： “中俄 talks”"),
    ],
)
def test_lines_are_joined_as_they_were_written(lines: tuple[str, ...], text: str) -> None:
    assert _joined(*lines) == text


def test_a_word_is_joined_as_the_document_writes_it_elsewhere() -> None:
    assert "re-election" in _joined("the re-", "election of x", "said that re-election was near")
    assert "reelection" in _joined("the re-", "election of x", "said that reelection was near")


def test_a_bulleted_item_keeps_its_indented_lines() -> None:
    lines = [
        _line("• an item that is", 700),
        _line("two lines long", 688, left=62),
        _line("• another", 676),
    ]
    found = [paragraph.text for paragraph in paragraphs([[lines]])]
    assert found == ["• an item that is two lines long", "• another"]


def test_a_paragraph_goes_on_over_a_page_until_its_sentence_ends() -> None:
    pages = [[[_line("The talks were", 60)]], [[_line("held. They", 740)]], [[_line("New.", 740)]]]
    assert [(p.text, p.page) for p in paragraphs(pages)] == [("The talks were held. They New.", 0)]
    pages = [[[_line("The talks ended.", 60)]], [[_line("Then more.", 740)]]]
    assert [(p.text, p.page) for p in paragraphs(pages)] == [
        ("The talks ended.", 0),
        ("Then more.", 1),
    ]


def test_a_heading_of_the_same_size_is_no_part_of_the_sentence_below_it() -> None:
    lines = [
        _line("The second day", 700, right=110),
        _line("The two ministers met again and spoke of", 688),
        _line("trade.", 676, right=80),
    ]
    assert [p.text for p in paragraphs([[lines]])] == [
        "The second day",
        "The two ministers met again and spoke of trade.",
    ]


def test_text_that_flows_around_a_picture_is_one_paragraph() -> None:
    lines = [_line("words that fill the line", 700 - 12 * n, right=170) for n in range(4)]
    lines += [_line("words that fill the whole of the wider line", 652, right=300)]
    assert len(paragraphs([[lines]])) == 1
