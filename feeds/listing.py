"""What is in a folder and its sub-folders: every document by its path, and none of them opened.

Links: one that leads out of the folder is refused, for a folder may be shared, and a link in it
could print any file of the machine. One that stays inside is read where it stands.

Hidden files, and names that programs give to what they are still writing (`~$a.docx`, `a.txt.part`,
`a.pdf.crdownload`), are not there for this service, and neither is an ending that no document has.
"""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from feeds.documents import FORMATS
from service.errors import SourceError
from service.model import ProblemKind

#: Endings of documents that people do put into such folders and that are not read -> why.
_OLD_OFFICE = "is an old Word document; save it as .docx, and it is read"
_LINK = "is a link, not an article; add the feed with `briefing sources add`"
_UNREAD = {
    ".doc": _OLD_OFFICE,
    ".dot": _OLD_OFFICE,
    ".odt": "is an OpenDocument text; save it as .docx, and it is read",
    ".rtf": "is an RTF document; save it as .docx, and it is read",
    ".msg": "is an Outlook message; save it as .eml, and it is read",
    ".epub": "is an e-book, not an article",
    ".mht": "is a web archive; save the page as .html, and it is read",
    ".mhtml": "is a web archive; save the page as .html, and it is read",
    ".url": _LINK,
    ".webloc": _LINK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document in a folder, not opened yet."""

    key: str
    path: Path
    size: int
    mtime_ns: int
    #: Why it must not or cannot be opened; None where it can.
    refused: str | None = None
    #: "skipped": nothing of its kind is ever opened.
    kind: ProblemKind = "fault"
    #: True for a folder that cannot be listed, so that nothing is known of what is below it.
    is_folder: bool = False


def documents(folder: Path, *, max_bytes: int, source: str = "") -> Iterator[Found]:
    """Yield every document below a folder, in no order; raise SourceError if it cannot be listed.

    max_bytes: larger files are refused. source: the source's name, for the error.
    """
    if not folder.is_dir():
        if folder.exists():
            reason = f"{folder} is a file, not a folder; set the source's path to a folder"
        else:
            reason = f"the folder {folder} does not exist; create it, or set the source's path"
        raise SourceError(reason, source=source)
    root = folder.resolve()
    try:
        yield from _below(root, root, max_bytes)
    except OSError as exc:
        raise SourceError(
            f"the folder {folder} cannot be listed: {why(exc)}; mend its permissions",
            source=source,
        ) from exc


def _below(folder: Path, root: Path, max_bytes: int) -> Iterator[Found]:
    """Yield the documents below a folder; raise OSError only for the root itself."""
    try:
        with os.scandir(folder) as scan:
            items = list(scan)
    except OSError as exc:
        if folder == root:
            raise
        key = _key(folder, root)
        refused = f"is a folder that cannot be listed: {why(exc)}"
        yield Found(key=key, path=folder, size=0, mtime_ns=0, refused=refused, is_folder=True)
        return
    for item in items:
        # Hidden files are some program's own, such as .DS_Store or a half-written download.
        if item.name.startswith((".", "~$")):
            continue
        path = Path(item.path)
        if item.is_symlink():
            yield from _linked(path, root, max_bytes)
        elif item.is_dir(follow_symlinks=False):
            yield from _below(path, root, max_bytes)
        elif _is_document(path):
            yield _document(path, path, root, max_bytes)


def _linked(path: Path, root: Path, max_bytes: int) -> Iterator[Found]:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a loop, before Python 3.13
        if _is_document(path):
            yield _refused(path, root, "is a symbolic link that leads nowhere")
        return
    if not target.is_relative_to(root):
        reason = "is a symbolic link that leaves the folder; not followed"
        yield _refused(path, root, reason, kind="skipped")
    elif target.is_file() and _is_document(path):
        yield _document(path, target, root, max_bytes)
    # A link to a folder inside adds nothing: its files are read where they are.


def _document(path: Path, target: Path, root: Path, max_bytes: int) -> Found:
    try:
        state = os.lstat(target)
    except OSError as exc:
        return _refused(path, root, f"cannot be read: {why(exc)}")
    refused: str | None = None
    kind: ProblemKind = "fault"
    if not stat.S_ISREG(state.st_mode):
        refused = "is not a regular file"
    elif path.suffix.lower() in _UNREAD:
        refused, kind = _UNREAD[path.suffix.lower()], "skipped"
    elif state.st_size > max_bytes:
        refused = (
            f"is too large: {state.st_size / (1 << 20):.1f} MB, "
            f"and at most {max_bytes / (1 << 20):g} MB are read"
        )
    return Found(
        key=_key(path, root),
        path=target,
        size=state.st_size,
        mtime_ns=state.st_mtime_ns,
        refused=refused,
        kind=kind,
    )


def _refused(path: Path, root: Path, reason: str, *, kind: ProblemKind = "fault") -> Found:
    return Found(key=_key(path, root), path=path, size=0, mtime_ns=0, refused=reason, kind=kind)


def _is_document(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix in FORMATS or suffix in _UNREAD


def _key(path: Path, root: Path) -> str:
    """Return the path below the root, with "/", and nothing that a line of text cannot hold."""
    relative = PurePosixPath(os.path.relpath(path, root)).as_posix()
    text = os.fsencode(relative).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def why(exc: OSError) -> str:
    """Return in words why the system refused something."""
    names = {errno.EACCES: "permission denied", errno.ENOENT: "it is gone", errno.EIO: "disk error"}
    return names.get(exc.errno or 0, (exc.strerror or type(exc).__name__).lower())
