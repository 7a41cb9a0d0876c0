"""The model of whole summaries."""

from dataclasses import replace

import pytest

from summarizers import summarize
from summarizers.base import Budget, Text
from summarizers.news import Model, News, pool
from summarizers.text import length
from tests.summarizers.texts import ENGLISH, article, generated

LEANING = (
    "Ministers of both governments opened a rail bridge across the Amur on Friday. "
    "However, they did not say what the rail bridge across the Amur had cost them. "
    "Freight trains of both governments will use the rail bridge from Monday on. "
    "Ministers expect freight across the Amur to double within a year of opening."
)


def everything(text: Text) -> list[bool]:
    return [True] * len(text.units)


def test_a_sentence_that_leans_on_another_is_passed_over() -> None:
    assert summarize("news", article(LEANING), sentences=2) == (0, 2)


def test_a_sentence_far_down_is_not_considered() -> None:
    filler = " ".join(f"Item {n} was read out in the hall by the clerk." for n in range(40))
    text = article(f"{filler} Ministers opened the bridge, the bridge of ministers.")
    assert max(pool(text, Budget(sentences=2), everything(text))) == 7


def test_the_words_of_the_title_make_a_sentence_worth_more() -> None:
    plain = article(ENGLISH)
    titled = replace(plain, titles=(("grain", "price", "trader"),))
    index = 4  # "Traders … the price of grain …"
    assert Model(titled, range(5)).alone()[index] > Model(plain, range(5)).alone()[index]


def test_the_names_of_actors_make_a_sentence_worth_more() -> None:
    plain = article(ENGLISH)
    known = replace(plain, actors=frozenset({"engin"}))
    assert Model(known, range(5)).alone()[2] > Model(plain, range(5)).alone()[2]


def test_the_best_set_beats_every_other_one_of_its_size() -> None:
    text = article(ENGLISH)
    model = Model(text, range(5))
    chosen = News().choose(text, Budget(sentences=2), everything(text))
    assert model.score(chosen) == max(model.score(rows) for rows in model.sets(2))


def test_properties_are_what_their_names_say() -> None:
    text = article(LEANING)
    found = Model(text, range(4)).properties((0, 1))
    assert found[0] == found[1] == 1.0
    assert found[2] == pytest.approx(0.693147, abs=1e-5)
    assert found[3] == pytest.approx(length(LEANING[:156], "en") / 25)
    assert 0 < found[4] <= 1
    assert 0 < found[5] <= 1
    assert found[6:].tolist() == [1.0, 0.0]


def test_many_sentences_are_chosen_without_trying_every_set() -> None:
    text = generated(40, seed=8)
    chosen = News().choose(text, Budget(sentences=9), everything(text))
    model = Model(text, pool(text, Budget(sentences=9), everything(text)))
    assert len(chosen) == 9
    assert model.score(chosen) >= model.score(range(9))


def test_a_word_budget_is_filled_but_not_passed() -> None:
    text = article(ENGLISH)
    chosen = News().choose(text, Budget(words=30), everything(text))
    assert 20 <= sum(length(text.units[i].text, "en") for i in chosen) <= 30
