"""The message: parts that every program reads, a digest or the whole issue, and nothing fetched."""

import re
from collections.abc import Callable
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from html import unescape

import pytest
from lxml import html as lxml_html

from service.errors import RenderError
from service.model import Artifact
from service.render import mail, render
from service.render.charts import Chart
from tests import builders
from tests.render.messages import URL, body, headings, letter, parsed, seen

PDF = Artifact(format="pdf", data=b"%PDF-1.7\n" + bytes(range(256)) * 40)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def chart(name: str = "days", data: bytes = PNG) -> Chart:
    return Chart(
        name=name,
        title='Articles & "days"',
        alt="Seven articles on 20 November, <one> on 19.",
        table=(("Date", "Articles"), ("2026-11-20", "7")),
        data=data,
        width=400,
        height=176,
    )


def kinds(data: bytes) -> list[str]:
    return [part.get_content_type() for part in parsed(data).walk()]


def test_the_file_that_is_read_has_both_bodies_and_the_pdf(made: dict[str, bytes]) -> None:
    message = parsed(made["eml"])
    assert [p.get_content_type() for p in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "china-russia-2026-11-21.pdf"
    assert attached.get_content() == made["pdf"]


def test_a_chart_is_a_part_beside_the_html_that_shows_it_by_its_content_id() -> None:
    data = mail.message(
        builders.brief(), letter(kind="full", attachments=(PDF,)), charts=(chart(), chart("tracks"))
    )
    assert kinds(data) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "image/png",
        "application/pdf",
    ]
    page = body(data, "html")
    shown = re.findall(r'src="cid:([^"]+)"', page)
    parts = [p for p in parsed(data).walk() if p.get_content_type() == "image/png"]
    assert [p["Content-ID"] for p in parts] == [f"<{cid}>" for cid in shown]
    assert all(p.get_content() == PNG for p in parts)
    assert all(p.get_content_disposition() == "inline" for p in parts)
    tree = lxml_html.document_fromstring(page)
    assert [image.get("alt") for image in tree.iter("img")] == [chart().alt, chart().alt]
    assert headings(page).count(chart().title) == 2
    related = next(p for p in parsed(data).walk() if p.get_content_type() == "multipart/related")
    assert related.get_param("type") == "text/html"


def test_a_chart_that_could_not_be_drawn_is_left_out() -> None:
    data = mail.message(builders.brief(), letter(kind="full"), charts=(chart(data=b""),))
    assert "image/png" not in kinds(data)
    assert "cid:" not in body(data, "html")


def test_without_files_there_are_the_two_bodies_only_and_none_is_said_to_be_attached() -> None:
    data = mail.message(builders.brief(), letter())
    assert kinds(data) == ["multipart/alternative", "text/plain", "text/html"]
    assert "attached" not in body(data, "plain")
    assert "attached" not in seen(data)


def test_text_only_is_one_part_or_mixed_with_its_files() -> None:
    assert kinds(mail.message(builders.brief(), letter(kind="text"))) == ["text/plain"]
    data = mail.message(builders.brief(), letter(kind="text", attachments=(PDF,)))
    assert kinds(data) == ["multipart/mixed", "text/plain", "application/pdf"]
    assert "BOTTOM LINE" in body(data, "plain")


@pytest.mark.parametrize(
    ("format_", "type_"),
    [
        ("pdf", "application/pdf"),
        ("html", "text/html"),
        ("txt", "text/plain"),
        ("md", "text/markdown"),
        ("json", "application/json"),
    ],
)
def test_every_format_is_attached_byte_for_byte(format_: str, type_: str) -> None:
    # Line ends, a line that looks like a mailbox's and one that looks like the end of a message.
    data = "a\r\nb\nc\rFrom x\n.\n提要 брифинг\n".encode()
    made = mail.message(
        builders.brief(), letter(attachments=(Artifact(format=format_, data=data),))
    )
    (attached,) = parsed(made).iter_attachments()
    assert attached.get_content_type() == type_
    assert attached.get_payload(decode=True) == data
    assert attached.get_filename() == f"china-russia-2026-11-21.{format_}"
    assert f"attached ({format_.upper()})" in seen(made)


def test_a_mail_does_not_attach_a_mail() -> None:
    with pytest.raises(RenderError, match='"eml" cannot be attached'):
        mail.message(
            builders.brief(), letter(attachments=(Artifact(format="eml", data=b"Subject: x"),))
        )


@pytest.mark.parametrize("kind", ["digest", "full", "text"])
def test_a_file_of_40_mb_is_named_and_linked_to_and_the_others_are_attached(kind: str) -> None:
    huge = Artifact(format="pdf", data=b"x" * 40_000_000)
    small = Artifact(format="json", data=b"{}")
    data = mail.message(builders.brief(), letter(kind=kind, attachments=(huge, small)))
    assert [p.get_content_type() for p in parsed(data).iter_attachments()] == ["application/json"]
    assert len(data) < 200_000
    text = " ".join(body(data, "plain").split())
    said = "Not attached, as it is too large for a mail: PDF (40.0 MB). It is in the archive:"
    assert said in text
    assert "https://briefs.example.org/issues/12" in text
    if kind != "text":
        assert f"{said} https://briefs.example.org/issues/12" in seen(data)


def test_the_limit_is_on_what_is_sent_and_on_all_files_together() -> None:
    one = Artifact(format="pdf", data=b"x" * 57_000)
    two = Artifact(format="html", data=b"x" * 57_000)

    def attached(limit: int) -> int:
        made = mail.message(
            builders.brief(), letter(attachments=(one, two), max_attached_bytes=limit)
        )
        return len(list(parsed(made).iter_attachments()))

    assert [attached(n) for n in (77_999, 78_000, 155_999, 156_000)] == [0, 1, 1, 2]


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
@pytest.mark.parametrize("kind", ["digest", "full"])
def test_the_plain_text_carries_every_sentence_in_every_kind_and_language(
    kind: str, language: str
) -> None:
    brief = builders.brief()
    data = mail.message(brief, letter(kind=kind, language=language))
    plain = "".join(body(data, "plain").split())
    for line in brief.lines():
        assert "".join(line.text.split()) in plain
    assert parsed(data)["content-language"] == language
    assert f'<html lang="{language}"' in body(data, "html")


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_a_full_message_shows_every_sentence_word_for_word(language: str) -> None:
    brief = builders.brief()
    page = seen(mail.message(brief, letter(kind="full", language=language)))
    for line in brief.lines():
        assert " ".join(line.text.split()) in page


def test_a_digest_has_the_bottom_line_and_of_the_top_stories_what_that_does_not_say() -> None:
    brief = builders.brief()
    data = mail.message(brief, letter())
    page = seen(data)
    for line in brief.bottom_line:
        assert page.count(line.text) == 1
    for item in brief.stories:
        assert item.headline in page
    first = brief.stories[0]
    assert [line.text in page for line in first.lines] == [True, True, False]
    assert brief.tracks[0].items[0].headline not in page
    assert headings(body(data, "html")) == ["Bottom line", "Top stories", "In the whole brief"]
    assert "7 stories · 3 quotations · 4 dated events · 2 dates ahead · 11 articles cited" in page


def test_a_full_message_has_every_section_in_the_order_of_the_brief() -> None:
    data = mail.message(builders.brief(), letter(kind="full"))
    assert headings(body(data, "html")) == [
        "Bottom line",
        "Changed since the last issue",
        "Top stories",
        "By track",
        "In their words",
        "Timeline",
        "Watch list",
        "Coverage and gaps",
        "Sources",
    ]
    assert "Shortened." not in seen(data)


@pytest.mark.parametrize("kind", ["digest", "full"])
def test_every_citation_links_to_its_source_where_that_has_an_address(kind: str) -> None:
    brief = builders.brief()
    page = body(mail.message(brief, letter(kind=kind)), "html")
    found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>\[(\d+)\]</a>', page)
    links = {unescape(url): number for url, number in found}
    known = {source.url: str(source.number) for source in brief.sources if source.url}
    assert links
    assert all(known[url] == number for url, number in links.items())


def test_the_foot_says_how_to_leave_why_it_came_and_how_it_is_checked() -> None:
    data = mail.message(builders.brief(), letter())
    for text in (seen(data), " ".join(body(data, "plain").split())):
        assert "your address is on the list of this brief (Daily edition)" in text
        assert "briefing issues verify" in text
        assert "Unsubscribe" in text
    assert f'href="{URL.replace("&", "&amp;")}"' in body(data, "html")
    assert URL in body(data, "plain")


def test_without_a_public_address_the_foot_has_the_mailto() -> None:
    data = mail.message(builders.brief(), letter(unsubscribe_url=None, web_url=None))
    assert 'href="mailto:leave@example.org?subject=Zk3vB1x9"' in body(data, "html")
    assert "Read the whole brief" not in seen(data)


def test_a_file_that_nobody_is_sent_does_not_say_that_somebody_gets_it() -> None:
    data = mail.message(builders.brief(), mail.Letter())
    assert "You receive this" not in seen(data)
    assert "Unsubscribe" not in body(data, "plain")


def test_the_preheader_is_the_first_sentences_of_the_bottom_line_and_hidden() -> None:
    brief = builders.brief()
    page = body(mail.message(brief, letter()), "html")
    hidden = re.search(r'<div style="display:none[^"]*">(.*?)</div>', page)
    assert hidden is not None
    text = hidden[1].strip()
    assert text == " ".join(line.text for line in brief.bottom_line[:2])


@pytest.mark.parametrize("kind", ["digest", "full"])
def test_the_html_asks_for_nothing_and_lays_out_with_tables(kind: str) -> None:
    page = body(mail.message(builders.brief(), letter(kind=kind)), "html")
    for word in ("src=", "url(", "<link", "<img", "@import", "flex", "grid", "<script"):
        assert word not in page
    assert 'width="600"' in page
    assert "max-width:600px" in page


@pytest.mark.parametrize("kind", ["digest", "full"])
def test_light_and_dark_are_both_said_and_every_ground_has_its_ink(kind: str) -> None:
    page = body(mail.message(builders.brief(), letter(kind=kind)), "html")
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "@media (prefers-color-scheme: dark)" in page
    for name in re.findall(r"^\.(\w+)", page[page.index("prefers-color") :], re.MULTILINE):
        assert re.search(rf'class="[^"]*\b{name}\b', page) or name in ("open", "link"), name


def test_a_quiet_issue_is_a_message_too() -> None:
    data = mail.message(builders.quiet(), letter())
    assert "NOTHING TO REPORT" in body(data, "plain")
    assert "Nothing to report" in headings(body(data, "html"))


def test_what_an_article_says_is_text_whatever_it_holds() -> None:
    brief = builders.brief()
    nasty = (
        "</mj-text><mj-include path='/etc/passwd' /><mj-raw><script>x()</script></mj-raw> "
        "]]> <!-- <![CDATA[ <!--[if mso]> & &amp; {{ brief }} {% raw %} %(x)s \x00\x0b\ufffe\r\n"
        "\u202e<img src=http://t.example/p.gif>"
    )
    item = replace(brief.stories[0], headline=nasty)
    line = replace(brief.bottom_line[0], text=nasty)
    made = replace(brief, title=nasty, bottom_line=(line,), stories=(item,))
    for kind in ("digest", "full"):
        data = mail.message(made, letter(kind=kind))
        page = body(data, "html")
        tree = lxml_html.document_fromstring(page)
        tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
        assert not tags & {"script", "img", "link", "iframe"}
        assert not any(tag.startswith("mj-") for tag in tags)
        shown = " ".join(re.sub("[\x00\x0b\ufffe]", "\ufffd", nasty).split())
        assert page.count("<!--[if mso") == page.count("<![endif]-->") - page.count("<!--<![endif]")
        assert shown in seen(data)


def test_the_same_letter_has_the_same_bytes() -> None:
    one = mail.message(builders.brief(), letter(kind="full", attachments=(PDF,)), charts=(chart(),))
    two = mail.message(builders.brief(), letter(kind="full", attachments=(PDF,)), charts=(chart(),))
    assert one == two


def test_the_edition_chooses_between_a_digest_and_the_whole_issue() -> None:
    short, long = (
        render(builders.brief(), ["eml"], mail=kind)[0].data for kind in ("digest", "full")
    )
    assert "Watch list" not in headings(body(short, "html"))
    assert "Watch list" in headings(body(long, "html"))
    assert "image/png" in kinds(long)


@pytest.mark.parametrize(
    ("kind", "language"), [("digest", "en"), ("digest", "zh"), ("digest", "ru"), ("full", "en")]
)
def test_the_html_is_as_it_was_when_it_was_last_looked_at(
    kind: str, language: str, same_as_golden: Callable[[str, bytes], None]
) -> None:
    data = mail.message(builders.brief(), letter(kind=kind, language=language))
    page = re.sub(
        r"(>)(<(?:/?(?:table|tr|p|h[1-4]|div|style|meta)))", r"\1\n\2", body(data, "html")
    )
    same_as_golden(f"mail-{kind}-{language}.html", f"{page.strip()}\n".encode())


def test_the_message_is_valid_for_a_reader_of_bytes_with_every_defect_raised() -> None:
    data = mail.message(
        builders.brief(), letter(kind="full", attachments=(PDF,)), charts=(chart(),)
    )
    strict = policy.SMTP.clone(raise_on_defect=True)
    assert BytesParser(policy=strict).parsebytes(data).is_multipart()
