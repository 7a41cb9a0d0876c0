"""Dates of events in Chinese sentences."""

import re
from collections.abc import Iterator

from service.brief.dates.mention import Mention, Tense, number

_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_TO = r"\s?(?:至|到|—|–|-|~|～)\s?"
_YEAR = r"(?:(?P<year>(?:19|20)\d\d)\s?年|(?P<rel>今年|去年|明年))?"
_DATE = re.compile(
    rf"{_YEAR}\s?(?<![\d个前近])(?:(?P<m>{_N})\s?月|(?P<near>本月|上月|上个月|下月|下个月))\s?"
    rf"(?P<d>{_N})\s?[日号號]?(?:{_TO}(?:(?P<m2>{_N})\s?月\s?)?(?P<d2>{_N}))?\s?[日号號]"
)
_DAY = re.compile(
    rf"(?<![\d年月第每近约几数续连这那\-–—至到.、])(?P<d>\d{{1,2}})日?(?:{_TO}(?P<d2>\d{{1,2}}))?日"
)
_MONTH = re.compile(
    rf"{_YEAR}\s?(?<![\d个前近至到\-—–])(?P<m>{_N})月(?:份|初|中旬|下旬|上旬|底)?(?!\s?[\d一二三四五六七八九十至到\-—–])"
)
_WEEKDAY = re.compile(
    r"(?P<which>上上|上|下|本|这)?(?:个)?(?:周|週|星期|礼拜)(?P<w>[一二三四五六日天])(?![\d次年月个周至到])"
)
_SHIFT = re.compile(
    r"(?P<back2>前天)|(?P<back>昨[天日晚夜晨])|(?P<now>今[天日](?=上午|下午|早|晚|中午|凌晨)|今[晨晚])|"
    r"(?P<on>明[天日晚早晨])|(?P<on2>(?<![先之])后天)"
)
_SHIFTS = {"back2": -2, "back": -1, "now": 0, "on": 1, "on2": 2}
#: What a sentence must hold to be looked at.
CANDIDATE = re.compile(r"[日号號月昨今明]|周|週|星期|礼拜|[前后]天")

_UNSURE = re.compile(
    r"如果|若(?!干)|假如|一旦|可能|或将|或于|有望|推迟|延期|取消|改期|原定|原计划|本应|未能|没有|尚未|并未|传闻|出生|生于"
)
_BEFORE_BAD = re.compile(
    r"(?:截至|截止|截止到|直到|早在|此前|每|每年|每逢|早于|晚于|不迟于|持续到|"
    r"纪念[^，。]{0,4}|庆祝[^，。]{0,4}|[周週]年[^，。]{0,12}|至|到|距|距离|的|一|两|三|几)\s?$"
)
_FROM = re.compile(r"(?:自|从|由|自从)\s?$")
_SINCE = re.compile(r"[^，。；]{0,8}?(?:起|开始)")
_STARTS = re.compile(r"生效|实施|施行|执行|启动|启用|开通|运行|开放|恢复|实行|开始")
_AFTER_BAD = re.compile(
    r"[^，。；]{0,3}?(?:以来|之前|以前|之后|前(?![往来])|以后|内|期间)|后(?!天)|的|[讯电](?![话视力])|"
    r"[^，。；]{0,8}?(?:签署|签订|发布|通过|公布|颁布|达成|缔结|批准|发表|草签)的|(?:无|头条|俄罗斯)|"
    r"[是为](?!期)|(?:[间游均益程元])"
)
_FUTURE = re.compile(
    r"将(?![其他她它该两此这之])|拟(?=于|在|\d)|定于|预计|即将|预定|计划(?=于|在|\d)|准备于"
)
_SAYING = re.compile(
    r"[^，。；：]{0,40}?(?:表示|说|称|指出|强调|透露|告诉|认为|回应|写道|重申|获悉|了解到|报道|刊文|通报|讯)"
)
_CLAUSE = re.compile(r"[，。；：！？,;!?“”]")
_WEEKS = {"上上": -2, "上": -1, "本": 0, "这": 0, "下": 1}


def mentions(sentence: str) -> Iterator[Mention]:
    """Yield the expressions of a sentence that date its event, in no order."""
    if not CANDIDATE.search(sentence) or _UNSURE.search(sentence):
        return
    taken: list[tuple[int, int]] = []
    for pattern in (_DATE, _DAY, _MONTH):
        for match in pattern.finditer(sentence):
            if any(a < match.end() and match.start() < b for a, b in taken):
                continue
            taken.append(match.span())
            if _allowed(sentence, match) and not (pattern is _MONTH and _loose(sentence, match)):
                yield _date(sentence, match)
    for match in _WEEKDAY.finditer(sentence):
        near = any(0 <= a - match.end() <= 2 or 0 <= match.start() - b <= 2 for a, b in taken)
        if not near and _allowed(sentence, match):
            which = match["which"]
            yield Mention(
                start=match.start(),
                end=match.end(),
                tense=_tense(sentence, match),
                weekday="一二三四五六日".find(match["w"].replace("天", "日")),
                week=_WEEKS[which] if which else None,
                statement=_SAYING.match(sentence, match.end()) is not None,
            )
    for match in _SHIFT.finditer(sentence):
        if _allowed(sentence, match) and match.lastgroup:
            shift = _SHIFTS[match.lastgroup]
            yield Mention(
                start=match.start(),
                end=match.end(),
                tense="past" if shift < 0 else "future" if shift else "unclear",
                shift=shift,
                statement=_SAYING.match(sentence, match.end()) is not None,
            )


def _allowed(sentence: str, match: re.Match[str]) -> bool:
    """Whether the words around an expression make it the date of the sentence's event."""
    before = sentence[max(0, match.start() - 16) : match.start()]
    if _BEFORE_BAD.search(before) or _AFTER_BAD.match(sentence, match.end()):
        return False
    if _FROM.search(before):
        rest = sentence[match.end() : match.end() + 24]
        since = _SINCE.match(rest)
        return since is not None and _STARTS.search(rest) is not None
    return True


def _loose(sentence: str, match: re.Match[str]) -> bool:
    """Whether a month without a year stands where it may be no date, as in "这3月"."""
    if match["year"] or match["rel"]:
        return False
    before = sentence[: match.start()]
    return bool(before) and before[-1] not in "，。于在；"


def _date(sentence: str, match: re.Match[str]) -> Mention:
    groups = match.groupdict()
    near = groups.get("near")
    rel = groups.get("rel")
    shift = {"本": 0, "上": -1, "下": 1}[near[0]] if near else None
    return Mention(
        start=match.start(),
        end=match.end(),
        tense=_tense(sentence, match),
        month=number(groups["m"]) if groups.get("m") else None,
        month_shift=shift,
        day=number(groups["d"]) if groups.get("d") else None,
        year=int(groups["year"]) if groups.get("year") else None,
        year_shift={"今": 0, "去": -1, "明": 1}[rel[0]] if rel else None,
        until_day=number(groups["d2"]) if groups.get("d2") else None,
        until_month=number(groups["m2"]) if groups.get("m2") else None,
        statement=_SAYING.match(sentence, match.end()) is not None,
    )


def _tense(sentence: str, match: re.Match[str]) -> Tense:
    """Return "future" where a word of the clause says so, else "past": Chinese has no more."""
    start = 0
    for mark in _CLAUSE.finditer(sentence, 0, match.start()):
        start = mark.end()
    end = len(sentence)
    for mark in _CLAUSE.finditer(sentence, match.end()):
        # "11月12日，" is no clause yet; the verb comes in the next.
        if mark.start() - match.end() > 2:
            end = mark.start()
            break
    saying = _SAYING.match(sentence, match.end())
    if saying is not None:
        end = min(end, saying.end())
    return "future" if _FUTURE.search(sentence, start, end) else "past"
