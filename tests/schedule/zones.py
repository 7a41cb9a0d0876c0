"""Zones whose clocks change in every way that there is, and moments to walk through."""

from datetime import UTC, datetime, timedelta

#: Quiet ones, both hemispheres, half hours, a change at midnight, of half an hour, negative
#: summer time, and two that crossed the date line.
ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/Moscow",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
)
#: Zone -> a year in which it left out a local date, or had a change that is no longer made.
ODD_YEARS = {"Pacific/Apia": 2011, "Pacific/Kwajalein": 1993, "America/Caracas": 2016}

YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def at(*parts: int) -> datetime:
    """Return a moment in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def days(number: float) -> timedelta:
    return timedelta(days=number)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)
