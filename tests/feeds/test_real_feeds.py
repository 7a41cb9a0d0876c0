"""Feeds as the world writes them: each is read, whole, in time, or says why not."""

import io
import re
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import feedparser
import pytest

from feeds.items import Items, items
from feeds.syndication import parse

REAL = Path(__file__).resolve().parents[2] / "../shared/feeds/real"
FILES = sorted(REAL.iterdir()) if REAL.is_dir() else []
NOW = datetime(2026, 11, 22, tzinfo=UTC)
URL = "https://example.org/feed"

pytestmark = pytest.mark.skipif(not FILES, reason=f"no feeds in {REAL}")


@cache
def _read(path: Path) -> tuple[Items, float]:
    begin = time.process_time()
    found = items(path.read_bytes(), url=URL, now=NOW)
    return found, time.process_time() - begin


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_feed_gives_entries_or_a_reason_and_in_time(path: Path) -> None:
    found, seconds = _read(path)
    assert found.entries or all(reason for _, reason, _ in found.problems)
    assert found.entries or found.problems
    assert seconds < 5


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_feed_has_as_many_items_as_its_parser_finds(path: Path) -> None:
    body = path.read_bytes()
    feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    parsed = parse(body, url=URL, now=NOW)
    found, _ = _read(path)
    assert len(parsed.items) == found.count == len(feed.entries)
    # Each item is an entry, a problem, or a second one of the same name; a feed without any text
    # has one problem for all of its items.
    names = {item.key for item in parsed.items}
    told = {entry.key for entry in found.entries} | {key for key, _, _ in found.problems}
    assert told == names or [key for key, _, _ in found.problems] == [""]


#: What a text never holds: elements, references to characters, what stands for an image.
_MARKUP = re.compile(
    r"</?(?:p|div|span|br|img|a|b|i|em|strong|ul|ol|li|h[1-6]|table|td|tr|iframe|figure)\b[^<>]*>"
    r"|&(?:amp|lt|gt|quot|nbsp|#\d{2,6}|#x[0-9a-fA-F]{2,5});|\[caption|\ufffd"
)


def test_no_markup_is_left_in_titles_and_texts() -> None:
    found = [
        (path.name, entry.key, match[0])
        for path in FILES
        for entry in _read(path)[0].entries
        for text in (entry.title, entry.text)
        for match in [_MARKUP.search(text)]
        if match and not _code(entry.text)
    ]
    # Articles about markup show it.
    assert len(found) <= 0.01 * sum(len(_read(path)[0].entries) for path in FILES), found


def _code(text: str) -> bool:
    """Tell whether a text shows program code, where markup is what it is about."""
    return bool(re.search(r"[{};]\s*$|\bfunction\b|\bclass=|=\"", text, re.MULTILINE))


def test_titles_and_texts_are_in_normal_form() -> None:
    for path in FILES:
        for entry in _read(path)[0].entries:
            assert entry.text == entry.text.strip()
            assert "\n\n\n" not in entry.text
            assert "\n" not in entry.title
            assert entry.published is None or entry.published <= NOW.replace(day=23)
