"""Which network addresses may be connected to, and which links may be kept.

A feed is somebody else's text, and so are its redirects and its names: any of them may point at a
router, a database or a cloud's metadata service. So the check is made on the addresses that are
connected to, by the resolver of the client (`feeds.fetch`), not on names, which can resolve to
something else a moment later. What is written as a number is checked before each request, since
no resolver is asked for it.
"""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit, urlunsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Prefixes that carry an IPv4 address for a gateway to unpack: NAT64, local NAT64, 6to4, Teredo
#: and 4-in-6; `is_global` says nothing of what is inside. Then what some releases of Python call
#: global: protocol addresses, 6to4's relays, site-local IPv6, documentation. And the address at
#: which one cloud answers its machines with their secrets, which lies in a public network.
_INSIDE: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "fec0::/10",
        "3fff::/20",
        "168.63.129.16/32",
    )
)

_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")


class Allowed:
    """What an operator allows beside public addresses: host names, addresses, networks."""

    def __init__(self, items: Iterable[str] = ()) -> None:
        """Raise ValueError for a network that is none ("10.0.0.1/8" has host bits set)."""
        self._hosts: set[str] = set()
        self._networks: list[Network] = []
        for item in items:
            if "/" in item or literal(item):
                self._networks.append(ipaddress.ip_network(item.strip("[]")))
            elif item:
                self._hosts.add(item.rstrip(".").lower())

    def host(self, name: str) -> bool:
        """Tell whether a host may have any address."""
        return name.rstrip(".").lower() in self._hosts

    def address(self, text: str) -> bool:
        """Tell whether an address may be connected to: it is public, or allowed."""
        try:
            found = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return False
        return public(found) or any(
            found in network for network in self._networks if network.version == found.version
        )


def public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet, and to one host of it."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return public(address.ipv4_mapped)
    if any(address in network for network in _INSIDE if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def literal(host: str) -> str | None:
    """Return the address that a host is, if it is written as one, else None."""
    try:
        return str(ipaddress.ip_address(host.strip("[]").partition("%")[0]))
    except ValueError:
        return None


def split(url: str) -> SplitResult:
    """Return the parts of an http or https address; raise ValueError, saying what is wrong."""
    if _CONTROL.search(url):
        raise ValueError("has a blank, a backslash or a control character in it")
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https"):
        raise ValueError("is not an http or https address")
    if not parts.hostname:
        raise ValueError("names no host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("has a user name in it")
    _ = parts.port  # raises ValueError itself
    return parts


def shown(url: str) -> str:
    """Return an address for a message: without user, query and fragment, which may be secret."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path[:120], "", ""))
    except ValueError:
        return repr(url[:120])
