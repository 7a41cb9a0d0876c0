"""`briefing recipients`: whom issues go to, and which editions each of them gets."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.console import (
    DEGRADED,
    AsJson,
    Config,
    listed,
    local,
    new_app,
    print_json,
    print_table,
    say,
)
from service.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from service.cli.readerlist import Line
    from service.settings import Settings
    from service.store.recipients import Recipient, Wanted

app = new_app("Whom issues go to: list, add, remove, suppress, import.")

Address = Annotated[str, typer.Argument(help="A mailbox, a webhook's address, or a folder.")]
Editions = Annotated[
    list[str] | None, typer.Option("--edition", metavar="NAME", help="May be given again.")
]


@app.callback()
def group() -> None:
    """Whom issues go to, and which editions each of them gets."""


@app.command("list")
def list_(
    config: Config = None,
    edition: Annotated[str | None, typer.Option(metavar="NAME", help="Only its readers.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the recipients of the settings and of the store, with what each gets."""
    from service.store import recipients

    with _desk(config) as (chosen, db, _):
        found = recipients.listing(db)
    if edition is not None:
        _known(chosen, [edition])
        found = tuple(one for one in found if edition in one.editions and one.listed)
    rows = [_row(one) for one in found]
    if as_json:
        print_json([listed(row) for row in rows])
        return
    print_table(
        ("address", "name", "editions", "mail", "attached", "zone", "from", "state"),
        [
            (
                one.address,
                one.name or "",
                ",".join(one.editions),
                one.format if one.channel == "mail" else one.channel,
                ",".join(one.attach),
                one.timezone or "",
                one.origin,
                _state(one, chosen),
            )
            for one in found
        ],
    )


@app.command()
def add(
    address: Address,
    edition: Editions = None,
    group_: Annotated[
        list[str] | None, typer.Option("--group", metavar="NAME", help="May be given again.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="As it stands in the To line.")] = None,
    channel: Annotated[str, typer.Option(metavar="mail|webhook|folder")] = "mail",
    format_: Annotated[
        str | None, typer.Option("--format", metavar="digest|full|text", help="Of a mail.")
    ] = None,
    attach: Annotated[str, typer.Option(metavar="LIST", help="Of pdf,html,txt,md,json.")] = "pdf",
    language: Annotated[str | None, typer.Option(metavar="en|zh|ru")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Of this reader.")] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Add a recipient to the store, or change one that is there."""
    from service.cli.readerlist import Line
    from service.delivering import setup
    from service.store import recipients

    line = Line(
        address=address,
        channel=channel,
        name=name,
        editions=edition or (),
        groups=group_ or (),
        format=format_,
        attach=attach.split(","),
        language=language,
        timezone=timezone,
    )
    with _desk(config) as (chosen, db, now):
        try:
            wanted = line.wanted(chosen)
        except ValueError as fault:
            raise UsageError(str(fault)) from None
        (ident,) = recipients.add(db, [wanted], setup.groups(chosen), now=now)
        one = recipients.get(db, ident)
    _tell(one, as_json, f"{one.address}: gets {', '.join(one.editions) or 'nothing yet'}")
    if left := sorted({*wanted.editions} & {*one.left}):
        say(
            f"{one.address} has left {', '.join(left)}: `briefing recipients subscribe` "
            "brings a reader back who asks for it"
        )


@app.command()
def remove(address: Address, config: Config = None, as_json: AsJson = False) -> None:
    """Take a recipient off the list; what was delivered, and what it has left, stays on record."""
    from service.store import recipients

    with _desk(config) as (_, db, _now):
        one = recipients.find(db, address)
        recipients.remove(db, one.id)
        one = recipients.get(db, one.id)
    _tell(one, as_json, f"{one.address}: removed")


@app.command()
def suppress(address: Address, config: Config = None, as_json: AsJson = False) -> None:
    """Send nothing at all to a recipient, until `unsuppress`."""
    from service.store import recipients

    with _desk(config) as (_, db, now):
        one = recipients.find(db, address)
        recipients.suppress(db, one.id, "operator", now=now)
        one = recipients.get(db, one.id)
    _tell(one, as_json, f"{one.address}: suppressed ({one.suppressed})")


@app.command()
def unsuppress(address: Address, config: Config = None, as_json: AsJson = False) -> None:
    """Send to a recipient again that bounced, complained or was suppressed."""
    from service.store import recipients

    with _desk(config) as (_, db, _now):
        one = recipients.find(db, address)
        recipients.unsuppress(db, one.id)
        one = recipients.get(db, one.id)
    _tell(one, as_json, f"{one.address}: gets {', '.join(one.editions) or 'nothing'}")


@app.command()
def subscribe(
    address: Address,
    edition: Annotated[list[str], typer.Option("--edition", metavar="NAME")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Let a recipient have an edition, also one that it has left: because it asked for it."""
    from service.store import recipients

    with _desk(config) as (chosen, db, now):
        _known(chosen, edition)
        one = recipients.find(db, address)
        for name in edition:
            recipients.subscribe(db, one.id, name, now=now)
        one = recipients.get(db, one.id)
    _tell(one, as_json, f"{one.address}: gets {', '.join(one.editions)}")


@app.command()
def unsubscribe(
    address: Address, edition: Editions = None, config: Config = None, as_json: AsJson = False
) -> None:
    """Let a recipient leave an edition, or all; what is queued is not sent any more."""
    from service.store import recipients

    with _desk(config) as (chosen, db, now):
        _known(chosen, edition or [])
        one = recipients.find(db, address)
        for name in edition or (None,):
            recipients.leave(db, one.id, name, now=now)
        one = recipients.get(db, one.id)
    _tell(one, as_json, f"{one.address}: has left {', '.join(one.left) or 'nothing'}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, in UTF-8.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Add the recipients of a CSV file; a line that is wrong costs itself only.

    Its first line names the columns: address, and any of name, editions, format, attach, language,
    timezone, groups, channel. Several values stand in one cell, between blanks.
    """
    from service.cli import readerlist
    from service.delivering import setup
    from service.store import recipients

    lines = readerlist.read(file)
    with _desk(config) as (chosen, db, now):
        report, good = _checked(lines, recipients.listing(db), chosen)
        idents = recipients.add(db, good, setup.groups(chosen), now=now)
        stay = {one.id: one.left for one in recipients.listing(db)}
    for ident, wanted in zip(idents, good, strict=True):
        if left := sorted({*wanted.editions} & {*stay[ident]}):
            say(f"{wanted.address}: has left {', '.join(left)}, and stays away from it")
    refused = [row for row in report if row["done"] == "refused"]
    if as_json:
        print_json(report)
    else:
        counts = {kind: sum(row["done"] == kind for row in report) for kind in ("added", "changed")}
        typer.echo(f"{counts['added']} added, {counts['changed']} changed, {len(refused)} refused")
    for row in refused:
        say(f"{file.name}, line {row['line']}: {row['reason']}")
    if refused:
        raise typer.Exit(DEGRADED)


def _checked(
    lines: "Sequence[tuple[int, Line | str]]", there: "Sequence[Recipient]", chosen: "Settings"
) -> "tuple[list[dict[str, object]], list[Wanted]]":
    """Return a report of each line, and the recipients of those that are right."""
    known = {one.address.lower() for one in there}
    fixed = {one.address.lower() for one in there if one.origin == "settings" and one.listed}
    report: list[dict[str, object]] = []
    good = []
    for number, line in lines:
        row: dict[str, object] = {"line": number, "address": ""}
        report.append(row)
        try:
            if isinstance(line, str):
                raise ValueError(line)
            row["address"] = line.address
            wanted = line.wanted(chosen)
            if wanted.address.lower() in fixed:
                raise ValueError(f"{wanted.address} is in the settings file: change it there")
        except ValueError as fault:
            row |= {"done": "refused", "reason": str(fault)}
            continue
        done = "changed" if wanted.address.lower() in known else "added"
        row |= {"address": wanted.address, "done": done}
        known.add(wanted.address.lower())
        good.append(wanted)
    return report, good


@contextmanager
def _desk(config: Path | None) -> "Iterator[tuple[Settings, Connection, datetime]]":
    """Give the settings, a transaction that has their recipients in it, and the time."""
    from service import settings
    from service.app import moment
    from service.delivering import setup
    from service.store import Store, recipients

    chosen, now = settings.load(config), moment()
    with Store.open(chosen.store_url) as store, store.write() as db:
        recipients.sync(db, setup.wanted(chosen), setup.groups(chosen), now=now)
        yield chosen, db, now


def _known(chosen: "Settings", names: list[str]) -> None:
    """Raise UsageError for an edition that the settings do not have."""
    known = [edition.name for edition in chosen.edition]
    for name in names:
        if name not in known:
            raise UsageError(
                f'there is no edition "{name}"; there are: {", ".join(known) or "none"}'
            )


def _tell(one: "Recipient", as_json: bool, line: str) -> None:
    if as_json:
        print_json(listed(_row(one)))
    else:
        typer.echo(line)


def _state(one: "Recipient", chosen: "Settings") -> str:
    if one.suppressed:
        return f"suppressed ({one.suppressed}) since {local(one.suppressed_at, chosen.zone)}"
    if not one.listed:
        return "removed"
    return f"has left {','.join(one.left)}" if one.left else "active"


def _row(one: "Recipient") -> dict[str, object]:
    return {
        "id": one.id,
        "channel": one.channel,
        "address": one.address,
        "name": one.name,
        "editions": list(one.editions),
        "left": list(one.left),
        "groups": list(one.groups),
        "format": one.format,
        "attach": list(one.attach),
        "language": one.language,
        "timezone": one.timezone,
        "origin": one.origin,
        "listed": one.listed,
        "suppressed": one.suppressed,
        "suppressed_at": one.suppressed_at,
    }
