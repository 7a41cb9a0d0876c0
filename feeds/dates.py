"""Dates as people write them, read without guessing.

A date that is wrong by a month puts an article into the wrong brief, and one that is today by
default makes every undated text news. So: what is not fully there (day, month and year) is not a
date; what can be read two ways (05/06/2025) is not a date; what lies before 1990 or more than a
day ahead of now is a mistake of somebody's clock, and not a date. A date without a time is
midnight UTC; a time without a zone is UTC.

ISO 8601 and RFC 5322 are read by the standard library; all else (May 8, 2025; 8 мая 2025 г.;
2025年5月8日) by dateparser, held to absolute dates with all their parts, in our three languages.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
#: Clocks of other time zones and of careless servers run ahead.
AHEAD = timedelta(days=1)

_MAX = 80
_YEAR = re.compile(r"(?:19|20)\d\d|^\D*\d{1,2}[./-]\d{1,2}[./-]\d\d\b")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(Z|[+-]\d\d:?\d\d)?")
_NUMERIC = re.compile(r"\b(\d{1,2})([./-])(\d{1,2})\2(\d{4})\b")
#: "Thursday, " and the like add nothing, and are wrong more often than the date is.
_NOISE = re.compile(
    r"^(?:(?:on|at|published|updated|posted|date)\b:?\s*)+|\s+г(?:ода|\.)?(?=[\s,]|$)|\(.*?\)\s*$"
    r"|星期[一二三四五六日天]|周[一二三四五六日](?=[\s,，]|$)",
    re.IGNORECASE,
)
_SETTINGS = {
    "REQUIRE_PARTS": ["day", "month", "year"],
    "PARSERS": ["absolute-time"],
    "TIMEZONE": "UTC",
    "TO_TIMEZONE": "UTC",
    "RETURN_AS_TIMEZONE_AWARE": True,
}


def moment(text: str, *, now: datetime) -> datetime | None:
    """Return the moment that a text names, in UTC, or None where it does not name one surely."""
    text = " ".join(text.split())
    if not text or len(text) > _MAX or not any(c.isdigit() for c in text):
        return None
    return sane(_iso(text) or _mail(text) or _written(text), now=now)


def sane(found: datetime | None, *, now: datetime) -> datetime | None:
    """Return a moment in UTC if it can be when an article was published, else None.

    A moment without a zone is taken for UTC.
    """
    if found is None:
        return None
    try:
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None
    return found if EARLIEST <= found <= now + AHEAD else None


def _iso(text: str) -> datetime | None:
    compact = _COMPACT.fullmatch(text)
    if compact and not 1990 <= int(compact[1]) <= 2100:
        return None
    # Zones as "+0300" and times after a blank are common; so is "2025/05/08".
    text = re.sub(r"^(\d{4})[/.](\d\d?)[/.](\d\d?)", r"\1-\2-\3", text)
    text = re.sub(
        r"^(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)",
        lambda m: f"{m[1]}-{int(m[2]):02}-{int(m[3]):02}",
        text,
    )
    text = re.sub(r" (UTC|GMT)$", "Z", text)
    text = re.sub(r"(?<=\d) (?=[+-]\d\d:?\d\d$)", "", text)
    if not re.match(r"\d{4}-?\d\d-?\d\d(?:[T ]|$)", text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if re.search(r"\d\d:\d\d", text) else None
    except (ValueError, IndexError, TypeError):  # the standard library's ways to say no
        return None


def _written(text: str) -> datetime | None:
    text = _NOISE.sub("", text).strip(" ,;|")
    if not _YEAR.search(text):
        return None
    settings = dict(_SETTINGS)
    numeric = _NUMERIC.search(text)
    if numeric:
        first, sign, second = int(numeric[1]), numeric[2], int(numeric[3])
        # With dots the day comes first wherever dots are used; with others, nobody can know.
        if sign == "." or first > 12:
            settings["DATE_ORDER"] = "DMY"
        elif second > 12 or first == second:
            settings["DATE_ORDER"] = "MDY"
        else:
            return None
    import dateparser

    found = dateparser.parse(text, languages=["en", "ru", "zh"], settings=settings)
    return found if isinstance(found, datetime) else None
