"""Lists of feeds: nested, doubled, in any encoding, and never an attack."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.normal import line
from feeds.opml import Outline, read, write
from service.errors import ParseError

NOW = datetime(2025, 6, 1, 7, 0, tzinfo=UTC)


def _opml(body: str, *, head: str = "") -> bytes:
    return f"<opml version='1.1'>{head}<body>{body}</body></opml>".encode()


def _urls(data: bytes) -> list[str]:
    return [outline.url for outline in read(data).outlines]


def test_a_feed_is_read_with_all_that_is_said_of_it() -> None:
    row = (
        "<outline type='rss' text='Harbour &amp; Wire' title=' Harbour\n Wire ' language='en-GB'"
        " xmlUrl='https://wire.example/feed' htmlUrl='https://wire.example/'/>"
    )
    assert read(_opml(row)).outlines == (
        Outline(
            url="https://wire.example/feed",
            title="Harbour Wire",
            site="https://wire.example/",
            language="en",
        ),
    )


def test_outlines_nest_and_the_order_of_the_file_stays() -> None:
    found = read(
        _opml(
            "<outline text='Asia'><outline text='China'>"
            "<outline text='a' xmlUrl='https://a.example/f'/></outline>"
            "<outline text='b' xmlUrl='https://b.example/f'/></outline>"
            "<outline text='c' xmlUrl='https://c.example/f'/>"
        )
    ).outlines
    assert [(o.title, o.folders) for o in found] == [
        ("a", ("Asia", "China")),
        ("b", ("Asia",)),
        ("c", ()),
    ]


def test_feeds_under_a_feed_are_read_too() -> None:
    row = "<outline xmlUrl='https://a.example/f'><outline xmlUrl='https://b.example/f'/></outline>"
    assert _urls(_opml(row)) == ["https://a.example/f", "https://b.example/f"]


def test_doubles_are_folded_and_counted() -> None:
    found = read(
        _opml(
            "<outline text='a' xmlUrl='https://a.example/f'/>"
            "<outline text='again' xmlUrl='HTTPS://A.example:443/f?utm_source=x'/>"
        )
    )
    assert ([o.title for o in found.outlines], found.doubles) == (["a"], 1)


def test_names_of_attributes_may_be_written_in_any_case() -> None:
    assert _urls(_opml("<outline TEXT='a' XMLURL='https://a.example/f'/>")) == [
        "https://a.example/f"
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("feed://a.example/f", "http://a.example/f"),
        ("feed:https://a.example/f", "https://a.example/f"),
        ("FEED://https://a.example/f", "https://a.example/f"),
    ],
)
def test_the_scheme_of_old_readers_is_understood(written: str, meant: str) -> None:
    assert _urls(_opml(f"<outline text='a' xmlUrl='{written}'/>")) == [meant]


def test_a_feed_without_a_name_has_that_of_its_host() -> None:
    (found,) = read(_opml("<outline xmlUrl='https://a.example/f'/>")).outlines
    assert found.title == "a.example"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "is not an http or https address"),
        ("ftp://a.example/f", "is not an http or https address"),
        ("https://user:secret@a.example/f", "has a user name in it"),
        ("https:///f", "names no host"),
    ],
)
def test_an_address_that_cannot_be_used_is_named_with_its_reason(url: str, reason: str) -> None:
    found = read(_opml(f"<outline text='x' xmlUrl='{url}'/>"))
    assert (found.outlines, found.refused) == ((), (("x", reason),))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251", "koi8-r"])
def test_the_declared_encoding_holds(encoding: str) -> None:
    text = (
        f"<?xml version='1.0' encoding='{encoding}'?>"
        "<opml><body><outline text='Новости' xmlUrl='https://a.example/f'/></body></opml>"
    )
    assert read(text.encode(encoding)).outlines[0].title == "Новости"


@pytest.mark.parametrize("lead", [b"\xef\xbb\xbf", b"\n  "])
def test_what_stands_before_the_file_does_not_matter(lead: bytes) -> None:
    data = b"<?xml version='1.0'?>" + _opml("<outline xmlUrl='https://a.example/f'/>")
    assert _urls(lead + data) == ["https://a.example/f"]


LAUGHS = "<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "declared",
    [
        "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
        "<!ENTITY % x SYSTEM 'http://127.0.0.1:9/x'> %x;",
        LAUGHS,
        "",
    ],
)
def test_a_document_type_is_refused(declared: str) -> None:
    data = f"<!DOCTYPE opml [{declared}]>".encode() + _opml("<outline text='&x;&i;'/>")
    with pytest.raises(ParseError):
        read(data)


def test_an_external_document_type_is_refused() -> None:
    data = b"<!DOCTYPE opml SYSTEM 'file:///etc/passwd'>" + _opml("")
    with pytest.raises(ParseError, match="document type"):
        read(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not XML"),
        (b"<opml><body><outline text='a & b'/></body></opml>", r"line 1"),
        (b"<html><body/></html>", "outermost element is <html>"),
        (b"<rss version='2.0'><channel/></rss>", "outermost element is <rss>"),
        (b"\xff\xff\xff", "is not XML"),
        (b"<opml>" + b" " * (5 << 20), "larger than 5 MB"),
    ],
)
def test_what_is_no_opml_is_one_clear_line(data: bytes, words: str) -> None:
    with pytest.raises(ParseError, match=words) as found:
        read(data)
    assert "\n" not in str(found.value)


def test_deep_nesting_is_refused_or_read_and_never_overflows() -> None:
    deep = "<outline text='x'>" * 200 + "<outline xmlUrl='https://a.example/f'/>"
    assert _urls(_opml(deep + "</outline>" * 200)) == ["https://a.example/f"]
    with pytest.raises(ParseError):
        read(_opml("<outline>" * 100_000 + "</outline>" * 100_000))


def test_a_list_is_written_with_its_folders() -> None:
    rows = (
        Outline(url="https://a.example/f?x=1&y=2", title='A "b" <c>', folders=("Asia", "China")),
        Outline(url="https://b.example/f", title="Б", folders=("Asia",), language="ru"),
    )
    data = write(rows, title="Sources", now=NOW)
    assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<opml version=\"2.0\">")
    assert b"<dateCreated>Sun, 01 Jun 2025 07:00:00 GMT</dateCreated>" in data
    assert data.count(b'text="Asia"') == 1
    assert read(data).outlines == rows


names = st.text(
    st.characters(min_codepoint=32, exclude_categories=("Cs", "Cn", "Cc", "Zl", "Zp")), min_size=1
).filter(lambda text: line(text) == text)
outlines = st.builds(
    Outline,
    url=st.integers(0, 10**6).map("https://a.example/f?n={}".format),
    title=names,
    folders=st.lists(names, max_size=3).map(tuple),
    site=st.none() | st.just("https://a.example/"),
    language=st.none() | st.sampled_from(["en", "zh", "ru"]),
)


@given(st.lists(outlines, unique_by=lambda outline: outline.url, max_size=8))
def test_what_is_written_is_read_again(rows: list[Outline]) -> None:
    found = read(write(rows, title="Sources", now=NOW))
    assert sorted(found.outlines, key=lambda o: o.url) == sorted(rows, key=lambda o: o.url)
    assert (found.doubles, found.refused) == (0, ())


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_list_or_a_parse_error(data: bytes) -> None:
    try:
        read(data)
    except ParseError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right


def test_where_it_is_malformed_is_told_once() -> None:
    with pytest.raises(ParseError) as malformed:
        read(b"feeds of mine")
    assert str(malformed.value).count("line 1") == 1
    assert "<string>" not in str(malformed.value)
