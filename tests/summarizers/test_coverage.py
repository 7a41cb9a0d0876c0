"""The exact model of coverage."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from summarizers.base import Budget, Text
from summarizers.concepts import bigrams, concepts
from summarizers.coverage import Coverage, _Problem, greedy, solve
from summarizers.text import length, prepare
from tests.summarizers.texts import ENGLISH

STORY = (
    ("", ENGLISH),
    (
        "",
        "A rail bridge across the Amur was opened by ministers on Friday. "
        "It was raining in the border towns. "
        "Freight from the coal fields will save 700 kilometres, the builders of the bridge say. "
        "A joint office of customs officers is not ready.",
    ),
    (
        "",
        "Traders expect the price of grain to fall. "
        "The rail bridge across the Amur cost less than the contract allowed. "
        "Customs officers will inspect freight on both banks of the river.",
    ),
)


def story() -> Text:
    return prepare(STORY, "en")[0]


def problem(text: Text, budget: Budget) -> _Problem:
    return _Problem(text, budget, (True,) * len(text.units))


@pytest.mark.parametrize("words", [15, 25, 40, 60])
def test_no_set_is_more_than_the_gap_better_than_the_one_chosen(words: int) -> None:
    given = problem(story(), Budget(words=words))
    best = 0.0
    for size in range(1, len(given.rows) + 1):
        for rows in combinations(range(len(given.rows)), size):
            together = {tuple(pair) for pair in given.pairs.tolist()}
            if given.sizes[list(rows)].sum() <= words and not together & set(combinations(rows, 2)):
                best = max(best, given.value(rows))
    assert given.value(solve(given)) >= 0.99 * best - 1e-9


@pytest.mark.parametrize("words", [15, 30, 60, 120])
def test_the_exact_solution_is_never_below_the_greedy_one(words: int) -> None:
    given = problem(story(), Budget(words=words))
    assert given.value(solve(given)) >= given.value(greedy(given)) - 1e-9


def test_the_greedy_solution_stands_in_when_the_solver_gives_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("summarizers.coverage._exact", lambda given: None)
    given = problem(story(), Budget(words=40))
    assert solve(given) == greedy(given)


def test_what_two_articles_say_is_preferred_to_what_one_says() -> None:
    text = story()
    chosen = Coverage().choose(text, Budget(words=30), (True,) * len(text.units))
    printed = " ".join(text.units[i].text for i in chosen)
    assert "bridge across the Amur" in printed
    assert "raining" not in printed


def test_a_bigram_of_two_stop_words_is_no_concept() -> None:
    assert bigrams("It is in the box", "en") == (("the", "box"),)


def test_concepts_are_bigrams_of_two_articles() -> None:
    text = prepare([("", "Grain prices rose. Rain fell."), ("", "Grain prices fell.")], "en")[0]
    found = concepts(text)
    assert found.holds.shape == (3, 1)
    assert found.holds.toarray().ravel().tolist() == [1.0, 0.0, 1.0]


def test_an_early_place_makes_a_concept_worth_more() -> None:
    early = concepts(
        prepare([("", "Grain prices rose. It rained."), ("", "Grain prices fell.")], "en")[0]
    )
    late = concepts(
        prepare([("", "It rained. Grain prices rose."), ("", "Grain prices fell.")], "en")[0]
    )
    assert early.weights[0] > late.weights[0]


def test_a_copy_of_an_article_is_no_second_witness() -> None:
    one = "Ministers opened the bridge. Traders cheered the grain train."
    copied = concepts(prepare([("", one), ("", one), ("", "Traders cheered a ship.")], "en")[0])
    assert copied.weights.max() < 2.5
    assert len(copied.weights) == 1


def test_an_actor_makes_a_concept_worth_more_and_what_is_known_less() -> None:
    text = story()
    plain = concepts(text).weights.sum()
    assert concepts(replace(text, actors=frozenset({"bridg"}))).weights.sum() > plain
    assert concepts(replace(text, known=(STORY[0][1],))).weights.sum() < plain


def test_equal_columns_become_one_group_with_their_sum() -> None:
    found = concepts(story())
    groups, gains = found.grouped()
    assert groups.shape == (found.holds.shape[0], len(gains))
    assert gains.sum() == pytest.approx(found.weights.sum())
    assert len(gains) < len(found.weights)


def test_two_sentences_that_say_the_same_are_never_chosen_together() -> None:
    text = prepare([("", ENGLISH), ("", ENGLISH)], "en")[0]
    chosen = Coverage().choose(text, Budget(words=500), (True,) * len(text.units))
    printed = [text.units[i].text for i in chosen]
    assert len(printed) == len(set(printed)) == 5


def test_a_number_of_sentences_is_a_budget_too() -> None:
    text = story()
    chosen = Coverage().choose(text, Budget(sentences=2), (True,) * len(text.units))
    assert len(chosen) == 2


def test_malformed_sentences_lose_against_well_formed_ones() -> None:
    body = (
        "Who opened the rail bridge across the Amur?\n\n"
        "Ministers opened the rail bridge across the Amur."
    )
    text = prepare([("", body), ("", "The rail bridge across the Amur stands.")], "en")[0]
    chosen = Coverage().choose(text, Budget(sentences=1), (True,) * len(text.units))
    assert not text.units[chosen[0]].text.endswith("?")


def test_the_words_of_a_choice_are_within_the_budget_for_chinese_too() -> None:
    body = "两国部长星期五为铁路大桥揭幕。大桥使煤炭货运里程缩短七百公里。"
    text = prepare([("", body), ("", body[:15] + "商人表示欢迎大桥开通。")], "zh")[0]
    chosen = Coverage().choose(text, Budget(words=20), (True,) * len(text.units))
    assert 0 < sum(length(text.units[i].text, "zh") for i in chosen) <= 20


def test_scores_order_sentences_by_what_they_cover() -> None:
    text = story()
    scores = Coverage().scores(text)
    best = text.units[int(np.argmax(scores))].text
    assert "bridge across the Amur" in best
