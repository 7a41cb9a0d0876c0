"""Publishing: what is stored of an issue while others of its edition are published."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service import pipeline, settings
from service.app import App
from service.brief import codec
from service.errors import StoreError
from service.pipeline import Published
from service.progress import Progress, Silent
from service.store import issues


class Meanwhile:
    """Lets something else happen while an issue is set, the first few times."""

    def __init__(self, then: Callable[[], object], times: int = 1) -> None:
        self._then = then
        self._times = times
        self.steps: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.steps.append(name)
        if name == "render" and self._times:
            self._times -= 1
            self._then()
        yield


@pytest.fixture
def desk(home: Path) -> Iterator[App]:
    with App(settings.load(None)) as found:
        asyncio.run(found.collect(Silent()))
        yield found


def _publish(
    desk: App, progress: Progress, *, edition: str = "now", number: int | None = None
) -> Published:
    order = desk.order(
        edition=edition,
        formats=("txt",),
        number=number,
    )
    return pipeline.publish(desk.store, desk.feeds, (), desk.profile, order, progress=progress)


def _numbers(desk: App) -> list[int]:
    with desk.store.read() as db:
        return sorted(head.number for head in issues.listing(db))


@pytest.mark.parametrize("edition", ["now", "daily"])
def test_an_issue_whose_number_is_taken_meanwhile_is_made_again_with_the_next(
    desk: App, edition: str
) -> None:
    other = Meanwhile(lambda: _publish(desk, Silent(), edition=edition))
    made = _publish(desk, other, edition=edition)
    assert made.brief.number == 2
    assert _numbers(desk) == [1, 2]
    assert "No. 2" in made.artifacts[0].data.decode()
    with desk.store.read() as db:
        stored = issues.get(db, made.id)
    assert stored.brief is not None
    assert (stored.number, codec.loads(stored.brief).number) == (2, 2)
    assert other.steps == ["select", "compose", "render", "store"] * 2


def test_an_issue_of_another_edition_takes_no_number_away(desk: App) -> None:
    other = Meanwhile(lambda: _publish(desk, Silent(), edition="weekly"))
    assert _publish(desk, other, edition="daily").brief.number == 1
    assert other.steps == ["select", "compose", "render", "store"]


def test_a_number_that_was_asked_for_is_kept(desk: App) -> None:
    other = Meanwhile(lambda: _publish(desk, Silent()))
    assert _publish(desk, other, number=7).brief.number == 7


def test_an_issue_that_is_overtaken_each_time_is_one_error_and_leaves_nothing(desk: App) -> None:
    others = Meanwhile(lambda: _publish(desk, Silent()), times=99)
    with pytest.raises(StoreError, match="5 issues of the edition"):
        _publish(desk, others)
    assert _numbers(desk) == [1, 2, 3, 4, 5]
