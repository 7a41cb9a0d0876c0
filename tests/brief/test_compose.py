"""An issue as data: what is printed, numbered and cited."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.brief.compose import Plan, compose
from service.brief.condense import OVERLAP, Printed, lead
from service.model import Brief, Method, Period, Place, Story, content_id
from service.topic import load
from tests import builders
from tests.builders import CUTOFF, START

PROFILE = load("china-russia")

LONG = (
    "China and Russia opened a second rail bridge over the Amur river on Thursday morning. "
    "The crossing near the town of Heihe is meant to carry nine million tonnes of freight a year. "
    "Customs officers on both banks will clear goods trains around the clock from December. "
    "Traders in Blagoveshchensk said that queues for lorries had reached four days in October. "
    "A second customs hall for passengers is planned for the summer of next year."
)
OTHER = (
    "Negotiators from Moscow and Beijing ended a third day of talks on gas prices without a deal. "
    "Both delegations agreed to meet again in Harbin before the end of the year. "
    "The pipeline under discussion would supply fifty billion cubic metres a year. "
    "Officials of the two energy companies declined to name a date for the first delivery."
)


def _plan(**fields: object) -> Plan:
    plan = Plan(
        title="Brief",
        marking="OPEN",
        edition="now",
        number=3,
        language="en",
        period=Period(start=START, end=CUTOFF),
        cutoff=CUTOFF,
        timezone="UTC",
        method=Method(version="1", summarizer="lead", topic="china-russia"),
        max_stories=8,
    )
    return replace(plan, **fields)  # type: ignore[arg-type]


def _story(*texts: str, language: str = "en") -> Story:
    found = tuple(builders.article(text, language) for text in texts)
    return Story(articles=found, origins=len(found))


def _compose(*stories: Story, **fields: object) -> Brief:
    return compose(stories, _plan(**fields), builders.brief().coverage, PROFILE, state_media={})


def test_every_line_is_the_cited_span_of_its_article() -> None:
    stories = (_story(LONG), _story(OTHER))
    by_id = {a.id: a for story in stories for a in story.articles}
    brief = _compose(*stories)
    assert len(brief.lines()) >= 6
    for line in brief.lines():
        assert by_id[line.article].text[line.start : line.end] == line.text


def test_sentences_are_numbered_in_the_order_of_printing() -> None:
    brief = _compose(_story(LONG), _story(OTHER))
    printed = [*brief.bottom_line, *(line for item in brief.stories for line in item.lines)]
    assert [line.number for line in printed] == list(range(1, len(printed) + 1))


def test_no_sentence_is_printed_twice() -> None:
    brief = _compose(_story(LONG), _story(OTHER))
    assert brief.bottom_line
    texts = [line.text for line in brief.lines()]
    assert len(set(texts)) == len(texts)


def test_a_copy_of_a_printed_sentence_in_another_story_is_left_out() -> None:
    copied = LONG.split(". ")[1] + ". " + OTHER
    brief = _compose(_story(LONG), _story(copied))
    assert sum("Heihe" in line.text for line in brief.lines()) == 1


def test_a_story_with_two_good_sentences_keeps_them_from_the_bottom_line() -> None:
    brief = _compose(_story(". ".join(LONG.split(". ")[:2]) + "."))
    assert brief.bottom_line == ()
    assert len(brief.stories[0].lines) == 2


def test_the_bottom_line_is_at_most_120_words_from_at_most_five_stories() -> None:
    stories = [_story(LONG.replace("Amur", name).replace("Heihe", name * 2)) for name in "ABCDEFGH"]
    brief = _compose(*stories)
    assert len(brief.bottom_line) <= 5
    assert sum(len(line.text.split()) for line in brief.bottom_line) <= 120


def test_sources_are_numbered_as_a_reader_meets_them_and_know_who_cites_them() -> None:
    brief = _compose(_story(LONG), _story(OTHER))
    assert [source.number for source in brief.sources] == [1, 2]
    assert brief.bottom_line[0].source == 1
    for source in brief.sources:
        citing = tuple(line.number for line in brief.lines() if line.source == source.number)
        assert source.cited_by == citing


def test_an_article_that_no_sentence_cites_is_listed_with_its_story() -> None:
    brief = _compose(_story(LONG, "Bridge"))
    assert len(brief.sources) == 2
    assert brief.sources[1].cited_by == ()
    assert brief.stories[0].sources == (1, 2)


def test_stories_beyond_those_asked_for_stand_by_field_with_one_sentence() -> None:
    brief = _compose(_story(LONG), _story(OTHER), max_stories=1)
    assert len(brief.stories) == 1
    (field,) = brief.tracks
    assert field.id == "energy"
    assert [len(item.lines) for item in field.items] == [1]


def test_no_story_gives_a_valid_empty_brief() -> None:
    brief = _compose()
    assert (brief.bottom_line, brief.stories, brief.sources) == ((), (), ())


def test_a_story_in_several_languages_is_told_in_the_readers_own() -> None:
    mixed = Story(
        articles=(builders.article(builders.RAIL_ZH, "zh"), builders.article(LONG)), origins=2
    )
    item = _compose(mixed).stories[0]
    assert {line.language for line in item.lines} == {"en"}
    assert item.language == "en"
    assert item.languages == ("en", "zh")


def test_a_story_in_another_language_only_is_told_in_that() -> None:
    russian = _story(builders.RAIL_RU, language="ru")
    assert lead(russian, "en").language == "ru"
    assert {line.language for line in _compose(russian).lines()} == {"ru"}


@pytest.mark.parametrize("text", ["Bridge", "No sentence end in all of this text", "§§§"])
def test_a_text_without_a_sentence_that_stands_has_a_headline_only(text: str) -> None:
    item = _compose(_story(text)).stories[0]
    assert item.headline
    assert item.lines == ()


def test_runs_of_blanks_are_printed_as_one() -> None:
    broken = LONG.replace(" over the ", " over \u00a0 the ")
    brief = _compose(_story(broken))
    first = brief.lines()[0]
    assert "bridge over the Amur" in first.text
    assert broken[first.start : first.end] != first.text


def test_the_headline_is_not_repeated_as_a_sentence() -> None:
    text = LONG
    headline = text.split(". ")[0]
    place = Place(source="s", key="k", title=headline, collected=datetime(2026, 1, 1, tzinfo=UTC))
    story = Story(articles=(builders.article(text, "en", place),), origins=1)
    assert headline + "." not in [line.text for line in _compose(story).lines()]


def test_the_same_inputs_give_the_same_brief() -> None:
    stories = (_story(LONG, OTHER), _story(builders.TRADE_ZH, language="zh"))
    assert _compose(*stories) == _compose(*stories)


def test_a_sentence_that_says_mostly_the_same_repeats() -> None:
    printed = Printed()
    printed.add(["a", "b", "c", "d", "e"])
    assert printed.repeats(["a", "b", "c", "d"])
    assert not printed.repeats(["a", "b", "x", "y"])
    assert not printed.repeats([])
    assert 0.5 < OVERLAP < 1


def test_an_equal_sentence_repeats_whatever_its_marks_and_words_are() -> None:
    printed = Printed()
    printed.add([], "It is “over”,  he said.")
    assert printed.repeats([], 'It is "over", he said')
    assert not printed.repeats([], "It is not over, he said.")
    assert not printed.repeats([], "")


def test_an_equal_sentence_of_two_outlets_is_printed_once_in_an_issue() -> None:
    # Of stop words alone: no content words tell that the two are one.
    short = " This is what it is and what it will be for them all and for all of us."
    brief = _compose(_story(LONG + short, OTHER + short), _story(OTHER + short.upper()))
    said = ["".join(filter(str.isalnum, line.text.casefold())) for line in brief.lines()]
    assert len(said) == len(set(said))


def test_builders_give_articles_that_are_what_their_id_says() -> None:
    assert all(a.id == content_id(a.text) for a in builders.articles())


def test_the_bottom_line_is_in_the_readers_language_where_three_stories_are() -> None:
    english = [_story(LONG.replace("Amur", name).replace("Heihe", name * 3)) for name in "ABC"]
    chinese = (
        "中俄两国周四开通了第二座跨黑龙江铁路大桥。新口岸每年可运送九百万吨货物。"
        "首趟列车满载化肥驶往黑龙江省。两岸海关将实行全天候通关。"
    )
    foreign = _story(chinese, language="zh")
    four = _compose(foreign, _story(LONG), _story(OTHER), *english[:1])
    assert {line.language for line in four.bottom_line} == {"en"}
    two = _compose(foreign, _story(OTHER))
    assert {line.language for line in two.bottom_line} == {"en", "zh"}
