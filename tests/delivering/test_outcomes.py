"""What each outcome means for the row, the recipient and the operator."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivering.outcomes import LONGEST, judge
from service.delivery.base import Cause, Outcome, Result
from service.store.outbox import Claimed
from tests.store.given import START

RESULTS: tuple[Result, ...] = ("sent", "deferred", "failed", "doubt", "withdrawn")
CAUSES: tuple[Cause | None, ...] = (None, "mailbox", "policy", "message", "server")


def row(**fields: object) -> Claimed:
    made: dict[str, object] = {
        "id": 7,
        "attempts": 1,
        "issue": 1,
        "edition": "daily",
        "mailing": 1,
        "recipient": "r",
        "channel": "mail",
        "address": "a@one.example",
        "name": None,
        "message_id": "<1.r@x.example>",
        "created": START,
        "expires": START + timedelta(hours=24),
        "head": None,
        "sha256": None,
        "doubts": 0,
    }
    return Claimed(**made | fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "state", "bounce", "notice"),
    [
        (Outcome(result="sent", code=250), "sent", None, None),
        (Outcome(result="failed", cause="mailbox", code=550), "failed", "hard", None),
        (
            Outcome(result="failed", cause="policy", enhanced="5.7.1"),
            "failed",
            None,
            "policy:5.7.1",
        ),
        (Outcome(result="failed", cause="message", code=552), "failed", None, "refused:message"),
        (Outcome(result="deferred", cause="policy", code=535), "deferred", None, "policy:535"),
        (Outcome(result="deferred", cause="server"), "deferred", None, None),
        (Outcome(result="deferred", cause="mailbox"), "deferred", None, None),
        (Outcome(result="doubt", cause="server"), "doubt", None, "doubt"),
        (Outcome(result="withdrawn"), "suppressed", None, None),
    ],
)
def test_each_outcome_has_one_meaning(
    outcome: Outcome, state: str, bounce: str | None, notice: str | None
) -> None:
    verdict = judge(row(), outcome, now=START, jitter=0.0)
    assert verdict.row.state == state
    assert verdict.bounce == bounce
    assert (verdict.notice or (None,))[0] == notice


def test_a_mailbox_that_stays_full_is_a_soft_bounce_once(clock: object) -> None:
    full = Outcome(result="deferred", cause="mailbox", enhanced="5.2.2", text="full")
    late = START + timedelta(hours=23, minutes=59)
    assert judge(row(attempts=3), full, now=START, jitter=0).bounce is None
    verdict = judge(row(attempts=9), full, now=late, jitter=0)
    assert (verdict.row.state, verdict.bounce) == ("failed", "soft")


def test_what_the_other_side_asks_for_is_kept_within_bounds() -> None:
    def pause(asked: float) -> timedelta:
        outcome = Outcome(result="deferred", cause="server", code=429, retry_after_s=asked)
        return judge(row(), outcome, now=START, jitter=0.0).row.next_attempt - START

    assert pause(0) == timedelta(minutes=1)
    assert pause(600) == timedelta(minutes=10)
    assert pause(1e11) == LONGEST


def test_the_last_try_is_shortly_before_it_is_worthless() -> None:
    late = Outcome(result="deferred", cause="server", code=451)
    now = START + timedelta(hours=23)
    verdict = judge(row(attempts=8), late, now=now, jitter=0.0)
    assert verdict.row.state == "deferred"
    assert verdict.row.next_attempt == START + timedelta(hours=23, minutes=59)


@given(
    result=st.sampled_from(RESULTS),
    cause=st.sampled_from(CAUSES),
    attempts=st.integers(1, 10_000),
    doubts=st.integers(0, 3),
    jitter=st.floats(0, 1, exclude_max=True),
    asked=st.none() | st.floats(0, 1e12),
    hours=st.floats(0, 23.9),
)
def test_no_outcome_loses_a_row_or_tries_it_too_soon_or_too_late(
    result: Result,
    cause: Cause | None,
    attempts: int,
    doubts: int,
    jitter: float,
    asked: float | None,
    hours: float,
) -> None:
    now = START + timedelta(hours=hours)
    outcome = Outcome(result=result, cause=cause, retry_after_s=asked, text="x")
    verdict = judge(row(attempts=attempts, doubts=doubts), outcome, now=now, jitter=jitter)
    state, at = verdict.row.state, verdict.row.next_attempt
    if state == "deferred":
        assert now + timedelta(minutes=1) <= at < START + timedelta(hours=24)
    if result == "sent":
        assert state == "sent"
    if doubts:
        assert state != "failed"
    if state == "failed" and cause == "policy":
        assert verdict.bounce is None
        assert verdict.notice is not None
