"""The pages of those who come by a link of a mail: to leave, to choose, to join. No login.

A GET shows a form and changes nothing. Leaving is one POST to the same address (RFC 8058), whose
body is not read: some providers send it in another form, or none.
"""

import logging
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.archive import invitation
from service.archive.place import Place, place
from service.delivery.tokens import Purpose, Ticket
from service.errors import LinkError, StoreError
from service.model.mailbox import mailbox
from service.store import joining, recipients
from service.store.recipients import Recipient

log = logging.getLogger(__name__)


def _ticket(request: Request, desk: Place, purpose: Purpose) -> tuple[Ticket, Recipient]:
    """Return what a link says and the reader that it is for; 404 for one that is not ours."""
    if desk.tokens is None:
        raise HTTPException(404, "link")
    try:
        ticket = desk.tokens.read(request.path_params["token"], purpose)
        with desk.store.read() as db:
            return ticket, recipients.get(db, ticket.reader)
    except LinkError:
        raise HTTPException(404, "link") from None
    except StoreError:
        # The reader was taken out of the store, or the store cannot be read: `read` tells.
        with desk.store.read():
            raise HTTPException(404, "link") from None


def _editions(desk: Place, reader: Recipient | None = None) -> tuple[str, ...]:
    """Return what can be chosen: the editions of the settings, and what the reader has."""
    known = [edition.name for edition in desk.settings.edition]
    return tuple(dict.fromkeys([*known, *(reader.editions if reader else ())]))


def _choose_path(desk: Place, ticket: Ticket) -> str:
    made = desk.tokens
    if made is None:
        return ""
    other = Ticket(reader=ticket.reader, edition="", purpose="choose")
    return f"/choose/{made.make(other)}"


def leave_page(request: Request) -> Response:
    """The page behind the link of a mail: one button, and nothing has happened yet."""
    desk = place(request)
    ticket, reader = _ticket(request, desk, "leave")
    gets = ticket.edition in reader.editions if ticket.edition else bool(reader.editions)
    return desk.page(
        request,
        "leave.html",
        language=reader.language,
        keep=False,
        edition=ticket.edition,
        gets=gets,
        choose=_choose_path(desk, ticket),
    )


def leave(request: Request) -> Response:
    """Let a reader leave an edition, or all of them; the answer says what stands in the store."""
    desk = place(request)
    ticket, _ = _ticket(request, desk, "leave")
    with desk.store.write() as db:
        recipients.leave(db, ticket.reader, ticket.edition or None, now=desk.given.clock())
    with desk.store.read() as db:
        reader = recipients.get(db, ticket.reader)
    still = ticket.edition in reader.editions if ticket.edition else bool(reader.editions)
    if still:
        raise HTTPException(500)
    log.info("reader left edition=%s", ticket.edition or "*")
    return desk.page(
        request,
        "left.html",
        language=reader.language,
        keep=False,
        edition=ticket.edition,
        rest=reader.editions,
        choose=_choose_path(desk, ticket),
    )


def choose_page(request: Request) -> Response:
    """Which editions a reader gets."""
    desk = place(request)
    _, reader = _ticket(request, desk, "choose")
    return desk.page(
        request,
        "choose.html",
        language=reader.language,
        keep=False,
        reader=reader,
        editions=_editions(desk, reader),
        saved=request.query_params.get("saved") == "1",
    )


async def choose(request: Request) -> Response:
    """Let a reader have just the editions that are ticked."""
    desk = place(request)
    ticket, reader = await run_in_threadpool(_ticket, request, desk, "choose")
    form = await request.form()
    wanted = {str(name) for name in form.getlist("edition")} & {*_editions(desk, reader)}

    def write() -> None:
        moment = desk.given.clock()
        with desk.store.write() as db:
            for name in sorted(wanted - {*reader.editions}):
                recipients.subscribe(db, ticket.reader, name, now=moment)
            for name in sorted({*reader.editions} - wanted):
                recipients.leave(db, ticket.reader, name, now=moment)

    await run_in_threadpool(write)
    log.info("reader chose editions=%d", len(wanted))
    return RedirectResponse(f"{request.url.path}?saved=1", status_code=303)


def _open(desk: Place) -> None:
    """404 where readers cannot subscribe by themselves."""
    if not desk.web.subscribe or desk.tokens is None or not desk.public_url:
        raise HTTPException(404)


def subscribe_page(request: Request) -> Response:
    """The form for who wants to get an edition by mail."""
    desk = place(request)
    _open(desk)
    return desk.page(
        request,
        "subscribe.html",
        keep=False,
        editions=_editions(desk),
        address="",
        fault="",
        asked=False,
    )


async def subscribe(request: Request) -> Response:
    """Ask a mailbox whether it wants an edition; the answer is the same whoever has it."""
    desk = place(request)
    _open(desk)
    form = await request.form()
    given = str(form.get("address", "")).strip()[:320]
    known = _editions(desk)
    wanted = tuple(name for name in known if name in {str(n) for n in form.getlist("edition")})
    fault = "" if wanted else "edition"
    try:
        address = mailbox(given, utf8=desk.settings.smtp.utf8)
    except ValueError:
        address, fault = "", "address"
    if not fault:
        desk.start(_invite(desk, address, wanted))
    return desk.page(
        request,
        "subscribe.html",
        status=400 if fault else 200,
        keep=False,
        editions=known,
        address=given,
        fault=fault,
        asked=not fault,
    )


async def _invite(desk: Place, address: str, wanted: tuple[str, ...]) -> None:
    """Write the request down and send the mail, where one is due."""

    def ask() -> str | None:
        moment = desk.given.clock()
        with desk.store.write() as db:
            joining.forget(db, now=moment)
            return joining.ask(db, address, wanted, language=desk.language, now=moment)

    try:
        ident = await run_in_threadpool(ask)
    except StoreError as error:
        log.error("request to join not recorded reason=%s", error)
        return
    made = desk.tokens
    if ident is None or made is None:
        log.info("request to join answered without a mail")
        return
    ticket = Ticket(reader=ident, edition=",".join(wanted), purpose="join")
    link = f"{desk.public_url}/join/{quote(made.make(ticket))}"
    await invitation.send(desk, address, link, wanted)


def join_page(request: Request) -> Response:
    """The page behind the link of the mail that asks: one button."""
    desk = place(request)
    ticket, _ = _ticket(request, desk, "join")
    return desk.page(
        request,
        "join.html",
        keep=False,
        editions=ticket.edition.split(","),
        joined=False,
        choose=_choose_path(desk, ticket),
    )


def join(request: Request) -> Response:
    """Let a reader whose mailbox has answered have the editions."""
    desk = place(request)
    ticket, _ = _ticket(request, desk, "join")
    known = {*_editions(desk)}
    wanted = tuple(name for name in ticket.edition.split(",") if name in known)
    with desk.store.write() as db:
        joining.confirm(db, ticket.reader, wanted, now=desk.given.clock())
    log.info("reader joined editions=%d", len(wanted))
    return desk.page(
        request,
        "join.html",
        keep=False,
        editions=wanted,
        joined=True,
        choose=_choose_path(desk, ticket),
    )
