"""The use cases: collect what sources give, publish an issue of it.

Everything here takes what it needs as arguments: the moment, the store, the sources, the profile.
An error of one source is recorded and costs that source only; an error of the store or of the
renderer ends the run, before anything is half written.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from service import condensing, manifest, stories, topic
from service.brief import codec, counts
from service.brief.compose import Plan, compose
from service.brief.coverage import cover
from service.brief.sections import Past
from service.collecting import Feed
from service.errors import PageError, RenderError, StoreError
from service.history import History, recall
from service.model import (
    Article,
    Artifact,
    Brief,
    Coverage,
    Method,
    Period,
    Problem,
    SourceRead,
    Story,
)
from service.order import Order as Order
from service.progress import Progress
from service.render import custom, machine, render, stem
from service.store import Store, articles, files, issues, notices, sources
from service.stories import Study
from service.stories.continuity import continue_from
from service.topic import Profile

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from service.render.worker import Press

log = logging.getLogger(__name__)

#: The edition of issues that are asked for, not scheduled: each stands for itself.
ON_DEMAND = "now"

#: Formats that fonts or pictures are in.
DRAWN = frozenset({"pdf", "html", "eml"})

#: How often an issue is made before it gives way to others of its edition.
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What an issue is composed from, whether for the first time or again."""

    #: With the places of the sources that are read, and no others.
    found: tuple[Article, ...]
    reads: tuple[SourceRead, ...]
    problems: tuple[Problem, ...]
    #: The operator's own label of a source as state media, by name; each source that is read.
    labels: Mapping[str, str | None]
    number: int
    #: None for an issue on demand.
    history: History | None
    #: What was worked out of some of the articles before, by id.
    studies: Mapping[str, Study] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """An issue with its files."""

    brief: Brief
    artifacts: tuple[Artifact, ...]
    #: What could not be made, and why; the coverage says it, too.
    unmade: tuple[Problem, ...] = ()
    #: Hash of the desk's own templates; None: the shipped ones.
    templates: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An issue in the store, with its files."""

    id: int
    brief: Brief
    artifacts: tuple[Artifact, ...]
    #: Articles of these sources that were collected before the period began.
    older: int


class Withheld(Exception):
    """The issue was composed, and is not wanted; the text says why, in words."""


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
    ready: Callable[[Brief, Sequence[Artifact]], None] | None = None,
    unless: Callable[[Brief], str | None] | None = None,
    keep: bool = True,
) -> Published:
    """Compose, render and store one issue of what `feeds` gave; the store has all of it or none.

    press: the process that sets the pages of the PDF; None: this one. also: writes what must be
    stored with the issue or not at all, in the same transaction (its deliveries, the period that
    it is of); it is given the issue's id. ready: is given the issue and its files before that, for
    what takes time and must not hold up others who write. unless: says why an issue is not wanted,
    or None; where it gives a reason, nothing is rendered or stored, and Withheld is raised. keep:
    False for a trial, of which nothing stays in the store once `also` has been called. Where
    another run takes the number meanwhile, the issue is composed again with the next one;
    StoreError after `_TRIES` of them.
    """
    labels = {feed.source.name: feed.state_media for feed in feeds}
    names = labels.keys()
    for _ in range(_TRIES):
        with progress.step("select"), store.read() as db:
            found = of_sources(articles.collected(db, order.since, order.until), names)
            older = articles.count(db, names, before=order.since) if order.since else 0
            number = order.number or issues.next_number(db, order.edition)
            inputs = Inputs(
                found=found,
                reads=tuple(reads),
                problems=tuple(p for p in sources.problems(db) if p.source in names),
                labels=labels,
                number=number,
                history=remembered(db, order),
                studies=condensing.known(db, found, profile),
            )
        with progress.step("compose"):
            brief, told = composed(inputs, profile, order)
            reason = unless(brief) if unless is not None else None
            if reason is not None:
                raise Withheld(reason)
        with progress.step("render"):
            made = rendered(brief, order, press)
            brief, name = made.brief, stem(made.brief)
            if ready is not None:
                ready(brief, made.artifacts)
        with progress.step("store"):
            laid = files.lay(store, made.artifacts) if keep else files.Laid(place=None)
            with store.write(keep=keep) as db:
                # Its pages bear the number: who came first keeps it, and this one is made again.
                if order.number is None and issues.next_number(db, order.edition) != number:
                    log.info("issue number taken edition=%s number=%d", order.edition, number)
                    continue
                id_ = issues.add(
                    db,
                    edition=order.edition,
                    number=number,
                    period=brief.period,
                    cutoff=order.cutoff,
                    created=order.cutoff,
                    title=order.title,
                    brief_json=codec.dumps(brief),
                    manifest=manifest.dumps(_manifest(inputs, told, made, profile, order)),
                    artifacts=[(f"{name}.{item.format}", item) for item in made.artifacts],
                    place=laid.place,
                )
                if laid.refused is not None:
                    notices.tell(db, "artifacts", laid.refused, now=order.cutoff)
                if also is not None:
                    also(db, id_)
        if keep:
            log.info("issue published id=%d edition=%s number=%d", id_, order.edition, number)
        return Published(id=id_, brief=brief, artifacts=made.artifacts, older=older)
    raise StoreError(
        f'others have published {_TRIES} issues of the edition "{order.edition}" while this one '
        "was made; run it again"
    )


def remembered(
    db: "Connection",
    order: Order,
    *,
    known_before: datetime | None = None,
    issue: int | None = None,
) -> History | None:
    """Return what the order's edition has told; None for an issue on demand.

    known_before, issue: as it was before that moment, when that issue was not yet there.
    """
    if order.edition == ON_DEMAND:
        return None
    return recall(db, order.edition, order.cutoff, until=known_before or order.until, before=issue)


def rendered(brief: Brief, order: Order, press: "Press | None") -> Rendered:
    """Return the issue and its files; without those that cannot be made, and saying so.

    An issue is never lost for one character that the fonts do not have, for one page that takes
    too long to set, or for a template of the desk's own: where nothing else is left, it is a page
    of the shipped templates.
    """
    own, unmade = _own(order)
    formats = order.formats
    while True:
        printed = _saying(brief, unmade)
        try:
            made = render(
                printed,
                formats,
                sender=order.sender,
                sheet=order.sheet,
                press=press,
                own=own,
                mail=order.mail,
            )
        except PageError as error:
            log.warning(
                "format not made format=%s edition=%s number=%d",
                *(error.format, brief.edition, brief.number),
            )
            unmade += (Problem(source=error.format.upper(), key="", reason=str(error)),)
            formats = tuple(name for name in formats if name != error.format)
            if not formats:
                formats, own = ("html",), None
        else:
            digest = own.digest if own else None
            return Rendered(brief=printed, artifacts=made, unmade=unmade, templates=digest)


def _own(order: Order) -> "tuple[custom.Templates | None, tuple[Problem, ...]]":
    """Return the desk's own templates, if any; without them, and saying so, where they are gone."""
    if order.templates is None:
        return None, ()
    try:
        return custom.load(Path(order.templates)), ()
    except RenderError as error:
        log.warning("own templates not read edition=%s", order.edition)
        reason = f"{error}; the shipped templates are used"
        return None, (Problem(source="templates", key="", reason=reason),)


def _saying(brief: Brief, unmade: tuple[Problem, ...]) -> Brief:
    coverage = replace(brief.coverage, problems=(*brief.coverage.problems, *unmade))
    return replace(brief, coverage=coverage) if unmade else brief


def of_sources(found: Iterable[Article], names: Collection[str]) -> tuple[Article, ...]:
    """Keep the articles that one of these sources gave, with these sources' places only."""
    kept = []
    for article in found:
        places = tuple(place for place in article.places if place.source in names)
        if places:
            kept.append(replace(article, places=places))
    return tuple(kept)


def composed(
    inputs: Inputs, profile: Profile, order: Order
) -> tuple[Brief, tuple[tuple[str, ...], ...]]:
    """Return the issue, and the ids of the articles of every story that was found, in order."""
    found, history = inputs.found, inputs.history
    studies = condensing.studied(found, profile, inputs.studies)
    weights = {ident: one.relevance for ident, one in studies.items()}
    about = [a for a in found if a.id in weights and weights[a.id].relevant]
    told = stories.stories(about, weights, profile, order.cutoff, studies)
    labels = state_media(about, inputs.labels, profile)
    start = order.since or min((a.collected for a in found), default=order.cutoff)
    plan = Plan(
        title=order.title,
        marking=order.marking,
        edition=order.edition,
        number=inputs.number,
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
    coverage = counted(
        inputs,
        plan.period,
        order,
        relevant={a.id for a in about},
        printed={a.id for story in told[: plan.max_stories] for a in story.articles},
        labels=labels,
    )
    coverage = replace(
        coverage,
        tracks=counts.tracks(told, profile),
        actors=counts.actors(
            about,
            profile,
            history.actors if history else None,
            names={a.id: studies[a.id].names for a in about},
        ),
    )
    past = _past(told, history, profile, order) if history else None
    brief = compose(told, plan, coverage, profile, state_media=labels, past=past)
    return brief, tuple(tuple(article.id for article in story.articles) for story in told)


def counted(
    inputs: Inputs,
    period: Period,
    order: Order,
    *,
    relevant: Collection[str],
    printed: Collection[str],
    labels: Mapping[str, str],
) -> Coverage:
    """Return what the issue rests on, but for what the stories' fields and names add to it.

    relevant, printed: ids of articles; labels: the country of state media, by id.
    """
    found = inputs.found
    given = Counter(name for a in found for name in {place.source for place in a.places})
    return cover(
        reads=[replace(read, new=given[read.name]) for read in inputs.reads],
        problems=inputs.problems,
        articles=found,
        relevant=relevant,
        printed=printed,
        state_media=labels,
        period=period,
        timezone=order.timezone,
    )


def _past(told: Sequence[Story], history: History, profile: Profile, order: Order) -> Past:
    return Past(
        changes=continue_from(told, history.told, profile, order.cutoff),
        tellings=history.tellings,
        said=history.said,
        watch=history.watch,
    )


def state_media(
    about: Iterable[Article], labelled: Mapping[str, str | None], profile: Profile
) -> dict[str, str]:
    """Return the country of each article's outlet where it is labelled as state media.

    labelled: the operator's own label by source, which comes before the profile's list.
    """
    labels = {}
    for article in about:
        own = labelled.get(article.places[0].source)
        label = own or topic.state_media(article.outlet, article.url, profile)
        if label:
            labels[article.id] = label
    return labels


def _manifest(
    inputs: Inputs,
    told: Sequence[Sequence[str]],
    made: Rendered,
    profile: Profile,
    order: Order,
) -> manifest.Manifest:
    """Return what a second run needs to make the same issue.

    Its revisions are all that were weighed: what is left out is counted in the issue, too.
    """
    revisions = tuple(sorted(article.id for article in inputs.found))
    latest = max((p.collected for a in inputs.found for p in a.places), default=order.cutoff)
    return manifest.Manifest(
        order=replace(order, number=inputs.number),
        revisions=revisions,
        stories=manifest.grouped(told, revisions),
        known_before=order.until or max(latest, order.cutoff) + timedelta(microseconds=1),
        reads=inputs.reads,
        problems=inputs.problems,
        labels=dict(inputs.labels),
        topic=order.topic or profile.name,
        profile=manifest.fingerprint(profile),
        unmade=made.unmade,
        templates=made.templates,
        versions=machine.versions(drawn=any(a.format in DRAWN for a in made.artifacts)),
    )
