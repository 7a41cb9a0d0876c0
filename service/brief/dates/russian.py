"""Dates of events in Russian sentences."""

import re
from collections.abc import Iterator

from service.brief.dates.mention import Mention, Tense

_GENITIVE = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
_LOCATIVE = (
    *("январе", "феврале", "марте", "апреле", "мае", "июне"),
    *("июле", "августе", "сентябре", "октябре", "ноябре", "декабре"),
)
_DAYS = ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье")
_G = f"(?:{'|'.join(_GENITIVE)})"
_L = f"(?:{'|'.join(_LOCATIVE)})"
_W = f"(?:{'|'.join(_DAYS)})"
_YEAR = (
    r"(?:\s(?P<year>(?:19|20)\d\d)(?:\s(?:года|г\.))?|"
    r"\s(?P<rel>этого|текущего|нынешнего|прошлого|следующего|будущего)\sгода)?"
)
_TO = r"(?:\s?[-–—]\s?|\sпо\s)"
_DATES = (
    re.compile(
        rf"(?<![\d.,])(?P<d>\d{{1,2}})\s(?P<m>{_G}){_TO}(?P<d2>\d{{1,2}})\s(?P<m2>{_G})\b{_YEAR}"
    ),
    re.compile(rf"(?<![\d.,])(?P<d>\d{{1,2}}){_TO}(?P<d2>\d{{1,2}})\s(?P<m>{_G})\b{_YEAR}"),
    re.compile(rf"(?<![\d.,])(?P<d>\d{{1,2}})\s(?P<m>{_G})\b{_YEAR}"),
    re.compile(r"(?<![\d.])(?P<d>\d{1,2})\.(?P<n>\d{2})\.(?P<year>20\d\d)\b(?!\.\d)"),
    re.compile(rf"\b[Вв]\s(?P<m>{_L})\b{_YEAR}"),
    re.compile(rf"\b[Вв]\s(?:начале|середине|конце)\s(?P<m>{_G})\b{_YEAR}"),
)
_WEEKDAY = re.compile(
    rf"\b[Вв]о?\s(?:(?P<which>прошл\w+|минувш\w+|этот|эту|это|ближайш\w+|следующ\w+|будущ\w+)\s)?"
    rf"(?P<w>{_W})\b"
)
_SHIFT = re.compile(
    r"\b(?:(?P<back>[Вв]чера)|(?P<back2>[Пп]озавчера)|(?P<on>[Зз]автра)|(?P<on2>[Пп]ослезавтра)|"
    r"(?P<now>[Сс]егодня)(?=\s(?:утром|днём|днем|вечером|ночью)))\b"
)
_SHIFTS = {"back2": -2, "back": -1, "now": 0, "on": 1, "on2": 2}
#: What a sentence must hold to be looked at.
CANDIDATE = re.compile(
    rf"\d|\b[Вв]\s(?:\w+\s)?{_L}|[Вв]о?\s(?:\w+\s)?{_W}|вчера|Вчера|автра|егодня"
)

_UNSURE = re.compile(
    r"\b(?:если|может|могут|мог(?:ла|ло|ли)?\sбы|возможно|вероятно|отложе\w+|отложил\w*|отмен\w+|"
    r"перенес\w+|перенёс\w*|планировал\w*|должн[аоы]?\sбыл\w*|должен\sбыл|не\sсостоя\w+|родил\w+|"
    r"предполагал\w+|первоначальн\w+|ожидал(?:ось|ся|ась|ись))\b",
    re.IGNORECASE,
)
_BEFORE_BAD = re.compile(
    r"(?:\b(?:от|до|к|ко|после|перед|начиная\sс|накануне|около|за|позднее|кроме|каждое|каждый|"
    r"ежегодно|образца|с|со|по|на|чем|датирован\w+|годовщин\w+[^,.]{0,40}|летия?[^,.]{0,30}|"
    r"летию[^,.]{0,30}|праздни\w+|Дн[яюе])|№|\d)\s$",
    re.IGNORECASE,
)
_PLANNED = re.compile(r"\b(?:намечен|запланирован|назначен)\w*\s(?:\w+\s){0,2}на\s$", re.IGNORECASE)
_FROM = re.compile(r"\b[Сс]о?\s$")
_STARTS = re.compile(
    r"\b(?:вступ|начн|начал|начин|запус|откро|откры|вводит|введ|введён|возобнов)\w*"
)
#: A long participle ties the date to its noun: "визит, намеченный на", "указ, подписанный".
_PARTICIPLE = re.compile(
    r"\w(?:нн|[аеия]т|вш|ющ|ем|им)(?:ый|ое|ая|ые|ого|ому|ым|ой|ую|ых|ыми|ий|ее|ие|его|ему|им|ей|их)"
    r"(?:ся)?\s(?:\w+\s)?(?:на\s|в\s)?$"
)
_DATELINE = re.compile(r"^[\W_]*[А-ЯЁ]{2,}[А-ЯЁ \-–./]*,?\s$|:\s$")
_AFTER_BAD = re.compile(
    r"\s?[./,]?\s?(?:/|[—–-]\s?(?:РИА|ТАСС|Интерфакс|Sputnik|«))|-|\sпо\s(?:старому|новому)|"
    r"\s?\(?(?:РИА|ТАСС|Интерфакс)\b"
)
_SAYING_BEFORE = re.compile(
    r"\b(?:заявил|сказал|сообщил|отметил|подчеркнул|рассказал|добавил|пояснил|указал|уточнил|"
    r"напомнил|признал|написал|передал)\w*\b[^,;.]{0,60}$"
)
_SAYING_AFTER = re.compile(
    r"[^,;.]{0,60}\b(?:заявил|сказал|сообщил|отметил|подчеркнул|рассказал|добавил|пояснил)\w*"
)

_NOT_VERBS = (
    r"совет|комитет|кредит|визит|дефицит|институт|приоритет|бюджет|пакет|ответ|саммит|сайт|самол[её]т|"
    r"паритет|авторитет|университет|интернет|отч[её]т|сч[её]т|билет|маршрут|предмет|запрет|кабинет|"
    r"расч[её]т|транзит|аудит|лимит|минут|суверенитет|статут|атрибут|сюжет|документооборот|политсовет|"
    r"недели|цели|модели|роли|доли|если|канала|финала|материала|журнала|сигнала|филиала|персонала|"
    r"капитала|потенциала|числа|отдела|раздела|предела|стали|стола|начала|дела|сила|скала|школа|"
    r"нефти|угла|масла|числ[аои]|мысл[ьи]|весла|ремесл[ао]|стекл[ао]|промысл[аы]"
)
_REPORTS = (
    r"(?:сообща|заявля|говор|отмеча|пиш|переда[её]|подч[её]ркива|цитиру|счита|уточня|поясня)\w*"
)
_TENSES = re.compile(
    rf"\b(?:(?P<none>(?:{_NOT_VERBS})(?!\w)|{_REPORTS})|"
    r"(?P<future>(?:будет|будут|намерен\w*|запланирован\w*|намечен\w*|предстоит|должн\w+|должен|"
    r"планиру\w+|собира\w+ся|готов\w+ся)(?:\s[а-яё]+(?:ть|ться|ти|ен|ена|ено|ены|ан|ана|ано|аны))?|"
    r"[а-яё]{2,}(?:[еиёуюая]тся)|[а-яё]{3,}(?:[еёиуюая]т))|"
    r"(?P<past>[а-яё]{2,}(?:(?:[аеияыу]л(?:а|о|и)?|[гкзпрс]л[аои])(?:с[яь])?)|(?:при|вы|у|за|от|про|со|пере|до|с)?ш(?:[её]л|ла|ло|ли)"
    r"(?:с[яь])?|[а-яё]*(?:вёз|вез|нёс|нес|мог|рос|вёл|вел|вели|вела)(?:ла|ло|ли)?(?:с[яь])?|"
    r"[а-яё]{3,}(?:[ае]н[аоы]|[аея]н|[ая]т[аоы]?|ыт[аоы]?)))(?!\w)",
    re.IGNORECASE,
)


def mentions(sentence: str) -> Iterator[Mention]:
    """Yield the expressions of a sentence that date its event, in no order."""
    if not CANDIDATE.search(sentence) or _UNSURE.search(sentence):
        return
    taken: list[tuple[int, int]] = []
    verbs = [
        (m.start(), m.end(), m.lastgroup)
        for m in _TENSES.finditer(sentence)
        if m.lastgroup in ("future", "past")
    ]
    for pattern in _DATES:
        for match in pattern.finditer(sentence):
            if any(a < match.end() and match.start() < b for a, b in taken):
                continue
            taken.append(match.span())
            found = _date(sentence, match, verbs)
            if found is not None:
                yield found
    free = [m for m in _WEEKDAY.finditer(sentence) if not _beside(m.end(), taken)]
    yield from _weekdays(sentence, free, verbs)
    yield from _shifts(sentence)


def _beside(end: int, taken: list[tuple[int, int]]) -> bool:
    """Whether a date stands right behind: "в понедельник, 23 ноября"."""
    return any(0 <= start - end <= 4 for start, _ in taken)


def _weekdays(
    sentence: str, matches: list[re.Match[str]], verbs: list[tuple[int, int, str]]
) -> Iterator[Mention]:
    for match in matches:
        which = match["which"] or ""
        before = sentence[: match.start()]
        if not which.startswith(("следующ", "будущ")) and not _PARTICIPLE.search(before):
            yield Mention(
                start=match.start(),
                end=match.end(),
                tense=_tense(verbs, match.start(), match.end()),
                weekday=_DAYS.index(match["w"]),
                previous=which.startswith(("прошл", "минувш")),
                statement=_said(sentence, match.start(), match.end()),
            )


def _shifts(sentence: str) -> Iterator[Mention]:
    for match in _SHIFT.finditer(sentence):
        if match.lastgroup and not _BEFORE_BAD.search(sentence[: match.start()][-60:]):
            shift = _SHIFTS[match.lastgroup]
            yield Mention(
                start=match.start(),
                end=match.end(),
                tense="past" if shift < 0 else "future" if shift else "unclear",
                shift=shift,
                statement=_said(sentence, match.start(), match.end()),
            )


def _date(sentence: str, match: re.Match[str], verbs: list[tuple[int, int, str]]) -> Mention | None:
    groups = match.groupdict()
    start, end = match.span()
    before, after = sentence[max(0, start - 90) : start], sentence[end:]
    ranged = bool(groups.get("d2"))
    weekday = None
    beside = re.search(rf"\b[Вв]о?\s({_W}),?\s$", before)
    if beside:
        weekday = _DAYS.index(beside[1])
        start -= len(before) - beside.start()
        before = before[: beside.start()]
    if _AFTER_BAD.match(after) or _DATELINE.search(sentence[:start]):
        return None
    if _PARTICIPLE.search(before) or not _introduced(sentence, before, after, ranged):
        return None
    written = groups.get("m")
    rel = groups.get("rel")
    return Mention(
        start=start,
        end=end,
        tense=_tense(verbs, start, end),
        month=_month(written) if written else int(groups["n"]),
        day=int(groups["d"]) if groups.get("d") else None,
        year=int(groups["year"]) if groups.get("year") else None,
        year_shift=_year_shift(rel) if rel else None,
        until_day=int(groups["d2"]) if ranged else None,
        until_month=_month(groups["m2"]) if groups.get("m2") else None,
        weekday=weekday,
        statement=_said(sentence, start, end),
    )


def _introduced(sentence: str, before: str, after: str, ranged: bool) -> bool:
    """Whether the words around a date make it the date of the sentence's event."""
    if _PLANNED.search(before):
        return True
    if _FROM.search(before):
        return ranged or _STARTS.search(sentence) is not None
    return not _BEFORE_BAD.search(before)


def _said(sentence: str, start: int, end: int) -> bool:
    return (
        _SAYING_BEFORE.search(sentence[max(0, start - 90) : start]) is not None
        or _SAYING_AFTER.match(sentence, end) is not None
    )


def _tense(verbs: list[tuple[int, int, str]], start: int, end: int) -> Tense:
    """Return the tense of the verb nearest before the expression, or else after it."""
    before = [kind for _, b, kind in verbs if b <= start]
    after = [kind for a, _, kind in verbs if a >= end]
    kind = before[-1] if before else after[0] if after else "unclear"
    return kind  # type: ignore[return-value]


def _month(name: str) -> int:
    lowered = name.lower()
    months = _GENITIVE if lowered in _GENITIVE else _LOCATIVE
    return months.index(lowered) + 1


def _year_shift(word: str) -> int:
    return -1 if word == "прошлого" else 1 if word in ("следующего", "будущего") else 0
