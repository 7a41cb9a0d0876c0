"""A desk that serves, with a clock that is set by hand."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from service import publishing, settings
from service.app import App
from service.delivery.base import Commit, Envelope, Outcome
from service.model import Brief
from service.progress import Silent
from service.publishing import Made
from service.serving.clock import Clock
from service.serving.desk import Editions
from service.serving.jobs import Jobs
from service.settings import Settings
from service.store import Store, issues, notices, periods
from service.store.issues import IssueHead
from service.store.notices import Notice
from service.store.periods import Slot

#: A Wednesday.
START = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

DAILY: dict[str, Any] = {"name": "daily", "every": "day", "at": "07:00", "formats": ["txt"]}


TRAINS = (
    "Night trains to Harbin start again\n\nRussia and China agreed on Friday to run night trains "
    "between Vladivostok and Harbin again from December. The railways of both countries will sell "
    "tickets from Monday on. Two trains a week will cross the border at Grodekovo.\n"
)
TARIFFS = (
    "Beijing lowers duties on Russian fish\n\nChina lowered its duties on frozen fish from Russia "
    "to three per cent on Tuesday. Traders in Vladivostok expect to sell more pollock there this "
    "winter. The customs office of Dalian will check the first ships on Thursday.\n"
)


class Hands:
    """A clock whose hands are moved by the test; steady and wall together, or one of them."""

    def __init__(self, wall: datetime = START) -> None:
        self.wall = wall
        self.steady = 1000.0

    def now(self) -> datetime:
        return self.wall

    def go(self, **span: float) -> None:
        """Let time pass."""
        self.wall += timedelta(**span)
        self.steady += timedelta(**span).total_seconds()

    def leap(self, **span: float) -> None:
        """Set the wall clock alone."""
        self.wall += timedelta(**span)

    def clock(self) -> Clock:
        return Clock(wall=self.now, steady=lambda: self.steady)


class Way:
    """A channel that takes what it is given, or answers as it is told."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.sent: list[Envelope] = []
        self.closed = 0

    async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
        outcome = self.outcomes.pop(0) if self.outcomes else Outcome(result="sent", code=250)
        if not await commit():
            return Outcome(result="withdrawn")
        self.sent.append(envelope)
        return outcome

    async def close(self) -> None:
        self.closed += 1


def chosen(home: Path, *editions: dict[str, Any], **sections: Any) -> Settings:
    """Return settings with these editions, or a daily one."""
    data = {"edition": list(editions or (DAILY,)), **sections}
    return settings.check(data, home=home)


def add(home: Path, name: str, text: str) -> None:
    """Put an article into the corpus."""
    (home / "corpus" / name).write_text(text, encoding="utf-8")


@contextmanager
def open_app(wanted: Settings, hands: Hands) -> Iterator[App]:
    with App(wanted, clock=hands.now) as app:
        yield app


def here(app: App) -> Callable[[Slot, datetime], Awaitable[Made]]:
    """Return what makes issues in this process."""

    async def make(held: Slot, at: datetime) -> Made:
        return publishing.made(Editions(app).publishing(), held, at, Silent())

    return make


def jobs_of(app: App, hands: Hands, *, make: Any = None, owner: str = "one", **more: Any) -> Jobs:
    return Jobs(
        app,
        more.pop("clock", None) or hands.clock(),
        app.courier(clock=hands.now),
        owner=owner,
        make=make or here(app),
        progress=Silent(),
        **more,
    )


def made(store: Store, edition: str = "daily") -> tuple[IssueHead, ...]:
    """Return an edition's issues, the first one first."""
    with store.read() as db:
        return issues.listing(db, edition)[::-1]


def printed(store: Store, issue: int) -> Brief:
    from service.brief import codec

    with store.read() as db:
        return codec.loads(issues.get(db, issue).brief or "")


def slots(store: Store) -> dict[str, Slot]:
    with store.read() as db:
        return {slot.key: slot for slot in periods.listing(db, limit=None)}


def ask(store: Store, edition: str, hands: Hands, key: str = "asked-1") -> None:
    """Make an issue of an edition due, out of turn."""
    with store.write() as db:
        periods.add(db, edition=edition, key=key, due=hands.wall, state="due", now=hands.wall)


def told(store: Store) -> dict[str, Notice]:
    with store.read() as db:
        return {one.cause: one for one in notices.listing(db, since=LONG_AGO)}


def publish(app: App, hands: Hands, key: str = "asked-1", *, edition: str = "daily") -> Slot:
    """Ask for an issue, and make it with a last round before."""
    ask(app.store, edition, hands, key)
    asyncio.run(jobs_of(app, hands).publish())
    return slots(app.store)[key]


def outlets(app: App, issue: int) -> set[str]:
    """Return the titles of what an issue cites."""
    return {source.title for source in printed(app.store, issue).sources}
