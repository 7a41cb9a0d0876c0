"""Real servers: Postfix takes, refuses, puts off, bounces; Dovecot files what is read again."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

import pytest

from service.delivery import dkim, records
from service.delivery.base import Envelope, Outcome
from service.delivery.smtp import Server, SmtpChannel
from service.model import Artifact
from service.render import mail
from tests import builders
from tests.delivery import keys, mailservers, server
from tests.delivery.mailservers import Servers
from tests.delivery.sending import LONG

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
PDF = Artifact(format="pdf", data=b"%PDF-1.7\n" + bytes(range(256)) * 400)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with mailservers.running() as found:
        yield found


def letter(to: str) -> bytes:
    """Return a whole brief, with a PDF and letters of three scripts."""
    return mail.message(
        builders.brief(),
        mail.Letter(
            sender="Обзор 简报 <brief@desk.test>",
            to=f"Анна <{to}>",
            message_id=f"<7.{to.partition('@')[0]}@desk.test>",
            attachments=(PDF,),
            list_id="daily.desk.test",
            unsubscribe_url="https://briefs.desk.test/leave/" + "t" * 120,
            unsubscribe_mailto="mailto:leave@desk.test?subject=leave",
        ),
    )


def send(servers: Servers, to: str, message: bytes, *, mark: str = "7.anna") -> Outcome:
    return asyncio.run(sending(servers, to, message, mark))


async def sending(servers: Servers, to: str, message: bytes, mark: str = "7.anna") -> Outcome:
    async def commit() -> bool:
        return True

    channel = SmtpChannel(
        Server(
            host="127.0.0.1",
            port=servers.smtp,
            security="none",
            name="desk.test",
            deadlines=LONG,
        )
    )
    envelope = Envelope(to=to, sender=f"bounces+{mark}@desk.test", name="b.eml", message=message)
    made = await channel.send(envelope, commit)
    await channel.close()
    return made


def parsed(data: bytes) -> EmailMessage:
    made = message_from_bytes(data, policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


def about(ident: str, data: bytes) -> bool:
    return str(parsed(data)["Message-ID"]) == ident


def test_a_brief_is_filed_as_it_was_sent_part_by_part(servers: Servers) -> None:
    given = letter("anna@reader.test")
    outcome = send(servers, "anna@reader.test", given)
    assert (outcome.result, outcome.code) == ("sent", 250)
    ident = "<7.anna@desk.test>"
    found = servers.awaited("anna@reader.test", lambda data: about(ident, data))
    ours, theirs = parsed(given), parsed(found)
    # What is ours stands as it was; relays put theirs before it.
    assert given.partition(b"\r\n\r\n")[2] == found.partition(b"\r\n\r\n")[2]
    for name in ours:
        assert theirs.get_all(name) == ours.get_all(name)
    assert theirs["Delivered-To"] == "anna@reader.test"
    assert "bounces+7.anna@desk.test" in str(theirs["Return-Path"])
    parts = [
        [
            (part.get_content_type(), part.get_filename(), part.get_payload(decode=True))
            for part in p
        ]
        for p in (list(ours.walk()), list(theirs.walk()))
    ]
    assert parts[0] == parts[1]
    assert ("application/pdf", PDF.data) in [(kind, data) for kind, _, data in parts[1]]


def test_a_signature_holds_after_the_way_through_postfix(servers: Servers) -> None:
    library = pytest.importorskip("dkim", reason="the extra dkim is not installed")
    key = dkim.Key(domain="desk.test", selector="brief", pem=keys.pem())

    def ask(name: bytes, timeout: int = 5) -> bytes:
        (_, found, _) = records.publish("desk.test", selector="brief", public_key=key.public)
        return found.value.encode()

    send(servers, "ivan@reader.test", dkim.sign(letter("ivan@reader.test"), key, at=AT))
    found = servers.awaited("ivan@reader.test", lambda data: about("<7.ivan@desk.test>", data))
    assert library.verify(found, dnsfunc=ask)


def test_a_message_that_is_sent_twice_is_the_same_twice(servers: Servers) -> None:
    given = letter("ivan@reader.test").replace(b"<7.ivan@", b"<8.ivan@")
    send(servers, "ivan@reader.test", given)
    send(servers, "ivan@reader.test", given)
    ident = "<8.ivan@desk.test>"

    def both(_: bytes) -> bool:
        return sum(about(ident, one) for one in servers.mailbox("ivan@reader.test")) == 2

    servers.awaited("ivan@reader.test", both)
    bodies = {
        one.partition(b"\r\n\r\n")[2]
        for one in servers.mailbox("ivan@reader.test")
        if about(ident, one)
    }
    assert bodies == {given.partition(b"\r\n\r\n")[2]}


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("nobody@reader.test", ("failed", "mailbox", 550, "5.1.1")),
        ("later@reader.test", ("deferred", "server", 450, "4.7.1")),
        ("policy@reader.test", ("failed", "policy", 550, "5.7.1")),
    ],
)
def test_what_postfix_refuses_is_read_as_it_is_meant(
    servers: Servers, to: str, expected: tuple[object, ...]
) -> None:
    outcome = send(servers, to, letter("anna@reader.test"))
    assert (outcome.result, outcome.cause, outcome.code, outcome.enhanced) == expected


def test_what_is_too_large_for_postfix_is_not_even_offered(servers: Servers) -> None:
    large = letter("anna@reader.test") + b"a line of text\r\n" * 200_000
    outcome = send(servers, "anna@reader.test", large)
    assert (outcome.result, outcome.cause, outcome.code) == ("failed", "message", 552)
    assert "2000000" in outcome.text


def far(servers: Servers, script: server.Server, ident: str, until: str) -> list[server.Kept]:
    """Send to a scripted server by way of Postfix, which is asked until its log says `until`."""

    async def go() -> None:
        async with server.serving(script, port=servers.far):
            message = letter("olga@far.test").replace(b"<7.olga@", f"<{ident}@".encode())
            made = await sending(servers, "olga@far.test", message, ident)
            assert made.result == "sent"
            async with asyncio.timeout(40):
                while not (script.kept if until == "kept" else until in servers.log()):
                    await asyncio.sleep(0.05)

    asyncio.run(go())
    return script.kept


def test_what_is_put_off_behind_postfix_arrives_once(servers: Servers) -> None:
    script = server.Server(script={"rcpt": ["451 4.7.1 greylisted"]})
    kept = far(servers, script, "9.olga", "kept")
    assert [one.to for one in kept] == ["olga@far.test"]
    assert b"Message-ID: <9.olga@desk.test>" in kept[0].content
    assert "greylisted" in servers.log()


def test_what_fails_behind_postfix_comes_back_to_the_mark_of_the_message(
    servers: Servers,
) -> None:
    script = server.Server(always={"rcpt": "550 5.1.1 no such user"})
    far(servers, script, "10.olga", "status=bounced")
    found = parsed(servers.awaited("bounces@desk.test", lambda data: b"10.olga@desk.test" in data))
    assert found["Delivered-To"] == "bounces+10.olga@desk.test"
    assert found.get_content_type() == "multipart/report"
    (report,) = [p for p in found.walk() if p.get_content_type() == "message/delivery-status"]
    told = report.get_payload()
    assert isinstance(told, list)
    statuses = [str(part["Status"]) for part in told if isinstance(part, Message)]
    assert [status for status in statuses if status != "None"] == ["5.1.1"]
