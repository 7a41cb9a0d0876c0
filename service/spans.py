"""Spans of time as people write them: `48h`, `7d`, `2025-05-01`, `last`, `all`."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.errors import UsageError
from service.model import utc

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
HELP = "48h, 7d, 2w, 2025-05-01, 2025-05-01T06:00, last (issue) or all"


def start(since: str, *, end: datetime, zone: ZoneInfo, last: datetime | None) -> datetime | None:
    """Return the moment from which articles are wanted; None means from the first.

    last: the cut-off of the last issue of this edition; with none, `last` means `all`. A date
    without a zone is one of `zone`. Raises UsageError in one line.
    """
    if since == "all":
        return None
    if since == "last":
        # What was collected at the cut-off itself is in that issue.
        return last + timedelta(microseconds=1) if last else None
    moment = parse(since, option="--since", end=end, zone=zone)
    if moment > end:
        raise UsageError(f"--since {since}: lies after the end of the period, {end:%Y-%m-%d %H:%M}")
    return moment


def parse(value: str, *, option: str, end: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that a value of an option names, in UTC; spans count back from `end`."""
    counted = re.fullmatch(r"(\d{1,4})([hdw])", value)
    if counted:
        return utc(end) - timedelta(**{_UNITS[counted[2]]: int(counted[1])})
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise UsageError(f"{option} {value!r}: is no span of time; give one of: {HELP}") from None
    return utc(moment if moment.tzinfo else moment.replace(tzinfo=zone))
