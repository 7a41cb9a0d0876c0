"""The settings name a key: every mail of the desk is signed with it, and twice alike."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from service import settings
from service.delivering import setup
from service.delivering.letters import Desk
from service.errors import SettingsError
from tests.delivery import keys

AT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
MAIL = b"From: brief@example.org\r\nTo: a@b.example\r\nSubject: x\r\n\r\nbody\r\n"


def desk(home: Path, **smtp: str) -> Desk:
    sender = {"sender": "Brief <brief@example.org>"}
    return setup.desk(settings.check({"smtp": sender | smtp}, home=home), {})


def test_a_desk_without_a_key_does_not_sign(tmp_path: Path) -> None:
    assert desk(tmp_path).sign is None


def test_a_desk_with_a_key_signs_for_the_sender_s_domain(tmp_path: Path) -> None:
    pytest.importorskip("dkim", reason="the extra dkim is not installed")
    (tmp_path / "dkim.pem").write_bytes(keys.pem())
    sign = desk(tmp_path, dkim_selector="brief", dkim_key="dkim.pem").sign
    assert sign is not None
    signed = sign(MAIL, AT)
    assert signed.endswith(MAIL)
    assert b"d=example.org" in signed
    assert b"s=brief" in signed
    assert sign(MAIL, AT) == signed


def test_a_key_that_is_not_there_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        desk(tmp_path, dkim_selector="brief", dkim_key="none.pem")
