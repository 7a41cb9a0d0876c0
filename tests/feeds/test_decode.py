"""Bytes to text: the usual encodings are read, damage is refused with a reason."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.decode import decode, decode_damaged, meta_charset
from service.errors import ParseError

RUSSIAN = "Президент России прибыл в Пекин, где его встретил министр иностранных дел КНР."
CHINESE = "俄罗斯总统抵达北京，中国外交部长在机场迎接。双方将讨论能源与贸易合作。"
TRADITIONAL = "俄羅斯總統抵達北京，中國外交部長在機場迎接。雙方將討論能源與貿易合作。"
ENGLISH = "The envoy’s “long” stay – a café, a résumé – cost £5m, or €6m."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "utf-8-sig"),
        (RUSSIAN, "utf-16"),
        (RUSSIAN, "utf-16-le"),
        (RUSSIAN, "utf-16-be"),
        (RUSSIAN, "utf-32"),
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"),
        (CHINESE, "gb18030"),
        (CHINESE, "gbk"),
        (CHINESE + "\n2025", "utf-16-le"),
        (CHINESE + "\n2025", "utf-16-be"),
        (TRADITIONAL, "big5"),
        (ENGLISH, "windows-1252"),
        ("“Long” talks, he said.", "gbk"),
        ("", "utf-8"),
    ],
)
def test_the_usual_encodings_are_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("label", ["windows-1251", "koi8-r", "WINDOWS-1251", "cp1251"])
def test_a_declared_encoding_is_used(label: str) -> None:
    page = f'<html><head><meta charset="{label}"></head><body>Да, нет</body></html>'
    assert decode(page.encode(label)) == page


def test_a_label_means_what_pages_use_it_for() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><p>朱镕基</p>'
    assert decode(page.encode("gb18030")) == page


def test_a_page_that_lies_about_being_another_encoding_is_read_as_utf8() -> None:
    page = f'<meta charset="windows-1251"><p>{RUSSIAN}</p>'
    assert decode(page.encode()) == page


@pytest.mark.parametrize("label", ["utf-7", "punycode", "rot13", "idna", "no-such", "base64"])
def test_a_label_that_names_no_usual_encoding_is_not_believed(label: str) -> None:
    page = f'<meta charset="{label}"><p>{RUSSIAN}</p>'
    assert decode(page.encode("cp1251")) == page


def test_the_encoding_of_an_xml_document_is_found() -> None:
    assert meta_charset(b'<?xml version="1.0" encoding="koi8-r"?><a/>') == "koi8-r"
    assert meta_charset(b"plain") is None


@pytest.mark.parametrize(
    "data",
    [
        b"China and Russia \xff\xfe\xfa met in Beijing today.",
        b"China \xe2\x28\xa1 Russia met.",
        b"Xi \xf0\x28\x8c\xbc said so",
        b"\xc3\x28 China",
        b"\xff" * 100,
        b"\x80\x81\x82\x83" * 50,
        RUSSIAN.encode()[:-2] + b"\xd0",
        RUSSIAN.encode()[:41] + b"\xff" + RUSSIAN.encode()[41:],
    ],
)
def test_damaged_utf8_is_refused_and_never_read_as_something_else(data: bytes) -> None:
    with pytest.raises(ParseError, match=r"not valid UTF-8 \(byte \d+\)"):
        decode(data)


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\xfd China", b"\xff\xfethe ministers met in Beijing", b"\xfe\xff\xd8\x00ab"]
)
def test_a_byte_order_mark_before_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError, match="begins as UTF-16"):
        decode(data)


@pytest.mark.parametrize("data", [b"abcd\0efgh", b"The talks were held.\0 Then they left.", b"\0"])
def test_a_nul_byte_is_refused_with_its_place(data: bytes) -> None:
    with pytest.raises(ParseError, match=rf"NUL byte \(at byte {data.index(0)}\)"):
        decode(data)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n...", "PDF"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\x7fELF\x02", "program"),
        (b"\x1f\x8b\x08", "gzip"),
    ],
)
def test_a_binary_with_a_texts_name_is_called_what_it_is(data: bytes, kind: str) -> None:
    with pytest.raises(ParseError, match=kind):
        decode(data)


def test_control_characters_make_no_text() -> None:
    with pytest.raises(ParseError, match="control characters"):
        decode(b"\x01\x02\x03\x04plain")


def _outcome(data: bytes) -> str:
    """Return the text of some bytes, or "refused: " and the reason."""
    try:
        return decode(data)
    except ParseError as exc:
        return f"refused: {exc}"


@given(st.binary(max_size=400))
def test_arbitrary_bytes_give_text_or_a_parse_error(data: bytes) -> None:
    _outcome(data).encode("utf-8")


@given(st.text(alphabet=st.characters(min_codepoint=0xA0, exclude_categories=["Cc", "Cs"])))
@example("\ufeff")
def test_valid_utf8_comes_back_as_it_was(text: str) -> None:
    assert _outcome(("A" + text).encode()) == "A" + text


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "gb18030"])
def test_the_encoding_of_a_page_is_guessed_from_its_prose_and_not_from_its_markup(
    encoding: str,
) -> None:
    text = CHINESE if encoding == "gb18030" else RUSSIAN
    shell = '<div class="article" data-address="https://example.org/a/long/way">' * 20
    page = f"{shell}<p>{text}</p>{'</div>' * 20}"
    assert decode(page.encode(encoding)) == page


def test_a_declaration_is_found_below_what_a_program_printed_above_it() -> None:
    page = "Warning: line 3\n<?xml version='1.0' encoding='koi8-r'?><p>мир</p>".encode("koi8-r")
    assert meta_charset(page) == "koi8-r"


@pytest.mark.parametrize(
    ("data", "text", "lost"),
    [
        (f"{RUSSIAN}\0\x0b".encode(), RUSSIAN, False),
        (RUSSIAN.encode("koi8-r") + b"\0", RUSSIAN, False),
        (b"\xef\xbb\xbf" + RUSSIAN.encode() + b"\xff", f"{RUSSIAN}\ufffd", True),
        (RUSSIAN.encode() + b"\xd0", f"{RUSSIAN}\ufffd", True),
        (b"\xff\xfe" + RUSSIAN.encode("utf-16-le") + b"\x10", f"{RUSSIAN}\ufffd", True),
    ],
)
def test_damaged_text_is_read_with_its_losses_marked(data: bytes, text: str, lost: bool) -> None:
    with pytest.raises(ParseError):
        decode(data)
    assert decode_damaged(data) == (text, lost)


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0", bytes(range(128, 256)) * 8, b"%PDF-1.7\xff\xff"]
)
def test_what_is_no_text_is_refused_though_damage_is_allowed(data: bytes) -> None:
    with pytest.raises(ParseError, match="is not a text"):
        decode_damaged(data)


@given(st.binary(max_size=200))
@example(b"\xfe\xff")
def test_any_bytes_are_decoded_with_damage_or_refused(data: bytes) -> None:
    try:
        text, lost = decode_damaged(data)
    except ParseError:
        return
    assert not lost or "\ufffd" in text
