"""Where in a TOML text a key or a value stands: what `tomllib` does not tell.

A scan by lines, not a parser: it is asked only about texts that `tomllib` has read, and of what it
cannot find it says nothing. Tables with dots are not looked for.
"""

import re
from collections import defaultdict

_TABLE = re.compile(r"\s*\[\[?\s*([\w-]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")
_FENCE = re.compile(r'"""|' + r"'''")


class Places:
    """The lines of a TOML text by table, key and value, counted from 1."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines()
        #: First and last line of each table, by name and in order; "" holds the keys before any.
        self._tables: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        #: Lines inside a text of several lines: what looks like a key there is none.
        self._inside: set[int] = set()
        name, start, fence = "", 1, ""
        for number, line in enumerate(self._lines, 1):
            if fence:
                self._inside.add(number)
            table = None if fence else _TABLE.match(line)
            for mark in _FENCE.findall(line):
                fence = "" if fence == mark else fence or mark
            if table:
                self._tables[name].append((start, number - 1))
                name, start = table[1], number
        self._tables[name].append((start, len(self._lines)))

    def line(self, table: str, number: int = 1, key: str = "", value: str = "") -> int | None:
        """Return the line of a value, or else of its key, or else of the table; None if unknown.

        number: which table of that name, from 1. key: "short.en" looks for "short".
        """
        known = self._tables.get(table, [])
        if number > len(known):
            return None
        first, last = known[number - 1]
        if not key:
            return first if table else None
        for at in range(first, last + 1):
            found = None if at in self._inside else _KEY.match(self._lines[at - 1])
            if found and found[1] == key.split(".")[0]:
                return self._value(at, last, value)
        return first if table else None

    def _value(self, key_line: int, last: int, value: str) -> int:
        """Return the line of a text from its key's line on, before the next key."""
        for at in range(key_line, last + 1) if value else ():
            line = self._lines[at - 1]
            if at > key_line and _KEY.match(line):
                break
            if f'"{value}"' in line or f"'{value}'" in line:
                return at
        return key_line
