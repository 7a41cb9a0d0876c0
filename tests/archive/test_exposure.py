"""Whether the archive may be started as the settings say."""

from collections.abc import Callable
from pathlib import Path

import pytest

from service.archive.exposure import check_exposure, password_hash
from service.errors import SettingsError
from service.settings import check
from tests.archive import given


def _fault(home: Path, environ: dict[str, str] | None = None, **web: object) -> str | None:
    return check_exposure(check({"web": web}, home=home), environ or {})


@pytest.mark.parametrize("listen", ["127.0.0.1:8080", "[::1]:8080", "localhost:1", "127.1.2.3:80"])
def test_this_machine_alone_needs_no_choice(tmp_path: Path, listen: str) -> None:
    assert _fault(tmp_path, listen=listen) is None


@pytest.mark.parametrize("listen", ["0.0.0.0:8080", "[::]:80", "192.0.2.1:80", "desk.example:80"])
def test_an_address_that_others_reach_needs_a_choice(tmp_path: Path, listen: str) -> None:
    fault = _fault(tmp_path, listen=listen)
    assert fault is not None
    assert "web.access" in fault
    assert "\n" not in fault
    assert _fault(tmp_path, listen=listen, access="public") is None
    assert _fault(tmp_path, listen=listen, access="proxy") is None


def test_a_password_needs_its_hash_and_not_itself(tmp_path: Path) -> None:
    name = "BRIEFING_WEB_PASSWORD_HASH"
    assert "hash-password" in (_fault(tmp_path, access="password") or "")
    assert "holds no hash" in (_fault(tmp_path, {name: given.PASSWORD}) or "")
    assert given.PASSWORD not in (_fault(tmp_path, {name: given.PASSWORD}) or "")
    assert _fault(tmp_path, {name: given.HASH}, access="password") is None
    other = _fault(tmp_path, {"OTHER": given.HASH}, access="password", password_env="OTHER")
    assert other is None


def test_a_short_password_is_refused() -> None:
    with pytest.raises(SettingsError, match="12 characters"):
        password_hash("short")


def test_the_command_prints_a_hash_of_what_it_reads(
    briefing: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text(given.PASSWORD + "\n", encoding="utf-8")
    with file.open(encoding="utf-8") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        code, out, err = briefing("web", "hash-password")
    assert (code, err) == (0, "")
    assert _fault(tmp_path, {"BRIEFING_WEB_PASSWORD_HASH": out.strip()}, access="password") is None


@pytest.mark.parametrize(
    ("web", "said"),
    [
        ({"access": "open"}, "web.access"),
        ({"trusted": ["nowhere"]}, "is no address of a machine"),
        ({"proxy_header": "X Remote"}, "web.proxy_header"),
        ({"password_env": "lower"}, "web.password_env"),
    ],
)
def test_a_wrong_setting_is_told(tmp_path: Path, web: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        check({"web": web}, home=tmp_path)
