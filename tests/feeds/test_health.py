"""When a source is asked again, and when no more: the rules of politeness, one by one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.health import (
    LONGEST_S,
    SHORTEST_S,
    Outcome,
    adopted,
    after,
    asked_s,
    failed,
    same_site,
    ttl_s,
)
from service.errors import ExtractError, FetchError, ParseError, SourceError
from service.model import Health

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HERE = "https://wire.example/feed"
READ = Outcome(status=200, parsed=True)
SAME = Outcome(status=304)
GONE = Outcome(ok=False, status=410)
DOWN = Outcome(ok=False, status=503)
BROKEN = Outcome(ok=False, parsed=False)
KILLED = Outcome(ok=False, parsed=False, kills=1)


def told(*outcomes: Outcome, health: Health | None = None, at: datetime = NOW) -> Health:
    """Return the health after outcomes at one moment, without jitter."""
    found = health or Health()
    for outcome in outcomes:
        found = after(found, outcome, now=at, jitter=0)
    return found


def minutes(health: Health, *, at: datetime = NOW) -> float:
    assert health.next_check is not None
    return (health.next_check - at).total_seconds() / 60


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(parsed=True), 60),
        (Outcome(parsed=True, wait_s=0), 15),
        (Outcome(parsed=True, wait_s=60), 15),
        (Outcome(parsed=True, wait_s=7200), 120),
        (Outcome(parsed=True, wait_s=1e12), 24 * 60),
        (Outcome(parsed=True, ttl_s=5400), 90),
        (Outcome(parsed=True, wait_s=900, ttl_s=5400), 90),
        (Outcome(parsed=True, wait_s=7200, ttl_s=5400), 120),
        (Outcome(ok=False), 15),
        (Outcome(ok=False, wait_s=3600), 60),
        (Outcome(ok=False, wait_s=99999999999), 24 * 60),
        (Outcome(ok=False, wait_s=0), 15),
    ],
)
def test_the_next_check_is_when_the_answer_asks_within_bounds(
    outcome: Outcome, expected: float
) -> None:
    assert minutes(told(outcome)) == expected


def test_the_wait_doubles_with_each_failure_up_to_a_day() -> None:
    health, waits = Health(), []
    for _ in range(9):
        health = told(DOWN, health=health)
        waits.append(minutes(health))
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]
    assert health.failures == 9


def test_a_thousand_failures_are_no_error() -> None:
    assert minutes(told(DOWN, health=Health(failures=5000))) == 24 * 60


def test_a_success_ends_the_back_off() -> None:
    health = told(DOWN, DOWN, DOWN, READ)
    assert (health.failures, minutes(health)) == (0, 60)


def test_the_ttl_of_the_feed_is_kept_over_answers_without_a_body() -> None:
    health = told(Outcome(parsed=True, ttl_s=7200), SAME)
    assert minutes(health) == 120
    assert told(READ, health=health).ttl_s is None, "the feed asks no more"


def test_jitter_adds_a_tenth_at_most_and_stays_in_bounds() -> None:
    late = after(Health(), READ, now=NOW, jitter=0.999)
    assert 65 < minutes(late) < 66
    assert minutes(after(Health(), Outcome(wait_s=LONGEST_S), now=NOW, jitter=0.999)) == 24 * 60
    with pytest.raises(ValueError, match="jitter"):
        after(Health(), READ, now=NOW, jitter=1.0)


def test_a_304_after_a_body_that_did_not_parse_is_no_success() -> None:
    health = told(READ, BROKEN, SAME)
    assert (health.failures, health.unparsed) == (2, True)
    assert told(READ, health=health).failures == 0


def test_a_304_after_a_server_error_is_a_success() -> None:
    assert told(READ, DOWN, SAME).failures == 0


def test_a_permanent_redirect_is_adopted_after_three_answers_in_a_row() -> None:
    moved = Outcome(parsed=True, moved_to="https://wire.example/new")
    health = Health()
    seen = []
    for _ in range(3):
        health = adopted(told(moved, health=health), address=HERE)
        seen.append(health.address)
    assert seen == [None, None, "https://wire.example/new"]
    assert health.moved_to is None


@pytest.mark.parametrize(
    "between",
    [READ, Outcome(parsed=True, moved_to="https://wire.example/other")],
    ids=["no redirect", "another redirect"],
)
def test_redirects_that_are_not_the_same_three_times_are_not_adopted(between: Outcome) -> None:
    moved = Outcome(parsed=True, moved_to="https://wire.example/new")
    health = told(moved, moved, between, moved, moved)
    assert adopted(health, address=HERE).address is None
    assert adopted(told(moved, health=health), address=HERE).address == moved.moved_to


def test_a_failure_between_does_not_undo_what_was_seen_of_a_redirect() -> None:
    moved = Outcome(parsed=True, moved_to="https://wire.example/new")
    assert adopted(told(moved, moved, DOWN, moved), address=HERE).address == moved.moved_to


def test_a_redirect_to_another_site_is_shown_and_not_adopted() -> None:
    moved = Outcome(parsed=True, moved_to="https://casino.example.net/feed")
    health = adopted(told(moved, moved, moved, moved), address=HERE)
    assert (health.address, health.moved_to, health.moved_seen) == (None, moved.moved_to, 4)


def test_a_source_that_moves_back_is_read_at_the_configured_address() -> None:
    moved = Outcome(parsed=True, moved_to=HERE)
    health = Health(address="https://wire.example/new")
    assert adopted(told(moved, moved, moved, health=health), address=HERE).address is None


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("http://a.example/x", "https://a.example/y", True),
        ("https://a.example/x", "http://a.example/x", False),
        ("https://www.wire.example/x", "https://feeds.wire.example/x", True),
        ("https://wire.example/x", "https://notwire.example/x", False),
        ("https://one.co.uk/x", "https://two.co.uk/x", False),
        ("https://www.one.com.cn/x", "https://rss.one.com.cn/x", True),
        ("http://10.0.0.1/x", "http://11.0.0.1/x", False),
        ("http://10.0.0.1/x", "http://10.0.0.1/y", True),
    ],
)
def test_what_is_one_site(old: str, new: str, same: bool) -> None:
    assert same_site(old, new) is same


def test_gone_is_believed_after_a_day_and_not_before() -> None:
    health = told(GONE)
    assert health.stopped is None
    health = told(GONE, health=health, at=NOW + DAY - timedelta(seconds=1))
    assert health.stopped is None
    health = told(GONE, health=health, at=NOW + DAY)
    assert health.stopped == "gone"


def test_a_success_between_two_answers_of_gone_forgets_the_first() -> None:
    health = told(READ, health=told(GONE), at=NOW + timedelta(hours=1))
    assert told(GONE, health=health, at=NOW + 2 * DAY).stopped is None


def test_one_answer_of_gone_and_a_time_out_a_day_later_do_not_stop_a_source() -> None:
    assert told(DOWN, health=told(GONE), at=NOW + 2 * DAY).stopped is None


def test_three_killed_workers_mean_quarantine_even_with_answers_between() -> None:
    health = told(KILLED, SAME, KILLED, DOWN)
    assert (health.kills, health.stopped) == (2, None)
    assert told(KILLED, health=health).stopped == "quarantine"


def test_a_body_that_is_read_well_forgets_killed_workers_and_ends_a_quarantine() -> None:
    assert told(KILLED, KILLED, READ).kills == 0
    health = told(READ, health=told(KILLED, KILLED, KILLED))
    assert (health.stopped, health.kills) == (None, 0)


def test_killed_workers_of_single_items_count_although_the_source_was_read() -> None:
    item = Outcome(parsed=True, kills=1)
    assert told(item, item).kills == 2
    assert told(item, item, READ).kills == 0
    assert told(item, item, item).stopped == "quarantine"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (
            FetchError("no", status=429, retry_after_s=60.0),
            Outcome(ok=False, status=429, wait_s=60),
        ),
        (FetchError("no"), Outcome(ok=False)),
        (ParseError("no"), Outcome(ok=False, parsed=False)),
        (ParseError("no", killed=True), Outcome(ok=False, parsed=False, kills=1)),
        (ExtractError("no"), Outcome(ok=False)),
        (SourceError("no"), Outcome(ok=False)),
    ],
)
def test_an_error_is_told_apart_by_what_it_says_of_the_source(
    error: SourceError, outcome: Outcome
) -> None:
    assert failed(error) == outcome


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": "public, Max-Age = 600, s-maxage=9"}, 600),
        ({"cache-control": "s-maxage=9"}, None),
        ({"cache-control": 'max-age="600"'}, 600),
        ({"cache-control": "no-cache"}, None),
        ({"cache-control": "max-age=-5"}, None),
        ({"expires": "Sun, 01 Jun 2025 13:00:00 GMT"}, 3600),
        ({"expires": "Sun, 01 Jun 2025 11:00:00 GMT"}, 0),
        ({"expires": "0"}, None),
        ({"expires": "-1"}, None),
        (
            {
                "date": "Sun, 01 Jun 2025 10:00:00 GMT",
                "expires": "Sun, 01 Jun 2025 10:30:00 GMT",
            },
            1800,
        ),
        ({"cache-control": "max-age=60", "expires": "Sun, 01 Jun 2025 13:00:00 GMT"}, 60),
    ],
)
def test_headers_say_how_long_an_answer_is_good(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert asked_s(headers, now=NOW) == seconds


@pytest.mark.parametrize(
    ("ttl", "period", "frequency", "seconds"),
    [
        (None, None, None, None),
        ("60", None, None, 3600),
        ("0", None, None, None),
        ("-5", None, None, None),
        ("soon", None, None, None),
        ("²", None, None, None),
        (None, "hourly", None, 3600),
        (None, " Daily\n", "4", 21600),
        (None, "daily", "0", 86400),
        (None, "daily", "often", 86400),
        (None, "now and then", "1", None),
        ("30", "hourly", "1", 3600),
    ],
)
def test_a_feed_says_how_often_it_changes(
    ttl: str | None, period: str | None, frequency: str | None, seconds: float | None
) -> None:
    assert ttl_s(ttl=ttl, period=period, frequency=frequency) == seconds


seconds = st.none() | st.floats(0, 1e12)
places = st.none() | st.sampled_from(["https://wire.example/a", "https://else.example/b"])
outcomes = st.builds(
    Outcome,
    ok=st.booleans(),
    status=st.sampled_from([None, 200, 304, 410, 500]),
    wait_s=seconds,
    ttl_s=seconds,
    parsed=st.sampled_from([None, True, False]),
    moved_to=places,
    kills=st.integers(0, 2),
)


@given(st.lists(st.tuples(outcomes, st.floats(0, 0.999), st.integers(0, 200_000)), min_size=1))
def test_whatever_happens_the_next_check_is_within_bounds_and_never_sooner(
    happened: list[tuple[Outcome, float, int]],
) -> None:
    health, now = Health(), NOW
    for outcome, jitter, passed in happened:
        now += timedelta(seconds=passed)
        health = adopted(after(health, outcome, now=now, jitter=jitter), address=HERE)
        assert health.next_check is not None
        assert SHORTEST_S <= (health.next_check - now).total_seconds() <= LONGEST_S
        assert (health.failures == 0) == (outcome.ok and not health.unparsed)
        assert health.address in (None, "https://wire.example/a")


@given(st.dictionaries(st.sampled_from(["cache-control", "expires", "date"]), st.text()))
def test_any_header_is_an_age_or_none(headers: dict[str, str]) -> None:
    found = asked_s(headers, now=NOW)
    assert found is None or found >= 0


@given(st.none() | st.text(), st.none() | st.text(), st.none() | st.text())
def test_any_ttl_is_positive_or_none(
    ttl: str | None, period: str | None, frequency: str | None
) -> None:
    found = ttl_s(ttl=ttl, period=period, frequency=frequency)
    assert found is None or found > 0
