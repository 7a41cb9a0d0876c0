"""When the editions of the settings are due."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import TYPE_CHECKING

from service import wholeness
from service.schedule import Rule
from service.settings import EditionSettings, Settings
from service.store import recipients
from service.values import length

if TYPE_CHECKING:
    from sqlalchemy import Connection


def rules(settings: Settings, db: "Connection") -> tuple[Rule, ...]:
    """Return the rules of the settings' editions, in order, with those of their readers' zones."""
    return given(settings, {e.name: recipients.zones(db, e.name) for e in settings.edition})


def given(settings: Settings, zones: Mapping[str, Sequence[str]]) -> tuple[Rule, ...]:
    """Return the rules of the settings' editions, in order, each followed by those of its zones.

    zones: edition -> the zones of their own that its readers have.
    """
    made = []
    for edition in settings.edition:
        made.append(_rule(edition, edition.name, edition.timezone or settings.desk.timezone))
        made += [_rule(edition, f"{edition.name}@{z}", z) for z in zones.get(edition.name, ())]
    return tuple(made)


def _rule(edition: EditionSettings, name: str, zone: str) -> Rule:
    return Rule(
        edition=name,
        every=edition.every,
        cron=edition.cron,
        on=_on(edition),
        at=time.fromisoformat(edition.at),
        zone=zone,
        catch_up=edition.catch_up,
        lateness=length(edition.lateness) if edition.lateness else None,
    )


def _on(edition: EditionSettings) -> int:
    if edition.every == "month":
        return int(edition.on or 1)
    if edition.every == "week":
        return wholeness.WEEKDAYS.index(str(edition.on or "monday").lower())
    return 0
