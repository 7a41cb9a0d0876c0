"""The composition root: settings in, wired objects out. Nothing else builds an adapter."""

import os
import sys
from collections.abc import Mapping, Sequence
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
from service import __version__, pipeline, topic
from service.brief.condense import AUTO
from service.errors import SettingsError
from service.model import SourceRead
from service.pipeline import Feed, Order
from service.progress import Progress
from service.settings import Settings, SourceSettings
from service.store import Store
from service.topic import Profile

if TYPE_CHECKING:
    from feeds.fetch import Fetcher

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
    """The objects of one run; a context manager that closes the store."""

    def __init__(self, settings: Settings, *, corpus: Path | None = None) -> None:
        self.settings = settings
        self.now = moment()
        self.profile: Profile = topic.load(settings.desk.topic, settings.anchor)
        chosen = (
            settings.source if corpus is None else (_corpus_source(settings, corpus.absolute()),)
        )
        self._fetcher = _fetcher(chosen)
        self._workers = Workers(preload=FOR_FEEDS if self._fetcher else FOR_PAGES)
        self.feeds = tuple(self._feed(source) for source in chosen)
        self.store = Store.open(settings.store_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
        if self._fetcher is None:
            raise ValueError("a feed without a client")
        feed = FeedSource(
            source.name,
            url,
            self._fetcher,
            language=source.language,
            now=lambda: self.now,
            run=self._workers.run,
        )
        return Feed(source=feed, address=url, state_media=source.state_media)

    async def collect(self, progress: Progress) -> tuple[SourceRead, ...]:
        """Read every source and store what is new; return what each gave."""
        async with AsyncExitStack() as open_:
            await open_.enter_async_context(self._workers)
            if self._fetcher is not None:
                await open_.enter_async_context(self._fetcher)
            return await pipeline.collect(self.store, self.feeds, now=self.now, progress=progress)

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
        )


def components() -> tuple[tuple[str, str], ...]:
    """Return names and versions of what an issue depends on, Python's first."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    return (("python", python), *((name, metadata.version(name)) for name in COMPONENTS))


def _fetcher(chosen: Sequence[SourceSettings]) -> "Fetcher | None":
    """Return the one HTTP client, or None: only who has feeds waits for its import."""
    urls = [source.url for source in chosen if source.kind == "feed" and source.url]
    if not urls:
        return None
    from feeds.fetch import Fetcher

    private = {
        urlsplit(source.url).hostname or ""
        for source in chosen
        if source.url and source.allow_private
    }
    return Fetcher(agent=f"briefing-digest/{__version__}", allow=tuple(sorted(private)))


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
