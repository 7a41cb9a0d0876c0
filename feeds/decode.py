"""Bytes to text, for files and pages whose encoding is missing or a lie.

Order: byte-order mark; UTF-8, which other encodings pass for by chance only in very short texts;
what the file declares; then a guess among the encodings that news in English, Chinese and Russian
really comes in. UTF-8 goes before the declaration because pages re-saved as UTF-8 keep their old
declaration far more often than text of another encoding is valid UTF-8.

A guess must look like writing (`_plausible`), or the file is refused with the reason: text decoded
wrongly would be printed as somebody's words. Rejected: `errors="replace"`, for the same reason,
and the full list of charset-normalizer, whose rare code pages win on short texts.
"""

import codecs
import re
import unicodedata

from service.errors import ParseError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    # Before UTF-16, whose little-endian mark is a prefix of this one.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: First bytes of what is often found under a text's name, and how to call it.
_BINARIES = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
    (b"{\\rtf", "an RTF document"),
)

_GUESSED = ["gb18030", "big5", "cp1251", "koi8_r", "cp866"]

#: What a label means in practice (WHATWG Encoding Standard): pages labelled with the left one
#: hold characters of the right one.
_LABELS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "x-cp1251": "cp1251",
    "win-1251": "cp1251",
    "big5-hkscs": "big5hkscs",
    "utf-16": "utf-16-le",
}
#: Encodings that a declaration may name; what is not here, such as utf-7, is not believed.
_DECLARABLE = re.compile(
    "utf-8|utf-16-[lb]e|gb18030|big5|big5hkscs|cp125[0-7]|koi8-[ru]|cp866|shift_jis|cp932|euc_jp|"
    "euc_kr|cp949|iso8859-(?:2|5|15)|mac-cyrillic"
)

#: What says nothing of the encoding of a page or a feed: its markup, and addresses. In all of the
#: encodings that are guessed, no second byte of a character is one of "<", ">", "&" and ";".
_MARKUP = re.compile(rb"<!\[CDATA\[|<[^<>]{0,2000}>|&#?\w{1,8};|https?://[\w./?=&%~:+-]+")
#: Bytes that are no characters in ASCII and what extends it.
_NO_BYTES = bytes(code for code in range(32) if code not in b"\t\n\r")

#: Control characters that no text holds.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.I)
_XML = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_:.\-]{2,40})", re.I)
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


def decode(data: bytes, *, declared: str | None = None) -> str:
    """Return the text of a file; raise ParseError, with the reason, where it has none.

    declared: an encoding's name from a header; one inside the data is found without it.
    """
    _refuse_binary(data)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding)
    if b"\0" in data:
        return _wide(data)
    text = _strict(data, "utf-8")
    if text is not None:
        if len(_CONTROLS.findall(text)) > 0.01 * len(text):
            raise ParseError("is not a text: it holds control characters")
        return text
    for label in (declared, meta_charset(data)):
        text = _labelled(data, label)
        if text is not None:
            return text
    return _guess(data)


def decode_damaged(data: bytes, *, declared: str | None = None) -> tuple[str, bool]:
    """Return the text of bytes that `decode` refuses, and whether some of them were lost.

    Control characters and NUL bytes are left out; if that does not help, bytes that are none in
    the encoding become U+FFFD. For feeds, where one damaged item can be left out by its U+FFFD.
    Raises ParseError, as `decode` does, where what comes out does not look like writing.
    """
    _refuse_binary(data)
    mark = next((one for one in _BOMS if data.startswith(one[0])), None)
    name = None
    if mark:
        data, name = data[len(mark[0]) :], mark[1]
    if name is None or name == "utf-8":
        data = data.translate(None, _NO_BYTES)
        try:
            return decode(data, declared=declared), False
        except ParseError:
            # Much of it is valid, so it is UTF-8, whatever is declared.
            valid = len(_MULTIBYTE.findall(data))
            if valid > 3 * data.decode("utf-8", "replace").count("\ufffd"):
                name = "utf-8"
    labels = (name, meta_charset(data), declared, "utf-8")
    name = next(found for found in map(_encoding, labels) if found)
    text = data.decode(name, "replace")
    rest = text.replace("\ufffd", "")
    if len(rest) < 0.9 * len(text) or not _plausible(rest):
        raise ParseError(f"is not a text in {name.upper()}, nor in another usual encoding")
    return text, len(rest) < len(text)


def meta_charset(data: bytes) -> str | None:
    """Return the encoding that a page or an XML document declares in its first 4 KB."""
    found = _XML.search(data[:4096]) or _META.search(data[:4096])
    return found[1].decode("ascii") if found else None


def _refuse_binary(data: bytes) -> None:
    for magic, kind in _BINARIES:
        if data.startswith(magic):
            raise ParseError(f"is not a text but {kind}")


def _marked(data: bytes, encoding: str) -> str:
    text = _strict(data, encoding)
    if text is None or not _plausible(text):
        raise ParseError(f"begins as {encoding.upper()} text, but is not")
    return text


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None


def _in_set(character: str, encoding: str) -> bool:
    try:
        return bool(character.encode(encoding))
    except UnicodeError:
        return False


def _labelled(data: bytes, label: str | None) -> str | None:
    name = _encoding(label)
    text = _strict(data, name) if name else None
    return text if text is not None and _plausible(text) else None


def _encoding(label: str | None) -> str | None:
    """Return Python's name of the encoding that a label means, if it may be declared."""
    name = (label or "").strip().lower()
    name = _LABELS.get(name, name)
    try:
        name = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    name = {"utf-16": "utf-16-le", "iso8859-1": "cp1252", "gbk": "gb18030"}.get(name, name)
    return name if _DECLARABLE.fullmatch(name) else None


def _wide(data: bytes) -> str:
    """Decode text with NUL bytes, which is UTF-16 without a mark, or no text."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    for encoding in ("utf-16-be", "utf-16-le") if even > odd else ("utf-16-le", "utf-16-be"):
        text = _strict(data, encoding)
        if text is not None and "\0" not in text and _plausible(text):
            return text
    at = data.index(0)
    raise ParseError(f"is not a text: it holds a NUL byte (at byte {at})")


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    at = _first_invalid(data)
    # Text in another encoding makes a valid multi-byte sequence of UTF-8 by chance only: where
    # most are valid, the file is damaged UTF-8, and another encoding would read it as nonsense.
    valid = len(_MULTIBYTE.findall(data))
    broken = sum(1 for c in data.decode("utf-8", "replace") if c == "\ufffd")
    if valid <= 3 * broken:
        prose = _MARKUP.sub(b" ", data) if data.lstrip()[:1] == b"<" else data
        found = from_bytes(prose, cp_isolation=_GUESSED, enable_fallback=False)
        for encoding in ("cp1252", *(match.encoding for match in found), "gb18030"):
            text = _strict(prose, encoding)
            if text is None or not _mostly(text, foreign=encoding != "cp1252"):
                continue
            whole = _strict(data, encoding)
            if whole is not None and _plausible(text):
                return whole
    raise ParseError(
        f"is not valid UTF-8 (byte {at}), nor in another usual encoding; save it as UTF-8"
    )


def _mostly(text: str, *, foreign: bool) -> bool:
    """Tell whether a text is in a script of its own, or in Latin with a few accents.

    A few odd bytes in English say nothing of their encoding: only Western accents and marks, or
    Chinese quotation marks, are believed there; a word of three Cyrillic letters is damage.
    """
    letters = sum(1 for c in text if c.isalpha())
    high = sum(1 for c in text if c.isalpha() and c > "\x7f")
    if foreign and high == 0:
        return all(c < "\x7f" or c in _CHINESE_MARKS for c in text)
    return (high >= 0.25 * letters and high >= 4) if foreign else high < 0.15 * letters


def _first_invalid(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as exc:
        return exc.start
    return len(data)


# Typographic marks above ASCII that Western and Cyrillic code pages have, and texts use.
_MARKS = "‘’‚“”„«»‹›–—…•·€£¥§©®™°±²³¹¼½¾ªº¿¡№†‡‰µ¶×÷\u00a0\u00ad"
_CHINESE_MARKS = "“”‘’—…·《》、。，；：？！（）"
#: Latin words of one letter that is not ASCII.
_ALONE = re.compile("^[àáèéêìíòóôùúýÀÁÈÉÊÌÍÒÓÔÙÚøåöØÅÖ]$")
_HIGH_RUN = re.compile("[\u00c0-\u024f]{3,}")
#: Opening marks of Spanish where nothing opens: Chinese quotation marks read as Western ones.
_STRAY = re.compile(r"[¡¿](?![\w\"“«(¡¿])")
_WORD = re.compile(r"[^\W\d_]+")


def _plausible(text: str) -> bool:
    """Tell whether decoded text looks like writing rather than bytes read wrongly.

    At least 99 of 100 characters are letters, marks, digits, punctuation or white space that are
    assigned and in common use; Latin letters with accents stand in words, not in rows of three or
    more or alone; Cyrillic words do not mix upper case into their middle.
    """
    sample = text[:20_000]
    if not sample:
        return True
    strange = sum(map(_strange, sample))
    if strange > 0.01 * len(sample):
        return False
    if _STRAY.search(sample) or _unused(sample):
        return False
    words = _WORD.findall(sample)
    if not words:
        return strange == 0 and sample.isascii()
    odd = sum(map(_odd_word, words))
    foreign = sum(1 for word in words if not word.isascii())
    return odd <= 0.05 * foreign


def _strange(c: str) -> bool:
    """Tell whether a character is a control, unassigned, private, or a symbol of no language."""
    if c < "\x7f":
        return c < " " and c not in "\n\r\t\f"
    private = "\ue000" <= c <= "\uf8ff" or c > "\U0003ffff"
    return private or (c not in _MARKS and unicodedata.category(c)[0] not in "LMNPZ")


def _odd_word(word: str) -> bool:
    if word.isascii():
        return False
    if "\u0400" <= max(word) <= "\u04ff":
        mixed = any("a" <= c.lower() <= "z" for c in word)
        return mixed or not (word[1:].islower() or word.isupper() or len(word) == 1)
    if max(word) <= "\u024f":
        if len(word) == 1:
            return not _ALONE.match(word)
        if _HIGH_RUN.search(word):
            return True
        tail = word[1:]
        return not (tail.islower() or word.isupper() or sum(c.isupper() for c in tail) == 1)
    return False


def _unused(text: str) -> bool:
    """Tell whether many of the Han characters in a text are ones that nobody uses.

    Bytes read in pairs give such; the 11,000 characters of these two sets are what texts use. One
    may be a rare name.
    """
    han = [c for c in text if "\u3400" <= c <= "\u9fff" or c > "\uffff"]
    unused = sum(1 for c in han if not _in_set(c, "gb2312") and not _in_set(c, "big5"))
    return unused > max(1, 0.1 * len(han))
