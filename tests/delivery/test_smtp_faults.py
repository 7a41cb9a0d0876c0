"""Every way in which a mail server fails, what is written down of it, and that the time is bounded.

`certain`: whether it is certain that the message was not taken over, so that it may be sent again.
"""

import asyncio
import socket

import pytest

from service.delivery.base import Outcome
from service.delivery.smtp import SmtpChannel
from tests.delivery.certificates import Authority
from tests.delivery.sending import LONG, SHORT, Ledger, attempt, attempts, envelope, settings
from tests.delivery.server import (
    DROP,
    HANG,
    STORE_AND_DROP,
    STORE_AND_HANG,
    Act,
    Point,
    Server,
    serving,
)


def told(outcome: Outcome) -> tuple[str, str | None, int | None, str | None]:
    return outcome.result, outcome.cause, outcome.code, outcome.enhanced


REPLIES: list[tuple[Point, str, tuple[str, str | None, int | None, str | None]]] = [
    ("greeting", "421 4.3.2 shutting down", ("deferred", "server", 421, "4.3.2")),
    ("greeting", "450 try later", ("deferred", "server", 450, None)),
    ("greeting", "554 5.7.1 your address is listed", ("deferred", "policy", 554, "5.7.1")),
    ("ehlo", "421 4.3.2 shutting down", ("deferred", "server", 421, "4.3.2")),
    ("ehlo", "550 5.7.1 who are you", ("deferred", "policy", 550, "5.7.1")),
    ("mail", "421 4.3.2 shutting down", ("deferred", "server", 421, "4.3.2")),
    ("mail", "450 4.7.1 greylisted", ("deferred", "server", 450, "4.7.1")),
    ("mail", "451 4.3.0 trouble", ("deferred", "server", 451, "4.3.0")),
    ("mail", "530 5.7.0 log in first", ("deferred", "policy", 530, "5.7.0")),
    ("mail", "550 5.1.8 bad sender", ("failed", "policy", 550, "5.1.8")),
    ("mail", "550 5.1.1 no such sender", ("failed", "policy", 550, "5.1.1")),
    ("mail", "550 5.7.515 not authenticated", ("failed", "policy", 550, "5.7.515")),
    ("mail", "552 5.3.4 too large", ("failed", "message", 552, "5.3.4")),
    ("mail", "554 refused", ("failed", "policy", 554, None)),
    ("rcpt", "421 4.3.2 shutting down", ("deferred", "server", 421, "4.3.2")),
    ("rcpt", "450 4.2.0 mailbox busy", ("deferred", "mailbox", 450, "4.2.0")),
    ("rcpt", "451 4.7.1 greylisted", ("deferred", "server", 451, "4.7.1")),
    ("rcpt", "452 4.2.2 mailbox full", ("deferred", "mailbox", 452, "4.2.2")),
    ("rcpt", "550 5.1.1 no such user", ("failed", "mailbox", 550, "5.1.1")),
    ("rcpt", "550 no such user", ("failed", "mailbox", 550, None)),
    ("rcpt", "550 5.7.515 not authenticated", ("failed", "policy", 550, "5.7.515")),
    ("rcpt", "551 5.1.6 moved", ("failed", "mailbox", 551, "5.1.6")),
    ("rcpt", "552 5.2.2 mailbox full", ("deferred", "mailbox", 552, "5.2.2")),
    ("rcpt", "553 5.1.3 no such address", ("failed", "mailbox", 553, "5.1.3")),
    ("rcpt", "554 5.7.1 relay access denied", ("failed", "policy", 554, "5.7.1")),
    ("data", "421 4.3.2 shutting down", ("deferred", "server", 421, "4.3.2")),
    ("data", "451 4.3.0 trouble", ("deferred", "server", 451, "4.3.0")),
    ("data", "554 5.5.1 no valid recipients", ("failed", "message", 554, "5.5.1")),
    ("content", "421 4.3.2 shutting down", ("deferred", "server", 421, "4.3.2")),
    ("content", "552 5.3.4 too large", ("failed", "message", 552, "5.3.4")),
    ("dot", "421 4.3.2 shutting down", ("deferred", "server", 421, "4.3.2")),
    ("dot", "450 4.2.0 later", ("deferred", "mailbox", 450, "4.2.0")),
    ("dot", "451 4.7.1 greylisted", ("deferred", "server", 451, "4.7.1")),
    ("dot", "550 5.1.1 no such user", ("failed", "mailbox", 550, "5.1.1")),
    ("dot", "550 5.7.515 not authenticated", ("failed", "policy", 550, "5.7.515")),
    ("dot", "552 5.3.4 too large", ("failed", "message", 552, "5.3.4")),
    ("dot", "554 5.6.0 invalid content", ("failed", "message", 554, "5.6.0")),
]


@pytest.mark.parametrize(("point", "reply", "expected"), REPLIES)
def test_a_refusal_is_written_down_with_its_code_and_nothing_is_in_doubt(
    point: Point, reply: str, expected: tuple[object, ...]
) -> None:
    closes = reply.startswith("421") or point == "content"
    server = Server(always={point: Act(reply=reply, then="drop" if closes else "go on")})
    outcome, ledger = attempt(server, deadlines=LONG)
    assert told(outcome) == expected
    assert outcome.text == reply[4:]
    assert server.kept == []
    assert ledger.asked == (point in ("content", "dot"))


#: A connection that ends or says nothing: until the dot that is certain, from there on it is doubt.
EARLY: list[Point] = ["greeting", "ehlo", "mail", "rcpt", "data", "content"]


@pytest.mark.parametrize("point", EARLY)
def test_a_drop_before_the_dot_is_no_doubt(point: Point) -> None:
    server = Server(always={point: DROP})
    outcome, _ = attempt(server, deadlines=LONG)
    assert told(outcome) == ("deferred", "server", None, None)
    assert outcome.text.startswith(f"127.0.0.1:{server.port}, at ")
    assert server.kept == []


@pytest.mark.parametrize("point", [point for point in EARLY if point != "content"])
def test_silence_before_the_dot_ends_at_its_deadline_and_is_no_doubt(point: Point) -> None:
    server = Server(always={point: HANG})
    outcome, ledger = attempt(server)
    assert told(outcome) == ("deferred", "server", None, None)
    assert outcome.text.endswith(f"at {point}: no answer within 0.25 s")
    assert (server.kept, ledger.asked) == ([], 0)


@pytest.mark.parametrize("act", [STORE_AND_DROP, DROP])
def test_a_drop_after_the_dot_is_doubt_whether_it_was_stored_or_not(act: Act) -> None:
    server = Server(always={"dot": act})
    outcome, ledger = attempt(server, deadlines=LONG)
    assert told(outcome) == ("doubt", "server", None, None)
    assert "lost after the final dot" in outcome.text
    assert len(server.kept) == act.store
    assert ledger.asked == 1


@pytest.mark.parametrize("act", [STORE_AND_HANG, HANG])
def test_silence_after_the_dot_is_doubt(act: Act) -> None:
    outcome, _ = attempt(Server(always={"dot": act}))
    assert told(outcome) == ("doubt", "server", None, None)
    assert outcome.text.endswith("no answer to the final dot within 0.25 s")


@pytest.mark.parametrize("reply", ["hello?", "354 more", "999 what", "25"])
def test_an_answer_to_the_dot_that_is_none_is_doubt(reply: str) -> None:
    outcome, _ = attempt(Server(always={"dot": Act(reply=reply, store=True)}), deadlines=LONG)
    assert (outcome.result, outcome.cause) == ("doubt", "server")
    assert "no answer of a mail server" in outcome.text


def test_an_answer_without_an_end_is_doubt_and_costs_no_memory() -> None:
    server = Server(always={"dot": Act(reply="250-" + "x" * 100_000, store=True)})
    outcome, _ = attempt(server, deadlines=LONG)
    assert outcome.result == "doubt"
    assert len(outcome.text) <= 500


@pytest.mark.parametrize("point", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("reply", ["252 perhaps", "hello?", "235 done"])
def test_a_step_that_is_answered_strangely_is_not_taken_for_success(
    point: Point, reply: str
) -> None:
    server = Server(always={point: reply})
    outcome, ledger = attempt(server, deadlines=LONG)
    assert (outcome.result, outcome.cause) == ("deferred", "server")
    assert (server.kept, ledger.asked) == ([], 0)


def test_an_answer_before_the_message_is_complete_is_no_success() -> None:
    server = Server(always={"content": Act(reply="250 2.0.0 kept", then="drop")})
    outcome, _ = attempt(server, deadlines=LONG)
    assert (outcome.result, server.kept) == ("deferred", [])


def test_a_greeting_that_drips_ends_at_its_deadline() -> None:
    act = Act(reply="220 " + "sink " * 200, drip_s=0.02)
    outcome, _ = attempt(Server(always={"greeting": act}))
    assert told(outcome) == ("deferred", "server", None, None)
    assert "no answer within 0.25 s" in outcome.text


def test_a_late_greeting_is_waited_for() -> None:
    server = Server(always={"greeting": Act(reply="220 sink.example", after_s=0.2)})
    outcome, _ = attempt(server, deadlines=LONG)
    assert outcome.result == "sent"


def test_a_server_that_reads_nothing_ends_at_the_deadline_of_the_content() -> None:
    server, gone = Server(), asyncio.Event()
    body = b"Subject: x\r\n\r\n" + b"a line of text\r\n" * 4_000_000

    async def stuck(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        for answer in (b"250 sink\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
            await reader.readline()
            writer.write(answer)
        await gone.wait()
        writer.close()

    async def go() -> Outcome:
        listener = await asyncio.start_server(stuck, "127.0.0.1", 0, limit=4096)
        server.port = listener.sockets[0].getsockname()[1]
        channel = SmtpChannel(settings(server))
        made = await channel.send(envelope(message=body), Ledger(server).commit)
        await channel.close()
        gone.set()
        listener.close()
        return made

    outcome = asyncio.run(go())
    assert told(outcome) == ("deferred", "server", None, None)
    assert "at data: no answer within 0.25 s" in outcome.text


def test_no_server_at_all_is_named_with_its_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = Server(port=taken.getsockname()[1])

        async def go() -> Outcome:
            channel = SmtpChannel(settings(server, deadlines=LONG))
            return await channel.send(envelope(), Ledger(server).commit)

        outcome = asyncio.run(go())
    assert told(outcome) == ("deferred", "server", None, None)
    assert f"127.0.0.1:{server.port}" in outcome.text


def test_a_name_that_dns_does_not_know_is_deferred() -> None:
    server = Server(port=25)

    async def go() -> Outcome:
        loop = asyncio.get_running_loop()

        async def no_answer(*_: object, **__: object) -> list[object]:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        loop.getaddrinfo = no_answer  # type: ignore[assignment]
        channel = SmtpChannel(settings(server, host="mx.desk.example", deadlines=LONG))
        return await channel.send(envelope(), Ledger(server).commit)

    outcome = asyncio.run(go())
    assert told(outcome) == ("deferred", "server", None, None)
    assert "Temporary failure in name resolution" in outcome.text


def test_all_is_sent_once_when_the_server_is_back() -> None:
    server = Server(script={"greeting": ["421 4.3.2 not now", DROP], "mail": ["451 4.3.0 later"]})
    outcomes = attempts(server, [envelope()] * 4, deadlines=LONG)
    assert [one.result for one in outcomes] == ["deferred"] * 3 + ["sent"]
    assert len(server.kept) == 1


def test_greylisting_is_deferred_and_the_next_try_is_taken() -> None:
    server = Server(script={"rcpt": ["451 4.7.1 come back"]})
    first, second = attempts(server, [envelope()] * 2, deadlines=LONG)
    assert (told(first), second.result) == (("deferred", "server", 451, "4.7.1"), "sent")
    assert server.connections == 1


def test_after_421_to_the_dot_the_next_message_has_a_connection_of_its_own() -> None:
    act = Act(reply="421 4.3.2 going down", then="drop")
    server = Server(script={"dot": [act]})
    outcomes = attempts(server, [envelope()] * 2, deadlines=LONG)
    assert [one.result for one in outcomes] == ["deferred", "sent"]
    assert server.connections == 2


def test_a_wrong_password_is_the_operators_and_is_not_shown() -> None:
    server = Server(login=("desk", "right"))
    outcome, ledger = attempt(server, username="desk", password="wr0ng-one", deadlines=LONG)
    assert told(outcome) == ("deferred", "policy", 535, "5.7.8")
    assert "wr0ng-one" not in outcome.text
    assert (server.kept, ledger.asked) == ([], 0)


def test_a_login_that_the_server_does_not_know_is_the_operators() -> None:
    outcome, _ = attempt(Server(), username="desk", password="x", deadlines=LONG)
    assert told(outcome) == ("deferred", "policy", None, None)
    assert "offers no login" in outcome.text


def test_a_login_that_fails_for_now_is_the_servers() -> None:
    server = Server(login=("desk", "right"), always={"auth": "454 4.7.0 not now"})
    outcome, _ = attempt(server, username="desk", password="right", deadlines=LONG)
    assert told(outcome) == ("deferred", "server", 454, "4.7.0")


def test_without_starttls_nothing_is_said_in_the_open() -> None:
    server = Server(login=("desk", "right"))
    outcome, _ = attempt(
        server, security="starttls", username="desk", password="right", deadlines=LONG
    )
    assert told(outcome) == ("deferred", "policy", None, None)
    assert "does not offer STARTTLS" in outcome.text
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.commands)


def test_starttls_that_is_refused_for_now_is_the_servers(authority: Authority) -> None:
    server = Server(tls=authority.server(), always={"starttls": "454 4.7.0 not now"})
    outcome, _ = attempt(server, security="starttls", deadlines=LONG)
    assert told(outcome) == ("deferred", "server", 454, "4.7.0")


CERTIFICATES = [
    ({"end": "20210101000000Z"}, True, "certificate has expired"),
    ({"name": "mail.other.example"}, True, "mismatch"),
    ({}, False, "unable to get local issuer certificate"),
]


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(("made", "known", "words"), CERTIFICATES)
def test_a_certificate_that_proves_nothing_is_the_operators_and_nothing_is_sent(
    authority: Authority, security: str, made: dict[str, str], known: bool, words: str
) -> None:
    server = Server(tls=authority.server(**made), implicit=security == "tls")
    trust = authority.trust() if known else None
    outcome, ledger = attempt(server, security=security, trust=trust, deadlines=LONG)
    assert told(outcome) == ("deferred", "policy", None, None)
    assert "cannot be spoken to securely" in outcome.text
    assert words in outcome.text
    assert (server.kept, ledger.asked) == ([], 0)


def test_a_certificate_that_is_signed_by_itself_is_not_believed(authority: Authority) -> None:
    server = Server(tls=authority.alone())
    outcome, _ = attempt(server, security="starttls", trust=authority.trust(), deadlines=LONG)
    assert told(outcome) == ("deferred", "policy", None, None)
    assert "self-signed certificate" in outcome.text
    assert server.kept == []


def test_tls_spoken_to_a_server_that_has_none_is_the_operators() -> None:
    outcome, _ = attempt(Server(), security="tls", deadlines=LONG)
    assert (outcome.result, outcome.cause) == ("deferred", "policy")


def test_a_message_that_hangs_delays_no_other() -> None:
    server = Server(script={"dot": [HANG]})

    async def go() -> list[Outcome]:
        async with serving(server):
            channel = SmtpChannel(settings(server, connections=2, deadlines=SHORT))
            ledger = Ledger(server)
            slow = asyncio.create_task(channel.send(envelope("slow@example.org"), ledger.commit))
            while "dot" not in server.reached:
                await asyncio.sleep(0.005)
            others = [await channel.send(envelope(), ledger.commit) for _ in range(5)]
            assert not slow.done()
            await channel.close()
            return [*others, await slow]

    assert [one.result for one in asyncio.run(go())] == ["sent"] * 5 + ["doubt"]


def test_a_message_that_was_given_up_holds_no_connection_open() -> None:
    server = Server(always={"rcpt": HANG})

    async def go() -> int:
        async with serving(server):
            channel = SmtpChannel(settings(server))
            await channel.send(envelope(), Ledger(server).commit)
            async with asyncio.timeout(5):
                while server.open:
                    await asyncio.sleep(0.005)
            return server.open

    assert asyncio.run(go()) == 0
