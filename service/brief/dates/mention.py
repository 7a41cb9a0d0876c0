"""What one expression of a date says, before it is resolved."""

from dataclasses import dataclass
from typing import Literal

Tense = Literal["past", "future", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An expression that dates an event; offsets are those of the sentence, in code points.

    One of `day`, `weekday` and `shift` is given, or `month` alone.
    """

    start: int
    end: int
    tense: Tense
    #: 1 to 12; None with a day means "the 9th" of a month that is not named.
    month: int | None = None
    day: int | None = None
    year: int | None = None
    #: Where the text says "last year", "next month": counted from the publication.
    year_shift: int | None = None
    month_shift: int | None = None
    #: Last day of a range; its month is `until_month` or else `month`.
    until_day: int | None = None
    until_month: int | None = None
    #: 0 for Monday to 6; beside a day it is only compared with it.
    weekday: int | None = None
    #: The week of the weekday, counted from that of the publication; None where not said.
    week: int | None = None
    #: "last Thursday": before the day of publication.
    previous: bool = False
    #: Days from the publication: -1 for "yesterday".
    shift: int | None = None
    #: Whether the date belongs to a verb of saying.
    statement: bool = False


def number(written: str) -> int:
    """Return the value of Arabic or Chinese digits up to 99; 0 if they are no number."""
    if written.isdecimal():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    values = "零一二三四五六七八九"
    if len(tens) > 1 or len(ones) > 1 or (not ten and not ones):
        return 0
    high = (max(values.find(tens), 0) if tens else 1) if ten else 0
    return high * 10 + (max(values.find(ones), 0) if ones else 0)
