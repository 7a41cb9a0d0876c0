"""Numbers, dates and names as a reader sees them: pure filters of the templates.

Dates are ISO 8601 in the issue's zone, with the offset spelled out, since letters such as CST
name several zones. Interface words are English; languages are named in English.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.errors import RenderError
from service.model import Brief, EventItem, Line, Period, SourceRef, StoryItem

#: Languages that sources of this field are written in, by ISO 639-1.
_LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic",
    "be": "Belarusian",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "kk": "Kazakh",
    "ko": "Korean",
    "ky": "Kyrgyz",
    "mn": "Mongolian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "tg": "Tajik",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "und": "undetermined",
    "ur": "Urdu",
    "uz": "Uzbek",
    "vi": "Vietnamese",
    "zh": "Chinese",
}

#: Quotation marks by language; what is not listed has the English ones.
_MARKS: Mapping[str, tuple[str, str]] = {"ru": ("«", "»"), "be": ("«", "»"), "uk": ("«", "»")}

#: What is told beside the stories, by the field that holds it, in the order in which it is printed.
SECTIONS = ("tracks", "quotes", "timeline", "watch")

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
#: The longest list of days that is printed day by day; a longer one is printed by month.
_MOST_DAYS = 31
_BAR_COLUMNS = 30


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


def stamp(moment: datetime | None, zone: str) -> str:
    """Return "2026-11-21 07:00 UTC+08:00", or "undated"."""
    if moment is None:
        return "undated"
    local = moment.astimezone(_zone(zone))
    return f"{local:%Y-%m-%d %H:%M} {offset(moment, zone)}"


def iso(moment: datetime | None, zone: str) -> str:
    """Return "2026-11-21 07:00+08:00", "2026-11-20 23:00Z", or "undated": for close print."""
    return stamp(moment, zone).replace(" UTC+", "+").replace(" UTC-", "-").replace(" UTC", "Z")


def published(moment: datetime | None, zone: str) -> str:
    """Return when an article was published as `iso` does; only the day where only that is known.

    A source that gives a day alone is stored as midnight UTC; an hour in another zone, or the day
    before, would be more than it said.
    """
    return f"{moment:%Y-%m-%d}" if moment and _day_only(moment) else iso(moment, zone)


def _day_only(moment: datetime) -> bool:
    return moment.astimezone(UTC).time() == time()


def day(moment: datetime | date | None, zone: str) -> str:
    """Return "2026-11-21" as the zone's calendar has it, or "undated"."""
    if moment is None:
        return "undated"
    return (moment.astimezone(_zone(zone)) if isinstance(moment, datetime) else moment).strftime(
        "%Y-%m-%d"
    )


def published_day(moment: datetime | None, zone: str) -> str:
    """Return the day of publication in the zone, or as the source gave it, or "undated"."""
    return f"{moment:%Y-%m-%d}" if moment and _day_only(moment) else day(moment, zone)


def days(first: datetime | None, last: datetime | None, zone: str) -> str:
    """Return one day, "first to last", or "undated"."""
    one, other = published_day(first or last, zone), published_day(last or first, zone)
    return one if one == other else f"{one} to {other}"


def span(period: Period, zone: str) -> str:
    """Return both ends of a period; the offset once when it is the same at both."""
    start, end = stamp(period.start, zone), stamp(period.end, zone)
    if offset(period.start, zone) == offset(period.end, zone):
        start = start.rsplit(" ", 1)[0]
    return f"{start} to {end}"


def count(number: int, one: str, many: str = "") -> str:
    """Return "no articles", "1 article" or "2 articles"; `many` where adding "s" is wrong."""
    return f"{number if number else 'no'} {one if number == 1 else many or one + 's'}"


def share(part: int, whole: int) -> str:
    """Return "2 of 7 (29 %)", or "none" of nothing; never 0 % or 100 % by rounding."""
    if not whole:
        return "none"
    percent = round(100 * part / whole)
    if 0 < part < whole:
        percent = min(max(percent, 1), 99)
    return f"{part} of {whole} ({percent} %)"


def language(code: str) -> str:
    """Return a language's name in English; the code itself where we have no name."""
    return _LANGUAGES.get(code.lower(), code)


def languages(codes: Iterable[str]) -> str:
    """Return names of languages, in the order given."""
    return ", ".join(language(code) for code in codes)


def tally(counts: Iterable[tuple[str, int]]) -> str:
    """Return "English 3, Russian 2", or "none"."""
    return ", ".join(f"{language(code)} {number}" for code, number in counts) or "none"


def lang(code: str, around: str = "") -> str:
    """Return the language tag to write on an element, or "" where `around` already says it.

    A code that is not a language tag gives "und", so that a screen reader does not guess.
    """
    tag = code if _TAG.fullmatch(code) else "und"
    return "" if tag == around else tag


def names(given: Sequence[str], most: int = 5) -> str:
    """Return names joined by commas; beyond `most` the rest is counted."""
    if len(given) <= most:
        return ", ".join(given)
    return f"{', '.join(given[: most - 1])} and {len(given) - most + 1} more"


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


def when(event: EventItem) -> str:
    """Return the date of an event: "2026-09-01", "2026-09" or "2026-09-01 to 2026-09-03"."""
    form = "%Y-%m" if event.precision == "month" else "%Y-%m-%d"
    first, last = event.start.strftime(form), event.end.strftime(form)
    return first if first == last else f"{first} to {last}"


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


def digested(brief: Brief, shown: int, sections: Sequence[str] = SECTIONS) -> frozenset[int]:
    """Return the sources that a digest cites: of the bottom line, the changes, each story's
    headline and first sentence, for the first `shown` stories, and of the `sections` it has.
    """
    items = list(brief.stories[:shown])
    if "tracks" in sections:
        items += [item for track in brief.tracks for item in track.items]
    lines = [*brief.bottom_line, *(line for item in items for line in item.lines[:1])]
    if "quotes" in sections:
        lines += [quote.line for quote in brief.quotes]
    for section, events in (("timeline", brief.timeline), ("watch", brief.watch)):
        if section in sections:
            lines += [event.line for event in events]
    headlines = (item.source for item in items)
    changes = (change.source for change in brief.changed if change.source is not None)
    return frozenset((*headlines, *changes, *(line.source for line in lines)))


def stem(brief: Brief) -> str:
    """Return "china-russia-2026-11-21": the topic and the cut-off's local date, safe in a path."""
    topic = re.sub(r"[^a-z0-9]+", "-", brief.method.topic.lower()).strip("-") or "brief"
    return f"{topic}-{day(brief.cutoff, brief.timezone)}"
