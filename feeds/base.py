"""What a source is: something that can be read again, from where it was left."""

from dataclasses import dataclass
from typing import Protocol

from feeds.health import Outcome
from service.model import Entry, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one reading of a source gave."""

    #: Items that are new or changed since the cursor; a store may see one twice without harm.
    entries: tuple[Entry, ...]
    #: Every item that is not used at this moment, known before or not, in order of key.
    problems: tuple[Problem, ...]
    #: How many items the source holds now, usable or not.
    items: int
    #: What to give to the next reading; opaque to all but the source. None: read all again.
    cursor: str | None
    #: Keys of items that were there at the last reading and have been taken away, sorted. An item
    #: that only fell off the end of a feed is not among them.
    gone: tuple[str, ...] = ()
    #: What the reading told about the source itself; None for a folder.
    outcome: Outcome | None = None

    @property
    def faults(self) -> int:
        """How many of the problems are faults, and not items that are skipped."""
        return sum(problem.kind == "fault" for problem in self.problems)


class Source(Protocol):
    """A folder or a feed."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...

    async def read(self, cursor: str | None) -> Batch:
        """Read what is there; raise SourceError when the whole source cannot be read.

        cursor: what the last reading returned, or None. One bad item is a problem in the batch,
        never an exception.
        """
        ...
