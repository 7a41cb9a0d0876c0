"""The language of a text."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.language import language

BENCH = Path(__file__).resolve().parents[2] / "../shared/bench"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The two leaders met in the capital and spoke of trade and of the border.", "en"),
        ("Лидеры двух стран встретились в столице и обсудили торговлю.", "ru"),
        ("两国领导人在首都会晤，讨论了贸易问题。", "zh"),
        ("兩國領導人在首都會晤，討論了貿易問題。", "zh"),
        ("両国の首脳は首都で会談し、貿易について話し合った。", "ja"),
        ("양국 정상은 수도에서 회담을 갖고 무역 문제를 논의했다.", "ko"),
        ("Лідери двох країн зустрілися в столиці й обговорили торгівлю.", "uk"),
        ("Страны договорились о поставках сои. Объем не назван в министерстве.", "ru"),
        ("На съезде говорили о торговле и о подъезде к порту", "ru"),
        ("Лидерите на двете държави се срещнаха и обсъдиха търговията.", "bg"),
        ("Лидери две земље састали су се и разговарали о трговини и њеној будућности.", "sr"),
        ("Лідары дзвюх краін сустрэліся ў сталіцы і абмеркавалі гандаль.", "be"),
        ("Les deux dirigeants se sont rencontrés dans la capitale et ont parlé du commerce.", "fr"),
        ("Die beiden Staatschefs trafen sich in der Hauptstadt und sprachen über Handel.", "de"),
        ("Los dos dirigentes se reunieron en la capital y hablaron del comercio.", "es"),
        ("Οι δύο ηγέτες συναντήθηκαν στην πρωτεύουσα και μίλησαν για το εμπόριο.", "el"),
        ("दोनों नेताओं ने राजधानी में मुलाकात की और व्यापार पर बात की।", "hi"),
        ("ผู้นำทั้งสองพบกันในเมืองหลวงและพูดคุยเรื่องการค้า", "th"),
        ("التقى الزعيمان في العاصمة وتحدثا عن التجارة والحدود بين البلدين.", "ar"),
    ],
)
def test_a_sentence_is_recognised(text: str, code: str) -> None:
    assert language(text) == code


@pytest.mark.parametrize(
    "text", ["", "123 456", "— … —", "OK", "да", "中", "ᚠᛇᚻ᛫ᛒᛦᚦ᛫ᚠᚱᚩᚠᚢᚱ᛫ᚠᛁᚱᚪ᛫ᚷᛖᚻ"]
)
def test_too_little_text_or_an_unknown_script_has_no_language(text: str) -> None:
    assert language(text) == "und"


def test_a_quotation_or_name_in_another_language_changes_nothing() -> None:
    english = "The minister said that the talks were of use to all, and that they would go on. " * 3
    russian = "Министр заявил, что переговоры были полезны и будут продолжены весной. " * 3
    chinese = "外交部发言人表示，会谈富有成果，双方将继续保持沟通与协调。" * 3
    assert language(english + "“Дружба навек”, 中国外交部") == "en"
    assert language(russian + "“Belt and Road”, 一带一路, Зеленський") == "ru"
    assert language(chinese + " TASS, Reuters, “Belt and Road Initiative”, Путин") == "zh"


@settings(deadline=None)  # the model takes half a second to load
@given(st.text())
def test_any_text_has_a_code_of_two_letters_or_none(text: str) -> None:
    code = language(text)
    assert code == "und" or (len(code) == 2 and code.isalpha())


def _pieces(name: str, code: str) -> Iterator[str]:
    with (BENCH / name).open(encoding="utf-8") as rows:
        for row in rows:
            text = json.loads(row)["text"]
            if code == "zh":
                # 50 words of Chinese are about 80 characters.
                yield from (text[at : at + 80] for at in range(0, max(1, len(text) - 79), 80))
            else:
                words = text.split()
                for at in range(0, max(1, len(words) - 49), 50):
                    yield " ".join(words[at : at + 50])


@pytest.mark.skipif(not BENCH.is_dir(), reason="the labelled texts are not beside the checkout")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("single_writers.jsonl", "en"),
        ("relevance.jsonl", "en"),
        ("single_ru_kremlin.jsonl", "ru"),
        ("single_zh_lcsts.jsonl", "zh"),
    ],
)
def test_99_of_100_pieces_of_50_words_are_told_right(name: str, code: str) -> None:
    found = [language(piece) for piece in _pieces(name, code)]
    assert len(found) > 300
    assert found.count(code) >= 0.99 * len(found)
