"""The sections beside the stories: what changed, the fields, quotations, dates past and to come.

None of them prints a sentence that the issue has printed already, in these or nearly these words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from service import topic
from service.brief.condense import lead
from service.brief.people import fullest
from service.brief.printer import Printer, folded
from service.brief.quotes import quotes
from service.brief.timeline import events
from service.model import (
    Article,
    Change,
    ChangeKind,
    Event,
    EventItem,
    Quote,
    QuoteItem,
    Sentence,
    Story,
    TrackItems,
)
from service.stories.continuity import Changes, Continued
from service.topic import Profile
from summarizers import guards, text

CHANGES = 8
TRACK_ITEMS = 3
QUOTES = 6
TIMELINE = 15
WATCH = 10
#: Words of a quotation: fewer say little, more is a statement and not a quotation.
QUOTE_WORDS = range(6, 61)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How an earlier issue of the edition headed a story."""

    headline: str
    language: str
    issue: int
    cutoff: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What an edition told in its earlier issues."""

    changes: Changes
    #: By the id of a story in its issue.
    tellings: Mapping[str, Telling]
    #: (language, text) of every sentence that was printed.
    said: tuple[tuple[str, str], ...] = ()
    #: What was watched for and has not passed, with the articles that say so.
    watch: tuple[tuple[EventItem, Article], ...] = ()


def changed(past: Past, language: str, printer: Printer) -> tuple[Change, ...]:
    """Return at most eight changes: updates first, then what is new, quiet, or goes on."""
    found = [_change(c, past.tellings, language, printer) for c in past.changes.stories]
    for told in past.changes.quiet:
        telling = past.tellings[told.id]
        found.append(
            Change(
                kind="quiet",
                headline=telling.headline,
                language=telling.language,
                told=telling.cutoff,
                issue=telling.issue,
            )
        )
    order: tuple[ChangeKind, ...] = ("updated", "new", "quiet", "continuing")
    return tuple(sorted(found, key=lambda change: order.index(change.kind))[:CHANGES])


def _change(
    continued: Continued, tellings: Mapping[str, Telling], language: str, printer: Printer
) -> Change:
    best = lead(continued.story, language)
    last = tellings[continued.earlier[0].id] if continued.earlier else None
    return Change(
        kind=continued.badge,
        headline=folded(best.title),
        language=best.language,
        source=printer.source(best.id),
        told=last.cutoff if last else None,
        issue=last.issue if last else None,
    )


def tracks(stories: Sequence[Story], profile: Profile, printer: Printer) -> tuple[TrackItems, ...]:
    """Return stories by field, one sentence each, the fields in the order of the profile.

    A story is in the field that its best article weighs most in; one in none is left out.
    """
    by_track: dict[str, list[Story]] = {}
    for story in stories:
        best = story.articles[0]
        fields = topic.tracks(best.title, best.text, profile)
        if fields:
            by_track.setdefault(fields[0][0], []).append(story)
    return tuple(
        TrackItems(
            id=track.id,
            name=track.title,
            items=tuple(
                printer.item(story, sentences=1) for story in by_track[track.id][:TRACK_ITEMS]
            ),
        )
        for track in profile.tracks
        if track.id in by_track
    )


def in_their_words(
    stories: Sequence[Story], profile: Profile, language: str, printer: Printer
) -> tuple[QuoteItem, ...]:
    """Return at most six quotations, one a story and one a speaker, of different stories."""
    items: list[QuoteItem] = []
    for story in stories:
        own = sorted(story.articles, key=lambda a: a.language != language)
        for article in own:
            item = _quotation(article, profile, printer, [q.speaker.text for q in items])
            if item is not None:
                items.append(item)
                break
        if len(items) == QUOTES:
            break
    return tuple(items)


def _quotation(
    article: Article, profile: Profile, printer: Printer, heard: Sequence[str]
) -> QuoteItem | None:
    for quote in quotes(article, profile):
        speaker = printer.phrase(article.id, fullest(article, quote.speaker, profile))
        words = quote.words.of(article.text)
        # "Xi" and "Xi Jinping" are one speaker.
        if any(speaker.text in name or name in speaker.text for name in heard):
            continue
        if text.length(words, article.language) not in QUOTE_WORDS:
            continue
        if printer.take(_span(quote)):
            return QuoteItem(
                line=printer.line(_span(quote)),
                speaker=speaker,
                office=printer.phrase(article.id, quote.office) if quote.office else None,
                published=article.published,
                outlet=article.outlet,
            )
    return None


def _span(quote: Quote) -> Sentence:
    return Sentence(article=quote.article, start=quote.start, end=quote.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A sentence that may be printed under a date."""

    sentence: Sentence
    start: date
    end: date
    precision: Literal["day", "month"]
    future: bool


def dated(stories: Sequence[Story], *, asof: date, language: str) -> tuple[Dated, ...]:
    """Return the events that sentences which can stand alone tell of, in order of their dates.

    Of a story and a date it is one sentence, in the reader's language where there is one: what two
    outlets say of one day is mostly one thing. What an article announced for a day that has passed
    since is left out: that it was announced does not say that it happened.
    """
    found = [_first(story, asof, language) for story in stories]
    each = (event for of_story in found for event in of_story)
    return tuple(sorted(each, key=lambda d: (d.start, d.end, d.sentence.article)))


def _first(story: Story, asof: date, language: str) -> list[Dated]:
    own_first = sorted(story.articles, key=lambda article: article.language != language)
    found: dict[tuple[date, date], Dated] = {}
    for article in own_first:
        for event in told_of(article, asof=asof):
            found.setdefault((event.start, event.end), event)
    return list(found.values())


def told_of(article: Article, *, asof: date) -> list[Dated]:
    """Return the events of an article that sentences which can stand alone tell of."""
    return [
        Dated(
            sentence=event.sentence,
            start=event.start,
            end=event.end,
            precision=event.precision,
            future=event.future,
        )
        for event in events(article, asof=asof)
        if not event.statement
        and (event.future or not _announced(event, article))
        and guards.fault(event.sentence.of(article), article.language) is None
    ]


def _announced(event: Event, article: Article) -> bool:
    return article.published is not None and event.end > article.published.date()


def timeline(found: Sequence[Dated], printer: Printer) -> tuple[EventItem, ...]:
    """Return the latest fifteen events that are past, in order of date."""
    past = [event for event in found if not event.future]
    # The latest are chosen first: when there are too many, the oldest are left out.
    return _items(_chosen(past[::-1], printer, TIMELINE), printer)


def watch(
    found: Sequence[Dated], kept: Sequence[EventItem], printer: Printer
) -> tuple[EventItem, ...]:
    """Return the next ten events to come, those of earlier issues among them, in order of date.

    kept: what earlier issues watched for and has not passed: printed again, under a new number.
    """
    again = [
        Dated(
            sentence=Sentence(article=i.line.article, start=i.line.start, end=i.line.end),
            start=i.start,
            end=i.end,
            precision=i.precision,
            future=True,
        )
        for i in kept[:WATCH]
    ]
    for event in again:
        printer.take(event.sentence)
    coming = _chosen([e for e in found if e.future], printer, WATCH - len(again))
    return _items([*again, *coming], printer)


def _chosen(found: Sequence[Dated], printer: Printer, most: int) -> list[Dated]:
    chosen: list[Dated] = []
    for event in found:
        if len(chosen) >= most:
            break
        if printer.take(event.sentence):
            chosen.append(event)
    return chosen


def _items(chosen: Sequence[Dated], printer: Printer) -> tuple[EventItem, ...]:
    """Number what is printed, in order of date."""
    return tuple(
        EventItem(
            line=printer.line(event.sentence),
            start=event.start,
            end=event.end,
            precision=event.precision,
        )
        for event in sorted(chosen, key=lambda e: (e.start, e.end, e.sentence.article))
    )
