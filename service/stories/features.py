"""What an article is compared by: words of its language, and marks, which have no language.

Marks are entities of the profile ("e:putin"), figures ("n:2.281e+11") and days ("d:05-09"): what a
Chinese, a Russian and an English report of one meeting have in common.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from service.model import Article
from service.stories.dates import day_of_year, days
from service.topic import Profile
from service.topic.gazetteer import hits
from summarizers.text import stems

#: Only so much of a text is read, in code points: an event is told at the start, and further down
#: stands the background that all articles on one topic share. Of 2,000, 2,500, 3,000 and 4,000 the
#: second is best on halves and fifths of the labelled sets, and in tens of articles on look-alike
#: events (0.69 B-cubed F1, and 0.65 at 4,000); on one set as a whole it costs 0.01.
_READ = 2500

#: What makes a figure before it part of a date or a time of day: those are compared as days.
_OF_DATE = re.compile(
    r"\s*(?:[年月日号號时時]|(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|"
    r"ноября|декабря)\b|(?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December)\b|[ap]\.?m\b|:\d)"
)
#: Searched by its first digit, which is fast; what stands around it is looked at afterwards.
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_MAX_DIGITS = 15
_SCALES = {
    "万亿": 12,
    "萬億": 12,
    "亿": 8,
    "億": 8,
    "万": 4,
    "萬": 4,
    "thousand": 3,
    "тыс": 3,
    "million": 6,
    "млн": 6,
    "миллион": 6,
    "billion": 9,
    "bn": 9,
    "млрд": 9,
    "миллиард": 9,
    "trillion": 12,
    "трлн": 12,
    "триллион": 12,
}
_SCALE = re.compile(
    r"[\s-]*(" + "|".join(sorted(_SCALES, key=len, reverse=True)) + ")", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """One article, as the clustering sees it."""

    language: str
    #: Marks with how often they occur.
    marks: Mapping[str, int]
    #: Days of the year that the text names, from 1 to 366.
    named: frozenset[int]
    #: Day of publication, counted from 1 January of the year 1; None where unknown.
    published: int | None
    #: The same as a day of the year; 0 where unknown.
    published_of_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What stands in a title and a text, whoever published them and when.

    It costs the most of all that stories are made from. The order of words and marks counts: of
    features that weigh the same, the first ones are kept.
    """

    #: Stems of content words with how often they occur.
    words: Mapping[str, int]
    #: As of `Features`, without the day of publication.
    marks: Mapping[str, int]
    named: frozenset[int]


#: Gives the reading of an article, by its id, where it is known.
Readings: TypeAlias = Callable[[str], "Reading | None"]


def unread(id_: str) -> Reading | None:
    """Give none: no article was read before."""
    return None


def read(article: Article, profile: Profile) -> Reading:
    """Return what stands at the beginning of an article; the title counts as text."""
    title = article.title if article.places[0].title_given else ""
    body = article.text[:_READ]
    whole = body if not title or body.startswith(title) else f"{title}\n{body}"
    named = days(whole)
    # The sides themselves are in every article on the topic, and say nothing of the event.
    marks = Counter(
        f"e:{hit.target.id}"
        for hit in hits(whole, profile)
        if hit.target.role == "entity" and not (hit.target.sides and hit.target.kind == "country")
    )
    marks.update(f"n:{figure}" for figure in numbers(whole))
    marks.update(f"d:{day.month:02}-{day.day:02}" for day in named)
    return Reading(
        words=Counter(stems(whole, article.language)),
        marks=marks,
        named=frozenset(day.of_year for day in named),
    )


def features(
    article: Article, profile: Profile, reading: Reading | None = None
) -> tuple[Features, Mapping[str, int]]:
    """Return the features of an article, and its words.

    They are apart because the words are most of the memory, and need not be kept. reading: that of
    the article where it is known.
    """
    known = read(article, profile) if reading is None else reading
    marks = Counter(known.marks)
    published = article.published
    if published is not None:
        marks[f"d:{published.month:02}-{published.day:02}"] += 1
    found = Features(
        language=article.language,
        marks=marks,
        named=known.named,
        published=published.toordinal() if published else None,
        published_of_year=day_of_year(published.month, published.day) if published else 0,
    )
    return found, known.words


def numbers(text: str) -> tuple[str, ...]:
    """Return the figures of a text in one notation, without dates, years and single digits.

    A comma or full stop before three last digits separates thousands: "1,200" and "1.200" are
    1200, and "1.234 billion" is misread as 1234 billion, in every article alike. A word of scale
    belongs to its figure: "244.8 billion", "244,8 млрд" and "2448亿" are one number, "2.448e+11".
    """
    found = []
    for match in _FIGURE.finditer(text):
        if not _alone(text, *match.span()) or _OF_DATE.match(text, match.end()):
            continue
        figure = re.sub(r"[.,](?=\d{3}(?!\d))", "", match[0]).replace(",", ".")
        scale = _SCALE.match(text, match.end())
        if scale is None and (len(figure) < 2 or re.fullmatch(r"(?:19|20)\d\d", figure)):
            continue
        # "10.5.3" is a version or a section, and twenty digits are an account or a hash.
        if figure.count(".") <= 1 and len(figure) <= _MAX_DIGITS:
            value = float(figure) * 10.0 ** (_SCALES[scale[1].lower()] if scale else 0)
            found.append(f"{value:.4g}")
    return tuple(found)


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a figure is no part of a word or name: "Su-35", "B2B", "10:30"; Chinese is none."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before and (before in ".,:/-" or _latin(before))) and not (after and _latin(after))


def _latin(character: str) -> bool:
    return character.isalnum() and not "\u3400" <= character <= "\u9fff"
