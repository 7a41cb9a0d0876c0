"""What an article is compared by: words of its language, and marks that no language has of its own.

Marks are entities of the profile ("e:putin"), figures ("n:228.1") and days ("d:05-09"). They are
what a Chinese, a Russian and an English report of one meeting have in common.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from service.model import Article
from service.stories.dates import days
from service.topic import Profile, mentions
from summarizers.text import stems

#: Only so much of a text is read, in code points: an event is told at the start.
_READ = 4000

_FIGURE = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![^\W\u3400-\u9fff])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """One article, as the clustering sees it."""

    language: str
    #: Stems of content words with how often they occur; the title counts as text.
    words: Mapping[str, int]
    #: Marks with how often they occur.
    marks: Mapping[str, int]
    #: Days of the year that the text names, from 1 to 366.
    named_days: frozenset[int]
    #: Day of publication, counted from 1 January of the year 1; None where unknown.
    published: int | None


def features(article: Article, profile: Profile) -> Features:
    """Return the features of an article."""
    title = article.title if article.places[0].title_given else ""
    body = article.text[:_READ]
    whole = body if not title or body.startswith(title) else f"{title}\n{body}"
    named = days(whole)
    marks = Counter(f"e:{mention.entity}" for mention in mentions(whole, profile))
    marks.update(f"n:{figure}" for figure in numbers(whole))
    marks.update(f"d:{day.month:02}-{day.day:02}" for day in named)
    published = article.published
    if published is not None:
        marks[f"d:{published.month:02}-{published.day:02}"] += 1
    return Features(
        language=article.language,
        words=Counter(stems(whole, article.language)),
        marks=marks,
        named_days=frozenset(day.of_year for day in named),
        published=published.toordinal() if published else None,
    )


def numbers(text: str) -> tuple[str, ...]:
    """Return the figures of a text in one notation, without years and single digits.

    A comma or full stop before three last digits separates thousands: "1,200" and "1.200" are
    1200. So "1.234" billion in English reads as 1234, in every article alike.
    """
    found = []
    for match in _FIGURE.finditer(text):
        figure = re.sub(r"[.,](?=\d{3}(?!\d))", "", match[0]).replace(",", ".")
        if len(figure) > 1 and not re.fullmatch(r"(?:19|20)\d\d", figure):
            found.append(figure)
    return tuple(found)
