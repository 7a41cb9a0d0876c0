"""What an issue rests on, counted: sources, articles, languages, days, and what was left out."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from service.model import Article, Coverage, DayCount, Period, Problem, Skipped, SourceRead

#: The languages that this service splits, stems and prints.
READ = ("en", "zh", "ru")


def cover(
    *,
    reads: Sequence[SourceRead],
    problems: Sequence[Problem],
    articles: Sequence[Article],
    relevant: Collection[str],
    printed: Collection[str],
    state_media: Mapping[str, str],
    period: Period,
    timezone: str,
) -> Coverage:
    """Count what the issue rests on.

    problems: faults, and what was skipped, which is told apart from them. articles: every revision
    collected in the period. relevant, printed: ids among them.
    state_media: id -> ISO 3166 code, for articles of outlets labelled so.
    """
    about = [article for article in articles if article.id in relevant]
    zone = ZoneInfo(timezone)
    inside = [
        (a.published.astimezone(zone).date(), state_media.get(a.id, ""))
        for a in about
        if a.published is not None and a.published in period
    ]
    days: Counter[date] = Counter(day for day, _ in inside)
    undated = sum(a.published is None for a in about)
    return Coverage(
        sources=tuple(sorted(reads, key=lambda read: read.name)),
        articles=len(articles),
        relevant=len(about),
        printed=sum(a.id in printed for a in about),
        languages=_counted(a.language for a in about),
        unread=_counted(a.language for a in articles if a.language not in READ),
        state_media=sum(a.id in state_media for a in about),
        per_day=tuple(sorted(days.items())),
        undated=undated,
        earlier=len(about) - undated - len(inside),
        by_country=tuple(
            DayCount(day=day, country=country, articles=number)
            for (day, country), number in sorted(Counter(inside).items())
        ),
        problems=tuple(
            sorted(
                (problem for problem in problems if problem.kind == "fault"),
                key=lambda p: (p.source, p.key, p.reason),
            )
        ),
        skipped=skipped((*problems, *_foreign(articles))),
    )


def skipped(problems: Iterable[Problem]) -> tuple[Skipped, ...]:
    """Return what was left out on purpose, one row for each source and reason, in that order.

    A podcast between articles gives the same reason a hundred times, and a reader needs it once.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        if problem.kind == "skipped":
            found.setdefault((problem.source, problem.reason), []).append(problem.key)
    return tuple(
        Skipped(
            source=source, key=keys[0] if len(keys) == 1 else "", reason=reason, count=len(keys)
        )
        for (source, reason), keys in sorted(found.items())
    )


def _foreign(articles: Sequence[Article]) -> Iterator[Problem]:
    """Yield each article that is left out for its language."""
    for article in articles:
        if article.language not in READ:
            place, code = article.places[0], article.language
            named = "of unknown language" if code == "und" else f'in the language "{code}"'
            reason = f"is {named}, which is not read"
            yield Problem(source=place.source, key=place.key, reason=reason, kind="skipped")


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0])))
