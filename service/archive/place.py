"""What every page shares: the store, the settings, the words, the doors."""

import asyncio
import hashlib
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from service.archive import answers
from service.archive.access import Door, Visitor
from service.archive.issue import Pages
from service.archive.limits import Buckets
from service.delivery.tokens import Tokens
from service.errors import SettingsError
from service.render.catalogue import catalogue
from service.render.environment import fill
from service.settings import Desk, Settings
from service.store import Store, sources
from service.store.sources import SourceState

if TYPE_CHECKING:
    from service.delivery.base import Channel


#: How long the list of sources is kept, in seconds; a source is read every 15 minutes at most.
_SOURCES_S = 5.0


def now() -> datetime:
    return datetime.now(UTC)


def edition_path(name: str) -> str:
    """Return an edition's name as a part of an address; "daily@Asia/Tokyo" has a slash in it."""
    return quote(name, safe="@/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the application is wired from, beside the store and the settings."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Callable[[], datetime] = now
    #: Seconds that never go back.
    ticks: Callable[[], float] = time.monotonic
    #: Sends the mail that asks a mailbox; None: as the settings say.
    mail: "Channel | None" = None
    #: Called when something has become due, so that whoever runs it need not be waited for.
    wake: Callable[[], None] | None = None
    #: Seconds between two looks for what is not searchable yet; None: nobody looks.
    index_every_s: float | None = 10.0


class Place:
    """The archive as its pages see it."""

    def __init__(self, store: Store, settings: Settings, given: Given) -> None:
        self.store, self.settings, self.given = store, settings, given
        self.web = settings.web
        self.door = Door(settings, given.environ, given.clock)
        self.language = settings.desk.language
        self.zone = settings.desk.timezone
        self.public_url = (settings.web.public_url or "").rstrip("/")
        self.pages = Pages()
        self._sources: tuple[float, tuple[SourceState, ...] | None] = (0.0, None)
        #: Reading is free; each of these is for one address.
        self.posts = Buckets(20, 6.0, given.ticks)
        self.logins = Buckets(5, 30.0, given.ticks)
        self.leaves = Buckets(300, 0.5, given.ticks)
        self.asks = Buckets(5, 120.0, given.ticks)
        #: Tasks of mails that are under way: the loop keeps no reference of its own.
        self.tasks: set[asyncio.Task[None]] = set()

    @cached_property
    def tokens(self) -> Tokens | None:
        """What reads the marks in links; None where no key is set, or none that will do."""
        said = self.given.environ.get(self.settings.delivery.link_keys_env, "")
        keys = [key for part in said.split(",") if (key := part.strip())]
        try:
            return Tokens(keys)
        except SettingsError:
            return None

    @cached_property
    def title(self) -> str:
        text = self.settings.desk.title
        own = text != Desk.model_fields["title"].default
        return text if own else catalogue(self.language).gettext(text)

    @cached_property
    def marking(self) -> str:
        text = self.settings.desk.marking
        own = text != Desk.model_fields["marking"].default
        return text if own else catalogue(self.language).gettext(text)

    @cached_property
    def style(self) -> bytes:
        return fill("archive/style.css", "text").encode("utf-8")

    @cached_property
    def bar_style(self) -> bytes:
        return fill("archive/bar.css", "text").encode("utf-8")

    @cached_property
    def style_path(self) -> str:
        return f"/style-{hashlib.sha256(self.style).hexdigest()[:12]}.css"

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        language: str | None = None,
        keep: bool = True,
        **context: object,
    ) -> Response:
        """Return a page. keep: a browser may keep it and ask whether it has changed."""
        said = visitor(request)
        body = fill(
            f"archive/{template}",
            "markup",
            language=language or self.language,
            desk=self,
            visitor=said,
            path=request.url.path,
            **context,
        )
        # A page with a session's mark in it is nobody else's.
        kept = keep and not said.mark
        headers = {
            "Content-Language": language or self.language,
            "Cache-Control": self.kept if kept else answers.NEVER,
        }
        return Response(body, status_code=status, media_type="text/html", headers=headers)

    @property
    def kept(self) -> str:
        """How what anybody may read is kept: by a browser alone where not everybody may."""
        return answers.ASK if self.web.access in (None, "public") else f"private, {answers.ASK}"

    def sources(self) -> tuple[SourceState, ...]:
        """Return every source as it was a few seconds ago: to count what each gave takes long."""
        moment = self.given.ticks()
        at, known = self._sources
        if known is None or moment - at > _SOURCES_S:
            with self.store.read() as db:
                known = sources.listing(db)
            self._sources = moment, known
        return known

    def start(self, work: Awaitable[None]) -> None:
        """Do something after the answer, which must not tell by its time what was done."""

        async def run() -> None:
            await work

        task = asyncio.get_running_loop().create_task(run())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def place(request: Request) -> Place:
    """Return the archive that a request is for."""
    found: Place = request.app.state.place
    return found


def visitor(request: Request) -> Visitor:
    """Return who sent a request."""
    known: Visitor | None = getattr(request.state, "visitor", None)
    return known or Visitor(reads=False, acts=False)
