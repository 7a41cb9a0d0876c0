"""A process that ends at any step: every reader gets it once, or the row has been in doubt."""

import asyncio
import contextlib
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.store import Store
from tests.delivering.given import Clock, courier, issue, join, queue, rows, several, states
from tests.delivery.fakes import GREY, LOST, Crash, Crashing, Early, FakeChannel, Late, Step

STEPS: tuple[Step, ...] = (
    Crashing("before"),
    Crashing("between"),
    Crashing("after"),
    Early(GREY),
    Late(GREY, stored=False),
    LOST,
)


def life(store: Store, channel: FakeChannel, clock: Clock, **fields: object) -> bool:
    """Run one process until it has nothing to do, or ends badly; return whether it ended badly."""

    async def go() -> None:
        await courier(store, channel, clock, slots=3, **fields).run()  # type: ignore[arg-type]

    with contextlib.suppress(Crash):
        asyncio.run(go())
        return False
    return True


@pytest.mark.parametrize("at", ["before", "between", "after"])
@pytest.mark.parametrize("on_doubt", ["resend", "hold"])
def test_a_crash_leaves_certainty_or_one_doubt(
    store: Store, clock: Clock, at: str, on_doubt: str
) -> None:
    address = "a@one.example"
    join(store, address)
    queue(store, issue(store))
    channel = FakeChannel(script={address: [Crashing(at)]})
    assert life(store, channel, clock)
    clock.forward(minutes=5)
    life(store, channel, clock, on_doubt=on_doubt)
    expected = {
        ("before", "resend"): ("sent", 1),
        ("before", "hold"): ("sent", 1),
        ("between", "resend"): ("sent", 1),
        ("between", "hold"): ("doubt", 0),
        ("after", "resend"): ("sent", 2),
        ("after", "hold"): ("doubt", 1),
    }
    assert (states(store)[address], len(channel.to(address))) == expected[at, on_doubt]
    assert len(set(channel.to(address))) <= 1
    assert rows(store)[0].doubts == (at != "before")


@pytest.mark.slow
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    scripts=st.lists(st.lists(st.sampled_from(STEPS), max_size=4), min_size=1, max_size=6),
    on_doubt=st.sampled_from(["resend", "hold"]),
)
def test_nothing_is_lost_and_nothing_doubled_without_a_doubt(
    scripts: list[list[Step]], on_doubt: str
) -> None:
    addresses = list(several(len(scripts)))
    clock = Clock()
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'store.db'}") as store,
    ):
        join(store, *addresses)
        queue(store, issue(store))
        channel = FakeChannel(script=dict(zip(addresses, scripts, strict=True)))
        for _ in range(25):
            crashed = life(store, channel, clock, on_doubt=on_doubt)
            clock.forward(minutes=3 if crashed else 20)
        got = Counter(one.to for one in channel.stored)
        for row in rows(store):
            assert row.state in ("sent", "doubt")
            if row.state == "sent":
                assert got[row.address] >= 1
            # More than one only where the ledger says that one may have been too many.
            assert got[row.address] <= 1 + row.doubts
            assert len(set(channel.to(row.address))) <= 1
