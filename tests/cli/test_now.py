"""`briefing now`, from the folder of articles to the files, as from a shell."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_one_command_makes_the_pdf_and_the_page_and_prints_their_paths(
    home: Path, briefing: Run
) -> None:
    code, out, err = briefing("now")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "briefs/china-russia-2026-03-03.pdf",
        "briefs/china-russia-2026-03-03.html",
    ]
    assert (home / "briefs" / "china-russia-2026-03-03.pdf").read_bytes().startswith(b"%PDF-")


def test_all_formats_have_the_same_stem(home: Path, briefing: Run) -> None:
    code, out, _ = briefing("now", "--format", "pdf,html,eml,txt,md,json", "--out", home / "o")
    assert code == 0
    assert {Path(line).stem for line in out.splitlines()} == {"china-russia-2026-03-03"}
    assert {path.suffix for path in (home / "o").iterdir()} == {
        *(".pdf", ".html", ".eml", ".txt", ".md", ".json")
    }


def test_a_second_run_adds_nothing_and_gives_the_same_bytes(home: Path, briefing: Run) -> None:
    words = ("now", "--issue", "5", "--format", "pdf,html,eml,txt,md,json", "--out")
    briefing(*words, home / "a")
    briefing(*words, home / "b")
    assert _digests(home / "a") == _digests(home / "b")
    _, listed, _ = briefing("issues", "list", "--json")
    assert len(json.loads(listed)) == 1
    _, sources, _ = briefing("sources", "list", "--json")
    assert json.loads(sources)[0]["articles"] == 2


def test_issues_are_numbered_on_and_an_asked_number_is_printed(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "txt", "--since", "7d")
    briefing("now", "--format", "txt", "--since", "8d")
    briefing("now", "--format", "txt", "--issue", "40")
    _, listed, _ = briefing("issues", "list", "--json")
    assert sorted(issue["number"] for issue in json.loads(listed)) == [1, 2, 40]


def test_a_period_without_articles_gives_a_brief_that_says_so(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "txt")
    code, out, err = briefing("now", "--no-collect", "--until", "2026-02-01", "--format", "txt")
    assert code == 0
    text = (home / out.strip()).read_text(encoding="utf-8")
    assert "COVERAGE" in text
    assert "no relevant article was collected" in err


def test_the_last_issue_is_where_the_next_one_begins(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    briefing("now", "--format", "json")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772600000")
    (home / "corpus" / "new.txt").write_text(
        "Rail freight grows\n\nRail freight between China and Russia grew by a tenth in March. "
        "The railways of both countries will run forty more trains a week from the summer on.\n"
    )
    briefing("now", "--since", "last", "--format", "json", "--out", home / "second")
    (file,) = (home / "second").iterdir()
    brief = json.loads(file.read_text(encoding="utf-8"))
    assert [source["title"] for source in brief["sources"]] == ["Rail freight grows"]


def test_a_missing_corpus_folder_is_told_and_stated_in_the_brief(home: Path, briefing: Run) -> None:
    code, out, err = briefing("now", "--corpus", home / "nowhere", "--format", "txt")
    assert code == 3
    assert "nowhere" in err
    assert all(line.startswith("briefing: ") for line in err.splitlines())
    assert "failed" in (home / out.strip()).read_text(encoding="utf-8")


def test_a_file_in_place_of_the_corpus_folder_is_wrong_usage(home: Path, briefing: Run) -> None:
    for command in ("now", "collect"):
        code, out, err = briefing(command, "--corpus", "corpus/gas.md")
        assert (code, out) == (2, "")
        assert err == (
            "briefing: --corpus corpus/gas.md: is a file, not a folder; "
            "name the folder that holds it\n"
        )
    assert not (home / "briefing.db").exists()


def test_what_is_skipped_is_told_with_its_reason_and_is_no_fault(home: Path, briefing: Run) -> None:
    (home / "corpus" / "link.url").write_text("[InternetShortcut]\nURL=https://wire.example/\n")
    (home / "corpus" / "verano.txt").write_text(
        "Los ministros de los dos países se reunieron el lunes en la capital y hablaron durante "
        "tres horas del comercio y de la energía, y acordaron verse otra vez en la primavera.\n"
    )
    code, out, err = briefing("now", "--format", "json,html,txt,md")
    assert code == 0
    texts = {Path(p).suffix: (home / p).read_text(encoding="utf-8") for p in out.splitlines()}
    assert [s for s, text in texts.items() if "link.url" not in text] == []
    assert [s for s, text in texts.items() if "is a link, not an article" not in text] == []
    coverage = json.loads(texts[".json"])["coverage"]
    assert (coverage["problems"], [source["state"] for source in coverage["sources"]]) == (
        [],
        ["read"],
    )
    assert [(row["key"], row["count"]) for row in coverage["skipped"]] == [
        ("link.url", 1),
        ("verano.txt", 1),
    ]
    assert err.splitlines() == [
        "briefing: corpus/link.url: skipped: is a link, not an article; "
        "add the feed with `briefing sources add`",
        'briefing: corpus/verano.txt: skipped: is in the language "es", which is not read',
    ]


def test_a_bad_file_costs_itself_only(home: Path, briefing: Run) -> None:
    (home / "corpus" / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00")
    code, out, err = briefing("now", "--format", "txt")
    assert code == 3
    assert "corpus/picture.txt: " in err
    text = (home / out.strip()).read_text(encoding="utf-8")
    assert "picture.txt" in text
    assert "rail bridge" in text
    assert "gas" in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--since", "soon"), "is no span of time"),
        (("--until", "2026-13-01"), "is no span of time"),
        (("--until", "2020-01-01", "--since", "2025-01-01"), "lies after the end"),
        (("--summarizer", "magic"), "choose of"),
    ],
)
def test_a_wrong_value_of_an_option_is_one_line_and_exit_2(
    home: Path, briefing: Run, words: tuple[str, ...], told: str
) -> None:
    code, out, err = briefing("now", *words)
    assert (code, out) == (2, "")
    assert len([line for line in err.splitlines() if told in line]) == 1
    assert not list((home).glob("briefs/*"))


@pytest.mark.parametrize("value", ["soon", "1e400", "9" * 30])
def test_a_wrong_moment_to_work_at_is_one_line_and_exit_1(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    code, out, err = briefing("now")
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        f'briefing: SOURCE_DATE_EPOCH="{value}": must be whole seconds since 1970'
    ]


@pytest.mark.parametrize("words", [("--format", "doc"), ("--max-stories", "0"), ("--nonsense",)])
def test_wrong_usage_is_exit_2(home: Path, briefing: Run, words: tuple[str, ...]) -> None:
    code, out, _ = briefing("now", *words)
    assert (code, out) == (2, "")


def test_wrong_settings_are_all_told_and_exit_1(home: Path, briefing: Run) -> None:
    (home / "briefing.toml").write_text('[desk]\ntimezone = "Mars"\nmax_stories = 0\n')
    code, _, err = briefing("now")
    assert code == 1
    assert len(err.splitlines()) == 2


def test_an_output_folder_that_cannot_be_written_is_told_before_any_work(
    home: Path, briefing: Run
) -> None:
    (home / "briefs").write_text("a file in its place")
    code, out, err = briefing("now")
    assert (code, out) == (1, "")
    assert "cannot be written" in err
    assert not (home / "briefing.db").exists()


def test_a_changed_character_of_a_stored_article_fails_the_proof(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "pdf,html,txt,md,eml,json")
    code, out, _ = briefing("issues", "verify", "1")
    assert code == 0
    assert "pdf" in out
    with sqlite3.connect(home / "briefing.db") as db:
        db.execute("UPDATE revision SET text = replace(text, 'Harbin', 'Harbon')")
    db.close()
    code, out, err = briefing("issues", "verify", "1")
    assert (code, out) == (1, "")
    assert "stored text was changed" in err


def test_a_changed_file_fails_the_proof(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "html")
    with sqlite3.connect(home / "briefing.db") as db:
        db.execute("UPDATE artifact SET data = CAST(replace(data, 'China', 'Chine') AS BLOB)")
    db.close()
    code, _, err = briefing("issues", "verify", "1")
    assert code == 1
    assert "stored file was changed" in err


def test_a_character_that_the_fonts_lack_costs_the_pdf_only(home: Path, briefing: Run) -> None:
    (home / "corpus" / "emoji.txt").write_text(
        "Rail 🚂 freight grows\n\nRail freight between China and Russia grew by a tenth in March. "
        "The railways of both countries will run forty more trains a week from the summer on.\n"
    )
    code, out, err = briefing("now", "--format", "pdf,txt")
    assert code == 3
    assert [Path(line).suffix for line in out.splitlines()] == [".txt"]
    assert "U+1F682" in err
    assert "🚂" in (home / out.strip()).read_text(encoding="utf-8")
    code, out, _ = briefing("now", "--format", "pdf")
    assert code == 3
    assert [Path(line).suffix for line in out.splitlines()] == [".html"]


def test_an_issue_of_an_edition_is_as_the_edition_wants_it(home: Path, briefing: Run) -> None:
    (home / "briefing.toml").write_text(
        '[[source]]\nname = "corpus"\nkind = "folder"\npath = "corpus"\n'
        '[[edition]]\nname = "daily"\nevery = "day"\ntimezone = "Asia/Tokyo"\nmax_stories = 1\n'
        'summarizer = "lead"\n'
    )

    def made(*words: str) -> dict[str, Any]:
        code, out, err = briefing("now", "--format", "json", "--out", home / "".join(words), *words)
        assert code == 0, err
        found: dict[str, Any] = json.loads((home / out.strip()).read_text(encoding="utf-8"))
        return found

    daily, own, asked = made("--edition", "daily"), made(), made("--edition", "daily@Asia/Almaty")
    assert [one["timezone"] for one in (daily, own, asked)] == ["Asia/Tokyo", "UTC", "Asia/Almaty"]
    assert [len(one["stories"]) for one in (daily, own, asked)] == [1, 2, 1]
    assert [one["method"]["summarizer"] for one in (daily, own)] == ["lead", "auto"]
    more = made("--edition", "daily", "--max-stories", "2")
    assert len(more["stories"]) == 2
    # A date is one of the edition's zone.
    later = made("--edition", "daily", "--until", "2026-03-03T08:00")
    assert later["cutoff"].startswith("2026-03-02T23:00")


def test_a_zone_that_there_is_not_is_wrong_usage(home: Path, briefing: Run) -> None:
    (home / "briefing.toml").write_text('[[edition]]\nname = "daily"\nevery = "day"\n')
    code, _, err = briefing("now", "--edition", "daily@Mars/Olympus")
    assert code == 2
    assert '"Mars/Olympus" is no time zone' in err


def test_an_issue_that_only_repeats_says_so_and_not_that_nothing_was_found(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "briefing.toml").write_text('[[edition]]\nname = "daily"\nevery = "day"\n')
    words = ("now", "--edition", "daily", "--format", "txt", "--out")
    assert briefing(*words, home / "a")[0] == 0
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772503600")
    code, out, err = briefing(*words, home / "b")
    assert code == 0
    assert "nothing was new since the last issue of daily" in err
    text = " ".join((home / out.strip()).read_text(encoding="utf-8").split())
    assert "2 articles on this topic were collected in the period, with nothing new since" in text
    assert "held no sentence" not in text
