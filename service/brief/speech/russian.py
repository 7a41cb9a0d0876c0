"""Attribution in Russian."""

import re

from service.brief.speech.attribution import Attribution, Setting, Speaker
from service.model import Span

_VERB = (
    r"(?:сказал|заявил|сообщил|отметил|подчеркнул|рассказал|добавил|пояснил|указал|уточнил|напомнил|"
    r"признал|написал|вспомнил|объяснил|ответил|спросил|подытожил|заметил|констатировал|прокомментировал|"
    r"предупредил|призвал|заверил|подтвердил|резюмировал|выразил\sмнение|пообещал|продолжил|заключил|"
    r"возразил|подметил|высказал\w*|поделил|утверждал|парировал|пошутил|посетовал|воскликнул|отвечал|говорил)(?:а|о|и)?(?:с[ья])?|"
    r"(?:говорит|считает|отмечает|заявляет|подчёркивает|подчеркивает|пишет|поясняет|вспоминает|"
    r"рассказывает|уверен|уверена|полагает|добавляет|уточняет|напоминает|объясняет|признаёт|признает|"
    r"утверждает|предупреждает|обещает|отвечает|советует)"
)
_VERB = rf"(?:{_VERB})(?!\w)"
_TITLE = re.compile(
    r"(?:президент|премьер|вице-премьер|премьер-министр|министр|замминистр|секретар|пресс-секретар|"
    r"председател|зампред|глав[аыу]|представител|посол|посл[аоу]|директор|гендиректор|начальник|"
    r"губернатор|мэр|сенатор|депутат|спикер|помощник|советник|руководител|постпред|канцлер|генерал|"
    r"адмирал|полковник|майор|капитан|командующ|эксперт|аналитик|профессор|академик|экономист|"
    r"политолог|востоковед|синолог|учён|учен|научн|сотрудник|журналист|юрист|адвокат|координатор|"
    r"основател|владелец|инженер|генсек|омбудсмен|уполномоченн|вице-президент|лидер|корол|госсекретар|"
    r"фермер|рабоч(?=ий|ая)|жител|студент|врач|учител|машинист|водител|рыбак|торгов(?=ец|ка)|предпринимател|бизнесмен|"
    r"хозяин|хозяйка|продав(?=ец|щица)|режисс[её]р|художник|музыкант|тренер|куратор|хранител|архитектор|технолог|"
    r"диспетчер|бригадир|агроном|историк|социолог|редактор|корреспондент|обозревател|автор|сопредседател|член|"
    r"участни[кц]|атташе|консул|генконсул|торгпред|митрополит|патриарх|епископ|первый\sзаместител|заместител|вице-спикер|дипломат|писател|ректор|управляющ|спецпредставител)\w*",
    re.IGNORECASE,
)
_CAP = r"[А-ЯЁA-Z][\w’'.-]*"
_TOKEN = re.compile(r"«[^«»]{2,40}»|[^\s,;:()«»“”„\"—–]+")
_PLACES = re.compile(
    r"(?:Росси|Кита|Украин|Кремл|Белорусси|Беларус|Герман|Франци|Япони|Инди|Казахстан|Европ|Москв|Пекин|"
    r"Вашингтон|Центробанк|Госдум|Минобороны|Минфин|Минэнерго|Минэкономразвити|МИД|Совет|Газпром|"
    r"Роснефт|Росатом|Сбер|Банк|Дальн|Приморь|Амурск|Хабаровск|Минпромторг|Госсовет|Госдеп|Росси|"
    r"Турци|Итали|Польш|Венгри|Словаки|Британи|Америк|Иран|Коре|Тайван|Евросоюз|Евро|Совфед|Союз)\w*"
)
_SURNAME = re.compile(
    r"(?:[оеё]в|ин|ын|ский|цкий|[оеё]ва|ина|ына|ская|цкая|енко|чук|юк|ян|швили|дзе|ых|ко)$"
)
_MALE_IN_A = ("Никита", "Илья", "Фома", "Лука", "Кузьма", "Савва", "Данила", "Гаврила")
#: Given names in the genitive, which a surname that has no cases may follow: "Николая Стецко".
_GIVEN = """
Александра Алексея Анатолия Андрея Антона Бориса Вадима Валентина Валерия Василия Виктора Виталия
Владимира Владислава Вячеслава Геннадия Георгия Григория Дениса Дмитрия Евгения Егора Ивана Игоря
Кирилла Константина Леонида Максима Марата Михаила Николая Олега Павла Петра Романа Руслана Семёна
Семена Сергея Станислава Степана Тимура Фёдора Федора Эдуарда Юрия Ярослава Франца Роберта Виктории
"""
_GIVEN_NAMES = frozenset(_GIVEN.split())
_NO_NAMES = """
Как По Об О В На И А Но Однако При Также Между Он Она Они Это Тогда Затем Ранее Позже После До
Для ТАСС РИА Интерфакс Reuters Синьхуа Москва Пекин Россия Китай США КНР РФ ЕС НАТО ООН Украина
Кремль МИД Вашингтон Киев Европа Запад Известия Ведомости Коммерсантъ РБК Bloomberg
"""
_NO_NAME = frozenset(_NO_NAMES.split())
_DAY = r"(?:понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье)"
#: What may stand between the verb and its subject: when, where and to whom it was said.
_BETWEEN = (
    rf"(?:также|ранее|тогда|при\sэтом|во?\s{_DAY}|накануне|вчера|сегодня|позже|позднее|"
    r"\d{1,2}\s(?:янв|февр|мар|апр|ма[йя]|июн|июл|авг|сент|окт|нояб|дек)[а-я]*|"
    r"журналистам|репортёрам|репортерам|корреспондентам|изданию|агентству|газете|телеканалу|ТАСС|РИА\sНовости|«[^«»]{2,30}»|"
    r"на\s(?:брифинге|пресс-конференции|форуме|саммите|встрече|переговорах|совещании|заседании|церемонии|открытии)|"
    r"по\sитогам\s(?:встречи|переговоров|визита|саммита|заседания)|в\s(?:интервью|эфире|соцсет(?:и|ях)|социальных\sсетях|беседе\sс\sжурналистами))"
)
_HEAD = re.compile(rf"(?P<verb>{_VERB})\s(?:{_BETWEEN}\s){{0,4}}")
_BEHIND = re.compile(rf"\s?[,.!?]?\s?[—–-]\s?(?:[а-яё]+\s){{0,3}}{_HEAD.pattern}")
#: "Приморского края": an adjective that names a place, and the word that it goes with.
_ADJECTIVE = re.compile(r"\w{3,}(?:ого|его|ому|ему|ой|ей|ый|ий|ая|ые|ых|ом)$")
_REGION = re.compile(
    r"(?:кра[йяюе]|област[ьи]|район|округ|город|республик|университет|институт|академи|флот|отделени|завод|банк|"
    r"пароходств|таможн|порт|министерств|правительств|федеральн|государственн|железн|муниципальн|автономн|"
    r"национальн|научн|политехнич|морск|центр|департамент|управлени|комитет|клуб|музе)"
)
_WORDS_OF = re.compile(
    r"\s?,?\s?[—–-]\s?(?:приводит|приводят|цитирует|цитируют|передаёт|передает)\s"
    r"(?:[^.«»]{0,40}\s)?слова\s"
)
_PAUSE = re.compile(rf"(?P<mark>[,.!?…]?)\s[—–-]\s(?=(?:[а-яё]+\s){{0,3}}{_VERB})")
_RESUME = re.compile(r"[.,]?\s[—–-]\s")
_LAST_VERB = re.compile(rf"(?<!\w){_VERB}")
_ACCORDING = re.compile(
    r"(?:^|[\s,])(?:[Пп]о\s(?:словам|мнению|выражению|оценке)|[Кк]ак\s(?=" + _VERB + r"))\s?"
)
_NOT_SPEECH = re.compile(
    r"(?:так\sназываем\w+|называ\w+|назва\w+|под\sназванием|лозунг\w*|плакат\w*|надпис\w*|книг\w+|роман\w*|"
    r"фильм\w*|песн\w+|стать\w+|выставк\w+|проект\w*|компани\w+|газет\w+|агентств\w+|канал\w*|телеканал\w*|"
    r"форум\w*|программ\w+|парти\w+|корпораци\w+|завод\w*|групп\w+|в\sстиле|принцип\w*|формул\w+|термин\w*|"
    r"слов[оа]|на\sтему|портал\w*|журнал\w*|издани\w+|фраз\w+|учени\w+|операци\w+|ракет\w*|самол\w+|"
    r"музыкальн\w+|орден\w*|клуб\w*|радио|конкурс\w*|преми\w+|сери\w+|систем\w+|комплекс\w*)\s$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<![А-ЯЁ])(?<!\sг)(?<!им)[.!?]\s(?=[А-ЯЁA-Z«—–])")
_JOINED = re.compile(r"(?P<first>[^,:;]{3,60}?)\s[а-яё]{3,}л[аи]?\s[^,:;]{0,80}\sи\s$")
#: Words up to a mark, with the names of companies in marks and the points behind initials.
_PHRASE = re.compile(r"(?:[^.,;:«»“”\"()—–!?]|(?<=[А-ЯЁ])\.|«[^«»\n]{2,40}»)*")
_STOP_WORDS = frozenset(("и", "а", "но", "что", "как", "в", "на", "во", "со", "с", "по", "о", "об"))


def attributed(setting: Setting) -> Attribution | None:
    """Return the attribution of a quotation, or None."""
    before = _before(setting)
    if before is not None and not before.partial:
        return before
    return _after(setting) or before


def pauses(text: str, start: int, stop: int) -> tuple[tuple[int, int], Attribution, int] | None:
    """Return the attribution that interrupts speech: «Мы согласны, — сказал Миллер, — но …».

    Gives the words before it, the attribution, and where the words behind it begin; this is `stop`
    where none follow.
    """
    for pause in _PAUSE.finditer(text, start, stop):
        head = _HEAD.search(text, pause.end(), min(stop, pause.end() + 40))
        if head is None:
            continue
        found = _following(text, head.end(), min(stop, head.end() + 120))
        if found is None:
            continue
        speaker, end = found
        resume = re.compile(r"[^—–«»]{0,80}?[.,]?\s[—–-]\s").match(text, end, stop)
        tail = text[end:stop]
        if resume is None and not re.fullmatch(r"[^—–«»!?]{0,120}", tail):
            return None
        last = pause.start() + (pause["mark"] in ".!?…")
        after = resume.end() if resume else stop
        span = Span(start=last, end=resume.end() if resume else end)
        attribution = Attribution(speaker=speaker, span=span, behind=True)
        return (start, last), attribution, after
    return None


def _after(setting: Setting) -> Attribution | None:
    for pattern in (_BEHIND, _WORDS_OF):
        match = pattern.match(setting.after)
        if match is None:
            continue
        start = setting.stop + match.end()
        found = _following(setting.text, start, min(setting.end, start + 140))
        if found is not None:
            span = Span(start=setting.stop, end=found[1])
            return Attribution(speaker=found[0], span=span, behind=True)
    return None


def _before(setting: Setting) -> Attribution | None:
    before = setting.before
    ends = [m.end() for m in _SENTENCE_END.finditer(before)]
    offset = ends[-1] if ends else 0
    before, base = before[offset:], setting.begin + offset
    if _NOT_SPEECH.search(before[-40:]):
        return None
    according = _ACCORDING.search(before)
    if according is not None:
        return _according(setting, base + according.start(), base + according.end())
    verbs = list(_LAST_VERB.finditer(before))
    if not verbs:
        return None
    verb = verbs[-1]
    between = before[verb.end() :]
    direct = between.rstrip().endswith(":")
    if len(between) > 130 or not (direct or re.match(r"[^:]{0,60},\sчто\s", between)):
        return None
    if not direct and re.search(r"\b(?:а|но|который|которая|которые|где|когда)\s", between):
        return None
    speaker = _of_verbs(before, base, verbs)
    end = base + verb.end()
    if speaker is None and direct:
        found = _following(setting.text, end + 1, setting.start)
        speaker = found[0] if found and not found[0].pronoun else None
    if speaker is None or _common(setting, speaker, base):
        return None
    start = min(speaker.name.start, speaker.office.start if speaker.office else end)
    return Attribution(
        speaker=speaker, span=Span(start=start, end=setting.start), behind=False, partial=not direct
    )


def _according(setting: Setting, start: int, at: int) -> Attribution | None:
    """Return the attribution of «по словам X, …» or «как отметил X, …», begun at `start`."""
    head = _HEAD.match(setting.text, at, setting.start)
    found = _following(setting.text, head.end() if head else at, setting.start)
    if found is None or _LAST_VERB.search(setting.text, found[1], setting.start):
        return None
    between = setting.text[found[1] : setting.start]
    if "," not in between and between.strip():
        return None
    span = Span(start=start, end=setting.start)
    return Attribution(speaker=found[0], span=span, behind=False, partial=True)


def _of_verbs(before: str, base: int, verbs: list[re.Match[str]]) -> Speaker | None:
    """Return the subject of the last verb of saying, which may be that of an earlier verb.

    "Захарова назвала запрет неудачным и добавила, что": one subject, two verbs.
    """
    upto = before[: verbs[-1].start()]
    speaker = _subject(upto, base)
    if speaker is None and len(verbs) > 1:
        speaker = _subject(before[: verbs[0].start()], base)
    joined = _JOINED.match(upto) if speaker is None else None
    return speaker if joined is None else _subject(joined["first"] + " ", base)


def _common(setting: Setting, speaker: Speaker, begin: int) -> bool:
    """Whether the name may be a common word with the capital of a sentence: "Торговец сказал"."""
    name = speaker.name.of(setting.text)
    if speaker.pronoun or speaker.office is not None or " " in name:
        return False
    if setting.text[begin : speaker.name.start].strip() or name in setting.names:
        return False
    return _SURNAME.search(name) is None or name == "Один"


def _following(text: str, start: int, stop: int) -> tuple[Speaker, int] | None:
    """Return the speaker named behind a verb, and where the name ends."""
    pronoun = re.compile(r"(?:он|она)(?!\w)").match(text, start, stop)
    if pronoun is not None:
        span = Span(start=pronoun.start(), end=pronoun.end())
        return Speaker(name=span, pronoun=True), span.end
    phrase_end = _PHRASE.match(text, start, stop)
    assert phrase_end is not None
    tokens = [(m.start(), m.end(), m[0]) for m in _TOKEN.finditer(text, start, phrase_end.end())][
        :14
    ]
    run: list[tuple[int, int, str]] = []
    before: list[tuple[int, int, str]] = []
    for index, token in enumerate(tokens):
        following = tokens[index + 1][2] if index + 1 < len(tokens) else ""
        if not run and _ADJECTIVE.match(token[2]) and _REGION.match(following):
            before.append(token)  # "Приморского края": of a place, not of a person
        elif token[2][0].isupper():  # the second word of "Ван И" is a name, too
            run.append(token)
        elif run and _name_of(run, bool(before)):
            break
        else:
            before += run
            run = []
            if token[2] in _STOP_WORDS:
                break
            before.append(token)
    speaker = _named(before, run)
    return (speaker, speaker.name.end) if speaker is not None else None


def _subject(before: str, base: int) -> Speaker | None:
    """Return the speaker that is the subject of a verb, given the sentence up to the verb."""
    pronoun = re.search(r"(?:^|[\s,])([Оо]на?)\s(?:также\s)?$", before)
    if pronoun is not None:
        span = Span(start=base + pronoun.start(1), end=base + pronoun.end(1))
        return Speaker(name=span, pronoun=True)
    clause = max(before.rfind(", "), before.rfind("; "), before.rfind(": ")) + 1
    tokens = [(m.start(), m.end(), m[0]) for m in _TOKEN.finditer(before, clause)]
    # Adverbs and places may stand between the subject and its verb: "Песков в среду заявил".
    for end in range(len(tokens), 0, -1):
        if tokens[end - 1][2][0].isupper():
            break
    else:
        return None
    at = end
    while at and tokens[at - 1][2][0].isupper():
        at -= 1
    run = tokens[at:end]
    between = tokens[end:]
    if at and tokens[at - 1][2].lower() in _STOP_WORDS | {"от", "из", "у", "к", "для"}:
        # "Песков в Москве заявил": go on to the run before the preposition.
        return _subject(before[: tokens[at - 1][0]].rstrip() + " ", base) if at > 1 else None
    if len(between) > 5:
        return None
    if between and _ADJECTIVE.match(run[-1][2]) and _REGION.match(between[0][2]):
        return None  # "Представитель Приморского края сказал": a place, and nobody named
    head: list[tuple[int, int, str]] = []
    for token in reversed(tokens[:at]):
        if token[2].lower() in _STOP_WORDS:
            break
        head.insert(0, token)
    shifted = [(a + base, b + base, w) for a, b, w in head]
    shifted_run = [(a + base, b + base, w) for a, b, w in run]
    return _named(shifted, shifted_run)


def _name_of(run: list[tuple[int, int, str]], office: bool) -> list[tuple[int, int, str]]:
    """Return the tokens of a run of capitals that are a person's name."""
    name = list(run)
    while name and _no_name(name[0][2]):
        name.pop(0)
    if len(name) == 3 and not name[1][2].endswith(("вич", "вна", "ич", "вича", "вны")):
        # "Китая Дун Цзюнь"; but "Урсула фон дер Ляйен" has small letters between.
        name = name[1:] if office else name
    if office and len(name) == 2 and _genitive(name[0][2]) and not _genitive(name[1][2]):
        name = name[1:]
    if not 1 <= len(name) <= 3 or any(_no_name(t[2]) for t in name[:1]):
        return []
    return name


def _no_name(word: str) -> bool:
    return (
        word in _NO_NAME
        or _PLACES.match(word) is not None
        or (len(word) > 1 and word.isupper())
        or _TITLE.fullmatch(word) is not None
    )


def _genitive(word: str) -> bool:
    return (
        word[-1] in "ая" and word not in _GIVEN_NAMES and word not in _MALE_IN_A and len(word) > 3
    )


def _named(before: list[tuple[int, int, str]], run: list[tuple[int, int, str]]) -> Speaker | None:
    """Return the speaker of a run of capitals with the words before it, which may be an office."""
    titled = [i for i, t in enumerate(before + run) if _TITLE.match(t[2])]
    name = _name_of(run, bool(titled))
    if not name:
        return None
    rest = [t for t in before + run if t[0] < name[0][0]]
    if before and not titled:
        return None
    office = None
    if rest and titled:
        office = Span(start=rest[0][0], end=rest[-1][1])
    return Speaker(name=Span(start=name[0][0], end=name[-1][1]), office=office)
