"""Web pages: their reporting, and what they declare."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.extract import fragment_text, page
from service.errors import ExtractError

NOW = datetime(2025, 6, 1, tzinfo=UTC)
TEXT = (
    "The two ministers met in the capital on Monday and spoke of trade for three hours.",
    "They agreed that talks on the pipeline would go on in the autumn, officials said.",
    "A statement is to be published after the second day, according to the organisers.",
)
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in TEXT)


def _page(head: str = "", body: str = PARAGRAPHS) -> str:
    return (
        f"<!DOCTYPE html><html lang='en'><head>{head}</head><body><nav><a href='/'>Home</a>"
        f"<a href='/w'>World</a></nav><article>{body}</article>"
        "<footer>Imprint and so on</footer></body></html>"
    )


def test_the_text_is_the_article_without_the_page_around_it() -> None:
    found = page(_page("<title>T</title>", f"<h1>Ministers meet</h1>{PARAGRAPHS}"), now=NOW)
    assert all(text in found.text for text in TEXT)
    assert "Imprint" not in found.text
    assert "Home" not in found.text


def test_what_a_page_declares_is_read() -> None:
    head = (
        '<meta property="og:title" content="Ministers meet"><title>Other | Example</title>'
        '<meta property="article:published_time" content="2025-05-08T10:00:00+08:00">'
        '<meta property="og:site_name" content="Example Times">'
        '<link rel="canonical" href="/a"><meta name="author" content="Jane Person">'
    )
    facts = page(_page(head), url="https://example.org/a?utm=1", now=NOW).facts
    assert facts.title == "Ministers meet"
    assert facts.published == datetime(2025, 5, 8, 2, tzinfo=UTC)
    assert facts.outlet == "Example Times"
    assert facts.url == "https://example.org/a"
    assert facts.language == "en"
    assert facts.authors == ("Jane Person",)


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="date" content="2025-05-08">',
        '<meta name="DC.date.issued" content="2025-05-08">',
        '<meta itemprop="datePublished" content="2025-05-08">',
        '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2025-05-08"}'
        "</script>",
        '<script type="application/ld+json">{"@graph":[{"@type":"WebPage"},{"@type":"Article",'
        '"datePublished":"2025-05-08"}]}</script>',
        '<meta name="pubdate" content="2025年5月8日">',
    ],
)
def test_the_date_is_found_where_pages_put_it(head: str) -> None:
    assert page(_page(head), now=NOW).facts.published == datetime(2025, 5, 8, tzinfo=UTC)


def test_a_time_element_is_the_last_resort() -> None:
    body = f'<time datetime="2025-05-08">8 May</time>{PARAGRAPHS}'
    assert page(_page("", body), now=NOW).facts.published == datetime(2025, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "head",
    [
        "",
        '<meta name="date" content="yesterday">',
        '<meta name="date" content="2099-01-01">',
        '<script type="application/ld+json">{broken</script>',
        '<script type="application/ld+json">[1, null, "x", {"datePublished": 5}]</script>',
    ],
)
def test_a_page_without_a_sound_date_is_undated(head: str) -> None:
    body = PARAGRAPHS + "<p>In 2019 the two had met on 8 May 2019 in Moscow, he said.</p>"
    assert page(_page(head, body), now=NOW).facts.published is None


def test_the_sites_own_name_leaves_the_title() -> None:
    head = '<title>Ministers meet | Example Times</title><meta property="og:site_name" content="Example Times">'  # noqa: E501
    assert page(_page(head), now=NOW).facts.title == "Ministers meet"


@pytest.mark.parametrize("html", ["", "<html></html>", "<html><body><script>x</script></body>"])
def test_a_page_without_text_is_an_error(html: str) -> None:
    with pytest.raises(ExtractError, match="no text"):
        page(html, now=NOW)


def test_a_page_of_one_short_paragraph_is_read() -> None:
    assert page("<p>They met.</p>", now=NOW).text == "They met."


def test_each_block_of_a_fragment_is_a_paragraph_and_markup_inside_is_not() -> None:
    html = (
        "<div>One <b>bold</b>\n and <a href='x'>linked</a>.</div><ul><li>Two.<li>Three.</ul>4<br>5"
    )
    assert fragment_text(html) == "One bold and linked.\n\nTwo.\n\nThree.\n\n4\n\n5"


def test_scripts_and_styles_are_no_text() -> None:
    html = "<p>A<script>var x;</script>B</p><style>p{}</style><template>t</template><p>C</p>"
    assert fragment_text(html) == "AB\n\nC"


def test_deep_nesting_is_no_recursion() -> None:
    assert fragment_text("<div>" * 5000 + "deep" + "</div>" * 5000) in ("deep", "")
    html = "<p>Top.</p>" + "<b>" * 3000 + "x"
    assert fragment_text(html).startswith("Top.")


def test_entities_of_a_document_type_are_not_loaded() -> None:
    html = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>A &x; B</p>'
    assert "root" not in fragment_text(html)


@settings(deadline=None)
@given(st.text(alphabet="<>/=\"' apdivhtmlbody&;#x!-\0é中", max_size=200))
def test_any_markup_gives_a_page_or_an_extract_error(html: str) -> None:
    try:
        found = page(html, now=NOW)
    except ExtractError:
        return
    assert found.text
