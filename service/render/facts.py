"""What every document prints beside an issue's sentences, whatever the language of its words.

Only what is data: counts, names, dates, numbers of sources. The words around them are those of a
template, which another language or version may change.
"""

from collections.abc import Iterator

from service.brief.printed import Fact
from service.model import Brief
from service.model.article import NOT_NAMED
from service.render import phrases
from service.render.wording import wording

#: Characters between a text and what is said of it; a list of sources may be long.
_NEAR = 700


def facts(brief: Brief) -> tuple[Fact, ...]:
    """Return what the shipped templates print of an issue in every format but JSON."""
    return (*_stories(brief), *_quotes(brief), *_events(brief), *_coverage(brief), *_sources(brief))


def _stories(brief: Brief) -> Iterator[Fact]:
    for number, item in enumerate(brief.told(), 1):
        told = [str(number)]
        if item.outlets:
            told += [str(len(item.outlets)), item.outlets[0]]
        if len(item.outlets) > 1 or item.origins > 1:
            told.append(str(item.origins))
        yield Fact(name=f"story {number}", anchor=item.headline, parts=tuple(told), near=_NEAR)


def _quotes(brief: Brief) -> Iterator[Fact]:
    for quote in brief.quotes:
        said = [quote.speaker.text]
        if quote.office:
            said.append(quote.office.text)
        if quote.outlet and quote.outlet != NOT_NAMED:
            said.append(quote.outlet)
        yield Fact(
            name=f"the speaker of sentence {quote.line.number}",
            anchor=quote.line.text,
            parts=tuple(said),
            near=_NEAR,
        )


def _events(brief: Brief) -> Iterator[Fact]:
    words = wording(brief.language)
    for event in (*brief.timeline, *brief.watch):
        yield Fact(
            name=f"the date of sentence {event.line.number}",
            anchor=event.line.text,
            parts=(words.when(event),),
            near=_NEAR,
        )


def _coverage(brief: Brief) -> Iterator[Fact]:
    coverage = brief.coverage
    yield Fact(
        name="articles collected, about the topic, printed",
        anchor=str(coverage.articles),
        parts=(str(coverage.relevant), str(coverage.printed)),
        near=120,
    )
    if coverage.relevant:
        yield Fact(
            name="state media",
            anchor=str(coverage.relevant),
            parts=(str(coverage.state_media),),
            near=60,
        )
    for source in coverage.sources:
        yield Fact(
            name=f"the source {source.name}",
            anchor=source.name,
            parts=(str(source.items), str(source.new)),
            near=60 + 2 * len(source.error or ""),
            row=True,
        )
    for label, number, _ in phrases.bars(coverage.per_day):
        yield Fact(name=f"articles of {label}", anchor=label, parts=(str(number),), near=60)


def _sources(brief: Brief) -> Iterator[Fact]:
    for source in brief.sources:
        said = [str(source.number)]
        if source.outlet != NOT_NAMED:
            said.append(source.outlet)
        yield Fact(
            name=f"source {source.number}",
            anchor=source.article[:12],
            parts=tuple(said),
            near=_NEAR + len(source.title) + len(source.url or ""),
        )
