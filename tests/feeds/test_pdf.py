"""PDF documents: set by WeasyPrint from our own text, or written by hand where it sets none."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import pdf
from feeds.documents import read
from service.errors import ExtractError, ParseError, SourceError
from service.render import fonts

NOW = datetime(2025, 6, 1, tzinfo=UTC)
LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."
BODY = "They agreed that talks on the pipeline would go on in the autumn, officials said."
TALKS = (
    "Representatives of the administration announced considerable improvements of the "
    "infrastructure along the border, and said that the long-term China-Russia cooperation in "
    "transportation had continued without interruption, notwithstanding international "
    "circumstances."
)
RUSSIAN = (
    "Представители правительства объявили о существенном улучшении пограничной инфраструктуры и "
    "заявили, что долгосрочное сотрудничество в сфере транспорта продолжалось непрерывно, "
    "несмотря на международные обстоятельства."
)
CHINESE = (
    "政府代表宣布边境沿线的基础设施有了很大改善，并表示尽管国际形势复杂，两国在运输领域的长期合作一直没有中断，"
    "双方还将在秋天继续就管道问题举行会谈，届时将签署有关货物运输的新协议。"
)

Make = Callable[..., bytes]


@pytest.fixture(scope="module")
def make() -> Make:
    """Give a printer: the HTML of a body, a style sheet and a head become a PDF."""
    fonts.activate()
    from weasyprint import HTML

    def printed(body: str, css: str = "", head: str = "", language: str = "en") -> bytes:
        page = "@page{size:A4;margin:2cm} body{font:11pt/1.4 'Brief Serif','Brief CJK'}"
        html = f"<html lang={language}><head>{head}<style>{page}{css}</style></head>{body}"
        found = HTML(string=html).write_pdf()
        assert isinstance(found, bytes)
        return found

    return printed


def _text(data: bytes) -> str:
    return pdf.read(data, NOW, budget_s=60)[1]


def _numbered(count: int) -> list[str]:
    """Return paragraphs that differ, so that no line stands twice at one place by chance."""
    clauses = TALKS.rstrip(".").split(", ")
    return [
        f"In section {chr(65 + number % 26)}{chr(97 + number // 26)} of the report: "
        + ", ".join(clauses[number % 3 :] + clauses[: number % 3])
        + f", with {'more and ' * (number % 5)}more of it{' to come' * (number % 2)}."
        for number in range(count)
    ]


def _paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def test_paragraphs_are_rebuilt_from_their_spacing(make: Make) -> None:
    texts = [TALKS, LEAD, BODY, TALKS]
    assert _text(make(_paragraphs(texts))).split("\n\n") == texts


def test_paragraphs_are_rebuilt_from_indents(make: Make) -> None:
    texts = [TALKS, f"{LEAD} {BODY}", TALKS]
    css = "p{margin:0;text-indent:1.5em;text-align:justify}"
    assert _text(make(_paragraphs(texts), css)).split("\n\n") == texts


def test_two_columns_are_read_one_after_the_other(make: Make) -> None:
    texts = _numbered(14)
    css = "body{columns:2;column-gap:8mm} p{margin:0 0 3mm}"
    assert _text(make(_paragraphs(texts), css)).split("\n\n") == texts


def test_three_columns_below_a_headline_over_all_of_them(make: Make) -> None:
    texts = _numbered(12)
    css = "div{columns:3;column-gap:6mm;text-align:justify} p{margin:0 0 2mm} body{font-size:9pt}"
    title = "A bridge over the border river is open to freight after years of delay and of talks"
    found = _text(make(f"<h1>{title}</h1><div>{_paragraphs(texts)}</div>", css)).split("\n\n")
    assert found == [title, *texts]


def test_a_full_line_below_two_columns_comes_last(make: Make) -> None:
    texts = _numbered(8)
    css = "div{columns:2} p{margin:0 0 3mm}"
    body = f"<div>{_paragraphs(texts)}</div><p style='margin-top:1cm'>The talks go on.</p>"
    assert _text(make(body, css)).split("\n\n") == [*texts, "The talks go on."]


def test_columns_over_several_pages_with_headers_and_footers(make: Make) -> None:
    texts = _numbered(60)
    css = (
        "body{columns:2;text-align:justify} p{margin:0 0 3mm}"
        "@page{@top-center{content:'Amur Dispatch Weekly'}"
        "@bottom-right{content:'Page ' counter(page) ' of ' counter(pages)}}"
    )
    data = make(_paragraphs(texts), css)
    with pikepdf.open(io.BytesIO(data)) as document:
        assert len(document.pages) >= 4
    assert _text(data).split("\n\n") == texts


def test_headers_that_differ_on_left_and_right_pages_go(make: Make) -> None:
    texts = _numbered(40)
    css = (
        "@page:left{@top-left{content:counter(page) '  Amur Dispatch'}}"
        "@page:right{@top-right{content:'Talks in the north  ' counter(page)}}"
        "@page:first{@top-right{content:''}}"
    )
    assert _text(make(_paragraphs(texts), css)).split("\n\n") == texts


@pytest.mark.parametrize("number", ["'3'", "'– 3 –'", "'Page 3'", "'стр. 3'", "'第3页'", "'3/7'"])
def test_the_number_of_a_single_page_goes(make: Make, number: str) -> None:
    css = f"@page{{@bottom-center{{content:{number}}}}}"
    assert _text(make(_paragraphs([TALKS]), css)) == TALKS


def test_a_line_that_is_repeated_in_the_text_stays(make: Make) -> None:
    texts = [LEAD, BODY, LEAD, BODY, LEAD]
    assert _text(make(_paragraphs(texts))).split("\n\n") == texts


def test_divided_words_are_joined_and_true_hyphens_stay(make: Make) -> None:
    css = "p{width:6cm;text-align:justify;hyphens:auto}"
    data = make(_paragraphs(_numbered(6)), css)
    assert _text(data).split("\n\n") == _numbered(6)


def test_a_word_divided_by_a_plain_hyphen_is_joined(make: Make) -> None:
    css = "p{width:6cm;hyphens:auto;hyphenate-character:'-'}"
    assert _text(make(_paragraphs(_numbered(4)), css)).split("\n\n") == _numbered(4)


def test_a_compound_that_breaks_at_its_own_hyphen_keeps_it(make: Make) -> None:
    text = (
        "The China-<br>Russia talks on long-<br>term contracts of state-<br>owned firms in "
        "north-<br>eastern towns in 2024-<br>25."
    )
    known = "It is a view of the north and of eastern towns. It is a north-eastern view."
    found = _text(make(f"<p>{text}</p><p>{known}</p>"))
    assert (
        "China-Russia talks on long-term contracts of state-owned firms in north-eastern towns"
        in found
    )


def test_russian_is_read_and_its_divided_words_are_joined(make: Make) -> None:
    css = "p{width:7cm;hyphens:auto}"
    texts = [f"{n}. {RUSSIAN}" for n in ("Первое", "Второе", "Третье")]
    assert _text(make(_paragraphs(texts), css, language="ru")).split("\n\n") == texts


def test_chinese_lines_are_joined_without_blanks_in_two_columns_too(make: Make) -> None:
    texts = [f"第{n}条。{CHINESE}" for n in "一二三四五六"]
    css = "body{font-family:'Brief CJK';columns:2;text-align:justify} p{margin:0 0 4mm}"
    assert _text(make(_paragraphs(texts), css, language="zh")).split("\n\n") == texts


def test_the_marks_of_notes_are_no_part_of_a_word(make: Make) -> None:
    css = "sup{font-size:7pt;vertical-align:super}"
    body = f"<p>{LEAD}<sup>12</sup> {BODY} It covers 5 km<sup>2</sup> of land.</p>"
    assert _text(make(body, css)) == f"{LEAD} {BODY} It covers 5 km2 of land."


def test_text_that_is_written_aslant_is_no_part_of_the_text(make: Make) -> None:
    css = "b{position:fixed;top:9cm;left:4cm;transform:rotate(-45deg);font-size:60pt}"
    assert _text(make(f"<p>{TALKS}</p><b>DRAFT</b>", css)) == TALKS


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_lies_on_its_side_is_read_as_it_is_shown(make: Make, turn: int) -> None:
    texts = _numbered(10)
    data = make(_paragraphs(texts), "body{columns:2}")
    with pikepdf.open(io.BytesIO(data)) as document:
        page = document.pages[0]
        width, height = (float(page.mediabox[n]) for n in (2, 3))
        # What it holds is turned one way, and the page is shown turned back.
        matrix = {90: (0, 1, -1, 0, height, 0), 180: (-1, 0, 0, -1, width, height)}
        matrix[270] = (0, -1, 1, 0, 0, width)
        page.contents_coalesce()
        content = page.Contents.read_bytes()
        shift = " ".join(f"{number:g}" for number in matrix[turn])
        page.Contents = document.make_stream(b"q %s cm " % shift.encode() + content + b" Q")
        if turn != 180:
            page.mediabox = pikepdf.Array([0, 0, height, width])
        page.Rotate = turn
        stream = io.BytesIO()
        document.save(stream)
    assert _text(stream.getvalue()).split("\n\n") == texts


def test_the_largest_type_of_page_one_is_the_title(make: Make) -> None:
    body = (
        f"<h1>A bridge over the border river<br>is open to freight</h1><p>{LEAD}</p><p>{BODY}</p>"
    )
    found = read("a.pdf", make(body, "h1{text-align:center}"), now=NOW)
    assert (found.title, found.title_given) == (
        "A bridge over the border river is open to freight",
        True,
    )
    assert found.text == f"{LEAD}\n\n{BODY}"


def test_a_declared_title_counts_where_page_one_prints_it(make: Make) -> None:
    body = f"<h1>AMUR DISPATCH</h1><h2>Talks in the north</h2><p>{LEAD}</p>"
    data = make(body, head="<title>Talks in the north</title>")
    assert pdf.read(data, NOW)[0].title == "Talks in the north"


def test_a_declared_title_counts_where_there_is_no_headline(make: Make) -> None:
    data = make(f"<p>{TALKS}</p>", head="<title>Talks in the north</title>")
    assert pdf.read(data, NOW)[0].title == "Talks in the north"


@pytest.mark.parametrize("title", ["Microsoft Word - talks.docx", "untitled", "talks_v3.indd"])
def test_a_title_that_a_program_wrote_is_none(make: Make, title: str) -> None:
    assert pdf.read(make(f"<p>{TALKS}</p>", head=f"<title>{title}</title>"), NOW)[0].title is None


@pytest.mark.parametrize(
    "day",
    ["8 May 2025", "May 8, 2025", "8 мая 2025 года", "2025年5月8日", "08.05.2025", "8 MAY 2025"],
)
def test_the_day_it_was_made_counts_where_page_one_prints_it(make: Make, day: str) -> None:
    head = '<meta name=dcterms.created content="2025-05-08">'
    data = make(f"<p>{day}</p><p>{TALKS}</p>", "body{font-family:'Brief CJK'}", head)
    assert pdf.read(data, NOW)[0].published == datetime(2025, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize("day", ["", "18 May 2025", "8 May 2024", "2025-05-081"])
def test_the_day_it_was_made_alone_is_not_when_it_was_published(make: Make, day: str) -> None:
    head = '<meta name=dcterms.created content="2025-05-08">'
    assert pdf.read(make(f"<p>{day}</p><p>{TALKS}</p>", "", head), NOW)[0].published is None


def test_a_document_behind_a_password_is_refused(make: Make) -> None:
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(make(f"<p>{LEAD}</p>"))) as document:
        document.save(stream, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    with pytest.raises(ExtractError, match="is protected by a password"):
        _text(stream.getvalue())


def test_a_document_that_only_forbids_changes_is_read(make: Make) -> None:
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(make(f"<p>{LEAD}</p>"))) as document:
        document.save(stream, encryption=pikepdf.Encryption(user="", owner="secret"))
    assert _text(stream.getvalue()) == LEAD


def _empty(pages: int) -> bytes:
    stream = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        document.save(stream)
    return stream.getvalue()


def test_a_document_of_pictures_is_refused() -> None:
    with pytest.raises(ExtractError, match=r"has 3 pages and no text, only pictures; make its"):
        _text(_empty(3))


def test_a_document_of_many_pages_is_refused() -> None:
    with pytest.raises(ExtractError, match="has 201 pages, and at most 200 are read"):
        _text(_empty(201))


def test_a_document_that_takes_too_long_is_given_up_between_two_pages() -> None:
    ticks = iter(range(100))
    with pytest.raises(ExtractError, match="took more than 2 s to read: 2 of 9 pages are done"):
        pdf.read(_empty(9), NOW, budget_s=2, clock=lambda: float(next(ticks)))


def test_a_document_that_holds_a_page_number_only_has_no_text(make: Make) -> None:
    data = make("", "@page{@bottom-center{content:'Page 1'}}")
    with pytest.raises(ExtractError, match="no text but headers and page numbers"):
        _text(data)


def _hiding(data: bytes) -> bytes:
    """Return a document whose fonts say that their glyphs are characters of private use."""
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        for thing in document.objects:
            if isinstance(thing, pikepdf.Dictionary) and "/ToUnicode" in thing:
                thing.ToUnicode = document.make_stream(
                    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap "
                    b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def "
                    b"1 begincodespacerange <0000> <FFFF> endcodespacerange "
                    b"1 beginbfrange <0000> <17FF> <E000> endbfrange "
                    b"endcmap CMapName currentdict /CMap defineresource pop end end"
                )
        document.save(stream)
    return stream.getvalue()


def test_fonts_that_hide_their_letters_are_refused(make: Make) -> None:
    with pytest.raises(ExtractError, match="its fonts do not tell which letters they show"):
        _text(_hiding(make(f"<p>{TALKS}</p>")))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"%PDF-1.7 ...", b"no PDF", b"%PDF-" * 1000])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError, match="is not a PDF document, or a damaged one"):
        _text(data)


@pytest.fixture(scope="module")
def sample(make: Make) -> bytes:
    return make(_paragraphs([TALKS, RUSSIAN]), "body{columns:2}", "<title>Talks</title>")


@settings(deadline=None, max_examples=80)
@given(data=st.data())
def test_a_damaged_pdf_is_read_or_refused(sample: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sample) - 1))
    end = data.draw(st.integers(at, min(len(sample), at + 60)))
    piece = data.draw(st.binary(max_size=60))
    try:
        _text(sample[:at] + piece + sample[end:])
    except SourceError:
        return


@settings(deadline=None, max_examples=40)
@given(end=st.integers(0, 60_000))
def test_half_a_pdf_is_read_or_refused(sample: bytes, end: int) -> None:
    try:
        _text(sample[: end % len(sample)])
    except SourceError:
        return
