"""Title, date, address and source of a text, from what stands above it.

In order of trust: YAML front matter, header lines ("Title: …", "标题：…", "Дата: …"), a headline
line. Without a headline the title is the text's own first sentence, cut at a clause, and says so
(`title_given=False`): an invented title would be the one line of the brief that nobody wrote.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from feeds.dates import moment, sane
from feeds.normal import columns, line

#: Longest title cut from a sentence, in columns: 90 letters; 40 Chinese characters, which say more.
TITLE_MAX = 90
_TITLE_MAX_WIDE = 80
#: A clause shorter than this, in columns, is no title.
TITLE_MIN = 28
#: A first line longer than this, in columns, is no headline.
HEADLINE_MAX = 150

#: What a key of front matter or of a header line means, in our three languages.
_KEYS = {
    "title": "title headline 标题 题目 заголовок название",
    "date": (
        "date published pubdate publishdate publish_date publication_date date_published datetime "
        "created 日期 发布日期 发布时间 时间 发表时间 дата опубликовано"
    ),
    "url": (
        "url link address canonical permalink source_url original_url "
        "网址 链接 原文链接 ссылка адрес"
    ),
    "source": "source outlet publisher publication site 来源 媒体 出处 источник издание",
    "origin": "origin agency original_source credit 通讯社 агентство",
    "language": "language lang 语言 язык",
    "author": "author authors byline by 作者 记者 автор авторы",
    "other": "tags keywords section category categories topic 标签 关键词 栏目 теги рубрика",
}
_MEANING = {word: meaning for meaning, words in _KEYS.items() for word in words.split()}

_HEADER = re.compile(r"\s*\**([^\W\d_][\w \-]{1,24}?)\**\s*[:：]\s*\**\s*(\S.*)")
_FENCE = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_ADDRESS = re.compile(r"(?i)https?://[^\s<>\"']{3,2000}")
_FRONT_MAX = 20_000

_ENDS_SENTENCE = re.compile(r"[.。;；:：,，、][\"'”’»)）」』]*$")
_SENTENCE = re.compile(r"[。！？!?…]+[”’」』）]*|[.!?…]+[\"'”’»)]*(?=\s+[\"'“‘«(]?[A-ZА-ЯЁ0-9])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"])(?:[A-ZА-ЯЁ]|(?:[A-Za-z]\.)+[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Sen|Rep|Gov|St|"
    r"No|vs|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|г|гг|им|ул|тыс|млн|млрд|руб|проф|акад)$"
)
_CLAUSE = re.compile(r"[,;:，；：](?=\s|[\u3000-\u9fff]|$)|\s+[–—]\s+|\s+--\s+")
_PAIRS = (("“", "”"), ("«", "»"), ("「", "」"), ("《", "》"), ("(", ")"), ("（", "）"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an article beside its text; None where nothing said it."""

    title: str | None = None
    published: datetime | None = None
    url: str | None = None
    outlet: str | None = None
    origin: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = field(default=())

    def over(self, other: "Facts") -> "Facts":
        """Return these facts, with those of `other` where these say nothing."""
        return Facts(
            title=self.title or other.title,
            published=self.published or other.published,
            url=self.url or other.url,
            outlet=self.outlet or other.outlet,
            origin=self.origin or other.origin,
            language=self.language or other.language,
            authors=self.authors or other.authors,
        )


def front_matter(text: str, *, now: datetime) -> tuple[Facts, str]:
    """Return what the YAML between two lines of dashes says, and the text below it.

    A text without front matter is returned as it is. Front matter that is not YAML (a title with
    a colon in it is not) is read line by line instead.
    """
    found = _FENCE.match(text)
    if not found or len(found[1]) > _FRONT_MAX:
        return Facts(), text
    import yaml

    try:
        data = yaml.safe_load(found[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        data = None
    rest = text[found.end() :]
    if isinstance(data, Mapping):
        return _facts([(str(key), value) for key, value in data.items()], now=now), rest
    pairs = [(m[1], m[2]) for m in map(_HEADER.fullmatch, found[1].split("\n")) if m]
    return (_facts(pairs, now=now), rest) if pairs else (Facts(), text)


def header_lines(text: str, *, now: datetime) -> tuple[Facts, str]:
    """Return what lines such as "Date: …" at the top of a text say, and the text below them.

    They count only together: the first line must be one, and only known words are keys, so that
    a first sentence with a colon stays a sentence. One headline may stand above them.
    """
    lines = text.lstrip("\n").split("\n")
    pairs: list[tuple[str, Any]] = []
    above: list[str] = []
    at = 0
    while at < len(lines) and len(pairs) < 12:
        if lines[at].strip():
            found = _HEADER.fullmatch(lines[at])
            if found and _key(found[1]) and len(found[2]) <= 300:
                pairs.append((found[1], found[2].strip()))
            elif not pairs and not above and headline([lines[at].strip(), " "]):
                above.append(lines[at])
            else:
                break
        at += 1
    # A lone "Source: …" or "By: …" is for the rules of furniture, which know where it may stand.
    meanings = {_key(key) for key, _ in pairs}
    if not meanings & {"title", "date", "url"}:
        return Facts(), text
    return _facts(pairs, now=now), "\n".join([*above, "", *lines[at:]]) if above else "\n".join(
        lines[at:]
    )


def headline(paragraphs: Sequence[str]) -> str | None:
    """Return the first paragraph if it is a headline: short, no sentence, and text below it."""
    if len(paragraphs) < 2:
        return None
    first = paragraphs[0]
    if columns(first) > HEADLINE_MAX or _ENDS_SENTENCE.search(first) or not _letters(first):
        return None
    if len(first.split()) > 24 or _SENTENCE.search(first, 0, len(first) - 1):
        return None
    return first


def shortened(text: str) -> str:
    """Return the first sentence of a text as a title, cut at a clause, with "…" if cut.

    At most 90 letters or 40 Chinese characters.
    """
    sentence = first_sentence(line(text))
    widest = TITLE_MAX if columns(sentence) < 1.5 * len(sentence) else _TITLE_MAX_WIDE
    if columns(sentence) <= widest:
        return re.sub(r"(?<=[^.。])[.。]$", "", sentence)
    cut = 0
    for found in _CLAUSE.finditer(sentence):
        if columns(sentence[: found.start()]) > widest - 1:
            break
        if columns(sentence[: found.start()]) >= TITLE_MIN and _closed(sentence[: found.start()]):
            cut = found.start()
    if not cut:
        cut = _fitting(sentence, widest)
    return sentence[:cut].rstrip(" ,;:，；：、–—-") + "…"


def first_sentence(text: str) -> str:
    """Return the first sentence of a line of text; all of it where none ends."""
    for found in _SENTENCE.finditer(text):
        if found[0][0] != "." or not _ABBREVIATION.search(text[: found.start()]):
            return text[: found.end()]
    return text


def address(text: str) -> str | None:
    """Return the http or https address that a text is, or None."""
    found = _ADDRESS.fullmatch(text.strip().strip("<>"))
    return found[0] if found else None


def _key(word: str) -> str | None:
    return _MEANING.get(word.strip().casefold().replace(" ", "_").replace("-", "_"))


def _facts(pairs: Sequence[tuple[str, Any]], *, now: datetime) -> Facts:
    """Turn key-value pairs into facts; the first value of each meaning wins."""
    values: dict[str, Any] = {}
    for key, value in pairs:
        meaning = _key(key)
        if meaning and value is not None:
            values.setdefault(meaning, value)
    source = _text(values.get("source"))
    url = address(_text(values.get("url")) or "") or address(source or "")
    authors = values.get("author")
    return Facts(
        title=_text(values.get("title")),
        published=_date(values.get("date"), now=now),
        url=url,
        outlet=None if source and address(source) else source,
        origin=_text(values.get("origin")),
        language=_language(_text(values.get("language"))),
        authors=tuple(
            name for name in map(_text, authors if isinstance(authors, list) else [authors]) if name
        ),
    )


def _text(value: Any) -> str | None:
    """Return a scalar as one line; None for what is empty, a list, or absurdly long."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    return line(str(value).strip().strip("\"'")[:1000]) or None


def _date(value: Any, *, now: datetime) -> datetime | None:
    # YAML reads dates by itself, those with a zone converted to UTC.
    if isinstance(value, datetime):
        return sane(value, now=now)
    if isinstance(value, date):
        return moment(value.isoformat(), now=now)
    text = _text(value)
    return moment(text, now=now) if text else None


def _language(text: str | None) -> str | None:
    found = re.match(r"([A-Za-z]{2})(?:[-_]|$)", text or "")
    return found[1].lower() if found else None


def _letters(text: str) -> bool:
    return any(c.isalpha() for c in text)


def _closed(text: str) -> bool:
    """Tell whether every quotation and bracket that opens also closes."""
    return all(text.count(a) == text.count(b) for a, b in _PAIRS) and text.count('"') % 2 == 0


def _fitting(sentence: str, widest: int) -> int:
    """Return where to cut a sentence without clauses: the last blank that fits, or anywhere."""
    end = min(len(sentence), widest)
    while columns(sentence[:end]) > widest - 1:
        end -= 1
    blank = sentence.rfind(" ", 0, end + 1)
    return blank if blank > end // 2 else end
