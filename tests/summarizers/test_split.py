"""Where sentences begin and end."""

from collections.abc import Callable
from typing import Any, SupportsIndex

import pytest
import sentencex
from hypothesis import given
from hypothesis import strategies as st

from summarizers.text import sentences


def parts(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


WHOLE = {
    "en": (
        "Mr. Smith met Gen. Lee and Dr. Wu.",
        "The envoy arrived at 5 p.m. Sunday.",
        "Talks resume at 9 a.m. Jan. 5 in the U.S. Senate.",
        "It was signed by J. K. Brown and O. P. Green.",
        "Article No. 5 was dropped.",
        "“We go. We stay,” the minister said.",
        "'We go. We stay,' the minister said.",
        'He asked: "Is it done? Is it signed?" and left.',
        "Prices rose 1.5 percent to $3.25 a litre.",
        "The ship, the St. George, sailed.",
    ),
    "ru": (
        "В. В. Путин прибыл в Пекин.",
        "Это, т.е. договор, подписано.",
        "Оборот вырос до 5 млрд. рублей.",
        "Договор 2001 г. продлён.",
        "«Мы рады. Мы ждём», — сказал министр.",
        "Он живёт на ул. Ленина в г. Москва.",
    ),
    "zh": (
        "他说：“我们同意。我们签字。”",
        "“我们同意。我们签字。”部长说。",
        "题为“为什么？怎么办？”的文章引起关注。",
        "价格上涨1.5%，至3.25元",
        "没有句号的一句话",
    ),
}

APART = {
    "en": (
        ("It is in the U.S.", "The talks begin."),
        ("It ended at 5 p.m.", "The crowd left."),
        ("“One. Two.”", "Three ministers came."),
        ("He left the '90s behind.", "'Yes,' said Ann."),
        ("He said: 'It was so.", "She saw it too."),
        ("It ended!", "Why?", "Nobody knows."),
    ),
    "ru": (
        ("Он вернулся в 2023 году.", "Все рады."),
        ("Это всё.", "А.Иванов уехал."),
        ("Почему?", "Потому!"),
    ),
    "zh": (
        ("双方签署协议。", "会议结束！", "为什么？"),
        ("他说：“同意。”", "会议结束。"),
        ("“同意。”他说。", "会议结束。"),
    ),
}


@pytest.mark.parametrize(("language", "text"), [(k, t) for k, v in WHOLE.items() for t in v])
def test_marks_inside_a_sentence_do_not_end_it(language: str, text: str) -> None:
    assert parts(text, language) == [text]


@pytest.mark.parametrize(("language", "texts"), [(k, t) for k, v in APART.items() for t in v])
def test_sentences_are_told_apart(language: str, texts: tuple[str, ...]) -> None:
    joint = "" if language == "zh" else " "
    assert parts(joint.join(texts), language) == list(texts)


def test_a_sentence_never_crosses_a_blank_line() -> None:
    assert parts("A heading without an end\n\nthen a line") == [
        "A heading without an end",
        "then a line",
    ]


def test_lines_are_paragraphs_where_nothing_shows_that_they_were_wrapped() -> None:
    assert parts("Rail bridge opens\nTwo ministers came. They spoke.") == [
        "Rail bridge opens",
        "Two ministers came.",
        "They spoke.",
    ]


def test_lines_wrapped_at_one_width_are_joined() -> None:
    text = (
        "Two ministers opened a bridge across the river that divides their lands,\n"
        "and a train crossed it at noon. A second train will cross on Sunday with\n"
        "grain for the mills."
    )
    assert len(parts(text)) == 2


def test_list_lines_stay_apart_in_a_wrapped_text() -> None:
    text = (
        "Two ministers opened a bridge across the river that divides their lands,\n"
        "and a train crossed it at noon, and these were the goods that it carried:\n"
        "- grain from the northern provinces of the country and timber from the hills\n"
        "- coal"
    )
    assert parts(text)[-2:] == [
        "- grain from the northern provinces of the country and timber from the hills",
        "- coal",
    ]


def test_a_number_that_heads_a_list_line_belongs_to_it() -> None:
    assert parts("1. Trade. 2. Energy.") == ["1. Trade.", "2. Energy."]


def test_a_language_that_is_not_known_gets_the_default_rules() -> None:
    assert parts("One thing. Another thing.", "xx") == ["One thing.", "Another thing."]
    assert parts("One thing. Another thing.", "") == ["One thing.", "Another thing."]


def test_characters_beyond_the_first_plane_count_as_one() -> None:
    assert sentences("🚢🚢 sail. Go.", "en") == ((0, 8), (9, 12))


def test_a_lone_surrogate_is_kept_in_place() -> None:
    assert parts("A \ud800 bee. Sea dog.") == ["A \ud800 bee.", "Sea dog."]


@pytest.mark.parametrize("text", ["", " \n\n\t ", "\u3000"])
def test_a_text_without_characters_has_no_sentence(text: str) -> None:
    assert sentences(text, "en") == sentences(text, "zh") == ()


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_a_megabyte_without_an_end_is_one_sentence(language: str) -> None:
    assert sentences("word " * 200_000, language) == ((0, 999_999),)


HOSTILE = (
    "word", "“", "«", "‘", "'", '"', "(", ".", "…", "!", "7", "。", "“。", "。”", "».", "（。",
    "'a. ", "“ a. B ", "A. B. C. ", "Mr. ", "U.S. ", "1. ", "(1) ", "a\n", "a\n\n",
    "a \n \n", " ", "a?b",
)  # fmt: skip


class Counted(str):
    """Text that counts the characters copied from it and from its copies."""

    __slots__ = ("copied",)
    copied: list[int]

    def __new__(cls, text: str, copied: list[int]) -> "Counted":
        made = super().__new__(cls, text)
        made.copied = copied
        return made

    def __getitem__(self, key: SupportsIndex | slice) -> "Counted":
        found = super().__getitem__(key)
        self.copied[0] += len(found)
        return Counted(found, self.copied)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], tuple[int, int]]:
    """Return what a text costs: characters copied, and characters that sentencex must step over.

    sentencex looks through a piece anew for each quotation mark in it, so a piece counts its
    length times its marks, one more, at the least its length.
    """
    steps = [0]
    plain = sentencex.get_sentence_boundaries

    def counting(language: str, piece: str) -> Any:
        marks = sum(piece.count(mark) for mark in "“”«»‘’'\"()（）")
        steps[0] += len(piece) * (1 + marks)
        return plain(language, str(piece))

    monkeypatch.setattr(sentencex, "get_sentence_boundaries", counting)

    def measured(text: str, language: str) -> tuple[int, int]:
        steps[0] = 0
        copied = [0]
        sentences(Counted(text, copied), language)
        return copied[0], steps[0]

    return measured


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("part", HOSTILE)
def test_twice_the_text_is_at_most_twice_the_work(
    part: str, language: str, work: Callable[[str, str], tuple[int, int]]
) -> None:
    once = work((part * 41_000)[:41_000], language)
    twice = work((part * 82_000)[:82_000], language)
    for small, large in zip(once, twice, strict=True):
        # Pieces do not end at the same places: the last one may be a short one.
        assert large <= 2.3 * small
    assert twice[0] <= 24 * 82_000


@pytest.mark.parametrize("mark", ["“", "«", "x", "7"])
def test_a_paragraph_that_was_cut_to_be_read_is_one_sentence_again(mark: str) -> None:
    assert sentences(mark * 100_000, "en") == ((0, 100_000),)


def test_an_abbreviation_at_a_seam_between_pieces_does_not_end_a_sentence() -> None:
    assert sentences("Mr. Li and " * 8_000, "en") == ((0, 87_999),)


ALPHABET = "aBя中 .。?！\n\t“”\"'«»()1…-—🚢\u3000\u00a0\x00"


@given(
    text=st.text(alphabet=ALPHABET, max_size=120) | st.text(max_size=60),
    language=st.sampled_from(["en", "ru", "zh", "xx"]),
)
def test_spans_are_ordered_disjoint_trimmed_and_hold_all_that_is_not_space(
    text: str, language: str
) -> None:
    spans = sentences(text, language)
    covered: set[int] = set()
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered.update(range(start, end))
        last = end
    assert all(index in covered or mark.isspace() for index, mark in enumerate(text))


@given(
    blocks=st.lists(st.text(alphabet='aB .\n“"', min_size=1, max_size=30), max_size=4),
    language=st.sampled_from(["en", "zh"]),
)
def test_no_span_holds_a_blank_line(blocks: list[str], language: str) -> None:
    text = "\n\n".join(blocks)
    for start, end in sentences(text, language):
        lines = text[start:end].split("\n")
        assert all(line.strip() for line in lines)
