"""Head lines: "2026年11月19日 08:30 来源：…", "18.11.2026 | ТАСС", "Published 19 November 2026".

Pages and saved articles say in one line, above the text or below it, when it was published, whose
it is and who wrote it. Such a line is no sentence of the article, and says what nothing else does.

Choice: a line is read field by field (a date, a label with what it names, the name of an agency, a
counter), and is a head line only if *all* of it is fields. So a sentence that merely begins with a
date, or has a colon in it, is none: its rest is no field. Labels and forms of dates are data, by
language; the patterns of names are narrow, and where a name could be words of a sentence (small
letters, marks, more than six words) the line is left. Rejected: cutting the date off the front of
a paragraph (it eats the first words of "18 ноября 2026 года стороны подписали…").

A line without any label (a lone date, a date and an agency) may also be a crosshead of a
chronicle: it counts only above the first sentence (`Head.labelled`; `feeds.furniture` decides).
"""

import re
from dataclasses import dataclass

from feeds.agencies import agency

#: Longer lines are no head lines.
MAX = 240

#: Labels by what they name, then by language. Case does not count; a colon stands behind them,
#: which only those of dates may lack.
LABELS = {
    "published": {
        "zh": "发布时间 发布日期 发表时间 发表日期 发布于 发表于 日期 时间",
        "ru": "опубликовано|дата публикации|время публикации|дата|размещено",
        "en": "first published|published on|published at|published|posted on|posted|date",
    },
    "updated": {
        "zh": "更新时间 更新日期 更新于 最后更新",
        "ru": "обновлено|дата обновления|изменено",
        "en": "last updated|updated on|updated at|updated|last modified|modified",
    },
    "origin": {
        "zh": "文章来源 原文来源 新闻来源 信息来源 消息来源 稿件来源 稿源 来源 出处 转自",
        "ru": "источник|первоисточник|источник текста",
        "en": "original source|source",
    },
    "person": {
        "zh": "作者 记者 本报记者 特约记者 通讯员 责任编辑 责编 编辑 编译 撰稿 撰文 校对 编审 审核 "
        "主编 初审 复审 终审 监制 图 摄影 文",
        "ru": "авторы|автор текста|автор|текст|корреспондент|редакторы|редактор|подготовила|"
        "подготовил|фотографии|фото|иллюстрация|перевод",
        "en": "authors|author|written by|by|reporters|reporter|editors|editor|photos|photo|"
        "photographer|translator",
    },
    "counter": {
        "zh": "阅读量 阅读数 阅读 浏览量 浏览次数 浏览 点击量 点击数 点击 评论",
        "ru": "просмотров|просмотры|комментариев|комментарии",
        "en": "views|reads|comments",
    },
}

_MONTH_EN = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?"
)
_MONTH_RU = (
    r"(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|"
    r"янв|фев|мар|апр|июн|июл|авг|сент|сен|окт|нояб|ноя|дек)\b\.?"
)
_WEEKDAY = (
    r"(?:(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?|понедельник|вторник|"
    r"среда|четверг|пятница|суббота|воскресенье|пн|вт|ср|чт|пт|сб|вс)\b[.,]?\s*)"
)
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)?(?:\s?[ap]\.?m\b\.?)?"
_CLOCK_ZH = r"(?:[01]?\d|2[0-3])[时點点][0-5]?\d分"
_DAYS = (
    rf"{_YEAR}\s?年\s?(?:1[0-2]|0?[1-9])\s?月\s?{_DAY}\s?日"
    r"(?:\s?[(（]?(?:星期|周)[一二三四五六日天][)）]?)?",
    rf"{_YEAR}([-/.])(?:1[0-2]|0?[1-9])\1{_DAY}(?!\d)",
    rf"{_WEEKDAY}?{_DAY}\.(?:1[0-2]|0?[1-9])\.{_YEAR}(?!\d)(?:\s?г\.)?",
    rf"{_WEEKDAY}?{_DAY} {_MONTH_RU},? {_YEAR}(?!\d)(?:\s?(?:года|г\.|г\b))?",
    rf"{_WEEKDAY}?{_DAY}(?:st|nd|rd|th)? {_MONTH_EN},? {_YEAR}(?!\d)",
    rf"{_WEEKDAY}?{_MONTH_EN} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}(?!\d)",
)
#: Words for a zone -> what `feeds.dates` reads.
_ZONE_WORDS = {"北京时间": "+08:00", "по московскому времени": "+03:00", "по москве": "+03:00"}
_ZONE = (
    rf"[(（]?(?:{'|'.join(_ZONE_WORDS)}|(?:UTC|GMT)?\s?[+-]\d{{1,2}}(?::?\d\d)?|"
    r"(?:UTC|GMT|MSK|МСК|EST|EDT|CST|CET|CEST|BST|PST|PDT|HKT|JST|SGT|IST)\b)[)）]?"
)


def _any(meaning: str) -> str:
    """Return the labels of one meaning as a pattern, the longest first."""
    words = [
        word
        for language, listed in LABELS[meaning].items()
        for word in re.split(r"\s+" if language == "zh" else r"\|", listed)
    ]
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


_COLON = r"\s?[:：]\s?"
_BEFORE_CLOCK = r"(?:\s?[,，T|]\s?|\s?(?:at|в)\s|\s|\s?[–—-]\s|(?<=日))"
_DAY_RE = "|".join(_DAYS).replace("([-/.])", "(?P<mark>[-/.])").replace(r"\1", "(?P=mark)")
_WHEN_RE = re.compile(
    rf"(?:(?P<label>{_any('published')}|(?P<later>{_any('updated')}))(?:{_COLON}|\s|(?=\d)))?"
    rf"(?P<zone_before>北京时间)?\s?(?:(?P<clock_before>{_CLOCK})[,，]?\s)?(?P<day>{_DAY_RE})"
    rf"(?:{_BEFORE_CLOCK}(?P<clock>{_CLOCK_ZH}|{_CLOCK})(?:\s?(?P<zone>{_ZONE}))?)?",
    re.IGNORECASE,
)
_LABEL = "|".join(_any(meaning) for meaning in LABELS)
#: Where a name ends: at the line's end, a mark between fields, another label, or a date.
_END = (
    rf"(?=\s*(?:$|[|｜•;；()（）【】\[\]]|\s·)|[\s,，.]+(?:(?i:{_LABEL}){_COLON}|"
    rf"{_YEAR}\s?[年/.-]|{_DAY}(?:\.\d| {_MONTH_RU}| {_MONTH_EN})|{_MONTH_EN} {_DAY}))"
)
#: A word of a name: with a capital or a digit, an address of the web, or one that stands in names.
_WORD = (
    r"(?:[«“\"]?(?:[A-ZА-ЯЁ0-9][\w.'’&+-]*|[a-z0-9][\w-]*(?:\.[a-z][\w-]*)+/?|(?:of|the|and|for|de|"
    r"la|и|по|сайт|газета|агентство|канал|служба|пресс-служба|портал|журнал|телеканал|радио)\b)"
    r"[»”\"]?)"
)
NAMES = rf"(?:[«“\"][^«»“”\"]{{2,50}}[»”\"]|{_WORD}(?:(?:,? | ?/ ?){_WORD}){{0,5}}?)"
#: Of a medium: one word with a Chinese character in it. Of people: short words.
_NAME_ZH = r"(?!据)(?=[A-Za-z0-9]{0,12}[\u4e00-\u9fff])[\u4e00-\u9fffA-Za-z0-9·.“”《》「」-]{2,20}"
_PERSON_ZH = (
    rf"(?!(?:{_LABEL}){_COLON})"
    r"(?:[\u4e00-\u9fff]{2,5}|[\u4e00-\u9fff]{1,7}·[\u4e00-\u9fff·]{1,9})"
)
_NAMED_RE = re.compile(
    rf"(?:(?i:{_any('origin')}){_COLON}(?P<origin>{NAMES}|{_NAME_ZH})"
    rf"|(?i:{_any('person')}){_COLON}(?:{NAMES}|{_PERSON_ZH}(?:[\s、，,/]{{1,2}}{_PERSON_ZH}){{0,4}}?)"
    rf"|By {NAMES}){_END}"
)
_COUNTER_RE = re.compile(
    rf"(?:{_any('counter')}){_COLON}[\d,.]+(?:\s\d{{3}}\b)*(?:\s?[万次条])?|字号{_COLON}(?:[大中小]\s?){{1,2}}[大中小]"
    r"|[\d,.]+\s?(?:просмотр(?:а|ов)?|views?|次阅读|次浏览)\b",
    re.IGNORECASE,
)
#: A name without a label, up to a mark between fields: of an agency that is known, or none.
_BARE_RE = re.compile(r"[^|｜•·,，;；()（）:：]{2,40}?(?=\s*(?:$|[|｜•·,，;；]))")
_BETWEEN_RE = re.compile(r"[\s|｜•·,，;；/—–()（）【】\[\]-]*")
_OPEN, _CLOSE = "(（【[", ")）】]"
_POSSIBLE = re.compile(rf"{_YEAR}|[:：]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a head line says."""

    #: When it was published, else updated, as `feeds.dates.moment` reads it.
    date: str | None = None
    #: Whose text it is: an agency by its one name, another as written.
    origin: str | None = None
    #: True where something says what the fields are.
    labelled: bool = False
    #: True where it says nothing but dates.
    dates_only: bool = False
    #: How many fields there are.
    fields: int


def head(line: str) -> Head | None:
    """Return what a line says if it is a head line; None for every other line.

    line: normalised.
    """
    if len(line) > MAX or not _POSSIBLE.search(line):
        return None
    at = _BETWEEN_RE.match(line).end()  # type: ignore[union-attr]  # it matches nothing, too
    published = updated = None
    origin = ""
    labelled, fields, dates = False, 0, 0
    while at < len(line):
        if found := _WHEN_RE.match(line, at):
            dates += 1
            labelled |= found["label"] is not None
            if found["later"]:
                updated = updated or _written(found)
            else:
                published = published or _written(found)
        elif found := _NAMED_RE.match(line, at):
            labelled = True
            origin = origin or (found["origin"] or "").strip(" ,/.")
        elif found := _COUNTER_RE.match(line, at):
            pass
        elif (found := _BARE_RE.match(line, at)) and agency(found[0]):
            origin = origin or found[0]
        else:
            return None
        fields += 1
        between = _BETWEEN_RE.match(line, found.end())
        at = between.end() if between else found.end()
        if between and not between[0] and at < len(line):
            # Fields that nothing divides are none: "2026年11月19日两国外长…".
            return None
    # One label alone, as in "Source: …", is for the rules of furniture, which know more of it.
    if (not dates and (not labelled or fields < 2)) or not _closed(line):
        return None
    return Head(
        date=published or updated,
        origin=(agency(origin) or origin) if origin else None,
        labelled=labelled,
        dates_only=dates == fields,
        fields=fields,
    )


def _written(found: re.Match[str]) -> str:
    """Return a date with its time and zone in the order that `feeds.dates` reads."""
    day = re.sub(r"\s?[(（]?(?:星期|周)[一二三四五六日天][)）]?$", "", found["day"])
    day = re.sub(rf"^{_WEEKDAY}", "", day, flags=re.IGNORECASE)
    day = re.sub(r"\s?(?:года|г\.|г)$", "", day)
    chinese = re.fullmatch(r"(\d{4})\s?年\s?(\d\d?)\s?月\s?(\d\d?)\s?日", day)
    if chinese:
        day = f"{chinese[1]}-{int(chinese[2]):02}-{int(chinese[3]):02}"
    clock = (found["clock"] or found["clock_before"] or "").replace("：", ":")
    clock = re.sub(r"^(\d{1,2})[时點点](\d{1,2})分$", r"\1:\2", clock)
    if re.fullmatch(r"\d:\d\d(?::\d\d)?", clock):
        clock = f"0{clock}"
    zone = found["zone"] or found["zone_before"] or ""
    zone = zone.strip("()（）")
    zone = _ZONE_WORDS.get(zone.lower(), zone)
    return " ".join(part for part in (day, clock, zone if clock else "") if part)


def _closed(line: str) -> bool:
    """Tell whether as many brackets open as close."""
    return sum(map(line.count, _OPEN)) == sum(map(line.count, _CLOSE))
