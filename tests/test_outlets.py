"""Who a reader is told published an item: what it names, or else the feed; a folder is nobody."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.base import Batch
from service import collecting
from service.collecting import Feed
from service.model import Entry
from service.model.article import NOT_NAMED
from service.progress import Silent
from service.store import Store, articles

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A source that gives one entry."""

    name: str
    kind: str
    entry: Entry

    async def read(self, cursor: str | None) -> Batch:
        return Batch(entries=(self.entry,), problems=(), cursor=cursor, items=1)


@pytest.mark.parametrize(
    ("kind", "outlet", "origin", "told"),
    [
        ("feed", None, None, "Border Wire"),
        ("feed", "Harbour Post", None, "Harbour Post"),
        ("feed", None, "TASS", "Border Wire"),
        ("folder", None, None, NOT_NAMED),
        ("folder", None, "TASS", "TASS"),
        ("folder", "Harbour Post", "TASS", "Harbour Post"),
    ],
)
def test_an_item_that_names_no_outlet_is_its_feeds_and_no_folders(
    tmp_path: Path, kind: str, outlet: str | None, origin: str | None, told: str
) -> None:
    entry = Entry(
        key="1",
        title="A bridge opens",
        text="A second bridge over the river was opened to trains.",
        language="en",
        outlet=outlet,
        origin=origin,
    )
    feed = Feed(source=Given(name="Border Wire", kind=kind, entry=entry), address="here")
    with Store.open(f"sqlite:///{tmp_path}/store.db") as store:
        asyncio.run(collecting.collect(store, [feed], now=NOW, progress=Silent()))
        with store.read() as db:
            (article,) = articles.collected(db)
    assert article.outlet == told
    assert article.origin == origin
