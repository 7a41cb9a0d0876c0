"""What an issue has of what was collected: nothing is told twice, nothing left out."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from service import publishing
from service.app import App
from service.errors import StoreError
from service.model import Brief
from service.progress import Silent
from service.publishing import LEASE, publish_due
from service.serving.desk import Editions
from service.store import articles, periods
from tests.serving.given import (
    DAILY,
    TRAINS,
    Hands,
    add,
    ask,
    chosen,
    here,
    jobs_of,
    made,
    open_app,
    outlets,
    printed,
    publish,
    slots,
)


def test_what_is_collected_between_two_issues_is_in_just_one_of_them(
    app: App, place: Path, hands: Hands
) -> None:
    publish(app, hands, "asked-1")
    hands.go(hours=1)
    add(place, "trains.txt", TRAINS)
    publish(app, hands, "asked-2")
    hands.go(hours=1)
    publish(app, hands, "asked-3")
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
    publish(app, hands, "asked-1")
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
    publish(app, hands, "asked-3")
    second, third = made(app.store)[1:]
    assert outlets(app, second.id) == set()
    assert outlets(app, third.id) == {"Night trains to Harbin start again"}


def test_what_is_collected_after_the_clock_was_put_back_is_in_the_next_issue(
    app: App, place: Path, hands: Hands
) -> None:
    publish(app, hands, "asked-1")
    hands.leap(hours=-1)
    add(place, "trains.txt", TRAINS)
    asyncio.run(jobs_of(app, hands).collect())
    hands.go(hours=2)
    publish(app, hands, "asked-2")
    assert outlets(app, made(app.store)[1].id) == {"Night trains to Harbin start again"}


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
    publish(app, hands)
    assert len(printed(app.store, made(app.store)[0].id).sources) == 2


def test_the_first_issue_looks_back_over_one_period(app: App, hands: Hands) -> None:
    asyncio.run(app.collect(Silent()))
    hands.go(days=3)
    publish(app, hands)
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


def test_an_edition_that_may_skip_is_not_made_and_the_skip_is_recorded(
    place: Path, hands: Hands
) -> None:
    empty = DAILY | {"name": "empty", "skip_if_empty": True}
    new = DAILY | {"name": "new", "skip_if_nothing_new": True}
    with open_app(chosen(place, empty, new), hands) as app:
        asyncio.run(app.collect(Silent()))
        publish(app, hands, "asked-1", edition="new")
        hands.go(days=2)
        first = publish(app, hands, "asked-2", edition="new")
        second = publish(app, hands, "asked-3", edition="empty")
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


def test_an_edition_that_is_gone_from_the_settings_is_said_to_be(app: App, hands: Hands) -> None:
    with pytest.raises(StoreError, match="not in the settings any more"):
        Editions(app).order("weekly", hands.wall)
