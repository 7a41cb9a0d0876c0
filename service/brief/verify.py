"""The proof of an issue: everything that it prints, held against what is stored.

Three questions, in this order, and the first difference ends it:

1. Is the stored brief the one that was published? (SHA-256 of its JSON)
2. Is every sentence, headline and count what the cited revisions say? Each revision that was
   weighed is hashed again, so that a changed character is found even where no printed sentence
   holds it, and in an article that was left out: the issue says how many those are.
3. Does each artifact say it? Its bytes are hashed, and every sentence and headline is looked for in
   the text that a reader's program would show. White space and hyphens are left out of that
   comparison, since a line break may add either; nothing else is.
"""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.brief.codec import digest, loads
from service.brief.printer import folded
from service.errors import VerifyError
from service.model import Article, Brief, Line, QuoteItem, SourceRef, StoryItem, content_id

#: Characters, blanks apart, that running headers and footers and footnotes may hold on a page.
RUNNING = 400

_BLANK = re.compile(r"[\s\u00ad\u2010\u2011-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """An artifact as it is stored, and the text of its pages."""

    format: str
    data: bytes
    sha256: str
    #: One text a page; a format without pages has one.
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How much was checked, when nothing differed."""

    sentences: int
    headlines: int
    sources: int
    revisions: int
    artifacts: tuple[str, ...]


def verify(
    brief_json: str,
    sha256: str,
    articles: Mapping[str, Article],
    printed: Sequence[Printed],
    *,
    weighed: Collection[str] = (),
) -> Report:
    """Check an issue against the store; raise VerifyError at the first difference.

    articles: by id, every revision that the brief names or that was weighed for it, as stored now.
    weighed: ids of all revisions that the issue's counts are of.
    """
    found = digest(brief_json)
    if found != sha256:
        raise VerifyError(
            f"the stored brief was changed: its hash is {found[:16]}, published was {sha256[:16]}"
        )
    brief = loads(brief_json)
    for source in brief.sources:
        _check_source(source, articles)
    for ident in sorted(weighed):
        _check_weighed(ident, articles)
    for line in brief.lines():
        _check_line(line, brief, articles)
    for item in brief.told():
        _check_story(item, brief, articles)
    for quote in brief.quotes:
        _check_speaker(quote, articles)
    for artifact in printed:
        _check_artifact(artifact, brief)
    return Report(
        sentences=len(brief.lines()),
        headlines=len(brief.told()),
        sources=len(brief.sources),
        revisions=len({source.article for source in brief.sources}),
        artifacts=tuple(artifact.format for artifact in printed),
    )


def _check_source(source: SourceRef, articles: Mapping[str, Article]) -> None:
    article = articles.get(source.article)
    if article is None:
        raise VerifyError(
            f"source {source.number}: revision {source.article[:16]} is not in the store"
        )
    found = content_id(article.text)
    if found != source.article:
        raise VerifyError(
            f"source {source.number}: the stored text was changed: "
            f"its hash is {found[:16]}, cited was {source.article[:16]}"
        )
    places = {(p.source, p.key, folded(p.title), p.url, p.published) for p in article.places}
    shown = (source.source, source.key, source.title, source.url, source.published)
    if shown not in places:
        raise VerifyError(
            f'source {source.number}: "{source.title}" of {source.source} is not stored so; '
            f"stored: {_quoted(sorted(folded(p.title) for p in article.places))}"
        )


def _check_weighed(ident: str, articles: Mapping[str, Article]) -> None:
    article = articles.get(ident)
    if article is None:
        raise VerifyError(f"revision {ident[:16]}, which the issue counts, is not in the store")
    found = content_id(article.text)
    if found != ident:
        raise VerifyError(
            f'"{article.title}", which the issue counts: the stored text was changed: '
            f"its hash is {found[:16]}, counted was {ident[:16]}"
        )


def _check_line(line: Line, brief: Brief, articles: Mapping[str, Article]) -> None:
    article = articles.get(line.article)
    if article is None:
        raise VerifyError(f"sentence {line.number}: revision {line.article[:16]} is not stored")
    stored = folded(article.text[line.start : line.end])
    if stored != line.text:
        raise VerifyError(
            f'sentence {line.number}: printed "{line.text}", stored is "{stored}" '
            f"at {line.start}-{line.end} of {line.article[:16]}"
        )
    cited = [s for s in brief.sources if s.number == line.source]
    if len(cited) != 1 or cited[0].article != line.article:
        raise VerifyError(f"sentence {line.number}: source {line.source} is another article")
    if line.number not in cited[0].cited_by:
        raise VerifyError(f"sentence {line.number}: source {line.source} does not list it")


def _check_story(item: StoryItem, brief: Brief, articles: Mapping[str, Article]) -> None:
    by_number = {source.number: source for source in brief.sources}
    refs = [by_number[n] for n in (item.source, *item.sources) if n in by_number]
    if len(refs) != 1 + len(item.sources):
        raise VerifyError(f'story "{item.headline}": cites a source that is not listed')
    if refs[0].title != item.headline:
        raise VerifyError(
            f'story: printed "{item.headline}", source {item.source} is "{refs[0].title}"'
        )
    places = [p for ref in refs[1:] for p in articles[ref.article].places]
    missing = sorted(set(item.outlets) - {place.publisher for place in places})
    if missing:
        raise VerifyError(f'story "{item.headline}": not among its outlets: {_quoted(missing)}')
    if not 1 <= item.origins <= len(item.sources):
        raise VerifyError(
            f'story "{item.headline}": {item.origins} origins of {len(item.sources)} articles'
        )


def _check_speaker(quote: QuoteItem, articles: Mapping[str, Article]) -> None:
    text = articles[quote.line.article].text
    for phrase in (quote.speaker, quote.office):
        if phrase is None:
            continue
        stored = folded(text[phrase.start : phrase.end])
        if stored != phrase.text:
            raise VerifyError(
                f'sentence {quote.line.number}: speaker printed "{phrase.text}", '
                f'stored is "{stored}"'
            )


def _check_artifact(artifact: Printed, brief: Brief) -> None:
    found = hashlib.sha256(artifact.data).hexdigest()
    if found != artifact.sha256:
        raise VerifyError(
            f"{artifact.format}: the stored file was changed: "
            f"its hash is {found[:16]}, published was {artifact.sha256[:16]}"
        )
    pages = [_squeezed(page) for page in artifact.pages]
    whole = "".join(pages)
    wanted = [(f"sentence {line.number}", line.text) for line in brief.lines()]
    wanted += [("headline", item.headline) for item in brief.told()]
    for name, text in wanted:
        squeezed = _squeezed(text)
        if squeezed not in whole and not _across_pages(squeezed, pages):
            raise VerifyError(f'{artifact.format}: {name} is not printed: "{text}"')


def _across_pages(text: str, pages: Sequence[str]) -> bool:
    """Whether a text ends one page and goes on at the head of the next.

    Only running lines may stand between the two parts, so at most `RUNNING` characters.
    """
    for first, second in pairwise(pages):
        tail, head = first[-RUNNING - len(text) :], second[: RUNNING + len(text)]
        if any(text[:cut] in tail and text[cut:] in head for cut in range(1, len(text))):
            return True
    return False


def _squeezed(text: str) -> str:
    return _BLANK.sub("", text)


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)
