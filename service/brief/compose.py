"""From stories to a brief: what is printed where, numbered, with its source.

Pure: the same stories, period and settings give the same brief. Sentences are numbered in the order
of printing, bottom line first; sources in the order in which a reader meets them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.brief.condense import Condenser, lead
from service.model import (
    Article,
    Brief,
    Coverage,
    Line,
    Method,
    Period,
    Sentence,
    SourceRef,
    Story,
    StoryItem,
)

#: The bottom line holds three to five sentences, in at most so many words.
BOTTOM_LEAST, BOTTOM_SENTENCES = 3, 5
BOTTOM_TOTAL_WORDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an issue is called and covers, before anything is chosen for it."""

    title: str
    marking: str
    edition: str
    number: int
    language: str
    period: Period
    cutoff: datetime
    timezone: str
    method: Method
    max_stories: int


def folded(text: str) -> str:
    """Return a text as it is printed: runs of white space are one blank, nothing else changes."""
    return re.sub(r"\s+", " ", text).strip()


def compose(
    stories: Sequence[Story], plan: Plan, coverage: Coverage, *, state_media: Mapping[str, str]
) -> Brief:
    """Compose an issue of `stories`, given in the order in which they are to be printed.

    coverage: as counted, whatever is printed. state_media: article id -> ISO 3166 code.
    """
    shown = stories[: plan.max_stories]
    printer = _Printer(shown, summarizer=plan.method.summarizer, language=plan.language)
    bottom = printer.bottom_line()
    items = tuple(printer.item(story) for story in shown)
    return Brief(
        title=plan.title,
        marking=plan.marking,
        edition=plan.edition,
        number=plan.number,
        language=plan.language,
        period=plan.period,
        cutoff=plan.cutoff,
        timezone=plan.timezone,
        bottom_line=bottom,
        stories=items,
        coverage=coverage,
        sources=printer.sources(state_media),
        method=plan.method,
    )


class _Printer:
    """Gives numbers to sentences and sources in the order of printing."""

    def __init__(self, stories: Sequence[Story], *, summarizer: str, language: str) -> None:
        self._stories = stories
        self._language = language
        self._condenser = Condenser(summarizer=summarizer, language=language)
        self._articles = {a.id: a for story in stories for a in story.articles}
        self._sources: dict[str, int] = {}
        self._cited: dict[str, list[int]] = {}
        self._lines = 0

    def bottom_line(self) -> tuple[Line, ...]:
        """Return one sentence a story, of stories that are told in the reader's language.

        A reader who has those has the first page; only where they are fewer than three do stories
        in other languages join them.
        """
        own = [s for s in self._stories if lead(s, self._language).language == self._language]
        others = [s for s in self._stories if s not in own]
        room = BOTTOM_TOTAL_WORDS
        lines: list[Line] = []
        for story in own if len(own) >= BOTTOM_LEAST else [*own, *others]:
            if len(lines) == BOTTOM_SENTENCES or room <= 0:
                break
            led = self._condenser.bottom_line(story, words=room)
            if led is not None:
                sentence, words = led
                lines.append(self._line(sentence))
                room -= words
        return tuple(lines)

    def item(self, story: Story) -> StoryItem:
        best = lead(story, self._language)
        headline = self._source(best.id)
        summary = self._condenser.summary(story)
        lines = tuple(self._line(sentence) for sentence in summary.sentences)
        dates = sorted(a.published for a in story.articles if a.published is not None)
        return StoryItem(
            id=story.id,
            headline=folded(best.title),
            language=best.language,
            source=headline,
            lines=lines,
            outlets=story.outlets,
            origins=story.origins,
            languages=tuple(sorted({a.language for a in story.articles})),
            sources=tuple(sorted(self._source(a.id) for a in story.articles)),
            first=dates[0] if dates else None,
            last=dates[-1] if dates else None,
        )

    def sources(self, state_media: Mapping[str, str]) -> tuple[SourceRef, ...]:
        return tuple(
            _reference(self._articles[id_], number, state_media.get(id_), self._cited.get(id_, []))
            for id_, number in self._sources.items()
        )

    def _source(self, article: str) -> int:
        return self._sources.setdefault(article, len(self._sources) + 1)

    def _line(self, sentence: Sentence) -> Line:
        article = self._articles[sentence.article]
        self._lines += 1
        self._cited.setdefault(article.id, []).append(self._lines)
        return Line(
            number=self._lines,
            text=folded(sentence.of(article)),
            language=article.language,
            article=article.id,
            start=sentence.start,
            end=sentence.end,
            source=self._source(article.id),
        )


def _reference(
    article: Article, number: int, state_media: str | None, cited_by: Sequence[int]
) -> SourceRef:
    place = article.places[0]
    return SourceRef(
        number=number,
        article=article.id,
        title=folded(article.title),
        outlet=article.outlet,
        language=article.language,
        source=place.source,
        key=place.key,
        collected=article.collected,
        published=article.published,
        url=article.url,
        origin=article.origin,
        state_media=state_media,
        cited_by=tuple(cited_by),
    )
