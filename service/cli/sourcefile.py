"""The `[[source]]` tables of the settings file, added and cut as text: an operator's comments stay.

TOML is read here and never written as a whole: a writer would lose comments, order and spelling.
So a table is appended to the text, or its lines are cut out, and the result is read again: it must
differ from what was there by exactly that table, or nothing is written. The new file is written
aside and renamed over the old one.
"""

import json
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from service import settings
from service.errors import BriefError, SettingsError

#: A table as it is written; None and False are left out, being the defaults.
Table = Mapping[str, str | bool | None]

_HEADER = re.compile(r"\s*\[")
_OURS = re.compile(r"\s*\[\[\s*(?:source|\"source\"|'source')\s*\]\]")
_LONGEST_NAME = 80


def where(config: Path | None) -> Path:
    """Return the settings file that a command means; it need not be there."""
    return config or settings.default_home() / settings.FILE_NAME


def text_of(file: Path) -> str:
    """Return the text of the settings file; that of the shipped one where there is none yet."""
    try:
        # As bytes first: text mode would turn CRLF into LF.
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        from service.cli.init import template

        return template()
    except OSError as exc:
        raise BriefError(f"{file}: cannot be read: {(exc.strerror or str(exc)).lower()}") from exc
    except UnicodeDecodeError as exc:
        raise SettingsError((f"{file}: is not UTF-8; save it as UTF-8",)) from exc


def appended(text: str, tables: Sequence[Table]) -> str:
    """Return the text of a settings file with tables added; raise BriefError if it takes none."""
    newline = "\r\n" if "\r\n" in text else "\n"
    pieces = [text if not text or text.endswith("\n") else text + newline]
    for table in tables:
        rows = [f"{key} = {_value(value)}" for key, value in table.items() if value]
        pieces.append(newline.join(["", "[[source]]", *rows, ""]))
    result = "".join(pieces)
    wanted = _parsed(text)
    wanted["source"] = [
        *wanted.get("source", []),
        *({k: v for k, v in t.items() if v} for t in tables),
    ]
    _must_be(
        result, wanted, "its sources are not written as [[source]] tables; add this one by hand"
    )
    return result


def without(text: str, name: str) -> str:
    """Return the text of a settings file without the source of a name.

    Cut is from its header to its last key; comments behind that, and before the header, stay.
    Raises BriefError for a name that it lacks, for the only source, and where it cannot be cut.
    """
    wanted = _parsed(text)
    rows = [row for row in wanted.get("source", []) if isinstance(row, dict)]
    numbers = [number for number, row in enumerate(rows) if row.get("name") == name]
    if not numbers:
        known = ", ".join(f'"{row.get("name")}"' for row in rows) or "none"
        raise BriefError(f'there is no source "{name}"; there are: {known}')
    if len(rows) == 1:
        raise BriefError(f'"{name}" is the only source; add another one first')
    wanted["source"] = [row for row in rows if row.get("name") != name]
    lines = text.splitlines(keepends=True)
    headers = [at for at, line in enumerate(lines) if _OURS.match(line)]
    fault = "its table cannot be told from what is around it; cut it by hand"
    if len(headers) != len(rows):
        raise BriefError(f'source "{name}": {fault}')
    start = headers[numbers[0]]
    stop = next((at for at in range(start + 1, len(lines)) if _HEADER.match(lines[at])), len(lines))
    while stop > start + 1 and not re.match(r"\s*[^\s#]", lines[stop - 1]):
        stop -= 1
    # One empty line between what was before it and behind it is enough.
    if (
        stop < len(lines)
        and not lines[stop].strip()
        and (not start or not lines[start - 1].strip())
    ):
        stop += 1
    result = "".join(lines[:start] + lines[stop:])
    _must_be(result, wanted, f'source "{name}": {fault}')
    return result


def save(file: Path, text: str) -> None:
    """Write the settings file, if it is right; raise SettingsError or BriefError if not."""
    settings.check(_parsed(text), home=file.absolute().parent, where=str(file))
    # Where it is a link, what it leads to is replaced, and the link stays.
    target = file.resolve()
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as out:
            out.write(text.encode("utf-8"))
            out.flush()
            os.fsync(out.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        else:
            temporary.chmod(0o644)
        temporary.replace(target)
    except OSError as exc:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        reason = (exc.strerror or str(exc)).lower()
        raise BriefError(f"{file}: cannot be written: {reason}; mend its permissions") from exc


def unique(name: str, taken: Iterable[str]) -> str:
    """Return a name for a source, in one line, that no other one has."""
    short = " ".join(name.split())
    if len(short) > _LONGEST_NAME:
        short = short[:_LONGEST_NAME].rpartition(" ")[0] or short[:_LONGEST_NAME]
    short = "".join(c for c in short if c.isprintable()) or "feed"
    used = set(taken)
    if short not in used:
        return short
    return next(n for n in (f"{short} ({i})" for i in range(2, len(used) + 3)) if n not in used)


def _value(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # JSON's strings are TOML's, but for one character that TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError((f"the settings file is not TOML: {exc}",)) from exc


def _must_be(text: str, wanted: Mapping[str, Any], fault: str) -> None:
    try:
        found: Mapping[str, Any] | None = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        found = None
    if found != wanted:
        raise BriefError(f"the settings file cannot be changed: {fault}")
