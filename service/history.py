"""What an edition has told in its last two weeks, read back from its stored issues."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from service.brief import codec
from service.brief.sections import Telling, told_of
from service.model import ActorCount, Article, Brief, EventItem
from service.store import articles, issues
from service.stories.continuity import REMEMBERED_DAYS, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The earlier tellings of an edition."""

    told: tuple[Told, ...] = ()
    #: By story id; of the latest issue that told it.
    tellings: dict[str, Telling]
    #: (language, text) of every printed sentence.
    said: tuple[tuple[str, str], ...] = ()
    #: What the last issue watched for, or told of as to come, and has not passed, with the articles
    #: that say so, in order of date.
    watch: tuple[tuple[EventItem, Article], ...] = ()
    #: How many articles of the last issue named each actor; None where none was counted.
    actors: tuple[ActorCount, ...] | None = None


def recall(
    db: Connection,
    edition: str,
    cutoff: datetime,
    *,
    until: datetime | None = None,
    before: int | None = None,
) -> History:
    """Return what the edition's issues of the last 14 days before `cutoff` printed.

    The watch list is that of its last issue, however old: a monthly edition has one, too.
    until: places of articles that were found from then on do not count. before: nor do issues
    that were stored from this one on.
    """
    since = cutoff - timedelta(days=REMEMBERED_DAYS)
    heads = [
        head
        for head in issues.listing(db, edition)
        if head.state == "published"
        and head.cutoff < cutoff
        and (before is None or head.id < before)
    ]
    last = [brief for head in heads[:1] for brief in _brief(db, head.id)]
    recent = [brief for head in heads[1:] if head.cutoff >= since for brief in _brief(db, head.id)]
    briefs = [brief for brief in (*last, *recent) if brief.cutoff >= since]
    known = articles.get(
        db, {s.article for brief in (*last, *recent) for s in brief.sources}, until=until
    )
    tellings: dict[str, Telling] = {}
    told: list[Told] = []
    for brief in briefs:
        for item in brief.told():
            telling = Telling(
                headline=item.headline,
                language=item.language,
                issue=brief.number,
                cutoff=brief.cutoff,
            )
            tellings.setdefault(item.id, telling)
            by_number = {source.number: source.article for source in brief.sources}
            found = tuple(known[by_number[n]] for n in item.sources if by_number[n] in known)
            if found:
                told.append(Told(id=item.id, cutoff=brief.cutoff, articles=found))
    return History(
        told=tuple(told),
        tellings=tellings,
        said=tuple((line.language, line.text) for brief in briefs for line in brief.lines()),
        watch=tuple(_watched(last[0], known, cutoff)) if last else (),
        actors=(last[0].coverage.actors or None) if last else None,
    )


def _brief(db: Connection, issue: int) -> list[Brief]:
    stored = issues.get(db, issue).brief
    return [codec.loads(stored)] if stored is not None else []


def _watched(
    brief: Brief, known: dict[str, Article], cutoff: datetime
) -> list[tuple[EventItem, Article]]:
    """Return what a brief announced for days that have not passed.

    No sentence is printed twice in an issue, so what a story says of a day to come is not on the
    watch list beside it. From the next issue on, it is.
    """
    today = cutoff.astimezone(ZoneInfo(brief.timezone)).date()
    found = [item for item in (*brief.watch, *_told(brief, known, today)) if item.end >= today]
    return [
        (item, known[item.line.article])
        for item in sorted(found, key=lambda i: (i.start, i.end, i.line.number))
        if item.line.article in known
    ]


def _told(brief: Brief, known: dict[str, Article], today: date) -> Iterator[EventItem]:
    """Yield the sentences of a brief's stories that tell of a day to come, each once."""
    lines = {
        (line.article, line.start, line.end): line
        for line in (*brief.bottom_line, *(line for item in brief.told() for line in item.lines))
    }
    for id_ in sorted({article for article, _, _ in lines} & known.keys()):
        for event in told_of(known[id_], asof=today):
            place = event.sentence
            line = lines.pop((id_, place.start, place.end), None) if event.future else None
            if line is not None:
                yield EventItem(
                    line=line, start=event.start, end=event.end, precision=event.precision
                )
