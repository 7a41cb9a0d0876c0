"""Events: dates that are right, or none."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.brief.passages import passages
from service.brief.timeline import events
from service.model import Article, Event
from tests import builders
from tests.brief.labelled import rows

FRIDAY = date(2026, 11, 20)


def article(text: str, language: str = "en", published: date | None = FRIDAY) -> Article:
    moment = None
    if published is not None:
        moment = datetime(published.year, published.month, published.day, 8, tzinfo=UTC)
    return builders.article(text, language, builders.place(published=moment))


def found(text: str, language: str = "en", published: date | None = FRIDAY) -> list[str]:
    return [iso(e) for e in events(article(text, language, published), asof=published or FRIDAY)]


def iso(event: Event) -> str:
    if event.precision == "month":
        return f"{event.start:%Y-%m}"
    return str(event.start) if event.start == event.end else f"{event.start}/{event.end}"


@pytest.mark.parametrize("half", ["tuned", "held_out"])
@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_dates_are_right_and_most_are_found(half: str, language: str) -> None:
    wanted, given_, right = 0, 0, 0
    for row_language, published, text, labels in rows(f"events_{half}"):
        if row_language == language:
            day = date.fromisoformat(published) if published else None
            answers = Counter(found(text, language, day))
            right += (answers & Counter(labels)).total()
            given_ += answers.total()
            wanted += len(labels)
    assert wanted >= 12
    assert right / given_ >= 0.95, "precision"
    assert right / wanted >= 0.9, "recall"


def test_the_labelled_sets_have_fifty_sentences_a_language() -> None:
    both = rows("events_tuned") + rows("events_held_out")
    assert Counter(row[0] for row in both) == {"en": 50, "zh": 50, "ru": 50}


def test_every_span_is_of_the_text_and_lies_in_its_sentence() -> None:
    for language, published, text, _ in rows("events_tuned"):
        one = article(text, language, date.fromisoformat(published) if published else None)
        for event in events(one, asof=FRIDAY):
            assert event.sentence.of(one) == text
            assert event.sentence.start <= event.expression.start
            assert event.expression.end <= event.sentence.end
            assert event.expression.of(text).strip()


def test_nothing_is_resolved_against_today() -> None:
    text = "The ministers met on Thursday in Harbin."
    early, late = FRIDAY, FRIDAY + timedelta(days=3000)
    one = article(text)
    assert [e.start for e in events(one, asof=early)] == [e.start for e in events(one, asof=late)]


def test_without_a_publication_date_only_a_date_with_its_year_counts() -> None:
    assert found("The ministers met on 9 May in Harbin.", published=None) == []
    assert found("The ministers met on 9 May 2025 in Harbin.", published=None) == ["2025-05-09"]


def test_an_event_is_future_by_the_day_that_is_asked_about() -> None:
    one = article("The terminal will open on 9 December.")
    assert [e.future for e in events(one, asof=FRIDAY)] == [True]
    assert [e.future for e in events(one, asof=date(2026, 12, 9))] == [False]


def test_a_coming_month_is_future_until_it_has_passed() -> None:
    one = article("A second pipeline is to be commissioned in December 2026.")
    assert [e.future for e in events(one, asof=date(2026, 12, 15))] == [True]
    assert [e.future for e in events(one, asof=date(2026, 12, 31))] == [False]


def test_the_date_of_a_statement_gives_way_to_that_of_an_event() -> None:
    text = "The bridge will open on 9 December, the port authority said on Thursday."
    assert found(text) == ["2026-12-09"]
    (only,) = events(article("The port authority said on Thursday that it was ready."), asof=FRIDAY)
    assert only.statement
    assert only.start == date(2026, 11, 19)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The panel has not met since Putin took office in May 2026.", "en"),
        ("Was that crossing even open yesterday?", "en"),
        ("When tomorrow comes to the border, few will notice.", "en"),
        ("Freight shows a spike in December or in slow summers.", "en"),
        ("Tomorrow: what the new crossing means for traders.", "en"),
        ("Unlike the summit in June, this one will be held in Kazan.", "en"),
        ("The readers of Moon Monday like maps.", "en"),
        ("The summit of 9 September drew protests.", "en"),
        ("The depots that were bombed in June remain closed.", "en"),
        ("The agreement signed on 9 October covers gas.", "en"),
        ("Deputies voted on Monday, 18 November.", "en"),  # that day was a Wednesday
        ("路透社这3月共发表五篇评论。", "zh"),
        ("报名从11月9日开始前已经结束。", "zh"),
        ("《今日俄罗斯》播出了这段视频。", "zh"),
        ("Указ, подписанный 3 ноября, вступил в силу.", "ru"),
        ("С 9 ноября очередь выросла вдвое.", "ru"),
    ],
)
def test_an_unclear_date_is_left_out(text: str, language: str) -> None:
    assert found(text, language) == []


def test_what_somebody_says_in_the_present_was_said_before() -> None:
    assert found("The deadline has moved, a diplomat tells the agency on Monday.") == ["2026-11-16"]


def test_a_month_of_a_year_is_that_year() -> None:
    assert found("The bank opened a branch in March of 2026.") == ["2026-03"]


def test_a_weekday_beside_a_date_must_agree_with_it() -> None:
    assert found("Deputies voted on Wednesday, 18 November.") == ["2026-11-18"]


def test_a_range_over_the_new_year_ends_in_the_next() -> None:
    text = "The rink will be open from 28 December to 3 January."
    assert found(text) == ["2026-12-28/2027-01-03"]


def test_history_is_no_news() -> None:
    assert found("Engineers finished the first bridge on 9 May 1987.") == []
    dated = "The ministers met on 9 May 2025. Japan surrendered on 2 September 1945."
    assert found(dated, published=None) == ["2025-05-09"]


def test_an_impossible_date_is_none() -> None:
    assert found("The ministers met on 31 November 2026.") == []
    assert found("The ministers met on 29 February 2026.") == []


def test_a_language_without_rules_gives_nothing() -> None:
    assert found("Ministrowie spotkali się 9 maja 2026.", "pl") == []


@pytest.mark.parametrize("flood", ["“", '"', "1", "1 May ", "3日", "on May ", "в мае "])
@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_a_flood_of_marks_or_figures_is_not_parted(flood: str, language: str) -> None:
    # No timer: the splitter, whose time may grow with the square, never sees the paragraph.
    text = flood * (300_000 // len(flood))
    assert not list(passages(text, language))
    assert not events(article(text, language), asof=FRIDAY)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "on ",
                "9 May ",
                "Thursday",
                "will ",
                "met ",
                ". ",
                "“",
                "”",
                "\n",
                "5月9日",
                "周四",
                "将",
                "в четверг ",
                "9 мая ",
                "с ",
                "по ",
                "3日",
                "至",
                "2026 ",
                "31 ",
                "в ",
                "мае ",
                ", ",
            ]
        ),
        max_size=30,
    ),
    st.sampled_from(["en", "zh", "ru"]),
    st.booleans(),
)
def test_any_mixture_gives_spans_of_the_text(parts: list[str], language: str, dated: bool) -> None:
    text = "".join(parts)
    for event in events(article(text, language, FRIDAY if dated else None), asof=FRIDAY):
        assert 0 <= event.sentence.start <= event.expression.start < event.expression.end
        assert event.expression.end <= event.sentence.end <= len(text)
        assert event.start <= event.end
