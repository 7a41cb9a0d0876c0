"""`briefing collect`: read the sources that are due, store what is new."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from service.cli.console import (
    DEGRADED,
    AsJson,
    Config,
    check_names,
    new_app,
    print_json,
    print_table,
    progress,
    say,
    tell,
)

app = new_app("Read every source that is due and store what is new.")


@app.command()
def collect(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...")] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Read those that are not due yet, too.")
    ] = False,
    config: Config = None,
    corpus: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Read this folder instead of the sources.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read every source that is due, or these; print what each gave.

    One that is not read any more is read when it is named.
    """
    from service import settings
    from service.app import App
    from service.store import sources

    with App(settings.load(config), corpus=corpus) as desk:
        known = [feed.source.name for feed in desk.feeds]
        check_names(names or (), known)
        wanted = names or (known if all_ else desk.due())
        reads = asyncio.run(desk.collect(progress(), names=wanted, stopped=bool(names)))
        with desk.store.read() as db:
            problems = [p for p in sources.problems(db) if p.source in wanted]
    rows = [(r.name, r.kind, r.state, r.items, r.new) for r in reads]
    columns = ("name", "kind", "state", "items", "new")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(columns, rows)
    if not names and len(reads) < len(known):
        waiting = len(known) - len(reads)
        what = "source is" if waiting == 1 else "sources are"
        say(f"{waiting} {what} not due yet; --all reads them, `briefing sources list` tells when")
    for read in reads:
        if read.error:
            say(f"{read.name}: {read.error}")
    tell(problems)
    if any(read.state in ("failed", "partial") for read in reads):
        raise typer.Exit(DEGRADED)
