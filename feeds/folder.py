"""A folder of articles: every document in it and its sub-folders, read once for each change.

The cursor remembers size and modification time of each file that was opened, as make and rsync
do, so that a second reading of an unchanged folder opens nothing. A file that could not be used is
remembered with the reason, because a problem that is still there must still be told. A file that
changed while it was read is not remembered: it is read anew next time. What is refused unopened
(a link, a size, an ending) is judged at each reading, so that a changed setting takes effect.

Links: one that leads out of the folder is refused, for a folder may be shared, and a link in it
could print any file of the machine. One that stays inside is read where it stands.
"""

import asyncio
import errno
import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from feeds.base import Batch
from feeds.documents import FORMATS, read
from service.errors import SourceError
from service.model import Entry, Problem

#: Larger files are refused unread: no article is so long, and text takes ten times its size.
MAX_BYTES = 20_000_000

_VERSION = 1
_CHUNK = 1 << 20
#: Endings of documents that people do put into such folders, which are not read.
_UNREAD = {
    ".pdf": "PDF documents",
    ".docx": "Word documents",
    ".doc": "Word documents",
    ".odt": "OpenDocument texts",
    ".rtf": "RTF documents",
    ".eml": "saved mails",
    ".msg": "saved mails",
    ".epub": "e-books",
    ".mht": "web archives",
    ".mhtml": "web archives",
    ".url": "links",
    ".webloc": "links",
}

_CHANGED = "changed while it was read, twice; it will be read again next time"

#: Reads at most so many bytes from a file descriptor.
ReadSome = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the cursor remembers of a file."""

    size: int
    mtime_ns: int
    #: Why it could not be used; None if it was.
    reason: str | None = None

    def same(self, document: "Found") -> bool:
        """Tell whether a document is as it was."""
        return (self.size, self.mtime_ns) == (document.size, document.mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document in the folder, not opened yet."""

    key: str
    path: Path
    size: int
    mtime_ns: int
    #: Why it must not or cannot be opened; None where it can.
    refused: str | None = None


class FolderSource:
    """The documents below a folder, by relative path.

    max_bytes: larger files are problems. language: of all its texts; None: detected. now: the
    clock, which bounds the dates that are believed.
    read_some: how an open file is read; `os.read` but in tests.
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
        read_some: ReadSome = os.read,
    ) -> None:
        self.name = name
        self._path = path
        self._max_bytes = max_bytes
        self._language = language
        self._now = now
        self._read_some = read_some

    async def read(self, cursor: str | None) -> Batch:
        """Read new and changed documents; raise SourceError if the folder cannot be listed."""
        return await asyncio.to_thread(self._read, cursor)

    def _read(self, cursor: str | None) -> Batch:
        before = _remembered(cursor)
        found = sorted(self._documents(), key=lambda document: document.key)
        entries: list[Entry] = []
        problems: list[Problem] = []
        after: dict[str, Known] = {}
        for document in found:
            reason, known = document.refused, before.get(document.key)
            if reason is None and known and known.same(document):
                reason = known.reason
                after[document.key] = known
            elif reason is None:
                try:
                    entries.append(self._entry(document))
                except SourceError as exc:
                    reason = str(exc)
                except _ChangedError:
                    reason = _CHANGED
                if reason != _CHANGED:
                    after[document.key] = Known(
                        size=document.size, mtime_ns=document.mtime_ns, reason=reason
                    )
            if reason is not None:
                problems.append(self._problem(document.key, reason))
        if not found:
            problems.append(self._problem("", f"no articles in {self._path}"))
        return Batch(
            entries=tuple(entries),
            problems=tuple(problems),
            items=len(found),
            cursor=_cursor(after),
        )

    def _problem(self, key: str, reason: str) -> Problem:
        return Problem(source=self.name, key=key, reason=reason)

    def _entry(self, document: Found) -> Entry:
        try:
            data = self._stable(document)
        except OSError as exc:
            raise SourceError(f"cannot be read: {_why(exc)}", source=self.name) from exc
        if not data.strip():
            raise SourceError("is empty", source=self.name)
        return read(document.key, data, now=self._now(), tongue=self._language)

    def _stable(self, document: Found) -> bytes:
        """Return a file's bytes, read between two equal states; try twice."""
        try:
            return snapshot(document.path, self._max_bytes, self._read_some)
        except _ChangedError:
            return snapshot(document.path, self._max_bytes, self._read_some)

    def _documents(self) -> Iterator[Found]:
        if not self._path.is_dir():
            what = "is not a folder" if self._path.exists() else "does not exist"
            raise SourceError(
                f"the folder {self._path} {what}; create it, or set the source's path",
                source=self.name,
            )
        root = self._path.resolve()
        try:
            yield from self._below(root, root)
        except OSError as exc:
            raise SourceError(
                f"the folder {self._path} cannot be listed: {_why(exc)}; mend its permissions",
                source=self.name,
            ) from exc

    def _below(self, folder: Path, root: Path) -> Iterator[Found]:
        """Yield the documents below a folder; raise OSError only for the root itself."""
        try:
            with os.scandir(folder) as scan:
                items = list(scan)
        except OSError as exc:
            if folder == root:
                raise
            key = _key(folder, root)
            refused = f"is a folder that cannot be listed: {_why(exc)}"
            yield Found(key=key, path=folder, size=0, mtime_ns=0, refused=refused)
            return
        for item in items:
            # Hidden files are some program's own, such as .DS_Store or a half-written download.
            if item.name.startswith((".", "~$")):
                continue
            path = Path(item.path)
            if item.is_symlink():
                yield from self._linked(path, root)
            elif item.is_dir(follow_symlinks=False):
                yield from self._below(path, root)
            elif _is_document(path):
                yield self._document(path, path, root)

    def _linked(self, path: Path, root: Path) -> Iterator[Found]:
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):  # RuntimeError: a loop, before Python 3.13
            if _is_document(path):
                yield self._refused(path, root, "is a symbolic link that leads nowhere")
            return
        if not target.is_relative_to(root):
            yield self._refused(
                path, root, "is a symbolic link that leaves the folder; not followed"
            )
        elif target.is_file() and _is_document(path):
            yield self._document(path, target, root)
        # A link to a folder inside adds nothing: its files are read where they are.

    def _document(self, path: Path, target: Path, root: Path) -> Found:
        try:
            state = os.lstat(target)
        except OSError as exc:
            return self._refused(path, root, f"cannot be read: {_why(exc)}")
        refused = None
        if not stat.S_ISREG(state.st_mode):
            refused = "is not a regular file"
        elif path.suffix.lower() in _UNREAD:
            refused = f"is not read: {_UNREAD[path.suffix.lower()]} are not supported"
        elif state.st_size > self._max_bytes:
            refused = (
                f"is too large: {state.st_size / 1e6:.1f} MB, "
                f"and at most {self._max_bytes / 1e6:g} MB are read"
            )
        return Found(
            key=_key(path, root),
            path=target,
            size=state.st_size,
            mtime_ns=state.st_mtime_ns,
            refused=refused,
        )

    def _refused(self, path: Path, root: Path, reason: str) -> Found:
        return Found(key=_key(path, root), path=path, size=0, mtime_ns=0, refused=reason)


class _ChangedError(Exception):
    """A file was written to while it was read."""


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
                raise SourceError(f"is too large: at most {max_bytes / 1e6:g} MB are read")
        after = os.fstat(handle)
        named = os.stat(path)
    finally:
        os.close(handle)
    if not _state(before) == _state(after) == _state(named) or size != before.st_size:
        raise _ChangedError
    return b"".join(chunks)


def _state(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _is_document(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix in FORMATS or suffix in _UNREAD


def _key(path: Path, root: Path) -> str:
    """Return the path below the root, with "/", and nothing that a line of text cannot hold."""
    relative = PurePosixPath(os.path.relpath(path, root)).as_posix()
    text = os.fsencode(relative).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _why(exc: OSError) -> str:
    names = {errno.EACCES: "permission denied", errno.ENOENT: "it is gone", errno.EIO: "disk error"}
    return names.get(exc.errno or 0, (exc.strerror or type(exc).__name__).lower())


def _remembered(cursor: str | None) -> dict[str, Known]:
    """Return what a cursor holds; nothing for None or a cursor of another version."""
    if cursor is None:
        return {}
    try:
        data = json.loads(cursor)
        if data["version"] != _VERSION:
            return {}
        return {
            key: Known(size=size, mtime_ns=mtime_ns, reason=reason)
            for key, (size, mtime_ns, reason) in data["files"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        # Written by something else: reading all again is always right, only slower.
        return {}


def _cursor(files: dict[str, Known]) -> str:
    return json.dumps(
        {
            "version": _VERSION,
            "files": {k: [v.size, v.mtime_ns, v.reason] for k, v in sorted(files.items())},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
