"""What the steps of a run tell of their progress, whoever watches: a terminal, or a stopwatch."""

from contextlib import AbstractContextManager, nullcontext
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
