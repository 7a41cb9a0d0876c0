"""What the documentation says of commands and settings is what the program has."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import BaseModel

from service.cli import COMMANDS
from service.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def _words() -> list[str]:
    """Every command with its sub-command, as it is typed."""
    found = []
    for name, (module, _) in COMMANDS.items():
        commands = import_module(module).app.registered_commands
        names = [c.name or (c.callback.__name__ if c.callback else "") for c in commands]
        alone = len(names) == 1 and names[0] == name
        found += [name] if alone else [f"{name} {sub}" for sub in names]
    return found


def _keys() -> list[str]:
    found = []
    for section, field in Settings.model_fields.items():
        kinds = (field.annotation, *getattr(field.annotation, "__args__", ()))
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found += [f"{section}.{key}" for key in kind.model_fields]
    return found


@pytest.mark.parametrize("words", _words())
def test_every_command_is_in_the_readme(words: str) -> None:
    assert f"`briefing {words}" in README


def test_the_readme_names_no_command_that_is_not_there() -> None:
    named = set(re.findall(r"^\| `briefing ([a-z]+(?: [a-z-]+)?)", README, re.MULTILINE))
    assert named == set(_words())


@pytest.mark.parametrize("key", _keys())
def test_every_setting_is_documented(key: str) -> None:
    assert f"`{key}`" in SETTINGS


def test_no_setting_is_documented_that_is_not_there() -> None:
    assert set(re.findall(r"^\| `([a-z]+\.[a-z0-9_]+)`", SETTINGS, re.MULTILINE)) == set(_keys())


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.name)
def test_every_page_is_reached_from_the_readme(page: Path) -> None:
    assert f"docs/{page.name}" in README


def test_links_lead_to_files() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_options_of_now_are_in_the_readme() -> None:
    source = (ROOT / "service" / "cli" / "now.py").read_text(encoding="utf-8")
    options = set(re.findall(r'"(--[a-z-]+)"', source)) | {
        f"--{name.replace('_', '-')}"
        for name in ("corpus", "since", "until", "edition", "out", "max_stories", "summarizer")
    }
    assert [o for o in sorted(options) if o not in README] == []
