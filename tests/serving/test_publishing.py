"""A period that is due becomes an issue, or the reason why not; nothing is told twice."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service import publishing
from service.app import App
from service.errors import RenderError, StoreError
from service.model import Brief
from service.progress import Silent
from service.publishing import LEASE, Made, publish_due
from service.serving.desk import Editions
from service.store import articles, periods
from service.store.periods import Slot
from tests.serving.given import (
    DAILY,
    Hands,
    add,
    ask,
    chosen,
    here,
    jobs_of,
    made,
    open_app,
    printed,
    slots,
    told,
)

TRAINS = (
    "Night trains to Harbin start again\n\nRussia and China agreed on Friday to run night trains "
    "between Vladivostok and Harbin again from December. The railways of both countries will sell "
    "tickets from Monday on. Two trains a week will cross the border at Grodekovo.\n"
)
TARIFFS = (
    "Beijing lowers duties on Russian fish\n\nChina lowered its duties on frozen fish from Russia "
    "to three per cent on Tuesday. Traders in Vladivostok expect to sell more pollock there this "
    "winter. The customs office of Dalian will check the first ships on Thursday.\n"
)


@pytest.fixture
def app(place: Path, hands: Hands) -> Iterator[App]:
    with open_app(chosen(place), hands) as found:
        yield found


def _publish(app: App, hands: Hands, key: str = "asked-1", *, edition: str = "daily") -> Slot:
    """Ask for an issue, and make it with a last round before."""
    ask(app.store, edition, hands, key)
    asyncio.run(jobs_of(app, hands).publish())
    return slots(app.store)[key]


def _outlets(app: App, issue: int) -> set[str]:
    return {source.title for source in printed(app.store, issue).sources}


def test_the_issue_its_readers_and_the_end_of_the_period_are_one_transaction(
    app: App, hands: Hands
) -> None:
    asyncio.run(app.collect(Silent()))
    ask(app.store, "daily", hands)
    with app.store.write() as db:
        held = periods.claim(db, "one", now=hands.wall, lease=LEASE)
    assert held is not None
    desk = Editions(app).publishing()

    def broken(*_: Any) -> publishing.Rows:
        def write(*_: Any) -> int:
            raise StoreError("no room for the rows of readers")

        return write

    import dataclasses

    failed = publishing.made(dataclasses.replace(desk, enqueue=broken), held, hands.wall, Silent())
    assert failed.error == "no room for the rows of readers"
    assert made(app.store) == ()
    assert slots(app.store)["asked-1"].state == "running"
    whole = publishing.made(desk, held, hands.wall, Silent())
    assert [head.id for head in made(app.store)] == [whole.issue]
    assert slots(app.store)["asked-1"].state == "published"


def test_what_is_collected_between_two_issues_is_in_just_one_of_them(
    app: App, place: Path, hands: Hands
) -> None:
    _publish(app, hands, "asked-1")
    hands.go(hours=1)
    add(place, "trains.txt", TRAINS)
    _publish(app, hands, "asked-2")
    hands.go(hours=1)
    _publish(app, hands, "asked-3")
    first, second, third = made(app.store)
    assert len(printed(app.store, first.id).sources) == 2
    assert [s.title for s in printed(app.store, second.id).sources] == [
        "Night trains to Harbin start again"
    ]
    assert not printed(app.store, third.id).told()
    assert second.period.start > first.cutoff


def test_a_round_that_is_under_way_belongs_to_the_next_issue_as_a_whole(
    app: App, place: Path, hands: Hands
) -> None:
    _publish(app, hands, "asked-1")
    hands.go(hours=1)
    began = hands.wall
    hands.go(minutes=2)
    # The issue is made while that round still reads, and what it writes bears its beginning.
    cut = publishing.cutoff(app.store, hands.wall, reading_since=began)
    assert cut < began
    ask(app.store, "daily", hands, "asked-2")
    with app.store.write() as db:
        held = periods.claim(db, "one", now=hands.wall, lease=LEASE)
    assert held is not None
    publishing.made(Editions(app).publishing(), held, cut, Silent())
    add(place, "trains.txt", TRAINS)
    asyncio.run(app.collect(Silent(), at=began))
    hands.go(hours=1)
    _publish(app, hands, "asked-3")
    second, third = made(app.store)[1:]
    assert _outlets(app, second.id) == set()
    assert _outlets(app, third.id) == {"Night trains to Harbin start again"}


def test_what_is_collected_after_the_clock_was_put_back_is_in_the_next_issue(
    app: App, place: Path, hands: Hands
) -> None:
    _publish(app, hands, "asked-1")
    hands.leap(hours=-1)
    add(place, "trains.txt", TRAINS)
    asyncio.run(jobs_of(app, hands).collect())
    hands.go(hours=2)
    _publish(app, hands, "asked-2")
    assert _outlets(app, made(app.store)[1].id) == {"Night trains to Harbin start again"}


def test_nothing_is_collected_while_the_clock_is_not_believed(
    app: App, place: Path, hands: Hands
) -> None:
    jobs = jobs_of(app, hands)
    asyncio.run(jobs.tick())
    hands.leap(days=730)
    asyncio.run(jobs.tick())
    asyncio.run(jobs.collect())
    assert slots(app.store)["2028-11-16"].state == "held"
    with app.store.read() as db:
        assert articles.count(db) == 0
    hands.leap(days=-730)
    hands.go(minutes=1)
    asyncio.run(jobs.tick())
    asyncio.run(jobs.collect())
    _publish(app, hands)
    assert len(printed(app.store, made(app.store)[0].id).sources) == 2


def test_the_first_issue_looks_back_over_one_period(app: App, hands: Hands) -> None:
    asyncio.run(app.collect(Silent()))
    hands.go(days=3)
    _publish(app, hands)
    (first,) = made(app.store)
    assert first.period.start == hands.wall - timedelta(days=1)
    assert not printed(app.store, first.id).told()


def test_a_last_round_that_fails_holds_up_nothing(app: App, hands: Hands) -> None:
    ask(app.store, "daily", hands)

    async def collect() -> None:
        raise RuntimeError("nobody foresaw this")

    slot = asyncio.run(
        publish_due(
            app.store,
            here(app),
            owner="one",
            clock=hands.now,
            cut=hands.now,
            collect=collect,
        )
    )
    assert slot is not None
    assert slot.state == "published"


def test_there_is_nothing_to_publish_when_nothing_is_due(app: App, hands: Hands) -> None:
    made_ = publish_due(app.store, here(app), owner="one", clock=hands.now, cut=hands.now)
    assert asyncio.run(made_) is None


class _Failing:
    """Makes issues as it is told, and keeps what it was asked for."""

    def __init__(self, *answers: Made) -> None:
        self.answers = list(answers)
        self.attempts: list[int] = []

    async def __call__(self, held: Slot, at: datetime) -> Made:
        self.attempts.append(held.attempts)
        return self.answers.pop(0)


def test_what_fails_is_tried_again_after_a_pause_then_given_up_and_told_everywhere(
    app: App, hands: Hands
) -> None:
    ask(app.store, "daily", hands)
    make = _Failing(*[Made(error="the disk is full")] * 4)
    jobs = jobs_of(app, hands, make=make)
    pauses = []
    for _ in range(4):
        asyncio.run(jobs.publish())
        slot = slots(app.store)["asked-1"]
        pauses.append((slot.next_attempt - hands.wall).total_seconds() / 60)
        hands.wall = slot.next_attempt
    assert make.attempts == [1, 2, 3, 4]
    assert pauses[:3] == [1, 2, 4]
    assert (slot.state, slot.note) == ("failed", "the disk is full")
    (failed,) = made(app.store)
    assert (failed.state, failed.error) == ("failed", "the disk is full")
    notice = told(app.store)["failed:daily"]
    assert "the disk is full" in notice.text
    assert "briefing editions run daily" in notice.text


def test_a_failed_issue_takes_no_number_and_ends_no_span(
    app: App, place: Path, hands: Hands
) -> None:
    _publish(app, hands, "asked-1")
    hands.go(hours=1)
    add(place, "trains.txt", TRAINS)
    asyncio.run(jobs_of(app, hands).collect())
    ask(app.store, "daily", hands, "asked-2")
    jobs = jobs_of(app, hands, make=_Failing(*[Made(error="no")] * 4))
    for _ in range(4):
        asyncio.run(jobs.publish())
        hands.go(minutes=10)
    _publish(app, hands, "asked-3")
    last = made(app.store)[-1]
    assert (last.state, last.number) == ("published", 2)
    assert _outlets(app, last.id) == {"Night trains to Harbin start again"}


def _attempt(app: App, hands: Hands, number: int) -> Slot:
    """Claim a period for its attempt of that number; each earlier one was lost."""
    if not slots(app.store):
        ask(app.store, "daily", hands)
    while True:
        with app.store.write() as db:
            held = periods.claim(db, "one", now=hands.wall, lease=LEASE)
        assert held is not None
        hands.go(minutes=5)
        if held.attempts == number:
            return held


def test_the_third_attempt_does_without_pdf_and_own_templates_and_says_so(
    place: Path, hands: Hands
) -> None:
    own = place / "own"
    (own / "brief").mkdir(parents=True)
    (own / "brief" / "brief.html").write_text("{% broken", encoding="utf-8")
    wanted = chosen(place, DAILY | {"formats": ["email", "pdf"], "templates": "own"})
    with open_app(wanted, hands) as app:
        asyncio.run(app.collect(Silent()))
        held = _attempt(app, hands, publishing.PLAIN)
        result = publishing.made(Editions(app).publishing(), held, hands.wall, Silent())
        assert result.error is None
        (head,) = made(app.store)
        assert head.formats == ("html", "txt")
        slot = slots(app.store)["asked-1"]
        assert slot.note is not None
        assert "html, txt only" in slot.note
        assert "html, txt only" in told(app.store)["plain:daily"].text


def test_a_source_whose_article_stops_the_issue_is_left_out_and_named(
    place: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("good", "bad", "fair"):
        (place / name).mkdir()
    (place / "good" / "fish.txt").write_text(TARIFFS, encoding="utf-8")
    (place / "bad" / "trains.txt").write_text(TRAINS, encoding="utf-8")
    (place / "fair" / "gas.txt").write_text((place / "corpus" / "bridge.txt").read_text("utf-8"))
    sources = [{"name": name, "kind": "folder", "path": name} for name in ("good", "bad", "fair")]
    from service import topic

    real = topic.relevance

    def relevance(title: str, text: str, profile: Any) -> Any:
        if "Night trains" in title:
            raise IndexError("one article's fault")
        return real(title, text, profile)

    monkeypatch.setattr(topic, "relevance", relevance)
    with open_app(chosen(place, source=sources), hands) as app:
        asyncio.run(app.collect(Silent()))
        desk = Editions(app).publishing()
        early = publishing.made(desk, _attempt(app, hands, 1), hands.wall, Silent())
        assert early.error is not None
        assert "one article's fault" in early.error
        held = _attempt(app, hands, publishing.PLAIN)
        result = publishing.made(desk, held, hands.wall, Silent())
        assert result.error is None
        assert result.issue is not None
        brief = printed(app.store, result.issue)
        assert {source.source for source in brief.sources} == {"good", "fair"}
        failed = [read for read in brief.coverage.sources if read.state == "failed"]
        assert [read.name for read in failed] == ["bad"]
        assert failed[0].error is not None
        assert "left out" in failed[0].error
        assert "without bad" in (slots(app.store)[held.key].note or "")


@pytest.mark.parametrize("bad", [(), (0,), (6,), (1, 2), (0, 3, 6)])
def test_the_sources_to_blame_are_found_by_halves(bad: tuple[int, ...]) -> None:
    feeds: Any = tuple(range(7))
    found: Any = publishing._blamed(lambda some: not set(some) & set(bad), feeds)
    assert sorted(found) == sorted(bad)


def test_nobody_is_blamed_where_everything_fails() -> None:
    feeds: Any = tuple(range(300))
    assert publishing._blamed(lambda some: False, feeds) == ()
    assert publishing._blamed(lambda some: False, feeds[:3]) == ()


def test_an_edition_that_may_skip_is_not_made_and_the_skip_is_recorded(
    place: Path, hands: Hands
) -> None:
    empty = DAILY | {"name": "empty", "skip_if_empty": True}
    new = DAILY | {"name": "new", "skip_if_nothing_new": True}
    with open_app(chosen(place, empty, new), hands) as app:
        asyncio.run(app.collect(Silent()))
        _publish(app, hands, "asked-1", edition="new")
        hands.go(days=2)
        first = _publish(app, hands, "asked-2", edition="new")
        second = _publish(app, hands, "asked-3", edition="empty")
    assert (first.state, second.state) == ("empty", "empty")
    assert first.note == "no relevant article was collected"
    assert [head.number for head in made(app.store, "new")] == [1]
    assert made(app.store, "empty") == ()


def _brief(*badges: str) -> Brief:
    from dataclasses import replace

    from tests.builders import brief, quiet

    told_ = brief().told()
    return replace(
        quiet(),
        stories=tuple(replace(told_[0], badge=badge) for badge in badges),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("badges", "empty", "nothing"),
    [
        ((), True, True),
        (("continuing",), False, True),
        (("continuing", "new"), False, False),
        (("updated",), False, False),
    ],
)
def test_when_an_issue_has_nothing_to_tell_and_when_nothing_new(
    badges: tuple[str, ...], empty: bool, nothing: bool
) -> None:
    brief = _brief(*badges)
    assert (publishing.nothing_to_tell(brief) is not None) == empty
    assert (publishing.nothing_new(brief) is not None) == nothing


def test_who_lost_the_lease_publishes_nothing(app: App, hands: Hands) -> None:
    asyncio.run(app.collect(Silent()))
    held = _attempt(app, hands, 1)
    with app.store.write() as db:
        other = periods.claim(db, "two", now=hands.wall + LEASE, lease=LEASE)
    assert other is not None
    late = publishing.made(Editions(app).publishing(), held, hands.wall, Silent())
    assert late.error is not None
    assert "another process" in late.error
    assert made(app.store) == ()


def test_a_period_that_is_cut_off_is_given_back_as_if_it_had_not_been_claimed(
    app: App, hands: Hands
) -> None:
    ask(app.store, "daily", hands)
    began = asyncio.Event()

    async def make(held: Slot, at: datetime) -> Made:
        began.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    async def go() -> None:
        task = asyncio.create_task(jobs_of(app, hands, make=make).publish())
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())
    slot = slots(app.store)["asked-1"]
    assert (slot.state, slot.attempts, slot.lease_owner) == ("due", 0, None)
    asyncio.run(jobs_of(app, hands).publish())
    assert slots(app.store)["asked-1"].state == "published"


def test_an_edition_that_is_gone_from_the_settings_is_said_to_be(app: App, hands: Hands) -> None:
    with pytest.raises(StoreError, match="not in the settings any more"):
        Editions(app).order("weekly", hands.wall)


def test_a_render_error_is_an_answer_and_a_bug_names_its_kind(
    app: App, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(app.collect(Silent()))
    held = _attempt(app, hands, 1)
    desk = Editions(app).publishing()
    from service import pipeline

    def fails(*_: Any) -> Any:
        raise RenderError("no ink")

    monkeypatch.setattr(pipeline, "rendered", fails)
    assert publishing.made(desk, held, hands.wall, Silent()).error == "no ink"

    def buggy(*_: Any) -> Any:
        raise KeyError("x")

    monkeypatch.setattr(pipeline, "rendered", buggy)
    error = publishing.made(desk, held, hands.wall, Silent()).error
    assert error is not None
    assert error.startswith("KeyError")
