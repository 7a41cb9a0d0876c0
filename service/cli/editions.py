"""`briefing editions`: when each is due next, what became of the last ones, and what is held."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from service.cli.console import (
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
    from service.schedule import Rule
    from service.settings import Settings
    from service.store.periods import Slot

#: Of each edition.
NEXT, LAST = 5, 5

Name = Annotated[
    str, typer.Argument(metavar="NAME", help='As "daily", or "daily@Asia/Tokyo" of a zone.')
]
Key = Annotated[str, typer.Argument(metavar="PERIOD", help='As "2026-11-21", "2026-W47".')]

app = new_app("The editions: when they are due, and what became of them.")


@app.callback(invoke_without_command=True)
def group(context: typer.Context, config: Config = None, as_json: AsJson = False) -> None:
    """The editions: when they are due, and what became of them."""
    if context.invoked_subcommand is None:
        list_(config, as_json)
    elif config is not None or as_json:
        raise UsageError(f"write --config and --json behind {context.invoked_subcommand}")


@app.command("list")
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """List the next times of each edition and its last periods."""
    from service import settings
    from service.app import moment

    rows = _editions(settings.load(config), moment())
    if as_json:
        print_json(
            [row | {k: [listed(r) for r in row[k]] for k in ("next", "last")} for row in rows]
        )
        return
    if not rows:
        say("there is no [[edition]] in the settings: nothing is due by itself")
        return
    columns = ("EDITION", "NEXT", "LOCAL", "UTC")
    print_table(columns, [_coming(row, one) for row in rows for one in row["next"]])
    past = [_past(row, one) for row in rows for one in row["last"]]
    if past:
        typer.echo()
        print_table(("EDITION", "LAST", "DUE", "STATE", "ISSUE", "NOTE"), past)
    for row in rows:
        for one in row["last"]:
            if one["state"] == "held":
                say(f"{row['edition']} {one['period']} is held and waits for you: {one['note']}")


def _editions(chosen: "Settings", now: datetime) -> list[dict[str, Any]]:
    from service import editions, ticking
    from service.store import Store, periods

    rows = []
    with Store.open(chosen.store_url) as store, store.read() as db:
        for rule in editions.rules(chosen, db):
            coming = ticking.ahead(db, rule, now=now, count=NEXT)
            last = periods.listing(db, edition=rule.edition, limit=LAST)
            rows.append(
                {
                    "edition": rule.edition,
                    "timezone": rule.zone,
                    "next": [
                        {"period": d.key, "due": d.at, "local": _there(d.at, rule)} for d in coming
                    ],
                    "last": [_slot(slot) for slot in last],
                }
            )
    return rows


def _there(moment: datetime, rule: "Rule") -> datetime:
    return moment.astimezone(ZoneInfo(rule.zone))


def _slot(slot: "Slot") -> dict[str, Any]:
    return {
        "period": slot.key,
        "due": slot.due,
        "state": slot.state,
        "attempts": slot.attempts,
        "issue": slot.issue,
        "note": slot.note,
    }


def _coming(row: dict[str, Any], one: dict[str, Any]) -> tuple[str, ...]:
    there = one["local"].strftime("%a %Y-%m-%d %H:%M %Z")
    return row["edition"], one["period"], there, one["due"].strftime("%Y-%m-%d %H:%M")


def _past(row: dict[str, Any], one: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["edition"],
        one["period"],
        local(one["due"], ZoneInfo(row["timezone"])),
        one["state"],
        str(one["issue"] or ""),
        one["note"] or "",
    )


@app.command()
def release(name: Name, key: Key, config: Config = None, as_json: AsJson = False) -> None:
    """Make a period that is held after all: the clock is right."""
    from service import settings
    from service.app import moment
    from service.store import Store, periods

    with Store.open(settings.load(config).store_url) as store, store.write() as db:
        slot = periods.release(db, name, key, now=moment())
    _told(slot, "is due now, and what else was missed is judged by catch_up", as_json=as_json)


@app.command()
def skip(name: Name, key: Key, config: Config = None, as_json: AsJson = False) -> None:
    """Give up a period that is held, or that is due and not made yet."""
    from service import settings
    from service.app import moment
    from service.store import Store, periods

    with Store.open(settings.load(config).store_url) as store, store.write() as db:
        slot = periods.skip(db, name, key, now=moment(), note="skipped by the operator")
    _told(slot, "is skipped", as_json=as_json)


@app.command()
def run(name: Name, config: Config = None, as_json: AsJson = False) -> None:
    """Ask the service for an issue of an edition now, out of turn."""
    from service import editions, settings
    from service.app import moment
    from service.schedule import asked
    from service.store import Store, periods

    chosen, now = settings.load(config), moment()
    with Store.open(chosen.store_url) as store, store.write() as db:
        known = [rule.edition for rule in editions.rules(chosen, db)]
        if name not in known:
            there = ", ".join(known) or "none"
            raise UsageError(f'there is no edition "{name}"; there are: {there}')
        key = asked(now)
        periods.add(db, edition=name, key=key, due=now, state="due", now=now)
        slot = periods.get(db, name, key)
    _told(slot, "is due now; the running service makes it", as_json=as_json)


def _told(slot: "Slot", what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"edition": slot.edition} | listed(_slot(slot)))
    else:
        typer.echo(f"{slot.edition} {slot.key} {what}")
