"""`briefing now`: collect, compose and render one issue."""

import asyncio
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from service.cli.console import DEGRADED, Config, left_out, new_app, progress, say, told
from service.model import SourceRead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from service.app import App
    from service.cli.sending import Sending
    from service.model import Artifact, Brief
    from service.pipeline import Order, Published

app = new_app("Collect, compose and render one issue now.")

DEFAULT_SINCE = "7d"


@app.command()
def now(
    config: Config = None,
    corpus: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Read this folder instead of the sources.")
    ] = None,
    since: Annotated[
        str,
        typer.Option(
            metavar="SPAN",
            help="Articles collected since: 48h, 7d, 2025-05-01, last (issue) or all.",
        ),
    ] = DEFAULT_SINCE,
    until: Annotated[
        str | None, typer.Option(metavar="SPAN", help="And before; default: now.")
    ] = None,
    edition: Annotated[str, typer.Option(metavar="NAME", help="Number it as this edition.")] = (
        "now"
    ),
    formats: Annotated[
        str, typer.Option("--format", metavar="LIST", help="Of pdf,html,eml,txt,md,json.")
    ] = "pdf,html",
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write; default ./briefs.")
    ] = None,
    no_collect: Annotated[
        bool, typer.Option("--no-collect", help="Read no source; use what is stored.")
    ] = False,
    max_stories: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=50, help="At most so many stories.")
    ] = None,
    summarizer: Annotated[
        str | None, typer.Option(metavar="NAME", help="lexrank, lead, sumy:lsa, …")
    ] = None,
    issue: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="The issue's number; default: the next one."),
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the first file written.")] = False,
    send: Annotated[
        bool, typer.Option("--send", help="Send it to the edition's recipients, or --to one.")
    ] = False,
    to: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Send it to this reader only.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Write the files and mails; send and store nothing."),
    ] = False,
) -> None:
    """Collect, compose and render one issue; print the path of each file written."""
    from service import files, settings, spans
    from service.app import App
    from service.cli.formats import parse, shown
    from service.render import stem
    from service.store import issues

    wanted = parse(formats)
    _check_summarizer(summarizer)
    chosen = settings.load(config)
    folder = out.absolute() if out else settings.default_output()
    files.check_writable(folder)
    with App(chosen, corpus=corpus) as desk:
        sending = _sending(desk, edition, to) if send or to or dry_run else None
        zone = ZoneInfo(desk.zone(edition))
        end = spans.parse(until, option="--until", end=desk.now, zone=zone) if until else None
        with desk.store.read() as db:
            past = [i for i in issues.listing(db, edition) if i.state == "published"]
        order = desk.order(
            edition=edition,
            formats=tuple(dict.fromkeys((*wanted, *(sending.formats() if sending else ())))),
            since=spans.start(
                since, end=end or desk.now, zone=zone, last=past[0].cutoff if past else None
            ),
            until=end,
            number=issue,
            max_stories=max_stories,
            summarizer=summarizer,
        )
        also = (sending.dry if dry_run else sending.also) if sending else None
        ready = sending.ready if sending else None
        reads, made = asyncio.run(
            _make(desk, order, collect=not no_collect, also=also, ready=ready, keep=not dry_run)
        )
        name = stem(made.brief)
        paths = files.write(folder, {f"{name}.{a.format}": a.data for a in made.artifacts})
        if sending and dry_run:
            paths += files.write(folder / "mail", sending.letters)
        for path in paths:
            typer.echo(shown(path))
        late = bool(sending and not dry_run and not asyncio.run(sending.send(made.id)))
    if open_ and paths:
        webbrowser.open(paths[0].as_uri())
    _report(made, reads, since)
    if made.brief.coverage.degraded or late:
        raise typer.Exit(DEGRADED)


def _sending(desk: "App", edition: str, to: str | None) -> "Sending":
    from service.cli.sending import Sending

    return Sending(desk, edition, to)


def _check_summarizer(name: str | None) -> None:
    """Refuse an unknown summarizer as wrong usage; one of the settings is a fault of theirs."""
    import summarizers
    from service.brief.condense import AUTO

    known = (AUTO, *summarizers.names())
    if name is not None and name not in known:
        raise typer.BadParameter(
            f'"{name}": choose of {", ".join(known)}', param_hint="--summarizer"
        )


async def _make(
    desk: "App",
    order: "Order",
    *,
    collect: bool,
    also: "Callable[[Connection, int], None] | None",
    ready: "Callable[[Brief, Sequence[Artifact]], None] | None",
    keep: bool,
) -> "tuple[tuple[SourceRead, ...], Published]":
    from service import collecting, pipeline

    bars = progress()
    if "pdf" in order.formats:
        # It imports what it needs while the sources are read.
        desk.press.start()
    if collect:
        reads = await desk.collect(bars)
    else:
        reads = collecting.known(desk.store, desk.feeds)
    made = pipeline.publish(
        desk.store,
        desk.feeds,
        reads,
        desk.profile,
        order,
        progress=bars,
        press=desk.press,
        also=also,
        ready=ready,
        keep=keep,
    )
    return reads, made


def _report(made: "Published", reads: tuple[SourceRead, ...], since: str) -> None:
    """Tell on stderr what went wrong, and what a reader of an empty brief would want to know."""
    for read in reads:
        if read.error:
            say(f"{read.name}: {read.error}")
    for problem in made.brief.coverage.problems:
        say(told(problem))
    for row in made.brief.coverage.skipped:
        say(left_out(row))
    if made.brief.told():
        return
    if any(change.kind == "continuing" for change in made.brief.changed):
        say(f"nothing was new since the last issue of {made.brief.edition}")
    else:
        hint = f"; {made.older} were collected before: --since all" if made.older else ""
        say(f"no relevant article was collected since {since}{hint}")
