"""Title, date, address and source of a text, from what stands above it.

In order of trust: YAML front matter, header lines ("Title: …", "标题：…", "Дата: …"), a headline
line. Without a headline the title is the text's own first sentence, cut at a clause, and says so
(`title_given=False`): an invented title would be the one line of the brief that nobody wrote.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from feeds.dates import moment, sane
from feeds.heads import head
from feeds.normal import columns, line

if TYPE_CHECKING:
    import yaml

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
_RULE = re.compile(r"---[ \t]*")
#: A line that begins as one of front matter.
_KEY = re.compile(r"[\w-]{1,40}(?: [\w-]{1,40}){0,2}\s*:(?:\s|$)")
#: What YAML says of a value with a colon in it.
_COLON = "mapping values are not allowed"

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
    #: What is wrong with the place where these facts stand, in words for the operator.
    fault: str | None = None

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
            fault=self.fault or other.fault,
        )


def front_matter(text: str, *, now: datetime) -> tuple[Facts, str]:
    """Return what the YAML between two lines of dashes says, and the text below it.

    A text without front matter is returned as it is. Front matter that is broken is read line by
    line as far as that goes; none of its lines is left in the text, and `Facts.fault` says what is
    wrong. A value with a colon in it ("title: Talks: day two") is no YAML either, but nothing is
    lost by it, and it is no fault.
    """
    found = _FENCE.match(text)
    if not found:
        return _unclosed(text, now=now)
    if len(found[1]) > _FRONT_MAX:
        return Facts(), text
    import yaml

    rest, above = text[found.end() :], text[: found.start(1)].count("\n")
    rows = [(at, row) for at, row in enumerate(found[1].split("\n"), 1) if row.strip()]
    fault: str | None = None
    try:
        data = yaml.safe_load(found[1])
    except yaml.MarkedYAMLError as exc:
        data, fault = None, _yaml_fault(exc, above=above)
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        # A date such as 2026-13-40, or nesting without end.
        row = next(filter(None, (_unreadable(row) and at for at, row in rows)), None)
        where = f"line {row + above}: " if row else ""
        data, fault = None, f"has front matter that cannot be read ({where}{line(str(exc))[:120]})"
    if isinstance(data, Mapping):
        return _facts([(str(key), value) for key, value in data.items()], now=now), rest
    pairs = _pairs([row for _, row in rows])
    if fault is None:
        return (_facts(pairs, now=now), rest) if pairs else (Facts(), text)
    if not rows or not _KEY.match(rows[0][1]):
        # Two rules with text between them.
        return Facts(), text
    whole = _COLON in fault and all(_HEADER.fullmatch(row) for _, row in rows)
    return replace(_facts(pairs, now=now), fault=None if whole else fault), rest


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
            several = head(lines[at].strip()) if found and _key(found[1]) else None
            if several:
                # A date with a zone in words, or "Date: … Source: …" in one line.
                pairs += [("date", several.date), ("origin", several.origin)]
            elif found and _key(found[1]) and len(found[2]) <= 300:
                pairs.append((found[1], found[2].strip()))
            elif not pairs and not above and headline([lines[at].strip(), " "]):
                above.append(lines[at])
            else:
                break
        at += 1
    # A lone "Source: …" or "By: …" is for the rules of furniture, which know where it may stand.
    meanings = {_key(key) for key, value in pairs if value}
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


def _unclosed(text: str, *, now: datetime) -> tuple[Facts, str]:
    """Return what front matter says whose end is missing, and the text behind its lines.

    It is believed to be some only if its first line has a key that is known.
    """
    lines = text.lstrip().split("\n", 500)
    first = _HEADER.fullmatch(lines[1]) if len(lines) > 1 and _RULE.fullmatch(lines[0]) else None
    if not first or not _key(first[1]):
        return Facts(), text
    end = 2
    while end < len(lines) and (_KEY.match(lines[end]) or re.match(r"[ \t]+\S|- ", lines[end])):
        end += 1
    at = text[: len(text) - len(text.lstrip())].count("\n") + 1
    fault = f"has front matter without an end (line {at}): put a line of three dashes below it"
    return replace(_facts(_pairs(lines[1:end]), now=now), fault=fault), "\n".join(lines[end:])


def _pairs(rows: Sequence[str]) -> list[tuple[str, Any]]:
    """Return the keys and values of lines; values that only YAML understands are left out."""
    found = (_HEADER.fullmatch(row) for row in rows)
    return [(m[1], m[2]) for m in found if m and m[2][0] not in "[{&*|>!%@`"]


def _unreadable(row: str) -> bool:
    """Tell whether a line of front matter alone holds a value that cannot be one: 2026-13-40."""
    import yaml

    try:
        yaml.safe_load(row)
    except yaml.YAMLError:
        return False
    except ValueError:
        return True
    return False


def _yaml_fault(exc: "yaml.MarkedYAMLError", *, above: int) -> str:
    """Return what is wrong with front matter, and in which line of the file.

    above: lines of the file above it.
    """
    context = exc.context or ""
    mark, words = exc.problem_mark, line(exc.problem or "it is no YAML")[:120]
    if "quoted scalar" in context:
        # Where it began says more than where the search for its end was given up.
        mark, words = exc.context_mark or mark, "a quotation mark is not closed"
    elif "flow sequence" in context or "flow mapping" in context:
        mark, words = exc.context_mark or mark, "a bracket is not closed"
    elif "'\\t'" in words:
        words = "a tab stands where blanks are wanted"
    elif "cannot start any token" in words:
        words = f"{words}; put the value into quotation marks"
    where = f"line {mark.line + 1 + above}: " if mark else ""
    return f"has front matter that is not YAML ({where}{words}); what it says may be lost"


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
