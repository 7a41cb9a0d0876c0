"""What every command shares: options, messages, listings, progress on a terminal."""

import json
import logging
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from service.errors import UsageError
from service.model import Problem, Skipped
from service.progress import Progress, Silent

#: Done, but a source or an item failed.
DEGRADED = 3

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings; default ./briefing.toml."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def new_app(help_: str) -> typer.Typer:
    """Return the Typer application of one module of commands."""
    return typer.Typer(
        help=help_,
        add_completion=False,
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def say(message: str) -> None:
    """Print a message for the person at the terminal: on stderr, results go to stdout."""
    typer.echo(f"briefing: {message}", err=True)


def told(problem: Problem) -> str:
    """Return a problem as one line: where, and what."""
    where = f"{problem.source}/{problem.key}" if problem.key else problem.source
    return f"{where}: {problem.reason}"


def tell(problems: Iterable[Problem]) -> None:
    """Print what was not used on stderr: each fault, and what was skipped by reason."""
    from service.brief.coverage import skipped

    kept = tuple(problems)
    for problem in kept:
        if problem.kind == "fault":
            say(told(problem))
    for row in skipped(kept):
        say(left_out(row))


def left_out(skipped: Skipped) -> str:
    """Return in one line what was skipped, and why."""
    if skipped.count > 1:
        return f"{skipped.source}: {counted(skipped.count, 'item')} skipped: {skipped.reason}"
    where = f"{skipped.source}/{skipped.key}" if skipped.key else skipped.source
    return f"{where}: skipped: {skipped.reason}"


def check_names(names: Sequence[str], known: Sequence[str]) -> None:
    """Raise UsageError for a name that no source has."""
    for name in names:
        if name not in known:
            there = ", ".join(f'"{other}"' for other in known)
            raise UsageError(f'there is no source "{name}"; there are: {there}')


def counted(number: int, noun: str) -> str:
    """Return "0 items", "1 item" or "2 items" of the noun "item"."""
    return f"{number} {noun if number == 1 else noun + 's'}"


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under headings, in columns as wide as their longest cell."""
    cells = [[str(cell) for cell in row] for row in [columns, *rows]]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(columns))]
    for row in cells:
        line = "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        typer.echo(line.rstrip())


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes; Chinese characters take two."""
    from rich.cells import cell_len

    return cell_len(text)


def local(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a time for a listing, to the minute, in the desk's zone."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z") if moment else "never"


def listed(row: Mapping[str, object]) -> dict[str, object]:
    """Return a row for --json: the same keys, times as ISO 8601."""
    return {k: _plain(v) if isinstance(v, datetime) else v for k, v in row.items()}


class _Bars:
    """Shows each step with its time on a terminal."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True)

    def step(self, name: str) -> AbstractContextManager[object]:
        return self._shown(name)

    @contextmanager
    def _shown(self, name: str) -> Iterator[None]:
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"))
        with Bar(*columns, TimeElapsedColumn(), console=self._console) as bar:
            task = bar.add_task(name, total=1)
            yield
            bar.update(task, completed=1)


def progress() -> Progress:
    """Return what shows progress: bars on a terminal, nothing in a pipe."""
    return _Bars() if sys.stderr.isatty() else Silent()


class _Stderr(logging.Handler):
    """Writes to what is the standard error now, which tests and shells may exchange."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"{record.levelname} {record.name} {self.format(record)}\n")


def log_to_stderr(level: int) -> None:
    """Send log lines from `level` on to stderr, and no others.

    Our packages share no common logger, so the root is set. Without a handler of its own Python
    prints every warning bare: a source that failed would be told twice, once in our words.
    """
    root = logging.getLogger()
    handler = next((h for h in root.handlers if isinstance(h, _Stderr)), None)
    if handler is None:
        handler = _Stderr()
        root.addHandler(handler)
    handler.setLevel(level)
