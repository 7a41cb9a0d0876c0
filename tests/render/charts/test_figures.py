"""What the charts show: numbers of the issue, every one of them in the table, and none too few."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from service.model import ActorCount, Brief, Coverage, DayCount, TrackCount
from service.render.charts.figures import LEAST, MOST_ACTORS, MOST_DAYS, Figure, figures
from tests import builders


def with_(**fields: object) -> Brief:
    brief = builders.brief()
    return replace(brief, coverage=replace(brief.coverage, **fields))  # type: ignore[arg-type]


def named(name: str, brief: Brief) -> Figure:
    return next(figure for figure in figures(brief) if figure.name == name)


def days(number: int, country: str = "", step: int = 1) -> Coverage:
    first = date(2026, 1, 1)
    counts = [(first + timedelta(days=n * step), n % 4 + 1) for n in range(number)]
    return replace(
        builders.quiet().coverage,
        per_day=tuple(counts),
        by_country=tuple(DayCount(day=d, country=country, articles=n) for d, n in counts),
    )


def test_an_issue_has_three_figures_in_one_order_with_names_of_their_own() -> None:
    assert [figure.name for figure in figures(builders.brief())] == ["days", "tracks", "actors"]


def test_a_quiet_issue_has_none() -> None:
    assert figures(builders.quiet()) == ()


@pytest.mark.parametrize("field", ["per_day", "tracks", "actors"])
def test_fewer_than_three_points_are_no_chart(field: str) -> None:
    full = getattr(builders.brief().coverage, field)
    names = {"per_day": "days", "tracks": "tracks", "actors": "actors"}
    enough, few = with_(**{field: full[:LEAST]}), with_(**{field: full[: LEAST - 1]})
    assert names[field] in [figure.name for figure in figures(enough)]
    assert names[field] not in [figure.name for figure in figures(few)]


def test_the_articles_of_a_day_are_divided_among_the_countries_of_their_outlets() -> None:
    figure = named("days", builders.brief())
    assert figure.table == (
        ("Date", "State media (China)", "Other outlets"),
        ("2026-11-18", "0", "1"),
        ("2026-11-19", "1", "0"),
        ("2026-11-20", "2", "5"),
    )


def test_every_series_together_is_what_the_days_hold() -> None:
    brief = builders.brief()
    figure = named("days", brief)
    sums = [sum(column) for column in zip(*(s.values for s in figure.series), strict=True)]
    assert sums == [number for _, number in brief.coverage.per_day]


def test_a_day_without_an_article_has_its_place_on_the_line_of_time() -> None:
    figure = named("days", replace(builders.brief(), coverage=days(3, step=2)))
    assert figure.labels == tuple(f"2026-01-0{n}" for n in range(1, 6))
    assert figure.series[0].values == (1, 0, 2, 0, 3)


def test_a_long_period_is_counted_by_month() -> None:
    coverage = days(MOST_DAYS + 30)
    figure = named("days", replace(builders.brief(), coverage=coverage))
    assert figure.labels == ("2026-01", "2026-02", "2026-03")
    assert sum(figure.series[0].values) == sum(number for _, number in coverage.per_day)
    assert "month" in figure.title


def test_an_issue_from_before_countries_were_counted_shows_its_articles_as_one_series() -> None:
    figure = named("days", with_(by_country=()))
    assert [series.name for series in figure.series] == ["Articles"]
    assert figure.series[0].values == (1, 1, 7)


def test_outlets_of_no_known_country_are_filled_alike_whoever_stands_beside_them() -> None:
    one = named("days", builders.brief()).series
    more = with_(
        by_country=(
            *builders.brief().coverage.by_country,
            DayCount(day=date(2026, 11, 20), country="RU", articles=0),
            DayCount(day=date(2026, 11, 20), country="US", articles=0),
        )
    )
    many = named("days", more).series
    assert one[-1].name == many[-1].name == "Other outlets"
    assert one[-1].fill == many[-1].fill
    assert len({series.fill for series in many}) == len(many)


def test_tracks_come_by_their_stories_with_stories_and_articles() -> None:
    figure = named("tracks", builders.brief())
    assert figure.table == (
        ("Track", "Stories", "Articles"),
        ("Trade, finance and sanctions", "3", "7"),
        ("Military", "2", "2"),
        ("Energy", "1", "1"),
    )


def test_actors_stand_against_the_last_issue() -> None:
    figure = named("actors", builders.brief())
    assert figure.table[0] == ("Actor", "This issue", "Last issue")
    assert figure.table[1] == ("Jilin Port Group", "4", "1")
    assert "against the last issue" in figure.title


def test_without_a_last_issue_actors_stand_alone() -> None:
    actors = tuple(replace(a, before=None) for a in builders.brief().coverage.actors)
    figure = named("actors", with_(actors=actors))
    assert figure.table[0] == ("Actor", "Articles")
    assert "last issue" not in figure.title


def test_only_the_most_named_actors_are_shown() -> None:
    actors = tuple(
        ActorCount(id=f"a{n}", name=f"Actor {n}", articles=40 - n) for n in range(MOST_ACTORS + 5)
    )
    assert named("actors", with_(actors=actors)).labels == tuple(
        f"Actor {n}" for n in range(MOST_ACTORS)
    )


def test_the_text_alternative_says_the_most_and_where_the_numbers_are() -> None:
    alts = {figure.name: figure.alt for figure in figures(builders.brief())}
    assert "9 articles from 2026-11-18 to 2026-11-20, most on 2026-11-20, with 7" in alts["days"]
    assert "most stories in Trade, finance and sanctions, with 3" in alts["tracks"]
    assert "most of them Jilin Port Group, with 4" in alts["actors"]
    assert all("table" in alt for alt in alts.values())


def test_a_field_of_the_operator_s_own_keeps_its_name() -> None:
    tracks = tuple(TrackCount(id=n, name=n, stories=1, articles=1) for n in ("x", "рыба", "鱼"))
    assert set(named("tracks", with_(tracks=tracks)).labels) == {"x", "рыба", "鱼"}
