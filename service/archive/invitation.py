"""The mail that asks a mailbox whether it wants to join: plain text, one link."""

import logging
from typing import TYPE_CHECKING

from service.delivery.base import Channel, Envelope
from service.errors import BriefError
from service.render.environment import fill
from service.render.mail import headers
from service.render.mail.note import note

if TYPE_CHECKING:
    from service.archive.place import Place

log = logging.getLogger(__name__)


def message(desk: "Place", address: str, link: str, editions: tuple[str, ...]) -> bytes:
    """Return the mail. Raises RenderError for an address that no mail can carry."""
    text = fill(
        "archive/invitation.txt",
        "text",
        language=desk.language,
        desk=desk,
        link=link,
        editions=editions,
    )
    subject, _, body = text.partition("\n")
    return note(
        sender=desk.settings.smtp.sender,
        name=desk.title,
        to=address,
        subject=subject,
        text=body.strip() + "\n",
        at=desk.given.clock(),
        language=desk.language,
    )


async def send(desk: "Place", address: str, link: str, editions: tuple[str, ...]) -> None:
    """Send the mail once; who gets none asks again. The log has no address."""
    try:
        _, sender = headers.address(desk.settings.smtp.sender)
        data = message(desk, address, link, editions)
        envelope = Envelope(to=address, sender=sender, name="join.eml", message=data)
        channel = desk.given.mail or _channel(desk)
        try:
            outcome = await channel.send(envelope, _always)
        finally:
            if desk.given.mail is None:
                await channel.close()
    except BriefError as error:
        log.error("mail that asks to join not sent reason=%s", type(error).__name__)
        return
    log.info("mail that asks to join result=%s code=%s", outcome.result, outcome.code)


async def _always() -> bool:
    return True


def _channel(desk: "Place") -> Channel:
    from service.delivering import setup

    return setup.channels(desk.settings, desk.given.environ)["mail"]
