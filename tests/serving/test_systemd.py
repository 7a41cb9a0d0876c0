"""What systemd is told."""

import os
import socket
from pathlib import Path

import pytest

from service.serving.systemd import notify


def test_nothing_is_told_where_nobody_listens() -> None:
    assert not notify("READY=1", environ={})


@pytest.mark.parametrize("abstract", [False, True])
def test_words_arrive_at_the_socket(tmp_path: Path, abstract: bool) -> None:
    name = f"@briefing-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name[1:] if abstract else name)
        assert notify("READY=1", "STATUS=fine", environ={"NOTIFY_SOCKET": name})
        assert manager.recv(100) == b"READY=1\nSTATUS=fine"


def test_a_manager_that_has_gone_ends_nothing(tmp_path: Path) -> None:
    assert not notify("WATCHDOG=1", environ={"NOTIFY_SOCKET": str(tmp_path / "gone")})
