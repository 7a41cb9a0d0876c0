"""The page for a browser: its structure, its links, and hostile content."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from lxml import html as lxml_html

from service.model import Brief
from service.render import html
from tests import builders

HOSTILE = (
    '<script>alert("x")</script>',
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "a\x00b\x1b[31m",
    "\u202egnp.exe",
    "العلاقات الصينية الروسية",
    "🚀 Launch",
    "]]></title><b>",
    "x" * 2000,
)


def tree(data: bytes) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(data.decode("utf-8"))


def with_text(text: str) -> Brief:
    """Return an issue in which everything that others wrote is this text."""
    brief = builders.brief()
    item = brief.stories[0]
    line = replace(brief.bottom_line[0], text=text)
    source = replace(brief.sources[0], title=text, outlet=text, origin=text, url=text)
    coverage = replace(
        brief.coverage,
        problems=tuple(replace(p, key=text, reason=text) for p in brief.coverage.problems),
    )
    return replace(
        brief,
        bottom_line=(line, *brief.bottom_line[1:]),
        stories=(replace(item, headline=text, outlets=(text,)), *brief.stories[1:]),
        sources=(source, *brief.sources[1:]),
        coverage=coverage,
    )


def test_the_full_page_is_the_golden_one(
    made: dict[str, bytes], same_as_golden: Callable[[str, bytes], None]
) -> None:
    same_as_golden("full.html", made["html"])


def test_the_quiet_page_is_the_golden_one(
    silent: dict[str, bytes], same_as_golden: Callable[[str, bytes], None]
) -> None:
    same_as_golden("quiet.html", silent["html"])


def test_anchors_are_unique_and_every_inner_link_leads_to_one(made: dict[str, bytes]) -> None:
    page = tree(made["html"])
    anchors = page.xpath("//@id")
    assert len(anchors) == len(set(anchors))
    links = {href[1:] for href in page.xpath("//a/@href") if href.startswith("#")}
    assert links <= set(anchors)
    brief = builders.brief()
    assert {f"s{line.number}" for line in brief.lines()} <= set(anchors)
    assert {f"source-{source.number}" for source in brief.sources} <= set(anchors)


def test_every_sentence_links_to_its_source_and_the_source_links_back(
    made: dict[str, bytes],
) -> None:
    page = tree(made["html"])
    for line in builders.brief().lines():
        (paragraph,) = page.xpath(f'//p[@id="s{line.number}"]')
        assert paragraph.xpath('.//a[@class="cite"]/@href') == [f"#source-{line.source}"]
        assert paragraph.xpath('.//*[@class="verbatim"]')[0].text == line.text
        assert page.xpath(f'//li[@id="source-{line.source}"]//a[@href="#s{line.number}"]')


def test_a_sentence_is_marked_with_its_language_where_it_is_not_the_page_s(
    made: dict[str, bytes],
) -> None:
    page = tree(made["html"])
    assert page.get("lang") == "en"
    for line in builders.brief().lines():
        (text,) = page.xpath(f'//p[@id="s{line.number}"]/*[@class="verbatim"]')
        assert text.get("lang") == (None if line.language == "en" else line.language)


def test_headings_go_down_one_level_at_a_time(made: dict[str, bytes]) -> None:
    levels = [int(h.tag[1]) for h in tree(made["html"]).xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_sections_come_in_the_order_of_the_brief(made: dict[str, bytes]) -> None:
    assert tree(made["html"]).xpath("//h2/text()") == [
        "Bottom line",
        "Top stories",
        "Coverage and gaps",
        "Sources",
        "Method",
    ]


def test_a_quiet_issue_says_so_and_states_its_coverage(silent: dict[str, bytes]) -> None:
    page = tree(silent["html"])
    assert page.xpath("//h2/text()") == ["Nothing to report", "Coverage and gaps", "Method"]
    assert "Every source was read without a fault." in page.text_content()


def test_a_quiet_issue_after_a_failure_does_not_call_the_period_quiet() -> None:
    brief = builders.quiet(coverage=replace(builders.brief().coverage, relevant=0, printed=0))
    text = tree(html.page(brief)).text_content()
    assert "may be a gap in collection" in text
    assert "without a fault" not in text


def test_an_issue_without_any_source_claims_no_reading() -> None:
    quiet = builders.quiet()
    coverage = replace(quiet.coverage, sources=(), articles=0)
    text = tree(html.page(replace(quiet, coverage=coverage))).text_content()
    assert "No articles came in from no sources." in text
    assert "without a fault" not in text


def test_the_page_asks_for_nothing_from_anywhere(made: dict[str, bytes]) -> None:
    page = tree(made["html"])
    assert page.xpath("//@src|//script|//iframe|//object|//embed|//form|//base") == []
    assert page.xpath("//link/@href") == ["data:,"]
    style = page.xpath("//style")[0].text
    assert "url(" not in style
    assert "@import" not in style
    policy = page.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')[0]
    assert policy.startswith("default-src 'none'")


def test_a_headline_of_many_lines_is_set_as_text(made: dict[str, bytes]) -> None:
    assert tree(made["html"]).xpath('//h3[@class="long"]') == []
    (headline,) = tree(html.page(with_text("word " * 400))).xpath('//h3[@class="long"]')
    assert headline.text_content().startswith("word word")


def test_an_issue_made_by_hand_and_in_utc_is_named_so() -> None:
    text = tree(html.page(builders.brief(edition="now", timezone="UTC"))).text_content()
    assert "Issue on demand" in text
    assert "2026-11-20 23:00 UTC (UTC)" not in text


def test_nothing_left_out_is_said_in_a_word() -> None:
    brief = builders.brief()
    whole = replace(brief.coverage, articles=6, relevant=6, printed=6)
    page = tree(html.page(replace(brief, coverage=whole)))
    assert page.xpath('//th[text()="Left out"]/following-sibling::td/text()') == ["nothing"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_never_markup(text: str) -> None:
    page = tree(html.page(with_text(text)))
    plain = tree(html.page(with_text("plain")))
    shape = [e.tag for e in page.iter() if isinstance(e.tag, str) and e.tag != "a"]
    assert shape == [e.tag for e in plain.iter() if isinstance(e.tag, str) and e.tag != "a"]
    shown = page.xpath('//p[@id="s1"]/*[@class="verbatim"]')[0].text
    assert shown == text.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
    assert page.xpath("//@onerror|//script|//img") == []


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "ftp://x.example/"])
def test_an_address_that_is_not_http_is_printed_and_is_no_link(url: str) -> None:
    page = tree(html.page(with_text(url)))
    assert url not in page.xpath("//a/@href")
    assert page.xpath('//span[@class="address"]/text()') == [url]


def test_a_source_without_a_cited_sentence_says_which_story_counts_it() -> None:
    brief = builders.brief()
    item = replace(brief.stories[0], sources=(1, 2, 3), lines=brief.stories[0].lines[:1])
    uncited = replace(brief.sources[1], cited_by=())
    page = tree(
        html.page(
            replace(
                brief,
                stories=(item, *brief.stories[1:]),
                sources=(brief.sources[0], uncited, *brief.sources[2:]),
            )
        )
    )
    (entry,) = page.xpath('//li[@id="source-2"]')
    assert "counted in story 1" in " ".join(entry.text_content().split())


def test_a_story_with_400_sources_lists_them_all_and_names_a_few() -> None:
    brief = builders.brief()
    first = brief.sources[0]
    many = tuple(
        replace(first, number=n, outlet=f"Outlet {n}", cited_by=(4,) if n == 1 else ())
        for n in range(1, 401)
    )
    line = brief.stories[0].lines[0]
    item = replace(
        brief.stories[0],
        lines=(line,),
        sources=tuple(range(1, 401)),
        outlets=tuple(s.outlet for s in many),
    )
    page = tree(html.page(replace(brief, bottom_line=(), stories=(item,), sources=many)))
    assert "400 outlets (Outlet 1, Outlet 2, Outlet 3, Outlet 4 and 396 more)" in (
        page.text_content()
    )
    assert len(page.xpath('//ol[@class="sources"]/li')) == 400
