"""Word documents, made with python-docx or written part by part where it cannot make them."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from docx import Document
from docx.document import Document as Made
from docx.oxml import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import docx as reader
from feeds.documents import read
from service.errors import ExtractError, ParseError, SourceError
from service.model import Entry

NOW = datetime(2025, 6, 1, tzinfo=UTC)
LEAD = "The two ministers met in the capital on Monday and spoke of trade for three hours."
BODY = "They agreed that talks on the pipeline would go on in the autumn, officials said."
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _bytes(document: Made) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _read(document: Made) -> Entry:
    return read("a.docx", _bytes(document), now=NOW)


def _with(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a document with one file of it changed, or added if it was not there."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for item in old.infolist():
            if item.filename != name:
                new.writestr(item, old.read(item))
        before = old.read(name) if name in old.namelist() else b""
        new.writestr(name, change(before), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _body(xml: str) -> bytes:
    """Return a document with this as the XML of its body's content."""
    made = Document()
    made.add_paragraph("HERE")
    plain = b"<w:p><w:r><w:t>HERE</w:t></w:r></w:p>"
    return _with(
        _bytes(made), "word/document.xml", lambda old: old.replace(plain, xml.encode("utf-8"))
    )


def _text(xml: str) -> str:
    return reader.read(_body(xml), NOW)[1]


def test_paragraphs_and_the_heading_are_read() -> None:
    made = Document()
    made.add_heading("Ministers meet in the north", 0)
    made.add_paragraph(LEAD)
    made.add_heading("The second day", 2)
    made.add_paragraph(BODY)
    assert _read(made) == Entry(
        key="a.docx",
        title="Ministers meet in the north",
        text=f"{LEAD}\n\nThe second day\n\n{BODY}",
        language="en",
    )


def test_a_heading_below_the_text_is_no_title() -> None:
    made = Document()
    made.add_paragraph(LEAD)
    made.add_heading("The second day", 1)
    made.add_paragraph(BODY)
    found = _read(made)
    assert (found.title, found.title_given) == (LEAD.rstrip("."), False)


def test_the_title_of_the_properties_counts_where_no_heading_is() -> None:
    made = Document()
    made.core_properties.title = "Ministers meet in the north"
    made.add_paragraph(LEAD)
    assert _read(made).title == "Ministers meet in the north"


@pytest.mark.parametrize(
    "title", ["Word Document", "Document1", "Microsoft Word - draft.doc", "talks_v3.docx", "—"]
)
def test_a_title_that_a_program_wrote_is_none(title: str) -> None:
    made = Document()
    made.core_properties.title = title
    made.add_paragraph(LEAD)
    assert not _read(made).title_given


def test_the_day_of_creation_is_not_the_day_of_publication() -> None:
    made = Document()
    made.core_properties.created = datetime(2025, 5, 8)  # noqa: DTZ001 - as python-docx wants it
    made.core_properties.modified = datetime(2025, 5, 9)  # noqa: DTZ001
    made.add_paragraph(LEAD)
    assert _read(made).published is None


def test_header_lines_tell_the_date_and_are_no_text() -> None:
    made = Document()
    made.add_paragraph("Date: May 8, 2025")
    made.add_paragraph("Source: Amur Dispatch")
    made.add_paragraph(LEAD)
    found = _read(made)
    assert (found.published, found.outlet) == (datetime(2025, 5, 8, tzinfo=UTC), "Amur Dispatch")
    assert found.text == LEAD


def test_the_date_on_words_cover_page_is_that_of_publication() -> None:
    made = Document()
    made.add_paragraph(LEAD)
    cover = (
        b'<CoverPageProperties xmlns="http://schemas.microsoft.com/office/2006/coverPageProps">'
        b"<PublishDate>2025-05-08T00:00:00</PublishDate></CoverPageProperties>"
    )
    relation = (
        b'<Relationship Id="rId99" Target="../customXml/item1.xml" Type="http://schemas.'
        b'openxmlformats.org/officeDocument/2006/relationships/customXml"/></Relationships>'
    )
    data = _with(_bytes(made), "customXml/item1.xml", lambda _: cover)
    data = _with(
        data,
        "word/_rels/document.xml.rels",
        lambda old: old.replace(b"</Relationships>", relation),
    )
    assert read("a.docx", data, now=NOW).published == datetime(2025, 5, 8, tzinfo=UTC)


def test_chinese_and_russian_are_read() -> None:
    made = Document()
    made.add_paragraph("两国外长星期一在首都会晤，就贸易问题进行了三个小时的会谈。")
    made.add_paragraph("Стороны договорились продолжить переговоры осенью.")
    assert _read(made).text == (
        "两国外长星期一在首都会晤，就贸易问题进行了三个小时的会谈。\n\n"
        "Стороны договорились продолжить переговоры осенью."
    )


def test_what_is_inserted_is_text_and_what_is_deleted_is_not() -> None:
    assert (
        _text(
            "<w:p><w:r><w:t xml:space='preserve'>They </w:t></w:r>"
            "<w:ins w:id='1'><w:r><w:t xml:space='preserve'>did not </w:t></w:r></w:ins>"
            "<w:del w:id='2' w:author='a'><w:r><w:delText>surely </w:delText></w:r></w:del>"
            "<w:r><w:t>agree.</w:t></w:r></w:p>"
        )
        == "They did not agree."
    )


def test_content_controls_links_and_smart_tags_keep_their_words() -> None:
    assert (
        _text(
            "<w:sdt><w:sdtContent><w:p><w:r><w:t xml:space='preserve'>In </w:t></w:r>"
            "<w:smartTag w:element='place'><w:r><w:t>Harbin</w:t></w:r></w:smartTag>"
            "<w:hyperlink><w:r><w:t xml:space='preserve'> they met</w:t></w:r></w:hyperlink>"
            "<w:r><w:tab/><w:t>long</w:t><w:noBreakHyphen/><w:t>term.</w:t></w:r>"
            "</w:p></w:sdtContent></w:sdt>"
        )
        == "In Harbin they met long-term."
    )


def test_a_blank_that_is_a_run_of_its_own_parts_two_words() -> None:
    made = Document()
    paragraph = made.add_paragraph()
    for part in ("Two", " ", "words."):
        paragraph.add_run(part)
    assert reader.read(_bytes(made), NOW)[1] == "Two words."


def test_hidden_text_contents_captions_and_text_boxes_are_left_out() -> None:
    made = Document()
    made.add_paragraph("A bridge at dusk", style="Caption")
    paragraph = made.add_paragraph(LEAD)
    paragraph.add_run(" Draft, do not print.").font.hidden = True
    box: Any = parse_xml(
        f"<w:r {W}><w:pict><w:txbxContent><w:p><w:r><w:t>Beside it.</w:t></w:r></w:p>"
        "</w:txbxContent></w:pict></w:r>"
    )
    paragraph._element.insert(len(paragraph._element), box)
    made.sections[0].header.paragraphs[0].text = "Amur Dispatch Weekly"
    assert _read(made).text == LEAD


def test_of_a_table_only_prose_is_text() -> None:
    made = Document()
    table = made.add_table(rows=2, cols=2)
    table.cell(0, 0).text = "Trade"
    table.cell(0, 1).text = "240 bn"
    table.cell(1, 0).text = LEAD
    table.cell(1, 1).text = "no sentence but quite as long as one that would be printed in a brief"
    made.add_paragraph(BODY)
    assert reader.read(_bytes(made), NOW)[1] == f"{LEAD}\n\n{BODY}"


def test_a_document_without_text_is_refused() -> None:
    with pytest.raises(ExtractError, match="no text"):
        _read(Document())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not a Word document"),
        (b"PK\x03\x04" + bytes(60), "is not a Word document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an old Word document or is prot"),
    ],
)
def test_what_is_no_document_is_refused_in_words(data: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        reader.read(data, NOW)


def _archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def test_a_zip_archive_of_something_else_is_refused() -> None:
    with pytest.raises(ParseError, match="is not a Word document"):
        reader.read(_archive({"a.txt": b"text"}), NOW)


def test_what_declares_a_large_size_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []

    def refuse(self: zipfile.ZipFile, name: object, *args: object) -> object:
        opened.append(str(name))
        raise AssertionError("unpacked")

    data = _archive({f"word/media/{n}.bin": bytes(30 << 20) for n in range(4)})
    assert len(data) < 1 << 20
    monkeypatch.setattr(zipfile.ZipFile, "open", refuse)
    with pytest.raises(ParseError, match="unpacks to more than 100 MB"):
        reader.read(data, NOW)
    assert opened == []


def test_xml_that_unpacks_to_too_much_is_refused() -> None:
    blank = b"<a>" + b" " * (reader.MAX_XML + 1) + b"</a>"
    data = _with(_bytes(Document()), "word/document.xml", lambda _: blank)
    with pytest.raises(ParseError, match="unpacks to more than"):
        reader.read(data, NOW)


def test_a_size_that_is_declared_too_small_is_a_damaged_document() -> None:
    data = bytearray(_archive({"word/document.xml": b"x" * 5000}))
    # The size stands in the directory at the end, 24 bytes behind its mark.
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(ParseError, match="damaged"):
        reader.read(bytes(data), NOW)


def test_many_files_are_refused() -> None:
    with pytest.raises(ParseError, match="holds 2001 files"):
        reader.read(_archive({f"{n}": b"" for n in range(2001)}), NOW)


def test_entities_are_neither_expanded_nor_loaded() -> None:
    doctype = (
        b'<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM '
        b'"file:///etc/hostname">]>'
    )

    def change(old: bytes) -> bytes:
        old = old.replace(b"HERE", b"Before &b;&f; behind.")
        head, rest = old.split(b"?>", 1)
        return head + b"?>" + doctype + rest

    made = Document()
    made.add_paragraph("HERE")
    data = _with(_bytes(made), "word/document.xml", change)
    try:
        _, text = reader.read(data, NOW)
    except ParseError:
        return
    assert "lol" not in text
    assert text.startswith("Before")


def test_deeply_nested_content_is_no_recursion() -> None:
    depth = 100
    xml = "<w:sdt><w:sdtContent>" * depth + f"<w:p><w:r><w:t>{LEAD}</w:t></w:r></w:p>"
    assert _text(xml + "</w:sdtContent></w:sdt>" * depth) == LEAD


def test_what_is_nested_deeper_than_the_parser_goes_is_refused() -> None:
    with pytest.raises(ParseError, match="damaged"):
        _text("<w:sdt>" * 2000 + "</w:sdt>" * 2000)


_GOOD = _bytes(Document())


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_document_with_changed_bytes_is_read_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(_GOOD) - 1))
    piece = data.draw(st.binary(min_size=1, max_size=40))
    try:
        reader.read(_GOOD[:at] + piece + _GOOD[at + len(piece) :], NOW)
    except SourceError:
        return


_PARTS = (
    "[Content_Types].xml",
    "_rels/.rels",
    "word/document.xml",
    "docProps/core.xml",
    "word/styles.xml",
)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(_PARTS),
    st.sampled_from([b"", b"<a/>", b"<", b"<?xml version='1.0'?><x xmlns='u'/>", b"\xff\xfe"]),
)
def test_a_document_with_a_broken_part_is_read_or_refused(name: str, part: bytes) -> None:
    try:
        reader.read(_with(_GOOD, name, lambda _: part), NOW)
    except SourceError:
        return
