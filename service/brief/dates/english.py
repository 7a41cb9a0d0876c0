"""Dates of events in English sentences."""

import re
from collections.abc import Iterator

from service.brief.dates.mention import Mention, Tense

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_M = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|"
    r"Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_W = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_D = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s(?P<year>(?:19|20)\d\d)|,?\s(?P<rel>this|last|next)\syear)?"
_TO = r"(?:\s?[-–—]\s?|\s(?:to|through)\s)"
#: "and" makes a range only behind "between": "on 9 and 12 May" are two days.
_BETWEEN = r"(?<=\b[Bb]etween\s)"

_DATES = (
    re.compile(rf"\b(?P<d>{_D})\s(?:of\s)?(?P<m>{_M}){_TO}(?P<d2>{_D})\s(?P<m2>{_M})\b{_YEAR}"),
    re.compile(rf"\b(?P<m>{_M})\s(?P<d>{_D}){_TO}(?P<m2>{_M})\s(?P<d2>{_D})\b{_YEAR}"),
    re.compile(rf"\b(?P<d>{_D}){_TO}(?P<d2>{_D})\s(?:of\s)?(?P<m>{_M})(?![\w]){_YEAR}"),
    re.compile(rf"\b(?P<m>{_M})\s(?P<d>{_D})(?:-|–|—|\sto\s|\sthrough\s)(?P<d2>{_D})\b{_YEAR}"),
    re.compile(rf"{_BETWEEN}(?P<d>{_D})\sand\s(?P<d2>{_D})\s(?P<m>{_M})(?!\w){_YEAR}"),
    re.compile(rf"{_BETWEEN}(?P<m>{_M})\s(?P<d>{_D})\sand\s(?P<d2>{_D})\b(?!\s{_M}){_YEAR}"),
    re.compile(rf"\b(?P<d>{_D})\s(?:of\s)?(?P<m>{_M})(?!\w){_YEAR}"),
    re.compile(rf"\b(?P<m>{_M})\s(?P<d>{_D})\b(?!\s?[%:]|[.,:]\d){_YEAR}"),
    re.compile(rf"\b(?P<m>{_M})(?:,|\sof)?\s(?P<year>(?:19|20)\d\d)\b"),
    re.compile(r"(?<=\b[Ii]n\s)(?:(?:early|mid|late)[\s-])?(?P<m>" + _M + r")(?!\w|\s\d)"),
)
_MONTH_ONLY = frozenset((8, 9))
_WEEKDAY = re.compile(
    rf"\b(?:(?P<which>this|last|next|coming)\s)?(?P<w>{_W})\b"
    r"(?:\s(?:of\s)?(?P<week>this|last|next)\sweek)?"
)
_SHIFT = re.compile(r"\b(?:(?P<y>[Yy]esterday)|(?P<t>[Tt]omorrow)|(?:earlier|later) today)\b")
#: What a sentence must hold to be looked at.
CANDIDATE = re.compile(rf"\d|{_W}|esterday|omorrow|today|\b[Ii]n\s(?:\w+[\s-])?{_M}\b")

_MONTH = re.compile(rf"\b{_M}")

#: Sentences that only suppose, deny or take back what they date.
_UNSURE = re.compile(
    r"\b(?:[Ii]f|[Uu]nless|could|might|may|would\shave|postpon\w+|cancel\w*|delayed|reschedul\w+|"
    r"call(?:ed)?\soff|originally|initially|(?:had\sbeen|was|were)\s(?:due|scheduled|planned|"
    r"supposed|expected|slated)|(?:did|does|do|will|would|has|have|had|was|were|is)\snot|"
    r"\w+n['’]t|never|[Bb]orn|rumou?red|speculat\w+|proposed?)\b"
)
_BEFORE_BAD = re.compile(
    r"(?:\b(?:[Ss]ince|[Uu]ntil|[Tt]ill?|[Bb]y|[Bb]efore|[Aa]fter|of|[Dd]ated|than|with|"
    r"[Tt]hrough|[Tt]he|[Aa]n?|[Ee]very|[Ee]ach|to|[Ff]ollowing|[Pp]ast|on\sthe|at|a(?:nd|s)\sof|"
    r"[Uu]p\sto|his|her|its|their|most)|['’]s?)\s$"
)
_OF_GOOD = re.compile(r"\b(?:morning|afternoon|evening|night|day)\sof\s$")
_ON = re.compile(r"\b[Oo]n\s(?:or\sabout\s)?(?:the\s(?:morning|afternoon|evening|night)\sof\s)?$")
_ON_LATE = re.compile(r"\b(?:[Oo]n\s|late\s(?:on\s)?|early\s(?:on\s)?)$")
_PLANNED = re.compile(r"\b(?:scheduled|set|planned|slated|due)\s(?:to\s\w+\s)?for\s$")
_FROM = re.compile(r"\b(?:[Ff]rom|[Bb]etween)\s$")
_STARTS = re.compile(r"\b(?:effect|force|begin|start|launch|open|apply|resum)\w*\s(?:[\w\s]*\s)?$")
_DOCUMENT = re.compile(
    r"\b(?:treaty|treaties|agreements?|statement|law|decree|order|deal|contract|resolution|"
    r"memorandum|pact|protocol|letter|report|declaration|communiqu[eé]|document|accord|article)s?,?"
    r"\s(?:signed|issued|reached|adopted|published|released|initialled|concluded|inked|posted|"
    r"(?:which|that)\s(?:was|were)\s\w+|they\s\w+|he\s\w+)\s(?:\w+\s\w+\s)?on\s$"
)
#: "since Trump took office in January 2017": the date is that of what came before.
_EARLIER = re.compile(
    r"\b(?:[Ss]ince|[Pp]rior\sto|[Bb]efore|[Uu]ntil|[Uu]nlike|[Cc]ompared|[Aa]head\sof)\b[^,;]{0,60}$"
)
_RELATIVE = re.compile(r"\b(?:which|that|who)\s(?:was|were)\s\w+\s(?:in\s\w+\s)?(?:on|in)\s$")
_DATELINE = re.compile(r"^[\W_]*[A-Z][A-Z .'/-]{2,}(?:\([^)]*\))?,?\s$|:\s$")
_AFTER_BAD = re.compile(
    r"['’]s?\b|\s?\((?:Xinhua|TASS|AP|AFP|Reuters|UPI|ANI|PTI)|\s?(?:--|/\w+/)|-\w|"
    r"\s(?:agreement|treaty|statement|law|parade|meeting|summit|deadline|visit|talks|edition|issue|"
    r"anniversary|celebrations?|referendum|elections?|attacks?|vote|celebration)\b"
)
#: What may follow a weekday that has no "on" before it: "arrived Thursday after …".
_BARE_AFTER = re.compile(
    r"[,.;]|$|\s(?:after|in|at|for|that|to|with|as|and|from|night|morning|afternoon|evening|on|when|"
    r"while|during|by|but|over|before|amid|against|following|where|about|afternoon)\b"
)
_BARE_BEFORE = re.compile(
    r"(?:\b[a-z]+ed|\b[a-z]*(?:said|told|met|held|began|left|won|went|came|"
    r"flew|gave|spoke|took|made|saw|led|sent|hit)|\bin\s(?:[A-Z][\w.]+\s)?[A-Z][\w.]+|\bpeople)\s$"
)
#: "When tomorrow becomes today", "for a better tomorrow": no day of the calendar.
_SUBJECT_AFTER = re.compile(r":|\s(?:is|was|becomes?|became|will|brings?|never|may|could|holds?)\b")
_SUBJECT_BEFORE = re.compile(r"\b(?:[Ww]hen|[Ww]here|[Ww]hat|better|brighter|new|for|about)\s$")
_ANNIVERSARY = re.compile(r"\banniversar", re.IGNORECASE)
_SAYING = re.compile(
    r"\b(?:said|says|told|added|stated|noted|wrote|tweeted|stressed|warned|argued|reported|"
    r"commented|insisted|claimed|posted|quoted)\b[^,;.]{0,60}$"
)

_TENSES = re.compile(
    r"(?P<unclear>\b(?:would|was\sto|were\sto|ahead\sof|hop(?:es|ed|ing)\sto|intended)\b(?:\s\w+)?)"
    r"|(?P<future>\b(?:will|shall|(?:is|are)\s(?:also\s|now\s)?(?:to|set|due|scheduled|slated|"
    r"expected|going|planned|planning|preparing|likely|about|poised|ready)|plans?\sto|planning\sto|"
    r"scheduled|set\sfor|due\sto|planned\sfor|slated|upcoming|"
    r"(?:takes?|enters?|comes?|goes|go)\s(?:in)?to?\s?(?:effect|force)|(?<!-)(?:begins|starts|opens|ends|"
    r"expires|resumes)|"
    r"(?:is|are)\s(?:visit|travel|arriv|head|meet|host|hold|leav|fly|return|attend|open)\w*ing)\b"
    r"(?:\s(?:to|not|also|then|be|have|jointly|again|begin|[a-z]+ly)\b){0,4}"
    r"(?:\s[a-z]+(?:ed|en|ld|id|nt))?)"
    r"|(?P<past>\b(?:(?!need|indeed|speed|hundred|feed|seed|exceed|proceed|succeed|breed|red\b)"
    r"[a-z]{2,}ed|said|says|tells|met|held|told|began|took|made|went|came|left|flew|gave|spoke|saw|became|was|"
    r"were|had|sent|won|lost|fell|rose|hit|led|ran|set\soff|struck|wrote|paid|sold|bought|brought|"
    r"broke|did|drew|grew|kept|laid|put|sat|stood|thanked|threw|withdrew|shot|cut|found|got|"
    r"been|taken|given|seen|overthrew|sank|swore)\b)"
)


def mentions(sentence: str) -> Iterator[Mention]:
    """Yield the expressions of a sentence that date its event, in no order."""
    if not CANDIDATE.search(sentence) or _UNSURE.search(sentence):
        return
    taken: list[tuple[int, int]] = []
    verbs = [(m.start(), m.end(), m.lastgroup) for m in _TENSES.finditer(sentence) if m.lastgroup]
    for index, pattern in enumerate(_DATES if _MONTH.search(sentence) else ()):
        for match in pattern.finditer(sentence):
            if any(a < match.end() and match.start() < b for a, b in taken):
                continue
            taken.append(match.span())
            found = _date(sentence, match, verbs, month_only=index in _MONTH_ONLY)
            if found is not None:
                yield found
    for match in _WEEKDAY.finditer(sentence):
        if not any(0 <= a - match.end() <= 4 or 0 <= match.start() - b <= 4 for a, b in taken):
            weekday = _weekday(sentence, match, verbs)
            if weekday is not None:
                yield weekday
    yield from _shifts(sentence)


def _shifts(sentence: str) -> Iterator[Mention]:
    """Yield "yesterday" and its like."""
    tenses: tuple[Tense, ...] = ("past", "unclear", "future")
    for match in _SHIFT.finditer(sentence):
        before, after = sentence[: match.start()], sentence[match.end() :]
        if _SUBJECT_AFTER.match(after) or _SUBJECT_BEFORE.search(before):
            continue
        if not _BEFORE_BAD.search(before) and not _AFTER_BAD.match(after):
            shift = -1 if match["y"] else 1 if match["t"] else 0
            yield Mention(
                start=match.start(),
                end=match.end(),
                tense=tenses[shift + 1],
                shift=shift,
                statement=_SAYING.search(before[-90:]) is not None,
            )


def _date(
    sentence: str, match: re.Match[str], verbs: list[tuple[int, int, str]], *, month_only: bool
) -> Mention | None:
    groups = match.groupdict()
    start, end = match.span()
    before, after = sentence[max(0, start - 90) : start], sentence[end:]
    weekday = None
    beside = re.search(rf"\b({_W}),?\s(?:the\s)?$", before)
    if beside:
        weekday = _DAYS.index(beside[1][:3].lower())
        start -= len(before) - beside.start()
        before = before[: beside.start()]
    ranged = bool(groups.get("d2"))
    if _AFTER_BAD.match(after) or _DATELINE.search(sentence[:start]):
        return None
    if _ANNIVERSARY.search(sentence[:start]) or _DOCUMENT.search(before):
        return None
    if (
        _EARLIER.search(before)
        or _RELATIVE.search(before)
        or not _introduced(before, after, month_only, ranged)
    ):
        return None
    first = groups.get("d")
    rel = groups.get("rel")
    return Mention(
        start=start,
        end=end,
        tense=_tense(verbs, start, end),
        month=_month(groups["m"]),
        day=_figure(first) if first else None,
        year=int(groups["year"]) if groups.get("year") else None,
        year_shift={"last": -1, "this": 0, "next": 1}[rel] if rel else None,
        until_day=_figure(groups["d2"]) if ranged else None,
        until_month=_month(groups["m2"]) if groups.get("m2") else None,
        weekday=weekday,
        statement=_SAYING.search(before) is not None,
    )


def _introduced(before: str, after: str, month_only: bool, ranged: bool) -> bool:
    """Whether the words around a date make it the date of the sentence's event."""
    if month_only:
        return re.search(r"\b[Ii]n\s(?:(?:early|mid|late)[\s-])?$", before) is not None
    if _ON.search(before) or _PLANNED.search(before):
        return True
    if _FROM.search(before):
        return ranged or _STARTS.search(before[: before.rstrip().rfind(" ") + 1]) is not None
    if _OF_GOOD.search(before):
        return True
    if not before.strip():
        return after.startswith((",", " saw "))
    if re.search(r"\bon\s[\w\s,]{3,40}\sand\s$", before):
        return True  # "on August 31 and September 1"
    return ranged and not _BEFORE_BAD.search(before) and before.endswith(" ")


def _weekday(
    sentence: str, match: re.Match[str], verbs: list[tuple[int, int, str]]
) -> Mention | None:
    start, end = match.span()
    before, after = sentence[:start], sentence[end:]
    if _AFTER_BAD.match(after) or _BEFORE_BAD.search(before[-20:]):
        return None
    which, week = match["which"], match["week"]
    if which in ("next", "coming") or _DOCUMENT.search(before) or _RELATIVE.search(before):
        return None
    if _EARLIER.search(before):
        return None
    introduced = _ON_LATE.search(before) or _PLANNED.search(before)
    if not introduced and not before.strip():
        introduced = re.match(r",|\s(?:morning|night|evening|afternoon),", after)
    if not introduced and (which or week or _BARE_BEFORE.search(before)):
        introduced = _BARE_AFTER.match(after)
    if not introduced:
        return None
    return Mention(
        start=start,
        end=end,
        tense=_tense(verbs, start, end),
        weekday=_DAYS.index(match["w"][:3].lower()),
        week={"last": -1, "this": 0, "next": 1}[week] if week else None,
        previous=which == "last",
        statement=_SAYING.search(before[-90:]) is not None,
    )


def _tense(verbs: list[tuple[int, int, str]], start: int, end: int) -> Tense:
    """Return the tense of the verb nearest before the expression, or else after it."""
    before = [kind for _, b, kind in verbs if b <= start + 1]
    after = [kind for a, _, kind in verbs if a >= end]
    kind = before[-1] if before else after[0] if after else "unclear"
    return kind  # type: ignore[return-value]


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _figure(day: str) -> int:
    return int(re.sub(r"\D", "", day))
