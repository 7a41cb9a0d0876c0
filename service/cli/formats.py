"""The list of formats on the command line, and paths as they are printed."""

from pathlib import Path

import typer

from service.settings import FORMATS


def parse(value: str) -> tuple[str, ...]:
    """Return the formats of a list with commas; raise BadParameter for one that is unknown."""
    wanted = tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown or not wanted:
        what = f'"{unknown[0]}"' if unknown else "an empty list"
        raise typer.BadParameter(f"{what}: choose of {','.join(FORMATS)}", param_hint="--format")
    return wanted


def shown(path: Path) -> str:
    """Return a path as short as it can be copied from the terminal."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
