"""What the charts of an issue show: titles, numbers and words, from the brief's counts. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from service.model import Brief, Coverage
from service.render.catalogue import catalogue
from service.render.wording import wording

#: Fewer are said in words.
LEAST = 3
#: More days than these are counted by month.
MOST_DAYS = 31
MOST_ACTORS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Numbers of one kind, one for each label of the figure."""

    name: str
    values: tuple[int, ...]
    #: How its bars are filled: 0 dark, 1 orange, 2 pale, from 3 on hatched.
    fill: int


#: Of outlets whose country is not known, wherever others stand beside them.
_OTHERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart as data."""

    name: str
    title: str
    alt: str
    #: The head of the column of labels.
    head: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    #: Bars stand on a line of time, one series on the other; else they lie, side by side.
    stacked: bool = False

    @property
    def table(self) -> tuple[tuple[str, ...], ...]:
        """Heads and rows: every number that the picture shows."""
        heads = (self.head, *(series.name for series in self.series))
        columns = (self.labels, *(map(str, series.values) for series in self.series))
        return (heads, *zip(*columns, strict=True))


def figures(brief: Brief) -> tuple[Figure, ...]:
    """Return the figures that have at least three points, in the order in which they are shown."""
    found = (_days(brief), _tracks(brief), _actors(brief))
    return tuple(figure for figure in found if figure is not None)


def _days(brief: Brief) -> Figure | None:
    """Articles a day by the outlets' country; by month where the period is long."""
    coverage = brief.coverage
    if len(coverage.per_day) < LEAST:
        return None
    say, words = catalogue(brief.language).gettext, wording(brief.language)
    spans = _buckets(coverage)
    countries = sorted({count.country for count in coverage.by_country} - {""})
    series = [
        Series(
            name=say("State media (%(country)s)") % {"country": words.country(country)},
            values=_by(spans, coverage, country),
            fill=number if number < _OTHERS else number + 1,
        )
        for number, country in enumerate(countries)
    ]
    series.append(
        Series(
            name=say("Other outlets") if countries else say("Articles"),
            values=_by(spans, coverage, ""),
            fill=_OTHERS if countries else 0,
        )
    )
    totals = Counter(_bucket(day, spans) for day, number in coverage.per_day for _ in range(number))
    most = max(spans, key=lambda label: (totals[label], label))
    days = len(spans[0]) > 7
    return Figure(
        name="days",
        title=say("Articles about the topic, by day of publication")
        if days
        else say("Articles about the topic, by month of publication"),
        alt=say(
            "Bar chart: %(all)s articles from %(first)s to %(last)s, most on %(most)s, "
            "with %(number)s. The table beside it has every number."
        )
        % {
            "all": totals.total(),
            "first": spans[0],
            "last": spans[-1],
            "most": most,
            "number": totals[most],
        },
        head=say("Date"),
        labels=tuple(spans),
        series=tuple(series),
        stacked=True,
    )


def _buckets(coverage: Coverage) -> list[str]:
    """Return every day from the first to the last, also those without an article; or months."""
    first, last = coverage.per_day[0][0], coverage.per_day[-1][0]
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if len(days) <= MOST_DAYS:
        return [day.isoformat() for day in days]
    return list(dict.fromkeys(f"{day:%Y-%m}" for day in days))


def _bucket(day: date, spans: Sequence[str]) -> str:
    return day.isoformat()[: len(spans[0])]


def _by(spans: Sequence[str], coverage: Coverage, country: str) -> tuple[int, ...]:
    """Count the articles of one country's outlets; what is not known of a day is of no country."""
    counted: Counter[str] = Counter()
    if coverage.by_country:
        for count in coverage.by_country:
            if count.country == country:
                counted[_bucket(count.day, spans)] += count.articles
    else:
        for day, number in coverage.per_day:
            counted[_bucket(day, spans)] += number
    return tuple(counted[label] for label in spans)


def _tracks(brief: Brief) -> Figure | None:
    """Stories and articles by field of the relationship."""
    tracks = sorted(brief.coverage.tracks, key=lambda track: -track.stories)
    if len(tracks) < LEAST:
        return None
    say = catalogue(brief.language).gettext
    first = tracks[0]
    return Figure(
        name="tracks",
        title=say("Stories and articles, by track"),
        alt=say(
            "Bar chart: stories and articles by track, most stories in %(most)s, with %(number)s. "
            "The table beside it has every number."
        )
        % {"most": say(first.name), "number": first.stories},
        head=say("Track"),
        labels=tuple(say(track.name) for track in tracks),
        series=(
            Series(name=say("Stories"), values=tuple(track.stories for track in tracks), fill=0),
            Series(name=say("Articles"), values=tuple(track.articles for track in tracks), fill=2),
        ),
    )


def _actors(brief: Brief) -> Figure | None:
    """Articles that name each of the most named, beside those of the last issue."""
    actors = brief.coverage.actors[:MOST_ACTORS]
    if len(actors) < LEAST:
        return None
    say = catalogue(brief.language).gettext
    held = all(actor.before is not None for actor in actors)
    now = Series(
        name=say("This issue") if held else say("Articles"),
        values=tuple(actor.articles for actor in actors),
        fill=0,
    )
    last = Series(
        name=say("Last issue"), values=tuple(actor.before or 0 for actor in actors), fill=2
    )
    return Figure(
        name="actors",
        title=say("Articles that name an actor, against the last issue")
        if held
        else say("Articles that name an actor"),
        alt=say(
            "Bar chart: articles that name each of %(all)s actors, most of them %(most)s, "
            "with %(number)s. The table beside it has every number."
        )
        % {"all": len(actors), "most": actors[0].name, "number": actors[0].articles},
        head=say("Actor"),
        labels=tuple(actor.name for actor in actors),
        series=(now, last) if held else (now,),
    )
