"""What the reader of plain feeds (`feeds.straight`) reads, skips and declines, as data.

Elements and attributes have the names that feedparser gives them: the prefix that it knows for
their namespace, an underscore or a colon, and their own name in small letters. What has no meaning
to feedparser is only filed away by it, and skipped here; what has one that this project does
nothing with is listed as harmless; all else is declined, so that a release of feedparser that
learns a new element is believed at once.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

#: Elements whose text is read, by feedparser's name of the element -> what becomes of it.
TEXTS = {
    **dict.fromkeys(("title", "dc_title"), "title"),
    "media_title": "media title",
    **dict.fromkeys(("guid", "id"), "id"),
    "link": "link",
    **dict.fromkeys(("description", "dc_description", "media_description"), "description"),
    **dict.fromkeys(("summary", "itunes_summary"), "description"),
    **dict.fromkeys(("content", "content_encoded"), "content"),
    **dict.fromkeys(("subtitle", "tagline", "itunes_subtitle"), "subtitle"),
    **dict.fromkeys(("published", "pubdate", "issued", "dcterms_issued"), "published"),
    **dict.fromkeys(("updated", "modified", "lastbuilddate"), "updated"),
    **dict.fromkeys(("dc_date", "dcterms_modified"), "updated"),
    **dict.fromkeys(("created", "dcterms_created"), "created"),
    **dict.fromkeys(("language", "dc_language"), "language"),
    **{name: name for name in ("ttl", "sy_updateperiod", "sy_updatefrequency")},
    **{name: name for name in ("feedburner_origlink", "source")},
}
#: Elements with attributes of this kind are not as plain as they look.
UNTYPED = frozenset({"ttl", "sy_updateperiod", "sy_updatefrequency", "feedburner_origlink"})
TYPED = frozenset({"title", "media title", "description", "content", "subtitle"})
TYPES = frozenset({"text", "plain", "html", "text/plain", "text/html"})
HTML = frozenset({"html", "text/html", "xhtml", "application/xhtml+xml"})
AUTHORS = frozenset({"author", "dc_author", "dc_creator", "itunes_author"})
STRUCTURE = frozenset({"rss", "channel", "feed", "item", "entry", "image"})
MEDIA = frozenset({"media_content", "enclosure"})
_OURS = AUTHORS | STRUCTURE | MEDIA | TEXTS.keys()
#: Elements that feedparser does something with, which is nothing to us.
_HARMLESS = frozenset(
    re.findall(
        r"\w+",
        "category cc_license cloud contributor copyright creativecommons_license dc_contributor "
        "dc_publisher dc_rights dc_subject email feedburner_browserfriendly generator georss_box "
        "georss_line georss_point georss_polygon georss_where height homepage info itunes_block "
        "itunes_category itunes_email itunes_explicit itunes_image itunes_keywords itunes_link "
        "itunes_name itunes_owner keywords managingeditor media_category media_credit media_group "
        "media_keywords media_license media_player media_rating media_restriction "
        "media_thumbnail name rights uri url webmaster width",
    )
)
#: Names under which feedparser would file an unknown element where something else is looked for.
_TAKEN = frozenset({"date", "items", "entries", "links", "enclosures", "guidislink", "authors"})
#: Prefixes that feedparser believes whatever they stand for.
TELLING = frozenset(
    re.findall(
        r"\w+",
        "admin cc content creativeCommons creativecommons dc dcterms feedburner georss gml itunes "
        "media psc rdf rdfs sy xhtml xml",
    )
)


class Declined(Exception):
    """It is not plain."""


@lru_cache(maxsize=1)
def prefixes() -> Mapping[str, str]:
    """Return feedparser's prefix of each namespace that it knows, by address in small letters."""
    from feedparser.api import StrictFeedParser

    return {uri.lower(): prefix for uri, prefix in StrictFeedParser.namespaces.items()}


@lru_cache(maxsize=4096)
def key_of(name: str) -> str | None:
    """Return feedparser's name of an element that is read, None for one that is skipped.

    name: as expat gives it, with its namespace. Raises Declined for all others.
    """
    from feedparser.api import StrictFeedParser

    uri, _, local = name.rpartition(" ")
    prefix = prefixes().get(uri.lower())
    if prefix is None:
        # Filed away under a prefix that means nothing: `_namespace` has seen to that.
        return None
    key = f"{prefix}_{local.lower()}" if prefix else local.lower()
    if key in _OURS:
        return key
    handled = hasattr(StrictFeedParser, f"_start_{key}") or hasattr(StrictFeedParser, f"_end_{key}")
    if (handled and key not in _HARMLESS) or key in _TAKEN or prefix in ("xhtml", "rdf", "xml"):
        raise Declined
    return None


@lru_cache(maxsize=4096)
def attribute(name: str) -> str:
    """Return feedparser's name of an attribute."""
    uri, _, local = name.rpartition(" ")
    prefix = prefixes().get(uri.lower())
    key = f"{prefix}:{local.lower()}" if prefix else local.lower()
    if prefix == "rdf":
        raise Declined
    return key
