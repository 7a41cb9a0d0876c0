"""The wall clock, and how far it may be believed.

Linux counts the seconds since the machine was started, and names each start. Every tick that
believes the wall clock keeps both beside the moment (`stand`), and a service that is started again
measures from there (`resume`): a clock that was put ahead while nothing ran is found, too, as long
as the machine itself was not started anew. After that, or elsewhere than on Linux, nothing tells.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service import ticking
from service.store.beats import Beat
from service.ticking import Ticked

#: Counts while the machine sleeps, where the system has such a clock: sleep is then no leap.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _wall() -> datetime:
    return datetime.now(UTC)


def _steady() -> float:
    return time.clock_gettime(_STEADY)


def _start() -> str:
    """Return the name of this start of the machine; "" where the system gives none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


class Clock:
    """The time, and how far the wall clock has moved away from the steady one."""

    def __init__(
        self,
        wall: Callable[[], datetime] = _wall,
        steady: Callable[[], float] = _steady,
        start: Callable[[], str] = _start,
    ) -> None:
        """start: names the start of the machine from which `steady` counts."""
        self._wall, self._steady, self._start = wall, steady, start()
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

    def stand(self) -> str | None:
        """Return how the steady clock stands, for `resume` of a later run; None: nobody knows."""
        return f"{self._start} {self._steady():.3f}" if self._start else None

    def resume(self, believed: Beat | None) -> None:
        """Measure from when a run before this one believed the wall clock, where that can be told.

        believed: the last tick that did, with what `stand` said as its note.
        """
        start, _, stood = (believed.note or "").rpartition(" ") if believed else ("", "", "")
        if believed is None or not start or start != self._start:
            return
        self._base = ticking.Clock(wall=believed.at, steady_s=float(stood))

    def after(self, ticked: Ticked) -> None:
        """Measure from here on, unless the tick did not believe the clock."""
        self._base = self._base.after(ticked, self._wall(), self._steady())
        self.doubted = bool(ticked.doubted)
