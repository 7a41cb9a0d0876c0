"""The composition root: settings in, wired objects out. Nothing else builds an adapter."""

import os
import sys
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import summarizers
from feeds.folder import FolderSource
from feeds.worker import FOR_FEEDS, FOR_PAGES, Workers
from service import __version__, collecting, topic
from service.brief.condense import AUTO
from service.collecting import Feed
from service.errors import SettingsError, UsageError
from service.model import SourceRead
from service.pipeline import Order
from service.progress import Progress
from service.render.catalogue import catalogue
from service.render.sheet import Sheet
from service.render.worker import Press
from service.settings import Collect, Desk, Settings, SourceSettings
from service.store import Store, health, sources
from service.topic import Profile

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from feeds.fetch import Fetcher
    from feeds.pages import Pages
    from feeds.robots import Robots
    from service.delivering.courier import Courier

#: Our name towards the sites that we read, and in their robots.txt.
AGENT = "briefing-digest"

#: Packages on which the text or the look of an issue depends.
COMPONENTS = (
    "feedparser",
    "rjieba",
    "sentencex",
    "pystemmer",
    "sumy",
    "trafilatura",
    "weasyprint",
)


def moment(environ: Mapping[str, str] = os.environ) -> datetime:
    """Return the time to work at: SOURCE_DATE_EPOCH where it is set, or else the clock's.

    Raises SettingsError for a bad value.
    """
    fixed = environ.get("SOURCE_DATE_EPOCH")
    if fixed is None:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError):
        raise SettingsError(
            (f'SOURCE_DATE_EPOCH="{fixed}": must be whole seconds since 1970',)
        ) from None


class App:
    """The objects of one run; a context manager that closes the store and ends the processes."""

    def __init__(
        self,
        settings: Settings,
        *,
        corpus: Path | None = None,
        clock: Callable[[], datetime] | None = None,
        settled_s: float = 0.0,
        migrate: bool = True,
    ) -> None:
        """clock: gives the time of each step; None: all of the run is at one moment.

        settled_s: seconds for which a file of a folder must have been still before it is read.
        migrate: as for `Store.open`.
        """
        self._settled_s = settled_s
        self.settings = settings
        fixed = moment()
        self._clock = clock or (lambda: fixed)
        self.profile: Profile = topic.load(settings.desk.topic, settings.anchor)
        folder = None if corpus is None else _folder(corpus)
        self.store = Store.open(settings.store_url, migrate=migrate, artifacts=settings.artifacts)
        chosen = (
            settings.source if folder is None else (_corpus_source(settings, folder, self.store),)
        )
        self._fetcher = _fetcher(chosen, settings.collect)
        self._robots: Robots | None = None
        self._workers = Workers(preload=FOR_FEEDS if self._fetcher else FOR_PAGES)
        self.feeds = tuple(self._feed(source) for source in chosen)
        #: Sets the pages of PDFs; started by who wants one.
        self.press = Press()
        self._reading = 0

    @property
    def now(self) -> datetime:
        """The time to work at."""
        return self._clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.press.close()
        self.store.close()

    def _feed(self, source: SourceSettings) -> Feed:
        if source.kind == "folder":
            path = self.settings.path(source.path or "")
            folder = FolderSource(
                source.name,
                path,
                max_bytes=source.max_mb << 20,
                language=source.language,
                now=lambda: self.now,
                call=self._workers.call,
                settled_s=self._settled_s,
            )
            return Feed(source=folder, address=str(path), state_media=source.state_media)
        from feeds.feed import FeedSource

        url = source.url or ""
        client = self._fetcher
        if client is None:
            raise ValueError("a feed without a client")
        pages = self._pages(client) if source.full_text else None

        def at(address: str) -> FeedSource:
            return FeedSource(
                source.name,
                address,
                client,
                language=source.language,
                now=lambda: self.now,
                run=self._workers.run,
                pages=pages,
            )

        return Feed(source=at(url), address=url, state_media=source.state_media, elsewhere=at)

    def _pages(self, client: "Fetcher") -> "Pages":
        from feeds.pages import Pages
        from feeds.robots import Robots

        if self._robots is None:
            self._robots = Robots(client, agent=AGENT, now=lambda: self.now)
        return Pages(client, self._robots, now=lambda: self.now, run=self._workers.run)

    def due(self) -> tuple[str, ...]:
        """Return the names of the sources that are due, in the order of the settings.

        A folder always is: it is on this machine, and nobody is to be spared. So is one that is
        read no more: `collect` does not ask it, but says why, and it is not forgotten.
        """
        feeds = {f.source.name: f.address for f in self.feeds if f.source.kind == "feed"}
        with self.store.read() as db:
            found = set(sources.due(db, self.now, feeds))
            found |= {name for name, state in health.listing(db).items() if state.stopped}
        names = (feed.source.name for feed in self.feeds)
        return tuple(name for name in names if name in found or name not in feeds)

    async def collect(
        self,
        progress: Progress,
        *,
        names: Collection[str] | None = None,
        stopped: bool = False,
        at: datetime | None = None,
        fence: "Callable[[Connection], None]" = lambda db: None,
    ) -> tuple[SourceRead, ...]:
        """Read sources and store what is new; return what each gave.

        names: only these; None: all. stopped: read those that were stopped, too. at: the moment
        that what is new is stamped with; None: now. fence: as for `collecting.collect`.
        """
        feeds = [f for f in self.feeds if names is None or f.source.name in names]
        async with self.reading():
            return await collecting.collect(
                self.store,
                feeds,
                now=at or self.now,
                progress=progress,
                stopped=stopped,
                fence=fence,
            )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Keep connections and processes for several calls of `collect` within."""
        async with AsyncExitStack() as open_:
            if not self._reading:
                await open_.enter_async_context(self._workers)
                if self._fetcher is not None:
                    await open_.enter_async_context(self._fetcher)
            self._reading += 1
            try:
                yield
            finally:
                self._reading -= 1

    def courier(
        self, *, only: int | None = None, clock: Callable[[], datetime] = moment
    ) -> "Courier":
        """Return what sends the rows that are due. only: those of this issue."""
        from service.delivering import setup
        from service.delivering.courier import Courier
        from service.delivering.letters import Letters, stored

        return Courier(
            self.store,
            setup.channels(self.settings),
            Letters(setup.desk(self.settings), stored(self.store)),
            clock=clock,
            on_doubt=self.settings.delivery.on_doubt,
            # While some wait for a commit, the others keep the connections busy.
            slots=max(4 * self.settings.smtp.connections, 20),
            only=only,
        )

    def zone(self, edition: str) -> str:
        """Return the zone in which an edition is read: its readers', its own, or else the desk's.

        edition: "daily", or "daily@Asia/Tokyo"; one that no settings name has the desk's.
        """
        own = self.settings.own(edition)
        readers = edition.partition("@")[2] if own else ""
        if readers and readers not in available_timezones():
            raise UsageError(f'edition {edition}: "{readers}" is no time zone; one is Asia/Tokyo')
        return readers or (own and own.timezone) or self.settings.desk.timezone

    def _language(self, edition: str) -> str:
        """Return the language of an edition's own words: its own, or else the desk's."""
        own = self.settings.own(edition)
        return (own and own.language) or self.settings.desk.language

    def _said(self, key: str, language: str) -> str:
        """Return a text of the desk as it is written; our own default in the edition's language."""
        text: str = getattr(self.settings.desk, key)
        own = text != Desk.model_fields[key].default
        return text if own else catalogue(language).gettext(text)

    def _mail(self, edition: str) -> Literal["digest", "full"]:
        """Return what the HTML of an edition's mails holds: its own choice, or else the desk's."""
        own = self.settings.own(edition)
        return (own and own.mail) or self.settings.desk.mail

    def order(
        self,
        *,
        edition: str,
        formats: tuple[str, ...],
        since: datetime | None = None,
        until: datetime | None = None,
        number: int | None = None,
        max_stories: int | None = None,
        summarizer: str | None = None,
    ) -> Order:
        """Return the order of an issue: what is asked, else as its edition wants it, or the desk.

        since, until, number: as of `Order`.
        """
        desk = self.settings.desk
        own = self.settings.own(edition)
        name = summarizer or (own and own.summarizer) or desk.summarizer
        templates = self.settings.templates(edition)
        known = (AUTO, *summarizers.names())
        if name not in known:
            raise SettingsError((f'summarizer "{name}": choose of {", ".join(known)}',))
        language = self._language(edition)
        return Order(
            title=self._said("title", language),
            marking=self._said("marking", language),
            edition=edition,
            language=language,
            timezone=self.zone(edition),
            summarizer=name,
            version=__version__,
            max_stories=max_stories or (own and own.max_stories) or desk.max_stories,
            formats=formats,
            sender=self.settings.smtp.sender,
            since=since,
            until=until,
            cutoff=min(until, self.now) if until else self.now,
            number=number,
            components=components(),
            sheet=Sheet(size=desk.paper, archival=desk.archival),
            topic=desk.topic,
            templates=None if templates is None else str(templates),
            mail=self._mail(edition),
        )


def components() -> tuple[tuple[str, str], ...]:
    """Return names and versions of what an issue depends on, Python's first."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    return (("python", python), *((name, metadata.version(name)) for name in COMPONENTS))


def _fetcher(chosen: Sequence[SourceSettings], collect: Collect) -> "Fetcher | None":
    """Return the one HTTP client, or None: only who has feeds waits for its import."""
    urls = [source.url for source in chosen if source.kind == "feed" and source.url]
    if not urls:
        return None
    private = {
        urlsplit(source.url).hostname or ""
        for source in chosen
        if source.url and source.allow_private
    }
    return client(collect, allow=tuple(sorted(private)))


def client(collect: Collect, *, allow: tuple[str, ...] = ()) -> "Fetcher":
    """Return a client as the settings want it. allow: hosts that may be private."""
    from feeds.fetch import Fetcher
    from feeds.turns import Pace

    contact = f" (+{collect.contact})" if collect.contact else ""
    return Fetcher(
        agent=f"{AGENT}/{__version__}{contact}",
        allow=allow,
        pace=Pace(connections=collect.connections, gap_s=collect.gap_s),
        proxy=collect.proxy,
    )


def _folder(corpus: Path) -> Path:
    """Return the absolute path of a folder named on the command line; UsageError for a file.

    One that does not exist is for the reading to tell, and for the brief.
    """
    if corpus.exists() and not corpus.is_dir():
        raise UsageError(
            f"--corpus {corpus}: is a file, not a folder; name the folder that holds it"
        )
    # ".." is not cut out of the text of a path: behind a link it leads elsewhere.
    return corpus.resolve() if ".." in corpus.parts else corpus.absolute()


def _corpus_source(settings: Settings, folder: Path, store: Store) -> SourceSettings:
    """Return the source for a folder named on the command line.

    It is the configured one where that is the same folder. Otherwise it has the folder's own name,
    or the whole path where another source has that name, in the settings or in what the store
    knows: two folders never share one memory of what was read. The first to come keeps the name.
    """
    for source in settings.source:
        if (
            source.kind == "folder"
            and settings.path(source.path or "").resolve() == folder.resolve()
        ):
            return source
    with store.read() as db:
        known = {name: address for name, (address, _) in sources.cursors(db).items()}
    taken = {source.name for source in settings.source}
    name, address = folder.name, str(folder)
    if not name or name in taken or known.get(name, address) != address:
        name = address
    return SourceSettings(name=name, kind="folder", path=address)
