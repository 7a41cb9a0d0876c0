"""New, updated, continuing, gone quiet: three days of one edition."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.model import Article, Story, content_id
from service.stories import stories
from service.stories.continuity import Changes, Told, continue_from
from service.topic import load
from tests.builders import DRILL_RU, article, place

PROFILE = load("china-russia")
FIRST = datetime(2026, 11, 18, 6, tzinfo=UTC)

MONDAY = (
    "China and Russia opened a second rail bridge over the Amur on Monday. "
    "The crossing near Heihe is meant to carry nine million tonnes of freight a year. "
    "Customs officers on both banks will clear trains around the clock from December."
)
TUESDAY = (
    "The second rail bridge over the Amur, opened by China and Russia on Monday, carried its first "
    "freight. "
    "Customs officers on both banks clear trains around the clock. "
    "A landslide closed the approach road on the Russian bank and left 40 lorries stranded."
)
TUESDAY_RU = (
    "Через Амур открыт второй железнодорожный мост. На российском берегу оползень перекрыл дорогу, "
    "застряли 40 грузовиков."
)
GAS = (
    "Gazprom and the Chinese oil company CNPC ended a third day of talks on gas prices in Harbin. "
    "The pipeline would supply fifty billion cubic metres a year for thirty years."
)


def report(text: str, days: int, language: str = "en", outlet: str = "A") -> Article:
    moment = FIRST + timedelta(days=days)
    return article(
        text, language, place(outlet=outlet, title="", title_given=False, published=moment)
    )


def issue(found: list[Article], earlier: list[Told], days: int) -> tuple[Changes, list[Told]]:
    """Return the changes of an issue, and what it tells."""
    cutoff = FIRST + timedelta(days=days, hours=12)
    made = stories(found, {}, PROFILE, cutoff)
    changes = continue_from(made, earlier, PROFILE, cutoff)
    return changes, [tell(story, cutoff) for story in made]


def tell(story: Story, cutoff: datetime) -> Told:
    return Told(id=story.id, cutoff=cutoff, articles=story.articles)


def badges(changes: Changes) -> dict[str, str]:
    return {c.story.articles[0].text[:20]: c.badge for c in changes.stories}


def words(changes: Changes) -> list[str]:
    texts = {a.id: a for c in changes.stories for a in c.story.articles}
    return [s.of(texts[s.article]) for c in changes.stories for s in c.added]


def test_three_days_are_new_then_updated_then_quiet() -> None:
    first, told = issue([report(MONDAY, 0), report(GAS, 0)], [], 0)
    assert set(badges(first).values()) == {"new"}
    assert first.quiet == ()

    second, told_second = issue([report(TUESDAY, 1)], told, 1)
    assert badges(second) == {TUESDAY[:20]: "updated"}
    assert words(second)[-1].startswith("A landslide closed the approach road")
    assert not any("around the clock" in text for text in words(second))
    assert [q.articles[0].text for q in second.quiet] == [GAS]

    third, _ = issue([], [*told, *told_second], 2)
    assert third.stories == ()
    assert [q.articles[0].text for q in third.quiet] == [TUESDAY]


def test_the_same_articles_again_continue_and_add_nothing() -> None:
    _, told = issue([report(MONDAY, 0)], [], 0)
    again, _ = issue([report(MONDAY, 0)], told, 1)
    assert badges(again) == {MONDAY[:20]: "continuing"}
    assert words(again) == []


def test_a_copy_at_another_outlet_adds_nothing() -> None:
    _, told = issue([report(MONDAY, 0)], [], 0)
    copy = report(MONDAY.replace("Customs officers", "The customs officers"), 1, outlet="B")
    again, _ = issue([copy], told, 1)
    assert badges(again) == {copy.text[:20]: "continuing"}


def test_an_edited_article_is_the_same_story_and_tells_its_new_sentence() -> None:
    original = report(MONDAY, 0)
    _, told = issue([original], [], 0)
    text = MONDAY + " Two inspectors were dismissed for taking bribes."
    edited = replace(original, id=content_id(text), text=text)
    changes, _ = issue([edited], told, 1)
    assert badges(changes) == {MONDAY[:20]: "updated"}
    assert words(changes) == ["Two inspectors were dismissed for taking bribes."]


def test_another_figure_is_news_though_all_other_words_are_known() -> None:
    _, told = issue(
        [report("The toll on the Amur bridge for lorries is 25 roubles now.", 0)], [], 0
    )
    dearer = report("The toll on the Amur bridge for lorries is 75 roubles now.", 1)
    changes, _ = issue([dearer], told, 1)
    assert badges(changes) == {dearer.text[:20]: "updated"}


def test_a_story_in_another_language_adds_only_figures_days_and_names() -> None:
    first = report(MONDAY, 0)
    _, told = issue([first, report(GAS, 0)], [], 0)
    russian = replace(report(TUESDAY_RU, 1, "ru"), root=first.root)
    changes, _ = issue([russian], told, 1)
    assert words(changes) == [
        "На российском берегу оползень перекрыл дорогу, застряли 40 грузовиков."
    ]


def _told_in_three_languages() -> list[Told]:
    """Return two stories of Monday, one told from a report in each language."""
    bridge_ru = "Второй железнодорожный мост через Амур открыли Россия и Китай у города Хэйхэ."
    bridge_zh = "中国和俄罗斯星期一在黑河附近开通跨黑龙江第二座铁路桥。"
    found = (report(MONDAY, 0), report(bridge_ru, 0, "ru", "B"), report(bridge_zh, 0, "zh", "C"))
    cutoff = FIRST + timedelta(hours=12)
    other = Told(id="2", cutoff=cutoff, articles=(report(GAS, 0),))
    return [Told(id="1", cutoff=cutoff, articles=found), other]


def test_a_report_in_one_language_continues_a_story_told_in_three() -> None:
    changes, _ = issue([report(TUESDAY, 1)], _told_in_three_languages(), 1)
    (found,) = changes.stories
    added = [found.story.articles[0].text[s.start : s.end] for s in found.added]
    assert (found.badge, [told.id for told in changes.quiet]) == ("updated", ["2"])
    assert len(added) == 1
    assert added[0].startswith("A landslide closed")


def test_another_event_does_not_continue_a_story_told_in_three_languages() -> None:
    drill = "Warships of China and Russia began a joint drill off Qingdao with live ammunition."
    changes, _ = issue([report(drill, 1)], _told_in_three_languages(), 1)
    assert ([c.badge for c in changes.stories], len(changes.quiet)) == (["new"], 2)


def test_a_story_is_forgotten_after_two_weeks() -> None:
    _, told = issue([report(MONDAY, 0)], [], 0)
    late, _ = issue([report(MONDAY, 0)], told, 15)
    assert badges(late) == {MONDAY[:20]: "new"}
    assert late.quiet == ()


def test_issues_after_the_cut_off_do_not_count() -> None:
    _, told = issue([report(MONDAY, 3)], [], 3)
    changes, _ = issue([report(MONDAY, 3)], told, 1)
    assert badges(changes) == {MONDAY[:20]: "new"}


def test_another_event_is_new() -> None:
    _, told = issue([report(MONDAY, 0)], [], 0)
    changes, _ = issue([report(DRILL_RU, 1, "ru"), report(GAS, 1)], told, 1)
    assert set(badges(changes).values()) == {"new"}
    assert len(changes.quiet) == 1


def test_a_cut_off_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Told(id="a", cutoff=datetime(2026, 1, 1), articles=())  # noqa: DTZ001
