"""The PDF: what it says, how it is built, and what it refuses."""

import gc
import io
import logging
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import page
import pikepdf
import pypdfium2
import pytest
import tinyhtml5  # type: ignore[import-untyped]

from service.errors import RenderError
from service.render import html, pdf
from tests import builders

#: Each opened a file, or put one into the document, with WeasyPrint's own fetcher.
FETCHES = (
    '<img src="file:///etc/hostname" alt="">',
    '<object data="file:///etc/hostname"></object>',
    '<embed src="file:///etc/hostname">',
    '<link rel="stylesheet" href="file:///etc/hostname">',
    '<link rel="attachment" href="file:///etc/hostname">',
    '<a rel="attachment" href="file:///etc/hostname">x</a>',
    '<style>@import "file:///etc/hostname";</style>',
    '<p style="background: url(file:///etc/hostname)">x</p>',
    '<p style="content: url(file:///etc/hostname)">x</p>',
    "<style>@font-face { font-family:x; src: url(file:///etc/hostname) } p { font: 9pt x }</style>",
    '<ul style="list-style: url(file:///etc/hostname)"><li>x</ul>',
    '<svg><image href="file:///etc/hostname" width="9" height="9"/></svg>',
    '<img src="http://127.0.0.1:9/x.png" alt="">',
    '<base href="file:///etc/"><img src="hostname" alt="">',
    '<div><link rel="attachment" href="file:///etc/hostname" title="x"></div>',
    '<style>p { background-image: url("file:///etc/hostname") }</style><p>x</p>',
    '<style>p::before { content: url("file:///etc/hostname") }</style><p>x</p>',
    '<p style="border-image: url(file:///etc/hostname) 9">x</p>',
    '<p style="list-style-image: url(file:///etc/hostname); display: list-item">x</p>',
    '<svg><use href="file:///etc/hostname#x"/></svg>',
    '<iframe src="file:///etc/hostname"></iframe>',
    '<input type="image" src="file:///etc/hostname" alt="">',
    '<img srcset="file:///etc/hostname 2x" src="file:///etc/hostname" alt="">',
)


def text_of(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(p.get_textpage().get_text_range() for p in document)


@pytest.mark.parametrize("name", ["made", "silent"])
def test_it_is_accessible_by_the_rules_of_pdf_ua(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    path = tmp_path / "issue.pdf"
    path.write_bytes(request.getfixturevalue(name)["pdf"])
    report = page.validate_pdf(path, profile="ua1")
    assert [f.message for f in report.failures] == []


def test_title_dates_and_language_are_the_issue_s(made: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(made["pdf"])) as document:
        info = document.docinfo
        assert str(info["/Title"]) == "China–Russia Brief, No. 12, 2026-11-21"
        assert str(info["/Author"]) == "China–Russia Brief"
        assert str(info["/Creator"]) == "briefing-digest 0.1.0 (sentencex 1.0, scipy 1.16)"
        assert "china-russia" in str(info["/Keywords"])
        assert str(info["/CreationDate"]).startswith("D:20261120230000")
        assert str(info["/ModDate"]) == str(info["/CreationDate"])
        assert str(document.Root.Lang) == "en"


def test_the_bookmarks_are_the_sections_and_the_headlines(made: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(made["pdf"])) as document, document.open_outline() as outline:
        (top,) = outline.root
        sections = {item.title: [c.title for c in item.children] for item in top.children}
        (fields,) = [item.children for item in top.children if item.title == "By track"]
        below = {field.title: [c.title for c in field.children] for field in fields}
    brief = builders.brief()
    assert top.title == brief.title
    assert list(sections) == [
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
    assert sections["Top stories"] == [item.headline for item in brief.stories]
    assert below == {track.name: [i.headline for i in track.items] for track in brief.tracks}


def test_links_lead_from_sentences_to_sources_and_back_and_out(made: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(made["pdf"])) as document:
        links = [a for p in document.pages for a in p.get("/Annots", ())]
        inner = {str(a.Dest) for a in links if "/Dest" in a}
        outer = {str(a.A.URI) for a in links if "/A" in a}
        names = document.Root.Names.Dests.Names
        known = {str(name) for name in list(names)[::2]}
    brief = builders.brief()
    assert inner == {f"source-{s.number}" for s in brief.sources} | {
        f"s{line.number}" for line in brief.lines()
    } | {"story-5"}
    assert inner <= known
    assert outer == {s.url for s in brief.sources if s.url}


def test_marking_and_number_stand_on_every_page(made: dict[str, bytes]) -> None:
    with pypdfium2.PdfDocument(made["pdf"]) as document:
        pages = [p.get_textpage().get_text_range() for p in document]
    assert len(pages) >= 2
    for number, shown in enumerate(pages, 1):
        assert shown.count("UNCLASSIFIED – open sources") == 2
        assert "No. 12" in shown
        assert f"Page {number} of {len(pages)}" in shown


def test_every_font_is_ours_embedded_and_without_a_box(made: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(made["pdf"])) as document:
        fonts = [o for o in document.objects if isinstance(o, pikepdf.Dictionary)]
        types = [o for o in fonts if o.get("/Subtype") == "/Type0"]
        assert types
        for font in types:
            assert "Brief-" in str(font.BaseFont)
            # WeasyPrint gives a font with boxes an encoding of its own.
            assert font.Encoding == "/Identity-H"
            assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor


def test_a_daily_issue_is_small(made: dict[str, bytes]) -> None:
    assert len(made["pdf"]) < 300_000


@pytest.mark.parametrize(
    ("sign", "code"), [("🚀", "U+1F680"), ("ع", "U+0639"), ("\U000f0000", "U+F0000")]
)
def test_a_character_without_a_glyph_fails_the_pdf_and_is_named_with_its_place(
    sign: str, code: str
) -> None:
    brief = builders.quiet()
    line = replace(builders.brief().bottom_line[0], text=f"One {sign} sign.")
    odd = replace(brief, bottom_line=(line,), sources=builders.brief().sources[:1])
    with pytest.raises(RenderError) as caught:
        pdf.document(odd)
    assert code in str(caught.value)
    assert "sentence 1" in str(caught.value)
    assert caught.value.template == "brief/paper.html"


def test_a_character_without_a_glyph_beside_a_quotation_or_in_a_change_is_placed_there() -> None:
    brief = builders.brief()
    quote = replace(brief.quotes[0], speaker=replace(brief.quotes[0].speaker, text="🚀"))
    change = replace(brief.changed[1], headline="🚀")
    track = brief.tracks[0]
    item = replace(track.items[0], headline="🚀")
    odd = replace(
        brief, quotes=(quote,), changed=(change,), tracks=(replace(track, items=(item,)),)
    )
    with pytest.raises(RenderError) as caught:
        pdf.document(odd)
    for place in ("headline 5", "change 1", "the speaker of sentence 12"):
        assert place in str(caught.value)


def test_a_character_without_a_glyph_in_the_marking_is_placed_there() -> None:
    with pytest.raises(RenderError, match="in the frame of the page"):
        pdf.document(builders.quiet(marking="🚀"))


@pytest.mark.parametrize("markup", FETCHES)
def test_nothing_is_fetched_by_a_page(markup: str) -> None:
    frame = f'<html lang="en"><head><title>x</title></head><body><p>x</p>{markup}</body></html>'
    opened: list[str] = []
    with listening(opened):
        said, attached = outcome(frame)
    assert said == "" or "may not fetch anything" in said
    # The issue's own data, and nothing else.
    assert attached == ["china-russia-2026-11-21.json"]
    assert not [name for name in opened if "hostname" in name]


def test_a_page_nested_too_deeply_is_refused_and_does_not_crash() -> None:
    deep = f'<html lang="en"><title>x</title><body>{"<div>" * 600}x</html>'
    with pytest.raises(RenderError, match="nested too deeply"):
        pdf._set(deep, "", builders.quiet())


def test_long_and_unbreakable_texts_stay_on_the_page() -> None:
    brief = builders.brief()
    title = "Headline of many words " * 90
    url = "https://example.org/" + "a" * 1500
    source = replace(brief.sources[0], url=url, title=title)
    item = replace(brief.stories[0], headline=title.strip())
    made = pdf.document(
        replace(
            brief,
            stories=(item, *brief.stories[1:]),
            sources=(source, *brief.sources[1:]),
            title="A title of the desk " * 6,
        )
    )
    with pypdfium2.PdfDocument(made) as document:
        for shown in document:
            width, _ = shown.get_size()
            text = shown.get_textpage()
            boxes = [text.get_charbox(n) for n in range(text.count_chars())]
            assert max(right for _, _, right, _ in boxes) <= width - 48
    assert "".join(url.split()) in "".join(text_of(made).replace("\ufffe", "").split())


def test_a_table_of_events_never_leaves_one_row_alone_on_a_page() -> None:
    brief = builders.quiet()
    source = replace(builders.brief().sources[0], cited_by=())
    event = builders.brief().timeline[2]
    split = 0
    for rows in range(14, 18):
        events = tuple(
            replace(event, line=replace(event.line, number=n, source=1)) for n in range(1, rows + 1)
        )
        made = pdf.document(replace(brief, timeline=events, sources=(source,)))
        with pypdfium2.PdfDocument(made) as document:
            pages = [p.get_textpage().get_text_range() for p in document]
        counts = [shown.count("The consuls of both countries") for shown in pages]
        assert sum(counts) == rows
        assert 1 not in counts
        split += sum(map(bool, counts)) == 2
    # Some fitted on the first page and some did not, so that the edge was among them.
    assert 0 < split < 4


def test_the_garbage_collector_runs_again_after_a_render_and_after_an_error() -> None:
    assert gc.isenabled()
    pdf.document(builders.quiet())
    assert gc.isenabled()
    with pytest.raises(RenderError):
        pdf.document(builders.quiet(marking="🚀"))
    assert gc.isenabled()


def test_no_handler_is_left_on_the_logger() -> None:
    before = list(logging.getLogger("weasyprint").handlers)
    pdf.document(builders.quiet())
    assert logging.getLogger("weasyprint").handlers == before


def test_a_missing_pango_is_one_line_with_the_command_that_mends_it(tmp_path: Path) -> None:
    stand_in = tmp_path / "weasyprint" / "__init__.py"
    stand_in.parent.mkdir()
    stand_in.write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")\n")
    code = (
        "from service.errors import RenderError\n"
        "from service.render import pdf\n"
        "try: pdf.library()\n"
        "except RenderError as error: print(error)\n"
    )
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), root))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count("\n") == 1
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in done.stdout


def test_the_library_is_named_with_its_versions() -> None:
    assert pdf.library().startswith("WeasyPrint ")
    assert ", Pango 1." in pdf.library()


def outcome(frame: str) -> tuple[str, list[str]]:
    """Return what was said where the page was refused, or the names of what is attached to it."""
    try:
        made = pdf._set(frame, "p { margin: 0 }", builders.quiet())
    except RenderError as error:
        return str(error), ["china-russia-2026-11-21.json"]
    with pikepdf.open(io.BytesIO(made)) as document:
        return "", list(document.attachments)


class listening:
    """Notes every file and connection that is opened while it is entered."""

    _targets: list[list[str]] = []  # noqa: RUF012
    _hooked = False

    def __init__(self, opened: list[str]) -> None:
        self.opened = opened

    def __enter__(self) -> None:
        if not listening._hooked:
            sys.addaudithook(listening._note)
            listening._hooked = True
        listening._targets.append(self.opened)

    def __exit__(self, *_: object) -> None:
        listening._targets.remove(self.opened)

    @staticmethod
    def _note(event: str, details: tuple[object, ...]) -> None:
        if event in ("open", "socket.connect"):
            for target in listening._targets:
                target.append(str(details[0]) + str(details[1:2]))


def test_a_page_is_read_as_xml_with_the_same_elements_as_html() -> None:
    def elements(found: ElementTree.Element) -> list[object]:
        words = " ".join((found.text or "").split()), " ".join((found.tail or "").split())
        kept = {k: v for k, v in found.attrib.items() if "xmlns" not in k}
        return [found.tag, kept, *words, [elements(child) for child in found]]

    markup = html.paper(builders.brief())
    as_html = tinyhtml5.parse(markup, namespace_html_elements=False)
    assert elements(ElementTree.fromstring(markup)) == elements(as_html)
    page = pdf._parsed(markup, pdf._deny_all())
    assert elements(page.etree_element) == elements(as_html)


def test_a_page_that_is_not_xml_is_read_as_html() -> None:
    frame = "<!DOCTYPE html><html lang=en><title>t</title><p>one<br>two &nbsp; three</html>"
    made = pdf._set(frame, "", builders.quiet())
    with pypdfium2.PdfDocument(made) as document:
        assert "three" in document[0].get_textpage().get_text_range()
