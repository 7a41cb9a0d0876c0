"""An issue is made in a process of its own, which can be ended at any time."""

import asyncio
import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.app import App
from service.progress import Silent
from service.publishing import LEASE
from service.serving import making
from service.serving.making import Maker, Prepare
from service.store import periods
from service.store.periods import Slot
from tests.serving import jobs
from tests.serving.given import Hands, ask, chosen, jobs_of, made, open_app, slots


@pytest.fixture
def app(place: Path, hands: Hands) -> Iterator[App]:
    with open_app(chosen(place), hands) as found:
        asyncio.run(found.collect(Silent()))
        yield found


def _claimed(app: App, hands: Hands) -> Slot:
    ask(app.store, "daily", hands)
    with app.store.write() as db:
        held = periods.claim(db, "one", now=hands.wall, lease=LEASE)
    assert held is not None
    return held


def _maker(app: App, prepare: Prepare, took: list[str], longest_s: float = 120.0) -> Maker:
    return Maker(
        app.settings,
        prepare=prepare,
        took=lambda name, seconds: took.append(name),
        longest_s=longest_s,
    )


def test_the_process_publishes_as_of_its_moment_and_says_how_long_steps_took(
    app: App, hands: Hands
) -> None:
    took: list[str] = []
    held = _claimed(app, hands)
    result = asyncio.run(_maker(app, jobs.hears, took).make(held, hands.wall))
    (head,) = made(app.store)
    assert (result.issue, result.error) == (head.id, None)
    assert head.cutoff == hands.wall
    assert slots(app.store)["asked-1"].state == "published"
    assert took == ["select", "compose", "render", "store"]
    assert (app.settings.anchor / "heard").exists()


@pytest.mark.parametrize(
    ("prepare", "words"), [(jobs.dies, "ended by SIGKILL"), (jobs.leaves, "exit code 5")]
)
def test_a_process_that_ends_is_an_error_in_words(
    app: App, hands: Hands, prepare: Prepare, words: str
) -> None:
    held = _claimed(app, hands)
    result = asyncio.run(_maker(app, prepare, []).make(held, hands.wall))
    assert result.error is not None
    assert words in result.error
    assert made(app.store) == ()


def test_an_issue_for_a_service_that_died_meanwhile_is_whole_and_ends_quietly(
    app: App, hands: Hands
) -> None:
    held = _claimed(app, hands)
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    here.close()
    process = context.Process(
        target=making._run, args=(there, jobs.quiet, app.settings, held, hands.wall)
    )
    process.start()
    there.close()
    process.join(120)
    assert process.exitcode == 0
    process.close()
    assert slots(app.store)["asked-1"].state == "published"


def test_an_issue_that_takes_too_long_is_stopped(app: App, hands: Hands) -> None:
    held = _claimed(app, hands)
    result = asyncio.run(_maker(app, jobs.hangs, [], longest_s=2.0).make(held, hands.wall))
    assert result.error == "it took longer than 2 s and was stopped"
    number = jobs.pid(app.settings.anchor)
    assert number is None or not _lives(number)


def test_a_stop_ends_the_process_and_gives_the_period_back(app: App, hands: Hands) -> None:
    ask(app.store, "daily", hands)
    folder = app.settings.anchor

    async def go() -> None:
        maker = _maker(app, jobs.hangs, [])
        task = asyncio.create_task(jobs_of(app, hands, make=maker.make).publish())
        while jobs.pid(folder) is None:
            await asyncio.to_thread(os.stat, folder)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())
    number = jobs.pid(folder)
    assert number is not None
    assert not _lives(number)
    slot = slots(app.store)["asked-1"]
    assert (slot.state, slot.attempts) == ("due", 0)


def _lives(number: int) -> bool:
    return Path(f"/proc/{number}").exists()
