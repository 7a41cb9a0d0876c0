"""Read a topic profile from its file; every fault at once, with its line and what is right.

The faults are written for a desk officer: the file and line, the table by its id and the key, what
is wrong, an example. One fault is told once: a side whose entities are themselves at fault is not
told to have none.
"""

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from service.errors import SettingsError
from service.topic.profile import (
    KINDS,
    LANGUAGES,
    Agency,
    Alias,
    Entity,
    Profile,
    Side,
    StateOutlet,
    Track,
)
from service.topic.relevance import HIGHEST
from service.topic.tomlplaces import Places

_TOP = "name title threshold side entity track agency state_media exclude"
#: What is mostly behind a fault of TOML, by the parser's words.
_HINTS = (
    ("Invalid value", 'a text stands in straight quotes: en = ["Kenya", "Nairobi"]'),
    ("Illegal character", "a text in quotes ends on the line on which it begins"),
    ("Unterminated string", "a text in quotes ends on the line on which it begins"),
    ("Unclosed array", 'a list ends with ] and has commas between: en = ["Kenya", "Nairobi"]'),
    ("Cannot overwrite", "a key stands once in each table: join the two lists"),
    ("Cannot declare", "[[entity]] with two brackets begins another one, [exclude] stands once"),
    ("Expected '='", 'write a key, = and a value: name = "kenya-uganda"'),
    ("Expected newline", "one key stands on one line, and texts of a list have commas between"),
)
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def load(name_or_path: str, folder: Path | None = None) -> Profile:
    """Read a shipped profile by its name, or a file by its path, which ends in ".toml".

    folder: what a relative path starts from; the current folder if None.
    Raises SettingsError with every fault of the file.
    """
    return parse(source_of(name_or_path, folder), where=_where(name_or_path, folder))


def source_of(name_or_path: str, folder: Path | None = None) -> str:
    """Return the text of a profile that `load` reads; raise SettingsError if there is none."""
    if not name_or_path.endswith(".toml"):
        shipped = resources.files("service.topic") / "profiles"
        known = sorted(f.name.removesuffix(".toml") for f in shipped.iterdir())
        if name_or_path not in known:
            message = (
                f'topic "{name_or_path}": there is no shipped topic of this name; '
                f"choose of: {', '.join(known)}, or give the path of a file that ends in .toml"
            )
            raise SettingsError((message,))
        return (shipped / f"{name_or_path}.toml").read_text(encoding="utf-8")
    path = Path(_where(name_or_path, folder))
    try:
        data = path.read_bytes()
    except FileNotFoundError as exc:
        raise SettingsError((f"topic {path}: no such file; correct the path",)) from exc
    except OSError as exc:
        raise SettingsError((f"topic {path}: cannot be read: {exc.strerror}",)) from exc
    try:
        # Editors of Windows put a mark before the text, which TOML does not allow.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        told = "is UTF-16, not UTF-8" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "is not UTF-8"
        raise SettingsError(
            (f"topic {path}, line {line}: {told}; save it anew with the encoding UTF-8",)
        ) from exc


def _where(name_or_path: str, folder: Path | None) -> str:
    if not name_or_path.endswith(".toml"):
        return f"{name_or_path}.toml"
    return str((folder or Path()) / Path(name_or_path).expanduser())


def parse(source: str, *, where: str) -> Profile:
    """Return the profile that a TOML text holds; raise SettingsError with all its faults."""
    source = source.replace("\r\n", "\n")
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError((_unreadable(source, where, str(exc)),)) from exc
    reader = _Reader(where, source)
    profile = reader.profile(data)
    if reader.faults:
        in_order = sorted(reader.faults, key=lambda fault: fault[0])
        raise SettingsError(tuple(text for _, text in in_order))
    return profile


def _unreadable(source: str, where: str, told: str) -> str:
    """Return the one fault of a text that is not TOML, with the line and what mostly mends it."""
    at = _AT.search(told)
    lines = source.splitlines() or [""]
    number = int(at[1]) if at and at[1] else len(lines)
    shown = lines[number - 1].strip() if number <= len(lines) else ""
    told = told[: at.start()] if at else told
    hint = next((text for start, text in _HINTS if told.startswith(start)), "")
    if any(mark in shown for mark in "“”„«»＂"):
        hint = 'use straight quotes: "Kenya", not “Kenya”'
    line = f"topic {where}, line {number}: is not TOML: {told[:1].lower()}{told[1:]}"
    return line + (f', in: "{shown[:60]}"' if shown else "") + (f"; {hint}" if hint else "")


class _Row:
    """One table of the file: its values, and how a fault names its place."""

    def __init__(self, table: str, number: int, values: dict[str, Any]) -> None:
        self.table, self.number, self.values = table, number, values
        id_ = values.get("id", values.get("name"))
        named = f'"{id_}"' if isinstance(id_, str) and id_.strip() else f"no. {number}"
        self.title = f"{table} {named}" if table not in ("", "exclude") else table


class _Reader:
    """Turns parsed TOML into a profile and collects the faults on the way."""

    def __init__(self, where: str, source: str) -> None:
        self.where = where
        self.source = source
        #: Each with its line; those of no line come first.
        self.faults: list[tuple[int, str]] = []

    @cached_property
    def places(self) -> Places:
        """The lines of the file, which only a fault asks for."""
        return Places(self.source)

    def fault(self, row: _Row, key: str, text: str, value: str = "") -> None:
        self._note(row, ", ".join(part for part in (row.title, key) if part), key, text, value)

    def _note(self, row: _Row, place: str, key: str, text: str, value: str = "") -> None:
        at = self._line(row, key, value)
        number = int(at.removeprefix(", line ") or 0)
        place = f"{place}: " if place else ""
        self.faults.append((number, f"topic {self.where}{at}: {place}{text}"))

    def _line(self, row: _Row, key: str = "", value: str = "") -> str:
        """Return ", line 12" for a place of the file, "" where it cannot be told."""
        line = self.places.line(row.table, row.number, key, value)
        return f", line {line}" if line else ""

    def profile(self, data: dict[str, Any]) -> Profile:
        top = _Row("", 1, data)
        self._only(top, _TOP)
        name = self._text(top, "name", '"china-russia"')
        if name and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
            self.fault(top, "name", f'"{name}" must be small letters, digits and hyphens')
        threshold = self._number(top, "threshold", 1.0, round(HIGHEST, 2), 0.6)
        title = self._text(top, "title", '"China–Russia relations"')
        sides = {row: self._side(row) for row in self._rows(data, "side")}
        if not data.get("side"):
            self.fault(
                top,
                "",
                "there is no side; a topic has one party or more, each written as: "
                '[[side]] id = "china" name = "China"',
            )
        known = tuple(side.id for side in sides.values() if side.id)
        entities = {row: self._entity(row, known) for row in self._rows(data, "entity")}
        tracks = {row: self._track(row) for row in self._rows(data, "track")}
        agencies = [self._agency(row) for row in self._rows(data, "agency")]
        media = [self._outlet(row) for row in self._rows(data, "state_media")]
        exclude = data.get("exclude", {})
        if not isinstance(exclude, dict):
            self.fault(
                top, "exclude", 'must be a table; for example [exclude] en = ["China Grove"]'
            )
            exclude = {}
        excluded = _Row("exclude", 1, exclude)
        self._only(excluded, " ".join(LANGUAGES))
        for rows in (sides, entities, tracks):
            self._ids(rows)
        self._sides(sides, entities)
        self._shared(entities)
        return Profile(
            name=name,
            title=title,
            threshold=threshold,
            sides=tuple(sides.values()),
            entities=tuple(entities.values()),
            tracks=tuple(tracks.values()),
            agencies=tuple(agencies),
            state_media=tuple(media),
            exclusions=self._aliases(excluded, needed=False),
        )

    def _side(self, row: _Row) -> Side:
        self._only(row, "id name country")
        return Side(
            id=self._text(row, "id", '"china"'),
            name=self._text(row, "name", '"China"'),
            country=self._country(row) if row.values.get("country") else "",
        )

    def _entity(self, row: _Row, known: tuple[str, ...]) -> Entity:
        self._only(row, "id name kind side short " + " ".join(LANGUAGES))
        given = row.values.get("side", [])
        sides = tuple(given) if isinstance(given, list) else (given,)
        for side in sides:
            if known and side not in known:
                wrong = f'there is no side "{side}"' if side else 'is empty: side = ""'
                self.fault(
                    row,
                    "side",
                    f"{wrong}; choose of: {', '.join(known)}, or leave the key out for a third "
                    "party",
                )
        kind = self._text(row, "kind", '"leader"')
        if kind and kind not in KINDS:
            self.fault(row, "kind", f'"{kind}" is none of: {", ".join(KINDS)}')
        short = row.values.get("short", {})
        if not isinstance(short, dict):
            self.fault(row, "short", 'must be a table; for example short = {en = ["Xi"]}')
            short = {}
        for key in short:
            if key not in LANGUAGES:
                self.fault(row, "short", f'"{key}" is not a language; choose of: en, zh, ru')
        return Entity(
            id=self._text(row, "id", '"xi-jinping"'),
            name=self._text(row, "name", '"Xi Jinping"'),
            kind=kind,
            sides=tuple(str(side) for side in sides),
            aliases=self._aliases(row) + self._aliases(row, within="short", needed=False),
        )

    def _track(self, row: _Row) -> Track:
        self._only(row, "id title weight kinds " + " ".join(LANGUAGES))
        kinds = self._texts(row, "kinds")
        for kind in kinds:
            if kind not in KINDS:
                self.fault(row, "kinds", f'"{kind}" is none of: {", ".join(KINDS)}')
        return Track(
            id=self._text(row, "id", '"energy"'),
            title=self._text(row, "title", '"Energy"'),
            aliases=self._aliases(row),
            weight=self._number(row, "weight", 1.0, 100),
            kinds=kinds,
        )

    def _agency(self, row: _Row) -> Agency:
        self._only(row, "name names hosts")
        return Agency(
            name=self._text(row, "name", '"Xinhua"'),
            names=self._texts(row, "names"),
            hosts=tuple(host.lower() for host in self._texts(row, "hosts")),
        )

    def _outlet(self, row: _Row) -> StateOutlet:
        self._only(row, "name country outlets hosts")
        return StateOutlet(
            name=self._text(row, "name", '"Xinhua"'),
            country=self._country(row),
            outlets=self._texts(row, "outlets"),
            hosts=tuple(host.lower() for host in self._texts(row, "hosts")),
        )

    def _country(self, row: _Row) -> str:
        country = self._text(row, "country", '"CN"')
        if country and not re.fullmatch(r"[A-Z]{2}", country):
            self.fault(row, "country", f'"{country}" must be two capitals; for example "CN"')
        return country

    def _aliases(self, row: _Row, *, within: str = "", needed: bool = True) -> tuple[Alias, ...]:
        found, faulty = [], len(self.faults)
        for language in LANGUAGES:
            key = f"{within}.{language}" if within else language
            for form in self._texts(row, key):
                if len(form.split("*", 1)[0].strip()) < 2:
                    self.fault(
                        row,
                        key,
                        f'"{form}" is too short to be told from other words; give two letters or '
                        'more before any *; for example "Xi Jinping", "习近平", "китай*"',
                        form,
                    )
                    continue
                found.append(Alias(form=form, language=language, short=bool(within)))
        if needed and not found and faulty == len(self.faults):
            self.fault(row, "", 'has no names to look for; for example en = ["Xi Jinping"]')
        return tuple(found)

    def _ids(self, rows: dict[_Row, Any]) -> None:
        first: dict[str, _Row] = {}
        for row, item in rows.items():
            before = first.setdefault(item.id, row)
            if item.id and before is not row:
                at = self._line(before, "id")
                self.fault(row, "id", f'"{item.id}" is given before{at}; each has an id of its own')

    def _sides(self, sides: dict[_Row, Side], entities: dict[_Row, Entity]) -> None:
        claimed = {side for entity in entities.values() for side in entity.sides}
        for row, side in sides.items():
            if side.id and side.id not in claimed:
                self.fault(
                    row,
                    "",
                    "no entity belongs to it, so nothing would ever be about it; add: [[entity]] "
                    f'id = "{side.id}" name = "{side.name}" kind = "country" side = "{side.id}" '
                    f'en = ["{side.name}"]',
                )

    def _shared(self, entities: dict[_Row, Entity]) -> None:
        """Note the names that two entities have: a place in a text counts for one of them."""
        owner: dict[str, tuple[_Row, Alias]] = {}
        for row, entity in entities.items():
            for alias in entity.aliases:
                if alias.short:
                    continue
                before, first = owner.setdefault(alias.form, (row, alias))
                if before is not row:
                    at = self._line(before, first.language, alias.form)
                    self.fault(
                        row,
                        alias.language,
                        f'the name "{alias.form}" is also one of {before.title}{at}; a name stands '
                        "for one only: keep it there or here, or put it under short in both",
                        alias.form,
                    )

    def _rows(self, data: dict[str, Any], key: str) -> Iterator[_Row]:
        rows = data.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.fault(
                _Row("", 1, data), key, f"must be written as [[{key}]], two brackets, once for each"
            )
            return
        for number, row in enumerate(rows, 1):
            yield _Row(key, number, row)

    def _only(self, row: _Row, allowed: str) -> None:
        for key in row.values:
            if key not in allowed.split():
                near = get_close_matches(key, allowed.split(), n=1)
                meant = f'; did you mean "{near[0]}"?' if near else ""
                text = f'"{key}" is not a key here; choose of: {allowed}{meant}'
                self._note(row, row.title, key, text)

    def _number(
        self, row: _Row, key: str, usual: float, most: float, example: float | None = None
    ) -> float:
        value = row.values.get(key, usual)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
            told = f'"{value}"' if isinstance(value, str) else str(value).lower()
            self.fault(
                row,
                key,
                f"must be a number from 0 to {most:g}, not {told}; "
                f"for example {key} = {example or usual:g}",
            )
            return usual
        return float(value)

    def _text(self, row: _Row, key: str, example: str) -> str:
        value = row.values.get(key)
        if not isinstance(value, str) or not value.strip():
            state = "is missing" if value is None else "must be a text, and not an empty one"
            self.fault(row, key, f"{state}; for example {key} = {example}")
            return ""
        return value

    def _texts(self, row: _Row, key: str) -> tuple[str, ...]:
        outer, _, inner = key.rpartition(".")
        table = row.values.get(outer, {}) if outer else row.values
        value = table.get(inner, []) if isinstance(table, dict) else []
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self.fault(row, key, f'must be a list of texts; for example {inner} = ["Xinhua"]')
            return ()
        for form in sorted({v for v in value if value.count(v) > 1}):
            self.fault(row, key, f'"{form}" stands there twice', form)
        return tuple(value)
