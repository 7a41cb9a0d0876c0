"""robots.txt (RFC 9309): may this page be fetched? Asked for pages of articles, never for feeds.

A feed is published for machines; a page is not, and its owner may say no. The file is fetched by
our client, once a site and day.

Rejected: `urllib.robotparser`. It fetches by itself unless told not to, lets the first rule that
fits win instead of the longest ("Allow: /" before "Disallow: /private" allows all), knows neither
"*" nor "$" in a path, and takes 403 for a ban of everything. The rules of the RFC fit on a page.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from urllib.parse import quote, urlsplit

from feeds.fetch import Response
from service.errors import FetchError

#: RFC 9309, 2.5: what is beyond need not be read.
MAX_BYTES = 500 << 10
#: Rules of one group; a longer list is somebody's mistake, and each costs time.
MAX_RULES = 2000
#: RFC 9309, 2.4: not to be kept for more than a day.
KEEP = timedelta(days=1)
RETRY = timedelta(minutes=15)

_LINE = re.compile(r"\s*([A-Za-z-]+)\s*:\s*([^#]*)")
_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")

#: Seconds between two pages that a site may ask for (Crawl-delay, which is not in the RFC, but
#: which many sites set); for one that asks for more, its pages are left alone.
DELAY_MAX_S = 30.0

#: "later": the site cannot say at this time, and no answer is no consent. "slow": it asks for
#: longer pauses than anybody here waits.
Answer = Literal["yes", "no", "later", "slow"]


class Client(Protocol):
    """What is needed of `feeds.fetch.Fetcher`."""

    async def get(self, url: str, *, validators: dict[str, str] | None = None) -> Response: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of a group."""

    allow: bool
    #: Escaped as in a request; "*" stands for anything, "$" at the end for the end.
    path: str

    def fits(self, target: str) -> bool:
        """Tell whether the rule speaks of a path with its query.

        By hand, in time of the lengths' product at worst: a regular expression made of somebody's
        asterisks is an invitation.
        """
        path, ends = (self.path[:-1], True) if self.path.endswith("$") else (self.path, False)
        first, *rest = path.split("*")
        if not target.startswith(first):
            return False
        at = len(first)
        if not rest:
            return not ends or at == len(target)
        for part in rest[:-1] if ends else rest:
            at = target.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return not ends or (target.endswith(rest[-1]) and len(target) - len(rest[-1]) >= at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a site says to one robot."""

    rules: tuple[Rule, ...] = ()
    #: Seconds between two requests that it asks for.
    delay_s: float = 0.0

    def allow(self, url: str) -> bool:
        """Tell whether a page may be fetched: the longest rule that fits says it, and yes wins."""
        parts = urlsplit(url)
        target = _escaped(parts.path or "/") + (f"?{_escaped(parts.query)}" if parts.query else "")
        if target == "/robots.txt":
            return True
        fitting = [rule for rule in self.rules if rule.fits(target)]
        if not fitting:
            return True
        longest = max(len(rule.path) for rule in fitting)
        return any(rule.allow for rule in fitting if len(rule.path) == longest)


def read(body: bytes, *, agent: str) -> Rules:
    """Return the rules for a robot: those of all groups that name it, or else of those for all.

    agent: its name ("briefing-digest"), without version. Any bytes are rules, if only none.
    """
    named: list[Rule] = []
    others: list[Rule] = []
    own = general = heading = seen = False
    #: Seconds for us and for all, the longest of several.
    delays = {True: 0.0, False: 0.0}
    for row in body[:MAX_BYTES].decode("utf-8-sig", "replace").splitlines():
        found = _LINE.match(row)
        if not found:
            continue
        key, value = found[1].lower(), found[2].strip()
        if key == "user-agent":
            if not heading:
                own = general = False
            heading = True
            own |= _product(value) == agent.lower()
            general |= value == "*"
            seen |= own
        elif key in ("allow", "disallow"):
            heading = False
            # "Disallow:" with nothing behind it bans nothing.
            if value:
                rule = Rule(allow=key == "allow", path=_escaped(value))
                if own:
                    named.append(rule)
                if general:
                    others.append(rule)
        elif key == "crawl-delay":
            heading = False
            seconds = float(value) if _SECONDS.fullmatch(value) else 0.0
            delays[True] = max(delays[True], seconds if own else 0.0)
            delays[False] = max(delays[False], seconds if general else 0.0)
    return Rules(rules=tuple((named if seen else others)[:MAX_RULES]), delay_s=delays[seen])


def _product(value: str) -> str:
    """Return the name in a User-Agent line: "Name/1.0 (+x)" is often written for "Name"."""
    return re.split(r"[/\s]", value.lower(), maxsplit=1)[0]


def _escaped(text: str) -> str:
    """Return text as it stands in a request: escapes in capitals, other scripts escaped."""
    text = _ESCAPE.sub(lambda found: found[0].upper(), text)
    return quote(text, safe="!$&'()*+,;=:@/?-._~%", errors="replace")


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Robots:
    """Asks each site once a day, and one that could not say once in a quarter of an hour.

    client: how. agent: our own name, without version. now: the clock.
    """

    def __init__(self, client: Client, *, agent: str, now: Callable[[], datetime]) -> None:
        self._client = client
        self._agent = agent
        self._now = now
        #: Site -> (until when it holds, what it said; None: it could not say).
        self._said: dict[str, tuple[datetime, Rules | None]] = {}
        self._asking: dict[str, asyncio.Task[Rules | None]] = {}

    async def may(self, url: str) -> Answer:
        """Say whether the page at an http or https address may be fetched now."""
        site = _site(url)
        until, rules = self._said.get(site, (None, None))
        if until is None or until <= self._now():
            rules = await self._asked(site)
        if rules is None:
            return "later"
        if not rules.allow(url):
            return "no"
        return "yes" if rules.delay_s <= DELAY_MAX_S else "slow"

    def pause_s(self, url: str) -> float:
        """Return the seconds between two pages that a site asks for, as far as it was asked."""
        _, rules = self._said.get(_site(url), (None, None))
        return rules.delay_s if rules else 0.0

    async def _asked(self, site: str) -> Rules | None:
        # Pages of one site that are wanted at once wait for one question.
        task = self._asking.get(site)
        if task is None:
            task = self._asking[site] = asyncio.ensure_future(self._ask(f"{site}/robots.txt"))
            task.add_done_callback(lambda _: self._asking.pop(site, None))
        rules = await asyncio.shield(task)
        self._said[site] = (self._now() + (RETRY if rules is None else KEEP), rules)
        return rules

    async def _ask(self, url: str) -> Rules | None:
        try:
            answer = await self._client.get(url)
        except FetchError as error:
            # 4xx: there are no rules (RFC 9309, 2.3.1.3), but 429 means what it says. All else,
            # 5xx and silence, is for the site to mend (2.3.1.4).
            missing = error.status is not None and 400 <= error.status < 500
            return Rules() if missing and error.status != 429 else None
        return read(answer.body, agent=self._agent)
