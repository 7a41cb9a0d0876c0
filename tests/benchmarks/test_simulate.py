"""The simulation of workers: nothing lost or doubled, and each limit where the formula has it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.capacity import machines
from benchmarks.simulate import Cost, Lane, Outcome, Pile, Simulation, Site, calibrated

NOTHING = Cost()
ONE = machines(1, 1)


def run(site: Site, piles: list[Pile], item: Cost, *, task: Cost = NOTHING) -> Outcome:
    return Simulation(site, piles, item=item, task=task).run()


def groups(many: int, each: int) -> list[Pile]:
    return [Pile(lanes=tuple(Lane(items=1) for _ in range(each))) for _ in range(many)]


def lanes() -> st.SearchStrategy[Lane]:
    return st.builds(
        Lane,
        items=st.integers(0, 6),
        at_once=st.integers(1, 3),
        gap_s=st.sampled_from([0.0, 0.01, 1.0]),
    )


def piles() -> st.SearchStrategy[list[Pile]]:
    pile = st.builds(
        Pile,
        lanes=st.lists(lanes(), max_size=5).map(tuple),
        holders=st.integers(1, 4),
    )
    return st.lists(pile, max_size=6)


def sites() -> st.SearchStrategy[Site]:
    return st.builds(
        lambda workers, server, threads, opened, held, most: replace(
            machines(workers, server), threads=threads, open=opened, piles=held, most=most
        ),
        *(st.integers(1, 4), st.integers(1, 2), st.integers(1, 3)),
        *(st.integers(1, 9), st.integers(1, 4), st.integers(1, 9)),
    )


@settings(max_examples=150, deadline=None)
@given(sites(), piles())
def test_every_item_is_done_once_and_by_somebody(site: Site, work: list[Pile]) -> None:
    cost = Cost(worker_s=0.003, server_s=0.002, outside_s=0.001, wait_s=0.01)
    done = run(site, work, cost, task=Cost(worker_s=0.001, server_s=0.001))
    assert done.piles == tuple(pile.items for pile in work)
    assert sum(done.workers) == sum(done.piles)
    assert done.tasks >= sum(pile.items > 0 for pile in work)


def test_the_same_seed_gives_the_same_run() -> None:
    cost = Cost(worker_s=0.01, server_s=0.01, wait_s=0.1)
    assert run(ONE, groups(9, 20), cost) == run(ONE, groups(9, 20), cost)
    other = Simulation(ONE, groups(9, 20), item=cost, task=NOTHING, seed=2).run()
    assert other.seconds != run(ONE, groups(9, 20), cost).seconds


@settings(max_examples=30, deadline=None)
@given(st.floats(0.0, 0.03), st.floats(0.0, 0.03), st.floats(0.0, 0.3), st.integers(1, 6))
def test_more_workers_are_not_slower(
    worker_s: float, server_s: float, wait_s: float, workers: int
) -> None:
    cost = Cost(worker_s=worker_s, server_s=server_s, wait_s=wait_s)
    work = groups(64, 20)
    fewer, more = (run(machines(many, 1), work, cost) for many in (workers, workers + 1))
    assert more.seconds <= 1.1 * fewer.seconds


@pytest.mark.parametrize("workers", [1, 3])
def test_where_the_workers_are_the_limit_their_cores_are_busy(workers: int) -> None:
    # Many small groups, so that the workers end together.
    done = run(machines(workers, 1), groups(256, 10), Cost(worker_s=0.02, wait_s=0.02))
    assert done.rate == pytest.approx(workers / 0.02, rel=0.07)
    assert sum(done.busy_s) == pytest.approx(0.02 * 2560, rel=0.05)


def test_where_the_server_is_the_limit_workers_add_nothing() -> None:
    cost = Cost(worker_s=0.001, server_s=0.02)
    rates = [run(machines(workers, 2), groups(64, 40), cost).rate for workers in (4, 8)]
    assert rates == pytest.approx([2 / 0.02] * 2, rel=0.07)


def test_where_connections_are_the_limit_each_worker_adds_its_own() -> None:
    cost = Cost(worker_s=0.0001, wait_s=0.5)
    work = [Pile(lanes=(Lane(items=3000),), holders=9)]
    for workers in (1, 3):
        site = replace(machines(workers, 1), open=10, most=10**9)
        assert run(site, work, cost).rate == pytest.approx(workers * 10 / 0.5, rel=0.07)


def test_a_host_sets_the_pace_of_its_feeds_however_many_workers_there_are() -> None:
    work = [Pile(lanes=(Lane(items=100, at_once=1, gap_s=1.0),))]
    cost = Cost(worker_s=0.001, wait_s=0.01)
    for workers in (1, 4):
        # Each begins a second behind the end of the one before.
        assert run(machines(workers, 1), work, cost).seconds == pytest.approx(99 * 1.011, rel=0.03)


def test_a_destination_takes_so_many_at_once_of_all_workers_together() -> None:
    work = [Pile(lanes=(Lane(items=400, at_once=5),), holders=9)]
    site = replace(machines(4, 1), most=10**9)
    assert run(site, work, Cost(wait_s=0.1)).rate == pytest.approx(5 / 0.1, rel=0.1)


def test_a_group_is_one_workers_and_the_others_find_none() -> None:
    done = run(machines(3, 1), groups(1, 150), Cost(worker_s=0.01))
    assert sorted(done.workers) == [0, 0, 150]


def test_what_a_task_leaves_is_handed_over_with_the_next_sweep() -> None:
    done = run(replace(ONE, most=200, sweep_s=5.0), groups(1, 450), Cost(worker_s=0.001))
    assert done.tasks == 3
    assert 10.0 <= done.seconds < 11.0


def test_what_the_queue_costs_is_paid_once_a_task() -> None:
    done = run(replace(ONE, piles=1), groups(10, 1), NOTHING, task=Cost(worker_s=1.0, server_s=0.5))
    assert done.tasks == 10
    assert 5.0 < done.seconds < 30.0
    # What nothing had to wait for in an item took no time beside it.
    assert done.seconds == pytest.approx(sum(done.busy_s), rel=1e-6)


def test_a_server_on_the_workers_cores_takes_from_them() -> None:
    cost = Cost(worker_s=0.02, server_s=0.02)
    apart = machines(2, 2)
    shared = replace(apart, cores=2, server=(0, 1))
    rates = [run(site, groups(64, 20), cost).rate for site in (apart, shared)]
    assert rates == pytest.approx([2 / 0.02, 2 / 0.04], rel=0.1)


def test_others_on_the_same_cores_take_from_the_workers_and_what_they_took_is_no_work() -> None:
    cost, work = Cost(worker_s=0.02), groups(64, 20)
    alone, beside = (run(replace(ONE, others=cores), work, cost) for cores in (0.0, 1.5))
    assert 0.3 * alone.rate < beside.rate < 0.8 * alone.rate
    assert sum(beside.piles) == sum(alone.piles) == 1280


def test_a_measured_rate_is_met_by_the_wait_that_is_put_in() -> None:
    site = replace(ONE, threads=1, open=10, piles=1, most=10**9)
    work = [Pile(lanes=(Lane(items=2000),))]
    item = calibrated(
        site, work, item=Cost(worker_s=0.002, server_s=0.001), task=NOTHING, rate=100.0
    )
    assert run(site, work, item).rate == pytest.approx(100.0, rel=0.02)
    assert item.wait_s == pytest.approx(10 / 100 - 0.003, rel=0.1)


def test_a_rate_that_no_wait_explains_is_left_unexplained() -> None:
    """What was measured faster than its own CPU allows, which a noisy machine can give."""
    item = calibrated(ONE, groups(8, 50), item=Cost(worker_s=0.02), task=NOTHING, rate=500.0)
    assert item.wait_s < 0.001
