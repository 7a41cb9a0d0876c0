"""A store with an issue and readers, a clock that is set by hand, a courier with a fake way out."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from service.brief import codec
from service.delivering.courier import Courier
from service.delivering.enqueue import enqueue
from service.delivering.letters import Desk, Letters, stored
from service.delivering.mailings import of_issue
from service.delivery.base import Channel
from service.model import Artifact, Brief
from service.store import Store, deliveries, issues, recipients
from service.store.deliveries import Delivery
from service.store.recipients import Wanted
from tests.builders import brief
from tests.store.given import START

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8


class Clock:
    """Says what it was told."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


def desk(**fields: object) -> Desk:
    made: dict[str, object] = {
        "sender": "Border Brief <brief@desk.example>",
        "token": lambda reader, edition: f"t.{reader}.{edition}",
        "leave_url": lambda token: f"https://briefs.example/leave/{token}",
        "leave_mail": lambda token: f"mailto:brief@desk.example?subject=leave%20{token}",
    }
    return Desk(**made | fields)  # type: ignore[arg-type]


def issue(store: Store, told: Brief | None = None, *, number: int = 1) -> int:
    """Write an issue with a PDF and a page."""
    made = told or brief(number=number)
    with store.write() as db:
        return issues.add(
            db,
            edition=made.edition,
            number=made.number,
            period=made.period,
            cutoff=made.cutoff,
            created=START,
            title=made.title,
            brief_json=codec.dumps(made),
            manifest="{}",
            artifacts=[("brief-1.pdf", Artifact(format="pdf", data=PDF))],
        )


def join(store: Store, *wanted: Wanted | str, now: datetime = START) -> tuple[str, ...]:
    """Add readers of the daily edition; return their ids."""
    made = [Wanted(address=w, editions=("daily",)) if isinstance(w, str) else w for w in wanted]
    with store.write() as db:
        return recipients.add(db, made, {}, now=now)


def queue(
    store: Store,
    of: int,
    *,
    edition: str = "daily",
    own: Desk | None = None,
    now: datetime = START,
    lasts: timedelta = timedelta(hours=24),
) -> int:
    """Write the rows of an issue for all readers of the edition."""
    with store.read() as db:
        readers = recipients.readers(db, edition)
        made = of_issue(store, of, own or desk(), edition=edition, charts=lambda told: ())
    made.prepare(readers)
    with store.write() as db:
        return enqueue(db, of, readers, made, now=now, expires=now + lasts)


def courier(
    store: Store, channel: Channel, clock: Clock, *, own: Desk | None = None, **fields: object
) -> Courier:
    return Courier(
        store,
        {"mail": channel},
        Letters(own or desk(), stored(store)),
        clock=clock,
        jitter=lambda: 0.0,
        **fields,  # type: ignore[arg-type]
    )


def run(
    store: Store,
    channel: Channel,
    clock: Clock,
    *,
    first: Callable[[Courier], None] = lambda made: None,
    **fields: object,
) -> Courier:
    """Send all that is due, with a courier of its own."""

    async def go() -> Courier:
        made = courier(store, channel, clock, **fields)  # type: ignore[arg-type]
        first(made)
        await made.run()
        return made

    return asyncio.run(go())


def rows(store: Store) -> tuple[Delivery, ...]:
    with store.read() as db:
        return deliveries.listing(db)


def states(store: Store) -> dict[str, str]:
    """Return the state of each address's row."""
    return {row.address: row.state for row in rows(store)}


def several(count: int) -> Iterable[str]:
    return (f"reader{number}@host{number % 7}.example" for number in range(count))
