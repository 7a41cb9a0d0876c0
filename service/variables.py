"""Faults of the settings in words, under the name of the variable or of the key that is at fault.

A variable names a key (`BRIEFING_DESK__TIMEZONE`), or a section whose value is JSON
(`BRIEFING_SOURCE=[…]`); letters may be small or capital. Who runs a container has no file, and
"briefing.toml: desk.timezone" would send him looking for one.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

PREFIX = "BRIEFING_"
NESTED = "__"


def fault(
    error: Mapping[str, Any], *, where: str, environ: Mapping[str, str], hints: Mapping[str, str]
) -> str:
    """Put one of pydantic's errors into a line that an operator can act on.

    where: the file; a value that a variable gave is told of that variable. hints: an example of a
    right value for each key.
    """
    loc = error["loc"]
    given = giver(loc, environ)
    if given is not None:
        where = given[0]
    inside = loc[given[1] :] if given else loc
    key = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in inside).lstrip(".")
    at = f"{where}: {key}" if key else where
    named = [str(p) for p in loc if isinstance(p, str)]
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"{at}: is not a setting; remove it, or look for a misspelling"
    if kind == "missing":
        text = "is missing"
    elif kind == "value_error":
        text = str(error["ctx"]["error"])
    else:
        text = error["msg"][0].lower() + error["msg"][1:]
    hint = hints.get(named[-1], "") if named else ""
    if hint and "needs" not in text and (key or len(loc) > 1):
        # A variable's value has no quotation marks around it.
        text += f"; for example {hint if key else hint.replace(chr(34), '')}"
    return f"{at}: {text}"


def giver(loc: Sequence[str | int], environ: Mapping[str, str]) -> tuple[str, int] | None:
    """Return the variable that gave the value at a place, and how much of the place it names.

    loc: keys and numbers from the top, as `("desk", "timezone")`. None: no variable gave it.
    """
    given = {name.upper(): name for name in sorted(environ, reverse=True)}
    for length in range(len(loc), 0, -1):
        asked = PREFIX + NESTED.join(map(str, loc[:length])).upper()
        below = [name for name in sorted(given) if name.startswith(asked + NESTED)]
        if asked in given:
            name = given[asked]
            if length == len(loc) or _holds(environ[name], loc[length]):
                return name, length
        elif below and length == len(loc):
            return given[below[0]], length
    return None


def _holds(value: str, key: str | int) -> bool:
    """Tell whether a section's value has a key; a list is taken whole, so that it has all."""
    try:
        found = json.loads(value)
    except ValueError:
        return True
    return key in found if isinstance(found, dict) else True


def unreadable(error: ValueError) -> str:
    """Return the fault of a variable that was to hold a section, and holds no JSON."""
    named = re.search(r'field "(\w+)"', str(error))
    name = PREFIX + (named[1].upper() if named else "")
    return (
        f"{name}: is not JSON; set one key at a time, as {PREFIX}DESK{NESTED}TIMEZONE=Europe/London"
    )
