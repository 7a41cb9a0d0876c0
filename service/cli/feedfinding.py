"""Finding the feed of an address that somebody typed."""

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from service.errors import BriefError
from service.settings import Settings

if TYPE_CHECKING:
    from feeds.discover import Found


def host(url: str) -> str:
    """Return the host of an address, as a name for a source that has none."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


async def find(chosen: Settings, address: str, *, allow_private: bool) -> "Found":
    """Return the feed at an address, or that its page names; raise BriefError where there is none.

    An address without "https://" gets one. Bytes are parsed in a worker process.
    """
    from feeds import discover
    from feeds.worker import FOR_FEEDS, Workers
    from service.app import client, moment

    url = address.strip()
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url):
        url = f"https://{url}"
    if not re.match(r"(?i)https?://", url):
        raise BriefError(f"{address}: is not an http or https address")
    allow = (host_of(url),) if allow_private else ()
    async with Workers(preload=FOR_FEEDS) as workers, client(chosen.collect, allow=allow) as http:
        return await discover.find(http, url, now=moment(), run=workers.run)


def host_of(url: str) -> str:
    """Return the host of an address; raise BriefError where it names none."""
    try:
        found = urlsplit(url).hostname
    except ValueError:
        found = None
    if not found:
        raise BriefError(f"{url}: names no host")
    return found
