"""`briefing sources`: what is configured, what became of it, and lists for other readers."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from service.cli.console import (
    DEGRADED,
    AsJson,
    Config,
    check_names,
    counted,
    listed,
    new_app,
    print_json,
    print_table,
    progress,
    say,
    tell,
)
from service.errors import BriefError

app = new_app("The sources, and what became of them.")


@app.callback()
def group() -> None:
    """The sources, and what became of them."""


@app.command("list")
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """List the configured sources with their state at the last reading."""
    from service import settings
    from service.cli import sourcestates
    from service.store import Store, sources

    chosen = settings.load(config)
    with Store.open(chosen.store_url) as store, store.read() as db:
        states = {state.name: state for state in sources.listing(db)}
    rows = [sourcestates.row(source, states.get(source.name), chosen) for source in chosen.source]
    if as_json:
        print_json([listed(row) for row in rows])
        return
    print_table(sourcestates.COLUMNS, [sourcestates.cells(row, chosen.zone) for row in rows])


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...")] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Read these sources now, or all; stopped ones too. Store what is new, tell how each does."""
    from service import settings
    from service.app import App
    from service.cli import sourcestates
    from service.store import sources

    chosen = settings.load(config)
    known = {source.name: source for source in chosen.source}
    check_names(names or (), list(known))
    with App(chosen) as desk:
        wanted = names or list(known)
        reads = asyncio.run(desk.collect(progress(), names=wanted, stopped=True))
        with desk.store.read() as db:
            states = {state.name: state for state in sources.listing(db)}
            problems = [p for p in sources.problems(db) if p.source in wanted]
    rows = []
    for read in reads:
        row = sourcestates.row(known[read.name], states.get(read.name), chosen)
        rows.append(row | {"new": read.new})
        if not as_json:
            typer.echo(sourcestates.words(read, states[read.name], chosen.zone))
    if as_json:
        print_json([listed(row) for row in rows])
    tell(problems)
    if any(read.state in ("failed", "partial") for read in reads):
        raise typer.Exit(DEGRADED)


@app.command()
def add(
    address: Annotated[str, typer.Argument(help="A feed, or a web page that names its feed.")],
    name: Annotated[str | None, typer.Option(help="Default: the feed's own title.")] = None,
    language: Annotated[str | None, typer.Option(metavar="en|zh|ru|…")] = None,
    state_media: Annotated[str | None, typer.Option(metavar="COUNTRY", help="As CN or RU.")] = None,
    full_text: Annotated[
        bool, typer.Option("--full-text", help="Fetch pages where the feed has teasers.")
    ] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="It may lie in your own network.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Find the feed of an address, read it once, and add it to the settings file."""
    from service import settings
    from service.cli import feedfinding, sourcefile
    from service.model import canonical

    file = sourcefile.where(config)
    text = sourcefile.text_of(file)
    chosen = settings.load(file if config or file.exists() else None)
    taken = {source.name for source in chosen.source}
    if name is not None and name in taken:
        raise BriefError(f'there is a source "{name}" already; choose another --name')
    found = asyncio.run(feedfinding.find(chosen, address, allow_private=allow_private))
    for source in chosen.source:
        if source.url and canonical(source.url) == canonical(found.url):
            raise BriefError(f'{found.url} is there already, as "{source.name}"')
    table: sourcefile.Table = {
        "name": name or sourcefile.unique(found.title or feedfinding.host(found.url), taken),
        "kind": "feed",
        "url": found.url,
        "language": language,
        "state_media": state_media,
        "full_text": full_text,
        "allow_private": allow_private,
    }
    sourcefile.save(file, sourcefile.appended(text, [table]))
    if as_json:
        others = [link.url for link in found.others]
        print_json({**table, "items": found.items, "others": others, "file": str(file)})
    else:
        typer.echo(
            f"{table['name']}: {found.url} ({counted(found.items, 'item')}), added to {file}"
        )
    for link in found.others:
        say(f"the page names another feed: {link.url}" + (f" ({link.title})" if link.title else ""))


@app.command()
def remove(name: str, config: Config = None, as_json: AsJson = False) -> None:
    """Cut a source out of the settings file; what it gave stays in the store."""
    from service.cli import sourcefile

    file = sourcefile.where(config)
    if not file.exists():
        raise BriefError(f'{file}: no such file; "briefing init" writes one')
    sourcefile.save(file, sourcefile.without(sourcefile.text_of(file), name))
    if as_json:
        print_json({"name": name, "file": str(file)})
    else:
        typer.echo(f"{name}: removed from {file}; what it gave stays in the store")


@app.command("import")
def import_(
    opml: Annotated[Path, typer.Argument(metavar="FILE")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Add the feeds of an OPML file that are not there yet; nothing is fetched."""
    from feeds.opml import read
    from service import settings
    from service.cli import sourcefile
    from service.errors import ParseError
    from service.model import canonical

    try:
        found = read(opml.read_bytes())
    except OSError as exc:
        raise BriefError(f"{opml}: cannot be read: {(exc.strerror or str(exc)).lower()}") from exc
    except ParseError as exc:
        raise BriefError(f"{opml}: {exc}") from exc
    file = sourcefile.where(config)
    text = sourcefile.text_of(file)
    chosen = settings.load(file if config or file.exists() else None)
    there = {canonical(source.url) for source in chosen.source if source.url}
    taken = {source.name for source in chosen.source}
    tables: list[sourcefile.Table] = []
    for outline in found.outlines:
        if canonical(outline.url) not in there:
            own = sourcefile.unique(outline.title, taken)
            taken.add(own)
            tables.append(
                {"name": own, "kind": "feed", "url": outline.url, "language": outline.language}
            )
    if tables:
        sourcefile.save(file, sourcefile.appended(text, tables))
    old = len(found.outlines) - len(tables)
    if as_json:
        added = [{k: v for k, v in table.items() if v} for table in tables]
        refused = [{"name": n, "reason": reason} for n, reason in found.refused]
        print_json({"added": added, "known": old, "doubles": found.doubles, "refused": refused})
    else:
        were = "was" if old == 1 else "were"
        twice = f"; {found.doubles} listed more than once" if found.doubles else ""
        feeds = counted(len(tables), "feed")
        typer.echo(f"{feeds} added to {file}, {old} {were} there already{twice}")
    for title, reason in found.refused:
        say(f"{title}: left out, its address {reason}")
    if found.refused:
        raise typer.Exit(DEGRADED)


@app.command("export")
def export(
    opml: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Default: stdout.")] = None,
    config: Config = None,
) -> None:
    """Write the feeds of the settings as OPML, for another reader."""
    from feeds.opml import Outline, write
    from service import files, settings
    from service.app import moment

    chosen = settings.load(config)
    rows = [
        Outline(url=source.url, title=source.name, language=source.language)
        for source in chosen.source
        if source.kind == "feed" and source.url
    ]
    data = write(rows, title=chosen.desk.title, now=moment())
    if opml is None:
        typer.echo(data.decode("utf-8"), nl=False)
    else:
        typer.echo(files.write(opml.absolute().parent, {opml.name: data})[0])
    left = sum(source.kind == "folder" for source in chosen.source)
    if left:
        say(f"{counted(left, 'folder')} left out: OPML lists feeds only")
