"""The composition root's objects, as publishing and delivery want them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from service import editions, publishing
from service.app import App
from service.delivering import setup
from service.delivering.enqueue import enqueue
from service.delivering.mailings import Mailings
from service.errors import StoreError
from service.model import Artifact, Brief
from service.order import Order
from service.publishing import Rows
from service.schedule import Rule
from service.settings import EditionSettings, Settings
from service.store import recipients

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: What the settings of an edition call a mail, and what the file of one is called.
_FORMATS = {"email": "eml"}


class Editions:
    """The settings' editions and their readers' zones, as orders and rules."""

    def __init__(self, app: App) -> None:
        self._app = app

    @property
    def settings(self) -> Settings:
        return self._app.settings

    def rules(self) -> tuple[Rule, ...]:
        """Return when each edition is due, in each zone in which it is read."""
        with self._app.store.read() as db:
            return editions.rules(self.settings, db)

    def publishing(self) -> publishing.Desk:
        """Return what publishing needs of the rest."""
        app = self._app
        return publishing.Desk(
            store=app.store,
            feeds=app.feeds,
            profile=app.profile,
            press=app.press,
            order=self.order,
            length=self.length,
            unless=self.unless,
            enqueue=self.enqueue,
        )

    def order(self, edition: str, since: datetime | None) -> Order:
        """Return the order of an edition's issue: "daily", or "daily@Asia/Tokyo"."""
        own = self._own(edition)
        with self._app.store.read() as db:
            attached = recipients.formats(db, edition)
        asked = (_FORMATS.get(name, name) for name in (*own.formats, *attached))
        return self._app.order(edition=edition, formats=tuple(dict.fromkeys(asked)), since=since)

    def length(self, edition: str) -> timedelta:
        """Return how far back an edition's first issue looks."""
        for rule in self.rules():
            if rule.edition == edition:
                return rule.length
        raise _gone(edition)

    def unless(self, edition: str, brief: Brief) -> str | None:
        """Return why an edition does without an issue, or None."""
        own = self._own(edition)
        if own.skip_if_nothing_new:
            return publishing.nothing_new(brief)
        return publishing.nothing_to_tell(brief) if own.skip_if_empty else None

    def enqueue(self, order: Order, brief: Brief, files: Sequence[Artifact]) -> Rows:
        """Make what an issue's readers get; return what writes their rows with the issue."""
        edition = order.edition
        with self._app.store.read() as db:
            known = recipients.readers(db, edition)
        mailings: Mailings | None = None
        if known:
            mailings = self._mailings(order, brief, files)
            mailings.prepare(known)

        def write(db: "Connection", issue: int, now: datetime) -> int:
            readers = recipients.readers(db, edition)
            if not readers:
                return 0
            return enqueue(
                db,
                issue,
                readers,
                # Who joined in the meantime may be the first.
                mailings or self._mailings(order, brief, files),
                now=now,
                expires=setup.expires(self.settings, edition, now),
            )

        return write

    def _mailings(self, order: Order, brief: Brief, files: Sequence[Artifact]) -> Mailings:
        return Mailings(
            brief,
            files,
            setup.desk(self.settings),
            edition=order.edition,
            templates=Path(order.templates) if order.templates else None,
            press=self._app.press,
        )

    def _own(self, edition: str) -> EditionSettings:
        own = self.settings.own(edition)
        if own is None:
            raise _gone(edition)
        return own


def _gone(edition: str) -> StoreError:
    return StoreError(
        f"the edition {edition} is not in the settings any more: add it again, or "
        f"`briefing editions skip {edition} KEY` gives its period up"
    )
