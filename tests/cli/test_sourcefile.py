"""Sources are added to the settings file and cut out of it, and nothing else of it changes."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cli.init import template
from service.cli.sourcefile import Table, appended, save, text_of, unique, where, without
from service.errors import BriefError, SettingsError

TWO = """\
# the head
[desk]
title = "Morning" # mine

# the harbour
[[source]]
name = "wire"   # short
kind = "feed"
url = "https://wire.example/feed"
# a word on wire

# the folder
[[source]]
name = "corpus"
kind = "folder"
path = "corpus"

[web]
listen = "127.0.0.1:8080"
"""
NEW: Table = {"name": 'A "b" \\ 新', "kind": "feed", "url": "https://a.example/f", "language": None}


def test_a_table_is_added_behind_all_that_was_there() -> None:
    text = appended(TWO, [{**NEW, "full_text": True, "allow_private": False}])
    assert text.startswith(TWO)
    assert tomllib.loads(text)["source"][2] == {
        "name": 'A "b" \\ 新',
        "kind": "feed",
        "url": "https://a.example/f",
        "full_text": True,
    }


@pytest.mark.parametrize("text", ["", "[desk]\ntitle = 'x'", template(), TWO.replace("\n", "\r\n")])
def test_any_settings_file_takes_a_table(text: str) -> None:
    result = appended(text, [NEW, {**NEW, "name": "b"}])
    assert [row["name"] for row in tomllib.loads(result)["source"]][-2:] == [NEW["name"], "b"]
    assert ("\r\n" in text) == ("\r\n" in result)
    assert "\n" not in result.replace("\r\n", "") or "\r\n" not in text


def test_sources_that_are_written_as_an_array_are_left_to_the_operator() -> None:
    with pytest.raises(BriefError, match=r"add this one by hand"):
        appended("source = [{name = 'a', kind = 'folder', path = 'x'}]\n", [NEW])


@given(st.text(min_size=1), st.text())
def test_any_name_is_written_so_that_it_is_read_again(name: str, url: str) -> None:
    if any("\ud800" <= c <= "\udfff" for c in name + url):
        return
    text = appended(TWO, [{"name": name, "kind": "feed", "url": url or "x"}])
    assert tomllib.loads(text)["source"][-1] == {"name": name, "kind": "feed", "url": url or "x"}


def test_a_source_is_cut_with_its_keys_and_the_comments_stay() -> None:
    assert without(TWO, "wire") == TWO.replace(
        '[[source]]\nname = "wire"   # short\nkind = "feed"\nurl = "https://wire.example/feed"\n',
        "",
    )


def test_the_last_table_is_cut_to_the_end_of_the_file() -> None:
    text = appended(TWO, [NEW])
    assert without(text, str(NEW["name"])).rstrip() == TWO.rstrip()


def test_cutting_what_was_added_gives_the_file_back_but_for_empty_lines() -> None:
    for text in (TWO, template()):
        back = without(appended(text, [NEW]), str(NEW["name"]))
        assert back.rstrip() == text.rstrip()


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(BriefError, match='no source "post"; there are: "wire", "corpus"'):
        without(TWO, "post")


def test_the_only_source_is_not_cut() -> None:
    with pytest.raises(BriefError, match="only source"):
        without(template(), "corpus")


@pytest.mark.parametrize(
    "text",
    [
        TWO + '[desk.x]\ny = """\n[[source]]\n"""\n',
        TWO.replace('title = "Morning" # mine', 'title = """\n[[source]]\nname = "wire"\n"""'),
        "source = [{name = 'wire', kind = 'x'}, {name = 'b', kind = 'x'}]\n",
    ],
)
def test_a_table_that_cannot_be_told_apart_is_left_to_the_operator(text: str) -> None:
    with pytest.raises(BriefError, match="cut it by hand"):
        without(text, "wire")


@pytest.mark.parametrize("header", ["[[ source ]]", '[["source"]]', "  [[source]] # here"])
def test_headers_may_be_written_in_any_way(header: str) -> None:
    text = TWO.replace("[[source]]", header, 1)
    assert [row["name"] for row in tomllib.loads(without(text, "wire"))["source"]] == ["corpus"]


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "b.toml"
    file.write_text(TWO)
    file.chmod(0o600)
    save(file, TWO.replace("Morning", "Evening"))
    assert "Evening" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["b.toml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "real.toml", tmp_path / "b.toml"
    file.write_text(TWO)
    link.symlink_to(file)
    save(link, TWO + "# more\n")
    assert link.is_symlink()
    assert file.read_text().endswith("# more\n")


def test_wrong_settings_are_not_written(tmp_path: Path) -> None:
    file = tmp_path / "b.toml"
    file.write_text(TWO)
    with pytest.raises(SettingsError, match="language"):
        save(file, appended(TWO, [{**NEW, "language": "english"}]))
    assert file.read_text() == TWO


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BriefError, match="cannot be written: no such file"):
        save(tmp_path / "none" / "b.toml", TWO)


def test_without_a_file_the_shipped_one_is_the_start(tmp_path: Path) -> None:
    assert text_of(tmp_path / "none.toml") == template()
    assert where(tmp_path / "x.toml") == tmp_path / "x.toml"


def test_a_file_that_is_not_utf8_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="UTF-8"):
        text_of(tmp_path / "b.toml")
    with pytest.raises(BriefError, match="cannot be read"):
        text_of(tmp_path)


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("Wire", (), "Wire"),
        (" Harbour\n Wire ", (), "Harbour Wire"),
        ("Wire", ("Wire",), "Wire (2)"),
        ("Wire", ("Wire", "Wire (2)"), "Wire (3)"),
        ("word " * 40, (), ("word " * 16).strip()),
        ("字" * 100, (), "字" * 80),
        ("\u200b", (), "feed"),
        ("", (), "feed"),
    ],
)
def test_a_name_is_one_line_and_its_own(name: str, taken: tuple[str, ...], expected: str) -> None:
    assert unique(name, taken) == expected
