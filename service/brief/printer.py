"""Numbers for sentences and sources, in the order in which a reader meets them."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from service.brief.condense import Condenser, lead
from service.model import (
    Article,
    Badge,
    Line,
    Phrase,
    Sentence,
    SourceRef,
    Span,
    Story,
    StoryItem,
)

#: The bottom line holds three to five sentences, in at most so many words.
BOTTOM_LEAST, BOTTOM_SENTENCES = 3, 5
BOTTOM_TOTAL_WORDS = 120


def folded(text: str) -> str:
    """Return a text as it is printed: runs of white space are one blank, nothing else changes."""
    return re.sub(r"\s+", " ", text).strip()


class Printer:
    """Prints the sentences of one issue; one object an issue."""

    def __init__(self, articles: Iterable[Article], condenser: Condenser, language: str) -> None:
        self._articles = {article.id: article for article in articles}
        self._condenser = condenser
        self._language = language
        self._sources: dict[str, int] = {}
        self._cited: dict[str, list[int]] = {}
        self._lines = 0

    def bottom_line(self, stories: Sequence[Story]) -> tuple[Line, ...]:
        """Return one sentence a story, of stories that are told in the reader's language.

        A reader who has those has the first page; only where they are fewer than three do stories
        in other languages join them.
        """
        own = [s for s in stories if lead(s, self._language).language == self._language]
        others = [s for s in stories if s not in own]
        room = BOTTOM_TOTAL_WORDS
        lines: list[Line] = []
        for story in own if len(own) >= BOTTOM_LEAST else [*own, *others]:
            if len(lines) == BOTTOM_SENTENCES or room <= 0:
                break
            led = self._condenser.bottom_line(story, words=room)
            if led is not None:
                sentence, words = led
                lines.append(self.line(sentence))
                room -= words
        return tuple(lines)

    def item(
        self,
        story: Story,
        *,
        sentences: int,
        badge: Badge | None = None,
        among: Collection[Sentence] | None = None,
    ) -> StoryItem:
        """Return a story with its headline and its sentences, chosen among those given."""
        best = lead(story, self._language)
        headline = self.source(best.id)
        summary = self._condenser.summary(story, sentences=sentences, among=among)
        lines = tuple(self.line(sentence) for sentence in summary.sentences)
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
            sources=tuple(sorted(self.source(a.id) for a in story.articles)),
            first=dates[0] if dates else None,
            last=dates[-1] if dates else None,
            badge=badge,
        )

    def take(self, sentence: Sentence) -> bool:
        """Note a sentence for print, unless it mostly repeats what the issue prints already."""
        article = self._articles[sentence.article]
        return self._condenser.take(sentence.of(article), article.language)

    def line(self, sentence: Sentence) -> Line:
        """Print a span of an article under the next number."""
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
            source=self.source(article.id),
        )

    def phrase(self, article: str, span: Span) -> Phrase:
        """Return a span of an article as it is printed beside a line."""
        words = folded(span.of(self._articles[article].text))
        return Phrase(text=words, start=span.start, end=span.end)

    def source(self, article: str) -> int:
        """Return the number of an article in the list of sources."""
        return self._sources.setdefault(article, len(self._sources) + 1)

    def sources(self, state_media: Mapping[str, str]) -> tuple[SourceRef, ...]:
        """Return the list of sources, when everything else is printed."""
        return tuple(
            _reference(self._articles[id_], number, state_media.get(id_), self._cited.get(id_, []))
            for id_, number in self._sources.items()
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
