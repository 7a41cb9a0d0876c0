"""A folder of articles: every document in it and its sub-folders, read once for each change.

The cursor remembers size and modification time of each file that was opened, as make and rsync
do, so that a second reading of an unchanged folder opens nothing. A file that could not be used is
remembered with the reason, because a problem that is still there must still be told. One that took
too long or too much memory is tried in three readings before that: a machine that is busy makes a
good document look like a bomb. A file that changed while it was read is not remembered: it is read
anew next time. What is refused unopened
(a link, a size, an ending) is judged at each reading, so that a changed setting takes effect.

*Half-written files.* Who reads because something changed, as a service that watches the folder
does, comes early: the file may still be on its way. Such a reader asks for files that have stood
still for some seconds (`settled_s`). Another one is left for the next reading, and is no problem
yet; it is one if it has still not come to rest then. Who reads because somebody asks now
(`settled_s` is 0) takes what is there.

*Files that are gone.* The cursor also tells which files were there. One that is not any more is
told once (`Batch.gone`); its article stays in the store. What stands below a folder that cannot be
listed today is not gone.
"""

import asyncio
import json
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Protocol, TypeVar

from feeds.base import Batch
from feeds.documents import Reading, reading
from feeds.listing import Found, documents, why
from service.errors import ParseError, SourceError
from service.model import Entry, Problem, ProblemKind

#: Larger files are refused unread: no article is so long, and text takes ten times its size.
MAX_BYTES = 20 << 20

#: Up to so many bytes a format is read here, where nothing needs to be started: the worst that is
#: known takes a second (Markdown: links in links), half of one (HTML: a thousand paragraphs).
_LIGHT = {
    **dict.fromkeys((".txt", ".text"), 200_000),
    **dict.fromkeys((".md", ".markdown"), 16_000),
    **dict.fromkeys((".html", ".htm", ".xhtml"), 8_000),
}
#: Documents that are read side by side; there are two worker processes.
_SIDE_BY_SIDE = 2

#: Readings in which a document whose reader had to be ended is tried, unchanged as it is.
_KILLS_MAX = 3

_VERSION = 1
_CHUNK = 1 << 20
_CHANGED = "changed while it was read, twice; it will be read again next time"
_NEXT = "it is tried again next time"
_NO_MORE = f"it was tried {_KILLS_MAX} times, and is left until it changes"
_UNSETTLED = "is still being written; it will be read when it has come to rest"

#: Reads at most so many bytes from a file descriptor.
ReadSome = Callable[[int, int], bytes]

T = TypeVar("T")


class Call(Protocol):
    """Runs a pure function of nothing to its end, and waits for it; safe in several threads."""

    def __call__(self, work: Callable[[], T], /) -> T: ...


def here(work: Callable[[], T], /) -> T:
    """Run a function where it is called."""
    return work()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the cursor remembers of a file."""

    size: int
    mtime_ns: int
    #: Why it could not be used, or only in part; None if nothing was wrong.
    reason: str | None = None
    #: How often its reader had to be ended; 0 where the last reading of it came to an end.
    kills: int = 0

    def same(self, document: Found) -> bool:
        """Tell whether a document is as it was."""
        return (self.size, self.mtime_ns) == (document.size, document.mtime_ns)


class FolderSource:
    """The documents below a folder, by relative path.

    max_bytes: larger files are problems. language: of all its texts; None: detected. now: the
    clock, which bounds the dates that are believed. settled_s: seconds for which a file must have
    stood still to be read; 0: whatever is there.
    read_some: how an open file is read; `os.read` but in tests. call: where a document that may
    be hostile is read; here by default.
    """

    kind = "folder"

    def __init__(
        self,
        name: str,
        path: Path,
        *,
        max_bytes: int = MAX_BYTES,
        language: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        settled_s: float = 0.0,
        read_some: ReadSome = os.read,
        call: Call = here,
    ) -> None:
        self.name = name
        self._path = path
        self._max_bytes = max_bytes
        self._language = language
        self._now = now
        self._settled_s = settled_s
        #: What the last reading left because it had not come to rest.
        self._left: frozenset[str] = frozenset()
        self._read_some = read_some
        self._call = call

    async def read(self, cursor: str | None) -> Batch:
        """Read new and changed documents; raise SourceError if the folder cannot be listed."""
        return await asyncio.to_thread(self._read, cursor)

    def _read(self, cursor: str | None) -> Batch:
        before = _remembered(cursor)
        found = sorted(
            documents(self._path, max_bytes=self._max_bytes, source=self.name),
            key=lambda document: document.key,
        )
        entries: list[Entry] = []
        problems: list[Problem] = []
        after: dict[str, Known] = {}
        left: set[str] = set()
        read_now = [
            document
            for document in found
            if document.refused is None and not _is_known(document, before)
        ]
        outcomes = self._outcomes(read_now)
        for document in found:
            key, reason = document.key, document.refused
            outcome = outcomes.get(key)
            kills = 0
            if isinstance(outcome, _ChangedError):
                left.add(key)
                reason = self._restless(key)
            elif isinstance(outcome, Reading):
                entries.append(outcome.entry)
                reason = outcome.fault
            elif outcome is not None:
                reason, kills = _fault(outcome, before.get(key), document)
            elif reason is None:
                reason = before[key].reason
            if key in left or (outcome is None and document.refused is None):
                # As it was; of one that is being written only if there was a state before.
                after |= {key: before[key]} if key in before else {}
            elif outcome is not None:
                after[key] = Known(
                    size=document.size, mtime_ns=document.mtime_ns, reason=reason, kills=kills
                )
            if reason is not None:
                problems.append(self._problem(key, reason, document.kind))
        if not found:
            problems.append(self._problem("", f"no articles in {self._path}"))
        self._left = frozenset(left)
        gone, hidden = missing(before, found)
        unseen = left - before.keys() - {problem.key for problem in problems}
        return Batch(
            entries=tuple(entries),
            problems=tuple(problems),
            items=len(found) - len(unseen),
            cursor=_cursor(after | {key: before[key] for key in hidden}),
            gone=gone,
        )

    def _outcomes(
        self, found: Sequence[Found]
    ) -> dict[str, "Reading | SourceError | _ChangedError"]:
        """Read documents; return by key what each gave, or why it gave nothing."""
        if self._call is here or len(found) < 2:
            return {document.key: self._outcome(document) for document in found}
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            keys = (document.key for document in found)
            return dict(zip(keys, pool.map(self._outcome, found), strict=True))

    def _outcome(self, document: Found) -> "Reading | SourceError | _ChangedError":
        try:
            return self._reading(document)
        except (SourceError, _ChangedError) as exc:
            return exc

    def _restless(self, key: str) -> str | None:
        """Return the reason to tell for a file that did not stand still; None: not yet."""
        if not self._settled_s:
            return _CHANGED
        return _UNSETTLED if key in self._left else None

    def _problem(self, key: str, reason: str, kind: ProblemKind = "fault") -> Problem:
        return Problem(source=self.name, key=key, reason=reason, kind=kind)

    def _reading(self, document: Found) -> Reading:
        if self._settled_s:
            # Either way: a clock that is ahead must not make a file wait for ever.
            age_s = self._now().timestamp() - document.mtime_ns / 1e9
            if abs(age_s) < self._settled_s:
                raise _ChangedError
        try:
            data = self._stable(document)
        except OSError as exc:
            raise SourceError(f"cannot be read: {why(exc)}", source=self.name) from exc
        if not data.strip():
            raise SourceError("is empty", source=self.name)
        work = partial(reading, document.key, data, now=self._now(), tongue=self._language)
        light = _LIGHT.get(PurePosixPath(document.key).suffix.lower(), 0)
        return work() if len(data) <= light else self._call(work)

    def _stable(self, document: Found) -> bytes:
        """Return a file's bytes, read between two equal states; try twice."""
        try:
            return snapshot(document.path, self._max_bytes, self._read_some)
        except _ChangedError:
            return snapshot(document.path, self._max_bytes, self._read_some)


class _ChangedError(Exception):
    """A file is being written, or was written to while it was read."""


def snapshot(path: Path, max_bytes: int, read_some: ReadSome = os.read) -> bytes:
    """Return the bytes of a regular file that stayed the same while it was read.

    Raises OSError as `open` does, SourceError if it is larger than max_bytes.
    """
    # No link is followed here (the path is resolved already), and no pipe is waited for.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise SourceError("is not a regular file")
        chunks: list[bytes] = []
        size = 0
        while chunk := read_some(handle, min(_CHUNK, max_bytes + 1 - size)):
            chunks.append(chunk)
            size += len(chunk)
            if size > max_bytes:
                raise SourceError(f"is too large: at most {max_bytes / (1 << 20):g} MB are read")
        after = os.fstat(handle)
        named = os.stat(path)
    finally:
        os.close(handle)
    if not _state(before) == _state(after) == _state(named) or size != before.st_size:
        raise _ChangedError
    return b"".join(chunks)


def _state(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _is_known(document: Found, before: Mapping[str, Known]) -> bool:
    """Tell whether nothing is to be learnt by reading a document again."""
    known = before.get(document.key)
    return known is not None and known.same(document) and not 0 < known.kills < _KILLS_MAX


def _fault(error: SourceError, known: Known | None, document: Found) -> tuple[str, int]:
    """Return why a document gave nothing, and how often its reader was ended by now."""
    if not (isinstance(error, ParseError) and error.killed):
        return str(error), 0
    kills = 1 + (known.kills if known is not None and known.same(document) else 0)
    return f"{error}; {_NEXT if kills < _KILLS_MAX else _NO_MORE}", kills


def missing(
    before: Mapping[str, Known], found: Sequence[Found]
) -> tuple[tuple[str, ...], set[str]]:
    """Return the keys that were there and are not, sorted, and those that cannot be looked for."""
    there = {document.key for document in found}
    folders = tuple(document.key + "/" for document in found if document.is_folder)
    absent = before.keys() - there
    hidden = {key for key in absent if key.startswith(folders)}
    return tuple(sorted(absent - hidden)), hidden


def _remembered(cursor: str | None) -> dict[str, Known]:
    """Return what a cursor holds; nothing for None or a cursor of another version."""
    if cursor is None:
        return {}
    try:
        data = json.loads(cursor)
        if data["version"] != _VERSION:
            return {}
        return {
            # The last is missing in what was written before kills were counted.
            key: Known(size=size, mtime_ns=mtime_ns, reason=reason, kills=sum(kills))
            for key, (size, mtime_ns, reason, *kills) in data["files"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        # Written by something else: reading all again is always right, only slower.
        return {}


def _cursor(files: dict[str, Known]) -> str:
    return json.dumps(
        {
            "version": _VERSION,
            "files": {
                key: [
                    known.size,
                    known.mtime_ns,
                    known.reason,
                    *([known.kills] * bool(known.kills)),
                ]
                for key, known in sorted(files.items())
            },
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
