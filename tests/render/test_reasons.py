"""Why something was not read, as a reader of the brief's language is told."""

import ast
from functools import cache
from pathlib import Path

import pytest

import feeds
import service
from service.render import reasons
from service.render.catalogue import catalogue

#: Patterns that the program puts together from parts.
COMPOSED = {
    'is in the language "%(code)s", which is not read': (
        "is {}, which is not read",
        'in the language "{}"',
    ),
    "is of unknown language, which is not read": (
        "is {}, which is not read",
        "of unknown language",
    ),
    "has no text, only media (%(type)s)": ("has no text", ", only media ({})"),
    "%(address)s answered %(status)s: %(why)s": ("{} answered {} {}", ": {}"),
    "its fonts have no glyph for %(characters)s, in %(places)s; the other formats can print it": (
        "the PDF was not made: its fonts have no glyph for {}{}, in {}; "
        "the other formats can print it",
    ),
    "the page is nested too deeply": ("the PDF was not made: the page is nested too deeply",),
    "setting its pages %(why)s and was stopped": ("setting its pages", "{} {} and was stopped"),
    "is not a feed: %(why)s": ("is not a feed: {}; {}",),
}


@cache
def _made() -> frozenset[str]:
    """Return every text of the program, with {} for each value in it."""
    found = set()
    for package in (feeds, service):
        for path in Path(package.__path__[0]).rglob("*.py"):
            if path.name == "reasons.py":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = (v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)
                    found.add("".join(map(str, parts)))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return frozenset(found)


@pytest.mark.parametrize("pattern", reasons.PATTERNS)
def test_every_pattern_is_a_reason_that_the_program_gives(pattern: str) -> None:
    for part in COMPOSED.get(pattern, (reasons.VALUE.sub("{}", pattern),)):
        assert part in _made()


def test_a_reason_is_said_with_its_values() -> None:
    said = reasons.said("is too large: at most 20 MB are read", catalogue("ru"))
    assert said == "слишком большой размер: читается не более 20 МБ"


def test_a_reason_within_a_reason_is_said_too() -> None:
    reason = "https://wire.example.org/feed cannot be read: its certificate is not valid"
    said = reasons.said(reason, catalogue("zh"))
    assert said == "https://wire.example.org/feed无法读取：证书无效"


def test_the_words_of_another_program_stay_as_they_are() -> None:
    reason = "cannot be read: Permission denied"
    assert reasons.said(reason, catalogue("ru")) == "не читается: Permission denied"
    odd = "the server sent 100 % nonsense"
    assert reasons.said(odd, catalogue("ru")) == odd


@pytest.mark.parametrize("pattern", reasons.PATTERNS)
def test_in_english_a_reason_is_just_what_was_given(pattern: str) -> None:
    reason = reasons.VALUE.sub("50 %s", pattern)
    assert reasons.said(reason, catalogue("en")) == reason


def test_a_language_that_is_not_read_is_told_in_the_readers() -> None:
    reason = 'is in the language "de", which is not read'
    assert reasons.said(reason, catalogue("zh")) == "语种为“de”，本系统不读取"
