"""What an issue rests on is counted, and what it lacks is said."""

from dataclasses import replace
from datetime import UTC, date, datetime

from service.brief.coverage import cover, skipped
from service.model import Article, Coverage, Period, Problem, ProblemKind, Skipped, SourceRead
from tests import builders

PERIOD = Period(start=datetime(2026, 3, 1, tzinfo=UTC), end=datetime(2026, 3, 8, tzinfo=UTC))
READ = SourceRead(name="corpus", kind="folder", state="read", items=3, new=3)


def _article(text: str, published: datetime | None = None, language: str = "en") -> Article:
    place = replace(builders.place(key=text), published=published)
    return builders.article(text, language, place)


def _cover(*articles: Article, timezone: str = "UTC", **fields: object) -> Coverage:
    given: dict[str, object] = {
        "reads": [READ],
        "problems": [],
        "articles": articles,
        "relevant": {a.id for a in articles if a.language in ("en", "zh", "ru")},
        "printed": set(),
        "state_media": {},
        "period": PERIOD,
        "timezone": timezone,
    }
    return cover(**(given | fields))  # type: ignore[arg-type]


def test_days_are_those_of_publication_in_the_desks_zone() -> None:
    late = datetime(2026, 3, 2, 20, tzinfo=UTC)
    found = _cover(_article("a", late), _article("b", late), timezone="Asia/Shanghai")
    assert found.per_day == ((date(2026, 3, 3), 2),)


def test_undated_and_earlier_articles_are_counted_apart() -> None:
    before = datetime(2025, 1, 1, tzinfo=UTC)
    found = _cover(_article("a"), _article("b", before), _article("c", PERIOD.start))
    assert (found.undated, found.earlier, len(found.per_day)) == (1, 1, 1)


def test_languages_are_counted_most_first() -> None:
    found = _cover(_article("a"), _article("中", language="zh"), _article("文", language="zh"))
    assert found.languages == (("zh", 2), ("en", 1))


def test_an_article_in_another_language_is_named_with_its_reason() -> None:
    found = _cover(_article("a"), _article("b", language="es"))
    assert found.unread == (("es", 1),)
    assert found.skipped == (
        Skipped(source="corpus", key="b", reason='is in the language "es", which is not read'),
    )


def test_an_article_in_another_language_is_no_fault() -> None:
    found = _cover(_article("a"), _article("b", language="es"))
    assert (found.problems, found.degraded) == ((), False)


def test_many_articles_in_another_language_are_one_line() -> None:
    found = _cover(*(_article(name, language="und") for name in "abc"))
    (left,) = found.skipped
    assert (left.key, left.count) == ("", 3)
    assert left.reason == "is of unknown language, which is not read"


def _problem(key: str, reason: str, kind: ProblemKind = "fault", source: str = "wire") -> Problem:
    return Problem(source=source, key=key, reason=reason, kind=kind)


def test_what_was_skipped_is_told_apart_from_faults_and_degrades_nothing() -> None:
    sound = _problem("a", "only media", "skipped")
    found = _cover(problems=[sound])
    assert (found.problems, found.degraded) == ((), False)
    assert found.skipped == (Skipped(source="wire", key="a", reason="only media"),)
    torn = _problem("b", "is empty")
    found = _cover(problems=[sound, torn])
    assert (found.problems, found.degraded) == ((torn,), True)


def test_what_was_skipped_is_counted_by_source_and_reason() -> None:
    rows = skipped(
        [
            _problem("b", "only media", "skipped"),
            _problem("a", "only media", "skipped"),
            _problem("c", "is an e-book", "skipped"),
            _problem("a", "only media", "skipped", "air"),
            _problem("d", "only media"),
        ]
    )
    assert [(row.source, row.key, row.reason, row.count) for row in rows] == [
        ("air", "a", "only media", 1),
        ("wire", "c", "is an e-book", 1),
        ("wire", "", "only media", 2),
    ]


def test_state_media_and_printed_are_counted_among_the_relevant() -> None:
    one, two = _article("a"), _article("b")
    found = _cover(
        one, two, relevant={one.id}, printed={one.id, two.id}, state_media={one.id: "CN"}
    )
    assert (found.relevant, found.printed, found.state_media, found.articles) == (1, 1, 1, 2)


def test_a_failed_source_makes_the_issue_degraded() -> None:
    failed = replace(READ, state="failed", error="gone")
    assert not _cover().degraded
    assert _cover(reads=[failed]).degraded
