"""Dates, numbers and names as a reader of one language sees them: filters of the templates.

Dates are ISO 8601 in the issue's zone in every language, with the offset spelled out, since letters
such as CST name several zones. Names of languages, countries and cities are those of CLDR, which
Babel brings. Pure: the same arguments give the same words.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from service.model import EventItem, Period
from service.model.article import NOT_NAMED
from service.render import fold, phrases, reasons
from service.render.catalogue import catalogue

if TYPE_CHECKING:
    from babel import Locale


class Wording:
    """The words of one interface language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._words = catalogue(language)

    @cached_property
    def _locale(self) -> "Locale":
        from babel import Locale

        return Locale.parse(self._language)

    def _undated(self) -> str:
        return self._words.gettext("undated")

    def _span(self, first: str, last: str) -> str:
        return self._words.gettext("%(first)s to %(last)s") % {"first": first, "last": last}

    def stamp(self, moment: datetime | None, zone: str) -> str:
        """Return "2026-11-21 07:00 UTC+08:00", or "undated"."""
        return self._undated() if moment is None else phrases.stamp(moment, zone)

    def iso(self, moment: datetime | None, zone: str) -> str:
        """Return "2026-11-21 07:00+08:00", "2026-11-20 23:00Z", or "undated": for close print."""
        return self._undated() if moment is None else phrases.iso(moment, zone)

    def published(self, moment: datetime | None, zone: str) -> str:
        """Return when an article was published; only the day where only that is known.

        A source that gives a day alone is stored as midnight UTC; an hour in another zone, or the
        day before, would be more than it said.
        """
        if moment is not None and phrases.day_only(moment):
            return f"{moment:%Y-%m-%d}"
        return self.iso(moment, zone)

    def day(self, moment: datetime | date | None, zone: str) -> str:
        """Return "2026-11-21" as the zone's calendar has it, or "undated"."""
        return self._undated() if moment is None else phrases.day(moment, zone)

    def published_day(self, moment: datetime | None, zone: str) -> str:
        """Return the day of publication in the zone, or as the source gave it, or "undated"."""
        if moment is not None and phrases.day_only(moment):
            return f"{moment:%Y-%m-%d}"
        return self.day(moment, zone)

    def days(self, first: datetime | None, last: datetime | None, zone: str) -> str:
        """Return one day, "first to last", or "undated"."""
        one = self.published_day(first or last, zone)
        other = self.published_day(last or first, zone)
        return one if one == other else self._span(one, other)

    def span(self, period: Period, zone: str) -> str:
        """Return both ends of a period; the offset once when it is the same at both."""
        start, end = phrases.stamp(period.start, zone), phrases.stamp(period.end, zone)
        if phrases.offset(period.start, zone) == phrases.offset(period.end, zone):
            start = start.rsplit(" ", 1)[0]
        return self._span(start, end)

    def when(self, event: EventItem) -> str:
        """Return the date of an event: "2026-09-01", "2026-09" or "2026-09-01 to 2026-09-03"."""
        form = "%Y-%m" if event.precision == "month" else "%Y-%m-%d"
        first, last = event.start.strftime(form), event.end.strftime(form)
        return first if first == last else self._span(first, last)

    def zone(self, name: str) -> str:
        """Return the city that a time zone is named after; its name in the IANA list for others."""
        from babel.dates import get_timezone_location

        city = get_timezone_location(name, locale=self._locale, return_city=True)
        known = "/" in name and not name.startswith(("Etc/", "SystemV/")) and city
        return str(city) if known else name

    def share(self, part: int, whole: int) -> str:
        """Return "2 of 7 (29 %)", or "none" of nothing; never 0 % or 100 % by rounding."""
        if not whole:
            return self._words.gettext("none")
        percent = round(100 * part / whole)
        if 0 < part < whole:
            percent = min(max(percent, 1), 99)
        values = {"part": part, "whole": whole, "percent": percent}
        return self._words.gettext("%(part)s of %(whole)s (%(percent)s %%)") % values

    def language(self, code: str) -> str:
        """Return a language's name; the code itself where it has none."""
        if code == "und":
            return self._words.gettext("undetermined")
        return str(self._locale.languages.get(code.lower(), code))

    def languages(self, codes: Iterable[str]) -> str:
        """Return names of languages, in the order given."""
        return self.joined(self.language(code) for code in codes)

    def country(self, code: str) -> str:
        """Return a country's name by its ISO 3166 code; the code itself where it has none."""
        return str(self._locale.territories.get(code.upper(), code))

    def tally(self, counts: Iterable[tuple[str, int]]) -> str:
        """Return "English 3, Russian 2", or "none"."""
        form = self._words.gettext("%(language)s %(number)s")
        said = [form % {"language": self.language(c), "number": n} for c, n in counts]
        return self.joined(said) or self._words.gettext("none")

    def joined(self, parts: Iterable[object]) -> str:
        """Return parts as a list inside of a sentence."""
        return self._words.pgettext("between the parts of a list", ", ").join(map(str, parts))

    def names(self, given: Sequence[str], most: int = 5) -> str:
        """Return names as a list; beyond `most` the rest is counted."""
        if len(given) <= most:
            return self.joined(given)
        more = len(given) - most + 1
        form = self._words.ngettext(
            "%(names)s and %(num)s more", "%(names)s and %(num)s more", more
        )
        return form % {"names": self.joined(given[: most - 1]), "num": more}

    def outlet(self, name: str) -> str:
        """Return the name of an outlet as it is; words of ours where none is known."""
        return self._words.gettext("outlet not named") if name == NOT_NAMED else name

    def reason(self, text: str) -> str:
        """Return why something was not read; in English where we have no words for it."""
        return reasons.said(text, self._words)

    def column(self, labels: Iterable[str]) -> int:
        """Return the columns that the widest of these labels takes, with a gap of two."""
        return max(map(fold.width, labels)) + 2

    def field(self, name: str) -> str:
        """Return the name of a field of the relationship; one of the operator's own as it is."""
        return self._words.gettext(name) if name else name

    def heading(self, text: str) -> str:
        """Return a heading of plain text: capitals, or the brackets of a script without them."""
        capitals = text.upper()
        return capitals if capitals != text else f"【{text}】"


#: The methods that templates have as filters.
FILTERS = (
    *(
        "column",
        "country",
        "day",
        "days",
        "field",
        "heading",
        "iso",
        "joined",
        "language",
        "languages",
    ),
    *(
        "names",
        "outlet",
        "published",
        "published_day",
        "reason",
        "share",
        "span",
        "stamp",
        "tally",
        "when",
        "zone",
    ),
)


@cache
def wording(language: str) -> Wording:
    """Return the words of a language; raise RenderError where there are none."""
    return Wording(language)


def filters(language: str) -> dict[str, Any]:
    """Return the filters of templates in a language, by name."""
    words = wording(language)
    return {name: getattr(words, name) for name in FILTERS}
