"""The only HTTP client: one address in, at most so many bytes out, in at most so much time.

Problem: what answers is hostile or broken. A body of 500 bytes unpacks to a gigabyte, a header
drips for ever, a redirect leads to the router.

Choice: aiohttp, for its deadline over everything, its limits a host, and its seam at the moment of
connecting. One deadline covers all redirects. Bodies are read raw and unpacked here, piece by
piece, so that the cap is on what comes out; only gzip and deflate are offered, and brotli or zstd
sent all the same is refused. Redirects are followed here, each checked like the first address.
Names resolve through `CheckedResolver`, so the address that was checked is the one connected to.
Requests take turns (`feeds.turns`): one at a time to a host, and a gap behind each.
Proxies of the environment are not used, nor cookies, nor netrc. A proxy that the operator sets
resolves names itself, and must itself keep away from the inside: only addresses that are written
as numbers can still be checked here.

Rejected: httpx (no deadline, no cap on unpacked bytes); a check of the name before the request
(the name may resolve to something else when the connection is made).
"""

import asyncio
import socket
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from feeds.addresses import Allowed, literal, shown, split
from feeds.turns import Pace, Turns
from service.errors import FetchError

MAX_BYTES = 10 << 20
DEADLINE_S = 30.0
MAX_REDIRECTS = 5

_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_CHUNK = 1 << 16
#: What to do about a private address, in words for the operator.
_IF_YOURS = (
    "if it is yours, set `allow_private = true` for the source, or add it with --allow-private"
)
#: A message of an HTTP error, in words for the operator.
_ADVICE = {
    401: "it asks for a password",
    403: "it refuses us",
    404: "there is nothing at this address",
    410: "it says that this address is gone for good",
    429: "it says that we ask too often",
}
#: Errors of the network, the most telling first, in words for the operator.
_CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "its name cannot be found"),
    (aiohttp.ClientConnectorCertificateError, "its certificate is not valid"),
    (aiohttp.ClientSSLError, "no secure connection can be made"),
    (ConnectionRefusedError, "nothing answers there"),
    (aiohttp.ServerDisconnectedError, "it closed the connection without an answer"),
    (ConnectionResetError, "it broke the connection"),
    (aiohttp.ClientPayloadError, "its answer breaks off"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one answer may cost."""

    #: Unpacked.
    max_bytes: int = MAX_BYTES
    #: From the first byte of the first request to the last of the last.
    deadline_s: float = DEADLINE_S
    max_redirects: int = MAX_REDIRECTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A usable answer: 200, or 304 to a conditional request."""

    #: Where it came from, after redirects.
    url: str
    status: int
    #: Unpacked; empty for 304.
    body: bytes
    #: Names in lower case; the last of several with one name.
    headers: Mapping[str, str] = field(default_factory=dict)
    #: The address after the permanent redirects only: where to ask next time.
    moved_to: str


@dataclass(slots=True, kw_only=True)
class _Walk:
    """A request on its way through redirects."""

    #: Where it began.
    url: str
    #: Where to ask next.
    at: str
    #: The address after the permanent redirects only, so far.
    moved_to: str
    #: Conditions, as long as the host is the first one.
    headers: dict[str, str]
    left_s: float
    permanent: bool = True
    hops: int = 0


class CheckedResolver(AbstractResolver):
    """Resolves names to the addresses that may be connected to, and to no others."""

    def __init__(self, allowed: Allowed, inner: AbstractResolver) -> None:
        self._allowed = allowed
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the permitted addresses of a host; raise OSError if it has none."""
        found = await self._inner.resolve(host, port, family)
        if self._allowed.host(host):
            return found
        permitted = [result for result in found if self._allowed.address(result["host"])]
        if found and not permitted:
            raise PrivateAddressError(f"{host} is at a private address")
        return permitted

    async def close(self) -> None:
        await self._inner.close()


class PrivateAddressError(OSError):
    """A name leads into a private network."""


class Fetcher:
    """The client; an asynchronous context, which holds its connections.

    allow: host names, addresses or networks inside the operator's own network that may be read.
    agent: the User-Agent, which should say how to reach the operator. pace: how requests take
    turns. proxy: the http address of a proxy for all requests, at a private address or not. now:
    the clock, for Retry-After. resolver: asked for addresses; the system's but in tests.
    """

    def __init__(
        self,
        *,
        agent: str = "briefing-digest/0.1",
        allow: tuple[str, ...] = (),
        limits: Limits | None = None,
        pace: Pace | None = None,
        proxy: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._agent = agent
        self._allowed = Allowed(allow)
        self._limits = limits or Limits()
        self._pace = pace or Pace()
        self._proxy = proxy
        # The proxy may be connected to, and yet not be read as a source.
        own = (URL(proxy).raw_host or "",) if proxy else ()
        self._connected = Allowed((*allow, *own))
        self._now = now
        self._resolver = resolver
        self._turns = Turns(self._pace)
        self._opened: aiohttp.ClientSession | None = None

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            raise RuntimeError("a Fetcher is used within `async with`")
        return self._opened

    async def __aenter__(self) -> Self:
        resolver = CheckedResolver(self._connected, self._resolver or aiohttp.ThreadedResolver())
        # Turns belong to the loop of this context.
        self._turns = Turns(self._pace)
        self._opened = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=resolver, use_dns_cache=False, limit=self._pace.connections
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            trust_env=False,
            auto_decompress=False,
            proxy=self._proxy,
            headers={"User-Agent": self._agent, "Accept-Encoding": "gzip, deflate"},
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        session, self._opened = self._session, None
        await session.close()

    async def get(
        self, url: str, *, validators: Mapping[str, str] | None = None, gap_s: float = 0.0
    ) -> Response:
        """Return what an address answers; raise FetchError, in one line, where it is of no use.

        validators: headers such as If-None-Match, from an earlier answer; dropped when a redirect
        leads to another host. gap_s: that the host of the address wants between two requests,
        where that is longer than our own.
        """
        try:
            return await self._follow(url, dict(validators or {}), gap_s)
        except TimeoutError as exc:
            raise FetchError(
                f"{shown(url)} gave no whole answer within {self._limits.deadline_s:g} seconds"
            ) from exc
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            raise FetchError(f"{shown(url)} cannot be read: {_why(exc)}") from exc

    async def _follow(self, url: str, headers: dict[str, str], gap_s: float) -> Response:
        walk = _Walk(url=url, at=url, moved_to=url, headers=headers, left_s=self._limits.deadline_s)
        while True:
            target = self._checked(walk)
            # A redirect within a host is no new request to it: no other comes between, and no gap.
            host = target.raw_host
            async with self._turns.turn(host or "", gap_s=gap_s):
                while target.raw_host == host:
                    answer = await self._hop(walk, target)
                    if answer is not None:
                        return answer
                    target = self._checked(walk)
            # What one host wants binds no other.
            gap_s = 0.0

    async def _hop(self, walk: "_Walk", target: URL) -> Response | None:
        """Ask once; return the answer, or None where it leads on, with `walk` at the next place."""
        if walk.hops > self._limits.max_redirects:
            raise FetchError(
                f"{shown(walk.url)} redirects more than {self._limits.max_redirects} times"
            )
        if target.origin() != URL(walk.url).origin():
            walk.headers = {}
        loop = asyncio.get_running_loop()
        start = loop.time()
        # One deadline for all, in which waiting for a turn does not count.
        async with (
            asyncio.timeout(walk.left_s),
            self._session.get(target, headers=walk.headers, allow_redirects=False) as answer,
        ):
            location = answer.headers.get("Location")
            if answer.status not in _REDIRECTS or not location:
                return await self._usable(answer, walk.at, walk.moved_to)
        walk.left_s -= loop.time() - start
        walk.hops += 1
        walk.permanent = walk.permanent and answer.status in _PERMANENT
        walk.at = urljoin(walk.at, location)
        walk.moved_to = walk.at if walk.permanent else walk.moved_to
        return None

    def _checked(self, walk: "_Walk") -> URL:
        """Return an address that may be asked, as the client reads it; raise FetchError if not."""
        url, first = walk.at, walk.url
        via = "" if url == first else f"redirects to {shown(url)}, which "
        try:
            split(url)
            target = URL(url)
        except ValueError as exc:
            raise FetchError(f"{shown(first)} {via}{exc}") from exc
        # The host as the client will use it: it turns other digits into ASCII ones, for example.
        host = target.raw_host or ""
        number = literal(host)
        if number and not (self._allowed.address(number) or self._allowed.host(host)):
            raise FetchError(f"{shown(first)} {via}is at a private address; {_IF_YOURS}")
        return target

    async def _usable(self, answer: aiohttp.ClientResponse, url: str, moved_to: str) -> Response:
        if answer.status not in (200, 304):
            advice = _ADVICE.get(answer.status)
            raise FetchError(
                f"{shown(url)} answered {answer.status} {answer.reason or ''}".rstrip()
                + (f": {advice}" if advice else ""),
                status=answer.status,
                retry_after_s=self._retry_after_s(answer.headers.get("Retry-After", "")),
            )
        body = b"" if answer.status == 304 else await self._body(answer, url)
        return Response(
            url=url,
            status=answer.status,
            body=body,
            headers={name.lower(): value for name, value in answer.headers.items()},
            moved_to=moved_to,
        )

    async def _body(self, answer: aiohttp.ClientResponse, url: str) -> bytes:
        unpacker = _Unpacker(answer.headers.get("Content-Encoding", ""), self._limits.max_bytes)
        declared = answer.headers.get("Content-Length", "")
        try:
            if declared.isdecimal() and int(declared[:20]) > self._limits.max_bytes:
                raise _TooLargeError
            async for chunk in answer.content.iter_chunked(_CHUNK):
                unpacker.feed(chunk)
            return unpacker.finish()
        except _TooLargeError as exc:
            raise FetchError(
                f"{shown(url)} is larger than {self._limits.max_bytes / (1 << 20):g} MB"
            ) from exc
        except zlib.error as exc:
            raise FetchError(f"{shown(url)} sent compressed data that is broken") from exc

    def _retry_after_s(self, text: str) -> float | None:
        """Return how long a server asks us to wait; None where it does not say so sensibly."""
        if text.isdecimal():
            return float(text[:12])
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - self._now()).total_seconds())


class _TooLargeError(Exception):
    """A body has more bytes than allowed."""


class _Unpacker:
    """Collects a body, unpacking gzip or deflate, and never holds more than the cap allows."""

    def __init__(self, encoding: str, max_bytes: int) -> None:
        """Raise ValueError for an encoding that was not asked for, or several at once."""
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise ValueError(f"it sent an encoding that was not asked for ({encoding[:40]})")
        self._packed = encoding not in ("", "identity")
        self._raw_deflate = encoding == "deflate"
        self._inflate = zlib.decompressobj(47) if self._packed else None
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> None:
        """Add a piece; raise _TooLargeError or zlib.error."""
        if self._inflate is None:
            self._add(data)
            return
        while data:
            data = self._unpack(data)

    def finish(self) -> bytes:
        """Return the whole; raise zlib.error if it breaks off."""
        if self._inflate is not None and not self._inflate.eof and self._size:
            raise zlib.error("incomplete")
        return b"".join(self._parts)

    def _unpack(self, data: bytes) -> bytes:
        """Unpack a piece and return what of it is left."""
        assert self._inflate is not None
        if self._inflate.eof:
            # Several gzip members in a row are one body; padding behind the last is not.
            if not data.startswith(b"\x1f\x8b"):
                return b""
            self._inflate = zlib.decompressobj(47)
        room = self._max_bytes - self._size + 1
        try:
            self._add(self._inflate.decompress(data, room))
        except zlib.error:
            # "deflate" means zlib's format, but many servers send it without zlib's header.
            if not self._raw_deflate or self._size:
                raise
            self._raw_deflate = False
            self._inflate = zlib.decompressobj(-15)
            return data
        return self._inflate.unconsumed_tail or self._inflate.unused_data

    def _add(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._max_bytes:
            raise _TooLargeError
        self._parts.append(data)


def _why(exc: Exception) -> str:
    """Return the cause of a failed request in words, in one line."""
    chain: list[BaseException] = [exc]
    while (cause := chain[-1].__cause__) is not None and len(chain) < 9:
        chain.append(cause)
    for cause in chain:
        if isinstance(cause, PrivateAddressError):
            return f"{cause}; {_IF_YOURS}"
    for kind, words in _CAUSES:
        if any(isinstance(cause, kind) for cause in chain):
            return words
    return (" ".join(str(exc).split()) or type(exc).__name__)[:200]
