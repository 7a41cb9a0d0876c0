"""Find every name of a profile in a text, in one pass.

The automaton searches a folded text (lower case, ё as е, one form of apostrophe, hyphen and blank)
of the same length, so that its offsets are those of the text; what it finds is then held against
the rules of `Alias`, and of what is left the longest from the left counts. Searching for the
longest match only would be wrong: a longer alias that then fails at a word boundary ("China Su"
in "China Sun") would hide the shorter one.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from service.topic.profile import Alias, Profile

#: One character for one: `str.translate` does the same in twenty times the time.
_FOLDS = (
    ("’", "'"),
    ("‘", "'"),
    ("ʼ", "'"),
    ("–", "-"),
    ("—", "-"),
    ("‑", "-"),
    ("‐", "-"),
    ("−", "-"),
    ("Ё", "Е"),
    ("ё", "е"),
    ("\n", " "),
    ("\t", " "),
    ("\u00a0", " "),
    ("\u202f", " "),
    ("\u3000", " "),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place in a text that names an entity; in a text of both sides there is one for each."""

    #: Id of the entity.
    entity: str
    #: Id of a side of the entity, "" for a third party or a body.
    side: str
    #: Span in code points.
    start: int
    end: int


class Hit(NamedTuple):
    """A span, and what its alias stands for."""

    start: int
    end: int
    target: "Target"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """What an alias of the automaton leads to."""

    #: "entity", "track" or "exclude".
    role: str
    #: Id of the entity or track; "" for an exclusion.
    id: str
    sides: tuple[str, ...] = ()
    kind: str = ""
    short: bool = False
    #: The alias as written, folded but for case.
    form: str = ""
    #: Where the alias holds a `*`: what the text must match from the start of the hit.
    pattern: re.Pattern[str] | None = None
    #: Places of capitals within the form.
    capitals: tuple[int, ...] = ()


def mentions(text: str, profile: Profile) -> tuple[Mention, ...]:
    """Return every mention of the profile's entities, in order of place."""
    return tuple(
        Mention(entity=hit.target.id, side=side, start=hit.start, end=hit.end)
        for hit in hits(text, profile)
        if hit.target.role == "entity"
        for side in (hit.target.sides or ("",))
    )


def hits(text: str, profile: Profile) -> tuple[Hit, ...]:
    """Return what the text names, entities and words of tracks, in order of place.

    Entities do not overlap each other, nor do the words of one track; a word of a track may lie
    within the name of an entity ("oil" in "China National Offshore Oil Corporation").
    """
    automaton, targets = _compiled(profile)
    plain = _folded(text)
    lowered = plain.lower()
    if len(lowered) != len(plain):
        # A few capitals grow when lowered ("İ"); they would move every offset behind them.
        lowered = "".join(c if len(c.lower()) != 1 else c.lower() for c in plain)
    found = []
    for index, start, end in automaton.find_matches_as_indexes(lowered, overlapping=True):
        for target in targets[index]:
            stop = _end(plain, lowered, start, end, target)
            if stop:
                found.append(Hit(start, stop, target))
    named = {h.target.id for h in found if h.target.role == "entity" and not h.target.short}
    found = [h for h in found if not h.target.short or h.target.id in named]
    names = _longest([h for h in found if h.target.role != "track"])
    words: list[Hit] = []
    for track in {h.target.id for h in found if h.target.role == "track"}:
        words += _longest([h for h in found if h.target.role == "track" and h.target.id == track])
    masked = [(h.start, h.end) for h in names if h.target.role == "exclude"]
    kept = [h for h in names if h.target.role == "entity"]
    kept += [h for h in words if not any(s <= h.start and h.end <= e for s, e in masked)]
    return tuple(sorted(kept, key=lambda h: (h.start, h.end, h.target.role, h.target.id)))


def _longest(found: list[Hit]) -> list[Hit]:
    """Return the hits that do not overlap: the leftmost, and of those the longest."""
    kept: list[Hit] = []
    free = 0
    for hit in sorted(found, key=_precedence):
        if hit.start >= free:
            kept.append(hit)
            free = hit.end
    return kept


def _precedence(hit: Hit) -> tuple[int, int, bool, bool, bool, str]:
    """Order hits: leftmost, longest; of one span a look-alike, a form without star, a full name."""
    target = hit.target
    return (
        hit.start,
        -hit.end,
        target.role != "exclude",
        target.pattern is not None,
        target.short,
        target.id,
    )


def _end(plain: str, lowered: str, start: int, end: int, target: Target) -> int:
    """Return where the mention that begins at `start` ends, or 0 if it breaks a rule."""
    if any(not plain[start + place].isupper() for place in target.capitals):
        return 0
    if start and _joined(plain[start - 1], plain[start]):
        return 0
    if target.pattern is not None:
        match = target.pattern.match(lowered, start)
        if match is None:
            return 0
        end = match.end()
    if end < len(plain) and _joined(plain[end - 1], plain[end]):
        return 0
    return end


def _joined(left: str, right: str) -> bool:
    """Whether no word boundary lies between two characters; Chinese has none to look for."""
    return left.isalnum() and right.isalnum() and not (_han(left) or _han(right))


def _han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"


@lru_cache(maxsize=8)
def _compiled(profile: Profile) -> tuple[AhoCorasick, tuple[tuple[Target, ...], ...]]:
    """Build the automaton of a profile; for each of its patterns, what the pattern leads to."""
    by_key: defaultdict[str, list[Target]] = defaultdict(list)
    for entity in profile.entities:
        for alias in entity.aliases:
            target = _target(alias, "entity", entity.id, entity.sides, entity.kind)
            by_key[_key(target.form)].append(target)
    for track in profile.tracks:
        for alias in track.aliases:
            target = _target(alias, "track", track.id)
            by_key[_key(target.form)].append(target)
    for alias in profile.exclusions:
        target = _target(alias, "exclude", "")
        by_key[_key(target.form)].append(target)
    keys = sorted(by_key)
    return AhoCorasick(keys), tuple(tuple(by_key[key]) for key in keys)


def _folded(text: str) -> str:
    for character, plain in _FOLDS:
        text = text.replace(character, plain)
    return text


def _key(form: str) -> str:
    return form.split("*", 1)[0].lower()


def _target(
    alias: Alias, role: str, id_: str, sides: tuple[str, ...] = (), kind: str = ""
) -> Target:
    form = _folded(alias.form)
    pattern = None
    if "*" in form:
        pattern = re.compile(r"\w*".join(re.escape(piece) for piece in form.lower().split("*")))
    literal = form.split("*", 1)[0]
    return Target(
        role=role,
        id=id_,
        sides=sides,
        kind=kind,
        short=alias.short,
        form=form,
        pattern=pattern,
        capitals=tuple(i for i, c in enumerate(literal) if c.isupper()),
    )
