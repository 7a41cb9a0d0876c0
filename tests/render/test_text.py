"""Plain text and Markdown."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from markdown_it import MarkdownIt

from service.brief.printed import check_facts
from service.model import Skipped, SourceRead
from service.render import fold, text
from service.render.facts import facts
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
    assert [text.rpartition("</a>")[2] for text in headings] == [
        "Bottom line",
        "Changed since the last issue",
        "Top stories",
        "By track",
        "In their words",
        "Timeline",
        "Watch list",
        "Coverage and gaps",
        "Sources",
        "Method",
    ]
    assert sum(t.type == "table_open" for t in tokens) == 6


def test_every_sentence_is_an_item_of_its_own_in_markdown(made: dict[str, bytes]) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(made["md"].decode("utf-8"))
    lists = [t.content for t in tokens if t.type == "inline" and t.level == 3]
    starts = [item for item in lists if re.match(r'(<a id="s\d+"></a>)?\*\*\d+\*\* ', item)]
    brief = builders.brief()
    told = [line for item in brief.told() for line in item.lines]
    assert len(starts) == len(brief.bottom_line) + len(told) + len(brief.quotes)


def test_markdown_links_every_sentence_to_its_source_and_back(made: dict[str, bytes]) -> None:
    shown = made["md"].decode("utf-8")
    for line in builders.brief().lines():
        assert shown.count(f'<a id="s{line.number}"></a>') == 1
        assert f"](#source-{line.source})" in shown
        assert f"[{line.number}](#s{line.number})" in shown


def test_markdown_anchors_are_unique_and_every_inner_link_leads_to_one(
    made: dict[str, bytes],
) -> None:
    shown = made["md"].decode("utf-8")
    anchors = re.findall(r'<a id="([^"]+)">', shown)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r"\]\(#([^)]+)\)", shown)) <= set(anchors)


def test_the_text_has_changes_fields_quotations_and_dates(made: dict[str, bytes]) -> None:
    shown = made["txt"].decode("utf-8")
    for part in (
        "\nNew            Second Amur rail bridge opens to freight [1]\n",
        "\nGone quiet     Soya quotas under review · last told in No. 6, 2026-11-09\n",
        "\nBY TRACK\n\n  Military\n\n    * Катера вернулись в гавань [9]\n      Story 5 · ",
        "\n      No sentence of it stands on its own; see the source.\n",
        "\n  13  «Мы готовим причалы к работе круглый год» [10]\n      – Егор Лапин, начальник",
        "\n2026-05     15  В мае 2026 года порт принял первый пробный состав. [10]\n",
        "\n2026-12-01 to 2026-12-03\n            20  A delegation from Jilin",
    ):
        assert part in shown


def test_an_event_with_a_bar_in_its_sentence_stays_in_its_row() -> None:
    brief = builders.brief()
    odd = replace(brief.timeline[0], line=replace(brief.timeline[0].line, text="a | b\n| c"))
    shown = text.markdown(replace(brief, timeline=(odd,))).decode("utf-8")
    assert '| 2026-05 | <a id="s15"></a>**15** a \\| b \\| c [' in shown


def test_a_table_row_holds_even_where_a_name_has_a_bar_or_a_line_break() -> None:
    brief = builders.brief()
    odd = replace(brief.coverage.sources[0], name="a | b\n| c")
    coverage = replace(brief.coverage, sources=(odd, *brief.coverage.sources[1:]))
    shown = text.markdown(replace(brief, coverage=coverage)).decode("utf-8")
    assert "| a \\| b \\| c | feed | read | 40 | 6 |" in shown


def test_many_sources_take_a_few_lines_and_each_keeps_its_numbers() -> None:
    brief = builders.brief()
    sources = tuple(
        SourceRead(name=f"Paper {n:02}", kind="feed", state="read", items=100 + n, new=n)
        for n in range(80)
    )
    left_out = tuple(Skipped(source=f"Paper {n}", key="k", reason="has no text") for n in "abc")
    coverage = replace(brief.coverage, sources=sources, skipped=left_out)
    many = replace(brief, coverage=coverage)
    plain = text.plain(many).decode()
    lines = plain[plain.index("COVERAGE") : plain.index("\nSOURCES")].splitlines()
    assert len(lines) < 45
    told = " ".join(plain.split())
    assert "read (items held/new): Paper 00 100/0 · Paper 01 101/1" in told
    assert "has no text: Paper a, k · Paper b, k · Paper c, k" in told
    check_facts("txt", [plain], facts(many))
    check_facts("md", [text.markdown(many).decode()], facts(many))
