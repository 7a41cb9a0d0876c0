"""How often one address may post: a bucket of tokens for each, in bounded memory."""

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_address, ip_network

#: Addresses that are remembered; the one that was quiet the longest goes first.
MOST = 10_000
#: What one home or one rented machine holds of IPv6.
_HOME = 64


class Buckets:
    """A bucket for each address: `size` at once, and one more each `every_s` seconds."""

    def __init__(
        self, size: int, every_s: float, clock: Callable[[], float], *, most: int = MOST
    ) -> None:
        """clock: seconds that never go back."""
        self._size, self._every, self._clock, self._most = size, every_s, clock, most
        #: address -> (tokens, when they were counted).
        self._known: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> float:
        """Take a token; return 0.0, or the seconds until there is one."""
        key, now = _key(address), self._clock()
        tokens, at = self._known.pop(key, (float(self._size), now))
        tokens = min(self._size, tokens + (now - at) / self._every)
        wait = 0.0 if tokens >= 1 else (1 - tokens) * self._every
        self._known[key] = (tokens if wait else tokens - 1, now)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return wait

    def __len__(self) -> int:
        return len(self._known)


def _key(address: str) -> str:
    """Return what is counted as one: an address of IPv4, or a network of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped is not None:
        return str(mapped)
    if found.version == 4:
        return str(found)
    return str(ip_network((int(found), _HOME), strict=False))
