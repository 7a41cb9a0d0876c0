"""Headers: just those that were meant, whatever stands in a title, a name, an address or a link."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import RenderError
from service.render import mail
from service.render.mail import headers
from tests import builders
from tests.render.messages import MAILTO, URL, body, letter, name_of, parsed, subject_of, wide

ALWAYS = (
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Precedence"),
    *("Content-Language", "MIME-Version", "Content-Type"),
)
LISTED = sorted((*ALWAYS, "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"))
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


def test_the_headers_are_the_ones_meant() -> None:
    data = mail.message(builders.brief(), letter())
    message = parsed(data)
    assert sorted(message.keys()) == LISTED
    assert str(message["from"]) == "China–Russia Brief <brief@example.org>"
    assert str(message["to"]) == "Jane Doe <jane@example.org>"
    assert subject_of(data) == "China–Russia Brief, No. 12, 2026-11-21"
    assert message["date"] == "Fri, 20 Nov 2026 23:00:00 +0000"
    assert message["auto-submitted"] == "auto-generated"
    assert message["precedence"] == "bulk"
    assert message["content-language"] == "en"
    assert re.fullmatch(r"<[0-9a-f]{16}\.[0-9a-f]{16}@example\.org>", message["message-id"])


def test_the_headers_of_the_list_are_kept_whole() -> None:
    data = mail.message(builders.brief(), letter())
    message = message_from_bytes(data)
    assert message["list-id"] == '"China-Russia Brief" <daily.example.org>'
    assert message["list-unsubscribe"] == f"<{URL}>,\r\n <{MAILTO}>"
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


def test_a_long_link_is_neither_broken_nor_encoded() -> None:
    long = "https://briefs.example.org/u/" + "a" * 800
    data = mail.message(builders.brief(), letter(unsubscribe_url=long))
    assert f"List-Unsubscribe: <{long}>".encode() in data
    with pytest.raises(RenderError, match="longer than a line"):
        mail.message(builders.brief(), letter(unsubscribe_url=long + "a" * 200))


def test_one_click_is_said_of_https_only() -> None:
    brief = builders.brief()
    by_mail = parsed(mail.message(brief, letter(unsubscribe_url=None)))
    assert by_mail["list-unsubscribe"] == f"<{MAILTO}>"
    assert "list-unsubscribe-post" not in by_mail
    plain = parsed(mail.message(brief, letter(unsubscribe_url="http://b.example/u/1")))
    assert "list-unsubscribe-post" not in plain
    assert "<http://b.example/u/1>" in plain["list-unsubscribe"]


def test_a_file_that_is_read_has_no_headers_of_a_list() -> None:
    message = parsed(mail.message(builders.brief(), mail.Letter()))
    assert sorted(message.keys()) == sorted(ALWAYS)
    assert str(message["to"]) == "undisclosed-recipients:;"


@pytest.mark.parametrize(
    "link",
    [
        "https://b.example/u/1\r\nBcc: e@x.example",
        "https://b.example/u/ 1",
        "https://b.example/u/é",
        "https://b.example/u/1>,<https://evil.example/",
        "https://b.example/a,b",
        "javascript:alert(1)",
        "https://",
        "",
    ],
)
def test_a_link_that_cannot_stand_in_a_header_is_refused(link: str) -> None:
    with pytest.raises(RenderError) as caught:
        mail.message(builders.brief(), letter(unsubscribe_url=link))
    assert "\n" not in str(caught.value)


def test_a_mailto_that_is_none_is_refused() -> None:
    for link in ("leave@example.org", "mailto:", "mailto:a@b c", "mailto:a@b.example,c@d.example"):
        with pytest.raises(RenderError):
            mail.message(builders.brief(), letter(unsubscribe_mailto=link))


def test_the_list_id_of_an_edition_is_ascii() -> None:
    assert mail.list_id("daily", "example.org") == "daily.example.org"
    assert mail.list_id("Утро 1", "Bücher.example") == "1.xn--bcher-kva.example"
    assert mail.list_id("早报", "example.org") == "brief.example.org"
    title = "Бриф"
    message = parsed(mail.message(builders.brief(title=title), letter()))
    assert message["list-id"] == "<daily.example.org>"
    for wrong in ("daily", "daily.example.org>\r\nBcc: x", "день.example.org", "a b.example.org"):
        with pytest.raises(RenderError, match="List-Id"):
            mail.message(builders.brief(), letter(list_id=wrong))


def test_the_message_id_is_the_issue_s_and_the_reader_s() -> None:
    def identity(to: str, **fields: object) -> str:
        return str(parsed(mail.message(builders.brief(**fields), letter(to=to)))["message-id"])

    assert identity("a@example.org") == identity("a@example.org")
    assert identity("A <a@example.org>") == identity("a@example.org")
    assert identity("a@example.org") != identity("b@example.org")
    assert identity("a@example.org") != identity("a@example.org", number=13)
    assert identity("a@example.org") != identity("a@example.org", edition="weekly")


def test_a_message_id_and_a_date_that_are_given_are_kept() -> None:
    at = datetime(2026, 11, 21, 7, 0, tzinfo=timezone(timedelta(hours=8)))
    made = parsed(mail.message(builders.brief(), letter(message_id="<a.b@x.example>", date=at)))
    assert made["message-id"] == "<a.b@x.example>"
    assert made["date"] == "Fri, 20 Nov 2026 23:00:00 +0000"
    for wrong in ("a.b@x.example", "<a b@x.example>", "<a@x.example>\r\nBcc: y", "<a>"):
        with pytest.raises(RenderError, match="Message-ID"):
            mail.message(builders.brief(), letter(message_id=wrong))
    with pytest.raises(ValueError, match="without a zone"):
        letter(date=datetime(2026, 11, 21))  # noqa: DTZ001


@pytest.mark.parametrize("title", INJECTIONS)
def test_a_title_cannot_add_a_header_or_a_body(title: str) -> None:
    data = mail.message(builders.brief(title=title), letter())
    message = parsed(data)
    assert sorted(message.keys()) == LISTED
    assert [a.addr_spec for a in message["from"].addresses] == ["brief@example.org"]
    assert b"\r\nBcc" not in data.split(b"\r\n\r\n")[0]
    assert body(data, "plain").startswith("UNCLASSIFIED")


@pytest.mark.parametrize("name", [name for name in INJECTIONS if not re.search(r"[<>]", name)])
def test_a_reader_s_name_cannot_add_a_header(name: str) -> None:
    to = f"{name} <jane@example.org>"
    if re.search(r"[\x00-\x1f\x85\u2028]", name):
        with pytest.raises(RenderError, match="line break or a control"):
            mail.message(builders.quiet(), letter(to=to))
        return
    data = mail.message(builders.quiet(), letter(to=to))
    message = parsed(data)
    assert sorted(message.keys()) == LISTED
    assert [a.addr_spec for a in message["to"].addresses] == ["jane@example.org"]


def _held(data: bytes, title: str) -> None:
    shown = re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ufffe\uffff]+", " ", title)
    read = re.sub("\ufffd", " ", subject_of(data))
    assert "".join(read.split()) == "".join(f"{shown},No.13,2026-11-21".split())
    assert {*message_from_bytes(data)} - {"Content-Transfer-Encoding"} == {*LISTED}
    assert wide(data) <= 78


@given(st.text(max_size=120))
def test_a_subject_reads_back_as_it_was_but_for_white_space(title: str) -> None:
    _held(mail.message(replace(builders.quiet(), title=title), letter(kind="text")), title)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None)
@given(st.text(max_size=300), st.text(max_size=120))
def test_five_thousand_subjects_and_names_read_back(title: str, name: str) -> None:
    name = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029<>\"\\\ud800-\udfff]", " ", name)
    data = mail.message(
        replace(builders.quiet(), title=title),
        letter(kind="text", to=f"{name} <jane@example.org>"),
    )
    _held(data, title)
    (mailbox,) = parsed(data)["to"].addresses
    assert mailbox.addr_spec == "jane@example.org"
    assert "".join(name_of(data).split()) == "".join(name.split())


@pytest.mark.parametrize("kind", ["digest", "full", "text"])
def test_the_message_is_ascii_with_crlf_and_short_lines(kind: str) -> None:
    data = mail.message(builders.brief(), letter(kind=kind))
    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert wide(data) <= 78
    lines = data.partition(b"\r\n\r\n")[2].split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(line.endswith(b" ") for line in lines)


@pytest.mark.parametrize(
    ("given_", "written"),
    [
        ("reader@bücher.example", "reader@xn--bcher-kva.example"),
        ("reader@пример.example", "reader@xn--e1afmkfd.example"),
        ('"Doe, Jane" <jane@example.org>', "jane@example.org"),
        ("Иван Иванов <ivan@example.org>", "ivan@example.org"),
        ("=?utf-8?q?x=0D=0ABcc:_e@x?= <jane@example.org>", "jane@example.org"),
    ],
)
def test_an_address_is_written_so_that_every_server_takes_it(given_: str, written: str) -> None:
    message = parsed(mail.message(builders.brief(), letter(to=given_)))
    assert [a.addr_spec for a in message["to"].addresses] == [written]
    assert sorted(message.keys()) == LISTED


@pytest.mark.parametrize("name", ["Иван Иванов", "王小明", "x" * 500, "Ж" * 500, "a b " * 125])
def test_a_name_in_another_script_or_of_500_characters_reads_back(name: str) -> None:
    data = mail.message(builders.brief(), letter(to=f"{name} <ivan@example.org>"))
    assert name_of(data).split() == name.split()
    assert parsed(data)["to"].addresses[0].addr_spec == "ivan@example.org"
    assert wide(data) <= 78


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "üser@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org\x00",
        "a@example.org, b@example.org",
        "a,b@example.org",
        "a b@example.org",
        "a@",
        "@example.org",
        ".a@example.org",
        "a..b@example.org",
        "a@" + "x" * 70 + ".org",
        "a" * 65 + "@example.org",
        "a@faß.example",
        "a@" + "x." * 130 + "org",
    ],
)
def test_what_is_no_address_is_refused_in_one_line(address: str) -> None:
    for to in (address, f"A Name <{address}>"):
        with pytest.raises(RenderError, match="is not an address") as caught:
            mail.message(builders.brief(), letter(to=to))
        assert "\n" not in str(caught.value)
    with pytest.raises(RenderError, match="is not an address"):
        mail.message(builders.brief(), letter(sender=address))


def test_a_letter_of_another_script_before_the_at_needs_smtputf8() -> None:
    data = mail.message(builders.brief(), letter(to="Я <почта@пример.example>", smtputf8=True))
    head, _, rest = data.partition(b"\r\n\r\n")
    assert "<почта@xn--e1afmkfd.example>".encode() in head
    assert rest.isascii()
    assert sorted(message_from_bytes(data).keys()) == LISTED
    for wrong in (
        "а б@example.org",
        "\x85а@example.org",
        "а\u2028б@example.org",
        "а@б@example.org",
    ):
        with pytest.raises(RenderError, match="is not an address"):
            mail.message(builders.brief(), letter(to=wrong, smtputf8=True))


def test_a_value_that_is_not_encoded_is_refused() -> None:
    for value in ("Straße", "a\r\nBcc: b@example.org", "a\nb", "a\x00"):
        with pytest.raises(ValueError, match="not encoded"):
            headers.written([("Subject", value)])
    with pytest.raises(ValueError, match="not encoded"):
        headers.written([("Subject", "Straße")], utf8=True)


def test_a_header_that_was_not_meant_or_is_missing_is_found_at_the_end() -> None:
    meant = ["From", "Subject"]
    good = b"From: a@b\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nbody"
    headers.recheck(good, meant)
    for bad in (
        good.replace(b"MIME", b"Bcc: x@y\r\nMIME"),
        good.replace(b"MIME", b"Subject: again\r\nMIME"),
        good.replace(b"Subject: x\r\n", b""),
        good.replace(b"MIME", b"\r\nMIME"),
    ):
        with pytest.raises(RenderError, match="headers came out as"):
            headers.recheck(bad, meant)


def test_the_date_is_the_cut_off_where_none_is_given() -> None:
    brief = builders.brief(cutoff=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert parsed(mail.message(brief, letter()))["date"] == "Fri, 02 Jan 2026 03:04:05 +0000"
