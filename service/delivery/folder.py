"""Handing an issue's files to a folder, for those who sync a share.

Problem: whoever watches a share takes a file as soon as it has its name, and a share may vanish
half-way. Choice: each file is written aside, made durable, and renamed only when the ledger says
so; a file that is there already with the same content counts as handed over. So a second attempt
does no harm, whatever became of the first, and a folder has no doubts.

The folder itself is never made: a share that is not mounted would be filled on the wrong disk.
Nor is a file of another content replaced: it is somebody's, or an issue that was changed.
"""

import asyncio
import contextlib
import errno
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.delivery import parcel
from service.delivery.base import Cause, Commit, Envelope, Outcome
from service.errors import DeliveryError

#: What only the operator can mend; anything else may pass.
_OURS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aside:
    """A file that is written, and has not its name yet."""

    temporary: Path
    place: Path


class FolderChannel:
    """Folders as a channel of the ledger. The address is a folder; the name is the files' stem."""

    async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
        """Drop the files of an issue, all or, where the disk fails in between, some."""
        folder, stem = Path(envelope.to), envelope.name
        if not stem or "/" in stem or "\0" in stem or stem.startswith("."):
            return _failed(f"{stem!r} cannot be the name of a file")
        try:
            files = {f"{stem}.{f.format}": f.data for f in parcel.unpack(envelope.message)}
        except DeliveryError as error:
            return _failed(str(error))
        aside: list[_Aside] = []
        try:
            taken = await asyncio.to_thread(_write, folder, files, aside)
            if taken is not None:
                text = f"{taken} is there already with another content: move it away"
                return Outcome(result="failed", cause="policy", text=text)
            if not await commit():
                text = "another holds this row, or it was left"
                return Outcome(result="withdrawn", text=text)
            await asyncio.to_thread(_rename, folder, aside)
        except OSError as error:
            cause: Cause = "policy" if error.errno in _OURS else "server"
            reason = (error.strerror or str(error)).lower()
            return Outcome(result="deferred", cause=cause, text=f"{folder}: {reason}")
        finally:
            for file in aside:
                with contextlib.suppress(OSError):
                    # Where even this fails, the names begin with a dot and end in .part.
                    file.temporary.unlink(missing_ok=True)
        known = len(files) - len(aside)
        return Outcome(result="sent", text=f"{len(files)} files, {known} of them there already")

    async def close(self) -> None:
        """Nothing is held open."""


def _failed(text: str) -> Outcome:
    return Outcome(result="failed", cause="message", text=text)


def _write(folder: Path, files: Mapping[str, bytes], aside: list[_Aside]) -> Path | None:
    """Write what is not there yet aside; return a file that is in the way, or None."""
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder: make or mount it")
    for name, data in files.items():
        place = folder / name
        if place.exists():
            if place.read_bytes() != data:
                return place
            continue
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.", suffix=".part")
        aside.append(_Aside(temporary=Path(temporary), place=place))
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            # mkstemp makes files that only their owner reads; these are there to be read. Where a
            # share knows no modes it has its own rules.
            with contextlib.suppress(PermissionError):
                os.fchmod(out.fileno(), 0o644)
            os.fsync(out.fileno())
    return None


def _rename(folder: Path, aside: list[_Aside]) -> None:
    """Give the files their names, durably."""
    for file in aside:
        file.temporary.replace(file.place)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Shares of other systems have no durable folders; the files themselves are.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
