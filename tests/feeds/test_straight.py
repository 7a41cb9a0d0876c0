"""The reader of plain feeds gives what feedparser gives, or declines."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds import expat, straight
from feeds.syndication import _decoded, _draft, _mended

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
REAL = Path(__file__).resolve().parents[2] / "../shared/feeds/real"
OF_FEED = ("title", "language", "link", "ttl", "sy_updateperiod", "sy_updatefrequency")
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:own="https://example.org/own" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def rss(channel: str) -> str:
    return f'<rss version="2.0" {NAMESPACES}><channel>{channel}</channel></rss>'


def atom(inside: str, attributes: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{inside}</feed>'


def by_feedparser(text: str) -> Any:
    import feedparser

    feedparser.api.PREFERRED_XML_PARSERS = [expat.__name__]
    return feedparser.parse(
        io.BytesIO(text.encode()),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def assert_same(text: str) -> bool:
    """Compare the two readers; return False where the plain one declines."""
    ours = straight.read(text)
    if ours is None:
        return False
    theirs = by_feedparser(text)
    assert [ours.feed.get(name) for name in OF_FEED] == [theirs.feed.get(n) for n in OF_FEED]

    def drafts(entries: Any) -> list[Any]:
        return [
            _draft(entry, base="https://example.org/", tongue=None, now=NOW, chinese=False)
            for entry in entries
        ]

    assert drafts(ours.entries) == drafts(theirs.entries)
    return True


PLAIN = {
    "guid before link": "<item><guid>https://example.org/1</guid><link>/2</link></item>",
    "guid alone": "<item><guid>https://example.org/1</guid><title>A</title></item>",
    "guid that is no link": '<item><guid isPermaLink="false">7</guid><title>A</title></item>',
    "link in the form of Atom": '<item><atom:link href="https:////example.org/1"/></item>',
    "enclosures": '<item><enclosure url="/a" type="Audio/mpeg"/>'
    '<media:content url="/b" medium="image"><media:title>B</media:title></media:content>'
    "<title>A</title></item>",
    "two descriptions": "<item><description>A</description><description>BB</description></item>",
    "content before summary": "<item><content:encoded>A</content:encoded>"
    "<description>B</description></item>",
    "description in a group": "<item><media:group><media:description>Deep</media:description>"
    "</media:group><description>High</description></item>",
    "summary of a podcast in the channel": "<itunes:summary>A</itunes:summary><itunes:summary>B"
    "</itunes:summary><item><description>A</description><description>B</description></item>",
    "subtitle alone": "<item><itunes:subtitle>Sub</itunes:subtitle></item>",
    "author with a name": "<item><author>x<name>Anna</name><email>a@example.org</email></author>"
    "</item>",
    "creator": "<item><dc:creator> Anna Example </dc:creator></item>",
    "source": '<item><source url="/s">The <![CDATA[Source]]></source></item>',
    "picture of the feed": "<title>Feed</title><image><title>P</title><link>/p</link></image>",
    "pause": "<ttl>60</ttl><sy:updatePeriod>daily</sy:updatePeriod>",
    "own elements": '<item><own:title a="b">No</own:title><note>No</note><title>A</title></item>',
    "namespace by default": '<site xmlns="urn:x">1</site><item><title>A</title></item>',
    "Latin that was UTF-8": "<item><title>caf\u00c3\u00a9</title></item>",
    "controls of Windows": "<item><title>It\x92s \u4e2d</title></item>",
    "references in a link": "<item><link>https://example.org/?a=1&amp;amp;b=2&amp;c;</link></item>",
    "dates": "<item><pubDate>8 May 2026</pubDate><dc:date>2026-05-09</dc:date></item>",
    "original link": "<item><feedburner:origLink>/o</feedburner:origLink></item>",
}


@pytest.mark.parametrize("channel", PLAIN.values(), ids=PLAIN.keys())
def test_plain_feed_is_read_as_feedparser_reads_it(channel: str) -> None:
    assert assert_same(rss(channel))


@pytest.mark.parametrize(
    ("inside", "attributes"),
    [
        ('<title>F</title><entry><id>a</id><link href="/1"/></entry>', ""),
        ('<entry><content type="html" xml:base="https://a.example/b/">x</content></entry>'
         '<entry><link href="c"/></entry>', ""),
        ('<link href="x"/><entry><link rel="self" href="y"/></entry>',
         'xml:base="https://a.example/" xml:lang="zh_CN"'),
        ("<entry><summary>A</summary><content>B</content><updated>2026-05-08</updated></entry>",
         ""),
    ],
)  # fmt: skip
def test_plain_atom_is_read_as_feedparser_reads_it(inside: str, attributes: str) -> None:
    assert assert_same(atom(inside, attributes))


@pytest.mark.parametrize(
    "text",
    [
        rss("<item><description>A <b>bold</b> word</description></item>"),
        rss("<item><title>A</title><title>B</title></item>"),
        rss("<item><media:title>Only</media:title></item>"),
        rss("<item><title>Not closed</item>"),
        rss("</channel><channel>"),
        rss('<item><description type="application/octet-stream">QUJD</description></item>'),
        rss("<item><date>2026-05-08</date></item>"),
        rss('<x xmlns:media="urn:other"/>'),
        "<!DOCTYPE rss>" + rss(""),
        atom('<entry><content type="xhtml"><div>A</div></content></entry>'),
        atom("<entry><source><title>Other</title></source></entry>"),
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
        "<html/>",
        "",
    ],
)
def test_what_is_not_plain_is_left_to_feedparser(text: str) -> None:
    assert straight.read(text) is None


_WORDS = st.sampled_from(
    ["", " ", "A", "Title &amp; more", "https://example.org/1", "/2", "<![CDATA[<p>x</p>]]>", "é"]
)
_ATTRIBUTES = st.sampled_from(
    ["", "", "", ' type="html"', ' href="/h"', ' isPermaLink="false"', ' url="/u" type="audio/x"']
)
_ELEMENTS = st.sampled_from(
    [
        *("title", "link", "guid", "id", "description", "summary", "content", "content:encoded"),
        *("pubDate", "dc:date", "updated", "author", "dc:creator", "name", "source", "category"),
        *("media:title", "media:content", "media:description", "media:group", "enclosure", "image"),
        *(
            "atom:link",
            "itunes:summary",
            "itunes:subtitle",
            "language",
            "own:thing",
            "thing",
            "url",
        ),
    ]
)
_LEAVES = st.builds(lambda n, a, w: f"<{n}{a}>{w}</{n}>", _ELEMENTS, _ATTRIBUTES, _WORDS)
_INSIDE = st.lists(
    st.one_of(
        _LEAVES,
        st.builds(lambda n, inner: f"<{n}>{''.join(inner)}</{n}>", _ELEMENTS, st.lists(_LEAVES)),
    ),
    max_size=6,
).map("".join)


@given(before=_INSIDE, items=st.lists(_INSIDE.map(lambda i: f"<item>{i}</item>"), max_size=3))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_feed_is_read_alike_or_declined(before: str, items: list[str]) -> None:
    assert_same(rss(before + "".join(items)))


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real feeds is not beside the checkout")
def test_nearly_all_real_feeds_are_plain_and_read_alike() -> None:
    texts = [
        _mended(_decoded(path.read_bytes(), "")[0], url="https://example.org/")
        for path in sorted(REAL.iterdir())
    ]
    assert sum(map(assert_same, texts)) >= 0.9 * len(texts)
