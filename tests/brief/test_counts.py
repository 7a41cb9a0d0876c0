"""Fields and actors are counted over all that is about the topic, each article once."""

from dataclasses import replace
from datetime import UTC, date, datetime

from service import topic
from service.brief import counts
from service.brief.coverage import cover
from service.model import ActorCount, Article, DayCount, Period, Story, TrackCount
from tests import builders

PROFILE = topic.load("china-russia")


def article(text: str) -> Article:
    return builders.article(text, "en", builders.place(key=text))


def story(*articles: Article) -> Story:
    return Story(articles=articles, origins=1)


GAS = "Gazprom and CNPC signed a pipeline contract for natural gas deliveries, Gazprom said."
OIL = "Rosneft will ship more crude oil by pipeline to China, Gazprom's rival said."
DRILL = "Chinese and Russian warships held a naval exercise with live fire and destroyers."


def test_an_article_that_repeats_a_name_counts_once() -> None:
    found = {actor.name: actor.articles for actor in counts.actors([article(GAS)], PROFILE)}
    assert found["Gazprom"] == 1


def test_the_sides_themselves_and_what_does_not_act_are_left_out() -> None:
    text = article("China and Russia met in Vladivostok; Xi Jinping and the United States watched.")
    found = {actor.id: actor.name for actor in counts.actors([text], PROFILE)}
    kinds = {e.id: (e.kind, e.sides) for e in PROFILE.entities}
    assert "Xi Jinping" in found.values()
    assert "United States" in found.values()
    assert all(kinds[id_][0] in counts.ACTS for id_ in found)
    assert not [id_ for id_ in found if kinds[id_][0] == "country" and kinds[id_][1]]


def test_without_a_last_issue_nothing_is_said_of_it() -> None:
    assert {actor.before for actor in counts.actors([article(GAS)], PROFILE)} == {None}


def test_actors_are_held_against_the_last_issue_also_those_that_nobody_names_now() -> None:
    first = counts.actors([article(GAS), article(OIL)], PROFILE)
    found = {actor.name: actor for actor in counts.actors([article(OIL)], PROFILE, first)}
    assert (found["Gazprom"].articles, found["Gazprom"].before) == (1, 2)
    assert (found["Rosneft"].articles, found["Rosneft"].before) == (1, 1)
    cnpc = next(a for a in first if "National Petroleum" in a.name)
    gone = found[cnpc.name]
    assert (gone.articles, gone.before) == (0, 1)


def test_an_actor_that_was_in_neither_issue_is_not_counted_on() -> None:
    gone = (ActorCount(id="gazprom", name="Gazprom", articles=0, before=3),)
    assert counts.actors([article(DRILL)], PROFILE, gone) == ()


def test_actors_come_with_the_most_named_first() -> None:
    found = counts.actors([article(GAS), article(OIL)], PROFILE)
    assert found[0].name == "Gazprom"
    assert [a.articles for a in found] == sorted((a.articles for a in found), reverse=True)


def test_a_story_is_in_the_field_of_its_best_article_with_all_its_articles() -> None:
    found = counts.tracks([story(article(GAS), article(OIL)), story(article(DRILL))], PROFILE)
    by_id = {track.id: track for track in found}
    assert by_id["energy"] == TrackCount(
        id="energy", name=by_id["energy"].name, stories=1, articles=2
    )
    assert sum(track.stories for track in found) == 2
    order = [track.id for track in PROFILE.tracks]
    assert [t.id for t in found] == sorted((t.id for t in found), key=order.index)


def test_a_story_in_no_field_is_not_counted() -> None:
    assert counts.tracks([story(article("Quite another matter."))], PROFILE) == ()


def test_articles_of_a_day_are_counted_by_the_country_of_their_outlet() -> None:
    period = Period(start=datetime(2026, 3, 1, tzinfo=UTC), end=datetime(2026, 3, 8, tzinfo=UTC))
    when = datetime(2026, 3, 2, 20, tzinfo=UTC)
    found = [
        builders.article(text, "en", replace(builders.place(key=text), published=when))
        for text in ("a", "b", "c")
    ]
    coverage = cover(
        reads=[],
        problems=[],
        articles=found,
        relevant={a.id for a in found},
        printed=set(),
        state_media={found[0].id: "CN", found[1].id: "CN"},
        period=period,
        timezone="Asia/Shanghai",
    )
    assert coverage.by_country == (
        DayCount(day=date(2026, 3, 3), country="", articles=1),
        DayCount(day=date(2026, 3, 3), country="CN", articles=2),
    )
