"""What an issue rests on, counted: sources, articles, languages, days, and what was left out."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from service.model import Article, Coverage, Period, Problem, SourceRead

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

    articles: every revision collected in the period. relevant, printed: ids among them.
    state_media: id -> ISO 3166 code, for articles of outlets labelled so.
    """
    about = [article for article in articles if article.id in relevant]
    inside = [a.published for a in about if a.published is not None and a.published in period]
    days: Counter[date] = Counter(moment.astimezone(ZoneInfo(timezone)).date() for moment in inside)
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
        problems=tuple(
            sorted((*problems, *_foreign(articles)), key=lambda p: (p.source, p.key, p.reason))
        ),
    )


def _foreign(articles: Sequence[Article]) -> Iterator[Problem]:
    """Yield what was left out for its language: one problem for each source and language."""
    found: dict[tuple[str, str], list[str]] = {}
    for article in articles:
        if article.language not in READ:
            place = article.places[0]
            found.setdefault((place.source, article.language), []).append(place.key)
    for (source, language), keys in found.items():
        named = "of unknown language" if language == "und" else f'in the language "{language}"'
        if len(keys) == 1:
            reason = f"left out: {named}, which is not read"
            yield Problem(source=source, key=keys[0], reason=reason)
        else:
            reason = f"{len(keys)} articles left out: {named}, which is not read"
            yield Problem(source=source, key="", reason=reason)


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0])))
