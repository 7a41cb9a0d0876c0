"""The operator's page: what is going on, and what a person decides."""

import logging
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.archive.place import Place, place
from service.errors import StoreError
from service.schedule import asked
from service.standing import standing
from service.store import deliveries, periods

#: Rows of each list.
ROWS = 15
#: States of a delivery that want a person, the most urgent first.
_WANTING: tuple[deliveries.State, ...] = ("doubt", "failed", "bounced", "deferred")

log = logging.getLogger(__name__)


def page(request: Request) -> Response:
    """Everything that the operator asks of a morning, on one page; what `briefing status` says."""
    desk = place(request)
    found = standing(desk.store, desk.settings, now=desk.given.clock())
    with desk.store.read() as db:
        shown: dict[str, Any] = {
            "slots": periods.listing(db, limit=ROWS),
            "held": periods.listing(db, states=("held",), limit=ROWS),
            "wanting": [
                row for state in _WANTING for row in deliveries.listing(db, state=state, limit=ROWS)
            ][: 2 * ROWS],
        }
    # Those that are held have buttons.
    concerns = tuple(one for one in found.concerns if not one.cause.startswith("held:"))
    wanting = {one.cause for one in found.concerns}
    return desk.page(
        request,
        "desk.html",
        keep=False,
        concerns=concerns,
        over=tuple(one for one in found.notices if one.cause not in wanting)[:ROWS],
        editions=found.editions,
        counts=found.deliveries,
        beats=sorted(found.beats.values(), key=lambda beat: beat.name),
        sources=len(found.sources),
        articles=found.articles,
        done=request.query_params.get("done", ""),
        **shown,
    )


async def brief_now(request: Request) -> Response:
    """Make an issue of an edition due now, out of turn."""
    desk = place(request)
    name = str((await request.form()).get("edition", ""))
    if name not in {edition.name for edition in desk.settings.edition}:
        raise HTTPException(404)

    def write() -> None:
        moment = desk.given.clock()
        with desk.store.write() as db:
            periods.add(db, edition=name, key=asked(moment), due=moment, state="due", now=moment)

    await run_in_threadpool(write)
    log.info("brief asked for edition=%s", name)
    return _done(desk, "brief")


async def delivery(request: Request) -> Response:
    """Send again, or say of one in doubt that it was sent."""
    desk = place(request)
    form = await request.form()
    said, what = str(form.get("id", "")), str(form.get("what", ""))
    if not (said.isascii() and said.isdecimal() and len(said) < 10):
        raise HTTPException(404)
    if what not in ("retry", "sent", "again"):
        raise HTTPException(404)

    def write() -> None:
        moment = desk.given.clock()
        with desk.store.write() as db:
            if what == "retry":
                deliveries.retry(db, [int(said)], now=moment)
            else:
                deliveries.resolve(db, [int(said)], sent=what == "sent", now=moment)

    return await _decided(desk, write, "delivery")


async def period(request: Request) -> Response:
    """Release a held period, or give one up."""
    desk = place(request)
    form = await request.form()
    name, key, what = (str(form.get(field, "")) for field in ("edition", "key", "what"))
    if what not in ("release", "skip"):
        raise HTTPException(404)

    def write() -> None:
        moment = desk.given.clock()
        with desk.store.write() as db:
            if what == "release":
                periods.release(db, name, key, now=moment)
            else:
                periods.skip(db, name, key, now=moment, note="skipped by the operator")

    return await _decided(desk, write, "period")


async def _decided(desk: Place, write: Callable[[], None], done: str) -> Response:
    """Write what a person decided; what has changed meanwhile is said, and nothing is written."""
    try:
        await run_in_threadpool(write)
    except StoreError as error:
        log.info("not decided reason=%s", error)
        return _done(desk, "late")
    return _done(desk, done)


def _done(desk: Place, what: str) -> Response:
    if desk.given.wake is not None:
        desk.given.wake()
    return RedirectResponse(f"/desk?done={what}", status_code=303)
