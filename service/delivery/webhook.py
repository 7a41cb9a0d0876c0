"""Handing an issue to a program: a signed POST of JSON (`service.delivery.parcel`).

    POST /hook HTTP/1.1
    Content-Type: application/json
    Briefing-Signature: t=1795334400,v1=<hex HMAC-SHA256 of "1795334400." and the body>
    Idempotency-Key: <hex SHA-256 of the address and the body>

Who receives it checks the signature, refuses a time that is minutes off, and takes a second request
with a key that it knows for the first one. The ledger's promise is kept as for mail: the connection
is made, `commit` is asked, and only then the request goes out. Whatever fails before is certain,
and a request that is not answered is in doubt; it is sent again with the same key, so that a
receiver that heeds it has the issue once.

Connections are not kept: an issue a day to each address. Redirects are not followed, since they
would take the issue to where nobody asked for it; the operator is told of them.

Rejected: feeds.fetch as the client, which is made for reading from strangers (public addresses
only, robots.txt, caches); a webhook is the operator's own and often inside the house.
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from service.delivery.base import Cause, Commit, Envelope, Outcome, Result
from service.delivery.replies import one_line
from service.errors import SettingsError

if TYPE_CHECKING:
    import aiohttp

#: Like a password, it must not be guessed.
_LEAST_SECRET = 32
#: Not refused but put off, and by whom it is meant so.
_LATER = frozenset({408, 425, 429})
_CHUNK = 1 << 16
#: Bytes of the answer that are kept.
_ANSWER = 400


class WebhookChannel:
    """Webhooks as a channel of the ledger; the address is where to POST."""

    def __init__(
        self,
        secret: str,
        *,
        connect_s: float = 10.0,
        total_s: float = 60.0,
        connections: int = 8,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """secret: signs each request. total_s: the most that one takes, from the address on.

        Raises SettingsError for a secret that can be guessed.
        """
        if len(secret) < _LEAST_SECRET:
            raise SettingsError(
                (
                    f"the secret of webhooks is shorter than {_LEAST_SECRET} characters: set it to "
                    "what `openssl rand -hex 32` prints",
                )
            )
        self._secret = secret.encode("utf-8")
        self._connect_s, self._total_s, self._clock = connect_s, total_s, clock
        self._free = asyncio.Semaphore(connections)
        self._client: aiohttp.ClientSession | None = None

    async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
        """POST one document; what the other side does is an Outcome."""
        import aiohttp

        post = _Post(envelope.message, commit)
        async with self._free:
            try:
                async with self._session().post(
                    envelope.to,
                    data=post.body(),
                    headers=self._headers(envelope),
                    allow_redirects=False,
                ) as answer:
                    said = await answer.content.read(_ANSWER)
                    status, asked = answer.status, answer.headers.get("Retry-After", "")
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                return _broken(error, post)
        if post.error is not None:
            raise post.error
        text = one_line(said.decode("utf-8", "replace"))
        if status < 300 and not post.handed:
            return Outcome(
                result="deferred", cause="server", code=status, text="answered before the body came"
            )
        result, cause = judged(status)
        return Outcome(
            result=result,
            cause=cause,
            code=status,
            text=text or f"HTTP {status}",
            retry_after_s=self._wait(asked) if result == "deferred" else None,
        )

    async def close(self) -> None:
        """Give back connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _session(self) -> "aiohttp.ClientSession":
        import aiohttp

        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True),
                timeout=aiohttp.ClientTimeout(total=self._total_s, connect=self._connect_s),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"User-Agent": "briefing-digest"},
            )
        return self._client

    def _headers(self, envelope: Envelope) -> dict[str, str]:
        moment, body = str(int(self._clock())), envelope.message
        key = hashlib.sha256(envelope.to.encode("utf-8") + b"\0" + body).hexdigest()
        return {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Accept-Encoding": "identity",
            "Briefing-Signature": f"t={moment},v1={signature(self._secret, moment, body)}",
            "Idempotency-Key": key,
        }

    def _wait(self, asked: str) -> float | None:
        """Return the seconds of a Retry-After, which are a number or a date."""
        if asked.isascii() and asked.isdecimal():
            return float(asked[:9])
        try:
            at = parsedate_to_datetime(asked)
        except ValueError:
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max((at - datetime.fromtimestamp(self._clock(), UTC)).total_seconds(), 0.0)


class _Post:
    """The body of one request, which goes out when the ledger says so.

    aiohttp keeps the head back until the body begins; it asks for the body once it is connected.
    """

    def __init__(self, content: bytes, commit: Commit) -> None:
        self._content, self._commit = content, commit
        #: Whether the ledger said yes, and a first byte may have gone out.
        self.handed = False
        self.withdrawn = False
        #: What the ledger raised.
        self.error: BaseException | None = None

    async def body(self) -> AsyncIterator[bytes]:
        try:
            self.handed = await self._commit()
        except Exception as error:
            self.error = error
            raise
        if not self.handed:
            self.withdrawn = True
            # Ends the request with a body that is too short, so that it is none.
            raise ConnectionAbortedError("the ledger withdrew it")
        for start in range(0, len(self._content), _CHUNK):
            yield self._content[start : start + _CHUNK]


def signature(secret: bytes, moment: str, body: bytes) -> str:
    """Return the signature of a body at a moment (seconds since 1970), in hex."""
    return hmac.new(secret, moment.encode("ascii") + b"." + body, hashlib.sha256).hexdigest()


def judged(status: int) -> tuple[Result, Cause | None]:
    """Return what a status of HTTP means for the row."""
    if 200 <= status < 300:
        return "sent", None
    if status in _LATER or status >= 500:
        return "deferred", "server"
    if status == 410:
        # The only one that says of the address that it is gone for good.
        return "failed", "mailbox"
    if status in (400, 413, 415, 422):
        return "failed", "message"
    # A login, a redirect, a wrong path: for the operator.
    return "failed", "policy"


def _broken(error: Exception, post: _Post) -> Outcome:
    """Return what it means that a request got no answer."""
    import aiohttp

    if post.error is not None:
        raise post.error
    if post.withdrawn:
        return Outcome(result="withdrawn", text="another holds this row, or it was left")
    text = one_line(str(error) or type(error).__name__)
    if isinstance(error, TimeoutError):
        text = f"no answer in time: {text}"
    if post.handed:
        return Outcome(result="doubt", cause="server", text=f"after the request: {text}")
    if isinstance(error, aiohttp.InvalidURL):
        return Outcome(result="failed", cause="policy", text=f"no address of a webhook: {text}")
    insecure = isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError)
    return Outcome(result="deferred", cause="policy" if insecure else "server", text=text)
