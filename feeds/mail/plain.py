"""Plain bodies of mails: flowed lines, quoted history, signatures, and what was passed on."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from feeds.dates import moment
from feeds.mail.headers import sender, subject
from feeds.metadata import Facts
from feeds.normal import columns, line, normalise

#: Columns of a line that says something: less beside a quotation is a greeting.
PROSE = 60

_WROTE = re.compile(
    r"(?is)(?:on\b.{4,200}\bwrote|.{4,200}\b(?:пишет|написал[аи]?)|в\b.{4,200}\bпишет"
    r"|.{2,200}(?:写道|寫道))\s*[:：]"
)
_OLDER = re.compile(
    r"(?i)-{2,}\s*(?:original message|исходное сообщение|原始邮件|原始郵件)\s*-{2,}"
)
#: Outlook's rule above an older message; newsletters part their items by such rules as well.
_RULE = re.compile(r"_{20,}")
_PASSED_ON = re.compile(
    r"(?i)-{2,}\s*(?:forwarded message|пересланное сообщение|пересылаемое сообщение|"
    r"转发的邮件|转发邮件信息|轉寄郵件)\s*-{2,}"
    r"|begin forwarded message\s*:|начало переадресованного сообщения\s*:"
)
_QUOTED = re.compile(r"\**\s*([\w-]{1,20}(?: [\w-]{1,20})?)\s*[:：]\**\s*(.*)")
_MEANING = {
    word: meaning
    for meaning, words in {
        "from": "from от 发件人 寄件者",
        "date": "date sent дата отправлено 日期 发送时间 时间",
        "subject": "subject тема 主题 主旨",
        "": "to cc reply-to кому копия 收件人 抄送 ответить",
    }.items()
    for word in words.split()
}


def unflowed(text: str, delete_space: str) -> str:
    """Undo format=flowed (RFC 3676): a line that ends with a blank goes on in the next one."""
    delete = delete_space.lower() == "yes"
    done: list[tuple[str, str]] = []
    soft = False
    for raw in text.replace("\r\n", "\n").split("\n"):
        found = re.match(r">*", raw)
        depth = found[0] if found else ""
        rest = raw[len(depth) :].removeprefix(" ")
        goes_on = soft and bool(done) and done[-1][0] == depth and rest != "-- "
        soft = rest.endswith(" ") and rest != "-- "
        shown = rest[:-1] if soft and delete else rest
        if goes_on:
            done[-1] = (depth, done[-1][1] + shown)
        else:
            done.append((depth, shown))
    return "\n".join(f"{depth} {rest}" if depth else rest for depth, rest in done)


def text_of(body: str) -> str:
    """Return the text of a plain body, without history and signature, normalised."""
    lines = re.sub(r"\r\n?", "\n", body).split("\n")
    own = list(_own(lines))
    if any(columns(one) >= PROSE for one in own) or not any(one.startswith(">") for one in lines):
        return normalise("\n".join(own))
    # Nothing but a quotation: it is what was passed on.
    return normalise("\n".join(re.sub(r"^(?:> ?)+", "", one) for one in lines))


def _own(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines that the sender wrote; those before a quotation's first line, too."""
    kept: list[str] = []
    for at, one in enumerate(lines):
        if one == "-- " or _OLDER.fullmatch(one.strip()):
            break
        below = _QUOTED.fullmatch(lines[at + 1].strip()) if at + 1 < len(lines) else None
        if below and _RULE.fullmatch(one.strip()) and _MEANING.get(below[1].casefold()) == "from":
            break
        if not one.startswith(">"):
            kept.append(one)
            continue
        # "On Monday, somebody wrote:", on one line or on two.
        while kept and not kept[-1].strip():
            kept.pop()
        for count in (1, 2):
            if len(kept) >= count and _WROTE.fullmatch(" ".join(kept[-count:]).strip()):
                del kept[-count:]
                break
        kept.append("")
    yield from kept


def passed_on(facts: Facts, text: str, *, now: datetime) -> tuple[Facts, str]:
    """Take the header lines of a message that was passed on out of a text, and believe them."""
    lines = text.split("\n")
    start = next((n for n, one in enumerate(lines) if _PASSED_ON.fullmatch(one.strip())), None)
    if start is None or any(columns(one) >= 2 * PROSE for one in lines[:start]):
        return facts, text
    values: dict[str, str] = {}
    at = start + 1
    while at < len(lines):
        found = _QUOTED.fullmatch(lines[at].strip())
        meaning = _MEANING.get(found[1].casefold()) if found else None
        if lines[at].strip() and meaning is None:
            break
        if found and meaning:
            values.setdefault(meaning, found[2])
        at += 1
    rest = "\n".join(lines[at:]).strip("\n")
    if not any(c.isalpha() for c in rest):
        return facts, text
    own = Facts(
        title=subject(line(values.get("subject", ""))),
        published=moment(values.get("date", ""), now=now),
        outlet=sender(values.get("from", "")),
    )
    return own.over(facts), rest
