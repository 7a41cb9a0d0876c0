"""When a source is asked again, and when it is asked no more: rules, and nothing that acts.

Problem: a reader of feeds that asks too often is a nuisance and gets blocked, one that asks too
seldom is late, and one that believes every answer is led away from its source by one mistake of an
administrator.

The rules (RFC 9110, RFC 9111, RSS 2.0 and the Syndication module of RSS 1.0 say what is asked)

* After a success: the longest of what `Cache-Control`, `Expires` and the feed's own `ttl` or
  `sy:updatePeriod` ask for; without any, an hour.
* After a failure: 15 minutes, doubled with each further one; longer where `Retry-After` says so.
* Always between 15 minutes and a day, and never at once for all: a source is up to a tenth later.
* A permanent redirect (301, 308) is adopted after three answers in a row that led to exactly the
  same place, on the same site. One that leads to another site is followed each time and shown, and
  the operator decides: an expired domain is redirected by whoever buys it. A temporary one (302,
  303, 307) changes nothing.
* 410 is believed when it is still the answer a day after the first; the source is then asked no
  more. A success between forgets the first.
* Content that ends three worker processes, with no reading between that ended none, puts the source
  into quarantine.
* After a body that could not be parsed, an answer without a body proves nothing: the source fails
  until a body has been parsed. The caller then asks without a condition (`unparsed`).

`after` is a pure function of what is known, what happened, the time and a random number. Rejected:
a learned interval from how often a feed changes; it makes "why was this not read?" unanswerable.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from service.errors import FetchError, ParseError, SourceError
from service.model import Health

SHORTEST_S = 15 * 60.0
LONGEST_S = 24 * 3600.0
#: Where nobody says how long.
USUAL_S = 3600.0
#: How much later than asked, at most: sources that start together drift apart.
JITTER = 0.1

ADOPT_AFTER = 3
QUARANTINE_AFTER = 3
GONE_FOR = timedelta(days=1)

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_PERIODS_S = {
    "hourly": 3600.0,
    "daily": 86400.0,
    "weekly": 7 * 86400.0,
    "monthly": 30 * 86400.0,
    "yearly": 365 * 86400.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one reading told about the source itself."""

    ok: bool = True
    #: HTTP status; None where there was none: a folder, a time-out.
    status: int | None = None
    #: Seconds that the answer asks us to wait, by Cache-Control, Expires or Retry-After.
    wait_s: float | None = None
    #: Seconds that the feed asks for; None where no body was parsed, too.
    ttl_s: float | None = None
    #: True where a body came and was parsed, False where one came and could not be; None: none.
    parsed: bool | None = None
    #: Where permanent redirects alone led; None: nowhere else.
    moved_to: str | None = None
    #: Worker processes that had to be ended on the way.
    kills: int = 0


#: A reading of what is on this machine: nobody is to be spared.
FOLDER = Outcome(wait_s=0.0, parsed=True)


def failed(error: SourceError) -> Outcome:
    """Return the outcome of a reading that ended in an error."""
    if isinstance(error, FetchError):
        return Outcome(ok=False, status=error.status, wait_s=error.retry_after_s)
    if isinstance(error, ParseError):
        return Outcome(ok=False, parsed=False, kills=int(error.killed))
    return Outcome(ok=False)


def after(health: Health, outcome: Outcome, *, now: datetime, jitter: float) -> Health:
    """Return what is known of a source after one more reading.

    jitter: in [0, 1), drawn by the caller. The next check lies in [now + 15 min, now + 24 h].
    Raises ValueError for a jitter outside its range.
    """
    if not 0 <= jitter < 1:
        raise ValueError(f"a jitter outside [0, 1): {jitter}")
    unparsed = health.unparsed if outcome.parsed is None else not outcome.parsed
    ok = outcome.ok and not unparsed
    failures = 0 if ok else health.failures + 1
    ttl_s = outcome.ttl_s if outcome.parsed else health.ttl_s
    wait_s = _wait_s(outcome.wait_s, ttl_s) if ok else _back_off_s(failures, outcome.wait_s)
    wait_s = min(max(wait_s, SHORTEST_S) * (1 + JITTER * jitter), LONGEST_S)
    # A 304 says nothing of the content that ended the workers.
    kills = 0 if ok and outcome.parsed and not outcome.kills else health.kills + outcome.kills
    gone_since = health.gone_since
    if ok:
        gone_since = None
    elif outcome.status == 410:
        gone_since = gone_since or now
    known = replace(
        _moved(health, outcome) if ok else health,
        next_check=now + timedelta(seconds=wait_s),
        failures=failures,
        ttl_s=ttl_s,
        unparsed=unparsed,
        gone_since=gone_since,
        kills=kills,
    )
    if kills >= QUARANTINE_AFTER:
        return replace(known, stopped="quarantine")
    if outcome.status == 410 and gone_since is not None and now - gone_since >= GONE_FOR:
        return replace(known, stopped="gone")
    return replace(known, stopped=None) if ok else known


def why_stopped(health: Health, name: str) -> str:
    """Return, in words, why a source is read no more, and what to do."""
    if health.stopped == "gone":
        reason = "it has said for more than a day that it is gone for good"
    else:
        reason = f"its content had to be stopped {health.kills} times while it was read"
    return (
        f"is not read any more: {reason}; mend its address, remove it, or try it once more with "
        f'`briefing sources check "{name}"`'
    )


def _wait_s(asked_s: float | None, ttl_s: float | None) -> float:
    return max((s for s in (asked_s, ttl_s) if s is not None), default=USUAL_S)


def _back_off_s(failures: int, asked_s: float | None) -> float:
    # The exponent is capped: 2.0 ** 1024 is an error, and 7 doublings are more than a day.
    own = SHORTEST_S * 2.0 ** min(failures - 1, 8)
    return max(own, asked_s or 0.0)


def _moved(health: Health, outcome: Outcome) -> Health:
    if outcome.moved_to is None:
        return replace(health, moved_to=None, moved_seen=0)
    seen = health.moved_seen + 1 if outcome.moved_to == health.moved_to else 1
    return replace(health, moved_to=outcome.moved_to, moved_seen=seen)


def adopted(health: Health, *, address: str) -> Health:
    """Return the health with the new address taken over, where the rules allow it.

    address: the configured one, which stays in the settings and in the store.
    """
    old = health.address or address
    if health.moved_to is None or health.moved_seen < ADOPT_AFTER:
        return health
    if not same_site(old, health.moved_to):
        return health
    kept = None if health.moved_to == address else health.moved_to
    return replace(health, address=kept, moved_to=None, moved_seen=0)


def same_site(old: str, new: str) -> bool:
    """Tell whether a new address is surely of the same owner, and not less safe than the old.

    Hosts are compared by their last two labels, or three under a country's own second level
    (co.uk, com.cn): a guess that errs on the side of asking the operator.
    """
    one, two = urlsplit(old), urlsplit(new)
    if one.scheme == "https" and two.scheme != "https":
        return False
    return bool(one.hostname) and _site(one.hostname or "") == _site(two.hostname or "")


def _site(host: str) -> str:
    host = host.rstrip(".").lower()
    labels = host.split(".")
    if ":" in host or all(label.isdecimal() for label in labels):
        return host
    country = len(labels[-1]) == 2 and len(labels) > 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if country else -2 :])


def asked_s(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return for how long an answer says that it stays good, in seconds; None: it does not say.

    headers: names in lower case. `max-age` comes before `Expires` (RFC 9111, 4.2.1).
    """
    found = _MAX_AGE.search(headers.get("cache-control", ""))
    if found:
        return float(found[1])
    expires = http_date(headers.get("expires", ""))
    if expires is None:
        return None
    # By the server's own clock, where it tells it: ours may differ.
    start = http_date(headers.get("date", "")) or now
    return max(0.0, (expires - start).total_seconds())


def ttl_s(*, ttl: str | None, period: str | None, frequency: str | None) -> float | None:
    """Return the seconds between two readings that a feed asks for; None: it does not ask.

    ttl: minutes, of RSS 2.0. period, frequency: sy:updatePeriod ("daily") and sy:updateFrequency
    (times in a period; 1 if missing or wrong). The longer of both.
    """
    minutes = _number(ttl)
    found = [minutes * 60.0] if minutes else []
    length = _PERIODS_S.get((period or "").strip().lower())
    if length is not None:
        found.append(length / (_number(frequency) or 1))
    return max(found, default=None)


def _number(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else 0


def http_date(text: str) -> datetime | None:
    """Return the moment that an HTTP date names, in UTC; None for none ("0", "-1")."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):  # its ways to say no
        return None
