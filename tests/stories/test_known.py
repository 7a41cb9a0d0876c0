"""Stories that articles are added to: as of all at once, at a part of the cost."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.model import Article
from service.stories import cluster
from service.stories.known import remember
from service.topic import load
from tests.builders import DRILL_RU, GAS_EN, RAIL_EN, RAIL_RU, TRADE_ZH, article, place
from tests.stories.test_cluster import GAS_MEETING, RAIL_OTHER, b_cubed, dated, labelled

PROFILE = load("china-russia")
DAY = datetime(2025, 9, 2, 12, tzinfo=UTC)
SAMPLES = [
    *(dated(text, DAY, language) for language, text in GAS_MEETING.items()),
    *(dated(text, None) for text in (RAIL_EN, RAIL_OTHER, GAS_EN)),
    dated(RAIL_RU, None, "ru"),
    dated(DRILL_RU, DAY, "ru"),
    dated(TRADE_ZH, DAY, "zh"),
]


def at_once(found: Sequence[Article]) -> set[frozenset[str]]:
    return {frozenset(found[i].id for i in group) for group in cluster(found, PROFILE)}


def sets(stories: Sequence[Sequence[str]]) -> set[frozenset[str]]:
    return {frozenset(story) for story in stories}


def invented(stories: int) -> list[Article]:
    """Return three short articles to a story, of words that are half its own."""
    draw = random.Random(7)
    common = [f"usual{n}" for n in range(400)]
    made = []
    for number in range(stories):
        own = [f"own{number}x{n}" for n in range(20)]
        for _ in range(3):
            made.append(dated(" ".join(draw.sample(own, 12) + draw.sample(common, 12)), None))
    return made


INVENTED = invented(60)


def test_nothing_is_known_of_nothing() -> None:
    assert remember((), PROFILE).stories == ()
    assert remember((), PROFILE).extended([SAMPLES[0]]).stories == ((SAMPLES[0].id,),)


def test_what_is_remembered_has_the_stories_of_all_at_once() -> None:
    assert sets(remember(SAMPLES, PROFILE).stories) == at_once(SAMPLES)


def test_no_new_article_changes_nothing() -> None:
    known = remember(SAMPLES, PROFILE)
    assert known.extended(()) is known
    assert known.extended(SAMPLES[:3]) is known


def test_a_copy_of_a_known_text_changes_nothing() -> None:
    known = remember(SAMPLES, PROFILE)
    copy = article(RAIL_EN, "en", place(key="copy", published=DAY))
    assert known.extended([copy]).stories == known.stories


def test_known_stories_stay_as_they_are_when_more_are_added() -> None:
    known = remember(INVENTED[:120], PROFILE)
    before = known.stories
    known.extended(INVENTED[120:130])
    assert known.stories == before


@settings(max_examples=30, deadline=None)
@given(st.permutations(SAMPLES), st.lists(st.integers(0, len(SAMPLES)), max_size=3))
def test_a_few_articles_in_any_portions_are_the_stories_of_all(
    found: list[Article], cuts: list[int]
) -> None:
    """Among few articles every portion is more than a tenth, and all is weighed anew."""
    known = remember((), PROFILE)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(found)], strict=True):
        known = known.extended(found[start:end])
    assert sets(known.stories) == at_once(SAMPLES)


@settings(max_examples=8, deadline=None)
@given(st.data())
def test_a_tenth_in_any_order_and_portions_is_the_stories_of_all(data: st.DataObject) -> None:
    order = data.draw(st.randoms(use_true_random=False))
    mixed = INVENTED[:]
    order.shuffle(mixed)
    base, new = mixed[:165], mixed[165:]
    cut = data.draw(st.integers(0, len(new)))
    whole = remember(base, PROFILE).extended(new)
    parts = remember(base, PROFILE).extended(new[cut:]).extended(new[:cut])
    assert sets(whole.stories) == sets(parts.stories) == at_once(INVENTED)


def test_a_name_that_one_known_article_had_alone_joins_the_second_report_of_it() -> None:
    base = [*INVENTED[:150], dated("Khorgos tunnel usual1 usual2 usual3 lorries stuck", None)]
    new = dated("Khorgos tunnel usual4 usual5 usual6 lorries freed", None)
    known = remember(base, PROFILE).extended([new])
    assert frozenset([base[-1].id, new.id]) in sets(known.stories)


def test_a_report_in_a_language_not_seen_before_joins_its_story() -> None:
    english = dated(GAS_MEETING["en"], DAY)
    russian = dated(GAS_MEETING["ru"], DAY, "ru")
    known = remember([*INVENTED[:150], english], PROFILE)
    assert frozenset([english.id]) in sets(known.stories)
    assert frozenset([english.id, russian.id]) in sets(known.extended([russian]).stories)


def test_more_than_a_tenth_is_weighed_as_all_at_once() -> None:
    known = remember(INVENTED[:90], PROFILE).extended(INVENTED[90:])
    assert sets(known.stories) == at_once(INVENTED)


@pytest.mark.parametrize(
    ("name", "floor"), [("stories_ecbplus.jsonl", 0.92), ("multi_multinews.jsonl", 0.89)]
)
def test_added_articles_cost_no_quality_on_labelled_stories(name: str, floor: float) -> None:
    found, gold = labelled(name)
    story = {one.id: label for one, label in zip(found, gold, strict=True)}
    unique = list({one.id: one for one in found}.values())
    random.Random(1).shuffle(unique)
    cut = len(unique) - len(unique) // 11
    known = remember(unique[:cut], PROFILE).extended(unique[cut:])
    number = {one.id: i for i, one in enumerate(unique)}
    groups = [[number[id_] for id_ in members] for members in known.stories]
    assert b_cubed([story[one.id] for one in unique], groups) >= floor
    whole = {i: str(n) for n, group in enumerate(cluster(unique, PROFILE)) for i in group}
    assert b_cubed([whole[i] for i in range(len(unique))], groups) >= 0.98
