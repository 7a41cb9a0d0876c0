"""Whether the service lives, and whether it does its work: `/healthz` and `/readyz`.

Alive is a process whose clock still calls its jobs, whatever becomes of them: to start it anew
would help nothing else. Ready is one that does all its work: reads and writes its database,
believes its clock, has its editions out and its deliveries gone. Whoever may not see more is told
which of the two it is, and no reason.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service import ticking
from service.errors import StoreError
from service.serving.clock import Clock
from service.settings import Settings
from service.standing import Standing, standing
from service.store import Store

#: Seconds without a job that was called at all, after which the process counts as stuck. The first
#: look into a large database may take a while.
STUCK_S = 180.0


class Pulse:
    """When the clock last called a job."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_s = clock.steady_s()

    def beat(self) -> None:
        """Hear that a job was called, and has come to an end."""
        self._last_s = self._clock.steady_s()

    @property
    def beats(self) -> bool:
        """Whether that was not too long ago."""
        return self._clock.steady_s() - self._last_s < STUCK_S


def ready(
    store: Store, settings: Settings, now: datetime, *, unwritable: str | None = None
) -> tuple[bool, Mapping[str, Any]]:
    """Return whether all is well, and the answer with its reasons as JSON has it.

    unwritable: why the store could not be written when a job last wanted to; None: it could.
    """
    try:
        if unwritable is not None:
            raise StoreError(unwritable)
        found = standing(store, settings, now=now)
    except StoreError as error:
        reason = {"cause": "database", "text": str(error)}
        return False, {"ready": False, "reasons": [reason]}
    return not found.broken, _said(found)


def _said(found: Standing) -> Mapping[str, Any]:
    tick = found.beat_age(ticking.TICK)
    waits = None if found.oldest is None else (found.at - found.oldest).total_seconds()
    return {
        "ready": not found.broken,
        "reasons": [_concern(c.cause, c.text) for c in found.broken],
        "attention": [_concern(c.cause, c.text) for c in found.concerns if not c.broken],
        "database": "ok",
        "clock": "believed" if not any(c.cause == "clock" for c in found.broken) else "doubted",
        "last_tick_s": None if tick is None else round(tick.total_seconds(), 1),
        "oldest_undelivered_s": None if waits is None else round(waits, 1),
        "failed_editions": [
            one.edition for one in found.editions if one.last and one.last.state == "failed"
        ],
        "doubts": found.doubts,
    }


def _concern(cause: str, text: str) -> Mapping[str, str]:
    # A mail server's answer may name a reader.
    from service.serving.logs import masked

    return {"cause": cause, "text": masked(text)}
