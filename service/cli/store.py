"""`briefing store`: the database itself."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.console import AsJson, Config, counted, new_app, print_json, print_table, say

if TYPE_CHECKING:
    from service.store.copying import Copied

app = new_app("The database: its schema, its soundness, and what it keeps.")


@app.callback()
def group() -> None:
    """The database: its schema, its soundness, and what it keeps."""


@app.command()
def migrate(config: Config = None) -> None:
    """Make the database, or bring it to the schema of this version."""
    from service import queue_schema, settings
    from service.store import Store
    from service.store.engine import HEAD

    with Store.open(settings.load(config).store_url) as store:
        anew = queue_schema.migrated(store)
        typer.echo(f"{store.backend.name}: schema {HEAD}")
    if anew:
        say(f"the queue was made anew, with version {queue_schema.version()}")


@app.command()
def check(config: Config = None, as_json: AsJson = False) -> None:
    """Count the rows, and tell what is wrong with the database as a whole."""
    from service import queue_schema, settings
    from service.errors import StoreError
    from service.store import Store, copying, files
    from service.store.engine import HEAD

    chosen = settings.load(config)
    with Store.open(chosen.store_url, migrate=False, artifacts=chosen.artifacts) as store:
        with store.read() as db:
            counts = copying.count(db)
            wrong = (*store.backend.check(db), *queue_schema.wrong(store, db))
        wrong += files.check(store)
        name = store.backend.name
    if as_json:
        print_json({"name": name, "schema": HEAD, "rows": counts, "wrong": list(wrong)})
    else:
        typer.echo(f"{name}: schema {HEAD}")
        print_table(("TABLE", "ROWS"), list(counts.items()))
    for line in () if as_json else wrong:
        say(line)
    if wrong:
        raise StoreError(f"{name}: {counted(len(wrong), 'thing')} to mend")


@app.command()
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Address of a database.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Address of a new database.")],
    as_json: AsJson = False,
) -> None:
    """Copy everything into a new database, counted and compared; stop the service first."""
    from contextlib import ExitStack

    from service.errors import UsageError
    from service.store import Store
    from service.store.copying import copy as copied
    from service.store.lock import alone

    if source == target:
        raise UsageError("FROM and TO are the same database")
    with ExitStack() as held:
        old = held.enter_context(Store.open(source, migrate=False))
        new = held.enter_context(Store.open(target))
        for store in (old, new):
            if store.url.startswith("sqlite"):
                held.enter_context(alone(store.path))
        made = copied(old, new, told=_told)
        there = new.backend.name
    if as_json:
        print_json([{"table": m.table, "rows": m.rows, "sha256": m.sha256} for m in made])
        return
    print_table(("TABLE", "ROWS", "SHA-256"), [(m.table, m.rows, m.sha256[:16]) for m in made])
    say(f"{counted(sum(m.rows for m in made), 'row')} in {there}, the same as in FROM")


def _told(one: "Copied") -> None:
    if one.rows >= _LARGE:
        say(f"{one.table}: {counted(one.rows, 'row')}")


#: Rows of a table whose copying takes long enough to be told of.
_LARGE = 10_000


@app.command()
def prune(config: Config = None, as_json: AsJson = False) -> None:
    """Let go what is older than [retention] keeps; what an issue cites is always kept."""
    from dataclasses import asdict

    from service import settings
    from service.app import moment
    from service.errors import SettingsError
    from service.store import Store, pruning
    from service.values import length

    chosen = settings.load(config)
    keep = chosen.retention
    outside = chosen.artifacts is not None
    if keep.articles is keep.artifacts is keep.deliveries is None and not outside:
        raise SettingsError(
            ('retention: says nothing, so all is kept; an example: articles = "365d"',)
        )
    with Store.open(chosen.store_url, artifacts=chosen.artifacts) as store:
        done = pruning.prune(
            store,
            pruning.Retention(
                articles=length(keep.articles) if keep.articles else None,
                artifacts=length(keep.artifacts) if keep.artifacts else None,
                deliveries=length(keep.deliveries) if keep.deliveries else None,
            ),
            now=moment(),
        )
    if as_json:
        print_json(asdict(done))
        return
    print_table(("WHAT", "LET GO"), list(asdict(done).items()))
