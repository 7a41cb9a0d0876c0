"""Profiles: the shipped one, a user's own, and every fault at once."""

from pathlib import Path

import pytest

from service.errors import SettingsError
from service.topic import load, relevance
from service.topic.profile import parse

OWN = """
name = "norway-sweden"
title = "Norway and Sweden"
threshold = 0.4

[[side]]
id = "norway"
name = "Norway"
country = "NO"

[[side]]
id = "sweden"
name = "Sweden"

[[entity]]
id = "norway"
name = "Norway"
kind = "country"
side = "norway"
en = ["Norway", "Norwegian", "Oslo"]

[[entity]]
id = "sweden"
name = "Sweden"
kind = "country"
side = ["sweden"]
en = ["Sweden", "Swedish", "Stockholm"]
"""

FAULTY = """
name = "Bad Name"
colour = "red"
threshold = "high"

[[side]]
id = "a"
name = "A"
country = "Norway"

[[side]]
id = "b"
name = "B"

[[entity]]
id = "one"
name = "One"
kind = "wizard"
side = "a"
en = ["One", "One", "X*"]

[[entity]]
id = "one"
name = "Uno"
kind = "leader"
side = "c"
en = ["One"]
short = ["Un"]

[[entity]]
id = "none"
name = "None"
kind = "leader"

[[track]]
id = "trade"
en = "trade"
weight = true

[[state_media]]
name = "Tidende"
country = "norge"

[exclude]
fr = ["Norvège"]
"""


def test_the_shipped_profile_has_the_names_of_a_desk() -> None:
    profile = load("china-russia")
    assert profile.slug == "china-russia"
    assert [side.id for side in profile.sides] == ["china", "russia"]
    assert len(profile.entities) >= 150
    assert sum(len(entity.aliases) for entity in profile.entities) >= 600
    assert [track.id for track in profile.tracks] == [
        "leaders",
        "military",
        "energy",
        "economy",
        "technology",
        "multilateral",
        "third-parties",
    ]
    assert {medium.country for medium in profile.state_media} == {"CN", "RU"}
    assert profile.exclusions


def test_every_entity_of_the_shipped_profile_is_named_in_three_languages() -> None:
    for entity in load("china-russia").entities:
        languages = {alias.language for alias in entity.aliases if not alias.short}
        assert languages == {"en", "zh", "ru"}, entity.id


def test_a_profile_of_ones_own_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "nordic.toml").write_text(OWN, encoding="utf-8")
    profile = load("nordic.toml", tmp_path)
    assert profile.name == "norway-sweden"
    assert profile.threshold == 0.4
    assert relevance("Norway and Sweden open a railway", "Oslo paid.", profile).relevant
    assert not relevance("Norway opens a railway", "Oslo paid.", profile).relevant


def test_every_fault_is_told_at_once_with_its_place() -> None:
    with pytest.raises(SettingsError) as caught:
        parse(FAULTY, where="mine.toml")
    problems = caught.value.problems
    assert all(problem.startswith("topic mine.toml: ") for problem in problems)
    for part in (
        '"colour" is not a key here',
        'name: "Bad Name" must be small letters',
        "the file.threshold: must be a number",
        "the file.title: is missing",
        'side[1] a.country: "Norway" must be two capitals',
        'entity[1] one.kind: "wizard" is none of',
        'entity[1] one.en: "One" stands there twice',
        'entity[1] one.en: "X*" is too short',
        'entity[2] one.side: there is no side "c"',
        "entity[2] one.short: must be a table",
        "entity[3] none: has no alias",
        'entity.id: "one" is given 2 times',
        'entity one: the alias "One" is also one of one',
        "track[1] trade.title: is missing",
        "track[1] trade.en: must be a list of texts",
        "track[1] trade.weight: must be a number from 0 to 100",
        'state_media[1] Tidende.country: "norge" must be two capitals',
        'exclude: "fr" is not a key here',
        "side b: no entity belongs to it",
    ):
        assert any(part in problem for problem in problems), part


def test_a_profile_without_sides_is_a_fault() -> None:
    with pytest.raises(SettingsError, match=r"side: there is none"):
        parse('name = "x"\ntitle = "X"\n', where="x.toml")


def test_rows_that_are_no_tables_are_a_fault() -> None:
    with pytest.raises(SettingsError, match=r"entity: must be written as \[\[entity\]\]"):
        parse('name = "x"\ntitle = "X"\nentity = ["a"]\n', where="x.toml")


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(SettingsError, match="choose of: china-russia, or give the path"):
        load("moon-mars")


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file; correct the path"):
        load("gone.toml", tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(SettingsError, match="is not UTF-8"):
        load("latin.toml", tmp_path)
    (tmp_path / "broken.toml").write_text("name = ", encoding="utf-8")
    with pytest.raises(SettingsError, match="is not TOML"):
        load("broken.toml", tmp_path)
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        load("folder.toml", tmp_path)
