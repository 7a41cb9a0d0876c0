"""A topic profile: who and what a brief is about, as data that a desk officer can edit.

A profile is one TOML file (its form is described at the head of `profiles/china-russia.toml`).
All faults of a file are reported at once, each with its place and an example of what is right.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from service.errors import SettingsError

LANGUAGES = ("en", "zh", "ru")
#: Kinds of entity; only `kind = "country"` names a side outright, the others act for it.
KINDS = (
    "country",
    "leader",
    "minister",
    "official",
    "ministry",
    "force",
    "company",
    "bank",
    "body",
    "outlet",
    "place",
    "project",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One way in which a text names an entity or a track.

    `form` is matched by these rules: it stands between word boundaries (none in Chinese); each
    of its capital letters is a capital in the text; a `*` stands for the rest of a word.
    """

    form: str
    language: str
    #: Counts only in a text that also holds a full name of the same entity ("Wang", "Xi").
    short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the parties whose relations the topic is."""

    id: str
    name: str
    #: ISO 3166, for state media and maps; "" where it is no country.
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Somebody or something with a name."""

    id: str
    name: str
    kind: str
    #: Ids of the sides that it belongs to; empty for third parties and bodies.
    sides: tuple[str, ...]
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A field of the relationship, a section of the brief; of equal ones the first is taken."""

    id: str
    title: str
    aliases: tuple[Alias, ...]
    #: What one word counts: less than 1 for a track whose words are in articles on any of them.
    weight: float = 1.0
    #: Kinds of entities whose names count as words of the track.
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StateOutlet:
    """An outlet that a state owns or runs."""

    name: str
    country: str
    #: Names as they stand on its articles; compared without regard to case.
    outlets: tuple[str, ...]
    #: Host names; a sub-domain counts too.
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """A topic; compared by identity, so that what is compiled from it can be kept."""

    name: str
    title: str
    #: Score from which on an article is about the topic.
    threshold: float
    sides: tuple[Side, ...]
    entities: tuple[Entity, ...]
    tracks: tuple[Track, ...]
    state_media: tuple[StateOutlet, ...]
    #: Look-alikes: where one stands, no alias inside it counts.
    exclusions: tuple[Alias, ...]

    @property
    def slug(self) -> str:
        """The stem of file names: "china-russia"."""
        return self.name


def load(name_or_path: str, folder: Path | None = None) -> Profile:
    """Read a shipped profile by its name, or a file by its path, which ends in ".toml".

    folder: what a relative path starts from; the current folder if None.
    Raises SettingsError with every fault of the file.
    """
    if not name_or_path.endswith(".toml"):
        shipped = resources.files("service.topic") / "profiles"
        known = sorted(f.name.removesuffix(".toml") for f in shipped.iterdir())
        if name_or_path not in known:
            message = (
                f'topic "{name_or_path}": there is no shipped topic of this name; '
                f"choose of: {', '.join(known)}, or give the path of a file that ends in .toml"
            )
            raise SettingsError((message,))
        source = (shipped / f"{name_or_path}.toml").read_text(encoding="utf-8")
        return parse(source, where=f"{name_or_path}.toml")
    path = (folder or Path()) / Path(name_or_path).expanduser()
    try:
        source = path.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise SettingsError((f"topic {path}: no such file; correct the path",)) from exc
    except OSError as exc:
        raise SettingsError((f"topic {path}: cannot be read: {exc.strerror}",)) from exc
    except UnicodeDecodeError as exc:
        raise SettingsError((f"topic {path}: is not UTF-8; save it as UTF-8",)) from exc
    return parse(source, where=str(path))


def parse(source: str, *, where: str) -> Profile:
    """Return the profile that a TOML text holds; raise SettingsError with all its faults."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError((f"topic {where}: is not TOML: {exc}",)) from exc
    reader = _Reader(where)
    profile = reader.profile(data)
    if reader.faults:
        raise SettingsError(tuple(reader.faults))
    return profile


class _Reader:
    """Turns parsed TOML into a profile and collects the faults on the way."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.faults: list[str] = []

    def fault(self, place: str, text: str) -> None:
        self.faults.append(f"topic {self.where}: {place}: {text}")

    def profile(self, data: dict[str, Any]) -> Profile:
        self._only(
            data,
            "the file",
            "name title threshold side entity track state_media exclude",
        )
        name = self._text(data, "name", "the file", '"china-russia"')
        if name and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
            self.fault("name", f'"{name}" must be small letters, digits and hyphens')
        threshold = self._number(data, "threshold", "the file", 1.0)
        sides = tuple(self._side(row, place) for place, row in self._rows(data, "side"))
        if not sides:
            self.fault("side", 'there is none; add [[side]] id = "china", name = "China"')
        known = tuple(side.id for side in sides)
        entities = tuple(
            self._entity(row, place, known) for place, row in self._rows(data, "entity")
        )
        tracks = tuple(self._track(row, place) for place, row in self._rows(data, "track"))
        media = tuple(self._outlet(row, place) for place, row in self._rows(data, "state_media"))
        exclude = data.get("exclude", {})
        if not isinstance(exclude, dict):
            self.fault("exclude", 'must be a table; for example [exclude] en = ["China Grove"]')
            exclude = {}
        self._only(exclude, "exclude", " ".join(LANGUAGES))
        profile = Profile(
            name=name,
            title=self._text(data, "title", "the file", '"China–Russia relations"'),
            threshold=threshold,
            sides=sides,
            entities=entities,
            tracks=tracks,
            state_media=media,
            exclusions=self._aliases(exclude, "exclude", needed=False),
        )
        self._across(profile)
        return profile

    def _side(self, row: dict[str, Any], place: str) -> Side:
        self._only(row, place, "id name country")
        country = row.get("country", "")
        if country and not re.fullmatch(r"[A-Z]{2}", str(country)):
            self.fault(f"{place}.country", f'"{country}" must be two capitals; for example "CN"')
        return Side(
            id=self._text(row, "id", place, '"china"'),
            name=self._text(row, "name", place, '"China"'),
            country=str(country),
        )

    def _entity(self, row: dict[str, Any], place: str, known: tuple[str, ...]) -> Entity:
        self._only(row, place, "id name kind side short " + " ".join(LANGUAGES))
        given = row.get("side", [])
        sides = tuple(given) if isinstance(given, list) else (given,)
        for side in sides:
            if side not in known:
                self.fault(
                    f"{place}.side", f'there is no side "{side}"; choose of: {", ".join(known)}'
                )
        kind = self._text(row, "kind", place, '"leader"')
        if kind and kind not in KINDS:
            self.fault(f"{place}.kind", f'"{kind}" is none of: {", ".join(KINDS)}')
        short = row.get("short", {})
        if not isinstance(short, dict):
            self.fault(f"{place}.short", 'must be a table; for example short = {en = ["Xi"]}')
            short = {}
        self._only(short, f"{place}.short", " ".join(LANGUAGES))
        return Entity(
            id=self._text(row, "id", place, '"xi-jinping"'),
            name=self._text(row, "name", place, '"Xi Jinping"'),
            kind=kind,
            sides=tuple(str(side) for side in sides),
            aliases=self._aliases(row, place)
            + self._aliases(short, f"{place}.short", needed=False, short=True),
        )

    def _track(self, row: dict[str, Any], place: str) -> Track:
        self._only(row, place, "id title weight kinds " + " ".join(LANGUAGES))
        kinds = self._texts(row, "kinds", place)
        for kind in kinds:
            if kind not in KINDS:
                self.fault(f"{place}.kinds", f'"{kind}" is none of: {", ".join(KINDS)}')
        return Track(
            id=self._text(row, "id", place, '"energy"'),
            title=self._text(row, "title", place, '"Energy"'),
            aliases=self._aliases(row, place),
            weight=self._number(row, "weight", place, 1.0),
            kinds=kinds,
        )

    def _outlet(self, row: dict[str, Any], place: str) -> StateOutlet:
        self._only(row, place, "name country outlets hosts")
        country = self._text(row, "country", place, '"CN"')
        if country and not re.fullmatch(r"[A-Z]{2}", country):
            self.fault(f"{place}.country", f'"{country}" must be two capitals; for example "CN"')
        return StateOutlet(
            name=self._text(row, "name", place, '"Xinhua"'),
            country=country,
            outlets=self._texts(row, "outlets", place),
            hosts=tuple(host.lower() for host in self._texts(row, "hosts", place)),
        )

    def _aliases(
        self, row: dict[str, Any], place: str, *, needed: bool = True, short: bool = False
    ) -> tuple[Alias, ...]:
        found = []
        for language in LANGUAGES:
            for form in self._texts(row, language, place):
                literal = form.split("*", 1)[0]
                if len(literal.strip()) < 2:
                    self.fault(
                        f"{place}.{language}",
                        f'"{form}" is too short to be told from other words; give two letters or '
                        "more before any *",
                    )
                    continue
                found.append(Alias(form=form, language=language, short=short))
        if needed and not found:
            self.fault(place, 'has no alias; for example en = ["Xi Jinping"]')
        return tuple(found)

    def _across(self, profile: Profile) -> None:
        """Note the faults that no single row has."""
        for kind, ids in (
            ("side", [side.id for side in profile.sides]),
            ("entity", [entity.id for entity in profile.entities]),
            ("track", [track.id for track in profile.tracks]),
        ):
            for id_ in sorted({i for i in ids if i and ids.count(i) > 1}):
                self.fault(f"{kind}.id", f'"{id_}" is given {ids.count(id_)} times')
        for side in profile.sides:
            named = (e for e in profile.entities if side.id in e.sides and e.aliases)
            if next(named, None) is None:
                self.fault(
                    f"side {side.id}",
                    f'no entity belongs to it; add [[entity]] with side = "{side.id}"',
                )
        owner: dict[str, str] = {}
        for entity in profile.entities:
            for form in {alias.form for alias in entity.aliases if not alias.short}:
                if form in owner:
                    self.fault(
                        f"entity {entity.id}",
                        f'the alias "{form}" is also one of {owner[form]}; keep it in one place',
                    )
                owner[form] = entity.id

    def _rows(self, data: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        rows = data.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.fault(key, f"must be written as [[{key}]], once for each")
            return
        for number, row in enumerate(rows, 1):
            id_ = row.get("id", row.get("name", ""))
            yield f"{key}[{number}] {id_}".rstrip(), row

    def _only(self, row: dict[str, Any], place: str, allowed: str) -> None:
        for key in row:
            if key not in allowed.split():
                self.fault(place, f'"{key}" is not a key here; choose of: {allowed}')

    def _number(self, row: dict[str, Any], key: str, place: str, usual: float) -> float:
        value = row.get(key, usual)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
            self.fault(f"{place}.{key}", f"must be a number from 0 to 100; for example {usual}")
            return usual
        return float(value)

    def _text(self, row: dict[str, Any], key: str, place: str, example: str) -> str:
        value = row.get(key)
        if not isinstance(value, str) or not value.strip():
            state = "is missing" if value is None else "must be a text"
            self.fault(f"{place}.{key}", f"{state}; for example {key} = {example}")
            return ""
        return value

    def _texts(self, row: dict[str, Any], key: str, place: str) -> tuple[str, ...]:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self.fault(f"{place}.{key}", f'must be a list of texts; for example {key} = ["Xinhua"]')
            return ()
        for form in sorted({v for v in value if value.count(v) > 1}):
            self.fault(f"{place}.{key}", f'"{form}" stands there twice')
        return tuple(value)
