"""One set of articles comes out of every dialect, encoding and form in which it is written."""

import codecs
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from feeds.dialect import Feed
from feeds.syndication import parse
from tests.feeds.dialects import (
    ATOM_1,
    CDATA,
    CHINESE,
    DIALECTS,
    ENGLISH,
    ESCAPED,
    FRENCH,
    RSS_2,
    RUSSIAN,
    TAIWANESE,
    XML,
    Dialect,
    Written,
)

NOW = datetime(2025, 6, 1, tzinfo=UTC)
URL = "https://example.org/feeds/all"

#: Encoding, byte-order mark, articles that can be written in it, and a wrong name for it.
ENCODINGS = (
    ("utf-8", b"", ENGLISH, "windows-1252"),
    ("utf-8", b"", ENGLISH, "utf-16"),
    ("utf-8", b"", RUSSIAN, "windows-1251"),
    ("utf-8", b"", CHINESE, "gb2312"),
    ("utf-8", codecs.BOM_UTF8, RUSSIAN, "koi8-r"),
    ("utf-16-le", codecs.BOM_UTF16_LE, RUSSIAN, "utf-8"),
    ("utf-16-be", codecs.BOM_UTF16_BE, CHINESE, "utf-8"),
    ("windows-1251", b"", RUSSIAN, "utf-8"),
    ("windows-1251", b"", RUSSIAN, "iso-8859-1"),
    ("windows-1251", b"", RUSSIAN, "koi8-r"),
    ("koi8-r", b"", RUSSIAN, "windows-1251"),
    ("gb18030", b"", CHINESE, "utf-8"),
    ("gb18030", b"", CHINESE, "iso-8859-1"),
    ("big5", b"", TAIWANESE, "utf-8"),
    ("iso-8859-1", b"", FRENCH, "utf-8"),
)


def _parse(body: bytes, content_type: str = "") -> Feed:
    return parse(body, url=URL, content_type=content_type, now=NOW)


def _expect(feed: Feed, articles: Sequence[Written], dialect: Dialect) -> None:
    assert [item.reason for item in feed.items] == [None] * len(articles)
    for item, one in zip(feed.items, articles, strict=True):
        assert item.facts.title == one.title
        assert item.text == one.text
        assert item.facts.url == one.link
        assert item.key == (one.guid if dialect.guid else one.link)
        assert item.facts.published == (one.date if dialect.date else None)


def _declared(document: str, encoding: str | None) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{document}' if encoding else document


@pytest.mark.parametrize("form", [ESCAPED, CDATA])
@pytest.mark.parametrize("articles", [ENGLISH, RUSSIAN, CHINESE], ids=["en", "ru", "zh"])
@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_every_dialect_gives_the_same_articles(
    dialect: Dialect, articles: tuple[Written, ...], form: str
) -> None:
    feed = _parse(dialect.write(articles, form).encode())
    assert feed.title == "Example"
    _expect(feed, articles, dialect)


@pytest.mark.parametrize("declaration", ["right", "wrong", "missing"])
@pytest.mark.parametrize(("encoding", "mark", "articles", "wrong"), ENCODINGS)
@pytest.mark.parametrize("dialect", [RSS_2, ATOM_1], ids=str)
def test_the_encoding_is_found_whatever_the_document_declares(
    dialect: Dialect,
    encoding: str,
    mark: bytes,
    articles: tuple[Written, ...],
    wrong: str,
    declaration: str,
) -> None:
    name = {"right": encoding, "wrong": wrong, "missing": None}[declaration]
    body = mark + _declared(dialect.write(articles, ESCAPED), name).encode(encoding)
    _expect(_parse(body), articles, dialect)


@pytest.mark.parametrize("declaration", ["right", "missing"])
@pytest.mark.parametrize("server", ["us-ascii", "iso-8859-1", "utf-8", "no-such-encoding", "utf-7"])
@pytest.mark.parametrize(("encoding", "mark", "articles", "wrong"), ENCODINGS)
def test_a_server_that_lies_about_the_encoding_changes_nothing(
    encoding: str,
    mark: bytes,
    articles: tuple[Written, ...],
    wrong: str,
    server: str,
    declaration: str,
) -> None:
    name = encoding if declaration == "right" else None
    body = mark + _declared(RSS_2.write(articles, ESCAPED), name).encode(encoding)
    _expect(_parse(body, f"text/xml; charset={server}"), articles, RSS_2)


@pytest.mark.parametrize(("encoding", "mark", "articles", "wrong"), ENCODINGS)
@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_an_encoding_that_only_the_server_names_is_believed(
    dialect: Dialect, encoding: str, mark: bytes, articles: tuple[Written, ...], wrong: str
) -> None:
    body = mark + dialect.write(articles, ESCAPED).encode(encoding)
    _expect(_parse(body, f'application/xml; charset="{encoding}"'), articles, dialect)


@pytest.mark.parametrize(
    "declared",
    ["text/html", "application/json", "application/rss+xml", "application/feed+json", "image/png"],
)
@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_the_declared_type_decides_nothing(dialect: Dialect, declared: str) -> None:
    body = dialect.write(ENGLISH, CDATA).encode()
    _expect(_parse(body, declared), ENGLISH, dialect)
    _expect(_parse(codecs.BOM_UTF8 + b"\n " + body, declared), ENGLISH, dialect)


@pytest.mark.parametrize(
    "junk",
    [
        "\n\n  ",
        "\ufeff\ufeff",
        "<!-- made by hand --> ",
        "Warning: something on line 3\n",
        "<br />\n<b>Warning</b>:  something in <b>/srv/feed</b> on line <b>3</b><br />\n",
    ],
)
@pytest.mark.parametrize("declaration", ["utf-8", None])
@pytest.mark.parametrize("dialect", XML, ids=str)
def test_junk_above_a_feed_is_passed_over(
    dialect: Dialect, junk: str, declaration: str | None
) -> None:
    document = junk + _declared(dialect.write(RUSSIAN, CDATA), declaration)
    _expect(_parse(document.encode()), RUSSIAN, dialect)


@pytest.mark.parametrize("form", [ESCAPED, CDATA])
@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_control_characters_and_nul_are_left_out(dialect: Dialect, form: str) -> None:
    document = dialect.write(ENGLISH, form)
    document = document.replace("ministers met", "mini\x0bsters\x1f met").replace(
        "began", "be\x00gan"
    )
    if not dialect.xml:
        document = document.replace("spoke", r"sp\u000boke\u0000")
    elif form == ESCAPED:
        document = document.replace("spoke", "sp&#11;oke&#0;&#x1F;")
    _expect(_parse(document.encode()), ENGLISH, dialect)


@pytest.mark.parametrize("form", [ESCAPED, CDATA])
@pytest.mark.parametrize("dialect", XML, ids=str)
def test_entities_that_xml_does_not_know_are_resolved(dialect: Dialect, form: str) -> None:
    document = dialect.write(ENGLISH, form)
    document = document.replace("pipeline", "pipe&nbsp;line&hellip;").replace("branch", "br&auml;n")
    found = _parse(document.encode()).items[1]
    assert found.facts.title == "A pipe line…'s second brän"
    assert found.text.startswith("Work on the second brän of the pipe line… began")


@pytest.mark.parametrize("dialect", XML, ids=str)
def test_a_feed_whose_end_is_missing_gives_the_items_that_are_whole(dialect: Dialect) -> None:
    document = dialect.write(ENGLISH, ESCAPED)
    cut = document.index("Work on the second") + 30
    found = _parse(document[:cut].encode()).items
    assert found[0].text == ENGLISH[0].text
    # Half a sentence is nobody's: what was cut is not printed, only a teaser that is whole.
    assert all(item.text in ("", "Short.") for item in found[1:])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("dialect", XML, ids=str)
def test_bytes_that_are_no_characters_cost_their_own_item(dialect: Dialect, encoding: str) -> None:
    document = _declared(dialect.write(CHINESE, ESCAPED), encoding)
    before, after = document.split("星期五")
    body = before.encode(encoding) + b"\xff" + after.encode(encoding)
    one, two = _parse(body).items
    assert (one.text, one.reason) == (CHINESE[0].text, None)
    assert (two.text, "no characters" in (two.reason or "")) == ("", True)


@pytest.mark.parametrize("dialect", XML, ids=str)
def test_bare_ampersands_and_unclosed_elements_cost_nothing(dialect: Dialect) -> None:
    document = dialect.write(ENGLISH, ESCAPED).replace("&amp; trade", "& trade")
    document = document.replace("</title>", "</title><unclosed>", 1)
    _expect(_parse(document.encode()), ENGLISH, dialect)


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_an_empty_feed_is_a_feed(dialect: Dialect) -> None:
    assert _parse(dialect.write((), ESCAPED).encode()).items == ()


@pytest.mark.parametrize("dialect", [RSS_2, DIALECTS[-1]], ids=str)
def test_a_thousand_items_are_read_in_their_order(dialect: Dialect) -> None:
    many = [
        replace(ENGLISH[0], guid=f"id-{n}", link=f"https://example.org/{n}", title=f"Title {n}")
        for n in range(1000)
    ]
    _expect(_parse(dialect.write(many, ESCAPED).encode()), many, dialect)


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_addresses_are_made_whole_and_marks_of_tracking_are_no_part_of_a_name(
    dialect: Dialect,
) -> None:
    one = replace(ENGLISH[0], link="/news/8?utm_source=rss")
    (found,) = _parse(dialect.write([one], ESCAPED).encode()).items
    assert found.facts.url == "https://example.org/news/8?utm_source=rss"
    assert found.key == (one.guid if dialect.guid else "https://example.org/news/8")


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_a_guid_that_all_items_share_names_none_of_them(dialect: Dialect) -> None:
    shared = [replace(one, guid="https://example.org/") for one in ENGLISH]
    found = _parse(dialect.write(shared, ESCAPED).encode()).items
    assert [item.key for item in found] == [one.link for one in ENGLISH]


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_a_guid_repeated_for_one_address_stays_its_name(dialect: Dialect) -> None:
    again = replace(ENGLISH[0], title="Another title")
    found = _parse(dialect.write([ENGLISH[0], again], ESCAPED).encode()).items
    assert len({item.key for item in found}) == 1


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_markup_in_a_title_is_dropped_in_every_dialect(dialect: Dialect) -> None:
    one = replace(ENGLISH[0], title="Two <b>bold</b> words &amp; an <i>R&amp;D</i> centre &hellip;")
    (found,) = _parse(dialect.write([one], ESCAPED).encode()).items
    assert found.facts.title == "Two bold words & an R&D centre …"


def test_the_name_of_an_item_without_guid_and_address_is_the_same_in_all_dialects() -> None:
    one = replace(ENGLISH[0], guid="", link="")
    names = {_parse(dialect.write([one], ESCAPED).encode()).items[0].key for dialect in DIALECTS}
    assert len(names) == 1
    assert names.pop().startswith("sha256:")
