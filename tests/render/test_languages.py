"""The issue in three interface languages: words of the language, and the same sentences in each."""

import re
from collections.abc import Callable

import pytest

from service.brief.printed import check_facts, check_sentences
from service.errors import VerifyError
from service.render import fold, readback, render, text
from service.render.catalogue import LANGUAGES
from service.render.facts import facts
from tests import builders

FORMATS = ("pdf", "html", "txt", "md", "eml")
TRANSLATED = LANGUAGES[1:]


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("format_", ["txt", "md"])
def test_text_and_markdown_are_the_golden_ones(
    language: str, format_: str, same_as_golden: Callable[[str, bytes], None]
) -> None:
    make = {"txt": text.plain, "md": text.markdown}[format_]
    same_as_golden(f"full.{language}.{format_}", make(builders.brief(language=language)))


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_quiet_issue_is_the_golden_one(
    language: str, same_as_golden: Callable[[str, bytes], None]
) -> None:
    same_as_golden(f"quiet.{language}.txt", text.plain(builders.quiet(language=language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_fit_72_columns_and_none_begins_with_a_dot(language: str) -> None:
    for line in text.plain(builders.brief(language=language)).decode("utf-8").split("\n"):
        assert fold.width(line) <= 72
        assert line == line.rstrip()
        assert not line.lstrip().startswith("·")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_count_and_name_is_found_in_every_format(language: str) -> None:
    brief = builders.brief(language=language)
    wanted = [(f"sentence {line.number}", line.text) for line in brief.lines()]
    for artifact in render(brief, FORMATS):
        pages = readback.pages(artifact.format, artifact.data)
        assert check_sentences(artifact.format, pages, wanted, all_=True) == len(wanted)
        assert check_facts(artifact.format, pages, facts(brief)) > len(wanted)


def test_a_changed_sentence_is_missed_in_a_chinese_document() -> None:
    brief = builders.brief(language="zh")
    pages = readback.pages("txt", text.plain(brief))
    with pytest.raises(VerifyError, match="sentence 6 is not printed"):
        check_sentences("txt", pages, [("sentence 6", "新口岸每年可运送八百万吨货物")], all_=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_is_in_the_language_and_each_sentence_in_its_own(language: str) -> None:
    brief = builders.brief(language=language)
    page = render(brief, ("html",))[0].data.decode("utf-8")
    assert f'<html lang="{language}">' in page
    for line in brief.lines():
        tag = f'lang="{line.language}"' if line.language != language else 'class="verbatim"'
        assert f"{tag}>{line.text}</bdi>" in page


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_english_is_left_but_what_the_brief_itself_says(language: str) -> None:
    said = "\n".join(readback.pages("json", render(builders.brief(), ("json",))[0].data))
    known = set(re.findall(r"[A-Za-z]{3,}", said)) | {
        "briefing",
        "issues",
        "verify",
        "digest",
        "UTC",
    }
    shown = text.plain(builders.brief(language=language)).decode("utf-8")
    assert set(re.findall(r"[A-Za-z]{3,}", shown)) - known == set()
