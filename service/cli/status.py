"""`briefing status`: how everything stands, on one screen, and what wants a person."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from service.cli.console import (
    DEGRADED,
    AsJson,
    Config,
    counted,
    local,
    new_app,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from service.settings import Settings
    from service.standing import EditionStanding, Standing

#: Notices on the screen.
_MOST = 8

app = new_app("How everything stands, and what wants you.")


@app.command()
def status(config: Config = None, as_json: AsJson = False) -> None:
    """Show how everything stands; exit 3 when something wants a person."""
    from service import settings
    from service.app import moment
    from service.standing import standing
    from service.store import Store

    chosen = settings.load(config)
    with Store.open(chosen.store_url) as store:
        found = standing(store, chosen, now=moment())
    if as_json:
        print_json(_row(found))
    else:
        _screen(found, chosen)
    if found.concerns:
        raise typer.Exit(DEGRADED)


def _screen(found: "Standing", chosen: "Settings") -> None:
    from service.standing import states

    tick = found.beat_age("tick")
    runs = "never ran here" if tick is None else f"last tick {_ago(found, 'tick')}"
    typer.echo(f"service     {runs}; last collected {_ago(found, 'collect')}")
    counts = states(found.sources)
    by_state = ", ".join(f"{counts[state]} {state}" for state in sorted(counts))
    typer.echo(f"sources     {by_state or 'none was read yet'}; {found.articles} articles")
    sent = ", ".join(f"{number} {state}" for state, number in found.deliveries.items() if number)
    waits = f"; the oldest waits since {local(found.oldest, chosen.zone)}" if found.oldest else ""
    typer.echo(f"deliveries  {sent or 'none'}{waits}")
    if found.editions:
        typer.echo()
        rows = [_edition(one) for one in found.editions]
        print_table(("EDITION", "NEXT", "LAST ISSUE", "LAST PERIOD"), rows)
    else:
        typer.echo("editions    none in the settings: nothing is due by itself")
    if found.issues:
        typer.echo()
        print_table(
            ("ISSUE", "EDITION", "NO.", "STATE", "CUT-OFF"),
            [
                (head.id, head.edition, head.number, head.state, local(head.cutoff, chosen.zone))
                for head in found.issues
            ],
        )
    old = [one for one in found.notices if one.cause not in {c.cause for c in found.concerns}]
    if old:
        typer.echo()
        typer.echo("Told of in the last day, and over:")
        for one in old[:_MOST]:
            typer.echo(f"  {one.cause}: {one.text}")
    typer.echo()
    if not found.concerns:
        typer.echo("Nothing wants you.")
        return
    typer.echo(f"{counted(len(found.concerns), 'concern')} for you:")
    for concern in found.concerns:
        typer.echo(f"  {'!' if concern.broken else '-'} {concern.cause}: {concern.text}")


def _ago(found: "Standing", name: str) -> str:
    from service.ticking import words

    age = found.beat_age(name)
    return "never" if age is None else f"{words(age)} ago"


def _edition(one: "EditionStanding") -> tuple[str, str, str, str]:
    zone = ZoneInfo(one.zone)
    last = f"{one.last.key} {one.last.state}" if one.last else ""
    return (
        one.edition,
        local(one.next.at, zone) if one.next else "",
        f"No. {one.issue.number}, {local(one.issue.cutoff, zone)}" if one.issue else "",
        f"{last}: {one.last.note}" if one.last and one.last.note else last,
    )


def _row(found: "Standing") -> dict[str, Any]:
    return {
        "at": found.at,
        "wants_you": bool(found.concerns),
        "concerns": [
            {"cause": one.cause, "text": one.text, "broken": one.broken} for one in found.concerns
        ],
        "beats": {beat.name: beat.at for beat in found.beats.values()},
        "sources": {
            one.name: {
                "state": "stopped" if one.health.stopped else one.state,
                "articles": one.articles,
                "last_success": one.last_success,
                "last_error": one.last_error,
            }
            for one in found.sources
        },
        "articles": found.articles,
        "editions": [
            {
                "edition": one.edition,
                "timezone": one.zone,
                "next": one.next.at if one.next else None,
                "issue": one.issue.id if one.issue else None,
                "last_period": one.last.key if one.last else None,
                "last_state": one.last.state if one.last else None,
            }
            for one in found.editions
        ],
        "issues": [
            {
                "id": head.id,
                "edition": head.edition,
                "number": head.number,
                "state": head.state,
                "cutoff": head.cutoff,
                "error": head.error,
            }
            for head in found.issues
        ],
        "periods": dict(found.periods),
        "deliveries": dict(found.deliveries),
        "oldest_undelivered": found.oldest,
        "doubts": found.doubts,
        "notices": [
            {"cause": n.cause, "text": n.text, "count": n.count, "last": n.last, "mailed": n.mailed}
            for n in found.notices
        ],
    }
