"""A message to a mail server: what goes over the wire, and over which connection."""

import asyncio
import base64
from pathlib import Path

import pytest
from hypothesis import given as hypothetically
from hypothesis import settings as how
from hypothesis import strategies as st

from service.delivery.dialling import authorities
from service.delivery.smtp import SmtpChannel
from service.errors import SettingsError
from tests.delivery.certificates import Authority
from tests.delivery.sending import (
    LONG,
    MESSAGE,
    Ledger,
    attempt,
    attempts,
    envelope,
    settings,
)
from tests.delivery.server import Act, Server, serving


def test_a_message_arrives_as_it_was_given_dots_and_all() -> None:
    server = Server()
    outcome, ledger = attempt(server, deadlines=LONG)
    assert (outcome.result, outcome.code, outcome.enhanced) == ("sent", 250, "2.0.0")
    assert ledger.asked == 1
    (kept,) = server.kept
    assert kept.content == MESSAGE
    assert (kept.sender, kept.to) == ("b+1@desk.example", "reader@example.org")
    assert b"\r\n..\r\n...two dots\r\n..one dot\r\n" in kept.wire


def test_the_commit_is_asked_when_the_content_is_out_and_the_dot_is_not() -> None:
    _, ledger = attempt(Server(), deadlines=LONG)
    assert ledger.before == {"greeting": 1, "ehlo": 1, "mail": 1, "rcpt": 1, "data": 1}


def test_nothing_was_sent_when_the_commit_says_no() -> None:
    server = Server()
    outcome, _ = attempt(server, commit=False)
    assert outcome.result == "withdrawn"
    assert server.kept == []
    assert "dot" not in server.reached


def test_an_error_of_the_ledger_before_the_dot_sends_nothing() -> None:
    server = Server()

    async def commit() -> bool:
        raise RuntimeError("the disk is full")

    async def go() -> None:
        async with serving(server):
            channel = SmtpChannel(settings(server))
            with pytest.raises(RuntimeError, match="disk"):
                await channel.send(envelope(), commit)
            await channel.close()

    asyncio.run(go())
    assert server.kept == []


@how(max_examples=40, deadline=None)
@hypothetically(st.binary(max_size=300).map(lambda data: bytes(b & 0x7F for b in data)))
def test_whatever_is_in_a_message_ends_neither_it_nor_the_conversation(data: bytes) -> None:
    server = Server()
    body = b"Subject: x\r\n\r\n" + data
    first, second = attempts(
        server, [envelope(message=body), envelope(message=MESSAGE)], deadlines=LONG
    )
    assert (first.result, second.result) == ("sent", "sent")
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    assert server.kept[0].content == (lines if lines.endswith(b"\r\n") else lines + b"\r\n")
    assert [kept.content for kept in server.kept[1:]] == [MESSAGE]


def test_a_large_message_arrives_whole() -> None:
    server = Server()
    body = b"Subject: x\r\n\r\n" + b"\r\n".join(b"%d " % n * 12 for n in range(80_000)) + b"\r\n"
    assert len(body) > 4_000_000
    outcome, _ = attempt(server, envelope(message=body), deadlines=LONG)
    assert outcome.result == "sent"
    assert server.kept[0].content == body


def test_messages_share_connections_up_to_what_one_may_carry() -> None:
    server = Server()
    outcomes = attempts(server, [envelope()] * 7, per_connection=3, deadlines=LONG)
    assert [one.result for one in outcomes] == ["sent"] * 7
    assert [kept.connection for kept in server.kept] == [1, 1, 1, 2, 2, 2, 3]
    assert server.commands.count("QUIT") == 3


def test_there_are_never_more_connections_than_allowed() -> None:
    server = Server()

    async def go() -> None:
        async with serving(server):
            channel = SmtpChannel(settings(server, connections=3, deadlines=LONG))
            ledger = Ledger(server)
            await asyncio.gather(*(channel.send(envelope(), ledger.commit) for _ in range(40)))
            await channel.close()

    asyncio.run(go())
    assert len(server.kept) == 40
    assert server.most_open <= 3


def test_a_connection_that_nobody_uses_is_left_before_the_server_closes_it() -> None:
    server = Server()

    async def go() -> None:
        async with serving(server):
            channel = SmtpChannel(settings(server, idle_s=0.03, deadlines=LONG))
            await channel.send(envelope(), Ledger(server).commit)
            assert server.open == 1
            async with asyncio.timeout(10):
                while server.open:
                    await asyncio.sleep(0.01)
            assert server.commands[-1] == "QUIT"
            await channel.close()

    asyncio.run(go())


def test_a_kept_connection_that_the_server_has_closed_costs_no_message() -> None:
    server = Server(script={"dot": ["250 2.0.0 kept", Act(reply="250 2.0.0 kept", then="drop")]})
    outcomes = attempts(server, [envelope()] * 4, deadlines=LONG)
    assert [one.result for one in outcomes] == ["sent"] * 4
    assert server.connections == 2


@pytest.mark.parametrize("bye", [Act(then="drop"), Act(reply="421 4.7.0 enough", then="drop")])
def test_a_server_that_ends_a_kept_connection_at_the_next_message_costs_no_message(
    bye: Act,
) -> None:
    server = Server(script={"mail": ["250 fine", bye]})
    outcomes = attempts(server, [envelope()] * 3, deadlines=LONG)
    assert [one.result for one in outcomes] == ["sent"] * 3
    assert server.connections == 2


def test_a_refused_recipient_leaves_the_connection_to_the_next() -> None:
    server = Server(to={"nobody@example.org": "550 5.1.1 unknown user"})
    outcomes = attempts(server, [envelope("nobody@example.org"), envelope()], deadlines=LONG)
    assert [one.result for one in outcomes] == ["failed", "sent"]
    assert server.connections == 1
    assert "RSET" in server.commands


def test_a_refused_content_leaves_the_connection_to_the_next() -> None:
    server = Server(script={"dot": ["554 5.7.1 no such words here"]})
    outcomes = attempts(server, [envelope(), envelope()], deadlines=LONG)
    assert [one.result for one in outcomes] == ["failed", "sent"]
    assert server.connections == 1


def test_a_message_a_second_goes_out_in_its_turn() -> None:
    server = Server()

    async def go() -> float:
        async with serving(server):
            channel = SmtpChannel(settings(server, per_second=50, deadlines=LONG))
            ledger, loop = Ledger(server), asyncio.get_running_loop()
            begun = loop.time()
            await asyncio.gather(*(channel.send(envelope(), ledger.commit) for _ in range(6)))
            await channel.close()
            return loop.time() - begun

    assert asyncio.run(go()) >= 5 / 50


def test_an_address_of_another_script_is_sent_where_the_server_takes_it() -> None:
    server = Server()
    message = "To: бюро@example.org\r\n\r\nx\r\n".encode()
    outcome, _ = attempt(server, envelope("бюро@example.org", message=message), deadlines=LONG)
    assert outcome.result == "sent"
    (kept,) = server.kept
    assert kept.to == "бюро@example.org"
    assert {"SMTPUTF8", "BODY=8BITMIME"} <= set(kept.options)


def test_an_address_of_another_script_fails_clearly_where_the_server_does_not() -> None:
    server = Server(extensions=("8BITMIME",))
    outcome, ledger = attempt(server, envelope("бюро@example.org"))
    assert (outcome.result, outcome.cause) == ("failed", "message")
    assert "takes no address with letters beyond ASCII" in outcome.text
    assert ledger.asked == 0
    assert "mail" not in server.reached


def test_plain_addresses_ask_nothing_of_a_server_without_extensions() -> None:
    server = Server(extensions=())
    outcome, _ = attempt(server, deadlines=LONG)
    assert outcome.result == "sent"
    assert server.kept[0].options == ()


def test_bytes_beyond_ascii_are_never_sent_to_be_changed_on_the_way() -> None:
    outcome, ledger = attempt(Server(), envelope(message="Subject: x\r\n\r\nй\r\n".encode()))
    assert (outcome.result, outcome.cause, ledger.asked) == ("failed", "message", 0)
    assert "beyond ASCII" in outcome.text


def test_a_message_that_is_too_large_for_the_server_is_not_sent() -> None:
    server = Server(extensions=("SIZE 100",))
    outcomes = attempts(server, [envelope(), envelope(message=b"Subject: x\r\n\r\nshort\r\n")])
    assert [(one.result, one.cause, one.code) for one in outcomes] == [
        ("failed", "message", 552),
        ("sent", None, 250),
    ]
    assert "takes 100" in outcomes[0].text
    assert server.connections == 1


@pytest.mark.parametrize(
    "address",
    ["a@example.org\r\nRCPT TO:<b@example.org>", "a@example.org,b@example.org", "<a@example.org>"],
)
def test_an_address_that_would_be_read_as_more_is_given_to_no_server(address: str) -> None:
    server = Server()
    outcome, ledger = attempt(server, envelope(address))
    assert (outcome.result, outcome.cause, ledger.asked) == ("failed", "message", 0)
    assert "\n" not in outcome.text
    assert "mail" not in server.reached


def test_bounces_of_nobody_have_an_empty_sender() -> None:
    server = Server()
    attempt(server, envelope(sender=""), deadlines=LONG)
    assert any(line.startswith("MAIL FROM:<>") for line in server.commands)


def test_login_over_a_checked_connection(authority: Authority) -> None:
    server = Server(tls=authority.server(), login=("desk", "pässword"))
    outcome, _ = attempt(
        server,
        deadlines=LONG,
        security="starttls",
        trust=authority.trust(),
        username="desk",
        password="pässword",
    )
    assert outcome.result == "sent"
    assert server.kept[0].secure
    given = base64.b64encode("\0desk\0pässword".encode()).decode()
    assert f"AUTH PLAIN {given}" in server.commands
    assert server.commands.index("STARTTLS") < server.commands.index(f"AUTH PLAIN {given}")


def test_security_from_the_first_byte(authority: Authority) -> None:
    server = Server(tls=authority.server(), implicit=True)
    outcome, _ = attempt(server, security="tls", trust=authority.trust(), deadlines=LONG)
    assert outcome.result == "sent"
    assert server.kept[0].secure


def test_a_check_connects_and_logs_in_and_sends_nothing() -> None:
    server = Server(login=("desk", "secret"))

    async def go(password: str) -> str | None:
        async with serving(server):
            channel = SmtpChannel(
                settings(server, username="desk", password=password, deadlines=LONG)
            )
            found = await channel.check()
            await channel.close()
            return found

    assert asyncio.run(go("secret")) is None
    assert "535" not in str(asyncio.run(go("secret")))
    assert "wrong user or password" in (asyncio.run(go("guess")) or "")
    assert "mail" not in server.reached


def test_an_authority_of_ones_own_is_read_from_its_file(authority: Authority) -> None:
    server = Server(tls=authority.server())
    trust = authorities(authority.file)
    outcome, _ = attempt(server, security="starttls", trust=trust, deadlines=LONG)
    assert outcome.result == "sent"


def test_a_file_without_an_authority_is_named(tmp_path: Path) -> None:
    missing, empty = tmp_path / "missing.pem", tmp_path / "empty.pem"
    empty.touch()
    with pytest.raises(SettingsError, match=r"missing\.pem is no file that can be read"):
        authorities(missing)
    with pytest.raises(SettingsError, match=r"smtp\.ca_file: .*empty\.pem holds no certificate"):
        authorities(empty)


def test_a_password_is_in_no_description_of_a_server() -> None:
    assert "secret" not in repr(settings(Server(), username="desk", password="secret"))
