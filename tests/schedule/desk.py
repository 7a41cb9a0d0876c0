"""A calendar to walk through: ticks at given moments, and what the rows say afterwards."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from service.schedule import Rule
from service.store import Store, notices, periods
from service.ticking import Ticked, tick
from tests.store.given import blank_issue

DAILY = Rule(edition="daily", every="day", zone="UTC")


def walk(
    store: Store,
    rules: Rule | Sequence[Rule],
    moments: Iterable[datetime],
    *,
    drift: timedelta = timedelta(),
) -> Ticked:
    """Tick at each moment; return what the last tick wrote."""
    wanted = (rules,) if isinstance(rules, Rule) else rules
    ticked = Ticked()
    for moment in moments:
        ticked = tick(store, wanted, now=moment, drift=drift)
    return ticked


def slots(store: Store, edition: str = "daily") -> dict[str, periods.Slot]:
    """Return the rows of an edition, by key, the oldest first."""
    with store.read() as db:
        found = periods.listing(db, edition=edition, limit=None)
    return {slot.key: slot for slot in reversed(found)}


def states(store: Store, edition: str = "daily") -> dict[str, str]:
    return {key: slot.state for key, slot in slots(store, edition).items()}


def causes(store: Store) -> dict[str, str]:
    """Return what was told to the operator: cause -> text."""
    with store.read() as db:
        told = notices.listing(db, since=datetime.fromisoformat("1970-01-01T00:00+00:00"))
    return {notice.cause: notice.text for notice in told}


def publish(store: Store, now: datetime, owner: str = "one") -> list[tuple[str, str]]:
    """Make an issue of everything that is due, each in one transaction; return what was made."""
    made: list[tuple[str, str]] = []
    while True:
        with store.write() as db:
            slot = periods.claim(db, owner, now=now, lease=timedelta(minutes=10))
        if slot is None:
            return made
        with store.write() as db:
            periods.publish(db, slot, blank_issue(db, slot.edition, now), now=now, note=None)
        made.append((slot.edition, slot.key))
