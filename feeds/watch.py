"""Which folders have changed, told as they change: what a service that runs waits for.

The tree of each folder is looked at again and again, and what the system says of its documents
(path, size, time) is compared; no file is opened. A folder is told when it has come to rest, that
is when two looks in a row find the same and it differs from what was told last, so that a document
that is still being copied wakes nobody. One that never rests is told all the same after some
looks.

Rejected: the system's own notification (inotify, FSEvents). It is another interface on each
system, is silent for network drives and mounted volumes, which is where such folders live in
containers, and loses events under load, so that looking would be needed beside it. A look at 1,000
documents takes some 15 ms.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from feeds.listing import documents
from service.errors import SourceError

log = logging.getLogger(__name__)

#: Seconds between looks. A reader that asks for files at rest (`FolderSource(settled_s=…)`) should
#: ask for no more than this: what is told has not changed for as long.
INTERVAL_S = 2.0
#: Looks after which a folder that never rests is told.
_PATIENCE = 30

Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class _State:
    #: What was found when the folder was last told, and at the last look.
    told: str
    last: str
    #: Looks since then that each found something else.
    restless: int = 0


async def changes(
    folders: Mapping[str, Path],
    *,
    interval_s: float = INTERVAL_S,
    sleep: Sleep = asyncio.sleep,
) -> AsyncIterator[str]:
    """Yield the names of folders that have changed since they were told, for ever.

    folders: name -> folder. The first look is what later ones are compared with, and tells nothing:
    who starts to watch reads everything first. A folder that does not exist is watched for its
    coming.
    """
    states: dict[str, _State] = {}
    for name, folder in folders.items():
        first = await asyncio.to_thread(signature, folder)
        states[name] = _State(told=first, last=first)
    while True:
        await sleep(interval_s)
        for name, folder in folders.items():
            state, now = states[name], await asyncio.to_thread(signature, folder)
            rests = now == state.last
            state.last = now
            state.restless = 0 if rests else state.restless + 1
            if now != state.told and (rests or state.restless >= _PATIENCE):
                state.told, state.restless = now, 0
                log.info("folder changed name=%s", name)
                yield name


def signature(folder: Path) -> str:
    """Return what changes with any document below a folder: added, removed, renamed or written.

    A folder that cannot be listed has a signature, too: the reason.
    """
    try:
        found = sorted(
            (document.key, document.size, document.mtime_ns, document.refused or "")
            for document in documents(folder, max_bytes=1 << 62)
        )
    except SourceError as exc:
        return f"not listed: {exc}"
    return hashlib.sha256(repr(found).encode("utf-8", "replace")).hexdigest()
