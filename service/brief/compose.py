"""From stories to a brief: what is printed where.

Pure: the same stories, period and settings give the same brief. An edition on a schedule is held
against its own earlier issues: stories that add nothing are one line among the changes, updated
ones print only what is new, and no sentence comes twice within two weeks. An issue on demand is
not: who asks again means to get the answer again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from service.brief import sections
from service.brief.condense import STORY_SENTENCES, Condenser
from service.brief.coverage import READ
from service.brief.printer import Printer
from service.brief.sections import Past
from service.model import (
    Brief,
    Coverage,
    Method,
    Period,
    Story,
    StoryItem,
)
from service.stories.continuity import Continued
from service.topic import Profile
from summarizers.text import stems


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


def compose(
    stories: Sequence[Story],
    plan: Plan,
    coverage: Coverage,
    profile: Profile,
    *,
    state_media: Mapping[str, str],
    past: Past | None = None,
) -> Brief:
    """Compose an issue of `stories`, given in the order in which they are to be printed.

    coverage: as counted, whatever is printed. state_media: article id -> ISO 3166 code.
    past: of an edition on a schedule; None for an issue on demand.
    """
    told = _told(stories, past)
    condenser = Condenser(
        summarizer=plan.method.summarizer,
        language=plan.language,
        said=past.said if past else (),
        actors=_actors(profile),
    )
    kept = past.watch if past else ()
    articles = [a for story in stories for a in story.articles] + [a for _, a in kept]
    printer = Printer(articles, condenser, plan.language)
    new = [c.story for c in told if c.badge == "new"]
    bottom = printer.bottom_line(new[: plan.max_stories])
    # The first issue of an edition has nothing to be held against: its stories only say "new".
    since = past if past and past.tellings else None
    changed = sections.changed(since, plan.language, printer) if since else ()
    shown, rest = told[: plan.max_stories], told[plan.max_stories :]
    items = [_item(continued, printer, badges=past is not None) for continued in shown]
    tracks = sections.tracks([c.story for c in rest], profile, printer)
    top = [c.story for c in shown]
    dated = sections.dated(top, asof=_day(plan), language=plan.language)
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
        changed=changed,
        # An update whose new sentences cannot stand alone is named among the changes only.
        stories=tuple(item for item in items if item.lines or item.badge != "updated"),
        tracks=tracks,
        quotes=sections.in_their_words(top, profile, plan.language, printer),
        timeline=sections.timeline(dated, printer),
        watch=sections.watch(dated, [item for item, _ in kept], printer),
        coverage=coverage,
        sources=printer.sources(state_media),
        method=plan.method,
    )


def _actors(profile: Profile) -> dict[str, frozenset[str]]:
    """Return the stems of the sides' own names, by language."""
    names = [a for e in profile.entities if e.kind == "country" and e.sides for a in e.aliases]
    return {
        language: frozenset(
            stem
            for name in names
            if name.language == language and "*" not in name.form
            for stem in stems(name.form, language)
        )
        for language in READ
    }


def _told(stories: Sequence[Story], past: Past | None) -> list[Continued]:
    """Return the stories that have something to tell: all, or those that add to earlier issues."""
    if past is None:
        return [Continued(story=s, badge="new", earlier=(), added=()) for s in stories]
    return [c for c in past.changes.stories if c.badge != "continuing"]


def _item(continued: Continued, printer: Printer, *, badges: bool) -> StoryItem:
    return printer.item(
        continued.story,
        sentences=STORY_SENTENCES,
        badge=continued.badge if badges else None,
        among=set(continued.added) if continued.badge == "updated" else None,
    )


def _day(plan: Plan) -> date:
    return plan.cutoff.astimezone(ZoneInfo(plan.timezone)).date()
