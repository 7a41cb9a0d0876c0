"""Profiles: the shipped one, a user's own, and every fault at once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from service.errors import SettingsError
from service.topic import load, relevance
from service.topic.profilefile import parse

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
    assert all(problem.startswith("topic mine.toml") for problem in problems)
    lines = [int(found[1]) for p in problems if (found := re.match(r"topic [^:]*, line (\d+)", p))]
    assert lines == sorted(lines)
    assert len(lines) == len(problems) - 1
    for part in (
        'line 3: "colour" is not a key here',
        'line 2: name: "Bad Name" must be small letters',
        'line 4: threshold: must be a number from 0 to 3.6, not "high"; for example',
        "mine.toml: title: is missing",
        'line 9: side "a", country: "Norway" must be two capitals',
        'line 18: entity "one", kind: "wizard" is none of',
        'line 20: entity "one", en: "One" stands there twice',
        'line 20: entity "one", en: "X*" is too short',
        'line 26: entity "one", side: there is no side "c"; choose of: a, b',
        'line 28: entity "one", short: must be a table',
        'line 30: entity "none": has no names',
        'line 23: entity "one", id: "one" is given before, line 16',
        'line 27: entity "one", en: the name "One" is also one of entity "one", line 20',
        'line 35: track "trade", title: is missing',
        'line 37: track "trade", en: must be a list of texts',
        'line 38: track "trade", weight: must be a number from 0 to 100, not true',
        'line 42: state_media "Tidende", country: "norge" must be two capitals',
        'line 45: exclude: "fr" is not a key here',
        'line 11: side "b": no entity belongs to it',
    ):
        assert any(part in problem for problem in problems), part


def test_a_profile_without_sides_is_a_fault() -> None:
    with pytest.raises(SettingsError, match=r"x.toml: there is no side; .* \[\[side\]\]"):
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
    (tmp_path / "latin.toml").write_bytes(b'title = "x"\nname = "\xe9"')
    with pytest.raises(SettingsError, match=r"latin.toml, line 2: is not UTF-8; save it anew"):
        load("latin.toml", tmp_path)
    (tmp_path / "wide.toml").write_bytes('name = "x"'.encode("utf-16"))
    with pytest.raises(SettingsError, match="is UTF-16, not UTF-8"):
        load("wide.toml", tmp_path)
    (tmp_path / "broken.toml").write_text("name = ", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"broken.toml, line 1: is not TOML: invalid value"):
        load("broken.toml", tmp_path)
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        load("folder.toml", tmp_path)


@pytest.mark.parametrize("mend", [lambda s: "\ufeff" + s, lambda s: s.replace("\n", "\r\n")])
def test_a_file_as_editors_of_windows_save_it_is_read(
    tmp_path: Path, mend: Callable[[str], str]
) -> None:
    (tmp_path / "nordic.toml").write_bytes(mend(OWN).encode("utf-8"))
    assert load("nordic.toml", tmp_path).name == "norway-sweden"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("a = 1\nen = [Oslo]\n", 'line 2: is not TOML: invalid value, in: "en = [Oslo]"; a text'),
        ("name = “x”\n", "use straight quotes"),
        ('en = ["a" "b"]\n', "commas between"),
        ('name = "x"\nname = "y"\n', "a key stands once in each table"),
        ("[exclude]\n[exclude]\n", "line 2: is not TOML: cannot declare"),
        ("name\n", "write a key, = and a value"),
    ],
)
def test_what_is_not_toml_is_shown_with_its_line_and_what_mends_it(source: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(source, where="x.toml")
    (problem,) = caught.value.problems
    assert told in problem


def test_a_side_without_entities_says_what_to_add() -> None:
    with pytest.raises(SettingsError) as caught:
        parse(OWN.replace('side = ["sweden"]\n', ""), where="x.toml")
    (problem,) = caught.value.problems
    assert problem.startswith('topic x.toml, line 11: side "sweden": no entity belongs to it')
    assert 'id = "sweden" name = "Sweden" kind = "country" side = "sweden"' in problem


def test_one_fault_is_told_once() -> None:
    """A side whose id is empty is not told to have no entity, nor do entities lack it."""
    faults = parse_faults(
        OWN.replace('id = "sweden"\nname = "Sweden"\n\n[', 'id = ""\nname = "Sweden"\n\n[')
    )
    assert len(faults) == 2
    assert "side no. 2" in faults[0] or 'side "Sweden"' in faults[0] or 'side ""' in faults[0]
    assert 'there is no side "sweden"; choose of: norway' in faults[1]


def test_an_empty_side_of_an_entity_is_told_as_such() -> None:
    (fault,) = parse_faults(
        OWN.replace('side = ["sweden"]', 'side = [""]')
        + """
[[entity]]
id = "stockholm"
name = "Stockholm"
kind = "place"
side = "sweden"
en = ["Gamla stan"]
"""
    )
    assert 'entity "sweden", side: is empty: side = ""; choose of: norway, sweden' in fault


@pytest.mark.parametrize("value", ["-1", "3.7", "true", '"0.6"', "[1]"])
def test_a_threshold_that_no_article_could_have_is_a_fault(value: str) -> None:
    (fault,) = parse_faults(OWN.replace("threshold = 0.4", f"threshold = {value}"))
    assert "line 4: threshold: must be a number from 0 to 3.6, not" in fault


def test_an_unknown_key_suggests_the_one_that_was_meant() -> None:
    (fault,) = parse_faults(OWN.replace("threshold", "treshold"))
    assert '"treshold" is not a key here' in fault
    assert 'did you mean "threshold"?' in fault


def parse_faults(source: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        parse(source, where="x.toml")
    return caught.value.problems
