"""`briefing init`: a commented briefing.toml to start from."""

from importlib.resources import files as resources
from pathlib import Path
from typing import Annotated

import typer

from service.cli.console import new_app, say
from service.errors import BriefError

app = new_app("Write a commented briefing.toml.")


def template() -> str:
    """Return the commented settings file that is shipped."""
    return resources("service").joinpath("briefing.toml").read_text(encoding="utf-8")


@app.command()
def init(
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="Where to.")] = Path(
        "briefing.toml"
    ),
    topic: Annotated[
        str | None, typer.Option(metavar="FILE", help="Check a topic profile of your own instead.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented settings file; with --topic, check a topic profile."""
    if topic is not None:
        _check(topic)
        return
    from service import files

    if file.exists() and not force:
        raise BriefError(f"{file}: is there already; --force replaces it")
    (path,) = files.write(file.absolute().parent, {file.name: template().encode("utf-8")})
    typer.echo(path)
    say("edit it, then try: briefing doctor")


def _check(topic: str) -> None:
    """Say whether a profile is good, what it holds, and which of its names are doubtful."""
    from service.topic import doubts
    from service.topic.profilefile import parse, source_of

    source = source_of(topic)
    profile = parse(source, where=topic)
    found = doubts(profile, source, where=topic)
    for doubt in found:
        say(f"warning: {doubt}")
    names = sum(len(entity.aliases) for entity in profile.entities)
    typer.echo(
        f"{topic}: a good profile: {profile.title}; sides {len(profile.sides)}, "
        f"entities {len(profile.entities)}, names {names}, tracks {len(profile.tracks)}"
        + (f"; doubtful names {len(found)}" if found else "")
    )
