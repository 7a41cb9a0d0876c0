"""The language of an edition's own words, from the settings to the order."""

from pathlib import Path

import pytest

from service import settings
from service.app import App
from service.errors import SettingsError
from service.pipeline import Order


def _order(folder: Path, text: str, edition: str) -> Order:
    (folder / "corpus").mkdir()
    (folder / "briefing.toml").write_text(text, encoding="utf-8")
    with App(settings.load(folder / "briefing.toml")) as desk:
        return desk.order(
            edition=edition,
            formats=("txt",),
        )


def test_without_a_setting_the_words_are_english(tmp_path: Path) -> None:
    order = _order(tmp_path, "", "daily")
    assert (order.language, order.title) == ("en", "China–Russia Brief")


def test_an_edition_has_its_own_language_and_another_the_desks(tmp_path: Path) -> None:
    text = '[desk]\nlanguage = "ru"\n[[edition]]\nname = "daily"\nevery = "day"\nlanguage = "zh"\n'
    assert _order(tmp_path, text, "daily").language == "zh"
    (tmp_path / "other").mkdir()
    assert _order(tmp_path / "other", text, "now").language == "ru"


def test_our_own_title_and_marking_are_said_in_the_language(tmp_path: Path) -> None:
    order = _order(tmp_path, '[desk]\nlanguage = "zh"\n', "now")
    assert order.title == "中俄关系简报"
    assert order.marking.startswith("非密")


def test_a_title_of_the_desk_is_printed_as_it_is_written(tmp_path: Path) -> None:
    order = _order(tmp_path, '[desk]\nlanguage = "zh"\ntitle = "Energy"\n', "now")
    assert order.title == "Energy"


def test_a_language_without_interface_words_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "briefing.toml").write_text('[desk]\nlanguage = "de"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r'desk\.language: .*for example "en", "zh" or "ru"'):
        settings.load(tmp_path / "briefing.toml")
