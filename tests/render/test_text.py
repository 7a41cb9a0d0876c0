"""Plain text and Markdown."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from markdown_it import MarkdownIt

from service.render import fold, text
from tests import builders


def test_the_full_text_is_the_golden_one(
    made: dict[str, bytes], same_as_golden: Callable[[str, bytes], None]
) -> None:
    same_as_golden("full.txt", made["txt"])


def test_the_quiet_text_is_the_golden_one(
    silent: dict[str, bytes], same_as_golden: Callable[[str, bytes], None]
) -> None:
    same_as_golden("quiet.txt", silent["txt"])


def test_the_full_markdown_is_the_golden_one(
    made: dict[str, bytes], same_as_golden: Callable[[str, bytes], None]
) -> None:
    same_as_golden("full.md", made["md"])


def test_lines_fit_72_columns_and_end_without_blanks(made: dict[str, bytes]) -> None:
    for line in made["txt"].decode("utf-8").split("\n"):
        assert fold.width(line) <= 72
        assert line == line.rstrip()


def test_an_address_longer_than_a_line_stays_whole() -> None:
    brief = builders.brief()
    url = "https://example.org/" + "a" * 300
    made = text.plain(
        replace(brief, sources=(replace(brief.sources[0], url=url), *brief.sources[1:]))
    )
    assert f"      {url}\n" in made.decode("utf-8")


def test_markdown_has_the_sections_as_headings_and_tables_that_parse(
    made: dict[str, bytes],
) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(made["md"].decode("utf-8"))
    headings = [
        after.content
        for before, after in pairwise(tokens)
        if before.type == "heading_open" and before.tag == "h2"
    ]
    assert headings == ["Bottom line", "Top stories", "Coverage and gaps", "Sources", "Method"]
    assert sum(t.type == "table_open" for t in tokens) == 4


def test_markdown_links_every_sentence_to_its_source_and_back(made: dict[str, bytes]) -> None:
    shown = made["md"].decode("utf-8")
    for line in builders.brief().lines():
        assert shown.count(f'<a id="s{line.number}"></a>') == 1
        assert f"](#source-{line.source})" in shown
        assert f"[{line.number}](#s{line.number})" in shown


def test_a_table_row_holds_even_where_a_name_has_a_bar_or_a_line_break() -> None:
    brief = builders.brief()
    odd = replace(brief.coverage.sources[0], name="a | b\n| c")
    coverage = replace(brief.coverage, sources=(odd, *brief.coverage.sources[1:]))
    shown = text.markdown(replace(brief, coverage=coverage)).decode("utf-8")
    assert "| a \\| b \\| c | feed | read | 40 | 3 |" in shown
