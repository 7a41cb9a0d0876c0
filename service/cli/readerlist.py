"""A recipient as a person writes one: on the command line, or as a line of a CSV file."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service import wholeness
from service.addressees import RecipientSettings
from service.errors import BriefError
from service.store.recipients import Wanted

if TYPE_CHECKING:
    from service.settings import Settings

COLUMNS = (
    *("address", "name", "editions", "format", "attach", "language", "timezone", "groups"),
    "channel",
)
#: A list of recipients is far smaller; a wrong file is not read to its end.
_MOST_BYTES = 50_000_000
_SEPARATORS = re.compile(r"[\s,;|]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was written, nothing checked."""

    address: str
    channel: str = "mail"
    name: str | None = None
    editions: Sequence[str] = ()
    groups: Sequence[str] = ()
    format: str | None = None
    attach: Sequence[str] = ("pdf",)
    language: str | None = None
    timezone: str | None = None

    def wanted(self, settings: "Settings") -> Wanted:
        """Return the recipient. Raises ValueError for what is wrong first, in one line.

        The rules are those of the settings file.
        """
        known = [edition.name for edition in settings.edition]
        for name in self.editions:
            if name not in known:
                there = ", ".join(known) or "none"
                raise ValueError(f'there is no edition "{name}"; there are: {there}')
        try:
            one = RecipientSettings.model_validate(
                {
                    "address": self.address,
                    "channel": self.channel,
                    "name": self.name,
                    "editions": tuple(self.editions),
                    "groups": tuple(self.groups),
                    "format": self.format,
                    "attach": tuple(name for name in self.attach if name),
                    "language": self.language,
                    "timezone": self.timezone,
                }
            )
        except ValueError as fault:
            raise ValueError(_words(fault)) from None
        utf8 = settings.smtp.utf8
        return Wanted(
            address=wholeness.destination(one.channel, one.address, utf8=utf8),
            channel=one.channel,
            name=one.name,
            editions=one.editions,
            groups=one.groups,
            format=one.format or settings.desk.mail,
            attach=one.attach,
            language=one.language,
            timezone=one.timezone,
        )


def read(file: Path) -> list[tuple[int, Line | str]]:
    """Return each line of a CSV file with its number: what it says, or what is wrong with it.

    Raises BriefError for a file that cannot be read, or whose first line does not name columns.
    """
    try:
        data = file.read_bytes()
    except OSError as exc:
        raise BriefError(f"{file}: cannot be read: {(exc.strerror or str(exc)).lower()}") from exc
    if len(data) > _MOST_BYTES:
        raise BriefError(f"{file}: is too large to be a list of recipients")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BriefError(f"{file}: is not UTF-8; save it as CSV in UTF-8") from exc
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        head = [name.strip().lower() for name in next(rows, [])]
        _check(file, head)
        return [(rows.line_num, _line(head, row)) for row in rows if any(map(str.strip, row))]
    except csv.Error as exc:
        raise BriefError(f"{file}, line {rows.line_num}: is not CSV: {exc}") from exc


def _check(file: Path, head: Sequence[str]) -> None:
    unknown = [name for name in head if name not in COLUMNS]
    if "address" not in head or unknown or len(set(head)) < len(head):
        what = f'"{unknown[0]}"' if unknown else "what it has"
        raise BriefError(
            f"{file}: its first line must name the columns, of {', '.join(COLUMNS)}, and address "
            f"must be among them; {what} is not right"
        )


def _line(head: Sequence[str], row: Sequence[str]) -> Line | str:
    if len(row) > len(head):
        return f"has {len(row)} cells, the first line {len(head)}: put cells with commas in quotes"
    cells = {name: cell.strip() for name, cell in zip(head, row, strict=False)}
    several = {
        name: tuple(part for part in _SEPARATORS.split(cells.get(name, "")) if part)
        for name in ("editions", "groups", "attach")
    }
    # A cell that is empty is one that is not there; "-" attaches nothing.
    attach = () if several["attach"] == ("-",) else several["attach"] or ("pdf",)
    return Line(
        address=cells["address"],
        channel=cells.get("channel") or "mail",
        name=cells.get("name") or None,
        editions=several["editions"],
        groups=several["groups"],
        format=cells.get("format") or None,
        attach=attach,
        language=cells.get("language") or None,
        timezone=cells.get("timezone") or None,
    )


def _words(fault: ValueError) -> str:
    """Return the first of pydantic's faults in words."""
    from pydantic import ValidationError

    from service.settings import EXAMPLES

    if not isinstance(fault, ValidationError):
        return str(fault)
    error = fault.errors(include_url=False)[0]
    name = str(error["loc"][0])
    if error["type"] == "value_error":
        return f"{name}: {error['ctx']['error']}"
    return f"{name}: {error['msg'][0].lower()}{error['msg'][1:]}; for example {EXAMPLES[name]}"
