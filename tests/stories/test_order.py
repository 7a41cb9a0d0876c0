"""Stories in the order of printing, and the best article first."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from service.model import Article, Part, Relevance, Story
from service.stories import place as place_of
from service.stories import stories
from service.topic import load
from tests.builders import CUTOFF, GAS_EN, RAIL_EN, TRADE_ZH, article, articles, place

PROFILE = load("china-russia")
RAIL_OTHER = (
    "Freight trains began to cross the Amur by a second bridge on Thursday, when China and Russia "
    "opened the crossing near Heihe. It can carry nine million tonnes of freight a year, and "
    "customs will clear trains around the clock."
)


def of(score: float) -> Relevance:
    return Relevance(score=score, relevant=True, parts=())


def one(text: str, outlet: str, day: int | None = None, *, title_given: bool = True) -> Article:
    published = datetime(2026, 11, day, tzinfo=UTC) if day else None
    return article(text, "en", place(outlet=outlet, published=published, title_given=title_given))


def told(found: list[Article], weights: dict[str, Relevance] | None = None) -> tuple[Story, ...]:
    return stories(found, weights or {}, PROFILE, CUTOFF)


def test_nothing_tells_nothing() -> None:
    assert told([]) == ()


def test_more_origins_come_first() -> None:
    found = [one(GAS_EN, "A"), one(RAIL_EN, "B"), one(RAIL_OTHER, "C")]
    result = told(found, {found[0].id: of(3.0)})
    assert [story.origins for story in result] == [2, 1]
    assert {article.text for article in result[0].articles} == {RAIL_EN, RAIL_OTHER}


def test_of_as_many_origins_the_more_relevant_comes_first() -> None:
    found = [one(GAS_EN, "A"), one(RAIL_EN, "B")]
    for best in (0, 1):
        result = told(found, {found[best].id: of(2.0), found[1 - best].id: of(1.0)})
        assert result[0].articles[0] == found[best]


def test_of_the_equally_relevant_the_later_comes_first_and_the_undated_last() -> None:
    found = [one(GAS_EN, "A"), one(RAIL_EN, "B", 3), one(TRADE_ZH, "C", 9)]
    assert [s.articles[0].outlet for s in told(found)] == ["C", "B", "A"]


def test_a_date_after_the_cut_off_is_not_believed() -> None:
    found = [one(GAS_EN, "A", 29), one(RAIL_EN, "B", 3)]
    assert [s.articles[0].outlet for s in told(found)] == ["B", "A"]


def test_the_best_article_is_first_in_its_story() -> None:
    found = [one(RAIL_EN, "A"), one(RAIL_OTHER, "B")]
    for best in (0, 1):
        (story,) = told(found, {found[best].id: of(2.0)})
        assert story.articles[0] == found[best]


def test_a_given_title_goes_before_one_made_of_the_text() -> None:
    found = [one(RAIL_EN, "A", title_given=False), one(RAIL_OTHER, "B")]
    assert [a.outlet for a in told(found)[0].articles] == ["B", "A"]


def test_copies_count_as_one_origin() -> None:
    (story,) = told([one(RAIL_EN, f"O{i}") for i in range(10)])
    assert story.origins == 1
    assert len(story.outlets) == 10


def test_a_place_is_explained_by_its_parts() -> None:
    found = [one(RAIL_EN, "A", 3), one(RAIL_OTHER, "B", 5)]
    weights = {
        found[0].id: Relevance(
            score=2.0, relevant=True, parts=(Part(name="actors", value=0.05, detail="putin"),)
        )
    }
    (story,) = told(found, weights)
    parts = {part.name: part for part in place_of(story, weights, CUTOFF)}
    assert list(parts) == ["origins", "relevance", "recency", "actors", "languages"]
    assert parts["origins"].value == 2
    assert parts["origins"].detail == "2 outlets"
    assert parts["relevance"].value == 2.0
    assert parts["recency"].detail == "latest 2026-11-05T00:00:00+00:00"
    assert parts["actors"].detail == "putin"
    assert parts["languages"].detail == "en"


def test_the_order_is_that_of_the_parts() -> None:
    found = [one(GAS_EN, "A", 9), one(RAIL_EN, "B", 3), one(RAIL_OTHER, "C"), one(TRADE_ZH, "D")]
    weights = {found[3].id: of(2.5)}
    values = [[p.value for p in place_of(s, weights, CUTOFF)] for s in told(found, weights)]
    assert values == sorted(values, reverse=True)


@settings(max_examples=25, deadline=None)
@given(st.permutations(articles()))
def test_the_order_of_input_does_not_change_the_result(mixed: list[Article]) -> None:
    assert told(mixed) == told(list(articles()))
    assert sorted(a.id for s in told(mixed) for a in s.articles) == sorted(a.id for a in mixed)
