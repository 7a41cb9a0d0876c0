"""What came in the place of a feed, in words, and what to do about it.

A parser says of a web page that its second line has a syntax error. What an operator needs to
know is that it *is* a web page, or asks for a password, or broke off half-way. What is wrong
stands before a semicolon, what to do behind it.
"""

import re
from urllib.parse import urljoin

from feeds.metadata import address
from feeds.normal import line

#: Characters that are looked at.
_MAX = 200_000
#: Characters of a plain text that are quoted.
_QUOTED = 60

_FIND = "`briefing sources add` finds the feed that a page names"
_BROWSER = "open the address in a browser to see what the site wants"

_LINK = re.compile(r"<link\b[^<>]{0,600}?\btype=[\"']?application/(?:rss|atom)\+xml\b[^<>]{0,600}>")
_HREF = re.compile(r"\bhref\s*=\s*[\"']?([^\s\"'<>]{1,500})")
_PASSWORD = re.compile(r"<input\b[^<>]{0,300}?\btype\s*=\s*[\"']?password", re.IGNORECASE)
_LOGIN = re.compile(
    r"<title>[^<]{0,80}?\b(?:log ?in|sign ?in|войти|вход|авторизация)\b"
    r"|<title>[^<]{0,40}?登[录錄入]",
    re.IGNORECASE,
)
_ROBOT = re.compile(
    r"\bcaptcha\b|cf-challenge|/cdn-cgi/challenge|checking your browser|are you a robot|"
    r"verify (?:that )?you are (?:a )?human|подтвердите, что вы не робот|人机验证|安全验证",
    re.IGNORECASE,
)
_ROOT = re.compile(r"<([A-Za-z_][\w.\-]{0,60}(?::[\w.\-]{1,60})?)[\s/>]")
_MARKUP = re.compile(
    r"<(?:p|div|span|a|br|h[1-6]|ul|ol|li|form|input|center|font|pre|title|body)\b", re.IGNORECASE
)
_FEEDS = frozenset({"rss", "rdf", "feed", "channel"})
#: Other documents that are taken for feeds, by their root element, and what to do with them.
OTHERS = {
    "opml": "is a list of feeds (OPML), not a feed; import it with `briefing sources import`",
    "urlset": f"is a sitemap, not a feed; {_FIND}",
    "sitemapindex": f"is a sitemap, not a feed; {_FIND}",
}


def empty() -> str:
    """Say that nothing came."""
    return (
        "is empty, not a feed: the server answered, but sent nothing; look at the address in a "
        "browser, and give another one if it stays so"
    )


def undecoded(why: str) -> str:
    """Say that bytes came that are no text; why: what `feeds.decode` says of them."""
    if why.startswith("is not a text"):
        return f"is not a feed{why.removeprefix('is not a text')}; {_BROWSER}"
    return f"is not a feed: {why}; {_BROWSER}"


def page(text: str, *, url: str) -> str:
    """Say that a web page came, and of which kind it is.

    url: where it came from.
    """
    text = text[:_MAX]
    link = _LINK.search(text)
    if link is None and (_PASSWORD.search(text) or _LOGIN.search(text)):
        return f"is a login page, not a feed; {_BROWSER}: a feed is read without an account here"
    if link is None and _ROBOT.search(text):
        return f"is a web page that asks whether a person reads it, not a feed; {_BROWSER}"
    message = f"is a web page, not a feed; give the address of its feed: {_FIND} (autodiscovery)"
    href = _HREF.search(link[0]) if link else None
    named = _joined(url, href[1]) if href else None
    return f"{message}; the page names {named}" if named else message


def document(text: str, *, url: str, why: str = "", row: int | None = None) -> str:
    """Say what a text is that no parser of feeds could read.

    url: where it came from. why, row: what its parser said of it, and of which line.
    """
    start = text.lstrip()
    if "<" not in start[:_MAX]:
        words = line(start[: 4 * _QUOTED])
        quoted = words if len(words) <= _QUOTED else words[:_QUOTED].rstrip() + "…"
        return f'is not a feed but plain text ("{quoted}"); {_BROWSER}'
    root = _ROOT.search(start, 0, _MAX)
    name = root[1].rpartition(":")[2].lower() if root else ""
    if name in _FEEDS:
        where = f" (line {row}: {why})" if why and row else f" ({why})" if why else ""
        return (
            f"is not a feed that can be read: it is broken before its first item{where}; "
            "tell the publisher, or read another feed of the site"
        )
    if _MARKUP.search(start, 0, _MAX):
        return page(text, url=url)
    if root:
        return f'is XML, but not a feed: its first element is "{root[1]}"; {_FIND}'
    return f"is not a feed: it has signs of markup, but no element; {_BROWSER}"


def _joined(base: str, href: str) -> str | None:
    try:
        return address(urljoin(base, href))
    except ValueError:
        return None
