"""What templates compute from a brief and what is the same in every language: pure filters.

What has words in it is in `wording`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.errors import RenderError
from service.model import Brief, Line, Skipped, SourceRead, SourceRef, StoryItem

#: Quotation marks by language; what is not listed has the English ones.
_MARKS: Mapping[str, tuple[str, str]] = {"ru": ("«", "»"), "be": ("«", "»"), "uk": ("«", "»")}

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
#: The longest list of days that is printed day by day; a longer one is printed by month.
_MOST_DAYS = 31
_BAR_COLUMNS = 30
#: Sources in one state that have a line each; more are named in one, which says as much.
_MOST_ALONE = 8


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise RenderError(
            f"unknown time zone {name!r}: use a name such as Europe/London or Asia/Shanghai"
        ) from exc


def offset(moment: datetime, zone: str) -> str:
    """Return "UTC" or "UTC+08:00": what the zone's clocks differ by at that moment."""
    difference = moment.astimezone(_zone(zone)).strftime("%z")
    return "UTC" if difference == "+0000" else f"UTC{difference[:3]}:{difference[3:5]}"


def stamp(moment: datetime, zone: str) -> str:
    """Return "2026-11-21 07:00 UTC+08:00"."""
    local = moment.astimezone(_zone(zone))
    return f"{local:%Y-%m-%d %H:%M} {offset(moment, zone)}"


def iso(moment: datetime, zone: str) -> str:
    """Return "2026-11-21 07:00+08:00" or "2026-11-20 23:00Z"."""
    return stamp(moment, zone).replace(" UTC+", "+").replace(" UTC-", "-").replace(" UTC", "Z")


def day_only(moment: datetime) -> bool:
    """Return whether only the day of a publication is known: it is stored as midnight UTC."""
    return moment.astimezone(UTC).time() == time()


def day(moment: datetime | date, zone: str) -> str:
    """Return "2026-11-21" as the zone's calendar has it."""
    local = moment.astimezone(_zone(zone)) if isinstance(moment, datetime) else moment
    return local.strftime("%Y-%m-%d")


def lang(code: str, around: str = "") -> str:
    """Return the language tag to write on an element, or "" where `around` already says it.

    A code that is not a language tag gives "und", so that a screen reader does not guess.
    """
    tag = code if _TAG.fullmatch(code) else "und"
    return "" if tag == around else tag


def safe_url(url: str | None) -> str:
    """Return an address that may be a link: http or https with a host, no user; else ""."""
    if url is None or not url.isprintable() or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
        usable = usable and "@" not in parts.netloc and parts.port != 0
    except ValueError:  # a bracket left open, or a port that is none
        return ""
    return url if usable else ""


def bars(per_day: Sequence[tuple[date, int]]) -> tuple[tuple[str, int, int], ...]:
    """Return (day, articles, length from 0 to 30); by month where there are many days."""
    counts: dict[str, int] = {}
    for when, number in per_day:
        label = when.isoformat() if len(per_day) <= _MOST_DAYS else when.strftime("%Y-%m")
        counts[label] = counts.get(label, 0) + number
    longest = max(counts.values(), default=0)
    return tuple(
        (label, number, -(-number * _BAR_COLUMNS // longest) if longest else 0)
        for label, number in counts.items()
    )


def marks(code: str) -> tuple[str, str]:
    """Return the quotation marks of a language, opening and closing."""
    return _MARKS.get(code.lower().split("-")[0], ("“", "”"))


def first_places(brief: Brief) -> dict[int, str]:
    """Return where each sentence is first printed: "bottom-line", "story-2", "timeline-1" …

    A sentence may stand in two places; only its first printing carries the anchor, since an anchor
    that occurs twice leads nowhere.
    """
    printed: list[tuple[str, Line]] = [("bottom-line", line) for line in brief.bottom_line]
    for number, item in enumerate(brief.told(), 1):
        printed += [(f"story-{number}", line) for line in item.lines]
    printed += [(f"quote-{n}", quote.line) for n, quote in enumerate(brief.quotes, 1)]
    printed += [(f"timeline-{n}", event.line) for n, event in enumerate(brief.timeline, 1)]
    printed += [(f"watch-{n}", event.line) for n, event in enumerate(brief.watch, 1)]
    places: dict[int, str] = {}
    for place, line in printed:
        places.setdefault(line.number, place)
    return places


def numbered(brief: Brief) -> tuple[tuple[str, tuple[tuple[int, StoryItem], ...]], ...]:
    """Return (name of the field, its stories with their numbers), counted on after the top ones."""
    number = len(brief.stories)
    fields = []
    for track in brief.tracks:
        items = tuple(enumerate(track.items, number + 1))
        number += len(items)
        if items:
            fields.append((track.name, items))
    return tuple(fields)


def told_in(number: int, brief: Brief) -> tuple[int, ...]:
    """Return the stories, counted from 1, that have a source of this number."""
    return tuple(n for n, item in enumerate(brief.told(), 1) if number in item.sources)


def changes_name(source: SourceRef, brief: Brief) -> bool:
    """Return whether the section on changes names a story by this source's headline."""
    return any(change.source == source.number for change in brief.changed)


def together(sources: Sequence[SourceRead]) -> tuple[tuple[SourceRead, ...], ...]:
    """Return the sources that a list names in one line, by their state: many, and none at fault."""
    by_state: dict[str, list[SourceRead]] = {}
    for source in sources:
        if source.error is None and source.state in ("read", "silent"):
            by_state.setdefault(source.state, []).append(source)
    return tuple(tuple(group) for group in by_state.values() if len(group) > _MOST_ALONE)


def alone(sources: Sequence[SourceRead]) -> tuple[SourceRead, ...]:
    """Return the sources that have a line of their own."""
    grouped = {source.name for group in together(sources) for source in group}
    return tuple(source for source in sources if source.name not in grouped)


def by_reason(skipped: Sequence[Skipped]) -> tuple[tuple[Skipped, ...], ...]:
    """Return what was left out, all of one reason together, in order of the first source."""
    reasons: dict[str, list[Skipped]] = {}
    for entry in skipped:
        reasons.setdefault(entry.reason, []).append(entry)
    return tuple(tuple(group) for group in reasons.values())


def stem(brief: Brief) -> str:
    """Return "china-russia-2026-11-21": the topic and the cut-off's local date, safe in a path."""
    topic = re.sub(r"[^a-z0-9]+", "-", brief.method.topic.lower()).strip("-") or "brief"
    return f"{topic}-{day(brief.cutoff, brief.timezone)}"
