"""The kinds of values that settings have, each checked in words that an operator understands."""

import re
from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict

from service.model.mailbox import mailbox, one_name


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f'"{value}" is no time zone of the IANA list')
    return value


def _clock(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f'"{value}" is no time of day from 00:00 to 23:59')
    return value


def _web(value: str) -> str:
    if not re.match(r"https?://[^\s/]+", value):
        raise ValueError(f'"{value}" does not begin with http:// or https://')
    return value


def _mailbox(value: str) -> str:
    return mailbox(value)


def _one_line(value: str) -> str:
    if not value.strip() or re.search(r"[\x00-\x1f\x7f\u2028\u2029]", value):
        raise ValueError("must be one line of text, and not empty")
    return value


def tell(fault: str | None) -> None:
    """Raise ValueError for a fault that was found elsewhere."""
    if fault:
        raise ValueError(fault)


def _span(value: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,3}[hd]", value):
        raise ValueError(f'"{value}" is no span of hours or days')
    return value


def length(value: str) -> timedelta:
    """Return how long a span of the settings is."""
    number = int(value[:-1])
    return timedelta(hours=number) if value.endswith("h") else timedelta(days=number)


Zone = Annotated[str, AfterValidator(_zone)]
Clock = Annotated[str, AfterValidator(_clock)]
#: "24h", "3d".
Span = Annotated[str, AfterValidator(_span)]
WebAddress = Annotated[str, AfterValidator(_web)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
#: Of a reader: no line breaks, and blanks folded.
Name = Annotated[str, AfterValidator(one_name)]
OneLine = Annotated[str, AfterValidator(_one_line)]
FormatName = Literal["pdf", "html", "txt", "md", "eml", "json"]
#: Of a brief's own words; articles come in any language.
Language = Literal["en", "zh", "ru"]


class Section(BaseModel):
    """A section of the settings: nothing in it that is not known, and nothing changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
