"""Saved mails: built with the standard library, or written as the bytes that programs write."""

import base64
import quopri
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.parser import BytesParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import mail
from feeds.documents import read
from feeds.mail.headers import header, subject, words
from feeds.mail.plain import text_of, unflowed
from service.errors import ExtractError, ParseError, SourceError
from service.model import Entry

NOW = datetime(2025, 6, 1, tzinfo=UTC)
MAY_8 = datetime(2025, 5, 8, 6, 30, tzinfo=UTC)
LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."
BODY = "They agreed that talks on the pipeline would go on in the autumn, officials said."
RUSSIAN = "Министры двух стран встретились в столице и говорили о торговле три часа."
CHINESE = "两国外长星期一在首都会晤，就贸易问题进行了三个小时的会谈。"


def _message(text: str = LEAD, **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Amur Dispatch <news@dispatch.example>"
    message["Subject"] = "Ministers meet"
    message["Date"] = "Thu, 08 May 2025 09:30:00 +0300"
    for name, value in headers.items():
        del message[name]
        message[name] = value
    message.set_content(text)
    return message


def _read(message: Message | bytes) -> Entry:
    data = message if isinstance(message, bytes) else message.as_bytes()
    return read("in/a.eml", data, now=NOW)


def test_a_plain_mail_is_an_article() -> None:
    assert _read(_message(f"{LEAD}\n\n{BODY}\n")) == Entry(
        key="in/a.eml",
        title="Ministers meet",
        text=f"{LEAD}\n\n{BODY}",
        language="en",
        published=MAY_8,
        outlet="Amur Dispatch",
    )


NEWSLETTER = f"""<html><head><title>Issue 7</title><style>td{{color:red}}</style></head><body>
<div style="display:none;max-height:0">A preview that nobody is shown &zwnj;&nbsp;</div>
<table width="600"><tr><td><a href="https://dispatch.example/7">View in browser</a></td></tr>
<tr><td><table><tr><td><h1>Ministers meet</h1></td></tr>
<tr><td><p>{LEAD}</p>
<p>{BODY} They had met before, in the winter, but without a result.</p></td></tr>
<tr><td><p>The next round is to be held in Harbin, where both sides keep their trade offices.</p>
</td></tr></table></td></tr>
<tr><td><p>You are receiving this email because you signed up at dispatch.example.</p>
<a href="https://dispatch.example/u">Unsubscribe</a></td></tr></table></body></html>"""


def test_a_newsletter_gives_the_text_of_its_html_and_nothing_of_its_frame() -> None:
    message = _message("Open the web page to read this.")
    message.add_alternative(NEWSLETTER, subtype="html")
    found = _read(message)
    assert found.text == (
        f"{LEAD}\n\n{BODY} They had met before, in the winter, but without a result.\n\n"
        "The next round is to be held in Harbin, where both sides keep their trade offices."
    )
    assert (found.title, found.published) == ("Ministers meet", MAY_8)


def test_the_plain_text_is_read_where_the_html_has_none() -> None:
    message = _message(LEAD)
    message.add_alternative("<html><body><img src='a.png'></body></html>", subtype="html")
    assert _read(message).text == LEAD


def test_nested_parts_and_attachments_give_the_text_alone(caplog: pytest.LogCaptureFixture) -> None:
    message = _message("See the web page.")
    message.add_alternative(f"<p>{LEAD}</p><p>{BODY}</p>", subtype="html")
    html = list(message.iter_parts())[1]
    assert isinstance(html, EmailMessage)
    html.add_related(b"\x89PNG", "image", "png", cid="<logo>")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="a.pdf")
    message.add_attachment("A text beside it.", filename="note.txt")
    caplog.set_level("INFO")
    assert _read(message).text == f"{LEAD}\n\n{BODY}"
    assert "attachments of a mail ignored count=3" in caplog.text


def test_a_text_in_several_parts_is_put_together() -> None:
    data = (
        b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\nContent-Type: text/plain\n\n"
        + LEAD.encode()
        + b"\n--b\nContent-Type: image/png\n\nx\n--b\nContent-Type: text/plain\n\n"
        + BODY.encode()
        + b"\n--b--\n"
    )
    assert _read(data).text == f"{LEAD}\n\n{BODY}"


@pytest.mark.parametrize(
    ("text", "charset", "declared"),
    [
        (RUSSIAN, "koi8-r", "koi8-r"),
        (RUSSIAN, "windows-1251", "windows-1251"),
        (RUSSIAN, "windows-1251", "us-ascii"),
        (RUSSIAN, "utf-8", "windows-1251"),
        (RUSSIAN, "utf-8", "x-no-such-charset"),
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE, "big5", "big5"),
        (CHINESE, "hz", "hz-gb-2312"),
        (CHINESE, "utf-8", ""),
    ],
)
def test_encodings_declared_well_badly_and_not_at_all(
    text: str, charset: str, declared: str
) -> None:
    text = text.translate(str.maketrans("会晤", "會晤")) if charset == "big5" else text
    encodable = text.encode(charset, "ignore").decode(charset)
    kind = f"text/plain; charset={declared}" if declared else "text/plain"
    head = f"Subject: x\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n\n"
    data = head.encode() + base64.encodebytes(encodable.encode(charset))
    assert _read(data).text == encodable


def test_quoted_printable_and_raw_bytes_are_decoded() -> None:
    quoted = quopri.encodestring(RUSSIAN.encode())
    head = b"Subject: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "
    assert _read(head + b"quoted-printable\n\n" + quoted).text == RUSSIAN
    assert _read(head + b"8bit\n\n" + RUSSIAN.encode()).text == RUSSIAN


def test_flowed_lines_are_joined_and_quoted_history_goes() -> None:
    text = (
        "The two ministers met in the capital on \nMonday and spoke of trade for three hours.\n\n"
        "On Mon, 5 May 2025 at 10:00, Someone\n<s@example.org> wrote:\n\n"
        "> An older text that was told \n> long ago already, and at length at that.\n\n-- \nSomeone"
    )
    message = _message()
    message.set_content(text)
    message.set_param("format", "flowed")
    assert _read(message).text == LEAD


def test_flowed_text_undoes_stuffing_and_deletes_blanks_where_asked() -> None:
    assert unflowed("中国 \n俄罗斯\n From here", "yes") == "中国俄罗斯\nFrom here"
    assert unflowed("a \nb\n> c \n> d\ne", "") == "a b\n> c d\ne"
    assert unflowed("a\n-- \nb", "") == "a\n-- \nb", "the mark of a signature is no soft break"


@pytest.mark.parametrize(
    "line",
    [
        "On Mon, 5 May 2025 at 10:00, Someone <s@example.org> wrote:",
        "В пн, 5 мая 2025 г. в 10:00, Кто-то <s@example.org> пишет:",
        "Someone <s@example.org> 于2025年5月5日周一 10:00写道：",
    ],
)
def test_the_line_above_a_quotation_goes_with_it(line: str) -> None:
    assert text_of(f"{LEAD}\n\n{line}\n> An older text.\n") == LEAD


def test_a_sentence_above_a_quotation_stays() -> None:
    assert text_of(f"{LEAD}\n> An older text.\n\n{BODY}") == f"{LEAD}\n\n{BODY}"


def test_an_older_message_below_a_rule_goes() -> None:
    assert text_of(f"{LEAD}\n\n-----Original Message-----\nFrom: A\n\n{BODY}") == LEAD


def test_a_rule_parts_items_unless_an_older_message_is_below_it() -> None:
    rule = "_" * 32
    assert _read(_message(f"{LEAD}\n\n{rule}\n\n{BODY}")).text == f"{LEAD}\n\n{BODY}"
    assert _read(_message(f"{LEAD}\n\n{rule}\nFrom: A\nSent: today\n\n{BODY}")).text == LEAD


def test_a_mail_that_is_only_a_quotation_is_its_text() -> None:
    assert _read(_message(f"Read this.\n\n> {LEAD}\n>\n> {BODY}\n")).text.endswith(
        f"{LEAD}\n\n{BODY}"
    )


def test_quoted_history_in_html_goes_and_a_passed_on_text_stays() -> None:
    quote = f'<div class="gmail_quote"><blockquote type="cite"><p>{BODY}</p></blockquote></div>'
    answer = _message("-")
    answer.add_alternative(f"<p>{LEAD}</p><p>{LEAD.upper()}</p>{quote}", subtype="html")
    assert BODY not in _read(answer).text
    passed = _message("-")
    passed.add_alternative(f"<p>For you.</p>{quote}", subtype="html")
    assert BODY in _read(passed).text


def test_what_was_passed_on_keeps_its_own_sender_date_and_title() -> None:
    text = (
        "For you.\n\n---------- Forwarded message ---------\nFrom: Northern Courier <n@n.example>\n"
        "Date: Tue, 6 May 2025 12:00:00 +0000\nSubject: Talks in the north\n"
        f"To: <me@example.org>\n\n{LEAD}\n\n{BODY}\n"
    )
    found = _read(_message(text, Subject="Fwd: Talks in the north", From="Me <me@example.org>"))
    assert found.text == f"{LEAD}\n\n{BODY}"
    assert (found.title, found.outlet) == ("Talks in the north", "Northern Courier")
    assert found.published == datetime(2025, 5, 6, 12, tzinfo=UTC)


def test_a_message_that_is_attached_whole_is_read_where_the_outer_one_has_no_text() -> None:
    inner = _message(LEAD, Subject="Talks in the north")
    outer = EmailMessage()
    outer["Subject"] = "Fwd"
    outer["From"] = "me@example.org"
    outer.add_attachment(inner)
    found = _read(outer)
    assert (found.title, found.outlet, found.text) == (
        "Talks in the north",
        "Amur Dispatch",
        LEAD,
    )


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", "it has no header lines"),
        (f"{LEAD}\n\n{BODY}".encode(), "it has no header lines"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "save it as .eml"),
    ],
)
def test_what_is_no_mail_is_refused_in_words(message: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        mail.read(message, NOW)


def test_a_mail_without_a_text_says_what_else_is_in_it() -> None:
    message = EmailMessage()
    message["Subject"] = "Scans"
    for _ in range(2):
        message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    with pytest.raises(ExtractError, match="without a text that can be read, only 2 attachments"):
        _read(message)
    with pytest.raises(ExtractError, match=r"is a mail without a text that can be read$"):
        _read(b"Subject: x\n\n")


def test_a_text_in_no_encoding_says_so() -> None:
    data = b"Subject: x\nContent-Type: text/plain\n\nChina \xff\xfe\xfa Russia met."
    with pytest.raises(ExtractError, match="not valid UTF-8"):
        _read(data)


def test_parts_nested_without_end_are_refused() -> None:
    data = b"Subject: x\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
    )
    with pytest.raises(SourceError):
        _read(data)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Ministers meet", "Ministers meet"),
        ("=?utf-8?b?5Lit5L+E?= talks", "中俄 talks"),
        ("=?koi8-r?B?7cnOydPU0g==?=\r\n =?koi8-r?B?2Q==?=", "Министры"),
        # One character in two words, as many programs cut it.
        ("=?utf-8?Q?=E4=B8?= =?utf-8?Q?=AD?=", "中"),
        ("=?gb2312?B?1tC5+g==?=", "中国"),
        ("=?no-such?Q?abc?=", "abc"),
        ("=?utf-8?B?////?=", "\ufffd\ufffd\ufffd"),
        ("=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        ("", ""),
    ],
)
def test_header_words_are_decoded(raw: str, shown: str) -> None:
    assert words(raw) == shown


def test_bytes_in_a_header_are_decoded_by_what_they_look_like() -> None:
    for charset in ("utf-8", "windows-1251"):
        data = b"Subject: " + RUSSIAN.encode(charset) + b"\n\nx"
        message = BytesParser().parsebytes(data)
        assert header(message, "subject") == RUSSIAN


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Re: Fwd: Talks", "Talks"),
        ("RE[2]: Talks", "Talks"),
        ("Пересл: Talks", "Talks"),
        ("转发：会谈", "会谈"),
        ("Reform: what next", "Reform: what next"),
        ("Fwd:", None),
    ],
)
def test_a_title_is_without_the_marks_of_answers(text: str, title: str | None) -> None:
    assert subject(text) == title


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Thu, 08 May 1025 09:30:00 +0300", "Thu, 99 May 2025 25:00:00"]
)
def test_a_date_that_is_none_is_unknown(date: str) -> None:
    data = f"Subject: x\nDate: {date}\n\n{LEAD}".encode()
    assert _read(data).published is None


@pytest.mark.parametrize(
    "paragraph",
    [
        "View this email in your browser",
        "----------------------",
        "<https://dispatch.example/7?u=1>",
        "Unsubscribe",
        "Unsubscribe | Follow us on X",
        "Sent from my iPhone",
        "This email was sent to me@example.org.",
        "Вы получили это письмо, потому что подписаны на рассылку.",
        "在浏览器中查看此邮件",
    ],
)
def test_lines_that_only_mails_have_go(paragraph: str) -> None:
    assert _read(_message(f"{paragraph}\n\n{LEAD}\n\n{BODY}\n\n{paragraph}\n")).text == (
        f"{LEAD}\n\n{BODY}"
    )


@pytest.mark.parametrize(
    "paragraph",
    [
        "This message was sent to both governments, the ministry said, before the talks began.",
        "You can view the ministers in the browser window of the broadcaster, the report said.",
        "Forward bases were closed.",
        "Harbin | Trains left at noon, and the last of them arrived in the evening | Unsubscribe",
    ],
)
def test_sentences_that_look_like_such_lines_stay(paragraph: str) -> None:
    assert paragraph in _read(_message(f"{LEAD}\n\n{paragraph}\n\n{BODY}\n")).text


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["Subject", "From", "Date", "Content-Type", "Content-Transfer-Encoding", "X"]
            ),
            st.one_of(
                st.binary(max_size=40),
                st.sampled_from(
                    [
                        b";",
                        b"text/html; charset*0*=x''%ff",
                        b"multipart/mixed; boundary=b",
                        b"=?utf-8?q?=22?=",
                        b"=?x?b?=?=",
                        b"message/rfc822",
                        b"base64",
                        b'text/plain; charset="',
                    ]
                ),
            ),
        ),
        max_size=5,
    ),
    st.binary(max_size=100),
)
def test_any_headers_and_body_are_read_or_refused(
    headers: list[tuple[str, bytes]], body: bytes
) -> None:
    data = b"".join(name.encode() + b": " + value + b"\n" for name, value in headers)
    try:
        _read(data + b"\n" + body)
    except SourceError:
        return


@settings(deadline=None)
@given(st.text(max_size=80))
def test_decoding_a_header_never_raises(raw: str) -> None:
    assert "\n" not in words(raw)
