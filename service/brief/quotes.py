"""Direct speech with its speaker, as spans of the article.

A quotation is kept if a pattern of attribution gives it to a named speaker. It goes to the speaker
of the quotation before it where the text runs on: “A,” X said. “B.” A pronoun is given a name only
if the sentences before name one person and no other. Scare quotes, titles and slogans are no
quotes, nor are the words of people without a name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from service.brief.marks import Quotation, quotations
from service.brief.people import PERSONS, People
from service.brief.speech import chinese, english, russian
from service.brief.speech.attribution import REACH, Attribution, Setting, Speaker
from service.model import Article, Quote
from service.topic import Profile, mentions
from summarizers.text import length

_PATTERNS = {"en": english.attributed, "zh": chinese.attributed, "ru": russian.attributed}
#: Fewer words are hardly an utterance; of a part of a sentence, more are needed.
LEAST = {"en": 2, "ru": 1, "zh": 4}
LEAST_PARTIAL = {"en": 4, "ru": 4, "zh": 8}
#: Longer ones are documents, or a mark that was never closed.
LONGEST = 1200
_RUNS_ON = re.compile(r"[^.!?。！？“”«»]{0,90}[.,:，。]\s*")
_DASH = re.compile(r"^[—–]\s", re.MULTILINE)
#: A capital within a sentence: what has one there is a name at the beginning of another, too.
_PROPER = re.compile(r"(?<=[a-zа-яё,;]\s)[A-ZА-ЯЁ][\w’'-]+")
_WORD = re.compile(r"\w")
_LABEL = re.compile(r"[A-ZА-ЯЁ][\w-]*(?:\s[\w-]+){0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    start: int
    end: int
    attribution: Attribution


def quotes(article: Article, profile: Profile | None) -> tuple[Quote, ...]:
    """Return the direct speech of an article's named speakers, in order of the text.

    profile: its people are known as persons; the patterns find others without it. Languages other
    than English, Chinese and Russian give none.
    """
    pattern = _PATTERNS.get(article.language)
    if pattern is None or not article.text:
        return ()
    found = sorted(_found(article, _names(article, profile)), key=lambda f: f.start)
    if not found:
        return ()
    people = People(
        article,
        profile,
        [f.attribution.speaker for f in found if not f.attribution.speaker.pronoun],
    )
    return tuple(_quotes(article, found, people))


def _found(article: Article, names: frozenset[str]) -> Iterator[_Found]:
    """Yield the quotations that are attributed, to a name or to a pronoun."""
    text, language = article.text, article.language
    regions = quotations(text, language)
    previous: tuple[Quotation, Attribution] | None = None
    for index, region in enumerate(regions):
        if region.inner_end - region.inner_start < 2:
            continue
        setting = _setting(text, regions, index, names)
        inside = None
        if language == "ru":
            inside = russian.pauses(text, region.inner_start, region.inner_end)
        if inside is not None:
            (start, end), attribution, resumed = inside
            yield _Found(start=start, end=end, attribution=attribution)
            if resumed < region.inner_end:
                yield _Found(start=resumed, end=region.inner_end, attribution=attribution)
            previous = (region, attribution)
            continue
        found = _PATTERNS[language](setting)
        if found is None and previous is not None and _continues(text, previous, region):
            found = replace(previous[1], partial=False)
        if found is None:
            previous = None
            continue
        if not _too_short(setting, found, language) and len(setting.words) <= LONGEST:
            yield _Found(start=region.inner_start, end=region.inner_end, attribution=found)
        previous = (region, found)
    if language == "ru":
        yield from _dialogue(text)


def _names(article: Article, profile: Profile | None) -> frozenset[str]:
    """Return words of the text that are names: of persons of the profile, or by their capital."""
    found = set(_PROPER.findall(article.text)) if article.language != "zh" else set()
    if profile is not None:
        kinds = {entity.id: entity.kind for entity in profile.entities}
        found |= {
            article.text[mention.start : mention.end]
            for mention in mentions(article.text, profile)
            if kinds[mention.entity] in PERSONS
        }
    return frozenset(found)


def _setting(
    text: str, regions: tuple[Quotation, ...], index: int, names: frozenset[str]
) -> Setting:
    region = regions[index]
    before, behind = index - 1, index + 1
    while before >= 0 and region.start - regions[before].end < REACH:
        if not _labels(text, regions[before]):
            break
        before -= 1
    while behind < len(regions) and regions[behind].start - region.end < REACH:
        if not _labels(text, regions[behind]):
            break
        behind += 1
    begin = max(regions[before].end if before >= 0 else 0, region.start - REACH)
    begin = max(begin, text.rfind("\n", begin, region.start) + 1)
    following = regions[behind].start if behind < len(regions) else len(text)
    end = min(following, region.end + REACH)
    line_end = text.find("\n", region.end, end)
    return Setting(
        text=text,
        begin=begin,
        end=end if line_end < 0 else line_end,
        start=region.start,
        stop=region.end,
        inner_start=region.inner_start,
        inner_stop=region.inner_end,
        names=names,
    )


def _labels(text: str, region: Quotation) -> bool:
    """Whether marks hold the name of a company or an outlet: глава «Газпрома» Алексей Миллер."""
    return (
        region.mark == "«"
        and _LABEL.fullmatch(text, region.inner_start, region.inner_end) is not None
    )


def _continues(text: str, previous: tuple[Quotation, Attribution], region: Quotation) -> bool:
    """Whether a quotation without attribution goes on with the one before it."""
    before, attribution = previous
    if not before.closed:
        return not text[before.end : region.start].strip()
    if not attribution.behind or attribution.span.end > region.start:
        return False
    gap = text[attribution.span.end : region.start]
    return "\n" not in gap and _RUNS_ON.fullmatch(gap) is not None


def _too_short(setting: Setting, found: Attribution, language: str) -> bool:
    least = LEAST_PARTIAL if found.partial else LEAST
    if language == "zh":
        return len(_WORD.findall(setting.words)) < least["zh"]
    return length(setting.words, language) < least[language]


def _dialogue(text: str) -> Iterator[_Found]:
    """Yield speech that a dash begins and no quotation mark holds."""
    for dash in _DASH.finditer(text):
        stop = text.find("\n", dash.end())
        stop = len(text) if stop < 0 else stop
        inside = russian.pauses(text, dash.end(), min(stop, dash.end() + LONGEST))
        if inside is None:
            continue
        (start, end), attribution, resumed = inside
        yield _Found(start=start, end=end, attribution=attribution)
        if resumed < stop:
            yield _Found(start=resumed, end=stop, attribution=attribution)


def _quotes(article: Article, found: list[_Found], people: People) -> Iterator[Quote]:
    last = 0
    for one in found:
        speaker: Speaker | None = one.attribution.speaker
        if speaker is not None and speaker.pronoun:
            speaker = people.meant(speaker.name.start)
        if speaker is None or one.start < last:
            continue
        start, end = _trimmed(article.text, one.start, one.end)
        if start >= end:
            continue
        last = end
        yield Quote(
            article=article.id,
            language=article.language,
            start=start,
            end=end,
            speaker=speaker.name,
            office=speaker.office,
            attribution=one.attribution.span,
        )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
