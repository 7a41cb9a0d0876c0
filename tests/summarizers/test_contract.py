"""What every summarizer must do, whatever its method."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from summarizers import default, get, names, summarize
from summarizers.base import Chooser, Text
from summarizers.select import select
from summarizers.text import length, prepare
from tests.summarizers.texts import CHINESE, ENGLISH, RUSSIAN, article, generated

ROOT = Path(__file__).resolve().parents[2]
SIGHTS = "Emoji come first 😀 here. 🚢🚢 sail by. مرحبا بالعالم. שלום לכולם."

TEXTS: dict[str, Text] = {
    "empty": Text(units=()),
    "one sentence": article("Ministers opened a bridge on Friday."),
    "two sentences": article("Ministers opened a bridge. Trains crossed it."),
    "all equal": article("Ministers opened a bridge on Friday. " * 9),
    "duplicates in two articles": prepare([("", ENGLISH), ("Bridge", ENGLISH)], "en")[0],
    "only stop words": article("It is what it was. They have been there. So are we."),
    "only numbers": article("1 2 3. 4 5 6. 7 8 9."),
    "without a final mark": article("a line\n\nanother line\n\na third"),
    "english": article(ENGLISH, title="Rail bridge opens"),
    "russian": article(RUSSIAN, "ru", "Открыт мост через Амур"),
    "chinese": article(CHINESE, "zh", "铁路大桥开通"),
    "emoji and right-to-left": article(SIGHTS),
    "a language without a stemmer": article("Mae hi'n braf heddiw. Mae'r bont ar agor.", "cy"),
    "three articles": prepare([("", ENGLISH), ("", RUSSIAN), ("", CHINESE)], "en")[0],
    "generated": generated(60, seed=5),
}


@pytest.fixture(params=names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_scores_are_finite_float64_one_for_each_unit_and_the_same_again(name: str) -> None:
    for kind, text in TEXTS.items():
        scores = get(name).scores(text)
        assert scores.shape == (len(text.units),), kind
        assert scores.dtype == np.float64, kind
        assert np.isfinite(scores).all(), kind
        assert np.array_equal(scores, get(name).scores(text)), kind


def test_a_summarizer_knows_its_own_name(name: str) -> None:
    assert get(name).name == name


@pytest.mark.parametrize("sentences", [0, 1, 3, 100])
def test_a_summary_is_in_document_order_and_within_its_sentences(name: str, sentences: int) -> None:
    for kind, text in TEXTS.items():
        chosen = summarize(name, text, sentences=sentences)
        assert len(chosen) <= min(sentences, len(text.units)), kind
        assert list(chosen) == sorted(set(chosen)), kind


@pytest.mark.parametrize("words", [0, 12, 30])
def test_a_summary_is_within_its_words(name: str, words: int) -> None:
    for kind, text in TEXTS.items():
        chosen = summarize(name, text, words=words)
        size = sum(length(text.units[i].text, text.language) for i in chosen)
        assert size <= words, kind


def test_a_unit_that_is_not_allowed_is_never_chosen(name: str) -> None:
    for kind, text in TEXTS.items():
        allowed = [index % 2 == 1 for index in range(len(text.units))]
        chosen = summarize(name, text, sentences=4, allowed=allowed)
        assert all(allowed[index] for index in chosen), kind


def test_an_article_of_distinct_sentences_gives_as_many_as_asked_for(name: str) -> None:
    assert len(summarize(name, TEXTS["english"], sentences=3)) == 3


def test_a_sentence_that_stands_in_two_articles_is_printed_once(name: str) -> None:
    text = TEXTS["duplicates in two articles"]
    chosen = summarize(name, text, sentences=10)
    printed = [text.units[index].text for index in chosen]
    assert len(printed) == len(set(printed))
    assert len(printed) >= 4


def test_an_unknown_name_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"no summarizer is called .best.; there are: .*lexrank"):
        get("best")


def test_a_summary_without_a_budget_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a budget needs"):
        summarize(name, TEXTS["english"])


def test_marks_of_what_is_allowed_must_match_the_units(name: str) -> None:
    with pytest.raises(ValueError, match="allowed: 1 for 5 units"):
        summarize(name, TEXTS["english"], sentences=1, allowed=[True])


def test_choosers_and_scorers_are_told_apart() -> None:
    assert not isinstance(get("lead"), Chooser)
    assert select(get("lead").scores(TEXTS["english"]), TEXTS["english"], sentences=2) == (0, 1)


def test_one_origin_is_summarised_as_news_and_several_by_coverage() -> None:
    assert [default(origins) for origins in (0, 1, 2, 9)] == ["news", "news"] + ["coverage"] * 2


def test_importing_the_package_loads_no_heavy_library() -> None:
    probe = "import summarizers, sys; print(sorted({'numpy', 'scipy', 'sumy'} & set(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert found.stdout.strip() == "[]"


def test_every_method_survives_a_megabyte_in_one_sentence() -> None:
    text = article("word " * 200_000)
    for name in names():
        if not name.startswith("sumy:"):
            assert np.isfinite(get(name).scores(text)).all(), name
