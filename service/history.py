"""What an edition has told in its last two weeks, read back from its stored issues."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from service.brief import codec
from service.brief.sections import Telling
from service.model import Article, Brief, EventItem
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
    #: What the last issue watched for and has not passed, with the articles that say so.
    watch: tuple[tuple[EventItem, Article], ...] = ()


def recall(db: Connection, edition: str, cutoff: datetime) -> History:
    """Return what the edition's issues of the last 14 days before `cutoff` printed."""
    since = cutoff - timedelta(days=REMEMBERED_DAYS)
    briefs = [
        brief
        for head in issues.listing(db, edition)
        if head.state == "published" and since <= head.cutoff < cutoff
        for brief in _brief(db, head.id)
    ]
    known = articles.get(db, {s.article for brief in briefs for s in brief.sources})
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
        watch=tuple(_watched(briefs[0], known, cutoff)) if briefs else (),
    )


def _brief(db: Connection, issue: int) -> list[Brief]:
    stored = issues.get(db, issue).brief
    return [codec.loads(stored)] if stored is not None else []


def _watched(
    brief: Brief, known: dict[str, Article], cutoff: datetime
) -> list[tuple[EventItem, Article]]:
    today = cutoff.astimezone(ZoneInfo(brief.timezone)).date()
    return [
        (item, known[item.line.article])
        for item in brief.watch
        if item.end >= today and item.line.article in known
    ]
