"""What a mail server's answer means for the row of the ledger. Pure.

Three things decide: the code, the enhanced code where there is one (it is the more exact), and
where in the conversation the answer came. An answer to MAIL is about the sender, so that it never
costs a recipient anything; only one to the final dot can say that a message was taken over.

    4xx                     deferred; mailbox for 4.2.x (full), else server
    5.1.x                   failed, mailbox; of the sender (5.1.7, 5.1.8, any at MAIL) policy
    5.2.2, 552 at RCPT      deferred, mailbox: it may be emptied
    5.2.3, 5.3.4, 552       failed, message: too large
    5.7.x                   failed, policy: the operator must act
    530, 534, 535, 538      deferred, policy: the message waits for a login that works
    5xx before MAIL         deferred, policy: we are refused, whoever the message is for
"""

import re
from typing import Literal

from service.delivery.base import Cause, Outcome, Result

#: Where in the conversation an answer came.
Step = Literal["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot"]

_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_LONGEST = 500

#: A login is asked for, or was refused.
_LOGIN = frozenset({530, 534, 535, 538})
#: The sender's side, not the recipient's, although the code is one of addresses (RFC 3463, 3.2).
_OF_THE_SENDER = frozenset({7, 8})
#: Subjects of RFC 3463 by their number: what is at fault when an attempt fails for good.
_SUBJECTS: dict[int, Cause] = {
    1: "mailbox",
    2: "mailbox",
    3: "server",
    4: "server",
    5: "message",
    6: "message",
    7: "policy",
}


def outcome(code: int, text: str, step: Step) -> Outcome:
    """Return what an answer of a mail server means.

    code: three digits; -1 for an answer that is none. text: may begin with an enhanced status code
    (RFC 3463) and have several lines.
    """
    line = one_line(text)
    found = _ENHANCED.match(line)
    enhanced = ".".join(found.groups()) if found else None
    result, cause = _judged(code, enhanced, step)
    if code // 100 not in (4, 5) and result != "sent":
        line = one_line(f"no answer of a mail server at {step}: {max(code, 0) or ''} {line}")
    return Outcome(
        result=result,
        cause=cause,
        code=code if 200 <= code < 600 else None,
        enhanced=enhanced,
        text=line,
    )


def one_line(text: str) -> str:
    """Return an answer as one line, without controls, of at most 500 characters."""
    line = _CONTROL.sub(" ", text.encode("utf-8", "replace").decode("utf-8")).strip()
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _judged(code: int, enhanced: str | None, step: Step) -> tuple[Result, Cause | None]:
    if code // 100 not in (4, 5):
        return _strange(code, step)
    if code // 100 == 4:
        full = step in ("rcpt", "data", "dot") and (enhanced or "").startswith("4.2.")
        return "deferred", "mailbox" if full else "server"
    if code in _LOGIN or step in ("greeting", "ehlo", "starttls", "auth"):
        # What the operator can mend: the message waits for it.
        return "deferred", "policy"
    if enhanced is not None and enhanced.startswith("5."):
        return _by_enhanced(enhanced, step)
    return _by_code(code, step)


def _strange(code: int, step: Step) -> tuple[Result, Cause | None]:
    """Return what an answer means that refuses nothing."""
    if step == "dot":
        return ("sent", None) if code // 100 == 2 else ("doubt", "server")
    # Where it is not what the step wants, nothing was taken over.
    return "deferred", "server"


def _by_enhanced(enhanced: str, step: Step) -> tuple[Result, Cause]:
    _, subject, detail = (int(part) for part in enhanced.split("."))
    if (subject, detail) in ((2, 3), (3, 4)):
        return "failed", "message"
    if step == "mail" and subject in (1, 2):
        return "failed", "policy"
    if subject == 1 and detail in _OF_THE_SENDER:
        return "failed", "policy"
    if subject == 2 and detail == 2:
        # A full mailbox may be emptied.
        return "deferred", "mailbox"
    return "failed", _SUBJECTS.get(subject, "server")


def _by_code(code: int, step: Step) -> tuple[Result, Cause]:
    if step == "rcpt":
        if code == 552:
            return "deferred", "mailbox"
        return "failed", "mailbox" if code in (550, 551, 553) else "policy"
    return "failed", "message" if code == 552 else "policy"
