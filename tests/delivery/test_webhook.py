"""Issues posted to a program: signed, once where it heeds the key, in doubt only after the body."""

import asyncio
import hashlib
import hmac
import json
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery import parcel
from service.delivery.base import Envelope, Outcome
from service.delivery.webhook import WebhookChannel, judged
from service.errors import SettingsError
from service.model import Artifact
from tests.builders import brief
from tests.delivery.certificates import Authority

SECRET = "a secret that nobody guesses, 32+"
NOW = 1_795_334_400.0
DOCUMENT = parcel.pack(brief(), (Artifact(format="pdf", data=b"%PDF" * 30_000),), text="Мост.")


@dataclass
class Hook:
    """A program that is posted to, and answers as it is told."""

    answer: str = "200 OK"
    headers: str = ""
    body: bytes = b"thank you"
    #: Before anything is read, after the head, after the body.
    drop: str = ""
    hang: bool = False
    port: int = 0
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    heads: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.drop == "at once":
            return
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads += 1
        if self.drop == "after the head":
            return
        fields = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line)
        body = await reader.readexactly(int(fields["Content-Length"]))
        self.asked.append((fields, body))
        if self.drop == "after the body":
            return
        if self.hang:
            await reader.read()
        head = f"HTTP/1.1 {self.answer}\r\nContent-Length: {len(self.body)}\r\n{self.headers}\r\n"
        writer.write(head.encode() + self.body)
        await writer.drain()


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


def post(
    hook: Hook,
    *,
    commit: Callable[[], Awaitable[bool]] = yes,
    total_s: float = 20,
    url: str = "",
    times: int = 1,
) -> Outcome:
    async def go() -> Outcome:
        listener = await asyncio.start_server(hook.talk, "127.0.0.1", 0)
        hook.port = listener.sockets[0].getsockname()[1]
        channel = WebhookChannel(SECRET, total_s=total_s, clock=lambda: NOW)
        to = url or f"http://127.0.0.1:{hook.port}/hook"
        envelope = Envelope(to=to, sender="", name="brief-7", message=DOCUMENT)
        try:
            for _ in range(times):
                made = await channel.send(envelope, commit)
        finally:
            await channel.close()
            listener.close()
        return made

    return asyncio.run(go())


def test_the_document_arrives_signed() -> None:
    hook = Hook()
    outcome = post(hook)
    assert (outcome.result, outcome.code, outcome.text) == ("sent", 200, "thank you")
    ((fields, body),) = hook.asked
    assert body == DOCUMENT
    assert fields["Content-Type"] == "application/json"
    given = dict(part.split("=", 1) for part in fields["Briefing-Signature"].split(","))
    assert given["t"] == str(int(NOW))
    expected = hmac.new(SECRET.encode(), f"{given['t']}.".encode() + body, hashlib.sha256)
    assert given["v1"] == expected.hexdigest()


def test_the_document_says_what_the_issue_is() -> None:
    told = json.loads(DOCUMENT)
    issue = brief()
    assert (told["title"], told["number"], told["text"]) == (issue.title, issue.number, "Мост.")
    assert told["files"][0]["sha256"] == hashlib.sha256(b"%PDF" * 30_000).hexdigest()


def test_a_second_attempt_has_the_same_key_and_another_address_another() -> None:
    hook, other = Hook(), Hook()
    post(hook, times=2)
    keys = {fields["Idempotency-Key"] for fields, _ in hook.asked}
    assert (len(hook.asked), len(keys)) == (2, 1)
    post(other)
    assert other.asked[0][0]["Idempotency-Key"] not in keys


def test_the_commit_is_asked_before_the_body_goes_out() -> None:
    hook = Hook()

    async def commit() -> bool:
        assert hook.asked == []
        return True

    assert post(hook, commit=commit).result == "sent"


def test_a_withdrawn_issue_is_posted_to_nobody() -> None:
    hook = Hook()
    assert post(hook, commit=no).result == "withdrawn"
    assert hook.asked == []


def test_an_error_of_the_ledger_is_the_ledgers() -> None:
    hook = Hook()

    async def commit() -> bool:
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="disk"):
        post(hook, commit=commit)
    assert hook.asked == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("202 Accepted", ("sent", None)),
        ("301 Moved", ("failed", "policy")),
        ("400 Bad", ("failed", "message")),
        ("401 Login", ("failed", "policy")),
        ("404 Nothing", ("failed", "policy")),
        ("408 Slow", ("deferred", "server")),
        ("410 Gone", ("failed", "mailbox")),
        ("413 Large", ("failed", "message")),
        ("425 Early", ("deferred", "server")),
        ("429 Many", ("deferred", "server")),
        ("500 Broken", ("deferred", "server")),
        ("503 Away", ("deferred", "server")),
    ],
)
def test_each_answer_has_its_meaning(answer: str, expected: tuple[str, str | None]) -> None:
    outcome = post(Hook(answer=answer, body=b""))
    assert (outcome.result, outcome.cause) == expected
    assert (outcome.code, outcome.text) == (int(answer[:3]), f"HTTP {answer[:3]}")


@given(st.integers(200, 599))
def test_any_status_has_a_meaning(status: int) -> None:
    result, cause = judged(status)
    assert (result == "sent") == (status < 300) == (cause is None)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120.0),
        ("Sun, 22 Nov 2026 08:10:00 GMT", 600.0),
        ("Sun, 22 Nov 2026 07:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("99999999999999999999", 999999999.0),
    ],
)
def test_how_long_to_wait_is_taken_from_the_answer(asked: str, seconds: float | None) -> None:
    outcome = post(Hook(answer="503 Away", headers=f"Retry-After: {asked}\r\n"))
    assert (outcome.result, outcome.retry_after_s) == ("deferred", seconds)


def test_a_redirect_is_not_followed() -> None:
    target = Hook()
    outcome = post(Hook(answer="307 There", headers="Location: http://127.0.0.1:9/x\r\n"))
    assert (outcome.result, outcome.cause, outcome.code) == ("failed", "policy", 307)
    assert target.asked == []


def test_a_drop_before_the_ledger_has_said_yes_is_no_doubt() -> None:
    async def commit() -> bool:
        # The other side has gone by the time that the ledger has written its line.
        await asyncio.sleep(0.2)
        return True

    outcome = post(Hook(drop="at once"), commit=commit)
    assert (outcome.result, outcome.cause) == ("deferred", "server")


def test_nothing_is_said_before_the_ledger_has_said_yes() -> None:
    hook = Hook()

    async def commit() -> bool:
        await asyncio.sleep(0.1)
        assert hook.heads == 0
        return True

    assert post(hook, commit=commit).result == "sent"


@pytest.mark.parametrize("drop", ["after the head", "after the body"])
def test_a_drop_after_the_request_was_begun_is_doubt(drop: str) -> None:
    outcome = post(Hook(drop=drop))
    assert (outcome.result, outcome.cause) == ("doubt", "server")
    assert outcome.text.startswith("after the request: ")


def test_silence_after_the_body_is_doubt() -> None:
    hook = Hook(hang=True)
    outcome = post(hook, total_s=0.3)
    assert (outcome.result, len(hook.asked)) == ("doubt", 1)
    assert "no answer in time" in outcome.text


def test_no_program_at_all_is_deferred() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        outcome = post(Hook(), url=f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert (outcome.result, outcome.cause, outcome.code) == ("deferred", "server", None)


def test_a_certificate_that_proves_nothing_is_the_operators(authority: Authority) -> None:
    hook = Hook()

    async def go() -> Outcome:
        context = authority.server()
        listener = await asyncio.start_server(hook.talk, "127.0.0.1", 0, ssl=context)
        port = listener.sockets[0].getsockname()[1]
        channel = WebhookChannel(SECRET)
        to = f"https://127.0.0.1:{port}/hook"
        made = await channel.send(Envelope(to=to, sender="", name="brief-7", message=DOCUMENT), yes)
        await channel.close()
        listener.close()
        return made

    outcome = asyncio.run(go())
    assert (outcome.result, outcome.cause, hook.asked) == ("deferred", "policy", [])
    assert "certificate" in outcome.text.lower()


def test_a_long_answer_is_cut() -> None:
    outcome = post(Hook(answer="500 Broken", body=b"<html>\r\n" + b"x" * 100_000))
    assert len(outcome.text) <= 500
    assert "\n" not in outcome.text


def test_a_secret_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(SettingsError, match="openssl rand"):
        WebhookChannel("secret")
