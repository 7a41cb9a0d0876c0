"""A topic profile: who and what a brief is about, as data that a desk officer can edit.

A profile is one TOML file; `profilefile` reads it, and the head of `profiles/china-russia.toml`
describes its form.
"""

from dataclasses import dataclass

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
class Agency:
    """A newsroom that publishes under several names: what two of them report is one origin."""

    name: str
    #: Names as they stand on articles and in credits; compared without regard to case.
    names: tuple[str, ...]
    #: Host names; a sub-domain counts too.
    hosts: tuple[str, ...]


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
    agencies: tuple[Agency, ...]
    state_media: tuple[StateOutlet, ...]
    #: Look-alikes: where one stands, no alias inside it counts.
    exclusions: tuple[Alias, ...]

    @property
    def slug(self) -> str:
        """The stem of file names: "china-russia"."""
        return self.name
