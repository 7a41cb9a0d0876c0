"""What a mail server's answer means for the row of the ledger."""

import re
from typing import Literal

from service.delivery.base import Cause, Outcome, Result

#: Where in the conversation an answer came.
Step = Literal["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot"]

_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_LONGEST = 500

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
    return Outcome(
        result=result,
        cause=cause,
        code=code if code >= 200 else None,
        enhanced=enhanced,
        text=line if code >= 200 else f"no answer of a mail server: {line}",
    )


def one_line(text: str) -> str:
    """Return an answer as one line, without controls, of at most 500 characters."""
    line = _CONTROL.sub(" ", text.encode("utf-8", "replace").decode("utf-8")).strip()
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _judged(code: int, enhanced: str | None, step: Step) -> tuple[Result, Cause | None]:
    if 200 <= code < 400:
        return "sent", None
    if step in ("greeting", "ehlo"):
        return "deferred", "server"
    if step in ("starttls", "auth"):
        # What the operator can mend: the message waits for it.
        return "deferred", "server" if code == 421 or 400 <= code < 500 else "policy"
    if not 500 <= code < 600:
        full = enhanced is not None and enhanced.startswith("4.2.")
        return "deferred", "mailbox" if full else "server"
    if enhanced is not None and enhanced.startswith("5."):
        return _by_enhanced(enhanced)
    return _by_code(code, step)


def _by_enhanced(enhanced: str) -> tuple[Result, Cause]:
    _, subject, detail = (int(part) for part in enhanced.split("."))
    if subject == 1 and detail in _OF_THE_SENDER:
        return "failed", "policy"
    if subject == 2 and detail == 2:
        # A full mailbox may be emptied.
        return "deferred", "mailbox"
    if (subject, detail) in ((2, 3), (3, 4)):
        return "failed", "message"
    return "failed", _SUBJECTS.get(subject, "server")


def _by_code(code: int, step: Step) -> tuple[Result, Cause]:
    if code in (530, 534, 535, 538):
        return "deferred", "policy"
    if step == "mail":
        return "failed", "message" if code == 552 else "policy"
    if step == "rcpt":
        if code == 552:
            return "deferred", "mailbox"
        return "failed", "mailbox" if code in (550, 551, 553) else "policy"
    return "failed", "message" if code == 552 else "policy"
