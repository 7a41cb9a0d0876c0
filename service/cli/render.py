"""`briefing render`: an issue in templates of your own, written once or shown while they change."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.console import Config, new_app, say
from service.errors import StoreError

app = new_app("Render an issue with templates of your own.")


@app.command()
def render(
    template: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The templates; default: those of the settings."),
    ] = None,
    issue: Annotated[
        str, typer.Option(metavar="ISSUE", help="The id that issues list shows, or latest.")
    ] = "latest",
    config: Config = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="LIST", help="Of pdf,html,eml,txt,md,json.")
    ] = "pdf,html",
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write; default ./briefs.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show it, and again whenever a file is saved.")
    ] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open what was made.")] = False,
) -> None:
    """Write an issue's files in your templates, or show them in a browser while you write these."""
    import webbrowser

    from service import files, proof, settings
    from service.cli.formats import parse, shown
    from service.render import custom
    from service.render.sheet import Sheet
    from service.render.worker import Press
    from service.store import Store, issues

    wanted = parse(formats)
    chosen = settings.load(config)
    folder = out.absolute() if out else settings.default_output()
    if not preview:
        files.check_writable(folder)
    with Store.open(chosen.store_url) as store, Press() as press:
        with store.read() as db:
            ident = _ident(issue, [h.id for h in issues.listing(db) if h.state == "published"])
            stored = issues.get(db, ident)
        over = template.absolute() if template else chosen.templates(stored.edition)
        if over is None:
            raise typer.BadParameter("name a folder of templates", param_hint="--template")
        sheet = Sheet(size=chosen.desk.paper, archival=chosen.desk.archival)
        if preview:
            from service.cli import preview as page

            source = page.Source(
                brief=proof.printed_brief(stored), folder=over, sheet=sheet, press=press
            )
            with page.serving(source) as url:
                typer.echo(url)
                say(f"issue {ident} in {over}; it is rendered again when a file is saved")
                if open_:
                    webbrowser.open(url)
                page.wait()
            return
        made = proof.again(
            store,
            ident,
            wanted,
            sender=chosen.smtp.sender,
            sheet=sheet,
            press=press,
            own=custom.load(over),
            anew=True,
        )
    paths = files.write(folder, made)
    for path in paths:
        typer.echo(shown(path))
    if open_ and paths:
        webbrowser.open(paths[0].as_uri())


def _ident(asked: str, published: list[int]) -> int:
    """Return the id of the issue that is asked for; the newest is the first of those published."""
    if asked != "latest":
        if not asked.isascii() or not asked.isdigit():
            raise typer.BadParameter(f'"{asked}": give an id, or latest', param_hint="--issue")
        return int(asked)
    if not published:
        raise StoreError("there is no issue yet: `briefing now` makes one")
    return published[0]
