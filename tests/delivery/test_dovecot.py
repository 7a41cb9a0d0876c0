"""The whole way round: ledger, Postfix, a server that refuses, its report, Dovecot, the poller."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote

import pytest

from service import settings
from service.delivering import returns, setup
from service.delivering.courier import Courier
from service.delivering.letters import Letters, stored
from service.delivery.base import Envelope
from service.delivery.mailbox import Account, Imap, Mailbox, Maildir
from service.delivery.smtp import Server, SmtpChannel
from service.store import Store, recipients
from tests.delivering.given import desk, issue, join, queue, rows, states
from tests.delivery import mailservers, server
from tests.delivery.mailservers import PASSWORD, Servers
from tests.delivery.returned import complaint, plain
from tests.delivery.sending import LONG
from tests.delivery.server import serving

pytestmark = pytest.mark.slow

BOUNCES = "bounces@desk.test"
LIST = "List-Unsubscribe"
DESK = desk(
    sender="Border Brief <brief@desk.test>",
    bounces=BOUNCES,
    # As without an archive: a reader leaves by mail, to a mailbox that is read here.
    leave_url=None,
    leave_mail=lambda token: f"mailto:{BOUNCES}?subject=leave%20{token}",
    token=lambda reader, edition: f"{reader}.{edition}",
)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with mailservers.running() as found:
        yield found


@pytest.fixture
def store(servers: Servers, tmp_path: Path) -> Iterator[Store]:
    # What came for another test is done with.
    with imap(servers) as mailbox:
        for item in mailbox.items():
            mailbox.done(item, ours=False)
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as made:
        yield made


def now() -> datetime:
    return datetime.now(UTC)


def channel(servers: Servers) -> SmtpChannel:
    return SmtpChannel(
        Server(
            host="127.0.0.1",
            port=servers.smtp,
            security="none",
            name="desk.test",
            deadlines=LONG,
        )
    )


async def delivered(servers: Servers, store: Store) -> None:
    """Hand all that is due to Postfix."""
    courier = Courier(store, {"mail": channel(servers)}, Letters(DESK, stored(store)), clock=now)
    await courier.run()
    await courier.close()


async def written(servers: Servers, message: bytes, sender: str) -> None:
    """Send a mail of somebody else to the mailbox for bounces."""

    async def commit() -> bool:
        return True

    way = channel(servers)
    made = await way.send(
        Envelope(to=BOUNCES, sender=sender, name="x.eml", message=message), commit
    )
    await way.close()
    assert made.result == "sent"


def round_trip(servers: Servers, store: Store, refuses: str) -> None:
    """Send an issue to all; wait until the server behind Postfix has refused olga."""
    script = server.Server(to={"olga@far.test": refuses})

    async def go() -> None:
        async with serving(script, port=servers.far):
            await delivered(servers, store)
            async with asyncio.timeout(40):
                while "rcpt" not in script.reached:
                    await asyncio.sleep(0.05)

    queue(store, issue(store), own=DESK, now=now())
    asyncio.run(go())


def poll(store: Store, mailbox: Mailbox, home: Path) -> dict[returns.Became, int]:
    ticket = setup.ticket(settings.check({}, home=home), {})
    return dict(returns.poll(store, mailbox, ticket, address=BOUNCES, clock=now))


def imap(servers: Servers, **given: object) -> Imap:
    fields = {"port": servers.imap, "security": "none", "username": BOUNCES, "password": PASSWORD}
    return Imap(Account(host="127.0.0.1", **fields | given))  # type: ignore[arg-type]


def marked(store: Store, address: str) -> str:
    """Return the start of the mark of an address's delivery."""
    (number,) = (row.id for row in rows(store) if row.address == address)
    return f"bounces+{number}."


def test_a_report_of_postfix_is_read_over_imap_once_and_ends_who_is_not_there(
    servers: Servers, store: Store, tmp_path: Path
) -> None:
    join(store, "anna@reader.test", "olga@far.test", "nobody@reader.test")
    round_trip(servers, store, "550 5.1.1 no such user")
    # Postfix took olga's and knew at once of nobody.
    sent = {"anna@reader.test": "sent", "olga@far.test": "sent", "nobody@reader.test": "failed"}
    assert states(store) == sent
    own = marked(store, "olga@far.test").encode()
    servers.awaited(BOUNCES, lambda data: own in data)
    assert poll(store, imap(servers), tmp_path) == {"hard": 1}
    assert states(store) == sent | {"olga@far.test": "bounced"}
    with store.read() as db:
        found = {one.address: one.suppressed for one in recipients.listing(db)}
    assert found == {
        "anna@reader.test": None,
        "olga@far.test": "hard",
        "nobody@reader.test": "hard",
    }
    (row,) = (row for row in rows(store) if row.address == "olga@far.test")
    assert row.enhanced == "5.1.1"
    assert "no such user" in (row.reply or "")
    assert poll(store, imap(servers), tmp_path) == {}
    # It is there still, and unread for a person.
    assert any(own in data for data in servers.mailbox(BOUNCES))


def test_a_report_of_postfix_is_read_from_the_maildir_that_dovecot_fills(
    servers: Servers, store: Store, tmp_path: Path
) -> None:
    join(store, "olga@far.test")
    round_trip(servers, store, "550 5.7.1 your domain is not welcome")
    own = marked(store, "olga@far.test").encode()
    policy = b"not welcome"
    servers.awaited(BOUNCES, lambda data: own in data and policy in data)
    maildir = Maildir(servers.folder / "mail" / BOUNCES)
    assert poll(store, maildir, tmp_path) == {"policy": 1}
    assert poll(store, maildir, tmp_path) == {}
    with store.read() as db:
        (one,) = recipients.listing(db)
    assert one.suppressed is None
    assert states(store) == {"olga@far.test": "bounced"}


def test_a_complaint_and_a_wish_to_leave_come_through_postfix(
    servers: Servers, store: Store, tmp_path: Path
) -> None:
    join(store, "ivan@reader.test", "anna@reader.test")
    queue(store, issue(store), own=DESK, now=now())
    asyncio.run(delivered(servers, store))
    marks = {row.address: marked(store, row.address).encode() for row in rows(store)}
    idents = {row.address: row.message_id.encode() for row in rows(store)}

    def received(address: str) -> EmailMessage:
        data = servers.awaited(address, lambda data: idents[address] in data)
        return message_from_bytes(data, _class=EmailMessage, policy=policy.default)

    # A provider reports what its reader called spam, with the sender of the envelope as it came.
    theirs = received("ivan@reader.test")
    report = complaint(sender=str(theirs["Return-Path"]), about="<redacted@x.test>", to=BOUNCES)
    assert marks["ivan@reader.test"] in report
    # A mail program writes to where the header of its mail says.
    link = re.search(r"<mailto:([^?>]+)\?subject=([^>]+)>", str(received("anna@reader.test")[LIST]))
    assert link is not None
    leave = plain(
        "", headers={"From": "anna@reader.test", "To": link[1], "Subject": unquote(link[2])}
    )
    letter = plain("Thank you for it.", headers={"From": "olga@far.test"})
    asyncio.run(written(servers, letter, "olga@far.test"))
    asyncio.run(written(servers, report, "feedback@far.test"))
    asyncio.run(written(servers, leave, "anna@reader.test"))
    for own in (b"Thank you for it", b"Feedback-Type: abuse", b"From: anna@reader.test"):
        servers.awaited(BOUNCES, lambda data, own=own: own in data)  # type: ignore[misc]
    became = poll(store, imap(servers, remove=True), tmp_path)
    assert became == {"complaint": 1, "left": 1, "ignored": 1}
    with store.read() as db:
        found = {one.address: one for one in recipients.listing(db)}
    assert found["ivan@reader.test"].suppressed == "complaint"
    assert found["anna@reader.test"].left == ("daily",)
    # What was for us is deleted where the operator wants it, and nothing else is.
    assert not any(b"Feedback-Type" in data for data in servers.mailbox(BOUNCES))
    assert any(b"Thank you for it" in data for data in servers.mailbox(BOUNCES))
