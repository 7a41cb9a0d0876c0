"""The log of the service: one line an outcome, for people or for machines.

Every message of ours is a few words and then `key=%s` pairs; as text the values are filled in, as
JSON they are fields. No mailbox is ever written: what looks like one is masked here, whoever wrote
the line, since the answers of mail servers and the errors of libraries quote them. What libraries
say is written from an error on; they know no ids and quote what they read.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from service.errors import BriefError
from service.settings import Settings

#: Packages of ours.
OURS = ("service", "feeds", "summarizers", "templates")
_PAIR = re.compile(r"\s*\b([a-z_]+)=(%[a-z.0-9]+)")
#: An edition of a zone, "daily@Asia/Tokyo", is none.
_MAILBOX = re.compile(r"[^\s@<>\",;:()\[\]]+@[\w-]+(?:\.[\w-]+)+")


def masked(text: str) -> str:
    """Return a text without mailboxes."""
    return _MAILBOX.sub("(address)", text)


def _moment(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def fields(record: logging.LogRecord) -> tuple[str, dict[str, Any]]:
    """Return a record's words and its `key=value` pairs; all is words where they do not fit."""
    template, args = str(record.msg), record.args
    found = _PAIR.findall(template)
    if not isinstance(args, tuple) or len(found) != len(args) or template.count("%") != len(args):
        return record.getMessage(), {}
    words = _PAIR.sub("", template).strip()
    return words, {key: value for (key, _), value in zip(found, args, strict=True)}


class Text(logging.Formatter):
    """`2026-11-22T07:00:03.120Z INFO service.pipeline issue published id=7 edition=daily`."""

    def format(self, record: logging.LogRecord) -> str:
        words, pairs = fields(record)
        parts = [_moment(record), record.levelname, record.name, words]
        parts += [f"{key}={_quoted(value)}" for key, value in pairs.items()]
        line = " ".join(" ".join(parts).split("\n"))
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return masked(line)


class Json(logging.Formatter):
    """One object a line: time, level, logger, event, and a field for each pair."""

    def format(self, record: logging.LogRecord) -> str:
        words, pairs = fields(record)
        made: dict[str, Any] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": masked(words),
        }
        for key, value in pairs.items():
            plain = value if isinstance(value, (bool, int, float)) else masked(str(value))
            made[f"{key}_" if key in made else key] = None if value is None else plain
        if record.exc_info:
            made["traceback"] = masked(self.formatException(record.exc_info))
        return json.dumps(made, ensure_ascii=False)


def _quoted(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"[^\s\"=]+", text) else json.dumps(text, ensure_ascii=False)


class _Stranger(logging.Filter):
    """Lets libraries through from an error on; of one that is no bug they say one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] in OURS:
            return True
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and _is_no_bug(error):
            said = (record.getMessage().strip().splitlines() or [""])[0].partition("(")[0]
            # What is left of it are words and a name.
            record.msg = said.rstrip(": ").replace("%", "") + " reason=%s"
            record.args = (_reason(error),)
            record.exc_info = record.exc_text = None
        return record.levelno >= logging.ERROR


def _is_no_bug(error: BaseException) -> bool:
    """Say whether where it was raised tells nothing: a database that is away, an error of ours."""
    away = type(error).__name__ in ("ConnectorException", "OperationalError", "PoolTimeout")
    return away or isinstance(error, (BriefError, TimeoutError))


def _reason(error: BaseException) -> str:
    cause = error if isinstance(error, BriefError) else error.__cause__ or error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]


class _Stderr(logging.StreamHandler[Any]):
    """Writes to what is the standard error now."""

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, value: Any) -> None:
        """The base class sets one; it is not kept."""


def set_up(form: Literal["text", "json"], level: str) -> None:
    """Write the log of this process to its standard error, and to nothing else."""
    handler = _Stderr()
    handler.setFormatter(Json() if form == "json" else Text())
    handler.addFilter(_Stranger())
    root = logging.getLogger()
    for other in root.handlers[:]:
        # Those of a test run are let be.
        if type(other).__module__.startswith("service."):
            root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.captureWarnings(True)


def of(settings: Settings) -> None:
    """Set up the log as the settings want it."""
    set_up(settings.log.form, settings.log.level)
