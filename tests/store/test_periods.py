"""The calendar's rows: written once, claimed with a lease, ended by who holds them."""

from datetime import timedelta

import pytest

from service.errors import StoreError
from service.store import Store, beats, issues, periods
from tests.store.given import START, blank_issue, hour

LEASE = timedelta(minutes=10)


def _add(store: Store, key: str = "2025-05-01", *, at: float = 0, edition: str = "daily") -> bool:
    with store.write() as db:
        return periods.add(
            db, edition=edition, key=key, due=hour(at), state="due", now=hour(at), note=None
        )


def _claim(store: Store, owner: str, *, at: float = 0) -> periods.Slot | None:
    with store.write() as db:
        return periods.claim(db, owner, now=hour(at), lease=LEASE)


def _held(store: Store, owner: str = "one", *, at: float = 0) -> periods.Slot:
    slot = _claim(store, owner, at=at)
    assert slot is not None
    return slot


def _publish(store: Store, slot: periods.Slot, *, at: float = 0) -> int:
    with store.write() as db:
        issue = blank_issue(db, slot.edition)
        periods.publish(db, slot, issue, now=hour(at), note=None)
    return issue


def _slot(store: Store, key: str = "2025-05-01", edition: str = "daily") -> periods.Slot:
    with store.read() as db:
        return periods.get(db, edition, key)


def test_a_period_is_written_once(store: Store) -> None:
    assert _add(store)
    assert not _add(store, at=5)
    assert _slot(store).due == START


def test_the_one_that_is_due_the_longest_is_claimed_first(store: Store) -> None:
    for key, at in (("2025-05-02", 24), ("2025-05-01", 0)):
        _add(store, key, at=at)
    found = [_claim(store, "one", at=30) for _ in range(3)]
    assert [slot and slot.key for slot in found] == ["2025-05-01", "2025-05-02", None]
    assert found[0] is not None
    assert (found[0].state, found[0].attempts, found[0].lease_owner) == ("running", 1, "one")
    assert found[0].lease_until == hour(30) + LEASE


def test_what_is_not_due_yet_is_not_claimed(store: Store) -> None:
    _add(store, at=1)
    assert _claim(store, "one", at=0.9) is None


def test_an_issue_and_its_period_are_written_together(store: Store) -> None:
    _add(store)
    issue = _publish(store, _held(store))
    slot = _slot(store)
    assert (slot.state, slot.issue, slot.lease_owner) == ("published", issue, None)
    assert _claim(store, "two", at=99) is None


def test_whoever_lost_the_lease_publishes_nothing(store: Store) -> None:
    _add(store)
    frozen = _held(store, "frozen")
    assert _claim(store, "two", at=0.1) is None
    second = _held(store, "two", at=1)
    with pytest.raises(StoreError, match="another process has taken this period over"):
        _publish(store, frozen, at=1)
    with store.read() as db:
        assert issues.listing(db) == ()
    with store.write() as db:
        assert not periods.renew(db, frozen, now=hour(1), lease=LEASE)
        assert not periods.close(db, frozen, "empty", now=hour(1), note="nothing to tell")
        assert not periods.retry(db, frozen, at=hour(2), now=hour(1), note="again")
    assert _publish(store, second, at=1)


def test_a_frozen_attempt_publishes_nothing_beside_the_next_of_the_same_name(
    store: Store,
) -> None:
    _add(store)
    frozen, second = _held(store), _held(store, at=1)
    assert (frozen.lease_owner, frozen.attempts, second.attempts) == ("one", 1, 2)
    with pytest.raises(StoreError, match="another process"):
        _publish(store, frozen, at=1)
    _publish(store, second, at=1)


def test_a_lease_that_ran_out_counts_until_another_took_it(store: Store) -> None:
    _add(store)
    slot = _held(store)
    _publish(store, slot, at=5)
    assert _slot(store).state == "published"


def test_a_lease_is_renewed_by_who_holds_it(store: Store) -> None:
    _add(store)
    slot = _held(store)
    with store.write() as db:
        assert periods.renew(db, slot, now=hour(0.1), lease=timedelta(hours=1))
    assert _claim(store, "two", at=1) is None
    assert _claim(store, "two", at=1.2) is not None


def test_what_failed_is_tried_again_not_before_its_time(store: Store) -> None:
    _add(store)
    slot = _held(store)
    with store.write() as db:
        assert periods.retry(db, slot, at=hour(2), now=hour(0), note="the disk is full")
    assert _claim(store, "one", at=1.9) is None
    again = _held(store, at=2)
    assert (again.attempts, again.note) == (2, "the disk is full")


@pytest.mark.parametrize("state", ["empty", "failed", "skipped"])
def test_a_period_ends_without_an_issue(store: Store, state: periods.Ended) -> None:
    _add(store)
    slot = _held(store)
    with store.write() as db:
        assert periods.close(db, slot, state, now=hour(0), note="why")
    assert (_slot(store).state, _slot(store).note) == (state, "why")
    assert _claim(store, "one", at=99) is None


def test_the_calendar_never_goes_back(store: Store) -> None:
    with store.write() as db:
        periods.start(db, "daily", hour(0))
        periods.advance(db, ("daily", "unknown"), hour(3))
        periods.advance(db, ("daily",), hour(1))
        periods.start(db, "daily", hour(2))
        assert periods.high_water(db) == {"daily": hour(3)}


def test_a_held_period_is_released_skipped_or_taken_back(store: Store) -> None:
    with store.write() as db:
        for n in (1, 2, 3):
            periods.add(
                db, edition="daily", key=f"d{n}", due=hour(n), state="held", now=hour(9), note="?"
            )
        assert periods.claim(db, "one", now=hour(9), lease=LEASE) is None
        slot = periods.release(db, "daily", "d3", now=hour(10))
        assert (slot.state, slot.next_attempt, slot.note) == ("due", hour(10), None)
        assert beats.listing(db)[periods.VOUCHED].at == hour(10)
        periods.skip(db, "daily", "d2", now=hour(11), note="old")
        assert beats.listing(db)[periods.VOUCHED].at == hour(11)
        assert periods.withdraw(db, "daily") == ("d1",)
        found = {slot.key: slot.state for slot in periods.listing(db)}
    assert found == {"d3": "due", "d2": "skipped"}


def test_to_skip_what_is_due_says_nothing_of_the_clock(store: Store) -> None:
    _add(store)
    with store.write() as db:
        periods.skip(db, "daily", "2025-05-01", now=hour(1), note="not today")
        assert periods.VOUCHED not in beats.listing(db)
        with pytest.raises(StoreError, match="is skipped: only one due or held"):
            periods.skip(db, "daily", "2025-05-01", now=hour(1), note="again")


def test_what_waits_is_given_up_and_what_is_being_made_or_was_asked_for_is_not(
    store: Store,
) -> None:
    _add(store, "made")
    with store.write() as db:
        assert periods.claim(db, "one", now=hour(0), lease=timedelta(hours=9))
    _add(store, "dead", at=0.1)
    assert _held(store, "two", at=0.1).key == "dead"
    for key, at in (("asked-2025-05-01T07:12:00Z", 0.2), ("waits", 1), ("later", 3)):
        _add(store, key, at=at)
    with store.write() as db:
        periods.add(db, edition="daily", key="held", due=hour(1), state="held", now=hour(1))
        periods.release(db, "daily", "held", now=hour(1.5))
        assert periods.give_up(db, "daily", now=hour(3), note="superseded", before=hour(3)) == 2
        found = {slot.key: slot.state for slot in periods.listing(db)}
    assert found == {
        "made": "running",
        "dead": "skipped",
        "asked-2025-05-01T07:12:00Z": "due",
        "waits": "skipped",
        "held": "due",
        "later": "due",
    }


def test_periods_are_listed_with_the_last_one_first(store: Store) -> None:
    for n in range(4):
        _add(store, f"2025-05-0{n + 1}", at=24 * n)
    _add(store, "2025-W18", edition="weekly")
    _held(store)
    with store.read() as db:
        found = periods.listing(db, edition="daily", limit=2)
        assert [slot.key for slot in found] == ["2025-05-04", "2025-05-03"]
        assert [slot.key for slot in periods.listing(db, states=("running",))] == ["2025-05-01"]
        assert periods.counts(db) == {"due": 4, "running": 1}
        assert periods.newest(db, "daily") == "2025-05-04"
        assert periods.newest(db, "none") is None
        assert periods.recent(db, "daily", hour(50)) == {"2025-05-04": ("due", None)}


def test_a_period_that_is_not_there_is_an_error(store: Store) -> None:
    with store.read() as db, pytest.raises(StoreError, match="no period 1999-01-01 of daily"):
        periods.get(db, "daily", "1999-01-01")


def test_a_beat_is_the_last_one(store: Store) -> None:
    with store.write() as db:
        beats.beat(db, "tick", at=hour(1), note="first")
        beats.beat(db, "tick", at=hour(2))
        beats.beat(db, "old", at=hour(0))
        beats.forget(db, "old")
        assert beats.listing(db) == {"tick": beats.Beat(name="tick", at=hour(2), note=None)}
