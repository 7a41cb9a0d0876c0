"""Figures of `benchmarks.scale`, as a JSON file that the simulation and the tables are fed with."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal, Self

#: "first": a feed read for the first time; "again": one that says that nothing is new.
What = Literal["first", "again", "message"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What some workers did of one kind of work."""

    what: What
    workers: int
    count: int
    seconds: float
    #: Seconds of CPU: of the workers with their children, of PostgreSQL, and of who serves the
    #: feeds or takes the mail, with the benchmark itself.
    worker_s: float
    server_s: float
    outside_s: float
    #: Seconds that sessions of the database were busy or waited for its disk, as it counts them.
    database_s: float
    #: Cores that other programs of the machine used meanwhile, on average.
    others: float
    #: Hints that were handed over for it.
    hints: int

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    def each_ms(self, seconds: float) -> float:
        """Return what each cost, in milliseconds."""
        return 1000 * seconds / self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """What one task costs that does nothing, in milliseconds a task."""

    #: By the clock: to hand it over, and to fetch it, run it and end it.
    hand_ms: float
    run_ms: float
    #: Of both: CPU of who hands over and works, and of PostgreSQL.
    own_ms: float
    server_ms: float

    @property
    def wall_ms(self) -> float:
        return self.hand_ms + self.run_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that was measured, in one run or in parts."""

    #: UTC, when the last part was measured; and the machine's load before it and behind it.
    at: str = ""
    load: tuple[float, float] = (0.0, 0.0)
    cores: int = 0
    #: Whether each worker was kept on one core of its own.
    apart: bool = True
    runs: tuple[Run, ...] = ()
    #: "bare": the engine as it comes; "ours".
    empty: Mapping[str, Empty] = field(default_factory=dict)
    #: Bytes a row in the database, with its indexes and its large values: by table.
    row_bytes: Mapping[str, float] = field(default_factory=dict)
    #: Revisions that a feed had at its first reading.
    articles: float = 0.0

    def one(self, what: What, workers: int) -> Run | None:
        """Return a run, or None."""
        found = [run for run in self.runs if (run.what, run.workers) == (what, workers)]
        return found[0] if found else None

    def over(self, older: Self) -> Self:
        """Return both, these in place of older ones of the same thing."""
        mine = {(run.what, run.workers) for run in self.runs}
        kept = [run for run in older.runs if (run.what, run.workers) not in mine]
        return replace(
            self,
            runs=(*kept, *self.runs),
            empty=dict(older.empty) | dict(self.empty),
            row_bytes=dict(older.row_bytes) | dict(self.row_bytes),
            articles=self.articles or older.articles,
        )

    def write(self, file: Path) -> None:
        """Write them into a file; what it has of other parts stays."""
        both = self.over(type(self).read(file)) if file.exists() else self
        file.write_text(json.dumps(asdict(both), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read what was written. Raises OSError, or ValueError for another file."""
        found = json.loads(file.read_text(encoding="utf-8"))
        try:
            return cls(
                at=found["at"],
                load=tuple(found["load"]),
                cores=found["cores"],
                apart=found["apart"],
                runs=tuple(Run(**run) for run in found["runs"]),
                empty={name: Empty(**one) for name, one in found["empty"].items()},
                row_bytes=found["row_bytes"],
                articles=found["articles"],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{file} has no figures of `./run bench scale --write`") from error
