"""Answers of mail servers, as the ledger reads them."""

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.replies import Step, one_line, outcome

STEPS: tuple[Step, ...] = get_args(Step)
codes, texts, steps = st.integers(-1, 999), st.text(max_size=700), st.sampled_from(STEPS)


@given(codes, texts, steps)
def test_any_answer_has_one_meaning_in_one_line(code: int, text: str, step: Step) -> None:
    made = outcome(code, text, step)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", made.text)
    assert len(made.text) <= 500
    assert (made.result == "sent") == (step == "dot" and 200 <= code < 300)
    assert (made.cause is None) == (made.result == "sent")


@given(st.integers(400, 499), texts, steps)
def test_what_is_refused_for_now_is_never_given_up(code: int, text: str, step: Step) -> None:
    assert outcome(code, text, step).result == "deferred"


@given(codes, texts, st.sampled_from([step for step in STEPS if step != "dot"]))
def test_there_is_no_doubt_before_the_dot(code: int, text: str, step: Step) -> None:
    assert outcome(code, text, step).result != "doubt"


@given(codes, texts, st.sampled_from(["greeting", "ehlo", "starttls", "auth"]))
def test_what_comes_before_a_message_gives_none_up(code: int, text: str, step: Step) -> None:
    made = outcome(code, text, step)
    assert made.result == "deferred"
    assert made.cause in ("server", "policy")


@given(st.integers(500, 599), st.integers(0, 999), texts)
def test_policy_never_costs_a_recipient_anything(code: int, detail: int, text: str) -> None:
    for step in STEPS:
        assert outcome(code, f"5.7.{detail} {text}", step).cause == "policy"


@given(st.integers(500, 599), texts)
def test_an_answer_about_the_sender_never_costs_a_recipient_anything(code: int, text: str) -> None:
    assert outcome(code, text, "mail").cause != "mailbox"


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (550, "5.1.1 no such user", ("failed", "mailbox")),
        (550, "5.1.10 no mail for this domain", ("failed", "mailbox")),
        (550, "5.2.1 disabled", ("failed", "mailbox")),
        (552, "5.2.2 over quota", ("deferred", "mailbox")),
        (552, "5.2.3 too long for this mailbox", ("failed", "message")),
        (550, "5.4.1 access denied", ("failed", "server")),
        (550, "5.6.7 needs SMTPUTF8", ("failed", "message")),
        (550, "5.9.9 something new", ("failed", "server")),
        (550, "4.2.2 codes that contradict each other", ("failed", "mailbox")),
    ],
)
def test_enhanced_codes_at_the_recipient(code: int, text: str, expected: tuple[str, str]) -> None:
    made = outcome(code, text, "rcpt")
    assert (made.result, made.cause) == expected


def test_an_enhanced_code_is_read_from_an_answer_of_several_lines() -> None:
    made = outcome(550, "5.7.1 one\n5.7.1 two", "dot")
    assert (made.enhanced, made.text) == ("5.7.1", "5.7.1 one 5.7.1 two")


@pytest.mark.parametrize("text", ["see 5.1.1", "5.1", "5.1.1x", "15.1.1 no"])
def test_what_only_looks_like_an_enhanced_code_is_none(text: str) -> None:
    assert outcome(550, text, "rcpt").enhanced is None


def test_a_long_answer_is_cut_and_says_so() -> None:
    assert one_line("x" * 600) == "x" * 499 + "…"
