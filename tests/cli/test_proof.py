"""`briefing issues verify`, `rebuild` and `show --sentence`: an issue held against the store."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from service import manifest
from service.brief import codec

Run = Callable[..., tuple[int, str, str]]

TALKS = (
    "---\ntitle: Presidents to meet in Kazan\ndate: 2026-03-02T08:00:00Z\n"
    "outlet: Harbour Wire\nlanguage: en\n---\n\n"
    "The presidents of China and Russia will meet in Kazan on 12 May 2026. "
    "The Kremlin said that the two leaders would sign a statement on trade and energy there.\n"
)
EVERY = "pdf,html,eml,txt,md,json"
DAY = 86400


def _change(home: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(home / "briefing.db")) as db, db:
        assert db.execute(statement, values).rowcount >= 1


def _read(home: Path, query: str) -> Any:
    with closing(sqlite3.connect(home / "briefing.db")) as db:
        (value,) = db.execute(query).fetchone()
    return value


def _rewrite(home: Path, change: Callable[[dict[str, Any]], None], *, issue: int = 1) -> None:
    """Change a stored brief as somebody would who takes care of its hash, too."""
    brief = json.loads(_read(home, f"SELECT brief FROM issue WHERE id = {issue}"))
    change(brief)
    text = codec.dumps(codec.loads(json.dumps(brief)))
    row = (text, codec.digest(text), issue)
    _change(home, "UPDATE issue SET brief = ?, sha256 = ? WHERE id = ?", *row)
    _change(home, "DELETE FROM artifact")


def test_verify_says_what_it_checked_and_how_much_of_it(home: Path, briefing: Run) -> None:
    briefing("now", "--format", EVERY)
    code, out, err = briefing("issues", "verify", "1")
    assert (code, err) == (0, "")
    assert "not checked" not in out
    for name in EVERY.split(","):
        assert re.search(rf"^  {name}: \d+ sentences and headlines", out, re.MULTILINE)
    assert re.search(r"^  \d+ counts$", out, re.MULTILINE)
    found = json.loads(briefing("issues", "verify", "1", "--json")[1])
    assert found["sentences"] > 0
    assert found["counts"] >= 20
    assert found["revisions"] == 2
    assert found["beside"]["html"] > 10
    assert found["beside"]["json"] == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda b: b["coverage"].update(articles=9), r"coverage: articles: printed 9, counted 3"),
        (lambda b: b["coverage"].update(undated=0), r"coverage: undated: printed 0, counted 1"),
        (
            lambda b: b["coverage"].update(per_day=[["2026-03-02", 9]]),
            r"coverage: per day: printed .*9.*, counted .*2",
        ),
        (
            lambda b: b["coverage"]["sources"][0].update(new=7),
            r"coverage: sources: printed .*new=7.*, counted .*new=3",
        ),
        (lambda b: b["coverage"].update(state_media=1), r"state media: printed 1, counted 0"),
        (lambda b: b["coverage"].update(tracks=[]), r"coverage: tracks: printed .*, counted"),
        (
            lambda b: b["stories"][0].update(languages=["ru"]),
            r'languages: printed "ru", stored "en"',
        ),
        (
            lambda b: b["stories"][0].update(outlets=[]),
            r'outlets: printed nothing, stored "Harbour Wire"',
        ),
    ],
)
def test_a_count_that_the_store_does_not_give_is_told_with_both(
    change: Callable[[dict[str, Any]], None], told: str, home: Path, briefing: Run
) -> None:
    (home / "corpus" / "talks.md").write_text(TALKS, encoding="utf-8")
    briefing("now", "--format", "txt")
    _rewrite(home, _of_harbour(change))
    code, out, err = briefing("issues", "verify", "1")
    assert (code, out) == (1, "")
    assert re.search(told, err)
    assert len(err.splitlines()) == 1


def _of_harbour(
    change: Callable[[dict[str, Any]], None],
) -> Callable[[dict[str, Any]], None]:
    """Put the story that has an outlet first, so that a change meets it."""

    def changed(brief: dict[str, Any]) -> None:
        brief["stories"].sort(key=lambda item: not item["outlets"])
        change(brief)

    return changed


def test_an_event_under_a_date_that_its_text_does_not_give_is_told(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "corpus" / "talks.md").write_text(TALKS, encoding="utf-8")
    words = ("now", "--edition", "daily", "--since", "last", "--format", "txt")
    for day in range(2):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1772500000 + day * DAY))
        assert briefing(*words)[0] == 0
    assert briefing("issues", "verify", "2")[0] == 0

    def moved(brief: dict[str, Any]) -> None:
        brief["watch"][0].update(start="2026-12-24", end="2026-12-24")

    _rewrite(home, moved, issue=2)
    code, _, err = briefing("issues", "verify", "2")
    assert code == 1
    assert (
        "printed under 2026-12-24 to 2026-12-24; the dates that its text gives: "
        "2026-05-12 to 2026-05-12"
    ) in err


def test_a_number_that_a_file_prints_otherwise_is_told(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "txt")
    data = _read(home, "SELECT data FROM artifact")
    wrong = data.replace(b"2 items held, 2 new", b"5 items held, 5 new")
    assert wrong != data
    digest = hashlib.sha256(wrong).hexdigest()
    _change(home, "UPDATE artifact SET data = ?, sha256 = ?", wrong, digest)
    code, _, err = briefing("issues", "verify", "1")
    assert code == 1
    assert 'txt: the source corpus: "2" is not printed beside "corpus"' in err


def test_data_that_a_pdf_carries_and_that_are_others_are_told(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "pdf")
    files = _read(home, "SELECT count(*) FROM artifact")
    assert files == 1
    brief = json.loads(_read(home, "SELECT brief FROM issue"))
    brief["marking"] = "OTHER"
    text = codec.dumps(codec.loads(json.dumps(brief)))
    _change(home, "UPDATE issue SET brief = ?, sha256 = ?", text, codec.digest(text))
    code, _, err = briefing("issues", "verify", "1")
    assert code == 1
    assert "pdf: the data that it carries are not those of the issue" in err


def test_an_issue_of_an_older_manifest_is_verified_but_for_its_counts(
    home: Path, briefing: Run
) -> None:
    briefing("now", "--format", "txt")
    _change(home, "UPDATE issue SET manifest = '{}'")
    code, out, _ = briefing("issues", "verify", "1")
    assert code == 0
    assert "not checked: counts" in out
    code, out, err = briefing("issues", "rebuild", "1")
    assert (code, out) == (1, "")
    assert "was made by another version" in err


def test_an_issue_is_made_again_byte_by_byte(home: Path, briefing: Run) -> None:
    (home / "briefing.toml").write_text(
        '[desk]\npaper = "Letter"\narchival = true\nlanguage = "ru"\nsummarizer = "lead"\n'
        'timezone = "Asia/Shanghai"\n'
    )
    briefing("now", "--format", EVERY, "--max-stories", "1")
    # What is asked today does not count.
    (home / "briefing.toml").write_text('[desk]\ntitle = "Another"\n')
    code, out, err = briefing("issues", "rebuild", "1")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "data",
        "eml",
        "html",
        "json",
        "md",
        "pdf",
        "txt",
    ]
    assert all(line.endswith("  equal") for line in lines)
    found = json.loads(briefing("issues", "rebuild", "1", "--json")[1])
    assert found["equal"] is True
    assert found["differences"] == []


def test_an_edition_s_issue_is_made_again_with_what_was_known_then(
    home: Path, briefing: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("now", "--edition", "daily", "--since", "last", "--format", "txt,json")
    start = 1772500000
    for day in range(3):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(start + day * DAY))
        (home / "corpus" / f"day{day}.txt").write_text(
            f"Rail freight grows for the {day}th day\n\n"
            f"Rail freight between China and Russia grew by {day + 3} per cent in March. "
            "The railways of both countries will run forty more trains a week from May on.\n"
        )
        # The same text turns up at another place a day later.
        bridge = (home / "corpus" / "bridge.txt").read_text()
        (home / "corpus" / f"bridge{day}.txt").write_text(bridge)
        assert briefing(*words)[0] == 0
    for issue in ("1", "2", "3"):
        code, out, err = briefing("issues", "rebuild", issue)
        assert (code, err) == (0, ""), out
        assert briefing("issues", "verify", issue)[0] == 0


def test_what_differs_is_told_with_the_version_that_does(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "txt,json")
    found = manifest.loads(_read(home, "SELECT manifest FROM issue"), issue=1)
    found.versions["sumy"] = "0.1"
    _change(home, "UPDATE issue SET manifest = ?", manifest.dumps(found))
    _change(home, "UPDATE artifact SET data = CAST('other' AS BLOB) WHERE format = 'txt'")
    code, out, err = briefing("issues", "rebuild", "1")
    assert code == 1
    assert re.search(r'^txt .* differs: line 1: stored "other", made "UNCLASS', out, re.MULTILINE)
    assert re.search(r"^json .* equal$", out, re.MULTILINE)
    assert re.search(r"txt \(sumy: was 0\.1, is [0-9.]+\)$", err.strip())


def test_other_versions_that_give_the_same_bytes_are_no_failure(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "txt")
    found = manifest.loads(_read(home, "SELECT manifest FROM issue"), issue=1)
    found.versions["babel"] = "1.0.0"
    _change(home, "UPDATE issue SET manifest = ?", manifest.dumps(found))
    code, out, _ = briefing("issues", "rebuild", "1")
    assert code == 0
    assert "babel: was 1.0.0, is " in out


def test_a_profile_that_was_changed_is_told(home: Path, briefing: Run) -> None:
    from importlib.resources import files

    source = files("service.topic").joinpath("profiles/china-russia.toml").read_text("utf-8")
    (home / "own.toml").write_text(source, encoding="utf-8")
    (home / "briefing.toml").write_text('[desk]\ntopic = "own.toml"\n')
    briefing("now", "--format", "txt")
    assert "equal" in briefing("issues", "rebuild", "1")[1]
    changed = re.sub(r"(?m)^threshold = .*$", "threshold = 3.5", source)
    assert changed != source
    (home / "own.toml").write_text(changed, encoding="utf-8")
    code, _, err = briefing("issues", "rebuild", "1")
    assert code == 1
    assert "the profile of the topic own.toml was changed" in err
    code, out, _ = briefing("issues", "verify", "1")
    assert code == 0
    assert "not checked: dates, origins" in out


def test_a_revision_that_is_gone_is_told(home: Path, briefing: Run) -> None:
    briefing("now", "--format", "txt")
    _change(home, "DELETE FROM place WHERE key = 'gas.md'")
    code, _, err = briefing("issues", "rebuild", "1")
    assert code == 1
    assert "of its 2 revisions 1 are not in the store" in err


def test_a_sentence_is_shown_in_its_paragraph_with_all_that_proves_it(
    home: Path, briefing: Run
) -> None:
    briefing("now", "--format", "json", "--out", home / "o")
    (file,) = (home / "o").iterdir()
    brief = json.loads(file.read_text(encoding="utf-8"))
    line = brief["bottom_line"][0]
    code, out, _ = briefing("issues", "show", "1", "--sentence", line["number"])
    assert code == 0
    assert f"»{line['text']}«" in out
    assert re.search(rf"^revision +{line['article']}$", out, re.MULTILINE)
    assert re.search(r"^collected +2026-03-03 \d\d:\d\d UTC$", out, re.MULTILINE)
    found = json.loads(briefing("issues", "show", "1", "--sentence", "1", "--json")[1])
    assert line["text"] in found["paragraph"]
    assert (found["start"], found["end"]) == (line["start"], line["end"])
    assert "marked" not in found
    code, _, err = briefing("issues", "show", "1", "--sentence", "999")
    assert code == 1
    assert "there is no sentence 999" in err
