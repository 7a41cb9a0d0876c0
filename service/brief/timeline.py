"""Events with their dates: the lines of the timeline and of the watch list.

A sentence counts where it says, outside of any quotation, on which day or in which month its event
took place or will. What the expression means is worked out from the article's date of publication;
an article without one gives only dates that name their year. Years alone, weeks, deadlines, dates
of documents and of anniversaries are left out, as is everything that happened long before the
article was written: that is background, not news.
"""

from datetime import date, timedelta

from service.brief.dates import chinese, english, russian
from service.brief.dates.mention import Mention
from service.brief.dates.resolve import Days, resolve
from service.brief.marks import quotations
from service.brief.passages import passages
from service.model import Article, Event, Sentence, Span

#: Older than this when the article was written, an event is its background.
BACKGROUND = timedelta(days=450)
#: Further ahead than this, a date is a target.
HORIZON = timedelta(days=3 * 366)
#: For an article without a date; only against figures that are no year of the news at all.
UNDATED = timedelta(days=15 * 366)
#: Longer sentences are tables and lists that nobody parted.
LONGEST = 600

_RULES = {"en": english.mentions, "zh": chinese.mentions, "ru": russian.mentions}
#: A question tells no event.
_CANDIDATES = {"en": english.CANDIDATE, "zh": chinese.CANDIDATE, "ru": russian.CANDIDATE}
_ENDS = ".!。！…"
_CLOSING = "\"'”’»」』)）]"


def events(article: Article, *, asof: date) -> tuple[Event, ...]:
    """Return the dated events of an article, in order of the text.

    asof: an event is `future` if it begins after this day; it never helps to work out a date.
    Languages other than English, Chinese and Russian give none.
    """
    rules = _RULES.get(article.language)
    if rules is None:
        return ()
    published = article.published.date() if article.published is not None else None
    quoted = [(region.start, region.end) for region in quotations(article.text, article.language)]
    found: list[tuple[Sentence, Mention, Days]] = []
    place = 0
    for start, end in passages(article.text, article.language, _CANDIDATES[article.language]):
        text = article.text[start:end]
        if end - start > LONGEST or not text.rstrip(_CLOSING).endswith(tuple(_ENDS)):
            continue
        while place < len(quoted) and quoted[place][1] <= start:
            place += 1
        of_sentence = []
        for mention in sorted(rules(text), key=lambda m: m.start):
            at = start + mention.start
            if any(a <= at < b for a, b in quoted[place : place + 50]):
                continue
            days = resolve(mention, published)
            if days is not None:
                of_sentence.append((mention, days))
        if any(not mention.statement for mention, _ in of_sentence):
            # "The bridge will open on 9 May, officials said on Thursday."
            of_sentence = [pair for pair in of_sentence if not pair[0].statement]
        sentence = Sentence(article=article.id, start=start, end=end)
        found += [(sentence, mention, days) for mention, days in of_sentence]
    return _news(found, published, asof)


def _news(
    found: list[tuple[Sentence, Mention, Days]], published: date | None, asof: date
) -> tuple[Event, ...]:
    """Return events without history, far targets and repetitions."""
    if published is not None:
        reference, earliest = published, published - BACKGROUND
    else:
        # The text itself says when it was written: not before the last thing that it reports.
        told = [days.start for _, _, days in found if days.start <= asof]
        reference = max(told, default=asof)
        earliest = max(reference - BACKGROUND, asof - UNDATED)
    kept: dict[tuple[int, date, date], Event] = {}
    for sentence, mention, days in found:
        if not earliest <= days.start <= reference + HORIZON:
            continue
        kept.setdefault(
            (sentence.start, days.start, days.end),
            Event(
                sentence=sentence,
                start=days.start,
                end=days.end,
                precision=days.precision,
                expression=Span(
                    start=sentence.start + mention.start, end=sentence.start + mention.end
                ),
                future=_future(mention, days, asof),
                statement=mention.statement,
            ),
        )
    return tuple(kept.values())


def _future(mention: Mention, days: Days, asof: date) -> bool:
    if days.precision == "month" and mention.tense == "future":
        return days.end > asof
    return days.start > asof
