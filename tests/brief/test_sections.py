"""Changes, fields, quotations, dates past and to come."""

from dataclasses import replace
from datetime import UTC, date, datetime

from service.brief import codec
from service.brief.compose import Plan, compose
from service.brief.sections import Past, Telling, dated
from service.brief.verify import verify
from service.model import Article, Brief, EventItem, Line, Method, Period, Sentence, Story
from service.stories.continuity import Changes, Continued, Told
from service.topic import load
from tests import builders

PROFILE = load("china-russia")
CUTOFF = datetime(2026, 3, 10, 7, tzinfo=UTC)
SPOKEN = (
    "Chinese Foreign Minister Wang Yi received his Russian counterpart in Beijing on Monday. "
    "The ministers signed a protocol on visas for the drivers of lorries on 3 March 2026. "
    "Customs officers of both countries will meet in Harbin on 20 April 2026. "
    "The Russian delegation then left for a visit to the port of Dalian. "
    "Shipping companies in Vladivostok had asked for the protocol since last summer. "
    "“Both sides will open two more crossings for goods trains before the winter,” Wang Yi said. "
)
FREIGHT = (
    "Rail freight between China and Russia grew by a tenth in the first two months of the year. "
    "The railways of both countries will run forty more trains a week from the summer on. "
    "Exporters of timber in Irkutsk had asked for the additional trains since last autumn."
)


def _article(text: str, title: str = "A report") -> Article:
    place = replace(
        builders.place(key=title, title=title),
        collected=CUTOFF,
        published=datetime(2026, 3, 9, 8, tzinfo=UTC),
        outlet="Harbour Wire",
    )
    return builders.article(text, "en", place)


def _story(text: str, title: str = "A report") -> Story:
    return Story(articles=(_article(text, title),), origins=1)


def _plan(number: int = 2) -> Plan:
    return Plan(
        title="Brief",
        marking="OPEN",
        edition="daily",
        number=number,
        language="en",
        period=Period(start=datetime(2026, 3, 9, 7, tzinfo=UTC), end=CUTOFF),
        cutoff=CUTOFF,
        timezone="Asia/Shanghai",
        method=Method(version="1", summarizer="lead", topic="china-russia"),
        max_stories=8,
    )


def _compose(*stories: Story, past: Past | None = None) -> Brief:
    brief = compose(stories, _plan(), builders.brief().coverage, PROFILE, state_media={}, past=past)
    articles = {a.id: a for s in stories for a in s.articles}
    articles |= {a.id: a for _, a in past.watch} if past else {}
    text = codec.dumps(brief)
    verify(text, codec.digest(text), articles, ())
    return brief


def test_a_quotation_has_the_exact_words_and_the_speaker() -> None:
    brief = _compose(_story(SPOKEN))
    (quote,) = brief.quotes
    assert quote.line.text.startswith("Both sides will open two more crossings")
    assert quote.speaker.text == "Wang Yi"
    assert SPOKEN[quote.line.start : quote.line.end] == quote.line.text


def test_a_sentence_printed_in_a_story_is_not_quoted_again() -> None:
    brief = _compose(_story(SPOKEN))
    printed = [line.text for item in brief.stories for line in item.lines]
    assert not any(brief.quotes[0].line.text in text for text in printed)


def test_past_events_are_in_the_timeline_and_coming_ones_on_the_watch_list() -> None:
    more = SPOKEN + " A commission on river ports will meet in Chita on 5 May 2026."
    brief = _compose(_story(more))
    dates = {item.start for item in brief.timeline}
    coming = {item.start for item in brief.watch}
    assert all(day <= date(2026, 3, 10) for day in dates)
    assert date(2026, 5, 5) in coming
    assert min(coming) > date(2026, 3, 10)


def test_no_sentence_of_any_section_repeats_another() -> None:
    brief = _compose(_story(SPOKEN), _story(FREIGHT))
    texts = [line.text for line in brief.lines()]
    assert len(texts) == len(set(texts)) == brief.lines()[-1].number


def _past(*continued: Continued, quiet: tuple[Told, ...] = (), **fields: object) -> Past:
    telling = Telling(
        headline="Told before", language="en", issue=1, cutoff=datetime(2026, 3, 9, 7, tzinfo=UTC)
    )
    tellings = {told.id: telling for c in continued for told in c.earlier}
    tellings |= {told.id: telling for told in quiet}
    past = Past(changes=Changes(stories=continued, quiet=quiet), tellings=tellings)
    return replace(past, **fields)  # type: ignore[arg-type]


def _told(text: str) -> Told:
    article = _article(text)
    return Told(id=article.root, cutoff=datetime(2026, 3, 9, 7, tzinfo=UTC), articles=(article,))


def test_changes_name_updates_first_and_what_has_gone_quiet() -> None:
    old, gone = _told(SPOKEN), _told(builders.GAS_EN)
    story = _story(SPOKEN + " Nine new trains were ordered by the two railways on Monday.", "More")
    added = story.articles[0].text.index("Nine new")
    sentence = replace(_sentence(story), start=added, end=len(story.articles[0].text))
    updated = Continued(story=story, badge="updated", earlier=(old,), added=(sentence,))
    new = Continued(story=_story(FREIGHT, "Freight"), badge="new", earlier=(), added=())
    brief = _compose(story, new.story, past=_past(new, updated, quiet=(gone,)))
    assert [(c.kind, c.headline) for c in brief.changed] == [
        ("updated", "More"),
        ("new", "Freight"),
        ("quiet", "Told before"),
    ]
    assert brief.changed[0].issue == 1
    assert brief.changed[2].source is None
    shown = next(item for item in brief.stories if item.badge == "updated")
    assert [line.text for line in shown.lines] == [
        "Nine new trains were ordered by the two railways on Monday."
    ]


def _sentence(story: Story) -> Sentence:
    return Sentence(article=story.articles[0].id, start=0, end=1)


def test_a_sentence_that_an_earlier_issue_printed_is_not_printed_again() -> None:
    story = _story(FREIGHT, "Freight")
    first = FREIGHT.split(". ")[0] + "."
    new = Continued(story=story, badge="new", earlier=(), added=())
    brief = _compose(story, past=_past(new, said=(("en", first),)))
    assert first not in [line.text for line in brief.lines()]
    assert brief.lines()


def test_what_was_watched_for_stays_until_it_passes() -> None:
    article = _article(SPOKEN)
    start = SPOKEN.index("Customs")
    end = SPOKEN.index(" The Russian delegation")
    line = Line(
        number=9,
        text=SPOKEN[start:end],
        language="en",
        article=article.id,
        start=start,
        end=end,
        source=4,
    )
    kept = EventItem(line=line, start=date(2026, 4, 20), end=date(2026, 4, 20), precision="day")
    story = _story(FREIGHT, "Freight")
    new = Continued(story=story, badge="new", earlier=(), added=())
    brief = _compose(story, past=_past(new, watch=((kept, article),)))
    (item,) = brief.watch
    assert item.start == date(2026, 4, 20)
    assert item.line.number == brief.lines()[-1].number
    assert {source.article for source in brief.sources} == {article.id, story.articles[0].id}


def test_a_day_of_a_story_is_told_once_in_the_readers_language() -> None:
    russian = (
        "Министры подписали 3 марта 2026 года в Пекине протокол о визах для водителей грузовиков. "
        "Делегация России затем отправилась с визитом в порт Далянь."
    )
    place = replace(builders.place(key="ru", title="Отчёт"), collected=CUTOFF, outlet="Обзор")
    both = Story(articles=(builders.article(russian, "ru", place), _article(SPOKEN)), origins=2)
    found = dated([both], asof=date(2026, 3, 10), language="en")
    (event,) = [e for e in found if e.start == date(2026, 3, 3)]
    assert event.sentence.article == both.articles[1].id


def test_a_speaker_is_named_as_fully_as_the_article_names_him() -> None:
    text = SPOKEN.replace("Wang Yi said", "Wang said")
    (quote,) = _compose(_story(text)).quotes
    assert quote.speaker.text == "Wang Yi"
    assert text[quote.speaker.start : quote.speaker.end] == "Wang Yi"


def test_an_office_before_a_surname_is_not_a_fuller_name() -> None:
    text = SPOKEN.replace("Wang Yi said", "President Xi said").replace(
        "The ministers", "Xi Jinping and the ministers"
    )
    (quote,) = _compose(_story(text)).quotes
    assert quote.speaker.text == "Xi Jinping"


def test_a_speaker_whom_the_profile_does_not_know_keeps_the_name_that_stands_there() -> None:
    (quote,) = _compose(_story(SPOKEN.replace("Wang Yi said", "Petrenko said"))).quotes
    assert quote.speaker.text == "Petrenko"
