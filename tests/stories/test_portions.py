"""What is kept from one grouping to the next changes no story, only the time."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.model import Article
from service.stories import cluster
from service.stories.cluster import PORTIONS, Portions, forget
from service.stories.linkage import RULE, Rule
from service.topic import load
from tests.builders import DRILL_RU, GAS_EN, RAIL_EN, RAIL_RU, TRADE_ZH, article, place
from tests.stories.test_cluster import GAS_MEETING, RAIL_OTHER, b_cubed, labelled

PROFILE = load("china-russia")
DAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
FEW = Portions(least=4, most=500, step=1.4)


def collected(text: str, minute: int, language: str = "en") -> Article:
    own = place(
        title="", title_given=False, published=DAY, collected=DAY + timedelta(minutes=minute)
    )
    return article(text, language, own)


def mixed() -> list[Article]:
    """Return reports, copies with a line of each paper, three languages, and words at random."""
    draw = random.Random(3)
    texts = [
        *((text, language) for language, text in GAS_MEETING.items()),
        *((text, "en") for text in (RAIL_EN, RAIL_OTHER, GAS_EN)),
        *((f"{RAIL_EN * 2} The local edition {n} has it on page {n}.", "en") for n in range(4)),
        (RAIL_RU, "ru"),
        (DRILL_RU, "ru"),
        (TRADE_ZH, "zh"),
    ]
    for number in range(8):
        own = [f"own{number}x{n}" for n in range(20)]
        for _ in range(3):
            common = [f"usual{n}" for n in draw.sample(range(80), 12)]
            texts.append((" ".join(draw.sample(own, 12) + common), "en"))
    draw.shuffle(texts)
    return [collected(text, n, language) for n, (text, language) in enumerate(texts)]


MIXED = mixed()


def told(found: list[Article]) -> set[frozenset[str]]:
    groups = cluster(found, PROFILE, RULE, FEW)
    assert sorted(i for group in groups for i in group) == list(range(len(found)))
    return {frozenset(found[i].id for i in group) for group in groups}


@settings(max_examples=40, deadline=None)
@given(st.integers(1, len(MIXED)), st.lists(st.integers(1, len(MIXED)), max_size=3))
def test_stories_are_those_of_a_new_process_whatever_was_grouped_before(
    size: int, before: list[int]
) -> None:
    forget()
    alone = told(MIXED[:size])
    forget()
    for earlier in before:
        told(MIXED[:earlier])
    assert told(MIXED[:size]) == alone


@settings(max_examples=30, deadline=None)
@given(st.permutations(MIXED))
def test_the_order_of_the_articles_changes_nothing(order: list[Article]) -> None:
    assert told(order) == told(MIXED)


def test_copies_are_one_story_when_some_of_them_come_later() -> None:
    copies = [collected(f"{RAIL_EN * 2} Page {n} of {n}.", 1000 + n) for n in range(3)]
    found = told([*MIXED, *copies])
    (story,) = [story for story in found if copies[0].id in story]
    assert {one.id for one in copies} <= story
    assert {one.id for one in MIXED if one.text.startswith(RAIL_EN * 2)} <= story


def test_a_later_copy_of_two_texts_that_are_none_of_each_other_makes_one_story() -> None:
    words = [f"a{n}" for n in range(145)]
    first, second = (collected(" ".join(words[at : at + 100]), at) for at in (0, 45))
    others = [collected(" ".join(f"z{k}y{n}" for n in range(60)), 50 + k) for k in range(6)]
    between = collected(" ".join(words[22:122]), 100)
    strict = Rule(threshold=0.99)
    assert len(cluster([first, second, *others], PROFILE, strict, FEW)) == 8
    assert cluster([first, second, *others, between], PROFILE, strict, FEW)[0] == (0, 1, 8)


@pytest.mark.parametrize(
    ("count", "first"), [(0, 0), (999, 999), (1_000, 1_000), (1_049, 1_000), (1_050, 1_050)]
)
def test_a_portion_grows_in_steps(count: int, first: int) -> None:
    assert PORTIONS.first(count) == first


@given(st.integers(1_000, 30_000))
def test_few_articles_come_after_the_first_portion(count: int) -> None:
    first = PORTIONS.first(count)
    assert first <= count <= first * 1.05 + 1


def test_portions_cost_no_quality_on_labelled_stories() -> None:
    found, gold = labelled("stories_ecbplus.jsonl")
    draw = random.Random(5)
    moved = [collected(one.text, draw.randrange(10_000)) for one in found]
    parts = Portions(least=50, most=5_000, step=1.05)
    assert b_cubed(gold, cluster(moved, PROFILE, RULE, parts)) >= 0.92
