"""A brief as JSON and back, and the hash that stands for it.

The stored form is the brief's proof, so it is written in one way only: keys in the order of the
model, two blanks of indentation, UTF-8, one line feed at the end. Pydantic's TypeAdapter reads and
writes the frozen dataclasses of the model as they are; a second set of schema classes was rejected,
since two descriptions of one thing drift apart.
"""

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from service.errors import StoreError
from service.model import SCHEMA, Brief

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@cache
def _adapter() -> "TypeAdapter[Brief]":
    from pydantic import TypeAdapter

    return TypeAdapter(Brief)


def dumps(brief: Brief) -> str:
    """Return the brief as JSON; `loads` gives it back equal."""
    return _adapter().dump_json(brief, indent=2).decode("utf-8") + "\n"


def loads(text: str) -> Brief:
    """Read what `dumps` wrote; raise StoreError for anything else."""
    try:
        brief = _adapter().validate_json(text)
    except ValueError as exc:
        first = str(exc).splitlines()[0]
        raise StoreError(f"not a brief of this service: {first}") from exc
    if brief.schema != SCHEMA:
        raise StoreError(f"a brief of schema {brief.schema}; this program reads {SCHEMA}")
    return brief


def digest(text: str) -> str:
    """Return the SHA-256 of a brief's JSON, in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
