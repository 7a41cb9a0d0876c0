"""The other commands, as from a shell."""

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from service.cli import COMMANDS

Run = Callable[..., tuple[int, str, str]]


def test_help_lists_every_command(briefing: Run) -> None:
    code, out, _ = briefing("--help")
    assert code == 0
    assert all(f"  {name} " in out for name in COMMANDS)


def test_no_word_and_a_wrong_word_are_wrong_usage(briefing: Run) -> None:
    assert briefing()[0] == 2
    code, out, err = briefing("brief")
    assert (code, out) == (2, "")
    assert "briefing --help" in err


def test_version_is_printed(briefing: Run) -> None:
    assert briefing("--version")[1].startswith("briefing 0.")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_page(briefing: Run, name: str) -> None:
    code, out, _ = briefing(name, "--help")
    assert code == 0
    assert f"briefing {name}" in out


def test_collect_prints_what_each_source_gave(home: Path, briefing: Run) -> None:
    code, out, _ = briefing("collect", "--json")
    assert code == 0
    assert json.loads(out) == [
        {"name": "corpus", "kind": "folder", "state": "read", "items": 2, "new": 2}
    ]
    assert json.loads(briefing("collect", "--json")[1])[0]["new"] == 0


def test_a_change_of_anything_stored_is_found_in_one_line(home: Path, briefing: Run) -> None:
    (home / "corpus" / "off.txt").write_text(
        "A recipe for bread\n\nBakers of the village bake their bread in an oven of stone. "
        "The recipe is older than the church, and nobody has written it down.\n",
        encoding="utf-8",
    )
    briefing("now", "--format", "pdf,txt")
    assert briefing("issues", "verify", 1)[0] == 0
    store = home / "briefing.db"
    good = store.read_bytes()
    for change in (
        "update artifact set data = substr(data, 1, 300) where format = 'pdf'",
        "update artifact set data = x'ff00' where format = 'txt'",
        "update artifact set data = 'text, not bytes' where format = 'txt'",
        "update revision set text = text || '.'",
        "update revision set text = text || '.' where text like '%recipe%'",
    ):
        with closing(sqlite3.connect(store)) as db, db:
            assert db.execute(change).rowcount >= 1
        code, out, err = briefing("issues", "verify", 1)
        assert (code, out) == (1, ""), change
        assert len(err.splitlines()) == 1, change
        assert "was changed" in err, change
        store.write_bytes(good)
    assert briefing("issues", "verify", 1)[0] == 0


def test_a_sentence_is_shown_in_its_paragraph_with_its_address(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "json")
    _, out, _ = briefing("issues", "show", "1", "--json")
    lines = [line for item in json.loads(out)["stories"] for line in item["lines"]]
    code, out, _ = briefing("issues", "show", "1", "--sentence", lines[0]["number"], "--json")
    shown = json.loads(out)
    assert code == 0
    assert shown["text"] == lines[0]["text"]
    assert shown["text"] in shown["paragraph"]
    assert len(shown["revision"]) == 64


def test_an_issue_is_shown_as_text(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "html")
    code, out, _ = briefing("issues", "show", "1")
    assert code == 0
    assert "SOURCES" in out


def test_an_issue_is_rendered_again_in_another_format(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "html")
    code, out, _ = briefing("issues", "render", "1", "--format", "html,md", "--out", home / "again")
    assert code == 0
    assert [Path(line).suffix for line in out.splitlines()] == [".html", ".md"]
    name = "china-russia-2026-03-03.html"
    assert (home / "again" / name).read_bytes() == (home / "briefs" / name).read_bytes()


@pytest.mark.parametrize("words", [("show", "9"), ("verify", "9"), ("render", "9")])
def test_an_unknown_issue_is_one_line(home: Path, briefing: Run, words: tuple[str, ...]) -> None:
    code, out, err = briefing("issues", *words)
    assert (code, out) == (1, "")
    assert "briefing issues list" in err


def test_an_unknown_sentence_is_one_line(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "json")
    code, _, err = briefing("issues", "show", "1", "--sentence", "99")
    assert code == 1
    assert "there is no sentence 99" in err


def test_sources_that_were_never_read_are_listed(home: Path, briefing: Run) -> None:
    code, out, _ = briefing("sources", "list")
    assert code == 0
    assert "corpus" in out
    assert "never" in out


def test_init_writes_a_file_once(home: Path, briefing: Run) -> None:
    code, out, _ = briefing("init")
    assert (code, out.strip()) == (0, str(home / "briefing.toml"))
    assert briefing("init")[0] == 1
    assert briefing("init", "--force")[0] == 0
    assert briefing("sources", "list")[0] == 0


def test_doctor_finds_nothing_wrong_with_a_good_desk(home: Path, briefing: Run) -> None:
    code, out, _ = briefing("doctor", "--json")
    findings = {finding["what"]: finding for finding in json.loads(out)}
    assert code == 0, findings
    assert {"python", "pango", "fonts", "settings", "topic", "database", "output"} < set(findings)


def test_doctor_names_a_missing_folder_and_how_to_make_it(home: Path, briefing: Run) -> None:
    (home / "briefing.toml").write_text(
        '[[source]]\nname = "a"\nkind = "folder"\npath = "not there"\n'
    )
    code, out, _ = briefing("doctor")
    assert code == 1
    assert "mkdir -p" in out


def test_doctor_names_a_file_in_place_of_a_folder(home: Path, briefing: Run) -> None:
    (home / "briefing.toml").write_text(
        '[[source]]\nname = "a"\nkind = "folder"\npath = "corpus/gas.md"\n'
    )
    code, out, _ = briefing("doctor")
    assert code == 1
    assert "gas.md: is a file, not a folder; set the source's path" in out
    assert "mkdir" not in out


def test_lab_summarize_gives_spans_of_the_text(
    briefing: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "a", "text": "One went. Two stayed at home. Three came back late."},
        {"id": "b", "texts": ["Four of them sang.", "Five of them danced."]},
    ]
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    code, out, _ = briefing(
        "lab",
        "summarize",
        "--jsonl",
        file,
        "--summarizer",
        "lead",
        "--sentences",
        "2",
        "--language",
        "en",
    )
    assert code == 0
    found = [json.loads(line) for line in out.splitlines()]
    assert [row["id"] for row in found] == ["a", "b"]
    for row, given in zip(found, rows, strict=True):
        texts = given.get("texts") or [given["text"]]
        for sentence in row["sentences"]:
            text = texts[sentence["doc"]]
            assert text[sentence["start"] : sentence["end"]] == sentence["text"]


def test_lab_reads_standard_input(briefing: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"id": 1, "title": "China and Russia", "text": "China met Russia."}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(row) + "\n"))
    code, out, _ = briefing("lab", "relevance", "--jsonl", "-")
    assert code == 0
    assert json.loads(out)["relevant"] is True


def test_lab_cluster_puts_copies_together(briefing: Run, tmp_path: Path) -> None:
    text = "China and Russia opened a second rail bridge over the Amur river on Thursday."
    other = "A museum of porcelain in Lisbon has lent its oldest vases to a school in Porto."
    rows = [{"id": "a", "text": text}, {"id": "b", "text": other}, {"id": "c", "text": text}]
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    code, out, _ = briefing("lab", "cluster", "--jsonl", file)
    story = {row["id"]: row["story"] for row in map(json.loads, out.splitlines())}
    assert code == 0
    assert story["a"] == story["c"] != story["b"]


@pytest.mark.parametrize("line", ["{", '{"text": "x"}', "[1]"])
def test_lab_names_the_line_that_is_wrong(briefing: Run, tmp_path: Path, line: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text('{"id": 1, "text": "One sentence stands here."}\n' + line + "\n")
    code, _, err = briefing("lab", "cluster", "--jsonl", file)
    assert code == 1
    assert "line 2: " in err
