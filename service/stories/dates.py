"""Days of the calendar that a text names with their month, in English, Chinese and Russian."""

import re
from dataclasses import dataclass

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan января",
            "february feb февраля",
            "march mar марта",
            "april apr апреля",
            "may мая",
            "june jun июня",
            "july jul июля",
            "august aug августа",
            "september sept sep сентября",
            "october oct октября",
            "november nov ноября",
            "december dec декабря",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
#: Days before the first of each month, in a year that has a 29 February.
_BEFORE = (0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335)
_LENGTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_YEAR = 366

# A text is searched for its figures, and only their surroundings for months: patterns that begin
# with the months' names are tried at every letter and took longer than all the other features.
_FIGURE = re.compile(r"\d+")
_MONTH_BEFORE = re.compile(rf"(?<!\w)({_MONTH})\.?\s+$", re.IGNORECASE)
_MONTH_AFTER = re.compile(
    rf"(?:st|nd|rd|th)?[\s-]+(?:of\s+)?({_MONTH})(?!\w)\.?(?:,?\s+((?:19|20)\d\d)(?!\d))?",
    re.IGNORECASE,
)
_YEAR_AFTER = re.compile(
    r"(?:st|nd|rd|th)?(?:\s*,\s*|\s+)((?:19|20)\d\d)(?!\d)|(?:st|nd|rd|th)?(?!\w)"
)
#: What makes a figure behind a month something else: "May 9.5", "May 12:30", "May 30%".
_NO_DAY = re.compile(r"\s*[:%]|[.,]\d")
_HAN_DAY = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d)\s*年\s*)?(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号號]"
)
_ISO = re.compile(r"(?P<year>\d\d\d\d)(?<![\w-]\d\d\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)")
#: The longest name of a month with its full stop and blanks.
_REACH = 14


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Day:
    """A day of a month as a text names it, and the year where the text gives it."""

    start: int
    end: int
    month: int
    day: int
    year: int | None = None

    @property
    def of_year(self) -> int:
        """The number of the day, as `day_of_year` counts it."""
        return day_of_year(self.month, self.day)


def days(text: str) -> tuple[Day, ...]:
    """Return the days that a text names with their month, in order of place."""
    found = [day for match in _FIGURE.finditer(text) if (day := _western(text, match))]
    for sign, pattern in (("月", _HAN_DAY), ("-", _ISO)):
        for match in pattern.finditer(text) if sign in text else ():
            year = int(match["year"]) if match["year"] else None
            day = _day(match.start(), match.end(), int(match["month"]), int(match["day"]), year)
            if day:
                found.append(day)
    return tuple(sorted(found))


def _western(text: str, match: re.Match[str]) -> Day | None:
    """Return the day that a figure is part of: "9 May", "May 9", "9 мая"; None if it is of none."""
    start, end = match.span()
    if end - start > 2 or text[start - 1 : start] in (".", ","):
        return None
    after = _MONTH_AFTER.match(text, end)
    if after and _is_month(after[1]):
        year = int(after[2]) if after[2] else None
        return _day(start, after.end(), _MONTHS[after[1].lower()], int(match[0]), year)
    edge = max(0, start - _REACH)
    before = _MONTH_BEFORE.search(text[edge:start])
    behind = _YEAR_AFTER.match(text, end)
    if before and _is_month(before[1]) and behind and not _NO_DAY.match(text, end):
        year = int(behind[1]) if behind[1] else None
        month = _MONTHS[before[1].lower()]
        return _day(edge + before.start(), behind.end(), month, int(match[0]), year)
    return None


def _is_month(word: str) -> bool:
    """Whether a word is a month: English ones have a capital, "may" and "march" are verbs."""
    return word[0].isupper() or not word.isascii()


def _day(start: int, end: int, month: int, day: int, year: int | None) -> Day | None:
    if 1 <= month <= 12 and 1 <= day <= _LENGTH[month - 1]:
        return Day(start=start, end=end, month=month, day=day, year=year)
    return None


def day_of_year(month: int, day: int) -> int:
    """Return 1 for 1 January to 366 for 31 December, counting 29 February in every year."""
    return _BEFORE[month - 1] + day


def apart(first: int, second: int) -> int:
    """Return how many days lie between two days of the year, whatever the years are."""
    distance = abs(first - second)
    return min(distance, _YEAR - distance)
