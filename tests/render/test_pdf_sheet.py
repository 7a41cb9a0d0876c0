"""What a PDF is printed on, what it carries, and the kind that is made for keeping."""

import io
from pathlib import Path

import page
import pikepdf
import pypdfium2
import pytest

from service.brief import codec
from service.render import pdf
from service.render.sheet import Sheet
from tests import builders


@pytest.fixture(scope="module")
def kept() -> bytes:
    return pdf.document(builders.brief(), Sheet(archival=True))


@pytest.mark.parametrize(("profile", "rules"), [("ua1", 104), ("pdfa-3u", 148)])
def test_one_for_keeping_is_valid_by_the_rules_of_both_standards(
    profile: str, rules: int, kept: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "issue.pdf"
    path.write_bytes(kept)
    report = page.validate_pdf(path, profile=profile)
    assert [f.message for f in report.failures] == []
    assert f"{rules} passed" in str(report)


def test_one_for_keeping_says_both_where_a_plain_reader_finds_it(kept: bytes) -> None:
    with pikepdf.open(io.BytesIO(kept)) as document:
        assert "/Filter" not in document.Root.Metadata
        with document.open_metadata() as said:
            assert said.pdfa_status == "3U"
            assert said["pdfuaid:part"] == "1"


def test_any_other_claims_to_be_accessible_only(made: dict[str, bytes]) -> None:
    with (
        pikepdf.open(io.BytesIO(made["pdf"])) as document,
        document.open_metadata() as said,
    ):
        assert said.pdfa_status == ""
        assert said["pdfuaid:part"] == "1"


def test_the_data_of_the_issue_is_attached_once(kept: bytes, made: dict[str, bytes]) -> None:
    for data in (kept, made["pdf"]):
        with pikepdf.open(io.BytesIO(data)) as document:
            (file,) = document.Root.AF
            assert file.AFRelationship == "/Data"
            assert list(document.attachments) == ["china-russia-2026-11-21.json"]
            (attached,) = document.attachments.values()
            stored = attached.get_file()
            assert stored.mime_type == "application/json"
            assert codec.loads(stored.read_bytes().decode("utf-8")) == builders.brief()


def test_the_same_issue_gives_the_same_bytes_and_another_sheet_another_identifier(
    kept: bytes, made: dict[str, bytes]
) -> None:
    assert pdf.document(builders.brief(), Sheet(archival=True)) == kept
    with pikepdf.open(io.BytesIO(kept)) as one, pikepdf.open(io.BytesIO(made["pdf"])) as other:
        assert bytes(one.trailer.ID[0]) != bytes(other.trailer.ID[0])


def test_letter_is_as_wide_as_letter_and_nothing_leaves_the_page() -> None:
    data = pdf.document(builders.brief(), Sheet(size="Letter"))
    with pypdfium2.PdfDocument(data) as document:
        for shown in document:
            assert shown.get_size() == pytest.approx((612, 792), abs=0.1)
            text = shown.get_textpage()
            boxes = [text.get_charbox(n) for n in range(text.count_chars())]
            assert max(right for _, _, right, _ in boxes) <= 612 - 51
            assert min(bottom for _, bottom, _, _ in boxes) >= 20


def test_a4_is_what_is_taken_when_nothing_is_asked_for(made: dict[str, bytes]) -> None:
    with pypdfium2.PdfDocument(made["pdf"]) as document:
        assert document[0].get_size() == pytest.approx((595.28, 841.89), abs=0.1)
