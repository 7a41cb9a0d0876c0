"""The outbox at work, with a way out that does as it is told."""

import asyncio
from datetime import timedelta

import pytest

from service.delivering.courier import Courier
from service.delivery.base import Commit, Envelope, Outcome
from service.errors import StoreError
from service.store import Store, notices, recipients
from service.store.recipients import Wanted
from tests.delivering.given import (
    Clock,
    courier,
    desk,
    issue,
    join,
    queue,
    rows,
    run,
    several,
    states,
)
from tests.delivery.fakes import (
    GREY,
    LOST,
    REFUSED,
    UNKNOWN,
    UNREACHED,
    Early,
    FakeChannel,
    Late,
)
from tests.store.given import START

A, B, C = "a@one.example", "b@two.example", "c@three.example"


def told(store: Store) -> dict[str, str]:
    """Return what the operator was told: cause and text."""
    with store.read() as db:
        return {one.cause: one.text for one in notices.listing(db, since=START)}


def test_every_reader_gets_it_once(store: Store, clock: Clock) -> None:
    addresses = list(several(50))
    join(store, *addresses)
    assert queue(store, issue(store)) == 50
    channel = FakeChannel()
    made = run(store, channel, clock)
    assert made.tally == {"sent": 50}
    assert sorted(one.to for one in channel.stored) == sorted(addresses)
    assert set(states(store).values()) == {"sent"}
    assert run(store, channel, clock).tally == {}
    assert {row.attempts for row in rows(store)} == {1}


def test_an_issue_that_is_queued_twice_is_sent_once(store: Store, clock: Clock) -> None:
    join(store, A)
    made = issue(store)
    assert queue(store, made) == 1
    join(store, B)
    assert queue(store, made) == 1
    channel = FakeChannel()
    run(store, channel, clock)
    assert queue(store, made) == 0
    assert sorted(one.to for one in channel.stored) == [A, B]


def test_an_unknown_user_costs_itself_and_gets_nothing_more(store: Store, clock: Clock) -> None:
    join(store, A, B, C)
    queue(store, issue(store))
    channel = FakeChannel(script={B: [Early(UNKNOWN)]})
    run(store, channel, clock)
    assert states(store) == {A: "sent", B: "failed", C: "sent"}
    clock.forward(hours=30)
    run(store, channel, clock)
    assert channel.tries[B] == 1
    with store.read() as db:
        assert recipients.find(db, B).suppressed == "hard"
        assert {one.address for one in recipients.readers(db, "daily")} == {A, C}
    # The operator need not act.
    assert told(store) == {}


def test_a_matter_of_policy_is_told_and_never_ends_a_reader(store: Store, clock: Clock) -> None:
    join(store, A, B)
    queue(store, issue(store))
    run(store, FakeChannel(script={A: [Early(REFUSED)]}), clock)
    assert states(store) == {A: "failed", B: "sent"}
    with store.read() as db:
        assert recipients.find(db, A).suppressed is None
    (text,) = told(store).values()
    assert "550 5.7.515 not allowed" in text
    assert "briefing doctor" in text


def test_greylisting_is_tried_again_after_five_minutes_and_delays_no_other(
    store: Store, clock: Clock
) -> None:
    join(store, A, B)
    queue(store, issue(store))
    channel = FakeChannel(script={A: [Early(GREY)]})
    run(store, channel, clock)
    assert states(store) == {A: "deferred", B: "sent"}
    clock.forward(minutes=4)
    run(store, channel, clock)
    assert channel.tries[A] == 1
    clock.forward(minutes=1)
    run(store, channel, clock)
    assert states(store) == {A: "sent", B: "sent"}
    assert len(channel.to(A)) == 1


def test_pauses_double_up_to_four_hours_until_the_issue_is_worthless(
    store: Store, clock: Clock
) -> None:
    join(store, A)
    queue(store, issue(store))
    channel = FakeChannel(script={A: [Early(GREY)] * 100})
    tries = []
    while states(store)[A] in ("pending", "deferred"):
        run(store, channel, clock)
        tries.append((rows(store)[0].next_attempt - clock.now).total_seconds() / 60)
        clock.forward(minutes=max(tries[-1], 0))
    assert tries[:6] == [5, 10, 20, 40, 80, 160]
    assert tries[6] == tries[7] == 240
    assert states(store)[A] == "failed"
    assert clock.now - START < timedelta(hours=24)
    assert "given-up" in told(store)
    assert channel.stored == []


def test_what_was_not_sent_in_time_is_not_sent(store: Store, clock: Clock) -> None:
    join(store, A)
    queue(store, issue(store), lasts=timedelta(hours=2))
    clock.forward(hours=2)
    channel = FakeChannel()
    run(store, channel, clock)
    assert rows(store)[0].reply == "too late to be worth sending"
    assert channel.stored == []
    assert "briefing deliveries list --state failed" in told(store)["expired"]


def test_who_leaves_between_claim_and_sending_gets_nothing(store: Store, clock: Clock) -> None:
    a, _ = join(store, A, B)
    queue(store, issue(store))

    def leave(address: str) -> None:
        with store.write() as db:
            recipients.leave(db, a, "daily", now=clock())

    channel = FakeChannel(meanwhile=leave)
    run(store, channel, clock)
    assert channel.to(A) == []
    assert len(channel.to(B)) == 1
    assert states(store) == {A: "suppressed", B: "sent"}


@pytest.mark.parametrize("how", ["left", "suppressed", "removed"])
def test_what_is_queued_is_not_sent_to_who_does_not_want_it(
    store: Store, clock: Clock, how: str
) -> None:
    (a,) = join(store, A)
    queue(store, issue(store))
    with store.write() as db:
        if how == "left":
            recipients.leave(db, a, None, now=clock())
        elif how == "suppressed":
            recipients.suppress(db, a, "operator", now=clock())
        else:
            recipients.remove(db, a)
    channel = FakeChannel()
    run(store, channel, clock)
    assert channel.tries == {}
    assert states(store) == {A: "suppressed"}


def test_a_doubt_is_sent_again_once_to_the_same_byte(store: Store, clock: Clock) -> None:
    join(store, A)
    queue(store, issue(store))
    channel = FakeChannel(script={A: [LOST]})
    run(store, channel, clock)
    assert states(store) == {A: "doubt"}
    assert "may have been taken over" in told(store)["doubt"]
    clock.forward(minutes=5)
    # Another name, another day: it is still the message that was frozen.
    join(store, Wanted(address=A, name="Another Name", editions=("daily",)))
    run(store, channel, clock)
    first, second = channel.to(A)
    assert first == second
    assert states(store) == {A: "sent"}


def test_a_second_doubt_waits_for_a_person(store: Store, clock: Clock) -> None:
    join(store, A)
    queue(store, issue(store))
    channel = FakeChannel(script={A: [LOST] * 10})
    for _ in range(5):
        run(store, channel, clock)
        clock.forward(hours=1)
    assert states(store) == {A: "doubt"}
    assert channel.tries[A] == 2


def test_a_doubt_is_held_where_the_settings_say_so(store: Store, clock: Clock) -> None:
    join(store, A)
    queue(store, issue(store))
    channel = FakeChannel(script={A: [LOST]})
    for _ in range(3):
        run(store, channel, clock, on_doubt="hold")
        clock.forward(hours=1)
    assert channel.tries[A] == 1
    assert states(store) == {A: "doubt"}


def test_what_was_in_doubt_never_ends_as_certainly_not_sent(store: Store, clock: Clock) -> None:
    join(store, A)
    queue(store, issue(store))
    channel = FakeChannel(script={A: [LOST, Early(GREY), Early(UNKNOWN)]})
    for _ in range(3):
        run(store, channel, clock)
        clock.forward(hours=1)
    assert channel.tries[A] == 3
    assert states(store) == {A: "doubt"}


def test_bytes_that_cannot_be_made_again_are_not_sent(store: Store, clock: Clock) -> None:
    join(store, A)
    queue(store, issue(store))
    channel = FakeChannel(script={A: [Late(GREY, stored=False)]})
    run(store, channel, clock)
    clock.forward(hours=1)
    run(store, channel, clock, own=desk(token=lambda reader, edition: "another"))
    assert channel.stored == []
    assert states(store) == {A: "failed"}
    assert "cannot be made again" in (rows(store)[0].reply or "")


def test_two_couriers_at_once_send_nothing_twice(store: Store, clock: Clock) -> None:
    addresses = list(several(120))
    join(store, *addresses)
    queue(store, issue(store))
    channel = FakeChannel()

    async def both() -> None:
        await asyncio.gather(*(courier(store, channel, clock).run() for _ in range(3)))

    asyncio.run(both())
    assert sorted(one.to for one in channel.stored) == sorted(addresses)


def test_a_courier_that_was_frozen_past_its_lease_changes_nothing(
    store: Store, clock: Clock
) -> None:
    join(store, A)
    queue(store, issue(store))

    class Frozen(FakeChannel):
        async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
            clock.forward(minutes=10)
            made = courier(store, channel, clock)
            await made.run()
            assert made.tally == {"sent": 1}
            return await super().send(envelope, commit)

    channel, slow = FakeChannel(), Frozen()
    assert run(store, slow, clock).tally == {"lost": 1}
    # It was not even begun: the commit before the dot found that the row was another's.
    assert slow.stored == []
    assert states(store) == {A: "sent"}


def test_a_courier_that_was_frozen_behind_the_dot_leaves_a_doubt(
    store: Store, clock: Clock
) -> None:
    join(store, A)
    queue(store, issue(store))

    class Frozen(FakeChannel):
        async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
            outcome = await super().send(envelope, commit)
            clock.forward(minutes=10)
            made = courier(store, other, clock, on_doubt="hold")
            await made.run()
            assert states(store) == {A: "doubt"}
            return outcome

    other = FakeChannel()
    slow = Frozen()
    assert run(store, slow, clock, on_doubt="hold").tally == {"lost": 1}
    assert len(slow.stored) == 1
    assert other.stored == []
    assert states(store) == {A: "doubt"}


def test_a_server_that_cannot_be_reached_costs_no_attempt_of_most_rows(
    store: Store, clock: Clock
) -> None:
    addresses = list(several(300))
    join(store, *addresses)
    queue(store, issue(store))
    down = FakeChannel(script={address: [Early(UNREACHED)] * 99 for address in addresses})
    made = run(store, down, clock)
    assert sum(down.tries.values()) <= 40
    assert made.closed() != ()
    # It is asked now and then, for two hours.
    for _ in range(12):
        clock.forward(minutes=10)
        run(store, down, clock)
    assert max(down.tries.values()) < 10
    up = FakeChannel()
    for _ in range(9):
        clock.forward(minutes=30)
        run(store, up, clock)
    assert sorted(one.to for one in up.stored) == sorted(addresses)


def test_a_destination_that_hangs_delays_no_other(store: Store, clock: Clock) -> None:
    dead = [f"r{number}@dead.example" for number in range(100)]
    alive = list(several(100))
    join(store, *dead, *alive)
    queue(store, issue(store))

    class Hanging(FakeChannel):
        async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
            if envelope.to in dead:
                await release.wait()
            outcome = await super().send(envelope, commit)
            if len(self.stored) == len(alive):
                release.set()
            return outcome

    async def go() -> Courier:
        made = courier(store, channel, clock, slots=10)
        await asyncio.wait_for(made.run(), timeout=60)
        return made

    release = asyncio.Event()
    channel = Hanging(script={address: [Early(UNREACHED)] for address in dead})
    made = asyncio.run(go())
    assert made.tally["sent"] == len(alive)
    assert sum(channel.tries[a] for a in dead if a in channel.tries) <= 10


def test_no_message_goes_out_while_the_store_cannot_be_written(store: Store, clock: Clock) -> None:
    join(store, A)
    queue(store, issue(store))

    with Store.open(store.url, busy_timeout_s=0.05) as impatient:

        class Locked(FakeChannel):
            async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
                with store.write():
                    return await super().send(envelope, commit)

        channel = Locked()
        with pytest.raises(StoreError, match="in use by another program"):
            run(impatient, channel, clock)
    assert channel.stored == []
    clock.forward(minutes=10)
    good = FakeChannel()
    run(store, good, clock)
    assert len(good.to(A)) == 1


def test_a_service_sends_what_is_written_meanwhile_and_stops_when_told(
    store: Store, clock: Clock
) -> None:
    join(store, A)

    async def go() -> Courier:
        stop = asyncio.Event()
        made = courier(store, channel, clock)
        running = asyncio.create_task(made.run(stop=stop, idle_s=30))
        # The first look finds nothing.
        while not made.idle:
            await asyncio.sleep(0)
        queue(store, issue(store))
        made.wake()
        await sent.wait()
        stop.set()
        await asyncio.wait_for(running, timeout=10)
        return made

    sent = asyncio.Event()
    channel = FakeChannel(meanwhile=lambda address: sent.set())
    made = asyncio.run(go())
    assert made.tally == {"sent": 1}
    assert states(store) == {A: "sent"}


def test_a_channel_that_is_not_set_up_is_told_and_waits(store: Store, clock: Clock) -> None:
    hook = Wanted(address="https://hooks.example/in", channel="webhook", editions=("daily",))
    join(store, A, hook)
    queue(store, issue(store))
    run(store, FakeChannel(), clock)
    assert states(store) == {A: "sent", "https://hooks.example/in": "deferred"}
    assert any("webhook" in text for text in told(store).values())
