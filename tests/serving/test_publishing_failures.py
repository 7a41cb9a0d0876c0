"""What becomes of a period whose issue cannot be made, or not as it should be."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from service import publishing, stories
from service.app import App
from service.errors import RenderError, StoreError
from service.model import Article
from service.progress import Silent
from service.publishing import LEASE, Made
from service.serving.desk import Editions
from service.store import periods
from service.store.periods import Slot
from tests.serving.given import (
    DAILY,
    TARIFFS,
    TRAINS,
    Hands,
    add,
    ask,
    chosen,
    jobs_of,
    made,
    open_app,
    outlets,
    printed,
    publish,
    slots,
    told,
)


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
    publish(app, hands, "asked-1")
    hands.go(hours=1)
    add(place, "trains.txt", TRAINS)
    asyncio.run(jobs_of(app, hands).collect())
    ask(app.store, "daily", hands, "asked-2")
    jobs = jobs_of(app, hands, make=_Failing(*[Made(error="no")] * 4))
    for _ in range(4):
        asyncio.run(jobs.publish())
        hands.go(minutes=10)
    publish(app, hands, "asked-3")
    last = made(app.store)[-1]
    assert (last.state, last.number) == ("published", 2)
    assert outlets(app, last.id) == {"Night trains to Harbin start again"}


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
    real = stories.judge

    def judge(article: Article, profile: Any) -> Any:
        if "Night trains" in article.title:
            raise IndexError("one article's fault")
        return real(article, profile)

    monkeypatch.setattr(stories, "judge", judge)
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
