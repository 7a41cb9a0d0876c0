"""Attribution in English."""

import re

from service.brief.speech.attribution import Attribution, Setting, Speaker
from service.brief.speech.english_words import (
    CONNECTORS,
    INSTITUTIONS,
    NO_NAMES,
    NO_OFFICES,
    OFFICES,
    TITLES,
)
from service.model import Span

_VERB = (
    r"(?:said|says|told|tells|added|adds|asked|wrote|writes|tweeted|posted|replied|explained|"
    r"recalled|insisted|warned|noted|stated|stressed|emphasi[sz]ed|argued|declared|announced|"
    r"claimed|continued|concluded|commented|remarked|responded|pointed\sout|acknowledged|admitted|"
    r"observed|cautioned|urged|vowed|pledged|reiterated|reaffirmed|quipped|joked|complained|"
    r"testified|highlighted|underlined|underscored|affirmed|asserted|denounced|maintained|"
    r"suggested|confirmed|described(?!\sas\b)|predicted|summed\sup|went\son)"
)
_BODY = re.compile(
    r"\b(?:Ministry|Commission|Embassy|Kremlin|Government|Council|Agency|Union|White\sHouse|"
    r"Department|Party|Pentagon|Committee|Administration|Duma|Parliament|Congress|Senate|Bureau|"
    r"Consulate|Association|Institute|Foundation|Gazprom|Rosatom|Rosneft|Office|Forces)\b"
)
#: A word with a capital; a point behind it ends the sentence, but for initials and short titles.
_UPPER = "[A-ZÀ-ÞĀŁŚŠŽÇĐÖÜ]"
_CAP = (
    rf"(?:(?:{_UPPER}|Mrs?|Ms|Drs?|Prof|Sens?|Reps?|Govs?|Gens?|Lt|Cols?|Capt|Sgt|Adm|Maj|St|Jr|Sr|Rev|Hon)"
    rf"\.(?:{_UPPER}\.)*|{_UPPER}[\w’'-]*)"
)
_TOKEN = re.compile(r"[^\s,;:()“”\"]+")
_NAME = (
    rf"{_CAP}(?:\s(?:de|del|der|den|von|van|bin|ibn|al|el|la|le|di|da|dos|{_CAP}"
    rf"|(?:of|to|for|at)(?:\sthe)?(?=\s{_CAP}))){{0,9}}"
)
_APPOSITION = (
    r"(?:,\s(?!(?:and|but|who\s(?:also|then))\b)(?:[^,;:.“”\"]|(?<=[A-Z])\.){3,90}"
    r"(?:,[^,;:.“”\"]{3,60})?,)?"
)
#: Verb first: ”, said Dong Jun, China's defence minister
_VERB_NAME = re.compile(
    rf"\s?[,—–-]?\s?{_VERB}\s(?P<np>(?:the\s)?(?:[a-z’'-]+\s){{0,6}}?{_NAME}|s?he\b)"
    rf"(?P<app>,\s(?!who\b|and\b|but\b|adding\b|referring\b|speaking\b)(?:[^,;:.“”\"]|(?<=[A-Z])\.){{3,90}})?"
)
#: Name first: ” Wang Yi, the foreign minister, said
_NAME_VERB = re.compile(
    rf"\s?[,—–-]?\s?(?P<np>(?:[Tt]he\s)?(?:[A-Za-z’'-]+\s){{0,6}}?{_NAME}|[Ss]?[Hh]e)"
    rf"(?P<app>{_APPOSITION})\s(?:also\s|then\s|later\s|had\s|has\s)?{_VERB}\b"
)
#: Office first, with a comma: ”, said the museum's director, Polina Arsenyeva
_OFFICE_NAME = (
    r"(?P<office>(?:[Tt]he|[Ii]ts|[Tt]heir|[Aa]n?)\s(?:[\w’'-]+\s){0,9}?[\w-]+),\s"
    rf"(?P<name>{_CAP}(?:\s{_CAP}){{1,3}})"
)
_VERB_OFFICE = re.compile(rf"\s?[,—–-]?\s?{_VERB}\s{_OFFICE_NAME}(?=[.,;]|\s[a-z(—–]|$)")
_OFFICE_VERB = re.compile(
    rf"\s?[,—–-]?\s?{_OFFICE_NAME},\s(?:also\s|then\s|later\s|has\s|had\s)?{_VERB}\b"
)
_OFFICE_BEFORE = re.compile(rf"(?:^|[\s,]){_OFFICE_NAME},$")
_ACCORDING = re.compile(
    rf"\s?,?\s?according\sto\s(?P<np>(?:the\s)?(?:[a-z’'-]+\s){{0,6}}?{_NAME})(?P<app>)"
)
_LAST_VERB = re.compile(rf"\s(?:also\s|then\s|later\s|had\s|has\s|repeatedly\s)?{_VERB}\b")
_ACCORDING_BEFORE = re.compile(
    rf"\b[Aa]ccording\sto\s(?P<np>(?:the\s)?(?:[a-z’'-]+\s){{0,6}}?{_NAME})"
    rf"(?P<app>(?:,\s[^,;:.]{{3,80}})?),\s(?:[^.!?;:]{{0,60}}\s)?$"
)
_SENTENCE_END = re.compile(r"(?<!\b[A-Z])(?<!Mr|Dr|St)(?<!Mrs|Gen|Sen|Lt\.)[.!?]\s")
#: Right before a quotation that is a name, a title or a slogan.
_NOT_SPEECH = re.compile(
    r"\b(?:so-called|called|titled|entitled|named|dubbed|known\sas|nicknamed|slogan|banner|sign|"
    r"signs|poster|book|novel|film|song|article|report|headline|reads?|reading|chant\w*|term|word|"
    r"phrase|theme|themed|label\w*|brand\w*|as\sa|letters?|hashtag|words)\s$"
)
_DIRECT_END = ",?!…—–-"


def attributed(setting: Setting) -> Attribution | None:
    """Return the attribution of a quotation, or None."""
    before = _before(setting)
    if before is not None and not before.partial:
        return before
    return _after(setting) or before


def _after(setting: Setting) -> Attribution | None:
    words, after = setting.words.rstrip(), setting.after
    if not words or not (words[-1] in _DIRECT_END or after.startswith(",")):
        return None
    for pattern in (_VERB_OFFICE, _OFFICE_VERB, _VERB_NAME, _NAME_VERB, _ACCORDING):
        match = pattern.match(after)
        if match is None:
            continue
        if "office" in match.re.groupindex:
            speaker = _named_office(setting.stop, match)
        else:
            speaker = _speaker(setting.text, setting.stop, match)
        if speaker is not None:
            end = match.end()
            span = Span(start=setting.stop, end=setting.stop + end)
            return Attribution(speaker=speaker, span=span, behind=True)
    return None


def _before(setting: Setting) -> Attribution | None:
    before = setting.before
    ends = [m.end() for m in _SENTENCE_END.finditer(before)]
    offset = ends[-1] if ends else 0
    before = before[offset:]
    begin = setting.begin + offset
    if _NOT_SPEECH.search(before[-30:]):
        return None
    according = _ACCORDING_BEFORE.search(before)
    if according is not None:
        speaker = _speaker(setting.text, begin, according)
        if speaker is not None:
            span = Span(start=begin + according.start(), end=setting.start)
            return Attribution(speaker=speaker, span=span, behind=False, partial=True)
    verbs = list(_LAST_VERB.finditer(before))
    if not verbs:
        return None
    verb = verbs[-1]
    between = before[verb.end() :]
    if len(between) > 130 or ";" in between:
        return None
    speaker = _subject(setting.text, begin, before[: verb.start()])
    if speaker is None or _common(setting, speaker, begin):
        return None
    direct = between.rstrip().endswith((":", ",")) and setting.words[:1].isupper()
    direct = direct or not between.strip()
    if not direct and re.search(
        r"\b(?:and|but|while|whose|who|which|when|where|though|although|because)\b", between
    ):
        # Another clause, which may have another subject.
        return None
    span = Span(start=speaker.name.start, end=setting.start)
    if speaker.office is not None:
        span = Span(start=min(span.start, speaker.office.start), end=span.end)
    return Attribution(speaker=speaker, span=span, behind=False, partial=not direct)


def _common(setting: Setting, speaker: Speaker, begin: int) -> bool:
    """Whether the name may be a common word with the capital of a sentence: "Traders said"."""
    name = speaker.name.of(setting.text)
    if speaker.pronoun or speaker.office is not None or " " in name:
        return False
    return not setting.text[begin : speaker.name.start].strip(' “”"') and name not in setting.names


def _named_office(base: int, match: re.Match[str]) -> Speaker | None:
    """Return the speaker of "the museum's director, Polina Arsenyeva"."""
    name = match["name"].rstrip(".")
    if match["office"].split()[-1].lower() not in TITLES or not _is_name(name.split()):
        return None
    start = base + match.start("name")
    office = Span(start=base + match.start("office"), end=base + match.end("office"))
    return Speaker(name=Span(start=start, end=start + len(name)), office=office)


def _speaker(text: str, base: int, match: re.Match[str]) -> Speaker | None:
    start, end = match.span("np")
    found = _noun(text, base + start, base + end)
    apposition = match["app"].strip(", ") if match["app"] else ""
    if found is None or not apposition or found.pronoun or found.office is not None:
        return found
    at = text.index(apposition, base + match.start("app"))
    return _with_office(text, found, at, at + len(apposition))


def _with_office(text: str, found: Speaker, start: int, end: int) -> Speaker:
    words = [w.lower().strip("’'") for w in re.findall(r"[\w’'-]+", text[start:end])]
    if words and words[0] not in NO_OFFICES and TITLES & {*words}:
        return Speaker(name=found.name, office=Span(start=start, end=end))
    return found


def _subject(text: str, base: int, before: str) -> Speaker | None:
    """Return the speaker whose noun phrase ends right before a verb."""
    pronoun = re.search(r"(?:^|[\s,])([Ss]?[Hh]e)$", before)
    if pronoun:
        start = base + pronoun.start(1)
        return Speaker(name=Span(start=start, end=base + len(before)), pronoun=True)
    end = len(before)
    apposition = None
    if before.endswith(","):
        named = _OFFICE_BEFORE.search(before[-160:])
        if named is not None:
            return _named_office(base + max(0, end - 160), named)
        # "Guo Jiakun, a spokesman for China's foreign ministry, said"
        comma = before.rfind(",", 0, end - 1)
        if comma <= 0:
            return None
        apposition = (base + comma + 2, base + end - 1)
        end = comma
    run = re.search(
        rf"(?:(?:[Tt]he|[Aa]n?)\s)?(?:[A-Za-z’'-]+\s){{0,7}}?{_NAME}$", before[:end][-120:]
    )
    if run is None:
        return None
    start = end - len(before[:end][-120:]) + run.start()
    found = _noun(text, base + start, base + end)
    if found is None or found.pronoun or apposition is None:
        return found if apposition is None else None
    with_office = _with_office(text, found, *apposition)
    return with_office if with_office.office or found.office else None


def _noun(text: str, start: int, end: int) -> Speaker | None:
    """Return the speaker that a noun phrase names; None for one without a name."""
    phrase = text[start:end]
    if phrase.lower() in ("he", "she"):
        return Speaker(name=Span(start=start, end=end), pronoun=True)
    tokens = [(start + m.start(), start + m.end(), m[0]) for m in _TOKEN.finditer(phrase)]
    titles = [i for i, t in enumerate(tokens) if t[2].lower().strip(".’'") in TITLES]
    first = _behind_place(tokens, titles[-1] + 1) if titles else _first_of_name(tokens)
    name = _before_place(tokens[first:])
    if _BODY.search(" ".join(token[2] for token in name) if titles else phrase):
        return None if titles else _body(tokens)
    if not titles and len(name) > 2 and name[0][2].endswith(("’s", "'s")):
        name = name[1:]  # "the agency's Mike Allen"
    if not _is_name([token[2] for token in name]) or (not titles and first):
        return None
    office = None
    if first:
        opening = _office_start(tokens[:first])
        office = Span(start=tokens[opening][0], end=tokens[first - 1][1])
        if office.of(text).lower().strip(".") in ("mr", "mrs", "ms", "dr", "sir"):
            office = None
    end = name[-1][1]
    if name[-1][2].endswith(".") and name[-1][2].lower() not in ("jr.", "sr."):
        end -= 1
    return Speaker(name=Span(start=name[0][0], end=end), office=office)


def _behind_place(tokens: list[tuple[int, int, str]], at: int) -> int:
    """Return where the name begins in "(ambassador) to the Russian Federation Zhang Hanhui".

    Capitals alone do not part the place from the name. The last two are taken for the name where
    one word is left for the place, or where that ends as places and institutions do. Gives the
    number of tokens where it is not clear, and `at` where no place follows.
    """
    if at >= len(tokens) or tokens[at][2] not in CONNECTORS:
        return at
    last = len(tokens)
    while last > at and tokens[last - 1][2][0].isupper():
        last -= 1
    place = [token[2].lower() for token in tokens[last:-2]]
    clear = len(place) == 1 or (place and place[-1] in INSTITUTIONS | NO_NAMES)
    return len(tokens) - 2 if clear else len(tokens)


def _before_place(name: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return the name of "(governor) Limarenko of Sakhalin"."""
    for index, token in enumerate(name):
        if index and token[2] in CONNECTORS:
            return name[:index]
    return name


def _is_name(words: list[str]) -> bool:
    """Whether words are a person's name, as far as capitals tell."""
    if not 1 <= len(words) <= 4 or not words[0][0].isupper():
        return False
    if len(words) == 1 and words[0].isupper():
        return False  # an abbreviation: a body, or a party
    if words[-1].endswith(("’s", "'s")) or words[-1].lower().rstrip(".") in INSTITUTIONS:
        return False
    if len(words) > 1 and words[0] == "He":  # He Lifeng
        words = words[1:]
    return not any(word.lower().rstrip(".") in NO_NAMES for word in words)


def _first_of_name(tokens: list[tuple[int, int, str]]) -> int:
    first = len(tokens)
    while first and (
        tokens[first - 1][2][0].isupper()
        or (
            0 < first < len(tokens)
            and tokens[first - 1][2] in ("de", "von", "van", "der", "bin", "al", "el", "la")
        )
    ):
        first -= 1
    while first < len(tokens) and tokens[first][2] in ("The", "A", "An", "But", "And", "In", "On"):
        first += 1
    return first


def _office_start(tokens: list[tuple[int, int, str]]) -> int:
    """Return the index where the words of an office begin, walking back from its end."""
    at = len(tokens) - 1
    while at:
        word = tokens[at - 1][2]
        plain = word.lower()
        known = plain in OFFICES or plain in TITLES or plain in CONNECTORS or plain in ("’s", "'s")
        if plain == "the" and at > 1 and tokens[at - 2][2] in CONNECTORS:
            known = True  # "ambassador to the Russian Federation"
        elif plain in ("the", "a", "an", "and", "but", "when"):
            break
        if not (known or word[0].isupper()):
            break
        at -= 1
    return at


def _body(tokens: list[tuple[int, int, str]]) -> Speaker | None:
    """Return an institution as a speaker: "the Russian Foreign Ministry"."""
    at = len(tokens)
    while at and (tokens[at - 1][2][0].isupper() or tokens[at - 1][2] in ("of", "the", "for")):
        at -= 1
    while at < len(tokens) and tokens[at][2] in ("of", "for"):
        at += 1
    if at != 0 and tokens[at - 1][2] not in ("that", "as"):
        return None
    named = [token[2] for token in tokens[at:] if token[2].lower() not in ("the", "of", "for")]
    if len(named) == 1 and named[0].lower() in INSTITUTIONS:
        return None
    return Speaker(name=Span(start=tokens[at][0], end=tokens[-1][1])) if at < len(tokens) else None
