"""`briefing deliveries`: what became of each message, and what a person decides."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from service.errors import UsageError

if TYPE_CHECKING:
    from service.store.deliveries import Delivery

app = new_app("What became of each message: list, retry, resolve, poll.")

Idents = Annotated[list[int], typer.Argument(metavar="ID...", help="Of deliveries list.")]


@app.callback()
def group() -> None:
    """What became of each message, and what a person decides."""


@app.command("list")
def list_(
    config: Config = None,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="doubt, failed, deferred, sent, …")
    ] = None,
    issue: Annotated[int | None, typer.Option(metavar="N", help="Of this issue (its id).")] = None,
    as_json: AsJson = False,
) -> None:
    """List the deliveries, those of the newest issue first."""
    from service import settings
    from service.store import Store, deliveries

    if state is not None and state not in deliveries.STATES:
        raise UsageError(f'--state "{state}": choose of {", ".join(deliveries.STATES)}')
    chosen = settings.load(config)
    with Store.open(chosen.store_url) as store, store.read() as db:
        rows = deliveries.listing(db, state=state, of=issue)
    if as_json:
        print_json([listed(_row(row)) for row in rows])
        return
    print_table(
        ("id", "issue", "edition", "recipient", "state", "tries", "next", "answer"),
        [
            (
                row.id,
                row.issue,
                row.edition,
                row.address,
                row.state,
                row.attempts,
                local(row.next_attempt, chosen.zone) if row.state in _WAITING else "",
                _answer(row),
            )
            for row in rows
        ],
    )


@app.command()
def retry(idents: Idents, config: Config = None, as_json: AsJson = False) -> None:
    """Let these be sent again, to the same bytes, at the next pass of the service."""
    from service.store import deliveries

    _change(config, idents, deliveries.retry, as_json, "to be sent again")


@app.command()
def resolve(
    idents: Idents,
    sent: Annotated[
        bool | None, typer.Option("--sent/--not-sent", help="Did the recipients get it?")
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Say of deliveries in doubt whether they arrived; those that did not are sent again."""
    from functools import partial

    from service.store import deliveries

    if sent is None:
        raise UsageError("say --sent, or --not-sent to have them sent again")
    words = "recorded as sent" if sent else "to be sent again"
    _change(config, idents, partial(deliveries.resolve, sent=sent), as_json, words)


@app.command()
def poll(config: Config = None, as_json: AsJson = False) -> None:
    """Read the mailbox for bounces once: what came back, complaints, and who leaves by mail."""
    from service import settings
    from service.app import moment
    from service.delivering import returns, setup
    from service.store import Store

    chosen = settings.load(config)
    mailbox = setup.mailbox_for_bounces(chosen)
    if mailbox is None:
        raise UsageError(
            "there is no mailbox to read: set bounces.maildir, or bounces.host, in the settings"
        )
    with Store.open(chosen.store_url) as store:
        tally = returns.poll(
            store,
            mailbox,
            setup.ticket(chosen),
            address=chosen.bounces.address,
            clock=moment,
        )
    if as_json:
        print_json(dict(sorted(tally.items())))
        return
    shown = ", ".join(f"{name} {count}" for name, count in sorted(tally.items()))
    typer.echo(f"{counted(tally.total(), 'message')} read{': ' if shown else ''}{shown}")


_WAITING = ("pending", "deferred", "doubt")


def _change(
    config: Path | None,
    idents: list[int],
    change: Callable[..., None],
    as_json: bool,
    words: str,
) -> None:
    from service import settings
    from service.app import moment
    from service.store import Store, deliveries

    with Store.open(settings.load(config).store_url) as store, store.write() as db:
        change(db, idents, now=moment())
        rows = [row for row in deliveries.listing(db) if row.id in idents]
    if as_json:
        print_json([listed(_row(row)) for row in rows])
    else:
        typer.echo(f"{counted(len(rows), 'message')} {words}")


def _answer(row: "Delivery") -> str:
    code = str(row.code) if row.code else ""
    return f"{code} {row.reply or ''}".strip()


def _row(row: "Delivery") -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
