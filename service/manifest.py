"""What an issue was made from, stored beside it: enough to make it again, and to tell what differs.

Problem: a second run must give the same bytes, or say why it cannot. The store keeps every revision
for ever, but not what a source said of itself on that day, nor which programs were installed. So
the manifest holds what was asked (`Order`), which revisions were weighed and what became of them,
what each source gave, and a fingerprint of everything that the bytes depend on. Rejected: keeping
the texts themselves a second time (they are in the store, under their hash), and reading what the
sources gave back from the log of readings (a source that was stopped has no row in it).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from service.errors import StoreError
from service.model import Problem, SourceRead
from service.order import Order
from service.topic import Profile

if TYPE_CHECKING:
    from pydantic import TypeAdapter

#: Version of this form; one that is older or newer can be verified, but not made again.
FORM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The inputs of one issue."""

    order: Order
    #: Every revision that was weighed, in order of id: what is left out is counted, too.
    revisions: tuple[str, ...]
    #: Each story that was found, in the order of printing, as places in `revisions`.
    stories: tuple[tuple[int, ...], ...]
    #: What was collected from here on was not known.
    known_before: datetime
    #: What each source gave, and what could not be used.
    reads: tuple[SourceRead, ...]
    problems: tuple[Problem, ...]
    #: The operator's own label of a source as state media, by name; each source that was read.
    labels: dict[str, str | None]
    #: The topic as the settings name it, and the hash of its profile.
    topic: str
    profile: str
    #: Formats that could not be made, and why.
    unmade: tuple[Problem, ...] = ()
    #: Hash of the desk's own templates; None where there are none.
    templates: str | None = None
    #: Names and versions or hashes of all that the bytes depend on.
    versions: dict[str, str] = field(default_factory=dict)
    form: int = FORM


@cache
def _adapter() -> "TypeAdapter[Manifest]":
    from pydantic import TypeAdapter

    return TypeAdapter(Manifest)


def dumps(manifest: Manifest) -> str:
    """Return the manifest as JSON; `loads` gives it back equal."""
    return _adapter().dump_json(manifest, indent=2).decode("utf-8") + "\n"


def loads(text: str, *, issue: int) -> Manifest:
    """Read what `dumps` wrote; raise StoreError for another form, such as an older program's."""
    try:
        found = _adapter().validate_json(text)
    except ValueError as exc:
        raise StoreError(
            f"issue {issue} was made by another version, which did not keep what is needed to make "
            "it again: its files can still be verified by their hashes and sentences"
        ) from exc
    if found.form != FORM:
        raise StoreError(
            f"issue {issue} has a manifest of form {found.form}; this program reads {FORM}"
        )
    return found


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Return in words each version or hash that is not what it was, in order of name."""
    return tuple(
        f"{name}: was {then.get(name, 'not there')}, is {now.get(name, 'not there')}"
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    )


def grouped(
    stories: Sequence[Sequence[str]], revisions: Sequence[str]
) -> tuple[tuple[int, ...], ...]:
    """Return stories, given as ids of revisions, as places in `revisions`."""
    at = {ident: place for place, ident in enumerate(revisions)}
    return tuple(tuple(at[ident] for ident in story) for story in stories)


def fingerprint(profile: Profile) -> str:
    """Return the beginning of the SHA-256 of all that a profile says."""
    return hashlib.sha256(repr(profile).encode()).hexdigest()[:32]
