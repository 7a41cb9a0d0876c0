"""A feed as a source: fetched conditionally, parsed only when its bytes are new.

The cursor holds the validators (ETag, Last-Modified) and the hash of the last body that was
*parsed*, and the problems of its items. A body that cannot be parsed leaves the cursor alone, so
its validators are never sent: a 304 can only confirm what was once read well. Unchanged bytes
behind changed validators are recognised by their hash. Beside them stand what the feed asks of its
readers (its `ttl`), and what became of the pages of its teasers (`feeds.pages`); while pages are
left to fetch, the next question is asked without conditions.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar

from feeds.base import Batch
from feeds.fetch import Response
from feeds.health import Outcome, asked_s
from feeds.items import Items, Unused, items
from feeds.pages import Pages, Tried
from service.errors import FetchError, ParseError
from service.model import Entry, Problem

_VERSION = 3
_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


class Client(Protocol):
    """What a feed needs of `feeds.fetch.Fetcher`."""

    async def get(self, url: str, *, validators: dict[str, str] | None = None) -> Response: ...


T = TypeVar("T")


class Run(Protocol):
    """Runs a pure function of nothing to its end, off the event loop."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the cursor remembers of a feed."""

    #: Header to send -> its value.
    validators: dict[str, str]
    #: SHA-256 of the body; "" where it must be parsed again though it may be the same.
    body: str
    items: int
    #: Each item that is not used.
    problems: tuple[Unused, ...]
    #: Seconds between two readings that the feed asks for.
    ttl_s: float | None = None
    #: Key -> what became of the page of each teaser.
    tried: Mapping[str, Tried] = field(default_factory=dict)


class FeedSource:
    """The items of the RSS or Atom feed at an address.

    client: how it is fetched. language: of all its items; None: detected. now: the clock, which
    bounds the dates that are believed. run: where it is parsed; a thread by default. pages: from
    which articles are taken where the feed gives teasers; None: the teasers stay.
    """

    kind = "feed"

    def __init__(
        self,
        name: str,
        url: str,
        client: Client,
        *,
        language: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        run: Run = asyncio.to_thread,
        pages: Pages | None = None,
    ) -> None:
        self.name = name
        self._url = url
        self._client = client
        self._language = language
        self._now = now
        self._run = run
        self._pages = pages

    async def read(self, cursor: str | None) -> Batch:
        """Read the feed; raise FetchError or ParseError if it cannot be read."""
        seen = _remembered(cursor)
        try:
            answer = await self._client.get(self._url, validators=seen.validators if seen else None)
            if answer.status == 304 and seen is None:
                raise FetchError(f"{answer.url} answered 304 to a question without a condition")
            digest = hashlib.sha256(answer.body).hexdigest()
            if seen and (answer.status == 304 or digest == seen.body):
                return self._unchanged(seen, answer)
            found = await self._run(
                partial(
                    items,
                    answer.body,
                    url=answer.url,
                    content_type=answer.headers.get("content-type", ""),
                    now=self._now(),
                    tongue=self._language,
                )
            )
        except FetchError as exc:
            raise FetchError(
                str(exc),
                source=self.name,
                status=exc.status,
                retry_after_s=exc.retry_after_s,
            ) from exc
        except ParseError as exc:
            reason = f"{self._url} {exc}"
            raise ParseError(reason, source=self.name, killed=exc.killed) from exc
        return await self._batch(found, answer, digest, seen)

    async def _batch(
        self, found: Items, answer: Response, digest: str, before: Seen | None
    ) -> Batch:
        seen = Seen(
            validators=_validators(answer),
            body=digest,
            items=found.count,
            problems=found.problems,
            ttl_s=found.ttl_s,
        )
        entries, kills = found.entries, 0
        if self._pages is not None:
            tried = before.tried if before else {}
            filled = await self._pages.fill(entries, tried, cut=found.cut, tongue=self._language)
            entries, kills = filled.entries, filled.kills
            problems = (*seen.problems, *filled.skipped)
            seen = replace(seen, tried=filled.tried, problems=problems)
            if filled.pending:
                seen = replace(seen, validators={}, body="")
        return self._given(seen, answer, entries=entries, parsed=True, kills=kills)

    def _unchanged(self, seen: Seen, answer: Response) -> Batch:
        if answer.status == 304:
            return self._given(seen, answer, parsed=None)
        return self._given(replace(seen, validators=_validators(answer)), answer, parsed=True)

    def _given(
        self,
        seen: Seen,
        answer: Response,
        *,
        entries: tuple[Entry, ...] = (),
        parsed: bool | None,
        kills: int = 0,
    ) -> Batch:
        return Batch(
            entries=entries,
            problems=self._problems(seen),
            items=seen.items,
            cursor=_cursor(seen),
            outcome=Outcome(
                status=answer.status,
                wait_s=asked_s(answer.headers, now=self._now()),
                ttl_s=seen.ttl_s,
                parsed=parsed,
                moved_to=answer.moved_to if answer.moved_to != self._url else None,
                kills=kills,
            ),
        )

    def _problems(self, seen: Seen) -> tuple[Problem, ...]:
        return tuple(
            Problem(source=self.name, key=key, reason=reason, kind=kind)
            for key, reason, kind in seen.problems
        )


def _validators(answer: Response) -> dict[str, str]:
    return {
        asked: answer.headers[given]
        for given, asked in _VALIDATORS.items()
        if 0 < len(answer.headers.get(given, "")) <= 1000
    }


def _remembered(cursor: str | None) -> Seen | None:
    """Return what a cursor holds; None for a cursor of another version or kind."""
    if cursor is None:
        return None
    try:
        data = json.loads(cursor)
        if data["version"] != _VERSION:
            return None
        return Seen(
            validators={str(k): str(v) for k, v in data["validators"].items()},
            body=str(data["body"]),
            items=int(data["items"]),
            problems=tuple(
                (str(key), str(reason), "skipped" if kind == "skipped" else "fault")
                for key, reason, kind in data["problems"]
            ),
            ttl_s=None if data["ttl_s"] is None else float(data["ttl_s"]),
            tried={
                str(key): Tried(teaser=str(teaser), state=state, tries=int(tries))
                for key, (teaser, state, tries) in data["tried"].items()
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        # Written by something else: asking without conditions is always right, only slower.
        return None


def _cursor(seen: Seen) -> str:
    return json.dumps(
        {
            "version": _VERSION,
            "validators": seen.validators,
            "body": seen.body,
            "items": seen.items,
            "problems": seen.problems,
            "ttl_s": seen.ttl_s,
            "tried": {key: (t.teaser, t.state, t.tries) for key, t in seen.tried.items()},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
