"""`briefing lab feed` and `briefing lab extract`: saved bytes in, one line of JSON a file out."""

import json
from collections.abc import Callable
from pathlib import Path

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
    assert [error["key"] for error in first["errors"]] == ["empty"]
    assert second["entries"] == []
    assert "is not a feed" in second["errors"][0]["reason"]


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


def test_lab_names_a_file_that_is_not_there(briefing: Run, tmp_path: Path) -> None:
    code, _, err = briefing("lab", "feed", str(tmp_path / "none.xml"))
    assert code == 1
    assert "none.xml: cannot be read: No such file" in err
