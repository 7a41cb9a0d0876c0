"""What the desk's settings make of the PDF, and an issue whose PDF cannot be made."""

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

Run = Callable[..., tuple[int, str, str]]


def _settings(home: Path, *lines: str) -> None:
    text = "\n".join(("[desk]", *lines))
    (home / "briefing.toml").write_text(f"{text}\n", encoding="utf-8")


def _width(path: Path) -> float:
    with pypdfium2.PdfDocument(path) as document:
        return float(document[0].get_width())


def _kept(path: Path) -> str:
    with pikepdf.open(path) as document, document.open_metadata() as said:
        return said.pdfa_status


@pytest.mark.parametrize(
    ("lines", "width", "kept"),
    [
        ((), 595.3, ""),
        (('paper = "Letter"',), 612.0, ""),
        (("archival = true",), 595.3, "3U"),
    ],
)
def test_the_paper_and_the_kind_of_file_are_the_desk_s(
    lines: tuple[str, ...], width: float, kept: str, home: Path, briefing: Run
) -> None:
    _settings(home, *lines)
    code, out, _ = briefing("now", "--format", "pdf")
    assert code == 0
    path = home / out.strip()
    assert _width(path) == pytest.approx(width, abs=0.1)
    assert _kept(path) == kept


def test_an_older_issue_is_printed_on_the_desk_s_paper_too(home: Path, briefing: Run) -> None:
    _settings(home, 'paper = "Letter"', "archival = true")
    briefing("now", "--format", "txt")
    code, out, _ = briefing("issues", "render", "1", "--format", "pdf")
    assert code == 0
    assert _width(home / out.strip()) == pytest.approx(612.0, abs=0.1)
    assert _kept(home / out.strip()) == "3U"


def test_an_issue_whose_pages_cannot_be_set_is_published_without_them_and_says_so(
    home: Path, briefing: Run
) -> None:
    _settings(home, 'marking = "🚀"')
    code, out, err = briefing("now", "--format", "pdf,html")
    assert code == 3
    assert [Path(line).suffix for line in out.splitlines()] == [".html"]
    assert "no glyph for '🚀'" in err
    assert "the PDF was not made" in (home / out.strip()).read_text(encoding="utf-8")
    code, checked, _ = briefing("issues", "verify", "1")
    assert code == 0
    assert "are as stored, in html" in checked
