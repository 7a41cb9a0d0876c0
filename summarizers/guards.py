"""Why a sentence may not stand on its own in a brief.

A printed sentence is torn from its place: whatever it leans on is not printed. The rules below
refuse sentences that lean on another one (connectives, pronouns, demonstratives, "two days
later"), sentences that are none (headings, captions, bylines, datelines, list ends), questions,
quotations without their speaker or their other half, and what is too short or too long to be read.

They read the surface only: no parser is small and sure enough in three languages. Where a rule
had to choose, it keeps what a reader of news understands without help: "This week …", "It is
unclear whether …", "Both sides …", "In his speech, Putin …" stand.
Patterns of each language are in `summarizers.leaning`.
"""

import re

from summarizers.leaning import DIALOGUE, LEANING, LEANINGS, Leaning
from summarizers.text import length

#: Least and greatest number of words; for Chinese of characters, at 1.8 characters to a word.
SHORTEST, LONGEST = 6, 60
SHORTEST_ZH, LONGEST_ZH = 11, 108

_TOO_LONG = "too long"
_SMALL = "fragment: begins with a small letter"

#: Refused, yet not malformed.
_WELL_FORMED = frozenset((_TOO_LONG, _SMALL, DIALOGUE))

_QUESTION = re.compile(r"[?？][\"”’'»」』)）]*$")
_ENDED = re.compile(r"[.!。！][\"”’'»」』)）\]]*(?:\[\d+\])?$")
_TRAILING = re.compile(r"(?:\.{2,}|…)[\"”’'»」』)）\]]*$")
_OPEN_END = re.compile(r"[,;:，；：、—–-][\"”’'»」』]*$")
_LIST_LINE = re.compile(r"(?:[-•*–—·▪●■►➤]\s|\(?\d{1,2}[.)、）](?!\d)|[①-⑳])")
_MACHINE = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|org|net|ru|cn)/|pic\.twitter|@\w{3,}|\w@\w|#\w{3,}|©|\|"
)
_DATELINE = re.compile(
    r"(?:[A-ZА-ЯЁ][A-ZА-ЯЁa-zа-яё.'’ -]{1,30}[,.]?\s*){1,2}"
    r"(?:,\s*(?:[A-ZА-ЯЁ][a-zа-яё]{2,8}\.?\s*\d{1,2}|\d{1,2}\s*[A-ZА-ЯЁa-zа-яё]{3,8}\.?))?"
    r"(?:,?\s*\d{4})?\s*(?:\([\w /.-]{2,24}\)\s*)?[-–—/.]{0,2}\s*(?:[A-ZА-ЯЁ][\w .]{1,24}[.]?)?"
)
_WORD = re.compile(r"[^\W\d_]+")
_OPEN_SINGLE = re.compile(r"(?<![^\s(\[—–-])['‘](?=[^\W\d_])")
_CLOSE_SINGLE = re.compile(r"(?<=[\w.,!?…])['’](?!\w)")
_CLOSED_BY = {
    "“": "”",
    "«": "»",
    "「": "」",
    "『": "』",
    "（": "）",
    "(": ")",
    "《": "》",
    "[": "]",
}
_MARK = re.compile(r"[“”«»「」『』（）()《》\[\]]")
_CAPITALS = re.compile(r"[A-ZА-ЯЁ]")
_SMALLS = re.compile(r"[a-zа-яё]")
_OPENERS = "\"“«「『'‘„"
_CLOSERS = "\"”»」』'’“"


def fault(sentence: str, language: str, before: str | None = None) -> str | None:
    """Return why a sentence may not stand, in a few words, or None if it may.

    before: the sentence that precedes it in its article, if that one is printed directly before
    it; then it may lean on it, and only its form is judged.
    A language without rules is judged by form alone.
    """
    plain = " ".join(sentence.split()).replace("ё", "е").replace("Ё", "Е")
    found = _form(plain, language)
    if found is None and before is None:
        leaning = LEANINGS.get(language)
        if leaning is not None:
            found = _leans(plain, leaning)
    return found


def weakness(sentence: str, language: str) -> tuple[bool, bool]:
    """Return whether a sentence leans on another one, and whether it is malformed.

    For summarizers that weigh instead of refuse. What is only too long, begins with a small letter
    or is a turn of a dialogue is neither: length has its own weight, some texts are all in small
    letters, and a turn names its speaker (in transcripts there is nothing else to choose).
    """
    found = fault(sentence, language)
    leans = found in LEANING
    return leans, found is not None and not leans and found not in _WELL_FORMED


def _form(plain: str, language: str) -> str | None:
    if _MACHINE.search(plain):
        return "page furniture"
    leaning = LEANINGS.get(language)
    if leaning is not None and leaning.furniture.match(plain):
        return "page furniture"
    if leaning is not None and leaning.dateline.fullmatch(plain):
        return "dateline"
    if _LIST_LINE.match(plain):
        return "list line"
    if not balanced(plain):
        return "unbalanced quotation marks or brackets"
    if _QUESTION.search(plain):
        return "question"
    if _TRAILING.search(plain) or _OPEN_END.search(plain):
        return "cut off"
    count = length(plain, language)
    short, long = (SHORTEST_ZH, LONGEST_ZH) if language == "zh" else (SHORTEST, LONGEST)
    if count > long:
        return _TOO_LONG
    if count < short:
        return "too short"
    return _fragment(plain, language)


def _fragment(plain: str, language: str) -> str | None:
    if not _ENDED.search(plain) and language != "zh":
        return "no end: a heading, or a fragment"
    if not _WORD.search(plain):
        return "no words"
    capitals = len(_CAPITALS.findall(plain))
    if language != "zh" and capitals > 0.7 * (capitals + len(_SMALLS.findall(plain))):
        return "heading in capitals"
    first = plain.lstrip(_OPENERS + "([（ ")
    if first[:1].islower() and not first[1:2].isupper():
        return _SMALL
    return None


def _leans(plain: str, leaning: Leaning) -> str | None:
    if bare_quotation(plain):
        return "quotation without its speaker"
    outside = without_quotations(plain)
    opening = plain.lstrip(_OPENERS + "([（ ")
    for reason, pattern in leaning.openings:
        if pattern.match(opening) and not leaning.stands.match(opening):
            return reason
    for reason, pattern in leaning.anywhere:
        if pattern.search(outside):
            return reason
    return None


def balanced(plain: str) -> bool:
    """Return whether quotation marks and brackets come in pairs, each opened before it is closed.

    Apostrophes are not quotation marks: a single mark counts only where it opens a word.
    """
    if plain.count('"') % 2:
        return False
    opened: list[str] = []
    for mark in _MARK.findall(plain):
        if mark in _CLOSED_BY:
            opened.append(_CLOSED_BY[mark])
        elif mark in opened:
            opened.remove(mark)
        else:
            return False
    if opened:
        return False
    return len(_OPEN_SINGLE.findall(plain)) <= len(_CLOSE_SINGLE.findall(plain))


_QUOTED = re.compile(
    r"\"[^\"]*\"|“[^”]*”|«[^»]*»|「[^」]*」|『[^』]*』|„[^“”]*[“”]"
    r"|(?<![^\s(\[—–-])['‘](?=[^\W\d_]).*?(?<=[\w.,!?…])['’](?!\w)"
)


def without_quotations(plain: str) -> str:
    """Return the sentence with every quotation replaced by an empty pair of marks."""
    return _QUOTED.sub('""', plain)


def bare_quotation(plain: str) -> bool:
    """Return whether the whole sentence stands between one pair of quotation marks."""
    found = _QUOTED.match(plain)
    return found is not None and not _WORD.search(plain[found.end() :])
