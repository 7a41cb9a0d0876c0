"""How a source does, for listings and in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from service.cli.console import counted, local
from service.model import SourceRead
from service.settings import Settings, SourceSettings
from service.store.sources import SourceState

COLUMNS = (
    *("name", "kind", "state", "items", "articles", "problems", "skipped"),
    *("last success", "next check", "last error"),
)


def row(source: SourceSettings, state: SourceState | None, chosen: Settings) -> dict[str, object]:
    """Return all that is known of a source, by the keys of --json."""
    address = str(chosen.path(source.path or "")) if source.kind == "folder" else source.url
    # What was learnt at another address is not about this one.
    known = state if state is not None and state.address == address else None
    health = known.health if known else None
    return {
        "name": source.name,
        "kind": source.kind,
        "address": source.path or source.url,
        "state": known.state if known else "never",
        "items": known.items if known else 0,
        "articles": state.articles if state else 0,
        "problems": known.problems if known else 0,
        "skipped": known.skipped if known else 0,
        "last_read": known.last_read if known else None,
        "last_success": known.last_success if known else None,
        "next_check": health.next_check if health and not health.stopped else None,
        "failures": health.failures if health else 0,
        "stopped": health.stopped if health else None,
        "read_at": health.address if health else None,
        "moved_to": health.moved_to if health else None,
        "last_error": known.last_error if known else None,
    }


def cells(found: dict[str, object], zone: ZoneInfo) -> tuple[object, ...]:
    """Return a row as the cells of a table under `COLUMNS`."""
    stopped = found["stopped"]
    return (
        *(found[key] for key in COLUMNS[:7]),
        _time(found["last_success"], zone),
        f"none: {stopped}" if stopped else _time(found["next_check"], zone, never="now"),
        found["last_error"] or _moved(found),
    )


def _time(moment: object, zone: ZoneInfo, *, never: str = "never") -> str:
    return local(moment, zone) if isinstance(moment, datetime) else never


def _moved(found: dict[str, object]) -> str:
    if found["moved_to"]:
        return f"has moved to {found['moved_to']}"
    return f"read at {found['read_at']}" if found["read_at"] else ""


def words(read: SourceRead, state: SourceState, zone: ZoneInfo) -> str:
    """Return one line for a person on what one reading gave."""
    health = state.health
    if read.state == "failed":
        text = f"{read.name}: failed: {read.error}"
        if health.failures > 1:
            text += f"; {counted(health.failures, 'failure')} in a row"
        if state.last_success is not None:
            text += f"; last read well {local(state.last_success, zone)}"
    else:
        text = f"{read.name}: read well: {counted(read.items, 'item')}, {read.new} new"
        if state.problems:
            text += f", {state.problems} of no use"
        if state.skipped:
            text += f", {state.skipped} skipped"
        if health.address:
            text += f"; it has moved for good and is read at {health.address}"
        elif health.moved_to:
            text += f"; it redirects to {health.moved_to}: if that is right, set its url to it"
    if health.stopped:
        return f"{text}; not read any more ({health.stopped})"
    return f"{text}; next check {local(health.next_check, zone)}"
