"""The use cases: collect what sources give, publish an issue of it.

Everything here takes what it needs as arguments: the moment, the store, the sources, the profile.
An error of one source is recorded and costs that source only; an error of the store or of the
renderer ends the run, before anything is half written.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from service import stories, topic
from service.brief import codec, counts
from service.brief.compose import Plan, compose
from service.brief.coverage import READ, cover
from service.brief.sections import Past
from service.brief.verify import Printed, Report, verify
from service.collecting import Feed
from service.errors import PageError, StoreError
from service.history import History, recall
from service.model import (
    Article,
    Artifact,
    Brief,
    Method,
    Period,
    Problem,
    Relevance,
    SourceRead,
    Story,
)
from service.order import Order as Order
from service.progress import Progress
from service.render import readback, render, stem
from service.render.sheet import Sheet
from service.store import Store, articles, issues, sources
from service.stories.continuity import continue_from
from service.topic import Profile

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from service.render.worker import Press

log = logging.getLogger(__name__)

#: The edition of issues that are asked for, not scheduled: each stands for itself.
ON_DEMAND = "now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An issue in the store, with its files."""

    id: int
    brief: Brief
    artifacts: tuple[Artifact, ...]
    #: Articles of these sources that were collected before the period began.
    older: int


def publish(
    store: Store,
    feeds: Sequence[Feed],
    reads: Sequence[SourceRead],
    profile: Profile,
    order: Order,
    *,
    progress: Progress,
    press: "Press | None" = None,
    also: "Callable[[Connection, int], None] | None" = None,
) -> Published:
    """Compose, render and store one issue of what `feeds` gave; the store has all of it or none.

    press: the process that sets the pages of the PDF; None: this one. also: writes what must be
    stored with the issue or not at all, in the same transaction (its deliveries, the period that
    it is of); it is given the issue's id.
    """
    names = {feed.source.name for feed in feeds}
    with progress.step("select"), store.read() as db:
        found = _of(articles.collected(db, order.since, order.until), names)
        older = articles.count(db, names, before=order.since) if order.since else 0
        problems = [p for p in sources.problems(db) if p.source in names]
        number = order.number or issues.next_number(db, order.edition)
        history = recall(db, order.edition, order.cutoff) if order.edition != ON_DEMAND else None
    with progress.step("compose"):
        brief = _compose(found, reads, problems, feeds, profile, order, number, history)
    with progress.step("render"):
        brief, artifacts = _rendered(brief, order, press)
        name = stem(brief)
    with progress.step("store"), store.write() as db:
        id_ = issues.add(
            db,
            edition=order.edition,
            number=number,
            period=brief.period,
            cutoff=order.cutoff,
            created=order.cutoff,
            title=order.title,
            brief_json=codec.dumps(brief),
            manifest=_manifest(found, order),
            artifacts=[(f"{name}.{artifact.format}", artifact) for artifact in artifacts],
        )
        if also is not None:
            also(db, id_)
    log.info("issue published id=%d edition=%s number=%d", id_, order.edition, number)
    return Published(id=id_, brief=brief, artifacts=artifacts, older=older)


def _rendered(
    brief: Brief, order: Order, press: "Press | None"
) -> tuple[Brief, tuple[Artifact, ...]]:
    """Return the issue and its files; without the PDF, and saying so, where that cannot be made.

    An issue is never lost for one character that the fonts do not have, or for one page that takes
    too long to set.
    """
    try:
        made = render(brief, order.formats, sender=order.sender, sheet=order.sheet, press=press)
        return brief, made
    except PageError as error:
        log.warning("pdf not made edition=%s number=%d", brief.edition, brief.number)
        problem = Problem(source="PDF", key="", reason=str(error))
        coverage = replace(brief.coverage, problems=(*brief.coverage.problems, problem))
        brief = replace(brief, coverage=coverage)
        others = tuple(name for name in order.formats if name != "pdf") or ("html",)
        return brief, render(brief, others, sender=order.sender)


def _of(found: Sequence[Article], names: set[str]) -> list[Article]:
    """Keep the articles that one of these sources gave, with these sources' places only."""
    kept = []
    for article in found:
        places = tuple(place for place in article.places if place.source in names)
        if places:
            kept.append(replace(article, places=places))
    return kept


def weigh(found: Sequence[Article], profile: Profile) -> dict[str, Relevance]:
    """Return the relevance of each article, by id, of the languages that are read."""
    return {
        article.id: topic.relevance(article.title, article.text, profile)
        for article in found
        if article.language in READ
    }


def _compose(
    found: Sequence[Article],
    reads: Sequence[SourceRead],
    problems: Sequence[Problem],
    feeds: Sequence[Feed],
    profile: Profile,
    order: Order,
    number: int,
    history: History | None,
) -> Brief:
    weights = weigh(found, profile)
    about = [a for a in found if a.id in weights and weights[a.id].relevant]
    told = stories.stories(about, weights, profile, order.cutoff)
    labels = _state_media(about, feeds, profile)
    start = order.since or min((a.collected for a in found), default=order.cutoff)
    plan = Plan(
        title=order.title,
        marking=order.marking,
        edition=order.edition,
        number=number,
        language=order.language,
        period=Period(start=min(start, order.cutoff), end=order.until or order.cutoff),
        cutoff=order.cutoff,
        timezone=order.timezone,
        method=Method(
            version=order.version,
            summarizer=order.summarizer,
            topic=profile.name,
            components=order.components,
        ),
        max_stories=order.max_stories,
    )
    given = Counter(name for a in found for name in {place.source for place in a.places})
    coverage = cover(
        reads=[replace(read, new=given[read.name]) for read in reads],
        problems=problems,
        articles=found,
        relevant={a.id for a in about},
        printed={a.id for story in told[: plan.max_stories] for a in story.articles},
        state_media=labels,
        period=plan.period,
        timezone=order.timezone,
    )
    coverage = replace(
        coverage,
        tracks=counts.tracks(told, profile),
        actors=counts.actors(about, profile, history.actors if history else None),
    )
    past = _past(told, history, profile, order) if history else None
    return compose(told, plan, coverage, profile, state_media=labels, past=past)


def _past(told: Sequence[Story], history: History, profile: Profile, order: Order) -> Past:
    return Past(
        changes=continue_from(told, history.told, profile, order.cutoff),
        tellings=history.tellings,
        said=history.said,
        watch=history.watch,
    )


def _state_media(
    about: Sequence[Article], feeds: Sequence[Feed], profile: Profile
) -> dict[str, str]:
    """Return the country of each article's outlet where it is labelled as state media.

    The operator's own label of a source comes before the profile's list.
    """
    labelled = {feed.source.name: feed.state_media for feed in feeds}
    labels = {}
    for article in about:
        own = labelled.get(article.places[0].source)
        label = own or topic.state_media(article.outlet, article.url, profile)
        if label:
            labels[article.id] = label
    return labels


def _manifest(found: Sequence[Article], order: Order) -> str:
    """Return, as JSON, what a second run needs to know to make the same issue.

    Its revisions are all that were weighed: what is left out is counted in the issue, too.
    """
    manifest = {
        "version": order.version,
        "components": dict(order.components),
        "summarizer": order.summarizer,
        "max_stories": order.max_stories,
        "sheet": asdict(order.sheet or Sheet()),
        "since": order.since.isoformat() if order.since else None,
        "until": order.until.isoformat() if order.until else None,
        "cutoff": order.cutoff.isoformat(),
        "revisions": sorted(article.id for article in found),
    }
    return json.dumps(manifest, indent=2, sort_keys=True)


def prove(store: Store, issue: int) -> Report:
    """Check everything that an issue prints against the store; raise VerifyError if it differs."""
    with store.read() as db:
        stored = issues.get(db, issue)
        rows = issues.artifacts(db, issue)
        if stored.brief is None or stored.sha256 is None:
            raise StoreError(f"issue {issue} failed and printed nothing: {stored.error}")
        cited = {source.article for source in codec.loads(stored.brief).sources}
        weighed = set(json.loads(stored.manifest).get("revisions", ()))
        by_id = articles.get(db, cited | weighed)
    printed = [
        Printed(
            format=row.format,
            data=row.data,
            sha256=row.sha256,
            # A damaged file may not be readable: its hash tells of it first.
            pages=readback.pages(row.format, row.data) if row.intact else (),
        )
        for row in rows
    ]
    return verify(stored.brief, stored.sha256, by_id, printed, weighed=weighed)


def again(
    store: Store, issue: int, formats: Sequence[str], *, sender: str, sheet: Sheet | None = None
) -> dict[str, bytes]:
    """Return an issue's files by name: as stored, and what is not stored made from its data."""
    with store.read() as db:
        stored = issues.get(db, issue)
        kept = {row.format: row for row in issues.artifacts(db, issue)}
    if stored.brief is None:
        raise StoreError(f"issue {issue} failed and printed nothing: {stored.error}")
    brief = codec.loads(stored.brief)
    missing = [name for name in formats if name not in kept]
    new = render(brief, missing, sender=sender, sheet=sheet) if missing else ()
    made = {artifact.format: artifact.data for artifact in new}
    return {
        f"{stem(brief)}.{name}": kept[name].data if name in kept else made[name] for name in formats
    }
