"""Why two articles are alike, and how alike groups of them are."""

from datetime import UTC, datetime

import numpy as np
import pytest

from service.model import Article
from service.stories.similarity import Batch, mean_similarity
from service.topic import load
from tests.builders import GAS_EN, RAIL_EN, article, place

PROFILE = load("china-russia")
DAY = datetime(2025, 9, 2, tzinfo=UTC)
OTHER = "A second rail bridge over the Amur near Heihe was opened to freight by China and Russia."
GAS_MEMO = "Gazprom and CNPC signed on 2 September for 50 billion cubic metres and 30 years."
GAS_MEMO_RU = "«Газпром» и CNPC подписали 2 сентября договор на 50 млрд кубометров и 30 лет."


def dated(text: str, day: int | None = None, language: str = "en") -> Article:
    published = DAY.replace(day=day) if day else None
    return article(text, language, place(title="", title_given=False, published=published))


def test_a_link_is_the_product_of_its_parts() -> None:
    found = [dated(RAIL_EN, 2), dated(OTHER, 20), dated(GAS_EN, 2), dated("Nothing else.", 2)]
    batch = Batch(found, PROFILE)
    parts = batch.explain(found[0].id, found[1].id)
    assert [part.name for part in parts] == ["words", "time"]
    assert parts[1].value == pytest.approx(0.5)
    assert parts[1].detail == "18 days apart"
    assert "amur" in parts[0].detail
    i, j, value = batch.edges()
    numbers = {batch.ids.index(found[0].id), batch.ids.index(found[1].id)}
    (at,) = [k for k in range(len(i)) if {int(i[k]), int(j[k])} == numbers]
    assert value[at] == pytest.approx(parts[0].value * parts[1].value)


def test_a_link_across_languages_names_its_marks() -> None:
    found = [dated(GAS_MEMO), dated(GAS_MEMO_RU, language="ru"), dated(RAIL_EN)]
    marks, language = Batch(found, PROFILE).explain(found[0].id, found[1].id)
    assert marks.name == "marks"
    assert "n:5e+10" in marks.detail
    assert language.detail == "two languages"
    none = Batch(found, PROFILE).explain(found[1].id, found[2].id)
    assert none[1].value == 0
    assert "no day or two figures in common" in none[1].detail


def test_an_unknown_article_cannot_be_explained() -> None:
    with pytest.raises(KeyError, match="nobody"):
        Batch([dated(RAIL_EN)], PROFILE).explain("nobody", "nobody")


def test_groups_are_as_alike_as_their_members_on_average() -> None:
    edges = np.array([0, 1]), np.array([2, 2]), np.array([0.8, 0.2])
    assert mean_similarity(edges, [[0, 1], [2], [3]]) == {(0, 1): pytest.approx(0.5)}


def test_a_member_that_two_groups_share_is_alike_to_itself() -> None:
    none = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    assert mean_similarity(none, [[0], [0, 1]]) == {(0, 1): 0.5}
