"""The proof of an issue: everything that it prints, held against what is stored.

Three questions, in this order, and the first difference ends it:

1. Is the stored brief the one that was published? (SHA-256 of its JSON)
2. Is every sentence, headline, quotation, date and count what the cited revisions say? Each
   revision that was weighed is hashed again, so that a changed character is found even where no
   printed sentence holds it, and in an article that was left out: the issue says how many those
   are. What is counted is counted again, from the stored articles.
3. Does each artifact say it? Its bytes are hashed, and every sentence, headline and count is looked
   for in the text that a reader's program would show (`printed`). A file of the desk's own
   templates may leave out what it likes: there the sentences that it has are counted.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from zoneinfo import ZoneInfo

from service import stories
from service.brief.codec import digest, loads
from service.brief.printed import Fact, check_facts, check_sentences
from service.brief.printer import folded
from service.brief.sections import told_of
from service.errors import VerifyError
from service.model import (
    Article,
    Brief,
    Coverage,
    EventItem,
    Line,
    QuoteItem,
    SourceRef,
    StoryItem,
    content_id,
)
from service.topic import Profile

#: Counts of the coverage that only the topic's profile can make again.
BY_PROFILE = frozenset({"actors", "by_country", "state_media", "tracks"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """An artifact as it is stored, and what it shows."""

    format: str
    data: bytes
    sha256: str
    #: The text of each page; a format without pages has one.
    pages: tuple[str, ...]
    #: The issue's data, where the file carries them: a PDF's attachment, or the whole file.
    carried: bytes | None = None
    #: Made by templates of the desk's own.
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the manifest and the earlier issues say, where a manifest holds it."""

    #: Counted again from the stored articles, without what needs the profile.
    coverage: Coverage
    #: The profile that the issue was made with; None where it, or the program, which would read
    #: dates, names and copies by other rules, has been changed since.
    profile: Profile | None
    #: Headlines of the edition's earlier issues, by number and cut-off.
    earlier: Mapping[tuple[int, datetime], frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How much was checked, when nothing differed."""

    sentences: int
    headlines: int
    sources: int
    revisions: int
    artifacts: tuple[str, ...]
    quotes: int = 0
    events: int = 0
    changes: int = 0
    #: Numbers of the issue that were counted again.
    counts: int = 0
    #: By format: sentences and headlines that were found in it, and counts and names beside them.
    printed: dict[str, int] = field(default_factory=dict)
    beside: dict[str, int] = field(default_factory=dict)
    #: What could not be checked, and why.
    unchecked: tuple[str, ...] = ()


def verify(
    brief_json: str,
    sha256: str,
    articles: Mapping[str, Article],
    printed: Sequence[Printed],
    *,
    weighed: Collection[str] = (),
    known: Known | None = None,
    facts: Sequence[Fact] = (),
) -> Report:
    """Check an issue against the store; raise VerifyError at the first difference.

    articles: by id, every revision that the brief names or that was weighed for it, as stored now.
    weighed: ids of all revisions that the issue's counts are of. known: None for an issue whose
    manifest does not say; its counts are not checked. facts: what the files print beside sentences.
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
        _check_story(item, brief, articles, known)
    for quote in brief.quotes:
        _check_quote(quote, articles)
    dated = (*brief.timeline, *brief.watch) if known and known.profile else ()
    for event in dated:
        _check_event(event, brief, articles)
    counts = _check_coverage(brief, known) if known else 0
    if known:
        _check_changes(brief, known)
    shown = {item.format: _check_artifact(item, brief, brief_json, facts) for item in printed}
    return Report(
        sentences=len(brief.lines()),
        headlines=len(brief.told()),
        sources=len(brief.sources),
        revisions=len({source.article for source in brief.sources} | set(weighed)),
        artifacts=tuple(artifact.format for artifact in printed),
        quotes=len(brief.quotes),
        events=len(dated),
        changes=len(brief.changed) if known else 0,
        counts=counts + 4 * len(brief.told()) if known else 0,
        printed={name: sentences for name, (sentences, _) in shown.items()},
        beside={name: number for name, (_, number) in shown.items()},
        unchecked=tuple(_unchecked(known)),
    )


def _unchecked(known: Known | None) -> list[str]:
    if known is None:
        return ["counts: the issue's manifest is of another version and does not say of what"]
    if known.profile is None:
        return [
            "dates, origins, state media, fields and actors: the program or the topic's profile "
            "was changed since"
        ]
    return []


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


def _check_story(
    item: StoryItem, brief: Brief, articles: Mapping[str, Article], known: Known | None
) -> None:
    by_number = {source.number: source for source in brief.sources}
    refs = [by_number[n] for n in (item.source, *item.sources) if n in by_number]
    name = f'story "{item.headline}"'
    if len(refs) != 1 + len(item.sources):
        raise VerifyError(f"{name}: cites a source that is not listed")
    if refs[0].title != item.headline:
        raise VerifyError(
            f'story: printed "{item.headline}", source {item.source} is "{refs[0].title}"'
        )
    told = [articles[ref.article] for ref in refs[1:]]
    named = {place.publisher for article in told for place in article.places}
    missing = sorted(set(item.outlets) - named)
    if missing:
        raise VerifyError(f"{name}: not among its outlets: {_quoted(missing)}")
    if not 1 <= item.origins <= len(item.sources):
        raise VerifyError(f"{name}: {item.origins} origins of {len(item.sources)} articles")
    if known is None:
        return
    dates = sorted(a.published for a in told if a.published is not None)
    stored: list[tuple[str, object, object]] = [
        ("outlets", item.outlets, tuple(sorted(n for n in named if n))),
        ("languages", item.languages, tuple(sorted({a.language for a in told}))),
        ("first date", item.first, dates[0] if dates else None),
        ("last date", item.last, dates[-1] if dates else None),
    ]
    if known.profile is not None:
        stored.append(("origins", item.origins, len(stories.origins(told, known.profile))))
    for what, printed, found in stored:
        if printed != found:
            raise VerifyError(f"{name}: {what}: printed {_said(printed)}, stored {_said(found)}")


def _check_quote(quote: QuoteItem, articles: Mapping[str, Article]) -> None:
    article = articles[quote.line.article]
    for phrase in (quote.speaker, quote.office):
        if phrase is None:
            continue
        stored = folded(article.text[phrase.start : phrase.end])
        if stored != phrase.text:
            raise VerifyError(
                f'sentence {quote.line.number}: speaker printed "{phrase.text}", '
                f'stored is "{stored}"'
            )
    for what, printed, found in (
        ("outlet", quote.outlet, article.outlet),
        ("date", quote.published, article.published),
    ):
        if printed != found:
            raise VerifyError(
                f"sentence {quote.line.number}: the {what} of the words: printed {_said(printed)}, "
                f"stored {_said(found)}"
            )


def _check_event(event: EventItem, brief: Brief, articles: Mapping[str, Article]) -> None:
    line = event.line
    today = brief.cutoff.astimezone(ZoneInfo(brief.timezone)).date()
    dates = {
        (dated.start, dated.end)
        for dated in told_of(articles[line.article], asof=today)
        if (dated.sentence.start, dated.sentence.end) == (line.start, line.end)
    }
    if (event.start, event.end) not in dates:
        read = ", ".join(f"{start} to {end}" for start, end in sorted(dates)) or "none"
        raise VerifyError(
            f"sentence {line.number}: printed under {event.start} to {event.end}; "
            f"the dates that its text gives: {read}"
        )


def _check_coverage(brief: Brief, known: Known) -> int:
    """Return how many numbers were counted again."""
    counted = 0
    for each in fields(Coverage):
        printed, found = getattr(brief.coverage, each.name), getattr(known.coverage, each.name)
        if known.profile is None and each.name in BY_PROFILE:
            continue
        if printed != found:
            first = (
                next(((p, f) for p, f in zip(printed, found, strict=False) if p != f), None)
                if (isinstance(printed, tuple) and isinstance(found, tuple))
                else None
            )
            one, other = first or (printed, found)
            raise VerifyError(
                f"coverage: {each.name.replace('_', ' ')}: printed {_said(one)}, "
                f"counted {_said(other)}"
            )
        counted += len(printed) if isinstance(printed, tuple) else 1
    return counted


def _check_changes(brief: Brief, known: Known) -> None:
    by_number = {source.number: source for source in brief.sources}
    for change in brief.changed:
        if change.source is not None and by_number[change.source].title != change.headline:
            raise VerifyError(
                f'change: printed "{change.headline}", source {change.source} is '
                f'"{by_number[change.source].title}"'
            )
        if change.issue is None or change.told is None:
            continue
        headlines = known.earlier.get((change.issue, change.told))
        if headlines is None:
            raise VerifyError(
                f'change "{change.headline}": no issue {change.issue} of '
                f"{change.told.isoformat()} is stored"
            )
        if change.source is None and change.headline not in headlines:
            raise VerifyError(
                f'change "{change.headline}": issue {change.issue} did not print it; '
                f"it printed: {_quoted(sorted(headlines))}"
            )


def _check_artifact(
    artifact: Printed, brief: Brief, brief_json: str, facts: Sequence[Fact]
) -> tuple[int, int]:
    """Return how many sentences and headlines, and how many counts and names, it prints."""
    found = hashlib.sha256(artifact.data).hexdigest()
    if found != artifact.sha256:
        raise VerifyError(
            f"{artifact.format}: the stored file was changed: "
            f"its hash is {found[:16]}, published was {artifact.sha256[:16]}"
        )
    if artifact.carried is not None and artifact.carried != brief_json.encode("utf-8"):
        raise VerifyError(
            f"{artifact.format}: the data that it carries are not those of the issue: their hash "
            f"is {hashlib.sha256(artifact.carried).hexdigest()[:16]}, "
            f"published was {digest(brief_json)[:16]}"
        )
    wanted = [(f"sentence {line.number}", line.text) for line in brief.lines()]
    wanted += [("headline", item.headline) for item in brief.told()]
    sentences = check_sentences(artifact.format, artifact.pages, wanted, all_=not artifact.own)
    if artifact.own or artifact.format == "json":
        return sentences, 0
    return sentences, check_facts(artifact.format, artifact.pages, facts)


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return _quoted([str(v) for v in value]) if isinstance(value, tuple) else str(value)


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts) or "nothing"
