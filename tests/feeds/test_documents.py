"""Files to entries."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.documents import FORMATS, entry, read
from feeds.markdown import blocks
from feeds.metadata import Facts
from service.errors import ExtractError, ParseError, SourceError
from service.model import Entry

NOW = datetime(2025, 6, 1, tzinfo=UTC)
MAY_8 = datetime(2025, 5, 8, tzinfo=UTC)
LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."
BODY = "They agreed that talks on the pipeline would go on in the autumn, officials said."


def _read(key: str, text: str) -> Entry:
    return read(key, text.encode(), now=NOW)


def test_a_text_file_with_a_headline_and_furniture() -> None:
    found = _read(
        "a/b.txt",
        f"• en\n\nMinisters Meet in the North\n\nJane Person\n\nFILE PHOTO: Both at a table\n\n"
        f"{LEAD}\n\n{BODY}\n\nFollow us on:\n\nOriginal Source: www.example.org",
    )
    assert found == Entry(
        key="a/b.txt",
        title="Ministers Meet in the North",
        text=f"{LEAD}\n\n{BODY}",
        language="en",
        origin="www.example.org",
    )


def test_a_text_file_without_a_headline_is_titled_by_its_first_sentence() -> None:
    found = _read("a.txt", f"{LEAD} {BODY}\n{BODY}")
    assert found.title == LEAD.rstrip(".")
    assert not found.title_given
    assert found.published is None


def test_a_text_file_with_header_lines() -> None:
    text = f"Title: Ministers meet\nDate: May 8, 2025\nURL: https://e.org/a\n\n{LEAD}\n"
    found = _read("a.txt", text)
    assert (found.title, found.published, found.url) == (
        "Ministers meet",
        MAY_8,
        "https://e.org/a",
    )
    assert found.text == LEAD


def test_a_dateline_becomes_the_origin() -> None:
    found = _read("a.txt", f"Ministers meet\n\nBEIJING, May 8 (Xinhua) -- {LEAD}\n\n{BODY}")
    assert found.text == f"{LEAD}\n\n{BODY}"
    assert found.origin == "Xinhua"


def test_a_date_line_dates_the_article() -> None:
    found = _read("a.txt", f"Ministers meet\n\nPublished: May 8, 2025\n\n{LEAD}\n\n{BODY}")
    assert found.published == MAY_8
    assert found.text == f"{LEAD}\n\n{BODY}"


def test_a_markdown_file_with_front_matter() -> None:
    found = _read(
        "a.md",
        f"---\ntitle: Ministers meet\ndate: 2025-05-08\nurl: https://e.org/a\n---\n\n"
        f"# Ministers meet\n\n*{LEAD}*\n\n![a picture](x.png)\n\n> {BODY}\n\n```\ncode\n```\n",
    )
    assert found == Entry(
        key="a.md",
        title="Ministers meet",
        text=f"{LEAD}\n\n{BODY}",
        language="en",
        url="https://e.org/a",
        published=MAY_8,
    )


def test_the_heading_titles_a_markdown_file_without_front_matter() -> None:
    found = _read("a.md", f"Ministers meet\n==============\n\n{LEAD}\n{BODY}")
    assert (found.title, found.title_given) == ("Ministers meet", True)
    assert found.text == f"{LEAD} {BODY}"


def test_a_heading_in_mid_text_is_a_crosshead_and_no_title() -> None:
    found = blocks(f"{LEAD}\n\n## The second day\n\n{BODY}")
    assert found.heading == ""
    assert found.paragraphs == (LEAD, "The second day", BODY)


def test_markdown_keeps_words_and_drops_marks() -> None:
    found = blocks("A [link](https://e.org) & **bold** `code`\nline\\\nbreak <b>raw</b> 1\\. x")
    assert found.paragraphs == ("A link & bold code line\nbreak raw 1. x",)


def test_lists_and_tables_give_their_text() -> None:
    found = blocks("- one\n- two\n\n| a | b |\n|---|---|\n| c | d |\n")
    assert found.paragraphs == ("one", "two", "a", "b", "c", "d")


def test_a_page_with_meta_data() -> None:
    found = _read(
        "a.html",
        '<html lang="en"><head><meta property="og:title" content="Ministers meet">'
        '<meta name="date" content="2025-05-08"></head><body><article><h1>Ministers meet</h1>'
        f"<p>{LEAD}</p><p>{BODY}</p><p>Follow us on:</p></article></body></html>",
    )
    assert (found.title, found.published) == ("Ministers meet", MAY_8)
    assert found.text == f"{LEAD}\n\n{BODY}"


def test_a_page_in_another_encoding_is_read() -> None:
    russian = "Министры двух стран встретились в столице и говорили о торговле три часа. " * 2
    html = f'<html><head><meta charset="windows-1251"></head><body><p>{russian}</p></body></html>'
    found = read("a.htm", html.encode("windows-1251"), now=NOW)
    assert found.text == russian.strip()
    assert found.language == "ru"


def test_a_text_of_one_sentence_is_an_article() -> None:
    found = _read("a.txt", LEAD)
    assert found.text == LEAD
    assert not found.title_given


def test_a_text_without_a_sentence_end_is_an_article() -> None:
    found = _read("a.txt", "ministers meet and talk of trade in the capital")
    assert found.text == "ministers meet and talk of trade in the capital"


def test_a_text_in_no_known_language_is_und_and_whole() -> None:
    text = "ᚠᛇᚻ᛫ᛒᛦᚦ᛫ᚠᚱᚩᚠᚢᚱ᛫ᚠᛁᚱᚪ᛫ᚷᛖᚻᚹᛦᛚᚳᚢᛗ"
    found = _read("a.txt", text)
    assert found.text == text
    assert found.language == "und"


@pytest.mark.parametrize("text", ["Share\n\nFollow us on:", "Advertisement", "123\n\n456", "— * —"])
def test_a_file_of_furniture_holds_no_text(text: str) -> None:
    with pytest.raises(ExtractError, match="no text"):
        _read("a.txt", text)


def test_a_text_that_only_repeats_its_headline_holds_no_text() -> None:
    with pytest.raises(ExtractError, match="no text"):
        entry("k", "Ministers meet", Facts(title="Ministers meet"), now=NOW)


def test_the_operators_language_wins_over_the_detected_one() -> None:
    assert read("a.txt", LEAD.encode(), now=NOW, tongue="nl").language == "nl"


def test_a_declared_language_counts_only_where_none_is_detected() -> None:
    assert entry("k", LEAD, Facts(language="de"), now=NOW).language == "en"
    assert entry("k", "OK no", Facts(language="de"), now=NOW).language == "de"


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(sorted(FORMATS)))
def test_arbitrary_bytes_give_an_entry_or_a_source_error(data: bytes, suffix: str) -> None:
    try:
        found = read("x" + suffix, data, now=NOW)
    except (ParseError, ExtractError):
        return
    assert found.text
    assert found.title


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from(sorted(FORMATS)))
def test_any_text_gives_an_entry_or_a_source_error(text: str, suffix: str) -> None:
    try:
        found = read("x" + suffix, text.encode("utf-8", "replace"), now=NOW)
    except SourceError:
        return
    assert "\n\n\n" not in found.text
    assert "\n" not in found.title
