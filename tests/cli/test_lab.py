"""`briefing lab`: one stage on texts, or saved bytes, of one's own; a line of JSON for each."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.feeds import bombs

Run = Callable[..., tuple[int, str, str]]


def test_lab_feed_gives_entries_and_errors_of_each_file(briefing: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_bytes(bombs.rss(bombs.GOOD, bombs.item("empty", "")))
    bad.write_bytes(b"/etc/passwd")
    code, out, _ = briefing("lab", "feed", str(good), str(bad))
    first, second = (json.loads(line) for line in out.splitlines())
    assert code == 0
    assert [(e["key"], e["title"], e["text"]) for e in first["entries"]] == [
        ("good", "Title of good", bombs.LEAD)
    ]
    assert [(e["key"], e["kind"]) for e in first["errors"]] == [("empty", "skipped")]
    assert second["entries"] == []
    assert "not a feed" in second["errors"][0]["reason"]


def test_lab_extract_gives_the_article_of_each_page(briefing: Run, tmp_path: Path) -> None:
    page, empty = tmp_path / "page.html", tmp_path / "empty.html"
    page.write_text(
        "<html><head><meta property='og:title' content='Talks on trade'>"
        "<meta name='author' content='Ann Writer'>"
        "<meta property='article:published_time' content='2025-05-08T10:00:00Z'></head>"
        f"<body><nav>Menu</nav><article><p>{bombs.LEAD}</p></article></body></html>",
        encoding="utf-8",
    )
    empty.write_text("<html></html>", encoding="utf-8")
    code, out, _ = briefing("lab", "extract", "--html", str(page), str(empty))
    first, second = (json.loads(line) for line in out.splitlines())
    assert code == 0
    assert (first["title"], first["authors"]) == ("Talks on trade", ["Ann Writer"])
    assert first["published"] == "2025-05-08T10:00:00+00:00"
    assert bombs.LEAD in first["text"]
    assert second["text"] == ""
    assert second["error"] == "holds no text that can be read"


TEXT = (
    "Russia and China signed an agreement on rail freight in Harbin on Monday. "
    "The first trains will run in the spring, the two ministries of transport said. "
    "Traders had asked for the line since 2019."
)


def _rows(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["auto", "news", "sumy:lexrank"])
def test_lab_summarize_gives_sentences_with_their_places(
    briefing: Run, tmp_path: Path, name: str
) -> None:
    path = _rows(tmp_path, {"id": 1, "text": TEXT}, {"id": 2, "texts": [TEXT, ""]})
    code, out, _ = briefing(
        "lab", "summarize", "--jsonl", path, "--sentences", 2, "--summarizer", name
    )
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [row["id"] for row in rows] == [1, 2]
    for chosen in (sentence for row in rows for sentence in row["sentences"]):
        assert TEXT[chosen["start"] : chosen["end"]] == chosen["text"]
    assert [len(row["sentences"]) for row in rows] == [2, 2]


def test_lab_summarize_auto_is_what_briefs_use(briefing: Run, tmp_path: Path) -> None:
    path = _rows(tmp_path, {"id": 1, "text": TEXT}, {"id": 2, "texts": [TEXT, TEXT]})
    words = ("lab", "summarize", "--jsonl", path, "--words", 30)
    assert briefing(*words)[1] == briefing(*words, "--summarizer", "auto")[1]


def test_lab_summarize_refuses_an_unknown_summarizer_as_wrong_usage(
    briefing: Run, tmp_path: Path
) -> None:
    path = _rows(tmp_path, {"id": 1, "text": TEXT})
    code, out, err = briefing(
        "lab", "summarize", "--jsonl", path, "--words", 9, "--summarizer", "magic"
    )
    assert (code, out) == (2, "")
    assert '"magic": choose of auto, news' in err


@pytest.mark.parametrize("stage", ["summarize", "cluster", "relevance"])
@pytest.mark.parametrize(
    ("row", "told"),
    [
        ([1], "is not an object"),
        ({"text": "a"}, 'has no "id"'),
        ({"id": 1, "text": 5}, '"text" must be a string'),
        ({"id": 1, "text": None}, '"text" must be a string'),
        ({"id": 1, "text": "a", "title": 5}, '"title" must be a string'),
        ({"id": 1, "text": "a", "texts": "a"}, '"texts" must be a list of strings'),
        ({"id": 1, "text": "a", "titles": ["b", "c"]}, '"titles" must be as many as the texts'),
        ({"id": 1, "text": "a", "published": "soon"}, '"published" is no date: "soon"'),
        ({"id": 1, "text": "a\ud800"}, "holds half of a surrogate pair"),
    ],
)
def test_lab_tells_a_bad_row_by_its_line(
    briefing: Run, tmp_path: Path, stage: str, row: object, told: str
) -> None:
    path = _rows(tmp_path, {"id": 0, "text": TEXT}, row)
    more = ("--sentences", 1) if stage == "summarize" else ()
    code, _, err = briefing("lab", stage, "--jsonl", path, *more)
    assert code == 1
    assert f"rows.jsonl, line 2: {told}" in err
    assert len(err.splitlines()) == 1


def test_lab_takes_a_row_without_a_title_or_a_zone(briefing: Run, tmp_path: Path) -> None:
    path = _rows(tmp_path, {"id": "a", "title": None, "text": TEXT, "published": "2025-05-08"})
    code, out, _ = briefing("lab", "cluster", "--jsonl", path)
    assert (code, json.loads(out)["id"]) == (0, "a")
    code, out, _ = briefing("lab", "relevance", "--jsonl", path)
    assert (code, json.loads(out)["relevant"]) == (0, True)


def test_a_file_that_is_not_there_costs_its_own_line(briefing: Run, tmp_path: Path) -> None:
    good, missing = tmp_path / "good.xml", tmp_path / "none.xml"
    good.write_bytes(bombs.rss(bombs.GOOD))
    code, out, err = briefing("lab", "feed", good, missing, tmp_path, good)
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 3
    assert [row["file"] for row in rows] == [str(p) for p in (good, missing, tmp_path, good)]
    assert [len(row["entries"]) for row in rows] == [1, 0, 0, 1]
    assert [[e["reason"] for e in row["errors"]] for row in rows] == [
        [],
        ["cannot be read: no such file or directory"],
        ["cannot be read: is a directory"],
        [],
    ]
    assert err.splitlines() == [
        f"briefing: {missing}: cannot be read: no such file or directory",
        f"briefing: {tmp_path}: cannot be read: is a directory",
    ]


def test_a_page_that_is_not_there_costs_its_own_line(briefing: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<html><body><article><p>{bombs.LEAD}</p></article></body></html>")
    code, out, err = briefing("lab", "extract", "--html", tmp_path / "none.html", page)
    first, second = (json.loads(line) for line in out.splitlines())
    assert (code, err.count("\n")) == (3, 1)
    assert (first["text"], first["error"]) == ("", "cannot be read: no such file or directory")
    assert second["text"] == bombs.LEAD
