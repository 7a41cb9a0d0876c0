"""`briefing collect`: read every source, store what is new."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from service.cli.console import (
    DEGRADED,
    AsJson,
    Config,
    new_app,
    print_json,
    print_table,
    progress,
    say,
    told,
)

app = new_app("Read every source and store what is new.")


@app.command()
def collect(
    config: Config = None,
    corpus: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Read this folder instead of the sources.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read every source; print what each gave."""
    from service import settings
    from service.app import App
    from service.store import sources

    with App(settings.load(config), corpus=corpus) as desk:
        reads = asyncio.run(desk.collect(progress()))
        names = {read.name for read in reads}
        with desk.store.read() as db:
            problems = [p for p in sources.problems(db) if p.source in names]
    rows = [(r.name, r.kind, r.state, r.items, r.new) for r in reads]
    columns = ("name", "kind", "state", "items", "new")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(columns, rows)
    for read in reads:
        if read.error:
            say(f"{read.name}: {read.error}")
    for problem in problems:
        say(told(problem))
    if problems or any(read.state == "failed" for read in reads):
        raise typer.Exit(DEGRADED)
