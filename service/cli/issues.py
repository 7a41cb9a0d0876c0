"""`briefing issues`: what was published, and the proof of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from service.cli.console import AsJson, Config, listed, local, new_app, print_json, print_table
from service.errors import BriefError
from service.model import Article, Brief

app = new_app("What was published: list, show, render, verify.")

Ident = Annotated[int, typer.Argument(metavar="ISSUE", help="The id that issues list shows.")]


@app.command("list")
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """List every issue, the newest first."""
    from service import settings
    from service.store import Store, issues

    chosen = settings.load(config)
    with Store.open(chosen.store_url) as store, store.read() as db:
        heads = issues.listing(db)
    if as_json:
        rows = [
            {
                "id": head.id,
                "edition": head.edition,
                "number": head.number,
                "state": head.state,
                "cutoff": head.cutoff,
                "title": head.title,
                "formats": list(head.formats),
                "error": head.error,
            }
            for head in heads
        ]
        print_json([listed(row) for row in rows])
        return
    print_table(
        ("id", "edition", "number", "state", "cut-off", "formats"),
        [
            (h.id, h.edition, h.number, h.state, local(h.cutoff, chosen.zone), ",".join(h.formats))
            for h in heads
        ],
    )


@app.command()
def show(
    issue: Ident,
    config: Config = None,
    sentence: Annotated[
        int | None, typer.Option(metavar="N", help="Only this sentence, in its paragraph.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print an issue as text, its data as JSON, or one sentence with all that proves it."""
    from service import settings
    from service.brief import codec
    from service.errors import StoreError
    from service.render import render
    from service.store import Store, articles, issues

    with Store.open(settings.load(config).store_url) as store, store.read() as db:
        stored = issues.get(db, issue)
        if stored.brief is None:
            raise StoreError(f"issue {issue} failed and printed nothing: {stored.error}")
        brief = codec.loads(stored.brief)
        named = articles.get(db, {line.article for line in brief.lines()})
    if sentence is not None:
        row = _cited(brief, sentence, named)
        if as_json:
            print_json(listed(row))
            return
        for key, value in listed(row).items():
            typer.echo(f"{key:<10} {'unknown' if value is None else value}")
    elif as_json:
        typer.echo(stored.brief.rstrip("\n"))
    else:
        typer.echo(render(brief, ["txt"])[0].data.decode("utf-8").rstrip("\n"))


def _cited(brief: Brief, number: int, named: Mapping[str, Article]) -> dict[str, object]:
    """Return a printed sentence with the paragraph it stands in, and where that is from."""
    line = next((x for x in brief.lines() if x.number == number), None)
    if line is None:
        last = len(brief.lines())
        raise BriefError(f"there is no sentence {number}: the issue has 1 to {last}")
    source = next(s for s in brief.sources if s.number == line.source)
    text = named[line.article].text
    first, last = text.rfind("\n\n", 0, line.start), text.find("\n\n", line.end)
    return {
        "sentence": line.number,
        "text": line.text,
        "paragraph": text[max(first, 0) : last if last >= 0 else None].strip(),
        "title": source.title,
        "outlet": source.outlet,
        "url": source.url,
        "published": source.published,
        "collected": source.collected,
        "revision": line.article,
        "start": line.start,
        "end": line.end,
    }


@app.command()
def render(
    issue: Ident,
    config: Config = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="LIST", help="Of pdf,html,eml,txt,md,json.")
    ] = "pdf,html",
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write; default ./briefs.")
    ] = None,
) -> None:
    """Write an issue's files again: those stored, and any other format made from its data."""
    from service import files, pipeline, settings
    from service.cli.formats import parse, shown
    from service.render.sheet import Sheet
    from service.store import Store

    wanted = parse(formats)
    chosen = settings.load(config)
    folder = out.absolute() if out else settings.default_home() / "briefs"
    files.check_writable(folder)
    with Store.open(chosen.store_url) as store:
        sheet = Sheet(size=chosen.desk.paper, archival=chosen.desk.archival)
        made = pipeline.again(store, issue, wanted, sender=chosen.smtp.sender, sheet=sheet)
    for path in files.write(folder, made):
        typer.echo(shown(path))


@app.command()
def verify(issue: Ident, config: Config = None, as_json: AsJson = False) -> None:
    """Hold every printed sentence, source and file against the store; fail at a difference."""
    from service import pipeline, settings
    from service.store import Store

    with Store.open(settings.load(config).store_url) as store:
        report = pipeline.prove(store, issue)
    if as_json:
        print_json(
            {
                "issue": issue,
                "sentences": report.sentences,
                "headlines": report.headlines,
                "sources": report.sources,
                "revisions": report.revisions,
                "artifacts": list(report.artifacts),
            }
        )
        return
    typer.echo(
        f"issue {issue}: {report.sentences} sentences, {report.headlines} headlines and "
        f"{report.sources} sources are as stored, in {', '.join(report.artifacts) or 'no file'}"
    )
