"""Whose text it is: datelines and agency credits, taken off the text and kept as the origin.

Agency copy begins with where, when and who ("BEIJING, May 8 (Xinhua) --"), which is no part of the
first sentence, and which tells that two outlets print one text. The forms are data, one pattern a
house style; the names are data, so that an agency has one name in whatever language it is named.

A place in capitals before a dash is taken for a dateline only if a new sentence begins behind the
dash: "NATO — which has no office in Minsk — said" is a sentence itself. Nothing of a sentence is
ever cut off: where the pattern could be read as part of one, it does not match.
"""

import re
from dataclasses import dataclass

#: Canonical name -> how it is written in credits.
AGENCIES: dict[str, tuple[str, ...]] = {
    "Xinhua": (
        "Xinhua News Agency",
        "Xinhua",
        "新华社",
        "新華社",
        "新华网",
        "新华每日电讯",
        "Синьхуа",
    ),
    "China News Service": (
        "China News Service",
        "CNS",
        "ECNS",
        "中新社",
        "中新网",
        "中国新闻网",
        "中国新闻社",
    ),
    "CCTV": ("CCTV", "央视网", "央视新闻", "央视"),
    "CGTN": ("CGTN",),
    "People's Daily": ("People's Daily", "人民日报", "人民网", "Жэньминь жибао"),
    "Global Times": ("Global Times", "环球时报", "环球网"),
    "The Paper": ("澎湃新闻",),
    "China Daily": ("China Daily", "中国日报网", "中国日报"),
    "China Radio International": ("CRI Online", "国际在线"),
    "China.org.cn": ("China.org.cn", "中国网"),
    "Guancha": ("观察者网",),
    "Haiwai Net": ("海外网",),
    "China National Radio": ("央广网",),
    "Central News Agency": ("中央社",),
    "Reference News": ("参考消息网", "参考消息"),
    "TASS": ("TASS", "ТАСС", "ИТАР-ТАСС", "塔斯社"),
    "RIA Novosti": ("RIA Novosti", "RIA", "РИА Новости", "俄新社"),
    "Interfax": ("Interfax", "INTERFAX.RU", "Интерфакс", "国际文传电讯社"),
    "Sputnik": ("Sputnik", "俄罗斯卫星通讯社", "卫星通讯社"),
    "Regnum": ("REGNUM", "ИА Регнум", "ИА REGNUM"),
    "FederalPress": ("ФедералПресс",),
    "Kommersant": ("Kommersant", "Коммерсантъ"),
    "RBC": ("RBC", "РБК"),
    "Reuters": ("Thomson Reuters", "Reuters", "路透社", "路透", "Рейтер"),
    "AP": ("The Associated Press", "Associated Press", "AP", "美联社"),
    "AFP": ("Agence France-Presse", "AFP", "法新社"),
    "Bloomberg": ("Bloomberg News", "Bloomberg", "彭博社"),
    "CNN": ("CNN",),
    "BBC": ("BBC News", "BBC"),
    "UPI": ("UPI",),
    "dpa": ("dpa", "德新社"),
    "Kyodo": ("Kyodo News", "Kyodo", "共同社"),
    "Yonhap": ("Yonhap", "韩联社"),
    "Anadolu": ("Anadolu Agency", "Anadolu", "AA"),
    "ANI": ("ANI",),
    "PTI": ("PTI",),
    "EFE": ("EFE", "EFE-EPA"),
    "Ukrinform": ("Ukrinform", "Укринформ"),
    "KCNA": ("KCNA", "朝中社"),
}

_NAMES = {alias.casefold(): name for name, aliases in AGENCIES.items() for alias in aliases}
#: Russian names stand in capitals, too, in datelines that do.
_ALIASES = {alias for aliases in AGENCIES.values() for alias in aliases}
_ALIASES |= {alias.upper() for alias in _ALIASES if re.match("[А-Я]", alias)}
_ANY = "|".join(re.escape(alias) for alias in sorted(_ALIASES, key=lambda a: (-len(a), a)))
_CITY = r"[A-Z][A-Z.'’\-]+(?:[ /][A-Z][A-Z.'’\-]+){0,3}(?:, [A-Z][A-Za-z.'’\- ]{1,20})?"
#: A place in small letters, believed only before an agency in brackets and a dash.
_PLACE = r"[A-Z][\w.'’\-]+(?:[ /][A-Z][\w.'’\-]+){0,2}(?:, [A-Z][A-Za-z. ]{1,20})?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY_EN = (
    rf"(?:{_MONTH}[a-z]*\.? \d{{1,2}}|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}[a-z]*)(?:,? \d{{4}})?"
)
_DAY_RU = (
    r"\d{1,2} (?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-я]*"
    r"(?: \d{4}(?: г\.?| года)?)?"
)
_CITY_RU = r"[А-ЯЁ][А-ЯЁа-яё\-]+(?:[ /][А-ЯЁ][А-ЯЁа-яё\-]+){0,2}"
_DASH = r"\s*(?:--|[-–—])\s*"
#: Words in capitals that begin sentences before a dash, and are no places.
_NOT_PLACES = (
    r"(?!(?:ASEAN|BRICS|AUKUS|UNESCO|UNICEF|UNHCR|EAEU|CSTO|OPEC|NATO|IAEA|TASS|HUAWEI)\b)"
)
#: An agency that is not listed, in brackets or slashes between a place and a dash.
_OTHER = r"[A-Z][A-Za-z.&' ]{1,25}"
#: "电" for "wired", and not the first half of "电话" (telephone) and the like.
_WIRE = "[电電](?![话視视話力影动動子商报報令贺賀邀台池信厂廠网網价價能器缆磁])"
#: "（记者张三）", "记者张三报道：", "题：" before what is a headline.
_REPORTER = (
    r"\s*(?:[（(][^（）()]{0,40}(?:记者|通讯员|記者)[^（）()]{0,40}[）)]"
    r"|(?:记者|記者)[\u4e00-\u9fff· 、]{2,16}?(?:报道|報道|報導)(?=[：:，,]))?"
    r"\s*(?:题(?=[：:]))?[：:，,]?\s*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """One house style of the words before an article's first sentence."""

    name: str
    #: Matched at the start of the first paragraph; what it matches is removed. The group "who"
    #: is the agency.
    pattern: re.Pattern[str]


def _rule(name: str, pattern: str) -> Dateline:
    return Dateline(name=name, pattern=re.compile(pattern))


DATELINES: tuple[Dateline, ...] = (
    # BEIJING, May 8 (Xinhua) --   WASHINGTON (AP) —   MOSCOW, Russia (CNN) --   (Reuters) -
    _rule(
        "agency in brackets",
        rf"(?:{_CITY}(?:,? {_DAY_EN})?|{_DAY_EN})?,? ?[(\[](?P<who>{_ANY})[)\]]"
        rf"(?:{_DASH}|\s*[.:]\s+)",
    ),
    # Moscow, May 8 (Interfax) -   Beijing (AP) —
    _rule(
        "place in small letters and agency in brackets",
        rf"{_PLACE}(?:[,.]? {_DAY_EN})? ?\((?P<who>{_ANY})\){_DASH}(?=[A-Z“\"‘'])",
    ),
    # TASS, May 8.   ТАСС, 8 мая.
    _rule("agency and date", rf"(?P<who>{_ANY}), (?:{_DAY_EN}|{_DAY_RU})\.\s+(?=[A-ZА-ЯЁ“\"«])"),
    # /TASS/.   /ТАСС/.
    _rule("agency in slashes alone", rf"/(?P<who>{_ANY})/\.?(?:{_DASH})?\s*(?=[A-ZА-ЯЁ“\"«])"),
    # LANCASTER (CBSLA) —   CHICAGO, May 8, 2025 /PRNewswire/ --
    _rule(
        "other agency",
        rf"{_CITY}(?:,? {_DAY_EN})? ?(?:\((?P<who>{_OTHER})\)|/(?P<who2>{_OTHER})/)"
        r"\s*(?:--|[–—])\s*",
    ),
    # (CNN) The   Boston (CNN)The   Paris (CNN) -- A
    _rule(
        "place and CNN",
        r"(?:[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}(?:, [A-Z][A-Za-z. ]{1,20})? ?)?\((?P<who>CNN)\)"
        rf"(?:{_DASH})?\s*(?=[A-Z“\"‘'])",
    ),
    # MOSCOW, May 8. /TASS/.
    _rule(
        "agency in slashes",
        rf"{_CITY},? ?(?:{_DAY_EN})?(?:\. ?| )/(?P<who>{_ANY})/\.?(?:{_DASH})?\s*",
    ),
    # MOSCOW, Dec 1 - RIA Novosti.
    _rule("agency after a dash", rf"{_CITY},? {_DAY_EN},?{_DASH}(?P<who>{_ANY})\.\s+"),
    # MOSCOW, May 8 —
    _rule("place and date", rf"{_CITY}, {_DAY_EN}{_DASH}(?=\S)"),
    # NEW DELHI — Officials. A word in mid-sentence has a small letter behind the dash.
    _rule(
        "place alone",
        rf"{_NOT_PLACES}[A-Z][A-Z.'’/ ]{{3,30}}(?:, [A-Z][A-Za-z.]{{1,12}})?\s*(?:--|[–—])\s*"
        "(?=[A-Z“\"‘'])",
    ),
    # МОСКВА, 8 мая. /ТАСС/.   ПЕКИН, 8 мая /Синьхуа/ --   МОСКВА, 8 мая (Рейтер) -
    _rule(
        "agency in slashes or brackets, Russian",
        rf"{_CITY_RU}[,.] ?{_DAY_RU}\.? ?(?:/(?P<who>{_ANY})/|[(\[](?P<who2>{_ANY})[)\]])"
        rf"\.?(?:{_DASH})?\s*",
    ),
    # МОСКВА, 8 мая — РИА Новости.   Москва. 8 мая. INTERFAX.RU -
    _rule(
        "agency after a dash, Russian",
        rf"{_CITY_RU}[,.] ?{_DAY_RU}(?:{_DASH}|[.,] ?)(?P<who>{_ANY})"
        rf"(?:, [А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё\-]+)?(?:\.\s+|{_DASH})",
    ),
    # РИА Новости.
    _rule("agency alone, Russian", r"(?P<who>РИА Новости|ТАСС|Интерфакс)\.\s+(?=[А-ЯЁ«])"),
    # МОСКВА, 8 мая. /Восточный вестник/.   МОСКВА, 8 мая. /Корр. ТАСС Иван Иванов/.
    _rule(
        "other agency, Russian",
        rf"[А-ЯЁ][А-ЯЁ \-]{{2,30}}, {_DAY_RU}\.? ?/(?P<who>[А-ЯЁA-Z][\w .,-]{{1,40}})/"
        rf"\.?(?:{_DASH})?\s*",
    ),
    # МОСКВА, 8 мая.
    _rule(
        "place and date, Russian",
        rf"[А-ЯЁ][А-ЯЁ \-]{{2,30}}, {_DAY_RU}(?:\.\s+|{_DASH})(?=[А-ЯЁ«\"])",
    ),
    # 新华社北京5月8日电（记者张三）   中新网5月8日电   本报莫斯科5月8日讯
    _rule(
        "Chinese wire",
        rf"[（(【\[]?据?(?:(?P<who>{_ANY})|本报|本刊)\s*[\u4e00-\u9fff·]{{0,12}}?\s*"
        rf"(?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}日\s*(?:专?{_WIRE}|讯|消息)[）)】\]]?{_REPORTER}",
    ),
    # 北京5月8日电 without an agency: something must show that the line ends there.
    _rule(
        "Chinese wire without an agency",
        rf"[\u4e00-\u9fff·]{{2,8}}(?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}日专?{_WIRE}(?=[\s（(：:]){_REPORTER}",
    ),
    # 央视网消息：   参考消息网5月8日报道
    _rule(
        "Chinese outlet",
        rf"[（(【\[]?(?P<who>{_ANY})(?:\d{{1,2}}月\d{{1,2}}日(?:报道|消息)"
        r"|(?:消息|快?讯)(?=[：:，,\s]))"
        rf"[）)】\]]?{_REPORTER}",
    ),
    # 【环球时报记者 张三】   [环球时报特约记者 张三]
    # （中央社記者張三北京8日電）   （央视新闻客户端）
    _rule(
        "Chinese outlet in brackets",
        rf"(?:[【\[](?P<who>{_ANY})[^】\]]{{0,40}}[】\]]"
        rf"|[（(](?P<who2>{_ANY})(?:客户端|(?:记者|記者)[^（）()]{{0,30}})?[）)](?=[\u4e00-\u9fff“]))\s*",
    ),
)

#: A paragraph that is nothing but a credit, at the end or the beginning.
_CREDIT = re.compile(
    rf"[(（\[/]*\s*(?:(?:With (?:inputs|input|files|reporting) from|Source|Via|Credit)s?:?\s+"
    r"|©\s*|(?:--|[–—])\s*)?"
    rf"(?P<who>{_ANY})\s*[)）\]/]*\.?",
    re.IGNORECASE,
)

#: The same behind the last sentence of a text; Chinese papers by their names' last characters.
_TAIL = re.compile(
    rf"(?<=[.!?。！？…”\"»]) ?(?:Enditem|[(（/](?:(?:[来來]源[：:]\s*)?(?P<who>{_ANY})|完|end|ends|"
    r"(?:总台|本报|新华社)?(?:记者|記者)[^（）()]{2,30}|"
    r"(?P<paper>[\u4e00-\u9fff]{2,10}(?:报|社|网|周刊|新闻|电视台|杂志|客户端|报道)))[)）/])[.\"]?$",
    re.IGNORECASE,
)


def agency(text: str) -> str | None:
    """Return the one name of the agency that a credit names, or None."""
    return _NAMES.get(text.strip().casefold())


def without_dateline(paragraph: str) -> tuple[str, str | None]:
    """Return a first paragraph without its dateline, and the agency that it credits, if any."""
    for rule in DATELINES:
        found = rule.pattern.match(paragraph)
        if found and found.end() < len(paragraph):
            groups = found.groupdict()
            who = groups.get("who") or groups.get("who2")
            return paragraph[found.end() :], _known(who) if who else None
    return paragraph, None


def without_credit(paragraph: str) -> tuple[str, str | None]:
    """Return a last paragraph without the credit or end mark behind its last sentence.

    "…表示。（新华社）" and "… he said. (Reuters)" name an agency; "（完）" only ends the text.
    """
    found = _TAIL.search(paragraph)
    if not found or found.start() == 0:
        return paragraph, None
    return paragraph[: found.start()].rstrip(), agency(found["who"] or "") or found["paper"]


def _known(who: str) -> str:
    """Return the one name of an agency, also where its reporter stands beside it."""
    named = re.search(rf"(?<!\w)(?:{_ANY})(?!\w)", who)
    return agency(who) or (named and agency(named[0])) or who


def credit(paragraph: str) -> str | None:
    """Return the agency if the paragraph is nothing but its credit: "(Reuters)", "/ТАСС/"."""
    found = _CREDIT.fullmatch(paragraph)
    return agency(found["who"]) if found else None
