"""The pages that watch over the service, and its socket."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.errors import BriefError
from service.serving import health, web
from service.serving.health import Pulse
from service.serving.web import Watching
from service.settings import Settings
from service.standing import standing
from service.store import Store, beats
from tests.serving.given import Hands, chosen


async def _archive(scope: Any, receive: Any, send: Any) -> None:
    """Answers everything with its path; takes part in the life of the server."""
    if scope["type"] == "lifespan":
        while True:
            word = (await receive())["type"]
            await send({"type": f"{word}.complete"})
            if word == "lifespan.shutdown":
                return
    body = f"archive {scope['path']}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def _app(
    settings: Settings,
    *,
    alive: bool = True,
    ready: tuple[bool, Any] = (True, {"ready": True, "reasons": []}),
) -> Watching:
    return Watching(
        _archive, settings, alive=lambda: alive, ready=lambda: ready, numbers=lambda: b"x 1\n"
    )


def _get(
    app: Watching, path: str, *, peer: str = "127.0.0.1", method: str = "GET", **headers: str
) -> httpx.Response:
    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=(peer, 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(go())


def test_what_is_no_page_of_ours_is_the_archives(place: Path) -> None:
    assert _get(_app(chosen(place)), "/issues/1").text == "archive /issues/1"


@pytest.mark.parametrize(("alive", "status"), [(True, 200), (False, 503)])
def test_alive_is_a_process_whose_clock_calls(place: Path, alive: bool, status: int) -> None:
    assert _get(_app(chosen(place), alive=alive), "/healthz").status_code == status


def test_not_ready_says_why_to_who_watches_and_only_so_much_to_others(place: Path) -> None:
    said = {"ready": False, "reasons": [{"cause": "tick", "text": "stands"}]}
    app = _app(chosen(place), ready=(False, said))
    near = _get(app, "/readyz")
    assert (near.status_code, near.json()) == (503, said)
    for far in (
        _get(app, "/readyz", peer="203.0.113.7"),
        _get(app, "/readyz", **{"X-Forwarded-For": "127.0.0.1"}),
    ):
        assert (far.status_code, far.json()) == (503, {"ready": False})


@pytest.mark.parametrize(
    ("peer", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("203.0.113.7", 403), ("x", 403)],
)
def test_numbers_are_for_who_watches(place: Path, peer: str, status: int) -> None:
    assert _get(_app(chosen(place)), "/metrics", peer=peer).status_code == status


def test_another_machine_may_watch_by_setting(place: Path) -> None:
    app = _app(chosen(place, web={"watchers": ["203.0.113.7"]}))
    assert _get(app, "/metrics", peer="203.0.113.7").text == "x 1\n"
    assert _get(app, "/metrics").status_code == 403


def test_watching_changes_nothing_and_is_kept_by_nobody(place: Path) -> None:
    app = _app(chosen(place))
    assert _get(app, "/healthz", method="POST").status_code == 405
    assert _get(app, "/readyz").headers["cache-control"] == "no-store"


# Whether all is well


def _desk(place: Path) -> tuple[Store, Settings]:
    wanted = chosen(place)
    return Store.open(wanted.store_url), wanted


def test_ready_needs_a_tick_of_now(place: Path, hands: Hands) -> None:
    store, wanted = _desk(place)
    with store:
        well, said = health.ready(store, wanted, hands.wall)
        assert (well, said["last_tick_s"]) == (False, None)
        with store.write() as db:
            beats.beat(db, "tick", at=hands.wall)
        hands.go(seconds=10)
        well, said = health.ready(store, wanted, hands.wall)
        assert (well, said["last_tick_s"], said["doubts"]) == (True, 10.0, 0)


def test_a_database_that_can_be_read_and_not_written_is_the_reason(
    place: Path, hands: Hands
) -> None:
    store, wanted = _desk(place)
    with store:
        with store.write() as db:
            beats.beat(db, "tick", at=hands.wall)
        well, said = health.ready(store, wanted, hands.wall, unwritable="it is read-only")
    assert not well
    assert said["reasons"] == [{"cause": "database", "text": "it is read-only"}]


def test_a_reason_names_no_reader(place: Path, hands: Hands) -> None:
    from service.store import notices

    store, wanted = _desk(place)
    with store:
        with store.write() as db:
            beats.beat(db, "tick", at=hands.wall)
            notices.tell(db, "policy:5.7.1", "550 <a.reader@example.org> refused", now=hands.wall)
        well, said = health.ready(store, wanted, hands.wall)
    assert well
    assert said["attention"] == [{"cause": "policy:5.7.1", "text": "550 <(address)> refused"}]


def test_a_database_that_cannot_be_read_is_the_reason(place: Path, hands: Hands) -> None:
    store, wanted = _desk(place)
    with store:
        store.close()
        for end in ("", "-wal", "-shm"):
            store.path.with_name(store.path.name + end).unlink(missing_ok=True)
        store.path.write_bytes(b"this is no database at all, but long enough to be looked at" * 99)
        well, said = health.ready(store, wanted, hands.wall)
    assert not well
    assert said["reasons"][0]["cause"] == "database"


def test_a_pulse_is_felt_for_three_minutes(hands: Hands) -> None:
    pulse = Pulse(hands.clock())
    felt = []
    for seconds in (179, 2):
        hands.go(seconds=seconds)
        felt.append(pulse.beats)
    pulse.beat()
    hands.leap(days=-1)
    assert [*felt, pulse.beats] == [True, False, True]


# The numbers


def test_the_numbers_say_what_the_store_says_and_how_long_steps_took(
    place: Path, hands: Hands
) -> None:
    from service.serving.metrics import Metrics

    store, wanted = _desk(place)
    with store:
        numbers = Metrics(lambda: standing(store, wanted, now=hands.wall), lambda: -1.5)
        numbers.took("compose", 2.0)
        with numbers.step("collect"):
            pass
        numbers.ran("tick", well=True)
        numbers.ran("tick", well=False)
        text = numbers.text().decode()
    for line in (
        'briefing_step_seconds_bucket{le="2.5",step="compose"} 1.0',
        'briefing_step_seconds_count{step="collect"} 1.0',
        'briefing_job_runs_total{job="tick",result="failed"} 1.0',
        "briefing_clock_drift_seconds -1.5",
        "briefing_store_up 1.0",
        'briefing_deliveries{state="doubt"} 0.0',
        "briefing_queue_age_seconds 0.0",
        'briefing_edition_failed{edition="daily"} 0.0',
        "process_open_fds",
        "process_resident_memory_bytes",
    ):
        assert line in text, line


def test_the_numbers_are_there_when_the_database_is_not(place: Path) -> None:
    from service.errors import StoreError
    from service.serving.metrics import Metrics

    def fails() -> Any:
        raise StoreError("locked")

    text = Metrics(fails, lambda: 0.0).text().decode()
    assert "briefing_store_up 0.0" in text
    assert "process_open_fds" in text


def test_every_number_is_documented(place: Path, hands: Hands) -> None:
    import re

    from service.serving.metrics import Metrics

    page = Path(__file__).resolve().parents[2] / "docs" / "operating.md"
    documented = set(re.findall(r"`(briefing_\w+)`", page.read_text("utf-8")))
    store, wanted = _desk(place)
    with store:
        numbers = Metrics(lambda: standing(store, wanted, now=hands.wall), lambda: 0.0)
        names = set(re.findall(r"^# TYPE (briefing_\w+)", numbers.text().decode(), re.MULTILINE))
    assert {name for name in names if not name.endswith("_created")} == documented


# The socket


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with web.bound("127.0.0.1:0") as first:
        port = first.getsockname()[1]
        with pytest.raises(BriefError, match=f"{port}: another program listens there"):
            web.bound(f"127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("listen", "words"),
    [("203.0.113.7:8080", "no such address"), ("no.such.host.invalid:80", "no address here")],
)
def test_an_address_that_is_not_here_is_one_clear_line(listen: str, words: str) -> None:
    with pytest.raises(BriefError, match=words):
        web.bound(listen)


def test_an_address_of_six_is_written_in_brackets() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        made = web.bound("[::1]:0")
    except BriefError as error:
        pytest.skip(f"no IPv6 here: {error}")
    with made:
        assert web.where(made).startswith("http://[::1]:")


def test_the_server_answers_on_the_socket_and_leaves_it_open_for_the_next(place: Path) -> None:
    async def once(listening: socket.socket, path: str) -> str:
        async with (
            web.serving(_app(chosen(place)), listening),
            httpx.AsyncClient(base_url=web.where(listening)) as client,
        ):
            return (await client.get(path)).text

    async def go(step: Callable[[socket.socket, str], Awaitable[str]]) -> list[str]:
        with web.bound("127.0.0.1:0") as listening:
            return [await step(listening, path) for path in ("/one", "/two")]

    assert asyncio.run(go(once)) == ["archive /one", "archive /two"]
