"""Dates as people write them, read without guessing.

A date that is wrong by a month puts an article into the wrong brief, and one that is today by
default makes every undated text news. So: what is not fully there (day, month and year) is not a
date; what can be read two ways (05/06/2025) is not a date; what lies before 1990 or more than a
day ahead of now is a mistake of somebody's clock, and not a date. A date without a time is
midnight UTC; a time without a zone, or with one that nobody knows, is UTC.

ISO 8601 and RFC 5322 are read by the standard library; all else (May 8, 2025; 8 мая 2025 г.;
2025年5月8日) by dateparser, held to absolute dates with all their parts, in our three languages.
Zones are read here: the standard library takes "MSK", "JST" and "+08:00" behind a day's name for
UTC. feedparser's own reading of dates is not used: it fills what is missing from today's date.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
#: Clocks of other time zones and of careless servers run ahead.
AHEAD = timedelta(days=1)

_MAX = 80
_YEAR = re.compile(r"(?:19|20)\d\d|^\D*\d{1,2}[./-]\d{1,2}[./-]\d\d\b")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(Z|[+-]\d\d:?\d\d)?")
_NUMERIC = re.compile(r"\b(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)\b")
#: Seconds since 1970, or thousandths; from 2001 on, where they have ten digits.
_UNIX = re.compile(r"(1\d{9}|[23]\d{9})(?:\d{3}|\.\d{1,9})?")
#: Hours east of Greenwich. Names of several zones ("IST") are left out; "CST" is America's, as in
#: RFC 5322, but China's in what is Chinese.
_ZONES = {
    **dict.fromkeys(("ut", "utc", "gmt", "wet", "z"), 0),
    **{"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7},
    **{"bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "мск": 3, "msd": 4, "мсд": 4},
    **{"samt": 4, "yekt": 5, "omst": 6, "novt": 7, "krat": 7, "irkt": 8, "yakt": 9, "vlat": 10},
    **{"ict": 7, "hkt": 8, "sgt": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12},
}
_CHINA = 8
#: What stands behind a time: an offset, or a name, which may stand in brackets, and a remark.
_ZONED = re.compile(
    r"(.*?\d:\d\d.*?)\s*(?:(?:\b(?:UTC|GMT)\s*)?(?P<offset>[+-]\d{1,2}(?::?\d\d)?)"
    r"|(?<![^\W\d_])\(?(?P<name>[A-Za-zМСКДмскд]{1,4})\)?)(?:\s*\([^()]*\))?",
    re.IGNORECASE,
)
#: Java's form has the year behind the zone: "Thu May 08 10:00:00 MSK 2025".
_YEAR_LAST = re.compile(r"(.*) (\d\d?:\d\d(?::\d\d)?) ([A-Za-z]{1,4}|[+-]\d{4}) (\d{4})")
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


def moment(text: str, *, now: datetime, chinese: bool = False) -> datetime | None:
    """Return the moment that a text names, in UTC, or None where it does not name one surely.

    chinese: the text is from a Chinese publisher, whose "CST" is China Standard Time.
    """
    text = " ".join(text.split())
    if not text or len(text) > _MAX or not any(c.isdigit() for c in text):
        return None
    seconds = _UNIX.fullmatch(text)
    if seconds:
        return sane(datetime.fromtimestamp(int(seconds[1]), UTC), now=now)
    found = _iso(text)
    if found is None:
        text = _YEAR_LAST.sub(r"\1 \4 \2 \3", text)
        text, zone = _zone(text, chinese=chinese)
        found = _iso(text) or _mail(text) or _written(text)
        if found is not None and zone is not None:
            found = found.replace(tzinfo=zone)
    return sane(found, now=now)


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


def _zone(text: str, *, chinese: bool) -> tuple[str, tzinfo | None]:
    """Return a text without the zone at its end, and the zone, if it has one that is known."""
    found = _ZONED.fullmatch(text)
    if not found:
        return text, None
    if found["offset"]:
        digits = re.sub(r"\D", "", found["offset"])
        # "+8", "+08", "+0800", "+08:00"; "+800" is how some write the third.
        hours, minutes = (int(digits), 0) if len(digits) < 3 else divmod(int(digits), 100)
        if hours > 14 or minutes > 59:
            return text, None
        shift = timedelta(hours=hours, minutes=minutes)
        return found[1], timezone(-shift if found["offset"][0] == "-" else shift)
    name = found["name"].lower()
    if name not in _ZONES:
        return text, None
    return found[1], timezone(
        timedelta(hours=_CHINA if name == "cst" and chinese else _ZONES[name])
    )


def _iso(text: str) -> datetime | None:
    compact = _COMPACT.fullmatch(text)
    if compact and not 1990 <= int(compact[1]) <= 2100:
        return None
    # The standard library wants the "T" in a row of digits.
    text = re.sub(r"^(\d{8})(?=\d{4})", r"\1T", text) if compact else text
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
        # With dots the day comes first wherever dots are used; with others, nobody can know, and
        # with a year of two digits it may be the first of the three.
        if sign != "." and len(numeric[4]) == 2:
            return None
        if sign == "." or first > 12:
            settings["DATE_ORDER"] = "DMY"
        elif second > 12 or first == second:
            settings["DATE_ORDER"] = "MDY"
        else:
            return None
    import dateparser

    found = dateparser.parse(text, languages=["en", "ru", "zh"], settings=settings)
    return found if isinstance(found, datetime) else None
