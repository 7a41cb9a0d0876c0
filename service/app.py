"""The composition root: settings in, wired objects out. Nothing else builds an adapter."""

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import summarizers
from feeds.folder import FolderSource
from feeds.worker import FOR_FEEDS, FOR_PAGES, Workers
from service import __version__, collecting, topic
from service.brief.condense import AUTO
from service.collecting import Feed
from service.errors import SettingsError
from service.model import SourceRead
from service.pipeline import Order
from service.progress import Progress
from service.render.sheet import Sheet
from service.render.worker import Press
from service.settings import Collect, Settings, SourceSettings
from service.store import Store
from service.topic import Profile

if TYPE_CHECKING:
    from feeds.fetch import Fetcher
    from feeds.pages import Pages
    from feeds.robots import Robots

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

    def __init__(self, settings: Settings, *, corpus: Path | None = None) -> None:
        self.settings = settings
        self.now = moment()
        self.profile: Profile = topic.load(settings.desk.topic, settings.anchor)
        chosen = (
            settings.source if corpus is None else (_corpus_source(settings, corpus.absolute()),)
        )
        self._fetcher = _fetcher(chosen, settings.collect)
        self._robots: Robots | None = None
        self._workers = Workers(preload=FOR_FEEDS if self._fetcher else FOR_PAGES)
        self.feeds = tuple(self._feed(source) for source in chosen)
        #: Sets the pages of PDFs; started by who wants one.
        self.press = Press()
        self.store = Store.open(settings.store_url)

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

    async def collect(
        self,
        progress: Progress,
        *,
        names: Collection[str] | None = None,
        stopped: bool = False,
    ) -> tuple[SourceRead, ...]:
        """Read sources and store what is new; return what each gave.

        names: only these; None: all. stopped: read those that were stopped, too.
        """
        feeds = [f for f in self.feeds if names is None or f.source.name in names]
        async with AsyncExitStack() as open_:
            await open_.enter_async_context(self._workers)
            if self._fetcher is not None:
                await open_.enter_async_context(self._fetcher)
            return await collecting.collect(
                self.store, feeds, now=self.now, progress=progress, stopped=stopped
            )

    def order(
        self,
        *,
        edition: str,
        formats: tuple[str, ...],
        since: datetime | None,
        until: datetime | None,
        number: int | None,
        max_stories: int | None,
        summarizer: str | None,
    ) -> Order:
        """Return the order of an issue, with the desk's settings where nothing else is asked."""
        desk = self.settings.desk
        name = summarizer or desk.summarizer
        known = (AUTO, *summarizers.names())
        if name not in known:
            raise SettingsError((f'summarizer "{name}": choose of {", ".join(known)}',))
        return Order(
            title=desk.title,
            marking=desk.marking,
            edition=edition,
            language="en",
            timezone=desk.timezone,
            summarizer=name,
            version=__version__,
            max_stories=max_stories or desk.max_stories,
            formats=formats,
            sender=self.settings.smtp.sender,
            since=since,
            until=until,
            cutoff=min(until, self.now) if until else self.now,
            number=number,
            components=components(),
            sheet=Sheet(size=desk.paper, archival=desk.archival),
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


def _corpus_source(settings: Settings, folder: Path) -> SourceSettings:
    """Return the source for a folder named on the command line.

    It is the configured one where that is the same folder; otherwise it is named by its way from
    the settings' folder, so that two folders never share one memory of what was read.
    """
    for source in settings.source:
        if source.kind == "folder" and settings.path(source.path or "") == folder:
            return source
    name = os.path.relpath(folder, settings.anchor.absolute())
    return SourceSettings(name=name, kind="folder", path=str(folder))
