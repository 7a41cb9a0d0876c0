"""What is known of an outlet by its name or host: whose state it belongs to, which newsroom it is.

An agency is one newsroom under several names: TASS and ТАСС, 新华社 and Xinhua. Two of its texts
are not independent of each other, translations or not: who wrote the second had the first one's
notes. That is the rule for one outlet with two texts in one language, and no other holds across
languages. Joined is only what `[[agency]]` of the profile names; that two agencies have one owner
(RIA Novosti and Sputnik, CCTV and CGTN) does not make them one, since their newsrooms are not.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from service.topic.profile import Profile


def state_media(outlet: str, url: str | None, profile: Profile) -> str | None:
    """Return the ISO 3166 code of the state whose medium this is, or None if none is known.

    A name counts when the whole of it is labelled ("TASS", not "TASS watchers' blog"); a host
    counts with its sub-domains. An address that cannot be read says nothing.
    """
    for medium in profile.state_media:
        if _is(outlet, url, medium.outlets, medium.hosts):
            return medium.country
    return None


def agency(outlet: str, url: str | None, profile: Profile) -> str | None:
    """Return the one name of the agency that an outlet or a credit is, or None if it is none."""
    for known in profile.agencies:
        if _is(outlet, url, (known.name, *known.names), known.hosts):
            return known.name
    return None


def _is(outlet: str, url: str | None, names: Iterable[str], hosts: Iterable[str]) -> bool:
    name = " ".join(outlet.split()).casefold()
    if name in {known.casefold() for known in names}:
        return True
    # An outlet is often shown as its host: "xinhuanet.com".
    given = [h for h in (_host(url) if url else "", name) if "." in h]
    return any(h == known or h.endswith("." + known) for known in hosts for h in given)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
