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
    track, quote, change = brief.tracks[1], brief.quotes[0], brief.changed[0]
    first = replace(track.items[0], headline=text, outlets=(text, text))
    spoken = replace(
        quote,
        line=replace(quote.line, text=text),
        speaker=replace(quote.speaker, text=text),
        office=replace(quote.speaker, text=text),
        outlet=text,
    )
    event = replace(brief.timeline[0], line=replace(brief.timeline[0].line, text=text))
    source = replace(brief.sources[0], title=text, outlet=text, origin=text, url=text)
    coverage = replace(
        brief.coverage,
        problems=tuple(replace(p, key=text, reason=text) for p in brief.coverage.problems),
    )
    return replace(
        brief,
        bottom_line=(line, *brief.bottom_line[1:]),
        stories=(replace(item, headline=text, outlets=(text,)), *brief.stories[1:]),
        changed=(replace(change, headline=text), *brief.changed[1:]),
        tracks=(brief.tracks[0], replace(track, name=text, items=(first, *track.items[1:]))),
        quotes=(spoken, *brief.quotes[1:]),
        timeline=(event, *brief.timeline[1:]),
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
        assert paragraph.xpath('.//a[starts-with(@class, "cite ")]/@href') == [
            f"#source-{line.source}"
        ]
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
    assert "0 articles came in from 0 sources." in text
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
    assert tree(made["html"]).xpath('//*[@class="headline long"]') == []
    long = tree(html.page(with_text("word " * 400))).xpath('//*[@class="headline long"]')
    assert [headline.tag for headline in long] == ["h3", "h4"]
    assert long[0].text_content().startswith("word word")


def test_an_issue_made_by_hand_and_in_utc_is_named_so() -> None:
    text = tree(html.page(builders.brief(edition="now", timezone="UTC"))).text_content()
    assert "Issue on demand" in text
    assert "2026-11-20 23:00 UTC (UTC)" not in text


def test_nothing_left_out_is_said_in_a_word() -> None:
    brief = builders.brief()
    whole = replace(brief.coverage, articles=11, relevant=11, printed=11)
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
    page = tree(
        html.page(
            builders.quiet(stories=(item,), sources=many),
        )
    )
    assert "400 outlets (Outlet 1, Outlet 2, Outlet 3 and 397 more)" in (page.text_content())
    assert len(page.xpath('//ol[@class="sources"]/li')) == 400


def test_a_track_s_stories_are_numbered_on_and_their_sources_lead_to_them(
    made: dict[str, bytes],
) -> None:
    page = tree(made["html"])
    brief = builders.brief()
    headlines = page.xpath('//article[@class="story"]/*[@data-label]/@data-label')
    assert headlines == [item.headline for item in brief.told()]
    anchors = page.xpath('//article[@class="story"]/@id')
    assert anchors == [f"story-{n}" for n in range(1, len(headlines) + 1)]
    links = page.xpath('//li[@id="source-9"]//a[text()="5"]/@href')
    assert links == ["#story-5"]


def test_fields_are_sub_headings_with_their_headlines_one_level_below(
    made: dict[str, bytes],
) -> None:
    section = tree(made["html"]).xpath('//section[@aria-labelledby="tracks"]')[0]
    assert section.xpath(".//h3/text()") == ["Military", "Trade, finance and sanctions"]
    assert [len(track.xpath(".//h4")) for track in section.xpath("./section")] == [1, 2]


def test_a_story_without_a_sentence_says_why_and_cites_its_source(made: dict[str, bytes]) -> None:
    (item,) = tree(made["html"]).xpath('//article[@id="story-5"]')
    assert item.xpath('.//p[@class="none"]/text()') == [
        "No sentence of it stands on its own; see the source."
    ]
    assert item.xpath(".//h4//a/@href") == ["#source-9"]


def test_changes_say_their_kind_in_words_and_when_each_was_last_told(
    made: dict[str, bytes],
) -> None:
    lines = [
        " ".join(item.text_content().split())
        for item in tree(made["html"]).xpath('//ul[@class="changes"]/li')
    ]
    assert lines == [
        "Updated Совместное патрулирование завершено [5] last told in No. 9, 2026-11-18",
        "New Second Amur rail bridge opens to freight [1]",
        "Gone quiet Soya quotas under review last told in No. 6, 2026-11-09",
        "Continuing Gas talks end without a price [4] last told in No. 11, 2026-11-20",
    ]


def test_a_source_that_only_the_changes_name_says_so() -> None:
    brief = builders.brief()
    extra = replace(brief.sources[8], number=12, title="Else")
    change = replace(brief.changed[3], headline="Else", source=12)
    page = tree(html.page(replace(brief, changed=(change,), sources=(*brief.sources, extra))))
    assert page.xpath('//li[@id="source-12"]//a[@href="#changed"]/text()') == [
        "named among the changes"
    ]


def test_a_quotation_has_the_marks_of_its_language_outside_of_the_exact_words(
    made: dict[str, bytes],
) -> None:
    page = tree(made["html"])
    for quote, (opening, closing) in zip(
        builders.brief().quotes, (("“", "”"), ("«", "»"), ("“", "”")), strict=True
    ):
        (paragraph,) = page.xpath(f'//p[@id="s{quote.line.number}"]')
        (words,) = paragraph.xpath('./*[@class="verbatim"]')
        assert words.text == quote.line.text
        assert f"{opening}{quote.line.text}{closing}" in paragraph.text_content()


def test_a_quotation_names_speaker_office_outlet_day_and_a_foreign_language(
    made: dict[str, bytes],
) -> None:
    page = tree(made["html"])
    speakers = page.xpath('//p[@class="speaker"]')
    assert [" ".join(s.text_content().split()) for s in speakers] == [
        "Oksana Belova, Regional Transport Minister · Border Trade Wire, 2026-11-20",
        "Егор Лапин, начальник порта · Вестник Приамурья, undated · in Russian",
        "高建新, 吉林省商务厅厅长 · 北疆日报, 2026-11-20 · in Chinese",
    ]
    assert speakers[1].xpath(".//bdi/@lang") == ["ru", "ru"]


def test_a_speaker_without_an_office_stands_alone() -> None:
    brief = builders.brief()
    quote = replace(brief.quotes[0], office=None)
    page = tree(html.page(replace(brief, quotes=(quote,))))
    (speaker,) = page.xpath('//p[@class="speaker"]')
    assert speaker.text_content() == "Oksana Belova · Border Trade Wire, 2026-11-20"


def test_every_row_of_timeline_and_watch_list_is_headed_by_its_date(
    made: dict[str, bytes],
) -> None:
    page = tree(made["html"])

    def rows(section: str) -> list[tuple[str, str]]:
        found = page.xpath(f'//section[@aria-labelledby="{section}"]//tbody/tr')
        return [
            (row.xpath('./th[@scope="row"]')[0].text_content(), row.xpath("./td/p/@id")[0])
            for row in found
        ]

    assert rows("timeline") == [
        ("2026-05", "s15"),
        ("2026-11-16", "s16"),
        ("2026-11-19", "s17"),
        ("2026-11-19", "s18"),
    ]
    assert rows("watch") == [("2026-12", "s19"), ("2026-12-01 to 2026-12-03", "s20")]
    assert page.xpath('//table[@class="events"]//tr[th[@class="again"]]/td/p/@id') == ["s18"]


@pytest.mark.parametrize(
    ("field", "heading"),
    [
        ("changed", "Changed since the last issue"),
        ("tracks", "By track"),
        ("quotes", "In their words"),
        ("timeline", "Timeline"),
        ("watch", "Watch list"),
    ],
)
def test_a_section_with_nothing_to_say_is_left_out(field: str, heading: str) -> None:
    headings = tree(html.page(builders.brief())).xpath("//h2/text()")
    without = tree(html.page(builders.brief(**{field: ()}))).xpath("//h2/text()")
    assert without == [text for text in headings if text != heading]


def test_a_sentence_in_two_sections_has_its_anchor_at_the_first() -> None:
    brief = builders.brief()
    twice = replace(brief.watch[0], line=brief.timeline[0].line)
    page = tree(html.page(replace(brief, watch=(twice,))))
    assert page.xpath('//section[@aria-labelledby="watch"]//p/@id') == []
    assert len(page.xpath('//*[@id="s15"]')) == 1


def test_the_method_names_the_program_and_no_components(made: dict[str, bytes]) -> None:
    text = tree(made["html"]).text_content()
    assert "Made by briefing-digest 0.1.0; summarizer lexrank; topic china-russia." in text
    assert "sentencex" not in text


def test_articles_from_before_the_period_are_counted_where_there_are_any(
    made: dict[str, bytes],
) -> None:
    brief = builders.brief()
    page = tree(html.page(replace(brief, coverage=replace(brief.coverage, earlier=2))))
    assert page.xpath('//th[text()="Dated earlier"]/following-sibling::td/text()') == [
        "2 published before the period and first collected in it"
    ]
    assert tree(made["html"]).xpath('//th[text()="Dated earlier"]') == []
