"""From what a text says to days of the calendar, counted from its publication, never from today."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from service.brief.dates.mention import Mention

#: A date without a year lies no further off than this. Beyond it, last year's and next year's
#: are about as likely, and a writer would have named the year.
NEAR_DAYS = 330
#: Where no verb says which way, only a date much nearer than the same day of another year counts.
NEAREST_DAYS = 120
#: A text is published in its own zone, its date stored in UTC.
SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A day, a range of days or a month; both ends included."""

    start: date
    end: date
    precision: Literal["day", "month"] = "day"


def resolve(mention: Mention, published: date | None) -> Days | None:
    """Return the days meant, or None where they cannot be told.

    Without a date of publication only a mention with its year can be.
    """
    found = _resolve(mention, published)
    if found is None:
        return None
    if published is not None:
        # What has happened is not to come, and the other way round: somebody misread something.
        if mention.tense == "past" and found.start > published + SLACK:
            return None
        if mention.tense == "future" and found.end < published - SLACK:
            return None
    if mention.day and mention.weekday is not None and found.start.weekday() != mention.weekday:
        return None
    return found


def _resolve(mention: Mention, published: date | None) -> Days | None:
    if mention.year is not None:
        return _dated(mention, mention.year)
    if published is None:
        return None
    if mention.shift is not None:
        day = published + timedelta(days=mention.shift)
        return Days(start=day, end=day)
    if mention.year_shift is not None:
        return _dated(mention, published.year + mention.year_shift)
    if mention.month is not None:
        if mention.day is None and mention.tense == "unclear":
            return None  # "a rise in December": perhaps of every year
        return _nearest(
            mention, published, [_dated(mention, published.year + n) for n in (-1, 0, 1)]
        )
    if mention.day is not None:
        return _of_a_month(mention, published)
    if mention.weekday is not None:
        return _weekday(mention, published)
    return None


def _dated(mention: Mention, year: int, month: int | None = None) -> Days | None:
    month = month or mention.month
    if month is None or not 1 <= month <= 12 or not 1900 <= year <= 2200:
        return None
    if mention.day is None:
        last = calendar.monthrange(year, month)[1]
        return Days(start=date(year, month, 1), end=date(year, month, last), precision="month")
    until_month = mention.until_month or month
    try:
        start = date(year, month, mention.day)
        if mention.until_day is None:
            return Days(start=start, end=start)
        # A range over New Year's Eve ends in the next year.
        end = date(year + (until_month < month), until_month, mention.until_day)
    except ValueError:
        return None
    return Days(start=start, end=end) if start < end else None


def _nearest(mention: Mention, published: date, years: list[Days | None]) -> Days | None:
    candidates = [days for days in years if days is not None]
    if mention.tense == "past":
        candidates = [d for d in candidates if d.start <= published + SLACK]
        limit = NEAR_DAYS
    elif mention.tense == "future":
        candidates = [d for d in candidates if d.end >= published - SLACK]
        limit = NEAR_DAYS
    else:
        limit = NEAREST_DAYS
    near = [(abs((d.start - published).days), d.start, d) for d in candidates]
    near = [found for found in near if found[0] <= limit]
    return min(near)[2] if near else None


def _of_a_month(mention: Mention, published: date) -> Days | None:
    """Resolve "the 9th" to this month or the one before or after."""
    index = published.year * 12 + published.month - 1
    if mention.month_shift is not None:
        year, month = divmod(index + mention.month_shift, 12)
        return _dated(mention, year, month + 1)
    around = [divmod(index + shift, 12) for shift in (-1, 0, 1)]
    candidates = [_dated(mention, year, month + 1) for year, month in around]
    if mention.tense == "unclear":
        return None
    found = _nearest(mention, published, candidates)
    return found if found and abs((found.start - published).days) <= 27 else None


def _weekday(mention: Mention, published: date) -> Days | None:
    assert mention.weekday is not None
    if mention.week is not None:
        monday = published - timedelta(days=published.weekday())
        day = monday + timedelta(days=7 * mention.week + mention.weekday)
        return Days(start=day, end=day)
    back = (published.weekday() - mention.weekday) % 7
    if mention.previous:
        day = published - timedelta(days=back or 7)
    elif mention.tense == "past":
        day = published - timedelta(days=back)
    elif mention.tense == "future" and back:
        day = published + timedelta(days=7 - back)
    else:
        # "will meet on Friday", written on a Friday: today or in a week.
        return None
    return Days(start=day, end=day)
