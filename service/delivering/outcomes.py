"""What an attempt's outcome means for its row, its recipient and the operator. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from service.delivery.base import Outcome
from service.store.deliveries import State
from service.store.outbox import Claimed, Settled

#: The first pause before another try, and the longest; each is twice the one before. Greylisting
#: servers want five minutes.
FIRST, LONGEST = timedelta(minutes=5), timedelta(hours=4)
#: A message of which the other side does not say whether it took it over is repeated so often.
RESENDS = 1
#: What the other side asks us to wait is believed between these.
_LEAST_ASKED = timedelta(minutes=1)
#: A pause is drawn out by up to so much of itself, so that what failed together is not tried
#: together.
_SPREAD = 0.25
#: The last try is so long before the message is worth nothing any more.
_LAST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is written down after an attempt."""

    row: Settled
    #: The recipient's share: a permanent fault of the mailbox, or one more that may pass.
    bounce: Literal["hard", "soft"] | None = None
    #: What the operator is told: a short name of the cause, and a line.
    notice: tuple[str, str] | None = None


def judge(row: Claimed, outcome: Outcome, *, now: datetime, jitter: float) -> Verdict:
    """Return the consequences of an attempt. jitter: in [0, 1)."""
    if outcome.result == "sent":
        return _settled(row, "sent", outcome, now)
    if outcome.result == "withdrawn":
        text = "not wanted any more: left, suppressed or removed just before it was sent"
        return _settled(row, "suppressed", Outcome(result="withdrawn", text=text), now)
    if outcome.result == "doubt":
        # Once more on its own; then a person decides, and it is never due.
        again = now + _pause(row, outcome, jitter) if row.doubts < RESENDS else row.expires
        made = _settled(row, "doubt", outcome, again, doubtful=True)
        words = f"delivery {row.id} may have been taken over, or not: {outcome.text}"
        return Verdict(row=made.row, notice=("doubt", words))
    if outcome.result == "deferred":
        at = min(now + _pause(row, outcome, jitter), row.expires - _LAST)
        if at >= now + _LEAST_ASKED:
            notice = _policy(outcome) if outcome.cause == "policy" else None
            return Verdict(row=_settled(row, "deferred", outcome, at).row, notice=notice)
        words = f"given up, it would be too late: {outcome.text}"
        made = _settled(row, "failed", outcome, now, text=words)
        soft: Literal["soft"] | None = "soft" if outcome.cause == "mailbox" else None
        gave_up = ("given-up", f"delivery {row.id} was given up: {outcome.text}")
        return Verdict(row=made.row, bounce=soft, notice=gave_up)
    made = _settled(row, "failed", outcome, now)
    if outcome.cause == "mailbox":
        return Verdict(row=made.row, bounce="hard")
    if outcome.cause == "policy":
        return Verdict(row=made.row, notice=_policy(outcome))
    words = f"delivery {row.id} was refused: {_answer(outcome)}"
    return Verdict(row=made.row, notice=(f"refused:{outcome.cause}", words))


def _settled(
    row: Claimed,
    state: State,
    outcome: Outcome,
    at: datetime,
    *,
    text: str | None = None,
    doubtful: bool = False,
) -> Verdict:
    # What may have been taken over by an earlier attempt never ends as certainly not sent.
    unsure = state == "failed" and row.doubts > 0
    return Verdict(
        row=Settled(
            id=row.id,
            attempts=row.attempts,
            state="doubt" if unsure else state,
            next_attempt=row.expires if unsure else at,
            code=outcome.code,
            enhanced=outcome.enhanced,
            reply=outcome.text if text is None else text,
            doubtful=doubtful,
        )
    )


def _pause(row: Claimed, outcome: Outcome, jitter: float) -> timedelta:
    if outcome.retry_after_s is not None:
        asked = timedelta(seconds=min(outcome.retry_after_s, LONGEST.total_seconds()))
        return max(asked, _LEAST_ASKED)
    # Far more doublings than fit below the longest pause would overflow.
    doubled: timedelta = FIRST * 2 ** min(max(row.attempts - 1, 0), 10)
    return min(doubled, LONGEST) * (1 + _SPREAD * jitter)


def _policy(outcome: Outcome) -> tuple[str, str]:
    name = outcome.enhanced or str(outcome.code or "connection")
    return (
        f"policy:{name}",
        f"the mail server refuses us, not the reader: {_answer(outcome)}; "
        "`briefing doctor` checks login, certificate and the domain's records",
    )


def _answer(outcome: Outcome) -> str:
    parts = (str(outcome.code) if outcome.code else "", outcome.enhanced or "", outcome.text)
    # Many a reply repeats its enhanced code.
    if outcome.enhanced and outcome.text.startswith(outcome.enhanced):
        parts = (parts[0], "", parts[2])
    return " ".join(part for part in parts if part)
