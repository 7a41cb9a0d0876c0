"""Which person "he said" means, where the text leaves no doubt."""

import re
from bisect import bisect_left, bisect_right

from service.brief.passages import passages
from service.brief.speech.attribution import Speaker
from service.model import Article, Span
from service.topic import Profile, mentions

#: Kinds of entity that are people.
PERSONS = frozenset(("leader", "minister", "official"))
#: How many sentences before that of the pronoun are searched for persons.
_WINDOW = 2
_WORD = r"[A-ZÀ-ÞЁА-Я][\w’'-]+"
#: Two or three capitalised words in a row: perhaps a person, so perhaps a second one.
_PERHAPS = re.compile(rf"{_WORD}(?:\s{_WORD}){{1,2}}")
#: A given name and a surname, and no word that a sentence begins with before a country.
_FULL_NAME = re.compile(
    r"(?<![\w-])(?!The|In|But|And|For|With|As|If|When|While|At|By|From|On|To|Of|Both|Since|В|Из|На|Для)"
    rf"(?=({_WORD})\s({_WORD}))"
)
#: One, as the subject of a verb in the past: "Mishustin praised", "Мишустин похвалил".
_SUBJECT = re.compile(
    r"(?<![\w-])(?!(?:No|Any|Every|Some)(?:body|one|thing)|[TW]h(?:e|at|is|ese|ose|ey|o|ich)\b|We|You|[IH]t?e?\b|She\b|All\b)"
    rf"({_WORD})\s(?:[a-z]+ed|[a-z]*(?:met|told|said|spoke|held)|[а-яё]+л[аи]?с?[ья]?)(?!\w)"
)
#: Foreign names in Chinese letters before a verb, and names with their dot.
_HE_OR_SHE = {"he": "m", "she": "f", "он": "m", "она": "f"}
#: Surnames and offices that tell of a man or a woman. They only ever take a person away.
_WOMAN = re.compile(
    r"(?:ova|eva|skaya|tskaya|ова|ева|ёва|ская|цкая)$|woman$|^(?:mrs|ms|queen|princess)\b",
    re.IGNORECASE,
)
_MAN = re.compile(
    r"(?:\w\w[oe]v|sky|skiy|[а-яё]{2}[оеё]в|ский|цкий)$|(?:chair|spokes|business)man$|^(?:mr|king|prince)\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2,6}(?:·[\u4e00-\u9fff]{1,8})+")


#: start -> (start, end, key, sure): a sure one is a person, any other may be.
_Places = dict[int, tuple[int, int, str, bool]]


class People:
    """The persons of an article, and where it names them."""

    def __init__(self, article: Article, profile: Profile | None, speakers: list[Speaker]) -> None:
        self._text = article.text
        self._sentences = [start for start, _ in passages(article.text, article.language)]
        self._offices = {speaker.name.start: speaker.office for speaker in speakers}
        places, others = _mentioned(article.text, profile)
        self._add_speakers(places, speakers)
        self._add_possible(places, others)
        self._places = [places[start] for start in sorted(places)]
        self._starts = [place[0] for place in self._places]

    def _add_speakers(self, places: _Places, speakers: list[Speaker]) -> None:
        """Add every place that names one of the speakers, in full or by surname."""
        known = dict(places)
        names: dict[str, str] = {}
        for speaker in speakers:
            name = speaker.name.of(self._text)
            inside = [
                known[at] for at in range(speaker.name.start, speaker.name.end) if at in known
            ]
            key = inside[0][2] if inside else _key(name)
            names[name] = key
            names.setdefault(name.split()[-1], key)
        if not names:
            return
        longest_first = sorted(names, key=len, reverse=True)
        for match in re.finditer("|".join(map(re.escape, longest_first)), self._text):
            start, end = match.span()
            if _whole(self._text, start, end) and not _covered(start, known):
                places.setdefault(start, (start, end, names[match[0]], True))

    def _add_possible(self, places: _Places, others: list[tuple[int, int]]) -> None:
        """Add what looks like a person: one more of them makes a pronoun unclear."""
        surnames = self._surnames(others)
        others = [span for span in others if span not in surnames]
        for pattern in (_PERHAPS, _SUBJECT, _CHINESE):
            for match in pattern.finditer(self._text):
                start, end = match.span(match.lastindex or 0)
                if any(a < end and start < b for a, b in _near(others, start)):
                    continue
                if not any(a < end and start < b for a, b, *_ in _around(places, start, end)):
                    places.setdefault(start, (start, end, _key(self._text[start:end]), False))

    def _surnames(self, others: list[tuple[int, int]]) -> set[tuple[int, int]]:
        """Return the mentions that a text uses as surnames: profiles file Merkel under Germany."""
        starts = dict(others)
        words = set()
        for match in _FULL_NAME.finditer(self._text):
            start = match.start(2)
            if starts.get(start) == match.end(2) and match.start(1) not in starts:
                words.add(match[2])
        return {span for span in others if self._text[span[0] : span[1]] in words}

    def meant(self, at: int) -> Speaker | None:
        """Return the person for whom a pronoun at `at` stands; None if there may be two or none."""
        index = bisect_right(self._sentences, at) - 1
        first = self._sentences[max(0, index - _WINDOW)] if self._sentences else 0
        found = self._places[bisect_left(self._starts, first) : bisect_left(self._starts, at)]
        keys = {key for _, _, key, _ in found}
        sure = [place for place in found if place[3]]
        if len(keys) != 1 or not sure:
            return None
        start, end, _, _ = sure[-1]
        speaker = Speaker(name=Span(start=start, end=end), office=self._offices.get(start))
        return speaker if self._may_be(at, self._named(sure)) else None

    def _named(self, places: list[tuple[int, int, str, bool]]) -> list[Speaker]:
        return [
            Speaker(name=Span(start=start, end=end), office=self._offices.get(start))
            for start, end, _, _ in places
        ]

    def _may_be(self, at: int, speakers: list[Speaker]) -> bool:
        """Whether a pronoun may stand for one who is called so: not "she" for Dmitry Peskov."""
        word = re.compile(r"\w+").match(self._text, at)
        wanted = _HE_OR_SHE.get(word[0].lower()) if word else None
        other = {"m": _WOMAN, "f": _MAN}.get(wanted or "")
        return other is None or not any(
            other.search(span.of(self._text))
            for speaker in speakers
            for span in (speaker.name, speaker.office)
            if span is not None
        )


def fullest(article: Article, name: Span, profile: Profile) -> Span:
    """Return where the article first names the same person in full: "Xi Jinping" for "Xi".

    That is by the first name that the profile lists in the language. Only for people whom it knows,
    since a surname alone may be another's; and not in Russian, where the full name mostly stands
    in another case.
    """
    places, _ = _mentioned(article.text, profile)
    own = {key for start, end, key, _ in places.values() if start < name.end and name.start < end}
    if len(own) != 1 or article.language == "ru":
        return name
    entity = next(entity for entity in profile.entities if entity.id in own)
    full = next((a.form for a in entity.aliases if a.language == article.language), "")
    for start in sorted(places):
        _, end, key, _ = places[start]
        if key in own and article.text[start:end] == full and len(full) > name.end - name.start:
            return Span(start=start, end=end)
    return name


def _mentioned(text: str, profile: Profile | None) -> tuple[_Places, list[tuple[int, int]]]:
    """Return where a profile's people are named, and where anything else of it is."""
    places: _Places = {}
    others: list[tuple[int, int]] = []
    if profile is not None:
        kinds = {entity.id: entity.kind for entity in profile.entities}
        for found in mentions(text, profile):
            if kinds[found.entity] in PERSONS:
                places[found.start] = (found.start, found.end, found.entity, True)
            else:
                others.append((found.start, found.end))
    return places, others


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a name stands as a word of its own; Chinese has no such borders."""
    if "\u4e00" <= text[start] <= "\u9fff":
        return True
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


def _key(name: str) -> str:
    return name.split()[-1].split("·")[-1].removesuffix("’s").removesuffix("'s").lower()


def _covered(at: int, known: _Places) -> bool:
    return any(start in known and known[start][1] > at for start in range(max(0, at - 40), at + 1))


def _near(spans: list[tuple[int, int]], at: int) -> list[tuple[int, int]]:
    index = bisect_left(spans, (at,))
    return spans[max(0, index - 3) : index + 6]


def _around(places: _Places, start: int, end: int) -> list[tuple[int, int, str, bool]]:
    return [places[i] for i in range(max(0, start - 40), end) if i in places]
