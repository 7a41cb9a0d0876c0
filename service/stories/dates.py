"""Days of the calendar that a text names in figures and months, in English, Chinese and Russian."""

import re
from dataclasses import dataclass

_MONTHS_EN = (
    "jan(?:uary)?",
    "feb(?:ruary)?",
    "mar(?:ch)?",
    "apr(?:il)?",
    "may",
    "june?",
    "july?",
    "aug(?:ust)?",
    "sept?(?:ember)?",
    "oct(?:ober)?",
    "nov(?:ember)?",
    "dec(?:ember)?",
)
_MONTHS_RU = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
#: Days before the first of each month, in a year that has a 29 February.
_BEFORE = (0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335)
_LENGTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_YEAR = 366


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Day:
    """A day of a month, and the year where the text gives it."""

    start: int
    end: int
    month: int
    day: int
    year: int | None = None

    @property
    def of_year(self) -> int:
        """From 1 (1 January) to 366, counting 29 February in every year."""
        return _BEFORE[self.month - 1] + self.day


def _any(names: tuple[str, ...]) -> str:
    return "|".join(f"(?P<m{i}>{name})" for i, name in enumerate(names, 1))


_EN = _any(_MONTHS_EN)
_PATTERNS = (
    # May 9, 2025; Sept. 2; September 18th, 2013. "may" the verb has no figure behind it.
    re.compile(
        rf"\b(?:{_EN})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*[:%]|[.,]\d)"
        r"(?:\s*,?\s+(?P<year>(?:19|20)\d\d)\b)?",
        re.IGNORECASE,
    ),
    # 9 May 2025; the 9th of May
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_EN})\b\.?"
        r"(?:\s*,?\s+(?P<year>(?:19|20)\d\d)\b)?",
        re.IGNORECASE,
    ),
    # 9 мая 2025 года
    re.compile(
        rf"\b(?P<day>\d{{1,2}})\s+(?:{_any(_MONTHS_RU)})\b(?:\s+(?P<year>(?:19|20)\d\d)\b)?",
        re.IGNORECASE,
    ),
    # 2025年5月9日
    re.compile(
        r"(?:(?P<year>(?:19|20)\d\d)\s*年\s*)?(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号號]"
    ),
    # 2025-05-09
    re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>\d{2})-(?P<day>\d{2})\b"),
)


def days(text: str) -> tuple[Day, ...]:
    """Return the days that a text names with their month, in order of place."""
    found = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            month = int(groups.get("month") or 0) or next(
                i for i in range(1, 13) if groups.get(f"m{i}")
            )
            day = int(groups["day"])
            if 1 <= month <= 12 and 1 <= day <= _LENGTH[month - 1]:
                year = int(groups["year"]) if groups.get("year") else None
                found.append(
                    Day(start=match.start(), end=match.end(), month=month, day=day, year=year)
                )
    kept: list[Day] = []
    for one in sorted(found, key=lambda d: (d.start, -d.end)):
        # "18 September 2013" is not also "September 20".
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def apart(first: int, second: int) -> int:
    """Return how many days lie between two days of the year, whatever the years are."""
    distance = abs(first - second)
    return min(distance, _YEAR - distance)
