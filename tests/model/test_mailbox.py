"""Addresses of mailboxes: one spelling, or a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.model.mailbox import mailbox, one_name


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("reader@example.org", "reader@example.org"),
        (" First.Last+brief@Example.ORG ", "First.Last+brief@example.org"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@例子.example", "a@xn--fsqu00a.example"),
        ("a@localhost", "a@localhost"),
    ],
)
def test_an_address_has_one_spelling(given_: str, kept: str) -> None:
    assert mailbox(given_) == kept
    assert mailbox(kept) == kept


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("a@x.example\r\nBcc: b@y.example", "line break"),
        ("a@x.example\n", "line break"),
        ("a\u2028@x.example", "line break"),
        ("a@x.example, b@y.example", "no address of one mailbox"),
        ("A <a@x.example>", "no address of one mailbox"),
        ("a@b@x.example", "no address of one mailbox"),
        ('"a b"@x.example', "no address of one mailbox"),
        ("a..b@x.example", "no address of one mailbox"),
        (".a@x.example", "no address of one mailbox"),
        ("a", "no address of one mailbox"),
        ("@x.example", "no address of one mailbox"),
        ("a@", "no address of one mailbox"),
        ("иван@x.example", "smtp.utf8 = true"),
        ("a@straße.example", "two readings"),
        ("a@-x.example", "names no domain"),
        ("a@x..example", "names no domain"),
        ("a@192.0.2.1", "names no domain"),
        (f"{'a' * 65}@x.example", "longer than"),
        (f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 30}.example", "longer than"),
    ],
)
def test_what_is_no_single_mailbox_is_refused_with_its_reason(wrong: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as fault:
        mailbox(wrong)
    assert "\n" not in str(fault.value)
    assert "\r" not in str(fault.value)


def test_other_scripts_before_the_at_are_for_servers_that_take_them() -> None:
    assert mailbox("иван@пример.example", utf8=True) == "иван@xn--e1afmkfd.example"
    with pytest.raises(ValueError, match="no address"):
        mailbox("и ван@x.example", utf8=True)


@given(st.text(max_size=80))
def test_whatever_is_given_ends_as_a_plain_address_or_a_reason(text: str) -> None:
    try:
        made = mailbox(text, utf8=True)
    except ValueError:
        return
    assert mailbox(made, utf8=True) == made
    assert made.count("@") == 1
    assert not set(made) & set(' \r\n\t,<>"\\;:()[]\0')


def test_a_name_is_one_line_of_any_length() -> None:
    assert one_name("  Анна   Петрова ") == "Анна Петрова"
    assert one_name("x" * 500) == "x" * 500
    for wrong in ("a\r\nBcc: b@y.example", "a\0b", "a\u2029b", "a\ud800"):
        with pytest.raises(ValueError, match="the name"):
            one_name(wrong)
