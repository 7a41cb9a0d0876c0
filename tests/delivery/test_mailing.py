"""A frozen mail is spliced to what a mail program would read, and to nothing else."""

import hashlib
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.delivery.mailing import Mail, Personal, freeze, new_mark
from service.errors import DeliveryError

TOKEN = "WyI3NDQxOTU0NDhjOTgzODdjYmZjN2ZlZGE5MmVlYTYwYiIsImRhaWx5Il0.k3-_Zx"
MARK = new_mark()


def frozen(plain: str, page: str, cte: str, pdf: bytes = b"%PDF-1.7 body") -> bytes:
    made = EmailMessage(policy=SMTP)
    made["From"] = "brief@desk.example"
    made["To"] = "reader@reader.invalid"
    made["Subject"] = "A brief"
    made["Date"] = "Thu, 01 Jan 1970 00:00:00 +0000"
    made["List-Unsubscribe"] = f"<https://a.example/{MARK}>"
    made.set_content(plain, cte=cte)
    made.add_alternative(page, subtype="html", cte=cte)
    made.make_mixed()
    made.add_attachment(pdf, maintype="application", subtype="pdf", filename="brief.pdf")
    return freeze(made.as_bytes(), MARK)


def spliced(content: bytes, token: str = TOKEN, **headers: str) -> bytes:
    mail = Mail(content)
    return mail.head(Personal(headers=headers, token=token)) + mail.body(token)


def texts(data: bytes) -> list[str]:
    parsed = message_from_bytes(data, policy=default)
    return [
        part.get_content().replace("\r\n", "\n")
        for part in parsed.walk()
        if part.get_content_maintype() == "text"
    ]


CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029")
WORDS = st.text(CHARACTERS, max_size=100)
LINES = st.lists(
    st.builds("".join, st.tuples(WORDS, st.sampled_from(["", MARK]), WORDS)), max_size=8
)


@pytest.mark.parametrize("cte", ["quoted-printable", "base64"])
@settings(max_examples=60, deadline=None)
@given(lines=LINES, before=st.integers(0, 200))
def test_the_token_stands_where_the_mark_stood_and_all_else_is_as_it_was(
    cte: str, lines: list[str], before: int
) -> None:
    plain = "\n".join([*lines, "x" * before + f"https://a.example/{MARK}?b=c . ", "."]) + "\n"
    content = frozen(plain, f"<p>{plain}</p>\n", cte)
    made = spliced(content)
    assert texts(made) == [one.replace(MARK, TOKEN) for one in texts(content)]
    assert max(map(len, made.split(b"\r\n"))) <= 998
    assert b"\n" not in made.replace(b"\r\n", b"")
    assert made.isascii()


@pytest.mark.parametrize("cte", ["quoted-printable", "base64"])
def test_what_has_no_mark_is_copied_byte_by_byte(cte: str) -> None:
    pdf = hashlib.sha256(b"seed").digest() * 5000
    content = frozen(f"One.\nLeave: {MARK}\nEnd.\n", "<p>Один.</p>\n", cte, pdf)
    made = spliced(content)
    parsed = message_from_bytes(made, policy=default)
    (file,) = [part for part in parsed.walk() if part.get_filename()]
    assert file.get_content() == pdf
    tail = content[content.index(b"text/html") :]
    assert made.endswith(tail)


def test_headers_of_the_reader_replace_those_of_nobody_and_the_others_stay() -> None:
    folded = "=?utf-8?b?0JjRgNC40L3QsA==?=\r\n <irina@reader.example>"
    made = spliced(frozen("a\n", f"{MARK}\n", "7bit"), To=folded, Date="Sat, 21 Nov 2026")
    parsed = message_from_bytes(made, policy=default)
    assert parsed["To"].addresses[0].addr_spec == "irina@reader.example"
    assert parsed["To"].addresses[0].display_name == "Ирина"
    assert made.count(b"reader.invalid") == 0
    assert parsed["List-Unsubscribe"] == f"<https://a.example/{TOKEN}>"
    assert parsed["Subject"] == "A brief"
    assert len(parsed.get_all("To") or ()) == 1


def test_the_same_reader_gets_the_same_bytes_and_another_one_others() -> None:
    content = frozen(f"Leave: {MARK}\n", "<p>a</p>\n", "quoted-printable")
    assert spliced(content) == spliced(content)
    assert spliced(content) != spliced(content, token="another")


def test_a_mark_is_of_one_mailing_and_shows_in_no_reader_s_mail() -> None:
    assert len({new_mark() for _ in range(100)}) == 100
    made = spliced(frozen(f"Leave: {MARK}\n", f"<p>{MARK}</p>\n", "quoted-printable"))
    assert MARK.encode() not in made
    assert b"Reader-Mark" not in made


def test_a_mark_of_another_mailing_is_text_like_any_other() -> None:
    other = new_mark()
    content = frozen(f"{other}: {MARK}\n", f"<p>{other}</p>\n", "base64")
    assert [text.count(other) for text in texts(spliced(content))] == [1, 1]
    assert [text.count(TOKEN) for text in texts(spliced(content))] == [1, 0]


NO_MARK = b"From: a\r\n\r\nbody"


@pytest.mark.parametrize(
    "content",
    [
        *(b"", NO_MARK, freeze(b"From: a\r\nTo: b", MARK), freeze(b"no header\r\n\r\nbody", MARK)),
        freeze(NO_MARK, "TOKEN7b1f0c9e5d2a4836READER"),
    ],
    # The mark is random: two processes that share the tests must call them the same.
    ids=["empty", "no mark", "no end", "no header", "mark of another form"],
)
def test_what_is_no_mail_is_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(DeliveryError, match="frozen mail has") as told:
        Mail(content)
    assert "\n" not in str(told.value)
