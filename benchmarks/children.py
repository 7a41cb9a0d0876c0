"""A module of ours in a process of its own, beside what is measured."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def started(module: str, *words: object) -> Iterator[subprocess.Popen[str]]:
    """Run a module while the block runs; its standard output can be read."""
    command = [sys.executable, "-P", "-m", module, *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def told(process: subprocess.Popen[str]) -> list[int]:
    """Return the numbers of the next line that a process prints, such as its port."""
    assert process.stdout is not None
    return [int(word) for word in process.stdout.readline().split()]
