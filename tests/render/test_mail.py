"""The message: headers that cannot be injected into, parts that every program reads."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import RenderError
from service.render import mail
from tests import builders

HEADERS = sorted((*mail.HEADERS, "MIME-Version", "Content-Type"))
#: Titles that make the standard library's own policy write a header that was not meant.
INJECTIONS = (
    "=?utf-8?q?a=0D=0ABcc:_evil@example.org?=",
    "=?utf-8?b?YQ0KQmNjOiBldmlsQGV4YW1wbGUub3JnDQoNCmJvZHk=?=",
    "Title\r\nBcc: evil@example.org",
    "Title\nBcc: evil@example.org",
    "Title\u2028Bcc: evil@example.org",
    "Title\x85Bcc: evil@example.org",
    "Title\x0bBcc: evil@example.org",
    "Title\x00\x1b[31m",
    "Title \ud800 half",
    '"Title" <evil@example.org>, other@example.org',
    "x" * 2000,
    "中" * 500,
)


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> EmailMessage:
    found: Any = message.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return found


def subject_of(data: bytes) -> str:
    raw = message_from_bytes(data)["subject"]
    return str(make_header(decode_header(raw)))


def test_the_message_is_mixed_with_both_bodies_and_the_pdf(made: dict[str, bytes]) -> None:
    message = parsed(made["eml"])
    assert [p.get_content_type() for p in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    assert not any(p.defects for p in message.walk())
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "china-russia-2026-11-21.pdf"
    assert attached.get_content() == made["pdf"]


def test_without_a_pdf_nothing_is_attached_or_said_to_be() -> None:
    message = parsed(mail.message(builders.brief()))
    assert list(message.iter_attachments()) == []
    assert "attached" not in part(message, "plain").get_content()
    assert "attached" not in part(message, "html").get_content()


def test_the_headers_are_the_ones_meant() -> None:
    data = mail.message(
        builders.brief(), sender="brief@example.org", to="Reader <reader@example.org>"
    )
    message = parsed(data)
    assert sorted(message.keys()) == HEADERS
    assert str(message["from"]) == "China–Russia Brief <brief@example.org>"
    assert str(message["to"]) == "Reader <reader@example.org>"
    assert subject_of(data) == "China–Russia Brief, No. 12, 2026-11-21"
    assert message["date"] == "Fri, 20 Nov 2026 23:00:00 +0000"
    assert message["auto-submitted"] == "auto-generated"
    assert message["precedence"] == "bulk"
    assert message["content-language"] == "en"
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", message["message-id"])


def test_the_message_id_is_the_issue_s_and_the_reader_s() -> None:
    def identity(to: str, **fields: object) -> str:
        return str(parsed(mail.message(builders.brief(**fields), to=to))["message-id"])

    assert identity("a@example.org") == identity("a@example.org")
    assert identity("a@example.org") != identity("b@example.org")
    assert identity("a@example.org") != identity("a@example.org", number=13)
    assert identity("a@example.org") != identity("a@example.org", edition="weekly")


def test_without_a_reader_the_message_is_addressed_to_nobody() -> None:
    assert str(parsed(mail.message(builders.brief()))["to"]) == "undisclosed-recipients:;"


@pytest.mark.parametrize("title", INJECTIONS)
def test_a_title_cannot_add_a_header_or_a_body(title: str) -> None:
    data = mail.message(builders.brief(title=title), sender="brief@example.org")
    message = parsed(data)
    assert sorted(message.keys()) == HEADERS
    assert [a.addr_spec for a in message["from"].addresses] == ["brief@example.org"]
    assert b"\r\nBcc" not in data.split(b"\r\n\r\n")[0]
    assert part(message, "plain").get_content().startswith("UNCLASSIFIED")


@given(st.text(max_size=120))
def test_a_subject_reads_back_as_it_was_but_for_white_space(title: str) -> None:
    data = mail.message(replace(builders.quiet(), title=title))
    shown = re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", title)
    assert "".join(subject_of(data).split()) == "".join(f"{shown},No.13,2026-11-21".split())
    assert sorted(message_from_bytes(data).keys()) == HEADERS


def test_the_message_is_ascii_with_crlf_and_short_lines(made: dict[str, bytes]) -> None:
    data = made["eml"]
    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    head = lines[: lines.index(b"")]
    assert max(map(len, head)) <= 78


@pytest.mark.parametrize(
    ("given_", "written"),
    [
        ("reader@bücher.example", "reader@xn--bcher-kva.example"),
        ('"Doe, Jane" <jane@example.org>', "jane@example.org"),
        ("Иван Иванов <ivan@example.org>", "ivan@example.org"),
        ("=?utf-8?q?x=0D=0ABcc:_e@x?= <jane@example.org>", "jane@example.org"),
    ],
)
def test_an_address_is_written_so_that_every_server_takes_it(given_: str, written: str) -> None:
    message = parsed(mail.message(builders.brief(), to=given_))
    assert [a.addr_spec for a in message["to"].addresses] == [written]
    assert sorted(message.keys()) == HEADERS


def test_a_name_in_another_script_reads_back() -> None:
    message = parsed(mail.message(builders.brief(), to="Иван Иванов <ivan@example.org>"))
    assert message["to"].addresses[0].display_name == "Иван Иванов"


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "üser@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org\x00",
        "a@example.org, b@example.org",
        "a b@example.org",
        "a@",
        "@example.org",
        "a@" + "x" * 70 + ".org",
    ],
)
def test_what_is_no_address_is_refused_in_one_line(address: str) -> None:
    with pytest.raises(RenderError, match="is not an address") as caught:
        mail.message(builders.brief(), to=address)
    assert "\n" not in str(caught.value)


def test_the_plain_text_carries_every_sentence_and_the_html_a_digest() -> None:
    brief = builders.brief()
    message = parsed(mail.message(brief))
    plain = "".join(part(message, "plain").get_content().split())
    digest = part(message, "html").get_content()
    for line in brief.lines():
        assert "".join(line.text.split()) in plain
    for item in brief.stories:
        assert item.headline in digest
        assert item.lines[0].text in digest
    assert brief.stories[0].lines[2].text not in digest


def test_the_digest_has_every_section_in_the_order_of_the_brief_while_there_is_room() -> None:
    digest = part(parsed(mail.message(builders.brief())), "html").get_content()
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", digest) == [
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
    assert "Not in this digest" not in digest
    for quote in builders.brief().quotes:
        assert quote.line.text in digest
    for event in (*builders.brief().timeline, *builders.brief().watch):
        assert event.line.text in digest


def test_the_last_sections_go_first_when_room_is_short_and_the_digest_says_which() -> None:
    brief = builders.brief()
    long = replace(brief.timeline[0], line=replace(brief.timeline[0].line, text="сроки " * 5000))
    message = parsed(mail.message(replace(brief, timeline=(long,))))
    digest = part(message, "html").get_content()
    headings = re.findall(r"<h2[^>]*>([^<]*)</h2>", digest)
    assert "In their words" in headings
    assert "Timeline" not in headings
    assert "Watch list" not in headings
    assert "Not in this digest: Timeline, Watch list. They are in the plain text" in digest
    assert brief.watch[0].line.text not in digest
    plain = part(message, "plain").get_content()
    assert "WATCH LIST" in plain


def test_changes_stay_in_the_digest_of_a_huge_issue() -> None:
    brief = builders.brief()
    long = replace(brief.stories[3], headline="头条" * 1000)
    digest = part(
        parsed(mail.message(replace(brief, stories=(*brief.stories, *[long] * 500)))), "html"
    ).get_content()
    assert "Soya quotas under review" in digest
    assert "last told in No. 6" in digest


def test_the_html_asks_for_nothing_and_lays_out_with_tables() -> None:
    digest = part(parsed(mail.message(builders.brief())), "html").get_content()
    for word in ("src=", "url(", "<link", "<img", "@import", "flex", "grid"):
        assert word not in digest
    assert 'width="600"' in digest


def test_a_huge_issue_keeps_its_html_under_the_limit_with_the_footer_inside() -> None:
    brief = builders.brief()
    long = replace(brief.stories[3], headline="头条" * 1000)
    data = mail.message(replace(brief, stories=(*brief.stories, *[long] * 500)))
    body = part(parsed(data), "html")
    assert len(body.get_payload()) < 100_000
    digest = body.get_content()
    assert "more stories in the plain text" in digest
    assert digest.rstrip().endswith("</html>")
    assert brief.marking in digest[-2000:]
    assert digest.count("<h3") >= len(brief.stories)


def test_a_quiet_issue_is_a_message_too() -> None:
    message = parsed(mail.message(builders.quiet()))
    assert "NOTHING TO REPORT" in part(message, "plain").get_content()
    assert "Nothing to report" in part(message, "html").get_content()


def test_a_header_that_is_not_encoded_is_refused() -> None:
    message = EmailMessage(policy=mail.POLICY)
    for value in ("Straße", "a\r\nBcc: b@example.org", "a\nb", "a\x00"):
        with pytest.raises(ValueError, match="not encoded"):
            message["Subject"] = value
