"""Copies, credits, outlets: what was written independently."""

from hypothesis import given
from hypothesis import strategies as st

from service.stories import origins
from service.stories.origins import copied, shingles
from service.topic import load
from tests.builders import DRILL_RU, GAS_EN, RAIL_EN, RAIL_RU, RAIL_ZH, article, place

PROFILE = load("china-russia")
EDITED = RAIL_EN.replace("on Thursday", "late on Thursday")
SHORTENED = RAIL_EN[: RAIL_EN.index("Traders")]


def by(outlet: str | None, text: str, origin: str | None = None) -> object:
    return article(text, "en", place(outlet=outlet, origin=origin))


def count(*found: object) -> int:
    return len(origins(found, PROFILE))  # type: ignore[arg-type]


def test_no_article_has_no_origin() -> None:
    assert origins((), PROFILE) == ()


def test_ten_outlets_with_one_text_are_one_origin() -> None:
    assert count(*(by(f"Outlet {i}", RAIL_EN) for i in range(10))) == 1


def test_an_edited_and_a_shortened_copy_are_the_same_origin() -> None:
    assert count(by("A", RAIL_EN), by("B", EDITED), by("C", SHORTENED)) == 1


def test_the_first_sentence_of_a_long_text_is_a_copy_of_it() -> None:
    long = " ".join(
        [RAIL_EN, *(f"Paragraph {i} of the day says thing {i * 7}." for i in range(60))]
    )
    assert count(by("A", long), by("B", RAIL_EN)) == 1


def test_different_texts_on_one_event_are_two_origins() -> None:
    other = (
        "A new railway crossing between the two countries was inaugurated this week. Trains laden "
        "with timber went over the river in both directions before noon."
    )
    assert count(by("A", RAIL_EN), by("B", other)) == 2


def test_texts_that_share_one_quoted_sentence_are_two_origins() -> None:
    quote = RAIL_EN.split(". ")[1]
    other = f"The minister was plain in Harbin. {quote}. Then he took no questions, and left early."
    assert count(by("A", RAIL_EN), by("B", other)) == 2


def test_a_common_credit_is_one_origin() -> None:
    assert count(by("A", RAIL_EN, "Agency"), by("B", GAS_EN, "agency")) == 1
    assert count(by("A", RAIL_EN, "Agency"), by("B", GAS_EN, "Service")) == 2


def test_the_agency_itself_and_who_credits_it_are_one_origin() -> None:
    assert count(by("Agency", RAIL_EN), by("B", GAS_EN, "Agency")) == 1


def test_two_texts_of_one_outlet_are_one_origin() -> None:
    assert count(by("A", RAIL_EN), by("A", GAS_EN)) == 1


def test_outlets_that_are_not_known_are_not_the_same() -> None:
    assert count(by(None, RAIL_EN), by(None, GAS_EN)) == 2


def test_very_short_texts_are_copies_only_if_equal() -> None:
    assert not copied(shingles("Trains ran today again.", "en"), shingles("Trains ran.", "en"))
    assert copied(shingles("Trains ran.", "en"), shingles("Trains ran.", "en"))
    assert not copied(shingles("", "en"), shingles("", "en"))


def test_chinese_and_russian_copies_are_found() -> None:
    for text, language in ((RAIL_ZH, "zh"), (RAIL_RU, "ru")):
        copy = article(text + text[:10], language, place(outlet="B"))
        assert count(article(text, language, place(outlet="A")), copy) == 1


def test_a_thousand_copies_take_no_thousand_squared() -> None:
    found = [by(f"Outlet {i}", f"{RAIL_EN} Story number {i} of the day.") for i in range(1000)]
    assert count(*found) == 1


@given(st.permutations([RAIL_EN, EDITED, SHORTENED, GAS_EN, DRILL_RU]))
def test_the_order_of_articles_does_not_change_what_is_together(texts: list[str]) -> None:
    found = [by(f"Outlet {text}", text) for text in texts]
    groups = {frozenset(texts[i] for i in group) for group in origins(found, PROFILE)}  # type: ignore[arg-type]
    assert groups == {
        frozenset([RAIL_EN, EDITED, SHORTENED]),
        frozenset([GAS_EN]),
        frozenset([DRILL_RU]),
    }


def test_one_agency_in_three_languages_is_one_origin() -> None:
    for names in (
        ("Xinhua", "新华社", "Синьхуа", "XINHUA NEWS AGENCY"),
        ("TASS", "ТАСС", "塔斯社"),
        ("RIA Novosti", "РИА Новости"),
        ("Interfax", "Интерфакс"),
        ("CCTV", "央视", "中央广播电视总台"),
    ):
        assert count(*(by(name, f"{RAIL_EN} {name}" * 2) for name in names)) == 1
        texts = (RAIL_EN, RAIL_ZH, RAIL_RU, GAS_EN)
        assert count(*(by(name, text) for name, text in zip(names, texts, strict=False))) == 1
        assert count(by(names[0], RAIL_EN), by("Paper", RAIL_ZH, names[1])) == 1


def test_an_agency_is_known_by_its_host_where_its_outlet_has_another_name() -> None:
    first = article(RAIL_EN, "en", place(outlet="TASS: world", url="https://tass.com/a/1"))
    second = article(RAIL_RU, "ru", place(outlet=None, url="https://www.tass.ru/b"))
    assert count(first, second) == 1


def test_agencies_of_one_owner_and_names_like_an_agencys_are_two_origins() -> None:
    assert count(by("RIA Novosti", RAIL_RU), by("Sputnik", RAIL_EN)) == 2
    assert count(by("CCTV", RAIL_ZH), by("CGTN", RAIL_EN)) == 2
    assert count(by("TASS watchers", RAIL_EN), by("ТАСС", RAIL_RU)) == 2


def test_a_text_credited_to_another_agency_is_not_its_outlets_own() -> None:
    assert count(by("TASS", RAIL_EN, "Reuters"), by("ТАСС", DRILL_RU)) == 2
