"""How many messages may be under way to one destination, so that a dead one delays no other.

A destination is the domain of a mailbox, the host of a webhook or a folder. Each begins with a few
at once, gets one more with every message that it takes, and half as many with every failure of the
server; after three failures in a row it is closed for a while that doubles, and then asked with one
message. The same holds for mail as a whole, all of which goes by one server, where no connection
comes about at all: its rows keep their times, since it is not they that failed. A webhook's host or
a folder that cannot be reached says nothing of the others. Postfix does the same with its
destinations.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from service.delivery.base import Outcome

_BEGIN = 5
_STRIKES = 3
_MANY = 1000
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(minutes=15)


@dataclass(slots=True)
class _Lane:
    window: int
    busy: int = 0
    #: Failures of the server in a row.
    failures: int = 0
    closed_until: datetime | None = None


class Lanes:
    """What is under way, and where no more may be."""

    def __init__(self, *, slots: int, clock: Callable[[], datetime]) -> None:
        """slots: messages under way at once on each channel."""
        self._slots, self._clock = slots, clock
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._channels: dict[str, _Lane] = {}

    def admit(self, channel: str, address: str) -> bool:
        """Take a place for one more message; False where there is none now."""
        whole, lane = self._of(channel, address)
        now = self._clock()
        if not (_open(whole, now) and _open(lane, now)):
            return False
        for one in (whole, lane):
            one.busy += 1
        return True

    def full(self, channel: str) -> bool:
        """Whether nothing more may be taken for any destination of a channel."""
        return not _open(self._channel(channel), self._clock())

    def release(self, channel: str, address: str, outcome: Outcome | None) -> None:
        """Give a place back, with what came of it; None: nothing was tried."""
        whole, lane = self._of(channel, address)
        for one in (whole, lane):
            one.busy -= 1
        if outcome is None or outcome.result == "withdrawn":
            return
        self._learn(lane, failed=_server(outcome), most=self._slots)
        if channel == "mail":
            # An answer, whatever it says, is a connection that came about.
            self._learn(whole, failed=_unreached(outcome), most=self._slots, least=self._slots)
        if len(self._lanes) > _MANY and not (lane.busy or lane.failures):
            # A healthy destination is forgotten, so that thousands of them cost no memory.
            del self._lanes[channel, _destination(channel, address)]

    @property
    def known(self) -> int:
        """How many destinations are remembered."""
        return len(self._lanes)

    def reopens(self) -> datetime | None:
        """Return when the first closed destination or channel opens, or None."""
        now = self._clock()
        times = [
            lane.closed_until
            for lane in (*self._lanes.values(), *self._channels.values())
            if lane.closed_until is not None and lane.closed_until > now
        ]
        return min(times, default=None)

    def closed(self) -> tuple[str, ...]:
        """Return the names of closed channels and destinations, in order."""
        now = self._clock()
        named = [(name, lane) for name, lane in self._channels.items()]
        named += [(destination, lane) for (_, destination), lane in self._lanes.items()]
        return tuple(sorted(n for n, one in named if one.closed_until and one.closed_until > now))

    def _learn(self, lane: _Lane, *, failed: bool, most: int, least: int = 1) -> None:
        if not failed:
            lane.failures, lane.closed_until = 0, None
            lane.window = min(max(lane.window, least) + 1, most)
            return
        if lane.closed_until is not None and lane.closed_until > self._clock():
            # What was under way when it was closed tells nothing new.
            return
        lane.failures += 1
        lane.window = max(lane.window // 2, 1)
        if lane.failures >= _STRIKES:
            doubled = _FIRST * 2 ** min(lane.failures - _STRIKES, 10)
            lane.closed_until = self._clock() + min(doubled, _LONGEST)

    def _of(self, channel: str, address: str) -> tuple[_Lane, _Lane]:
        key = (channel, _destination(channel, address))
        begin = min(_BEGIN, self._slots)
        return self._channel(channel), self._lanes.setdefault(key, _Lane(window=begin))

    def _channel(self, name: str) -> _Lane:
        return self._channels.setdefault(name, _Lane(window=self._slots))


def _open(lane: _Lane, now: datetime) -> bool:
    return lane.busy < lane.window and (lane.closed_until is None or lane.closed_until <= now)


def _destination(channel: str, address: str) -> str:
    if channel == "mail":
        return address.rpartition("@")[2].lower()
    return urlsplit(address).netloc.lower() if channel == "webhook" else address


def _server(outcome: Outcome) -> bool:
    """Whether the destination itself is in trouble, not one message or one reader of it.

    A mail server that puts one message off answers at once and holds up no other.
    """
    if outcome.result == "doubt":
        return True
    troubled = outcome.code is None or outcome.code in (421, 429) or outcome.code >= 500
    return outcome.result == "deferred" and outcome.cause != "mailbox" and troubled


def _unreached(outcome: Outcome) -> bool:
    """Whether no mail at all would have got through: no connection, or no login."""
    if outcome.result != "deferred":
        return False
    return outcome.cause == "policy" or (outcome.cause == "server" and outcome.code is None)
