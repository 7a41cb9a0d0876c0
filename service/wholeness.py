"""Faults of the settings that no single key has, found in the parsed file as it stands.

Pydantic asks whether a section is whole only once each of its keys is right, so that an operator
would be told of these only in a second run; and it knows nothing of topics and summarizers.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import summarizers
from service.model.mailbox import mailbox

SHIPPED_TOPICS = ("china-russia",)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def faults(data: Mapping[str, Any], home: Path) -> list[str]:
    """Return each fault with its key. home: the folder that relative paths start from."""
    return [*_named(data, home), *_parts(data), *_across(data), *_addressed(data)]


def place(kind: object, path: object, url: object) -> str | None:
    """Return what a source lacks to be found, in words, or None."""
    if kind == "folder" and path is None:
        return 'a source of kind "folder" needs path = "corpus"'
    if kind == "feed" and url is None:
        return 'a source of kind "feed" needs url = "https://example.org/feed.xml"'
    return None


def rhythm(every: object, cron: object, on: object, at: object) -> str | None:
    """Return what is wrong with an edition's time, in words, or None.

    at: None where it was not given.
    """
    if (every is None) == (cron is None):
        return 'an edition needs either every = "day" or cron = "0 7 * * 1-5"'
    for key, value in (("on", on), ("at", at)):
        if cron is not None and value is not None:
            return f"{key} = {_shown(value)} cannot stand beside cron, which says it: remove one"
    if on is None:
        return None
    if every == "day":
        return f'on = {_shown(on)} says nothing where every = "day": remove it'
    if every == "week" and not (isinstance(on, str) and on.lower() in WEEKDAYS):
        return f'on = {_shown(on)} is no weekday; for example "monday"'
    if every == "month" and (isinstance(on, bool | str) or on not in range(1, 32)):
        return f"on = {_shown(on)} is no day of a month: write a number from 1 to 31"
    return None


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _named(data: Mapping[str, Any], home: Path) -> list[str]:
    desk = data.get("desk")
    rows = [("desk", desk)] if isinstance(desk, dict) else []
    rows += _rows(data, "edition")
    known = ("auto", *summarizers.names())
    faults = [_topic(row.get("topic"), home) for _, row in rows if row is desk]
    for key, row in rows:
        name = row.get("summarizer")
        if isinstance(name, str) and name.strip() and name not in known:
            faults.append(f'{key}.summarizer: "{name}": choose of {", ".join(known)}')
    return [fault for fault in faults if fault]


def _topic(topic: object, home: Path) -> str | None:
    if not isinstance(topic, str) or not topic.strip():
        return None
    if not topic.endswith(".toml"):
        if topic in SHIPPED_TOPICS:
            return None
        return (
            f'desk.topic: "{topic}" is not shipped; write {_quoted(SHIPPED_TOPICS)}, or the path '
            "of a profile of your own, which ends in .toml"
        )
    file = home / Path(topic).expanduser()
    return None if file.is_file() else f"desk.topic: there is no file {file}; correct the path"


def _parts(data: Mapping[str, Any]) -> list[str]:
    found = [
        (key, place(r.get("kind"), r.get("path"), r.get("url"))) for key, r in _rows(data, "source")
    ]
    found += [
        (key, rhythm(*(row.get(name) for name in ("every", "cron", "on", "at"))))
        for key, row in _rows(data, "edition")
    ]
    return [f"{key}: {fault}" for key, fault in found if fault]


def _rows(data: Mapping[str, Any], section: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the tables of a list of them, each with its key; what is no table, pydantic tells."""
    given = data.get(section)
    rows = enumerate(given if isinstance(given, list) else [], 1)
    return [(f"{section}[{number}]", row) for number, row in rows if isinstance(row, dict)]


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _across(data: Mapping[str, Any]) -> list[str]:
    """Return doubled names, and editions that do not exist."""

    def names(section: str) -> list[str]:
        found = [row.get("name") for _, row in _rows(data, section)]
        return [name for name in found if isinstance(name, str)]

    faults = []
    for section in ("source", "edition"):
        seen = Counter(names(section))
        faults += [
            f'{section}.name: "{name}" is given {times} times; each needs its own'
            for name, times in sorted(seen.items())
            if times > 1
        ]
    known = sorted(set(names("edition")))
    for key, row in _rows(data, "recipient"):
        wanted = row.get("editions", [])
        for name in wanted if isinstance(wanted, list) else []:
            if isinstance(name, str) and name not in known:
                faults.append(
                    f'{key}.editions: there is no edition "{name}"; add an [[edition]] of that '
                    f"name, or choose of: {', '.join(known) or 'none'}"
                )
    return faults


def destination(channel: str, address: str, *, utf8: bool) -> str:
    """Return the address of a recipient in its stored spelling; ValueError says what is wrong."""
    if channel == "mail":
        return mailbox(address, utf8=utf8)
    if channel == "webhook":
        if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", address):
            raise ValueError(f'"{address}" is no address of a webhook: it begins with https://')
        return address
    if not Path(address).expanduser().is_absolute():
        raise ValueError(f'"{address}" is no whole path of a folder: it begins with /')
    return str(Path(address).expanduser())


def _addressed(data: Mapping[str, Any]) -> list[str]:
    """Return recipients that cannot be reached, get nothing, or are there twice."""
    faults = []
    smtp = data.get("smtp")
    utf8 = isinstance(smtp, dict) and smtp.get("utf8") is True
    seen: dict[tuple[str, str], str] = {}
    for key, row in _rows(data, "recipient"):
        channel, address = row.get("channel", "mail"), row.get("address")
        if not row.get("editions") and not row.get("groups"):
            faults.append(f'{key}: gets nothing: write editions = ["daily"], or groups')
        if channel not in ("mail", "webhook", "folder") or not isinstance(address, str):
            continue
        try:
            made = destination(channel, address, utf8=utf8)
        except ValueError as fault:
            faults.append(f"{key}.address: {fault}")
            continue
        first = seen.setdefault((channel, made.lower()), key)
        if first != key:
            faults.append(f"{key}.address: {made} is given in {first} already")
    return faults
