"""The texts that users really have: clean, titled, and without a lost sentence.

They are other people's, and stand beside the checkout; where they do not, this is skipped.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.documents import read
from service.model import Entry

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
NOW = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the sample texts are not beside the checkout"
)

#: What is taken out of each text, by the beginning of its lines; all else must stay.
REMOVED = {
    "000": ("China-Russia Relations amid",),
    "001": ("Original Source:",),
    "002": ("• en", "Xi Jinping, Putin Strengthen", "FILE PHOTO:", "Chioma Kalu", "Follow us on:"),
    "003": (),
    "004": (),
}


def _entry(number: str) -> tuple[Entry, list[str]]:
    path = next(CORPUS.glob(f"{number}_*.txt"))
    lines = path.read_text(encoding="utf-8").split("\n")
    return read(path.name, path.read_bytes(), now=NOW), [text for text in lines if text.strip()]


@pytest.mark.parametrize("number", sorted(REMOVED))
def test_only_furniture_is_taken_out(number: str) -> None:
    found, lines = _entry(number)
    kept = [text for text in lines if not text.startswith(REMOVED[number] or ("\0",))]
    assert len(kept) == len(lines) - len(REMOVED[number])
    assert found.text == "\n\n".join(kept)
    assert found.language == "en"
    assert found.published is None


@pytest.mark.parametrize(
    ("number", "title"),
    [
        ("000", "China-Russia Relations amid US-Russia Talks"),
        ("002", "Xi Jinping, Putin Strengthen China-Russia Ties in Beijing Talks"),
    ],
)
def test_a_headline_is_the_title(number: str, title: str) -> None:
    found, _ = _entry(number)
    assert (found.title, found.title_given) == (title, True)


@pytest.mark.parametrize("number", ["001", "003", "004"])
def test_a_text_without_a_headline_is_titled_by_its_first_sentence(number: str) -> None:
    found, _ = _entry(number)
    assert not found.title_given
    assert found.title.endswith("…")
    assert found.text.startswith(found.title.removesuffix("…"))
    assert 40 <= len(found.title) <= 90


def test_the_original_source_is_kept_as_the_origin() -> None:
    assert _entry("001")[0].origin == "www.cnn.com"
    assert _entry("000")[0].origin is None
