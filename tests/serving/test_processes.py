"""The service as a process: started, signalled, killed, and started again (fault rows 7, 16)."""

import json
import os
import signal
import subprocess
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from service.store import deliveries, ledger, notices, periods
from service.store.periods import Slot
from tests.beside import beside
from tests.delivery.server import HANG, Act, Server, serving
from tests.serving import served
from tests.serving.given import LONG_AGO


def _ask(home: Path, key: str = "asked-1") -> None:
    now = datetime.now(UTC)
    with served.store(home) as store, store.write() as db:
        periods.add(db, edition="daily", key=key, due=now, state="due", now=now)


def _slot(home: Path, key: str = "asked-1") -> Slot:
    with served.store(home) as store, store.read() as db:
        return periods.get(db, "daily", key)


def _states(home: Path) -> dict[str, int]:
    with served.store(home) as store, store.read() as db:
        return {state: count for state, count in deliveries.counts(db).items() if count}


def _months_pass(home: Path) -> None:
    """Let the leases of whoever was killed come to their end."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    with served.store(home) as store, store.write() as db:
        for table in (ledger.period, ledger.delivery):
            db.execute(
                update(table).where(table.c.lease_until.is_not(None)).values(lease_until=past)
            )


@pytest.mark.slow
def test_a_brief_arrives_once_however_often_the_service_is_started(place: Path) -> None:
    for document in (place / "corpus").iterdir():
        # One that was written a moment ago would be left to the next round.
        os.utime(document, (1_772_500_000, 1_772_500_000))
    with beside(serving(Server())) as server:
        served.write(place, smtp=server.port)
        _ask(place)
        with served.serving(place) as service:
            service.started()
            service.until(lambda: len(server.kept) == 1, "mail")
            service.until(lambda: _states(place) == {"sent": 1}, "recorded")
            with urllib.request.urlopen(f"{service.address}readyz") as answer:
                assert json.load(answer)["ready"] is True
            with urllib.request.urlopen(f"{service.address}metrics") as answer:
                text = answer.read().decode()
            assert 'briefing_deliveries{state="sent"} 1.0' in text
            with urllib.request.urlopen(f"{service.address}issues/1") as answer:
                assert "Amur" in answer.read().decode()
            code, took_s = service.end()
            assert (code, took_s < 25) == (0, True)
        with served.serving(place) as service:
            service.started()
            service.wait_for("sources read")
            assert service.end()[0] == 0
        assert len(server.kept) == 1


@pytest.mark.slow
def test_a_stop_while_an_issue_is_made_loses_nothing_and_doubles_nothing(place: Path) -> None:
    with beside(serving(Server())) as server:
        served.write(place, smtp=server.port, stop_s=3, formats="pdf")
        _ask(place)
        with served.serving(place) as service:
            service.started()
            service.until(lambda: _slot(place).state == "running", "claimed")
            code, took_s = service.end()
            assert code == 0, service.text()
            assert took_s < 6
            assert "Traceback" not in service.text()
        slot = _slot(place)
        assert slot.state in ("due", "published")
        assert slot.lease_owner is None
        with served.serving(place) as service:
            service.started()
            service.until(lambda: _states(place) == {"sent": 1}, "sent")
            assert service.end()[0] == 0
    assert len(server.kept) == 1


def test_a_stop_during_data_waits_for_the_answer(place: Path) -> None:
    script = {"dot": [Act(reply="250 2.0.0 kept", after_s=2.0, store=True)]}
    with beside(serving(Server(script=script))) as server:  # type: ignore[arg-type]
        served.write(place, smtp=server.port)
        _ask(place)
        with served.serving(place) as service:
            service.started()
            service.until(lambda: server.reached.get("dot", 0) == 1, "the dot")
            code, took_s = service.end()
            assert (code, took_s < 25) == (0, True)
        assert _states(place) == {"sent": 1}
    assert len(server.kept) == 1


@pytest.mark.slow
def test_a_stop_during_data_without_an_answer_ends_in_time_and_leaves_one_doubt(
    place: Path,
) -> None:
    with beside(serving(Server(script={"dot": [HANG]}))) as server:
        served.write(place, smtp=server.port, stop_s=4)
        _ask(place)
        with served.serving(place) as service:
            service.started()
            service.until(lambda: server.reached.get("dot", 0) == 1, "the dot")
            code, took_s = service.end()
            assert code == 0, service.text()
            assert took_s < 7
        (state,) = _states(place)
        assert state in ("in_data", "doubt")
        _months_pass(place)
        with served.serving(place) as service:
            service.started()
            service.until(lambda: _states(place) != {state: 1} or state == "doubt", "swept")
            assert service.end()[0] == 0
        assert set(_states(place)) <= {"doubt", "sent"}


@pytest.mark.slow
def test_a_service_that_is_killed_while_it_makes_an_issue_makes_it_after_all(place: Path) -> None:
    with beside(serving(Server())) as server:
        served.write(place, smtp=server.port, formats="pdf")
        _ask(place)
        with served.serving(place) as service:
            service.started()
            service.until(lambda: _slot(place).state == "running", "claimed")
            assert service.end(signal.SIGKILL)[0] == -signal.SIGKILL
        _months_pass(place)
        with served.serving(place) as service:
            service.started()
            service.until(lambda: _states(place) == {"sent": 1}, "sent")
            assert service.end()[0] == 0
    assert len(server.kept) == 1
    assert _slot(place).state == "published"


def test_wrong_settings_are_refused_and_told_and_right_ones_taken_up(place: Path) -> None:
    file = served.write(place, smtp=1)
    right = file.read_text("utf-8")
    with served.serving(place) as service:
        service.started()
        address = service.address
        file.write_text(right + "\nmisspelt = 1\n", encoding="utf-8")
        service.hear(signal.SIGHUP)
        service.wait_for("settings refused")
        file.write_text(right + '\n[store]\nurl = "sqlite:///b.db"\n')
        service.hear(signal.SIGHUP)
        service.wait_for("another database wants a new start")
        file.write_text(right + '\n[desk]\ntopic = "no-such-topic"\n', encoding="utf-8")
        service.hear(signal.SIGHUP)
        service.wait_for("no-such-topic")
        with urllib.request.urlopen(f"{address}healthz") as answer:
            assert answer.read() == b"alive\n"
        with served.store(place) as store, store.read() as db:
            told = {n.cause: n.text for n in notices.listing(db, since=LONG_AGO)}
        assert "the old ones are in use" in told["settings"]
        file.write_text(
            right.replace('name = "daily"', 'name = "morning"').replace(
                'editions = ["daily"]', 'editions = ["morning"]'
            )
        )
        service.hear(signal.SIGHUP)
        service.wait_for("settings read again")
        service.until(lambda: service.text().count("service started") == 2, "begun anew")
        with urllib.request.urlopen(f"{address}healthz") as answer:
            assert answer.read() == b"alive\n"
        assert service.end()[0] == 0


def test_a_second_service_on_a_database_is_refused_in_one_line(place: Path) -> None:
    served.write(place, smtp=1)
    with served.serving(place) as first, served.serving(place) as second:
        served.until(lambda: first.process.poll() is not None or second.process.poll() is not None)
        ended, other = (first, second) if first.process.poll() is not None else (second, first)
        assert ended.process.returncode == 1
        (line,) = ended.text().splitlines()
        assert line.endswith(f"is at work on it (process {other.process.pid}); stop that one first")
        other.started()
        assert other.end()[0] == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('"127.0.0.1:{taken}"', "another program listens there"),
        ('"0.0.0.0:0"', "nobody has chosen who may read"),
    ],
)
def test_what_is_wrong_at_the_start_is_one_line_and_exit_1(
    place: Path, change: str, words: str
) -> None:
    with beside(serving(Server())) as server:
        file = served.write(place, smtp=1)
        listen = change.format(taken=server.port)
        file.write_text(file.read_text("utf-8").replace('"127.0.0.1:0"', listen))
        with served.serving(place) as service:
            assert service.process.wait(served.PATIENCE_S) == 1
            (line,) = service.text().splitlines()
            assert words in line


@pytest.mark.slow
def test_a_second_signal_ends_it_at_once(place: Path) -> None:
    with beside(serving(Server(script={"dot": [HANG]}))) as server:
        served.write(place, smtp=server.port, stop_s=60)
        _ask(place)
        with served.serving(place) as service:
            service.started()
            service.until(lambda: server.reached.get("dot", 0) == 1, "the dot")
            service.hear(signal.SIGTERM)
            service.wait_for("service stopping")
            code, took_s = service.end(signal.SIGINT)
            assert (code, took_s < 5) == (1, True)


@pytest.mark.slow
def test_a_document_that_comes_while_it_runs_is_read_by_itself(place: Path) -> None:
    served.write(place, smtp=1)
    with served.serving(place) as service:
        service.started()
        service.wait_for("new=2")
        (place / "corpus" / "late.txt").write_text(
            "Ferry to Sakhalin\n\nA ferry between Dalian and Sakhalin starts in May, officials in "
            "Russia and China said. It will carry two hundred cars a week across the strait.\n"
        )
        service.wait_for("new=1")
        assert service.end()[0] == 0


@pytest.mark.slow
def test_the_log_is_json_by_setting_and_names_no_reader(place: Path) -> None:
    refused = {"reader@example.org": "550 5.1.1 <reader@example.org> unknown"}
    with beside(serving(Server(to=refused))) as m:
        file = served.write(place, smtp=m.port)
        file.write_text(file.read_text("utf-8") + '\n[log]\nform = "json"\n')
        _ask(place)
        with served.serving(place) as service:
            service.started()
            service.wait_for("delivery tried")
            assert service.end()[0] == 0
            lines = [json.loads(line) for line in service.text().splitlines()]
            assert "reader@" not in service.text()
    tried = next(line for line in lines if line["event"] == "delivery tried")
    assert (tried["state"], tried["code"], tried["level"]) == ("failed", 550, "info")
    assert {line["logger"].partition(".")[0] for line in lines} <= {"service", "feeds"}


UNIT = Path(__file__).resolve().parents[2] / "docs" / "briefing.service"


def test_the_unit_of_systemd_is_right(tmp_path: Path) -> None:
    import shutil

    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed here")
    # The program that it names is not installed: another stands in for it.
    unit = tmp_path / "briefing.service"
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/briefing/bin/briefing", "/bin/true"))
    done = subprocess.run([program, "verify", str(unit)], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_container_is_given_longer_to_stop_than_the_service_takes() -> None:
    import re

    import yaml

    from service.operating import ServeSettings

    compose = yaml.safe_load((UNIT.parent / "docker-compose.yml").read_text("utf-8"))
    service = compose["services"]["briefing"]
    longest = ServeSettings().stop_s
    assert int(service["stop_grace_period"].rstrip("s")) > longest
    found = re.search(r"TimeoutStopSec=(\d+)", UNIT.read_text("utf-8"))
    assert found is not None
    assert int(found[1]) > longest
    assert service["ports"] == ["127.0.0.1:8080:8080"]
    assert service["environment"]["BRIEFING_WEB__ACCESS"] == "password"
    # What only the environment may hold reaches the service.
    secrets = {"BRIEFING_WEB_PASSWORD_HASH", "BRIEFING_SMTP_PASSWORD", "BRIEFING_LINK_KEYS"}
    assert secrets <= set(service["environment"])
