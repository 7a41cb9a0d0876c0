"""Tables of sizes, from figures that are made up."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import capacity
from benchmarks.capacity import mailing, predicted, read_once, reading
from benchmarks.figures import Empty, Figures, Run, What
from service.engine import GROUPS


def a_run(what: What, workers: int, rate: float, *, count: int = 500) -> Run:
    return Run(
        what=what,
        workers=workers,
        count=count,
        seconds=count / rate,
        worker_s=0.02 * count,
        server_s=0.005 * count,
        outside_s=0.0,
        database_s=0.006 * count,
        others=0.0,
        hints=8,
    )


FIGURES = Figures(
    at="2026-11-22 06:00",
    load=(0.1, 1.9),
    cores=2,
    runs=(a_run("first", 1, 40.0), a_run("again", 1, 50.0), a_run("message", 1, 30.0)),
    empty={"ours": Empty(hand_ms=0.2, run_ms=2.0, own_ms=1.0, server_ms=1.0)},
    row_bytes={"revision": 4000.0, "place": 900.0, "searchable": 100.0, "reading": 200.0},
    articles=25.0,
)


def test_two_workers_are_predicted_from_one_and_held_against_the_measurement() -> None:
    both = replace(
        FIGURES, runs=(*FIGURES.runs, a_run("first", 2, 60.0), a_run("message", 2, 60.0))
    )
    first, message = predicted(both)
    # A worker has 20 ms of its own core for each, and the server takes 5 of both cores.
    assert (first.what, first.workers) == ("first", 2)
    assert 50 < first.predicted < 80
    assert first.off == pytest.approx(first.predicted / 60 - 1)
    # One worker waited for most of the time: a second one does as much again.
    assert 50 < message.predicted < 62


def test_only_what_was_measured_with_more_than_one_worker_is_predicted() -> None:
    assert list(predicted(FIGURES)) == []


def test_rows_of_a_day_are_articles_and_readings() -> None:
    day = 1000 * (capacity.NEW * 5000 + 24 * 200)
    assert reading(FIGURES, 1000).bytes_day == pytest.approx(day)


def test_ten_times_the_feeds_take_ten_times_the_cores_and_never_less_than_a_worker() -> None:
    small, large = reading(FIGURES, 100), reading(FIGURES, 1_000_000)
    assert small.workers == 1
    assert large.server_cores == pytest.approx(10_000 * small.server_cores)
    assert large.workers * capacity.BUSY >= large.each_s * large.cost.worker_s


def test_the_nearest_limit_stands_first() -> None:
    for limits in (reading(FIGURES, 10_000).limits(), mailing(FIGURES, 10**6).limits()):
        assert [limit.used for limit in limits] == sorted(limit.used for limit in limits)[::-1]


def test_more_workers_than_find_a_group_add_nothing_and_more_groups_do() -> None:
    enough = capacity.FINDING
    few = read_once(FIGURES, 2000, enough)
    assert read_once(FIGURES, 2000, 2 * enough).rate < 1.1 * few.rate
    assert sum(few.piles) == 2000
    assert len(few.piles) == GROUPS


def test_figures_that_were_not_measured_are_named() -> None:
    with pytest.raises(ValueError, match="messages were not measured"):
        mailing(replace(FIGURES, runs=FIGURES.runs[:2]), 1000)


def test_parts_of_a_measurement_come_together_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    FIGURES.write(file)
    newer = replace(
        FIGURES, at="2026-11-23 06:00", runs=(a_run("message", 1, 90.0),), row_bytes={"place": 1.0}
    )
    newer.write(file)
    found = Figures.read(file)
    assert found.at == newer.at
    assert {(run.what, round(run.rate)) for run in found.runs} == {
        *(("first", 40), ("again", 50), ("message", 90))
    }
    assert found.row_bytes == {**FIGURES.row_bytes, "place": 1.0}


@pytest.mark.parametrize("text", ["[]", "{}", '{"runs": 1}', '{"at": 1, "load": [], "runs": [{}]}'])
def test_a_file_of_something_else_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"other\.json has no figures"):
        Figures.read(file)


def test_the_tables_name_every_size_and_simulate_no_round_that_is_too_large() -> None:
    feeds = list(capacity.feeds_table(FIGURES, 100))[3:]
    assert [line.split(" | ")[0] for line in feeds] == [f"| {many:,}" for many in capacity.FEEDS]
    assert ["not simulated" in line for line in feeds] == [False, True, True]
    mail = list(capacity.mail_table(FIGURES))[3:-1]
    assert [line.split(" | ")[0] for line in mail] == [f"| {n:,}" for n in capacity.RECIPIENTS]
