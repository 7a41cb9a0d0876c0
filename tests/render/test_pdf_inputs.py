"""Bad input on paper: a good page, or one clear line, and never a lost issue."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import page as validation
import pikepdf
import pypdfium2
import pytest

from service.errors import PageError
from service.model import Brief, SourceRef
from service.render import charts, fold, html, pdf, render
from tests import builders
from tests.render.test_pdf import FETCHES

#: What a page must not be made to do, as it may stand in an article.
BOMBS = (
    "<div style='display:flex'>" * 14,
    "<table><td colspan=1000000>x",
    "<style>:root{--a:x;--b:var(--a)var(--a)}p{content:var(--b)}</style>",
    "<div>" * 60,
    "<p style='font-size:100000000px'>x",
    "<script>while (true) {}</script>",
    "{{ 'a' * 10 ** 9 }}{% for x in range(10 ** 9) %}{% endfor %}",
    "\\input{/etc/passwd} ${jndi:ldap://x} %n%n%s",
)


def headed(text: str) -> Brief:
    """Return an issue in which everything that a source can write is this text."""
    brief = builders.brief()
    line = replace(brief.stories[0].lines[0], text=text)
    return replace(
        brief,
        stories=(replace(brief.stories[0], headline=text, outlets=(text,), lines=(line,)),),
        sources=(
            replace(brief.sources[0], title=text, outlet=text, origin=text),
            *brief.sources[1:],
        ),
    )


def pages(data: bytes) -> Iterator[str]:
    with pypdfium2.PdfDocument(data) as document:
        for shown in document:
            yield shown.get_textpage().get_text_range().replace("\ufffe", "")


def squeezed(text: str) -> str:
    return "".join(text.split()).replace("-", "")


def attached(data: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(data)) as document:
        return list(document.attachments)


def inside(data: bytes) -> bool:
    """Whether every character stands within its page's margins."""
    with pypdfium2.PdfDocument(data) as document:
        for shown in document:
            width, height = shown.get_size()
            text = shown.get_textpage()
            for n in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(n)
                if left < 50 or right > width - 45 or bottom < 20 or top > height - 20:
                    return False
    return True


@pytest.mark.parametrize("text", [*FETCHES, *BOMBS])
def test_markup_in_an_article_is_printed_and_does_nothing(text: str) -> None:
    made = pdf.document(headed(text))
    assert squeezed(text) in squeezed("".join(pages(made)))
    assert attached(made) == ["china-russia-2026-11-21.json"]


def test_a_headline_of_2000_characters_and_an_address_without_a_break_stay_on_the_page() -> None:
    brief = headed("Many words in one headline " * 74)
    url = "https://example.org/" + "a" * 2000
    first, second, *rest = brief.sources
    made = pdf.document(replace(brief, sources=(first, replace(second, url=url), *rest)))
    assert inside(made)
    assert squeezed(url) in squeezed("".join(pages(made)))


def test_a_word_of_2000_characters_stays_on_the_page() -> None:
    assert inside(pdf.document(headed("x" * 2000)))


def many(number: int) -> tuple[SourceRef, ...]:
    first = builders.brief().sources[0]
    return tuple(
        replace(first, number=n, cited_by=(), url=f"https://example.org/{n}")
        for n in range(1, number + 1)
    )


@pytest.mark.slow
def test_a_story_with_400_sources_lists_and_links_each() -> None:
    brief = builders.brief()
    sources = (*brief.sources, *many(400)[len(brief.sources) :])
    item = replace(brief.stories[0], sources=tuple(s.number for s in sources), origins=400)
    made = pdf.document(replace(brief, stories=(item, *brief.stories[1:]), sources=sources))
    assert inside(made)
    whole = "".join(pages(made))
    assert all(f"[{source.number}]" in whole for source in sources)


@pytest.mark.slow
def test_an_issue_of_500_articles_is_set_within_the_limits_of_a_page_and_a_file() -> None:
    brief = builders.brief()
    item = brief.tracks[1].items[0]
    items = tuple(replace(item, id=f"{n}", lines=(), sources=(n,)) for n in range(12, 501))
    made = pdf.document(
        replace(
            brief,
            tracks=(replace(brief.tracks[1], items=items),),
            sources=(*brief.sources, *many(500)[len(brief.sources) :]),
        )
    )
    assert inside(made)
    assert len(made) < 1_500_000


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Мост 🌉 открыт", r"U\+1F309"),
        ("before\x00\x1b[31m\x07after", r"U\+FFFD"),
        ("جسر جديد", r"U\+062C"),
        ("गेहूं", r"U\+0917"),
    ],
)
def test_a_script_without_glyphs_is_named_and_every_other_format_is_made(
    text: str, named: str
) -> None:
    brief = headed(text)
    with pytest.raises(PageError, match=named) as raised:
        pdf.document(brief)
    assert "\n" not in str(raised.value)
    assert "headline 1" in str(raised.value)
    others = ("html", "txt", "md", "eml", "json")
    for artifact in render(brief, others):
        assert artifact.data
    page = next(a.data for a in render(brief, ("html",)))
    assert fold.printable(text) in page.decode("utf-8")


def test_charts_without_their_pictures_leave_a_good_page_with_their_numbers(
    tmp_path: Path,
) -> None:
    brief = builders.brief()
    markup = html.paper(brief, charts.unpictured(brief))
    made = pdf._set(markup, html.paper_style(), brief)
    (tmp_path / "issue.pdf").write_bytes(made)
    report = validation.validate_pdf(tmp_path / "issue.pdf", profile="ua1")
    assert [f.message for f in report.failures] == []
    whole = "".join(pages(made))
    for chart in charts.unpictured(brief):
        assert chart.title in whole
        words = {word for row in chart.table for cell in row for word in cell.split()}
        assert words <= set(whole.split())
