"""What can be asked of an issue once it is stored: is it true, can it be made again, in what form.

Problem: a reader who doubts a line, and an operator who changes a machine, both need an answer that
does not rest on trust. Choice: `prove` counts and compares without composing anything, so that a
fault of the composer cannot hide itself; `rebuild` composes and renders with the code that
published, from what the manifest names, and compares bytes. What differs then is told together with
every version that is not what it was. Rejected: proving by rebuilding alone (after the next upgrade
every old issue would be unproven).
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING

from service import manifest
from service.brief import codec, counts
from service.brief.verify import Known, Printed, Report, verify
from service.errors import SettingsError, StoreError, UnreachableError
from service.manifest import Manifest
from service.model import Article, Brief, Coverage, Story
from service.pipeline import (
    DRAWN,
    Inputs,
    composed,
    counted,
    of_sources,
    remembered,
    rendered,
    state_media,
)
from service.render import machine, readback, render, stem
from service.render.facts import facts
from service.render.sheet import Sheet
from service.store import Store, articles, files, issues
from service.store.issues import StoredArtifact, StoredIssue
from service.topic import Profile

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from service.render.custom import Templates
    from service.render.worker import Press

log = logging.getLogger(__name__)

#: Gives a profile by the name or path that the settings had for it.
Profiles = Callable[[str], Profile]

#: Characters of a text that a message quotes.
_QUOTED = 120


def prove(store: Store, issue: int, profiles: Profiles) -> Report:
    """Check everything that an issue prints against the store; raise VerifyError if it differs."""
    with store.read() as db:
        stored, filed = issues.get(db, issue), issues.artifacts(db, issue)
        brief = printed_brief(stored)
        kept = _manifest(stored)
        inputs = _inputs(db, kept, stored) if kept else None
        cited = {source.article for source in brief.sources}
        by_id = articles.get(db, cited, until=kept.known_before if kept else None)
        earlier = _earlier(db, brief, issue)
    rows = files.fetched(store, filed)
    if inputs:
        by_id |= {article.id: article for article in inputs.found}
    assert stored.brief is not None
    assert stored.sha256 is not None
    known = None
    if kept and inputs and set(kept.revisions) <= by_id.keys():
        profile = _profile(kept, profiles)
        coverage = _counted(brief, inputs, kept, profile)
        known = Known(coverage=coverage, profile=profile, earlier=earlier)
    return verify(
        stored.brief,
        stored.sha256,
        by_id,
        [_printed(row, own=bool(kept and kept.templates)) for row in rows],
        weighed=kept.revisions if kept else (),
        known=known,
        facts=facts(brief),
    )


def printed_brief(stored: StoredIssue) -> Brief:
    """Return what an issue printed, as data; raise StoreError for one that failed."""
    if stored.brief is None or stored.sha256 is None:
        raise StoreError(f"issue {stored.id} failed and printed nothing: {stored.error}")
    return codec.loads(stored.brief)


def _manifest(stored: StoredIssue) -> Manifest | None:
    try:
        return manifest.loads(stored.manifest, issue=stored.id)
    except StoreError:
        # Of another version: what needs it is said to be unchecked.
        return None


def _inputs(db: "Connection", kept: Manifest, stored: StoredIssue) -> Inputs:
    """Return what the issue was composed from, as it was known then; what is gone is left out."""
    found = articles.get(db, kept.revisions, until=kept.known_before)
    in_order = sorted(found.values(), key=lambda article: (article.collected, article.id))
    history = remembered(db, kept.order, known_before=kept.known_before, issue=stored.id)
    return Inputs(
        found=of_sources(in_order, kept.labels.keys()),
        reads=kept.reads,
        problems=kept.problems,
        labels=kept.labels,
        number=stored.number,
        history=history,
    )


def _profile(kept: Manifest, profiles: Profiles) -> Profile | None:
    """Return the profile that the issue was made with; None where it or the program changed."""
    if kept.versions.get("program") != machine.versions(drawn=False)["program"]:
        return None
    try:
        profile = profiles(kept.topic)
    except SettingsError:
        return None
    return profile if manifest.fingerprint(profile) == kept.profile else None


def _counted(brief: Brief, inputs: Inputs, kept: Manifest, profile: Profile | None) -> Coverage:
    """Count again what an issue rests on; what needs the profile only where that is the same."""
    by_id = {article.id: article for article in inputs.found}
    told = [[by_id[kept.revisions[place]] for place in story] for story in kept.stories]
    about = [article for story in told for article in story]
    relevant = {article.id for article in about}
    coverage = counted(
        inputs,
        brief.period,
        kept.order,
        relevant=relevant,
        printed={a.id for story in told[: kept.order.max_stories] for a in story},
        labels=state_media(about, kept.labels, profile) if profile else {},
    )
    if profile:
        # In the order of the articles, as the composer counts them: of equal ones the first leads.
        named = [article for article in inputs.found if article.id in relevant]
        last = inputs.history.actors if inputs.history else None
        coverage = replace(
            coverage,
            tracks=counts.tracks([Story(articles=tuple(s), origins=1) for s in told], profile),
            actors=counts.actors(named, profile, last),
        )
    return replace(coverage, problems=(*coverage.problems, *kept.unmade))


def _earlier(
    db: "Connection", brief: Brief, issue: int
) -> dict[tuple[int, datetime], frozenset[str]]:
    """Return the headlines of the earlier issues that the changes of this one name."""
    named = {(change.issue, change.told) for change in brief.changed}
    return {
        (head.number, head.cutoff): frozenset(
            item.headline for item in printed_brief(issues.get(db, head.id)).told()
        )
        for head in issues.listing(db, brief.edition)
        if head.state == "published" and head.id < issue and (head.number, head.cutoff) in named
    }


def _printed(row: StoredArtifact, *, own: bool) -> Printed:
    # A damaged file may not be readable: its hash tells of it first.
    return Printed(
        format=row.format,
        data=row.data,
        sha256=row.sha256,
        pages=readback.pages(row.format, row.data) if row.intact else (),
        carried=readback.carried(row.format, row.data) if row.intact else None,
        own=own,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A file of an issue, or its data, as stored and as made again."""

    #: A format, or "data".
    name: str
    stored: str
    #: SHA-256, hex; None: not made now, or not stored then.
    made: str | None
    #: The first difference, in words; "" where there is none.
    where: str = ""

    @property
    def equal(self) -> bool:
        return self.stored == self.made


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """An issue made again, beside what is stored of it."""

    parts: tuple[Compared, ...]
    #: Versions, settings and hashes that are not what they were, in words.
    differences: tuple[str, ...]

    @property
    def equal(self) -> bool:
        return all(part.equal for part in self.parts)


def rebuild(store: Store, issue: int, profiles: Profiles, press: "Press | None") -> Rebuilt:
    """Compose and render an issue again from what its manifest names, and compare every byte.

    Raises StoreError where an input is gone, SettingsError where the topic is.
    """
    with store.read() as db:
        stored, filed = issues.get(db, issue), issues.artifacts(db, issue)
        printed_brief(stored)
        kept = manifest.loads(stored.manifest, issue=issue)
        inputs = _inputs(db, kept, stored)
    rows = files.fetched(store, filed)
    _refuse_gaps(kept, inputs.found, issue)
    profile = profiles(kept.topic)
    brief, _ = composed(inputs, profile, kept.order)
    made = rendered(brief, kept.order, press)
    now = machine.versions(drawn=any(row.format in DRAWN for row in rows))
    differences = list(manifest.differences(kept.versions, now))
    if manifest.fingerprint(profile) != kept.profile:
        differences.append(f"the profile of the topic {kept.topic} was changed")
    if made.templates != kept.templates:
        differences.append(f"the desk's own templates in {kept.order.templates} were changed")
    assert stored.brief is not None
    data = codec.dumps(made.brief).encode("utf-8")
    parts = [_compared("data", stored.brief.encode("utf-8"), data)]
    new = {artifact.format: artifact.data for artifact in made.artifacts}
    parts += [_compared(row.format, row.data, new.get(row.format)) for row in rows]
    return Rebuilt(parts=tuple(parts), differences=tuple(differences))


def _refuse_gaps(kept: Manifest, found: Sequence[Article], issue: int) -> None:
    gone = sorted(set(kept.revisions) - {article.id for article in found})
    if gone:
        raise StoreError(
            f"issue {issue} cannot be made again: of its {len(kept.revisions)} revisions "
            f"{len(gone)} are not in the store, the first {gone[0][:16]}"
        )


def _compared(name: str, stored: bytes, made: bytes | None) -> Compared:
    if made is None:
        return Compared(name=name, stored=_sha256(stored), made=None, where="it was not made now")
    where = "" if stored == made else _where(stored, made)
    return Compared(name=name, stored=_sha256(stored), made=_sha256(made), where=where)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _where(stored: bytes, made: bytes) -> str:
    """Return the first difference: of texts the line, both ways; of others the byte."""
    try:
        pairs = zip_longest(
            stored.decode("utf-8").splitlines(), made.decode("utf-8").splitlines(), fillvalue=""
        )
        number, (one, other) = next((n, p) for n, p in enumerate(pairs, 1) if p[0] != p[1])
    except (UnicodeDecodeError, StopIteration):
        at = next((i for i, (a, b) in enumerate(zip(stored, made, strict=False)) if a != b), None)
        place = min(len(stored), len(made)) if at is None else at
        return f"from byte {place} on, of {len(stored)} stored and {len(made)} made"
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(start - 20, 0)
    shown = [text[start : start + _QUOTED].strip() for text in (one, other)]
    return f'line {number}: stored "{shown[0]}", made "{shown[1]}"'


def again(
    store: Store,
    issue: int,
    formats: Sequence[str],
    *,
    sender: str,
    sheet: Sheet | None = None,
    press: "Press | None" = None,
    own: "Templates | None" = None,
    anew: bool = False,
) -> dict[str, bytes]:
    """Return an issue's files by name: as stored, and what is not stored made from its data.

    So is one whose bytes lay outside the database, and are lost. own: the desk's templates. anew:
    make what is stored, too. Raises UnreachableError where the place of the files does not answer.
    """
    with store.read() as db:
        stored = issues.get(db, issue)
        filed = () if anew else issues.artifacts(db, issue)
    brief = printed_brief(stored)
    kept: dict[str, StoredArtifact] = {}
    for row in (row for row in filed if row.format in formats):
        try:
            (kept[row.format],) = files.fetched(store, [row])
        except UnreachableError:
            raise
        except StoreError as error:
            log.warning("file made again issue=%d format=%s reason=%s", issue, row.format, error)
    missing = [name for name in formats if name not in kept]
    new = (
        render(brief, missing, sender=sender, sheet=sheet, press=press, own=own) if missing else ()
    )
    made = {artifact.format: artifact.data for artifact in new}
    return {
        f"{stem(brief)}.{name}": kept[name].data if name in kept else made[name] for name in formats
    }
