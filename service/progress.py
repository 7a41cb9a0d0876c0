"""What the steps of a run tell of their progress, whoever watches: a terminal, or a stopwatch."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import monotonic
from typing import Protocol


class Progress(Protocol):
    """Hears of each step as it begins and ends."""

    def step(self, name: str) -> AbstractContextManager[object]:
        """Return a context that lasts as long as the step; `name` is a verb: "collect"."""
        ...


class Silent:
    """Hears nothing."""

    def step(self, name: str) -> AbstractContextManager[object]:
        return nullcontext()


@contextmanager
def timed(name: str, took: Callable[[str, float], None]) -> Iterator[None]:
    """Tell, when the block ends, however it ends, how many seconds the step took."""
    began = monotonic()
    try:
        yield
    finally:
        took(name, monotonic() - began)
