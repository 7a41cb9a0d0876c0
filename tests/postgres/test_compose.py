"""The containers of docs/docker-compose.postgres.yml, against our commands and settings."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from service import settings
from service.cli import COMMANDS
from service.operating import ServeSettings
from service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
#: What a shell or Compose puts in: `${NAME:-}`, `${NAME:?why}`.
_PUT_IN = re.compile(r"\$\{(\w+):([-?])[^}]*\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    text = (ROOT / "docs" / "docker-compose.postgres.yml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {k: v for k, v in compose["services"].items() if v.get("image") == "briefing"}


def chosen(service: dict[str, Any], home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings that a container of it has, given that each secret is "x"."""
    for name, value in service["environment"].items():
        monkeypatch.setenv(name, _PUT_IN.sub("x", value))
    return settings.load(None, home=home)


def test_each_container_runs_a_command_that_there_is(compose: dict[str, Any]) -> None:
    commands = {name: tuple(one["command"]) for name, one in ours(compose).items()}
    assert commands == {
        "migrate": ("store", "migrate"),
        "briefing": ("serve",),
        "worker": ("worker",),
    }
    assert {words[0] for words in commands.values()} <= COMMANDS.keys()
    assert compose["services"]["worker"]["deploy"]["replicas"] == 2


def test_nobody_works_before_the_schema_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name in ("briefing", "worker"):
        assert services[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"}
        }
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["migrate"]["restart"] == "on-failure"
    assert services["database"]["healthcheck"]["test"][1].startswith("pg_isready ")


def test_the_settings_are_settings_of_ours_and_lead_to_the_database(
    compose: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = compose["services"]["database"]["environment"]
    made = {name: chosen(one, tmp_path, monkeypatch) for name, one in ours(compose).items()}
    for one in made.values():
        who = f"{database['POSTGRES_USER']}@database/{database['POSTGRES_DB']}"
        assert one.store_url == f"postgresql://{who}"
        assert one.serve.workers
        assert one.log.form == "json"
    assert made["briefing"].web.listen == "0.0.0.0:8080"
    assert made["briefing"].web.access == "password"
    assert compose["services"]["briefing"]["ports"] == ["127.0.0.1:8080:8080"]
    assert "/healthz" in compose["services"]["briefing"]["healthcheck"]["test"][-1]


def test_a_setting_that_there_is_not_would_be_found(
    compose: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Exception, match="BRIEFING_SERVE__WORKER"):
        chosen({"environment": {"BRIEFING_SERVE__WORKER": "true"}}, tmp_path, monkeypatch)


def test_every_secret_comes_from_outside_and_goes_to_who_needs_it(compose: dict[str, Any]) -> None:
    of = Settings()
    shared = {
        of.smtp.password_env,
        of.delivery.link_keys_env,
        of.delivery.webhook_secret_env,
        "PGPASSWORD",
    }
    own = {of.web.password_env, of.bounces.password_env}
    services = ours(compose)
    for name, one in services.items():
        given = one["environment"]
        secrets = {key for key, value in given.items() if _PUT_IN.fullmatch(value)}
        assert secrets == (shared | own if name == "briefing" else shared)
        named = {key for key in given if re.search("PASSWORD|SECRET|KEY|HASH", key)}
        assert named == secrets
    password = compose["services"]["database"]["environment"]["POSTGRES_PASSWORD"]
    assert services["worker"]["environment"]["PGPASSWORD"] == password
    assert ":?" in password


def test_containers_are_given_longer_to_stop_than_it_takes_and_may_do_no_more_than_they_need(
    compose: dict[str, Any],
) -> None:
    from service.engine import _GRACE_S

    for one in ours(compose).values():
        seconds = int(one["stop_grace_period"].rstrip("s"))
        assert seconds > max(ServeSettings().stop_s, _GRACE_S)
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one["volumes"] == ["briefing:/data"]
        assert one["tmpfs"] == ["/tmp"]
    assert set(compose["volumes"]) == {"briefing", "database"}
