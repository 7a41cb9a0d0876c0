"""`briefing issues`: what was published, and the proof of it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from service.cli.console import (
    AsJson,
    Config,
    counted,
    listed,
    local,
    new_app,
    print_json,
    print_table,
)
from service.errors import BriefError, StoreError, VerifyError
from service.model import Article, Brief

if TYPE_CHECKING:
    from service.brief.verify import Report
    from service.proof import Profiles, Rebuilt
    from service.settings import Settings

app = new_app("What was published: list, show, render, verify, rebuild.")

#: Around the sentence, where its paragraph is shown on a terminal.
MARKS = ("»", "«")

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
    from service.render import render
    from service.store import Store, articles, issues

    chosen = settings.load(config)
    with Store.open(chosen.store_url) as store, store.read() as db:
        stored = issues.get(db, issue)
        if stored.brief is None:
            raise StoreError(f"issue {issue} failed and printed nothing: {stored.error}")
        brief = codec.loads(stored.brief)
        named = articles.get(db, {line.article for line in brief.lines()})
    if sentence is not None:
        row = _cited(brief, sentence, named)
        if as_json:
            print_json(listed({k: v for k, v in row.items() if k != "marked"}))
        else:
            _print_cited(row, chosen.zone)
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
    if line.article not in named:
        raise StoreError(f"the text of sentence {number}, {line.article[:16]}, is not in the store")
    text = named[line.article].text
    first, end = text.rfind("\n\n", 0, line.start), text.find("\n\n", line.end)
    first, end = max(first, 0), end if end >= 0 else len(text)
    before, after = text[first : line.start].lstrip(), text[line.end : end].rstrip()
    sentence = text[line.start : line.end]
    return {
        "sentence": line.number,
        "text": line.text,
        "paragraph": f"{before}{sentence}{after}",
        "marked": f"{before}{MARKS[0]}{sentence}{MARKS[1]}{after}",
        "title": source.title,
        "outlet": source.outlet,
        "url": source.url,
        "published": source.published,
        "collected": source.collected,
        "source": source.source,
        "item": source.key,
        "revision": line.article,
        "start": line.start,
        "end": line.end,
    }


def _print_cited(row: Mapping[str, object], zone: ZoneInfo) -> None:
    """Print a sentence for a reader: in its paragraph, marked, with times in the desk's zone."""
    for key, value in row.items():
        if key in ("text", "paragraph"):
            continue
        name = "paragraph" if key == "marked" else key
        shown = local(value, zone) if isinstance(value, datetime) else value
        typer.echo(f"{name:<10} {'unknown' if shown is None else shown}")


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
    from service import files, proof, settings
    from service.cli.formats import parse, shown
    from service.render import custom
    from service.render.sheet import Sheet
    from service.render.worker import Press
    from service.store import Store, issues

    wanted = parse(formats)
    chosen = settings.load(config)
    folder = out.absolute() if out else settings.default_output()
    files.check_writable(folder)
    with Store.open(chosen.store_url, artifacts=chosen.artifacts) as store, Press() as press:
        with store.read() as db:
            own = chosen.templates(issues.get(db, issue).edition)
        made = proof.again(
            store,
            issue,
            wanted,
            sender=chosen.smtp.sender,
            sheet=Sheet(size=chosen.desk.paper, archival=chosen.desk.archival),
            press=press,
            own=custom.load(own) if own else None,
        )
    for path in files.write(folder, made):
        typer.echo(shown(path))


def _profiles(chosen: "Settings") -> "Profiles":
    from service import topic

    return lambda name: topic.load(name, chosen.anchor)


@app.command()
def verify(issue: Ident, config: Config = None, as_json: AsJson = False) -> None:
    """Hold every sentence, quotation, date, count and file against the store."""
    from dataclasses import asdict

    from service import proof, settings
    from service.store import Store

    chosen = settings.load(config)
    with Store.open(chosen.store_url, artifacts=chosen.artifacts) as store:
        report = proof.prove(store, issue, _profiles(chosen))
    if as_json:
        print_json({"issue": issue, **asdict(report)})
    else:
        _print_report(issue, report)


def _print_report(issue: int, report: "Report") -> None:
    for number, noun in (
        (report.quotes, "quotation"),
        (report.events, "dated event"),
        (report.changes, "change"),
        (report.counts, "count"),
        (report.revisions, "stored text"),
    ):
        if number:
            typer.echo(f"  {counted(number, noun)}")
    for name, number in report.printed.items():
        beside = report.beside[name]
        more = f", {beside} counts and names" if beside else ""
        typer.echo(f"  {name}: {number} sentences and headlines{more}")
    for what in report.unchecked:
        typer.echo(f"  not checked: {what}")
    typer.echo(
        f"issue {issue}: {counted(report.sentences, 'sentence')}, "
        f"{counted(report.headlines, 'headline')} and {counted(report.sources, 'source')} "
        f"are as stored, in {', '.join(report.artifacts) or 'no file'}"
    )


@app.command()
def rebuild(issue: Ident, config: Config = None, as_json: AsJson = False) -> None:
    """Make an issue again from what is stored; say which bytes, and which versions, differ."""
    from service import proof, settings
    from service.render.worker import Press
    from service.store import Store

    chosen = settings.load(config)
    with Store.open(chosen.store_url, artifacts=chosen.artifacts) as store, Press() as press:
        made = proof.rebuild(store, issue, _profiles(chosen), press)
    if as_json:
        print_json(
            {
                "issue": issue,
                "equal": made.equal,
                "parts": [
                    {"name": p.name, "equal": p.equal, "stored": p.stored, "made": p.made}
                    for p in made.parts
                ],
                "differences": list(made.differences),
            }
        )
    else:
        _print_rebuilt(made)
    if not made.equal:
        names = ", ".join(part.name for part in made.parts if not part.equal)
        why = "; ".join(made.differences) or "no version or setting is known to differ"
        raise VerifyError(f"issue {issue} is not made again as it was: {names} ({why})")


def _print_rebuilt(made: "Rebuilt") -> None:
    for part in made.parts:
        told = "equal" if part.equal else f"differs: {part.where}"
        typer.echo(f"{part.name:<5} {part.stored[:16]}  {told}")
    for difference in made.differences:
        typer.echo(difference)
