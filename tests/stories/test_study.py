"""What is known of one article changes no story, wherever it comes from."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.stories import BESIDE, Study, judge, packed, study, unpacked
from service.stories.cluster import Portions, cluster, forget
from service.stories.features import features, read
from service.stories.linkage import RULE
from service.topic import load, mentions, relevance
from tests.builders import DRILL_RU, GAS_EN, RAIL_EN, RAIL_RU, TRADE_ZH, article, articles, place
from tests.stories.test_portions import MIXED

PROFILE = load("china-russia")
ABOUT = [one for one in articles() if relevance(one.title, one.text, PROFILE).relevant]
WHOLE = {one.id: study(one, PROFILE) for one in ABOUT}
#: Of all, also of those that are not about the topic: stories are asked of any articles.
OF_MIXED = {
    one.id: Study(
        relevance=BESIDE.relevance,
        sketch=known.sketch,
        words=known.words,
    )
    for one in MIXED
    for known in (study(one, PROFILE),)
}
FEW = Portions(least=4, most=500, step=1.4)


def texts() -> st.SearchStrategy[str]:
    pieces = (RAIL_EN, RAIL_RU, TRADE_ZH, GAS_EN, DRILL_RU, "\n", " 5.5 млрд ", "on 9 May ", "İ")
    return st.lists(st.one_of(st.sampled_from(pieces), st.text(max_size=40)), max_size=8).map(
        "".join
    )


@given(texts(), st.text(max_size=60), st.booleans(), st.sampled_from(["en", "ru", "zh"]))
@settings(deadline=None)
def test_what_is_kept_of_an_article_is_what_it_was(
    text: str, title: str, given_: bool, language: str
) -> None:
    one = article(text, language, place(title=title, title_given=given_))
    made = study(one, PROFILE)
    again = unpacked(packed(made))
    found = relevance(title, text, PROFILE)
    assert made.relevance.relevant == again.relevance.relevant == found.relevant
    if not found.relevant:
        assert packed(made) is None
        assert again is made is BESIDE
        return
    assert again.relevance == made.relevance == found
    assert again.names == {m.entity for m in mentions(f"{title}\n{text}", PROFILE)}
    assert again.sketch is not None
    assert made.sketch is not None
    assert np.array_equal(again.sketch, made.sketch)
    reading = read(one, PROFILE)
    kept = again.reading()
    assert kept == reading
    # Of features that weigh the same, the first ones count.
    assert kept is not None
    assert list(kept.words) == list(reading.words)
    assert list(kept.marks) == list(reading.marks)


@pytest.mark.parametrize("one", ABOUT, ids=lambda a: a.language)
def test_features_of_a_reading_are_those_of_the_text(one: object) -> None:
    assert isinstance(one, type(ABOUT[0]))
    mine, words = features(one, PROFILE, WHOLE[one.id].reading())
    other, others = features(one, PROFILE)
    assert mine == other
    assert list(mine.marks.items()) == list(other.marks.items())
    assert list(words.items()) == list(others.items())


@settings(max_examples=40, deadline=None)
@given(st.integers(1, len(MIXED)), st.sets(st.sampled_from(sorted(OF_MIXED))), st.booleans())
def test_stories_are_the_same_with_what_is_known_of_any_of_the_articles(
    size: int, known: set[str], portions: bool
) -> None:
    few = FEW if portions else Portions()
    forget()
    alone = cluster(MIXED[:size], PROFILE, RULE, few)
    forget()
    some = {ident: OF_MIXED[ident] for ident in known}
    assert cluster(MIXED[:size], PROFILE, RULE, few, some) == alone


def test_a_study_that_is_not_whole_is_not_kept() -> None:
    with pytest.raises(ValueError, match="not whole"):
        packed(judge(ABOUT[0], PROFILE))


def test_what_was_damaged_is_no_study_and_no_reading() -> None:
    data = packed(WHOLE[ABOUT[0].id])
    assert data is not None
    head = int.from_bytes(data[:4], "little")
    draw = random.Random(1)
    for _ in range(60):
        at = draw.randrange(4, len(data))
        broken = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        if at < 4 + head:
            with pytest.raises(ValueError, match=r".+"):
                unpacked(broken)
        else:
            assert unpacked(broken).reading() is None
    for short in (b"", b"\0", data[:3], data[: 4 + head // 2]):
        with pytest.raises(ValueError, match=r".+"):
            unpacked(short)
    assert unpacked(data[: 4 + head]).reading() is None
