"""Who may read and who may act.

A session is a value that names nobody, signed with a key that is made of the hash of the password:
to know it, one must know that hash. The mark that forms carry is a MAC of the session.
"""

import asyncio
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from itsdangerous import BadData, TimestampSigner
from starlette.requests import Request

from service.settings import Settings
from service.visitors import Web

#: How long a login holds.
LASTS_S = 12 * 3600
COOKIE = "briefing"
#: argon2 takes some 64 MB and a core each time.
_AT_ONCE = 2

#: What somebody wants: to read, or to act.
Want = Literal["read", "act"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who sent a request, as far as it matters."""

    reads: bool
    acts: bool
    #: The mark that forms of this session carry; "" where there is no session.
    mark: str = ""
    #: Whether a login would open more.
    can_log_in: bool = False
    #: Whether there is a session to end.
    logged_in: bool = False


class _Signer(TimestampSigner):
    """Signs at the time that it is given."""

    def __init__(self, key: bytes, clock: Callable[[], datetime]) -> None:
        super().__init__(key, salt="briefing-digest.session", digest_method=hashlib.sha256)
        self._now = clock

    def get_timestamp(self) -> int:
        return int(self._now().timestamp())

    def timestamp_to_datetime(self, ts: int) -> datetime:
        return datetime.fromtimestamp(ts, UTC)


class Door:
    """Decides, by the settings."""

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], clock: Callable[[], datetime]
    ) -> None:
        self.web: Web = settings.web
        self._hash = environ.get(settings.web.password_env, "")
        key = hashlib.sha256(b"session\0" + self._hash.encode()).digest()
        self._key, self._signer = key, _Signer(key, clock)
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self.secure = (settings.web.public_url or "").startswith("https://")

    @property
    def has_password(self) -> bool:
        return bool(self._hash)

    def visitor(self, request: Request) -> Visitor:
        """Return what the sender of a request may do."""
        web = self.web
        if web.access == "proxy":
            name = request.headers.get(web.proxy_header, "").strip()
            known = bool(name) and peer(request) in web.trusted
            acts = known and name in web.operators
            mark = self._mark(f"proxy {name}") if acts else ""
            return Visitor(reads=known, acts=acts, mark=mark)
        session = self._session(request)
        return Visitor(
            reads=web.access != "password" or session is not None,
            acts=session is not None,
            mark=self._mark(session) if session is not None else "",
            can_log_in=self.has_password and session is None,
            logged_in=session is not None,
        )

    def _session(self, request: Request) -> str | None:
        cookie = request.cookies.get(COOKIE, "")
        if not self.has_password or not cookie or len(cookie) > 200:
            return None
        try:
            return self._signer.unsign(cookie, max_age=LASTS_S).decode("ascii")
        except (BadData, UnicodeError):
            return None

    def new_session(self) -> str:
        """Return the value of a cookie for who has just logged in."""
        return self._signer.sign(os.urandom(16).hex()).decode("ascii")

    def _mark(self, session: str) -> str:
        return hmac.new(self._key, b"form\0" + session.encode(), hashlib.sha256).hexdigest()

    def marked(self, visitor: Visitor, given: str) -> bool:
        """Tell whether a form is of the visitor's own session."""
        return bool(visitor.mark) and hmac.compare_digest(visitor.mark, _ascii(given))

    async def opens(self, password: str) -> bool:
        """Tell whether a password is the right one; takes some 50 ms either way."""
        if not self.has_password or len(password) > 1000:
            return False
        async with self._turns:
            return await asyncio.to_thread(_right, self._hash, password)


def _right(known: str, password: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def _ascii(text: str) -> str:
    return text if text.isascii() else ""


def peer(request: Request) -> str:
    """Return the machine that the connection comes from."""
    return request.client.host if request.client else ""


def caller(request: Request, web: Web) -> str:
    """Return the address that a request comes from: as a trusted proxy says, or the peer's.

    A proxy adds the address that it sees at the end; what stands before it, anybody can write.
    """
    said = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return said if said and peer(request) in web.trusted else peer(request)


def foreign(request: Request, public_url: str | None) -> bool:
    """Tell whether a browser says that another site made it send this request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return False
    own = {request.headers.get("host", ""), urlsplit(public_url or "").netloc} - {""}
    return urlsplit(origin).netloc not in own
