"""A feed as a source: fetched conditionally, parsed only when its bytes are new.

The cursor holds the validators (ETag, Last-Modified) and the hash of the last body that was
*parsed*, and the problems of its items. A body that cannot be parsed leaves the cursor alone, so
its validators are never sent: a 304 can only confirm what was once read well. Unchanged bytes
behind changed validators are recognised by their hash.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from feeds.base import Batch
from feeds.documents import entry
from feeds.fetch import Response
from feeds.syndication import Feed, parse
from service.errors import ExtractError, FetchError, ParseError
from service.model import Entry, Problem

_VERSION = 1
_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


class Client(Protocol):
    """What a feed needs of `feeds.fetch.Fetcher`."""

    async def get(self, url: str, *, validators: dict[str, str] | None = None) -> Response: ...


#: Runs a function of nothing to its end, off the event loop.
Run = Callable[[Callable[[], Feed]], Awaitable[Feed]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the cursor remembers of a feed."""

    #: Header to send -> its value.
    validators: dict[str, str]
    #: SHA-256 of the body.
    body: str
    items: int
    #: (key, reason) of each item that could not be used.
    problems: tuple[tuple[str, str], ...]


class FeedSource:
    """The items of the RSS or Atom feed at an address.

    client: how it is fetched. language: of all its items; None: detected. now: the clock, which
    bounds the dates that are believed. run: where it is parsed; a thread by default.
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
    ) -> None:
        self.name = name
        self._url = url
        self._client = client
        self._language = language
        self._now = now
        self._run = run

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
            now = self._now()
            feed = await self._run(
                partial(
                    parse,
                    answer.body,
                    url=answer.url,
                    content_type=answer.headers.get("content-type", ""),
                    now=now,
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
            raise ParseError(f"{self._url} {exc}", source=self.name) from exc
        return self._batch(feed, answer, digest, now)

    def _batch(self, feed: Feed, answer: Response, digest: str, now: datetime) -> Batch:
        entries: dict[str, Entry] = {}
        problems: dict[str, str] = {}
        for item in feed.items:
            # The first of several items with one name is the newest in every feed seen.
            if item.key in entries:
                continue
            if item.reason is not None:
                problems.setdefault(item.key, item.reason)
                continue
            try:
                entries[item.key] = entry(
                    item.key, item.text, item.facts, now=now, tongue=self._language
                )
            except ExtractError as exc:
                problems.setdefault(item.key, str(exc))
        seen = Seen(
            validators=_validators(answer),
            body=digest,
            items=len(feed.items),
            problems=tuple(sorted((k, r) for k, r in problems.items() if k not in entries)),
        )
        return Batch(
            entries=tuple(entries.values()),
            problems=self._problems(seen),
            items=seen.items,
            cursor=_cursor(seen),
        )

    def _unchanged(self, seen: Seen, answer: Response) -> Batch:
        validators = seen.validators if answer.status == 304 else _validators(answer)
        same = Seen(validators=validators, body=seen.body, items=seen.items, problems=seen.problems)
        return Batch(
            entries=(), problems=self._problems(seen), items=seen.items, cursor=_cursor(same)
        )

    def _problems(self, seen: Seen) -> tuple[Problem, ...]:
        return tuple(
            Problem(source=self.name, key=key, reason=reason) for key, reason in seen.problems
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
            problems=tuple((str(key), str(reason)) for key, reason in data["problems"]),
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
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
