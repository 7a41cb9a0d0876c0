"""What comes back is read as it is meant, or as nothing; and never ends the reading."""

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.delivery import reports, verp
from service.delivery.reports import Kind, Report
from tests.delivery.returned import MAILBOX, OURS, block, complaint, dsn, plain

SECRET = "0f" * 16
MARKED = verp.address(MAILBOX, 1042, SECRET)


def read(data: bytes) -> Report:
    found = reports.read(data, MAILBOX)
    assert found is not None
    return found


def test_a_report_of_a_server_is_read_whole() -> None:
    assert read(dsn(to=MARKED)) == Report(
        kind="hard",
        failed=True,
        status="5.1.1",
        address="olga@far.example",
        message_id=OURS,
        mark=verp.find(MARKED, MAILBOX),
        text="550 5.1.1 <olga@far.example>: no such user",
    )


KINDS: list[tuple[str | None, str, Kind]] = [
    ("5.1.1", "failed", "hard"),
    ("5.1.2", "failed", "hard"),
    ("5.1.6", "failed", "hard"),
    ("5.2.1", "failed", "hard"),
    ("5.2.2", "failed", "soft"),
    ("4.2.2", "failed", "soft"),
    ("4.4.1", "failed", "soft"),
    ("5.4.4", "failed", "soft"),
    ("5.7.1", "failed", "policy"),
    ("5.7.515", "failed", "policy"),
    ("4.7.0", "failed", "policy"),
    ("5.1.8", "failed", "policy"),
    ("5.3.4", "failed", "other"),
    ("5.2.3", "failed", "other"),
    ("5.6.1", "failed", "other"),
    ("4.4.1", "delayed", "other"),
    ("5.1.1", "delayed", "other"),
    ("2.0.0", "delivered", "other"),
    ("2.0.0", "relayed", "other"),
    ("nonsense", "failed", "other"),
    (None, "failed", "other"),
]


@pytest.mark.parametrize(("status", "action", "kind"), KINDS)
def test_a_code_is_what_rfc_3463_says(status: str | None, action: str, kind: Kind) -> None:
    found = read(dsn(status=status, action=action, said="smtp; it did not work"))
    assert found.kind == kind
    assert found.failed == (action == "failed")


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        ("5.0.0", "smtp; 550 5.1.1 no such user", ("hard", "5.1.1")),
        ("5.0.0", "smtp; 550-5.7.1 blocked", ("policy", "5.7.1")),
        ("5.0.0", "smtp; 550 no such user", ("soft", "5.0.0")),
        ("5.0.0", "smtp; 554 go away", ("other", "5.0.0")),
        (None, "smtp; 550 5.1.1 no such user", ("hard", "5.1.1")),
        ("5.2.2", "smtp; 550 5.1.1 no such user", ("soft", "5.2.2")),
    ],
)
def test_the_last_server_s_own_words_count_where_the_code_says_nothing(
    status: str | None, said: str, expected: tuple[str, str]
) -> None:
    found = read(dsn(status=status, said=said))
    assert (found.kind, found.status) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (block("5.1.1"), ("hard", True)),
        (block("5.2.2"), ("soft", True)),
        (block("5.7.1"), ("policy", True)),
        (block("2.0.0", "expanded"), ("other", False)),
        (block("4.4.1", "delayed"), ("other", False)),
        (block("5.1.1") + block("5.2.2"), ("soft", True)),
    ],
)
def test_of_several_addresses_the_mildest_counts(more: str, expected: tuple[Kind, bool]) -> None:
    found = read(dsn(more=more))
    assert (found.kind, found.failed) == expected


def test_the_mail_that_came_back_may_be_whole_or_its_header_alone() -> None:
    for returned in ("text/rfc822-headers", "message/rfc822", "message/global-headers"):
        assert read(dsn(returned=returned)).message_id == OURS


def test_a_report_in_base64_and_one_with_other_scripts_are_read() -> None:
    status = b"Reporting-MTA: dns; r.example\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\n"
    status += b"Action: failed\r\nStatus: 5.1.1\r\n"
    start = dsn().index(b"Reporting-MTA")
    end = dsn().index(b"--cut\r\nContent-Type: text/rfc822-headers")
    whole = dsn()[:start] + base64.encodebytes(status).replace(b"\n", b"\r\n") + b"\r\n"
    whole = (whole + dsn()[end:]).replace(
        b"message/delivery-status\r\n",
        b"message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n",
    )
    assert read(whole).kind == "hard"
    wide = dsn().replace(b"message/delivery-status", b"message/global-delivery-status")
    assert (read(wide).kind, read(wide).status) == ("hard", "5.1.1")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("abuse", "complaint"), ("fraud", "complaint"), ("not-spam", "other"), ("virus", "other")],
)
def test_a_complaint_is_read_and_what_is_none_is_not(kind: str, expected: Kind) -> None:
    found = read(complaint(kind=kind, sender=f"<{MARKED}>"))
    assert (found.kind, found.failed) == (expected, False)
    assert found.mark == verp.find(MARKED, MAILBOX)
    assert found.message_id == OURS


@pytest.mark.parametrize(
    "data",
    [
        plain("I am away until Monday.", headers={"From": "Olga <olga@far.example>"}),
        plain(
            "Away.",
            headers={"From": "olga@far.example", "Auto-Submitted": "auto-replied", "To": MARKED},
        ),
        plain("Thank you for the brief.", headers={"From": "a@b.example", "Subject": "5.1.1"}),
        dsn().replace(b"message/delivery-status", b"message/disposition-notification"),
        b"",
        b"\r\n\r\n",
        b"no header at all",
    ],
)
def test_an_answer_a_receipt_and_a_letter_are_no_reports(data: bytes) -> None:
    assert reports.read(data, MAILBOX) is None


def test_words_of_an_old_server_count_only_with_our_mark_and_one_clear_code() -> None:
    words = f"I could not deliver it.\n<olga@far.example>: 550 5.1.1 unknown user\n{OURS}\n"
    unmarked = read(plain(words))
    assert (unmarked.kind, unmarked.failed, unmarked.message_id) == ("other", False, OURS)
    marked = read(plain(words, headers={"To": MARKED}))
    assert (marked.kind, marked.failed, marked.status) == ("hard", True, "5.1.1")
    torn = read(plain(words + "\nand 452 4.2.2 too\n", headers={"To": MARKED}))
    assert (torn.kind, torn.status) == ("other", None)
    vague = read(plain("It did not work, sorry.", headers={"To": MARKED}))
    assert (vague.kind, vague.failed) == ("other", False)
    exim = {"From": "system@old.example", "X-Failed-Recipients": "olga@far.example"}
    assert read(plain(words, headers=exim)).address == "olga@far.example"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("leave WyI3NDQxOTU0.k3-_Zx", "WyI3NDQxOTU0.k3-_Zx"),
        ("Leave   abcdef0123456789.daily", "abcdef0123456789.daily"),
        ("Re: leave abcdef0123456789.daily", "abcdef0123456789.daily"),
        ("leave " + "a" * 90, "a" * 90),
        ("leave", None),
        ("leave me alone", None),
        ("I leave abcdef0123456789 tomorrow", None),
        ("unleave", None),
    ],
)
def test_who_leaves_by_mail_has_a_token_at_the_end_of_the_subject(
    subject: str, expected: str | None
) -> None:
    data = plain("x", headers={"From": "olga@far.example", "Subject": subject})
    assert reports.leaving(data) == expected


def test_a_token_that_stands_on_a_line_of_its_own_is_found() -> None:
    data = b"From: a@b.example\r\nSubject: leave\r\n " + b"t" * 90 + b"\r\n\r\nbye\r\n"
    assert reports.leaving(data) == "t" * 90


def nested(depth: int) -> bytes:
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    return b"From: mailer-daemon@x.example\r\n" + parts + b"x\n" * 100_000


@pytest.mark.parametrize("depth", [20, 25, 26, 2000])
def test_a_mail_of_many_parts_inside_each_other_costs_little(depth: int) -> None:
    start = time.process_time()
    reports.read(nested(depth), MAILBOX)
    reports.leaving(nested(depth))
    assert time.process_time() - start < 8


def test_what_stands_far_behind_is_not_looked_at() -> None:
    late = dsn().replace(
        b"--cut\r\nContent-Type: message/del",
        b"x" * 300_000 + b"\r\n--cut\r\nContent-Type: message/del",
    )
    assert read(late).kind == "other"
    returned = dsn().replace(
        b"Subject: A brief\r\nTo", b"Subject: " + b"y " * 4_000_000 + b"\r\nTo"
    )
    assert read(returned).kind == "hard"


PIECES = st.sampled_from(
    [
        *(dsn(to=MARKED), complaint(), plain("550 5.1.1 x", headers={"To": MARKED})),
        *(b"Content-Type: multipart/report; boundary=cut\r\n", b"--cut\r\n", b"--cut--\r\n"),
        *(b"Content-Type: message/delivery-status\r\n\r\n", b"Status: 5.1.1\r\n", b"\r\n"),
        *(
            b"Content-Transfer-Encoding: base64\r\n",
            b"Action: failed\r\n",
            b"Subject: =?x?b?=?=\r\n",
        ),
        *(
            b"From: =?utf-8?b?gICA?= <mailer-daemon@x>\r\n",
            b"Content-Type: text/plain; charset*0=\r\n",
        ),
        *(b"Content-Type: message/rfc822\r\n\r\n", b"Content-Type: message/partial\r\n\r\n"),
        *(b"Message-ID: <\xff\xfe>\r\n", b"Content-Type: message/feedback-report\r\n\r\n"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    data=st.one_of(st.binary(max_size=600), st.lists(PIECES | st.binary(max_size=9)).map(b"".join))
)
def test_whatever_the_bytes_are_nothing_is_raised(data: bytes) -> None:
    found = reports.read(data, MAILBOX)
    assert found is None or found.text == " ".join(found.text.split())
    # A store takes each of them: no half of a character, no zero.
    for told in (found.text, found.message_id) if found else ():
        assert told is None or not set(told.encode()) & {0}
    assert (reports.ident(data) or "").isascii()
    assert reports.leaving(data) is None or b"eave" in data


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_report_with_any_bytes_changed_is_read_or_is_none(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([dsn(to=MARKED), complaint()])))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    found = reports.read(bytes(whole), MAILBOX)
    assert found is None or found.kind in ("hard", "soft", "complaint", "policy", "other")


def test_a_mark_survives_capitals_and_what_relays_wrap_around_it() -> None:
    mark = verp.find(MARKED, MAILBOX)
    assert mark is not None
    assert verp.ours(mark, SECRET)
    for text in (MARKED.upper(), f"prvs=1234abcd={MARKED}", f"rfc822; {MARKED}", f"<{MARKED}>"):
        assert verp.find(text, MAILBOX) == mark


@pytest.mark.parametrize(
    "text",
    [
        MAILBOX,
        MARKED.replace("bounce", "other"),
        MARKED.replace("desk.example", "evil.example"),
        MARKED.replace("1042.", "1042"),
        MARKED.replace("1042.", "2147483648."),
        "",
    ],
)
def test_what_is_no_mark_of_this_mailbox_is_none(text: str) -> None:
    assert verp.find(text, MAILBOX) is None


def test_a_mark_is_of_one_delivery_of_one_recipient() -> None:
    mark = verp.find(MARKED, MAILBOX)
    assert mark is not None
    assert not verp.ours(mark, "1f" * 16)
    other = verp.find(MARKED.replace("+1042.", "+1043."), MAILBOX)
    assert other is not None
    assert not verp.ours(other, SECRET)
    longest = verp.address("b" * verp.LONGEST_LOCAL + "@x.example", 2**31 - 1, SECRET)
    assert len(longest.partition("@")[0]) == 64
