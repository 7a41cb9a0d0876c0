"""How many messages go to one destination at once."""

from datetime import timedelta
from typing import Literal

import pytest

from service.delivering.lanes import Lanes
from service.delivery.base import Outcome
from tests.delivering.given import Clock
from tests.delivery.fakes import GREY, REFUSED, SENT, UNKNOWN, UNREACHED

HUNG = Outcome(result="deferred", cause="server", code=421, text="closing")


def admitted(lanes: Lanes, address: str, channel: str = "mail") -> int:
    """Take all the places there are for an address; return how many they were."""
    count = 0
    while lanes.admit(channel, address):
        count += 1
    return count


def attempt(lanes: Lanes, address: str, outcome: Outcome | None, channel: str = "mail") -> bool:
    taken = lanes.admit(channel, address)
    if taken:
        lanes.release(channel, address, outcome)
    return taken


def test_a_new_destination_gets_a_few_places_and_leaves_the_others_theirs(clock: Clock) -> None:
    lanes = Lanes(slots=20, clock=clock)
    assert admitted(lanes, "a@one.example") == 5
    assert admitted(lanes, "b@ONE.example") == 0
    assert admitted(lanes, "a@two.example") == 5


def test_a_destination_that_answers_may_have_all_places(clock: Clock) -> None:
    lanes = Lanes(slots=20, clock=clock)
    for _ in range(40):
        assert attempt(lanes, "a@one.example", SENT)
    assert admitted(lanes, "a@one.example") == 20
    assert admitted(lanes, "a@two.example") == 0
    assert admitted(lanes, "https://hooks.example/x", "webhook") == 5


def test_three_failures_in_a_row_close_a_destination_for_a_while_that_doubles(
    clock: Clock,
) -> None:
    lanes = Lanes(slots=20, clock=clock)
    for _ in range(3):
        assert attempt(lanes, "a@one.example", HUNG)
    assert not attempt(lanes, "b@one.example", SENT)
    assert attempt(lanes, "a@two.example", SENT)
    assert lanes.closed() == ("one.example",)
    waits = []
    for _ in range(6):
        reopens = lanes.reopens()
        assert reopens is not None
        waits.append((reopens - clock()) / timedelta(minutes=1))
        clock.now = reopens
        assert admitted(lanes, "a@one.example") == 1
        lanes.release("mail", "a@one.example", HUNG)
    assert waits == [1, 2, 4, 8, 15, 15]


def test_one_answer_opens_it_again(clock: Clock) -> None:
    lanes = Lanes(slots=20, clock=clock)
    for _ in range(3):
        attempt(lanes, "a@one.example", HUNG)
    clock.forward(minutes=1)
    assert attempt(lanes, "a@one.example", SENT)
    assert lanes.closed() == ()
    assert admitted(lanes, "a@one.example") == 2


def test_what_one_message_or_reader_is_refused_for_is_no_fault_of_the_destination(
    clock: Clock,
) -> None:
    lanes = Lanes(slots=20, clock=clock)
    for outcome in (GREY, UNKNOWN, REFUSED, Outcome(result="withdrawn"), None) * 5:
        assert attempt(lanes, "a@one.example", outcome)
    assert lanes.closed() == ()


def test_many_that_fail_together_count_as_one_outage(clock: Clock) -> None:
    lanes = Lanes(slots=20, clock=clock)
    for _ in range(30):
        attempt(lanes, "a@one.example", SENT)
    count = admitted(lanes, "a@one.example")
    for _ in range(count):
        lanes.release("mail", "a@one.example", HUNG)
    reopens = lanes.reopens()
    assert reopens is not None
    assert reopens - clock() == timedelta(minutes=1)


def test_no_connection_at_all_closes_the_channel_and_no_other(clock: Clock) -> None:
    lanes = Lanes(slots=20, clock=clock)
    for number in range(3):
        assert attempt(lanes, f"a@host{number}.example", UNREACHED)
    assert not attempt(lanes, "a@fresh.example", SENT)
    assert lanes.closed() == ("mail",)
    assert attempt(lanes, "https://hooks.example/x", SENT, "webhook")


def test_a_webhook_s_host_and_a_folder_are_destinations_of_their_own(clock: Clock) -> None:
    lanes = Lanes(slots=20, clock=clock)
    busy = Outcome(result="deferred", cause="server", code=503, text="busy")
    for _ in range(3):
        attempt(lanes, "https://one.example/x", busy, "webhook")
    assert not attempt(lanes, "https://one.example/y", SENT, "webhook")
    assert attempt(lanes, "https://two.example/x", SENT, "webhook")
    assert attempt(lanes, "/srv/a", SENT, "folder")


@pytest.mark.parametrize(
    ("channel", "dead", "alive"),
    [
        ("webhook", "https://dead.example/x", "https://alive.example/x"),
        ("folder", "/mnt/gone", "/srv/there"),
    ],
)
@pytest.mark.parametrize("cause", ["server", "policy"])
def test_one_dead_host_or_missing_folder_closes_no_channel(
    clock: Clock, channel: str, dead: str, alive: str, cause: Literal["server", "policy"]
) -> None:
    lanes = Lanes(slots=20, clock=clock)
    for _ in range(3):
        attempt(lanes, dead, Outcome(result="deferred", cause=cause, text="unreachable"), channel)
    assert not attempt(lanes, dead, SENT, channel)
    assert attempt(lanes, alive, SENT, channel)
    assert len(lanes.closed()) == 1


def test_thousands_of_healthy_destinations_are_not_remembered(clock: Clock) -> None:
    lanes = Lanes(slots=20, clock=clock)
    for number in range(5000):
        assert attempt(lanes, f"a@host{number}.example", SENT)
    assert lanes.known <= 1001
