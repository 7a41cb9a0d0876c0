"""Recipients that are no mailboxes: a folder, and a webhook."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from service import settings
from service.delivering import setup
from service.delivering.courier import Courier
from service.delivering.letters import Letters, stored
from service.delivery.base import Channel
from service.delivery.folder import FolderChannel
from service.errors import SettingsError
from service.store import Store
from service.store.recipients import Wanted
from tests.delivering.given import PDF, Clock, desk, issue, join, queue, states
from tests.delivery.fakes import FakeChannel

HOOK = "https://hooks.example/in"


def run(store: Store, channels: Mapping[str, Channel]) -> None:
    async def go() -> None:
        await Courier(store, channels, Letters(desk(), stored(store)), clock=Clock()).run()

    asyncio.run(go())


def test_a_folder_gets_the_files_of_the_issue(store: Store, tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    folder = Wanted(address=str(share), channel="folder", editions=("daily",), attach=("pdf", "md"))
    join(store, folder, "a@one.example")
    queue(store, issue(store))
    run(store, {"mail": FakeChannel(), "folder": FolderChannel()})
    assert {path.name for path in share.iterdir()} == {"brief-1.pdf", "brief-1.md"}
    assert (share / "brief-1.pdf").read_bytes() == PDF
    assert states(store) == {str(share): "sent", "a@one.example": "sent"}


def test_a_webhook_gets_the_issue_as_data_in_its_language(store: Store) -> None:
    join(
        store,
        Wanted(address=HOOK, channel="webhook", editions=("daily",), attach=(), language="ru"),
    )
    queue(store, issue(store))
    channel = FakeChannel()
    run(store, {"webhook": channel})
    (envelope,) = channel.stored
    data = json.loads(envelope.message)
    assert (data["edition"], data["number"], data["language"]) == ("daily", 1, "ru")
    assert data["files"] == []
    assert envelope.sender == ""
    assert states(store) == {HOOK: "sent"}


def test_a_webhook_in_the_settings_needs_a_secret(tmp_path: Path) -> None:
    chosen = settings.check(
        {
            "edition": [{"name": "daily", "every": "day"}],
            "recipient": [{"address": HOOK, "channel": "webhook", "editions": ["daily"]}],
        },
        home=tmp_path,
    )
    with pytest.raises(SettingsError, match="BRIEFING_WEBHOOK_SECRET"):
        setup.channels(chosen, {})
    made = setup.channels(chosen, {"BRIEFING_WEBHOOK_SECRET": "s" * 40})
    assert set(made) == {"mail", "folder", "webhook"}


def test_an_issue_is_worth_sending_as_long_as_its_edition_says(tmp_path: Path) -> None:
    chosen = settings.check(
        {
            "edition": [
                {"name": "daily", "every": "day"},
                {"name": "weekly", "every": "week"},
                {"name": "monthly", "every": "month"},
                {"name": "noon", "cron": "0 12 * * *", "expires": "6h"},
                {"name": "slow", "every": "day", "expires": "2d"},
            ]
        },
        home=tmp_path,
    )
    now = Clock()()
    names = ("daily", "daily@Asia/Tokyo", "weekly", "monthly", "noon", "slow", "now")
    hours = [(setup.expires(chosen, name, now) - now).total_seconds() / 3600 for name in names]
    assert hours == [24, 24, 72, 168, 6, 48, 24]
