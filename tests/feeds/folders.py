"""What the tests of folders share: texts, one reading, and a file that changes while it is read."""

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from feeds.base import Batch
from feeds.folder import FolderSource

NOW = datetime(2025, 6, 1, tzinfo=UTC)
LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."
OTHER = "A railway bridge over the river was opened on Thursday, the region's governor said."


class Reads:
    """Reads like `os.read`, counts, and does something to the file at its end."""

    def __init__(self, then: Callable[[], None] = lambda: None, times: int = 1) -> None:
        self.count = 0
        self._then = then
        self._times = times

    def __call__(self, handle: int, size: int) -> bytes:
        self.count += 1
        data = os.read(handle, size)
        if not data and self._times:
            self._times -= 1
            self._then()
        return data


def read(path: Path, cursor: str | None = None, **more: object) -> Batch:
    source = FolderSource("corpus", path, now=lambda: NOW, **more)  # type: ignore[arg-type]
    return asyncio.run(source.read(cursor))


def reasons(batch: Batch) -> dict[str, str]:
    return {problem.key: problem.reason for problem in batch.problems}


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write(" " + OTHER)
