"""The simulated year of the benchmark, in short, and whole among the slow tests."""

from pathlib import Path

import pytest

from benchmarks.year import ZONES, Year, simulate


def _right(year: Year, restarts: int) -> None:
    assert (year.lost, year.twice, year.extra, year.unmade) == ([], [], [], [])
    assert year.right
    assert year.kills.total() == restarts
    assert year.rows.total() >= year.expected
    assert set(year.rows) == {"published", "skipped"}


def test_forty_days_with_restarts_leaps_and_edits_lose_and_double_nothing(tmp_path: Path) -> None:
    year = simulate(tmp_path, days=40, seed=7, restarts=12, mean_h=7.0)
    _right(year, 12)
    assert year.leaps == 2
    assert year.edits > 0
    assert len(ZONES) == 14


@pytest.mark.slow
def test_a_year_loses_and_doubles_nothing(tmp_path: Path) -> None:
    year = simulate(tmp_path, days=365, seed=11, restarts=40, mean_h=5.0)
    _right(year, 40)
    assert year.expected > 6_900
