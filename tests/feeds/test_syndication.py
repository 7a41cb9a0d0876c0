"""RSS and Atom as they are found: every item gives its text or the reason why not."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.documents import entry
from feeds.syndication import MAX_ITEM, Feed, Item, cleaned, parse
from service.errors import ExtractError, ParseError

NOW = datetime(2025, 6, 1, tzinfo=UTC)
MAY_8 = datetime(2025, 5, 8, 10, tzinfo=UTC)
URL = "https://example.org/feeds/all"
LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."
REAL = Path(__file__).resolve().parents[2] / "../shared/feeds/real"


def _rss(items: str, version: str = "2.0") -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="{version}" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Example</title>'
        f"<link>https://example.org/</link>{items}</channel></rss>"
    ).encode()


def _item(inner: str) -> Item:
    (found,) = _parse(_rss(f"<item>{inner}</item>")).items
    return found


def _parse(body: bytes, content_type: str = "") -> Feed:
    return parse(body, url=URL, content_type=content_type, now=NOW)


def test_an_item_of_rss_is_read_whole() -> None:
    found = _item(
        "<title>Ministers &amp; trade</title><link>https://example.org/1</link>"
        "<guid isPermaLink='false'>id-1</guid><pubDate>Thu, 08 May 2025 18:00:00 +0800</pubDate>"
        f"<dc:creator>Jane Person</dc:creator><description>{LEAD}</description>"
        "<source url='https://other.example/rss'>Other Times</source>"
    )
    assert found.key == "id-1"
    assert found.facts.title == "Ministers & trade"
    assert found.facts.url == "https://example.org/1"
    assert found.facts.published == MAY_8
    assert found.facts.outlet == "Other Times"
    assert found.facts.authors == ("Jane Person",)
    assert (found.text, found.reason) == (LEAD, None)


def test_an_entry_of_atom_is_read_whole() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/">'
        "<title>Example</title><entry><id>urn:1</id><title type='html'>A &lt;b&gt;bold&lt;/b&gt; "
        "title</title><link href='/1'/><published>2025-05-08T10:00:00Z</published>"
        "<updated>2025-05-09T10:00:00Z</updated><summary>Short.</summary>"
        f"<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>{LEAD}</p>"
        "<p>Two.</p></div></content></entry></feed>"
    )
    feed = _parse(body.encode())
    (found,) = feed.items
    assert feed.title == "Example"
    assert (found.key, found.facts.title) == ("urn:1", "A bold title")
    assert found.facts.url == "https://example.org/1"
    assert found.facts.published == MAY_8
    assert found.text == f"{LEAD}\n\nTwo."


@pytest.mark.parametrize("version", ["0.91", "0.92", "2.0"])
def test_older_versions_of_rss_are_read(version: str) -> None:
    body = _rss(f"<item><title>T</title><description>{LEAD}</description></item>", version)
    assert _parse(body).items[0].text == LEAD


def test_rss_1_is_read() -> None:
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<channel><title>E</title></channel><item rdf:about='https://example.org/1'><title>T</title>"
        f"<dc:date>2025-05-08T10:00Z</dc:date><description>{LEAD}</description></item></rdf:RDF>"
    )
    (found,) = _parse(body.encode()).items
    assert (found.text, found.facts.published) == (LEAD, MAY_8)


def test_the_full_content_wins_over_the_summary() -> None:
    found = _item(
        f"<description>Short.</description><content:encoded><![CDATA[<p>{LEAD}</p>]]>"
        "</content:encoded>"
    )
    assert found.text == LEAD


def test_markup_becomes_paragraphs_and_pictures_scripts_and_captions_go() -> None:
    html = (
        f"<div><p>{LEAD}</p><figure><img src='x'><figcaption>A caption</figcaption></figure>"
        "<script>evil()</script><p onclick='x'>Two <a href='javascript:x'>linked</a>.<br>Three.</p>"
    )
    assert cleaned(html) == f"{LEAD}\n\nTwo linked.\n\nThree."


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("A &lt;b&gt;bold&lt;/b&gt; title", "A bold title"),
        ("<![CDATA[A <i>slanted</i> title]]>", "A slanted title"),
        ("&amp;quot;Quoted&amp;quot; &amp;amp; more", '"Quoted" & more'),
        ("Trade &lt; war", "Trade < war"),
        ("  Two\n lines ", "Two lines"),
    ],
)
def test_markup_in_a_title_goes(title: str, found: str) -> None:
    assert _item(f"<title>{title}</title>").facts.title == found


@pytest.mark.parametrize(
    ("inner", "key"),
    [
        ("<guid>g</guid><link>https://example.org/1</link>", "g"),
        ("<link>https://example.org/1</link>", "https://example.org/1"),
    ],
)
def test_an_item_is_named_by_guid_else_by_address(inner: str, key: str) -> None:
    assert _item(f"{inner}<description>{LEAD}</description>").key == key


def test_an_item_without_guid_and_address_is_named_by_its_content() -> None:
    one = _item(f"<title>T</title><description>{LEAD}</description>").key
    assert one == _item(f"<title>T</title><description>{LEAD}</description>").key
    assert one != _item(f"<title>U</title><description>{LEAD}</description>").key
    assert one.startswith("sha256:")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/1", "https://example.org/1"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("//other.example/1", "https://other.example/1"),
        ("http://[", None),
        ("", None),
    ],
)
def test_an_address_is_made_whole_or_left_out(link: str, url: str | None) -> None:
    assert _item(f"<guid isPermaLink='false'>g</guid><link>{link}</link>").facts.url == url


@pytest.mark.parametrize(
    ("guid", "url"),
    [
        ("https://example.org/9", "https://example.org/9"),
        ("/9", "https://example.org/9"),
        ("12345", None),
        ("tag:example.org,2025:9", None),
        ("a-9", None),
    ],
)
def test_a_guid_is_an_address_only_if_it_looks_like_one(guid: str, url: str | None) -> None:
    found = _item(f"<guid>{guid}</guid><description>{LEAD}</description>")
    assert (found.key, found.facts.url) == (guid, url)


def test_the_base_of_an_element_makes_its_addresses_whole() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/a/">'
        '<title>E</title><entry xml:base="b/"><id>1</id><link href="1"/><summary>A.</summary>'
        '</entry><entry><id>2</id><link href="2"/><summary>B.</summary></entry></feed>'
    )
    found = _parse(body.encode()).items
    assert [item.facts.url for item in found] == [
        "https://example.org/a/b/1",
        "https://example.org/a/2",
    ]


@pytest.mark.parametrize("link", ["javascript:x", "", "http://[", "mailto:a@example.org"])
def test_a_feed_with_a_bad_address_of_its_own_is_its_own_base(link: str) -> None:
    body = _rss("<item><link>1</link></item>").replace(
        b"<link>https://example.org/</link>", f"<link>{link}</link>".encode()
    )
    assert _parse(body).items[0].facts.url == "https://example.org/feeds/1"


def test_the_address_behind_a_counting_link_is_taken() -> None:
    found = _item(
        "<link>https://feeds.example/~r/1</link><f:origLink "
        "xmlns:f='http://rssnamespace.org/feedburner/ext/1.0'>https://example.org/1</f:origLink>"
    )
    assert found.facts.url == "https://example.org/1"


def test_a_picture_in_the_place_of_a_text_is_no_text() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>E</title><entry><id>1</id>'
        f'<content type="image/png">{"iVBORw0KGgoAAAANSUhEUgAA" * 20}</content></entry></feed>'
    )
    assert _parse(body.encode()).items[0].reason == "has no text"


def test_the_language_of_the_channel_is_declared_for_its_items() -> None:
    body = _rss("<language>zh-CN</language><item><title>T</title></item>")
    assert _parse(body).items[0].facts.language == "zh"


@pytest.mark.parametrize(("language", "hours"), [("zh-cn", 8), ("en", -6)])
def test_cst_is_the_time_of_china_where_the_publisher_is_chinese(language: str, hours: int) -> None:
    body = _rss(
        f"<language>{language}</language><item><title>T</title>"
        "<pubDate>Thu, 08 May 2025 10:00:00 CST</pubDate></item>"
    )
    assert _parse(body).items[0].facts.published == MAY_8 - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("Thu, 08 May 2025 10:00:00 GMT", MAY_8),
        ("2025-05-08 10:00", MAY_8),
        ("8 мая 2025, 10:00", MAY_8),
        ("Thu, 08 May 1111 10:00:00 GMT", None),
        ("9999-12-31", None),
        ("Thu, 08 May 25 10:00:00 GMT", MAY_8),
        ("Thu, 08 May 2025 10:00 GMT", MAY_8),
        ("Thu, 08 May 2025 05:00:00 EST", MAY_8),
        ("Thu, 08 May 2025 13:00:00 MSK", MAY_8),
        ("Thu, 08 May 2025 18:00:00 +08:00", MAY_8),
        ("Thu May 08 13:00:00 MSK 2025", MAY_8),
        ("2025-05-08T10:00:00", MAY_8),
        ("Чт, 08 май 2025 13:00:00 +0300", MAY_8),
        ("2025年5月8日 10:00", MAY_8),
        ("星期四, 08 五月 2025 18:00:00 +0800", MAY_8),
        ("1746698400", MAY_8),
        ("Mon, 8 May 2025 25:61:00", None),
        ("2025", None),
        ("May 2025", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_is_read_or_refused(date: str, published: datetime | None) -> None:
    assert _item(f"<title>T</title><pubDate>{date}</pubDate>").facts.published == published


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ("<title>T</title>", "has no text"),
        ("<title>T</title><description><![CDATA[<img src='x'>]]></description>", "has no text"),
        (
            "<title>T</title><enclosure url='https://e.org/a.mp3' type='audio/mpeg' length='1'/>",
            "has no text, only media (audio/mpeg)",
        ),
        (f"<description>{'x' * (MAX_ITEM + 1)}</description>", "is too large"),
    ],
)
def test_an_item_without_a_text_says_why(inner: str, reason: str) -> None:
    found = _item(inner)
    assert found.text == ""
    assert (found.reason or "").startswith(reason)


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "utf-16"])
def test_encodings_declared_in_the_document_are_read(encoding: str) -> None:
    russian = "Министры двух стран встретились в столице."
    body = (
        f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><item>'
        f"<title>Т</title><description>{russian}</description></item></channel></rss>"
    )
    assert _parse(body.encode(encoding)).items[0].text == russian


def test_an_encoding_that_the_server_lies_about_is_found_out() -> None:
    body = _rss("<item><description>Встреча министров</description></item>")
    assert _parse(body, "text/xml; charset=us-ascii").items[0].text == "Встреча министров"


@pytest.mark.parametrize(
    "reference",
    ["&#0;", "&#x1F;", "&#xD800;", "&#65535;", "&#x110000;", "&#99999999999;", "&#1114112", "&#8"],
)
def test_a_reference_to_no_character_is_left_out(reference: str) -> None:
    body = _rss(f"<item><title>A & B</title><description>One{reference}.</description></item>")
    assert _parse(body).items[0].text == "One."


def test_a_feed_that_is_not_well_formed_is_read_as_far_as_it_goes() -> None:
    body = _rss(f"<item><title>A & B</title><description>{LEAD}</description></item><item>")
    assert _parse(body).items[0].text == LEAD


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is empty"),
        (b"   ", "is empty"),
        (b"<!DOCTYPE html><html><body>Hello</body></html>", "is a web page, not a feed"),
        (b"\n<!-- x --><HTML lang='en'><p>Hello", "is a web page, not a feed"),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x'><html/>", "is a web page, not a feed"),
        (b"<html><body><pre>&lt;rss&gt;</pre><svg><?xml ?></svg>", "is a web page, not a feed"),
        (b"<div>Please log in</div>", "is a web page, not a feed"),
        (b"<html></html>", "sources add.*autodiscovery"),
        (b"<html><link type='application/rss+xml' href='/rss'>", "names https://example.org/rss$"),
        (b"<?xml version='1.0'?><opml version='2.0'/>", "sources import"),
        (b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "is a sitemap"),
        (b"hello", r'is not a feed but plain text \("hello"\)'),
        (b"\x89PNG\r\n\x1a\n\0\0", "is not a feed but a PNG image"),
        (b"/etc/passwd", "is not a feed"),
        (b"file:///etc/passwd", "is not a feed"),
    ],
)
def test_what_is_no_feed_is_a_parse_error_in_one_line(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason) as found:
        _parse(body)
    assert "\n" not in str(found.value)
    assert "root:" not in str(found.value)


def test_an_encoding_that_is_no_encoding_is_a_parse_error_or_read() -> None:
    body = b'<?xml version="1.0" encoding="punycode"?><rss version="2.0"><channel/></rss>'
    try:
        assert _parse(body).items == ()
    except ParseError as exc:
        assert "not a feed" in str(exc)  # noqa: PT017


def test_entities_of_the_outside_are_not_loaded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("treasure")
    body = (
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]><rss version="2.0"><channel><item>'
        "<title>T</title><description>A &x; B</description></item></channel></rss>"
    )
    assert "treasure" not in _parse(body.encode()).items[0].text


def test_dangerous_markup_leaves_no_address_behind() -> None:
    html = "<p>One.</p><iframe src='file:///etc/passwd'></iframe><svg><a href='x'>s</a></svg>"
    assert cleaned(html) == "One."


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda t: _rss(f"<item>{t}</item>")))
def test_arbitrary_bytes_give_a_feed_or_a_parse_error(body: bytes) -> None:
    try:
        feed = _parse(body)
    except ParseError:
        return
    assert all(item.text or item.reason for item in feed.items)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real feeds are not beside the checkout")
def test_every_real_feed_gives_as_many_items_as_feedparser_finds() -> None:
    import feedparser

    usable = 0
    for path in sorted(REAL.iterdir())[::4]:
        body = path.read_bytes()
        feed = _parse(body)
        raw = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
        assert len(feed.items) == len(raw.entries) > 0, path.name
        for item in feed.items:
            if item.reason:
                continue
            try:
                usable += bool(entry(item.key, item.text, item.facts, now=NOW).text)
            except ExtractError as exc:
                assert "no text" in str(exc), path.name  # noqa: PT017
    assert usable > 300
