"""The wall clock, and how far it may be believed."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from service import ticking
from service.ticking import Ticked

#: Counts while the machine sleeps, where the system has such a clock: sleep is then no leap.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _wall() -> datetime:
    return datetime.now(UTC)


def _steady() -> float:
    return time.clock_gettime(_STEADY)


class Clock:
    """The time, and how far the wall clock has moved away from the steady one."""

    def __init__(
        self, wall: Callable[[], datetime] = _wall, steady: Callable[[], float] = _steady
    ) -> None:
        self._wall, self._steady = wall, steady
        self._base = ticking.Clock(wall=wall(), steady_s=steady())
        #: Whether the last tick did not believe the wall clock.
        self.doubted = False

    def now(self) -> datetime:
        """Return the time, aware and in UTC."""
        return self._wall()

    def steady_s(self) -> float:
        """Return seconds that never go back."""
        return self._steady()

    def drift(self) -> timedelta:
        """Return how far the wall clock has leapt since it was last believed."""
        return self._base.drift(self._wall(), self._steady())

    def after(self, ticked: Ticked) -> None:
        """Measure from here on, unless the tick did not believe the clock."""
        self._base = self._base.after(ticked, self._wall(), self._steady())
        self.doubted = bool(ticked.doubted)
