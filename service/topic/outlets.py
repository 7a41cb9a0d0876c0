"""Tell whether an outlet is state media, by its name or its host."""

from urllib.parse import urlsplit

from service.topic.profile import Profile


def state_media(outlet: str, url: str | None, profile: Profile) -> str | None:
    """Return the ISO 3166 code of the state whose medium this is, or None if none is known.

    A name counts when the whole of it is labelled ("TASS", not "TASS watchers' blog"); a host
    counts with its sub-domains. An address that cannot be read says nothing.
    """
    name = " ".join(outlet.split()).casefold()
    host = _host(url) if url else ""
    # An outlet is often shown as its host: "xinhuanet.com".
    hosts = [h for h in (host, name) if "." in h]
    for medium in profile.state_media:
        if name in {known.casefold() for known in medium.outlets}:
            return medium.country
        for known in medium.hosts:
            if any(h == known or h.endswith("." + known) for h in hosts):
                return medium.country
    return None


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
