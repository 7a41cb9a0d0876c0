"""A desk with issues in three languages, readers, and a client that is a browser to it."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from service.archive.application import application
from service.archive.exposure import password_hash
from service.archive.place import Given
from service.brief import codec
from service.delivery.base import Commit, Envelope, Outcome
from service.delivery.tokens import Purpose, Ticket, Tokens
from service.model import Artifact, Brief
from service.render import charts, html
from service.settings import Settings, check
from service.store import Store, issues, recipients, search, sources
from service.store.recipients import Wanted
from tests import builders

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KEY = "k" * 43
PASSWORD = "a long walk by the river"
#: Made once: it takes a while, on purpose.
HASH = password_hash(PASSWORD)
BASE = "http://127.0.0.1:8080"
EDITIONS = [
    {"name": "daily", "every": "day", "at": "07:00", "timezone": "Asia/Shanghai"},
    {"name": "weekly", "every": "week", "at": "07:00"},
]
PDF = b"%PDF-1.7 not much of one"


class Clock:
    """Times that a test moves."""

    def __init__(self) -> None:
        self.now, self.seconds = NOW, 0.0

    def wall(self) -> datetime:
        return self.now

    def ticks(self) -> float:
        return self.seconds


class Post:
    """A channel that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Envelope] = []

    async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
        assert await commit()
        self.sent.append(envelope)
        return Outcome(result="sent", code=250)

    async def close(self) -> None:
        return None


class Browser:
    """A browser without a screen, which waits for what an answer leaves to be done."""

    def __init__(self, app: Starlette, base: str, peer: str, loop: asyncio.Runner) -> None:
        self._app, self._loop = app, loop
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(peer, 50000))
        self._client = httpx.AsyncClient(transport=transport, base_url=base)

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def request(self, method: str, url: str, **more: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            answer = await self._client.request(method, url, **more)
            await asyncio.gather(*self._app.state.place.tasks)
            return answer

        return self._loop.run(run())

    def get(self, url: str, **more: Any) -> httpx.Response:
        return self.request("GET", url, **more)

    def post(self, url: str, **more: Any) -> httpx.Response:
        """Post as a form on a page of ours does."""
        headers = {"sec-fetch-site": "same-origin", **more.pop("headers", {})}
        return self.request("POST", url, headers=headers, **more)

    def log_in(self) -> None:
        answer = self.post("/login", data={"password": PASSWORD, "to": "/desk"})
        assert answer.status_code == 303, answer.text


class Desk:
    """What a test looks at: the store, the clock, the mails, the keys."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.clock, self.post, self.woken = Clock(), Post(), 0
        self.tokens = Tokens([KEY])

    def wake(self) -> None:
        self.woken += 1

    def settings(self, **web: object) -> Settings:
        desk = {"timezone": "Asia/Shanghai", "language": web.pop("language", "en")}
        tables = {"source": own} if (own := web.pop("source", None)) else {}
        data = {"desk": desk, "edition": EDITIONS, "web": web, **tables}
        return check(data, home=self.folder)

    @contextmanager
    def client(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        peer: str = "127.0.0.1",
        base: str = BASE,
        **web: object,
    ) -> Iterator[Browser]:
        """Give a browser; without a password where `environ` holds none."""
        given = Given(
            environ={"BRIEFING_LINK_KEYS": KEY, **(environ or {})},
            clock=self.clock.wall,
            ticks=self.clock.ticks,
            mail=self.post,
            wake=self.wake,
            index_every_s=None,
        )
        made = application(self.store, self.settings(**web), given)
        with asyncio.Runner() as loop:
            yield Browser(made, base, peer, loop)

    def link(self, purpose: Purpose, reader: str, edition: str = "daily") -> str:
        made = self.tokens.make(Ticket(reader=reader, edition=edition, purpose=purpose))
        return f"/{purpose}/{made}"

    def reader(self, address: str = "reader@example.org", *editions: str) -> str:
        with self.store.write() as db:
            one = Wanted(address=address, editions=editions or ("daily", "weekly"))
            return recipients.add(db, [one], {}, now=NOW)[0]

    def gets(self, reader: str) -> tuple[str, ...]:
        with self.store.read() as db:
            return recipients.get(db, reader).editions


def collected(store: Store, articles: tuple[Any, ...] | None = None) -> None:
    """Store articles as their sources gave them."""
    from service.model import Entry

    by_source: dict[str, list[Entry]] = {}
    for one in articles if articles is not None else builders.articles():
        place = one.places[0]
        entry = Entry(
            key=place.key,
            title=place.title,
            text=one.text,
            language=one.language,
            url=place.url,
            published=place.published,
            outlet=place.outlet,
        )
        by_source.setdefault(place.source, []).append(entry)
    with store.write() as db:
        for name, entries in by_source.items():
            sources.record_read(
                db,
                source=name,
                kind="feed",
                address=f"https://{name.replace(' ', '-').lower()}.example/feed",
                at=NOW - timedelta(hours=9),
                entries=entries,
                problems=(),
                items=len(entries),
                cursor=None,
            )


@cache
def _page(made: Brief) -> bytes:
    return html.page(made, charts.unpictured(made))


def publish(store: Store, made: Brief, *, page: bytes | None = None, pdf: bool = True) -> int:
    """Store an issue with its page and a PDF; return its id."""
    name = f"china-russia-{made.number}"
    files = []
    if page is None:
        page = _page(made)
    if page:
        files.append((f"{name}.html", Artifact(format="html", data=page)))
    if pdf:
        files.append((f"{name}.pdf", Artifact(format="pdf", data=PDF)))
    with store.write() as db:
        return issues.add(
            db,
            edition=made.edition,
            number=made.number,
            period=made.period,
            cutoff=made.cutoff,
            created=made.cutoff + timedelta(minutes=1),
            title=made.title,
            brief_json=codec.dumps(made),
            manifest="{}",
            artifacts=files,
        )


def brief(number: int = 12, **fields: object) -> Brief:
    made = builders.brief(**fields)
    later = timedelta(days=number - 12)
    return replace(made, number=number, cutoff=made.cutoff + later)


def indexed(store: Store) -> None:
    """Make all searchable."""
    with store.write() as db:
        while search.catch_up(db):
            pass
