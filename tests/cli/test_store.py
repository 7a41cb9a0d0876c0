"""`briefing store` and `briefing worker` as they are typed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.store.engine import HEAD
from tests.postgres.given import server

Briefing = Callable[..., tuple[int, str, str]]


@pytest.fixture
def url() -> Iterator[str]:
    with server().empty() as url:
        yield url


def test_migrate_makes_the_database_and_check_counts_its_rows(
    home: Path, briefing: Briefing
) -> None:
    code, _, error = briefing("store", "check")
    assert (code, "has schema none" in error, "briefing store migrate" in error) == (1, True, True)
    assert briefing("store", "migrate")[:2] == (0, f"{home}/briefing.db: schema {HEAD}\n")
    assert briefing("collect")[0] == 0
    code, out, _ = briefing("store", "check", "--json")
    found = json.loads(out)
    assert (code, found["rows"]["revision"], found["wrong"]) == (0, 2, [])


def test_check_tells_what_is_wrong_on_postgresql(
    home: Path, briefing: Briefing, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIEFING_STORE__URL", url)
    code, _, error = briefing("store", "check")
    # The server of the tests waits for no disk.
    assert code == 1
    assert "briefing: fsync is off" in error
    assert "1 thing to mend" in error


def test_copy_moves_a_file_to_a_server_and_refuses_to_do_it_twice(
    home: Path, briefing: Briefing, url: str
) -> None:
    assert briefing("collect")[0] == 0
    code, out, error = briefing("store", "copy", f"sqlite:///{home}/briefing.db", url)
    assert code == 0
    assert "revision" in out
    assert "the same as in FROM" in error
    assert "secret" not in out + error
    code, _, error = briefing("store", "copy", f"sqlite:///{home}/briefing.db", url)
    assert (code, "is not empty" in error) == (1, True)


def test_copy_refuses_one_database_as_both(home: Path, briefing: Briefing) -> None:
    code, _, error = briefing("store", "copy", "sqlite:///a.db", "sqlite:///a.db")
    assert (code, "are the same" in error) == (2, True)


def test_prune_without_a_setting_says_so(home: Path, briefing: Briefing) -> None:
    code, _, error = briefing("store", "prune")
    assert (code, 'articles = "365d"' in error) == (1, True)


def test_prune_lets_go_what_the_settings_say(
    home: Path, briefing: Briefing, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert briefing("collect")[0] == 0
    monkeypatch.setenv("BRIEFING_RETENTION__ARTICLES", "60d")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1772500000 + 61 * 86400))
    code, out, _ = briefing("store", "prune", "--json")
    assert (code, json.loads(out)["articles"]) == (0, 2)


def test_a_retention_that_is_shorter_than_an_edition_remembers_is_refused(
    home: Path, briefing: Briefing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIEFING_RETENTION__ARTICLES", "10d")
    code, _, error = briefing("store", "prune")
    assert (code, "remembers two weeks" in error) == (1, True)


def test_a_worker_refuses_sqlite_and_settings_that_leave_the_work_to_serve(
    home: Path, briefing: Briefing, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, error = briefing("worker")
    assert (code, "works on PostgreSQL only" in error) == (1, True)
    monkeypatch.setenv("BRIEFING_STORE__URL", "postgresql://briefing@127.0.0.1:1/none")
    code, _, error = briefing("worker")
    assert (code, "serve.workers is false" in error) == (1, True)
