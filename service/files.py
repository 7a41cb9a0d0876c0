"""Files that appear whole or not at all: written aside, then renamed."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from service.errors import BriefError


def check_writable(folder: Path) -> None:
    """Make the folder if need be, and write to it; raise BriefError if that cannot be done.

    Asked before an issue is composed, so that a read-only folder costs nothing but its own line.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as exc:
        raise _refused(folder, exc) from exc


def write(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write all files by name into `folder`, or none; return their paths in the order given.

    Raises BriefError when one cannot be written; what was written aside is then removed again.
    """
    aside: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            aside.append((Path(temporary), folder / name))
            with os.fdopen(handle, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            # mkstemp makes files that only their owner reads; a brief is there to be read.
            Path(temporary).chmod(0o666 & ~_umask())
        for temporary_path, path in aside:
            temporary_path.replace(path)
    except OSError as exc:
        for temporary_path, _ in aside:
            temporary_path.unlink(missing_ok=True)
        raise _refused(folder, exc) from exc
    return tuple(path for _, path in aside)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _refused(folder: Path, exc: OSError) -> BriefError:
    reason = (exc.strerror or str(exc)).lower()
    return BriefError(f"{folder}: cannot be written: {reason}; choose another folder with --out")
