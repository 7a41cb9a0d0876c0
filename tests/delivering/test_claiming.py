"""What is looked at to find rows that may be sent now, where a way out takes no more for now."""

import asyncio
from collections import Counter
from datetime import timedelta

from service.delivering.courier import Courier
from service.delivering.journal import Journal
from service.delivering.letters import Letters, stored
from service.delivery.base import Commit, Envelope, Outcome
from service.store import Store, outbox
from service.store.outbox import Claimed
from service.store.recipients import Wanted
from tests.delivering.given import Clock, desk, issue, join, queue, rows, several
from tests.delivery.fakes import FakeChannel
from tests.store.given import START

FOLDERS = tuple(f"folder{number}" for number in range(3))


def many(store: Store, mails: int) -> None:
    """Queue an issue for so many by mail, and a moment later for some folders."""
    folders = (Wanted(address=name, channel="folder", editions=("weekly",)) for name in FOLDERS)
    join(store, *several(mails), *folders)
    of = issue(store)
    queue(store, of)
    queue(store, of, edition="weekly", now=START + timedelta(seconds=1))


def claimed(store: Store, *, mail_is_full: bool) -> tuple[tuple[Claimed, ...], Counter[str]]:
    """Claim up to 20 rows, none of them mail; return them, and how many were looked at."""
    seen: Counter[str] = Counter()

    def admit(channel: str, address: str) -> bool:
        seen[channel] += 1
        return channel != "mail"

    with store.write() as db:
        found = outbox.claim(
            db,
            "me",
            now=START + timedelta(seconds=1),
            until=START + timedelta(minutes=2),
            limit=20,
            resend=True,
            admit=admit,
            full=lambda channel: mail_is_full and channel == "mail",
        )
    return found, seen


def test_where_a_channel_is_full_not_all_that_waits_for_it_is_looked_at(store: Store) -> None:
    many(store, 500)
    found, seen = claimed(store, mail_is_full=True)
    assert found == ()
    assert seen == {"mail": 20}


def test_what_a_destination_refuses_is_passed_over_until_others_are_found(store: Store) -> None:
    many(store, 500)
    found, seen = claimed(store, mail_is_full=False)
    assert sorted(row.address for row in found) == sorted(FOLDERS)
    assert seen == {"mail": 500, "folder": 3}


def test_rows_of_others_among_those_of_a_full_channel_are_found(store: Store) -> None:
    many(store, 15)
    found, _ = claimed(store, mail_is_full=True)
    assert sorted(row.address for row in found) == sorted(FOLDERS)


class Counted(Courier):
    """A courier that counts how often it claims."""

    claims = 0

    async def _claim(self, journal: Journal) -> tuple[Claimed, ...]:
        self.claims += 1
        return await super()._claim(journal)


def two_ways(store: Store, clock: Clock, mail: FakeChannel, folder: FakeChannel) -> Counted:
    return Counted(
        store,
        {"mail": mail, "folder": folder},
        Letters(desk(), stored(store)),
        clock=clock,
        jitter=lambda: 0.0,
        slots=10,
    )


def test_a_way_out_with_nothing_to_send_does_not_make_the_other_claim_for_each_message(
    store: Store, clock: Clock
) -> None:
    join(store, *several(400))
    queue(store, issue(store))
    mail = FakeChannel()
    made = two_ways(store, clock, mail, FakeChannel())
    asyncio.run(made.run())
    assert made.tally["sent"] == len(mail.stored) == 400
    # A claim brings half of ten and more, but at the end.
    assert made.claims <= 400 / 5 + 10


def test_folders_behind_a_mail_server_that_hangs_are_written_meanwhile(
    store: Store, clock: Clock
) -> None:
    many(store, 300)
    clock.forward(minutes=1)
    written = asyncio.Event()

    class Hanging(FakeChannel):
        async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
            await written.wait()
            return await super().send(envelope, commit)

    class Folder(FakeChannel):
        async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
            outcome = await super().send(envelope, commit)
            if len(self.stored) == len(FOLDERS):
                written.set()
            return outcome

    async def go() -> None:
        made = two_ways(store, clock, Hanging(), Folder())
        # It would wait for ever if nobody looked behind the mails.
        await asyncio.wait_for(made.run(), timeout=60)

    asyncio.run(go())
    assert {row.state for row in rows(store)} == {"sent"}


def test_folders_that_come_while_mail_is_full_are_written_when_it_is_told(
    store: Store, clock: Clock
) -> None:
    join(store, *several(300))
    queue(store, issue(store))
    written, full = asyncio.Event(), asyncio.Event()

    class Hanging(FakeChannel):
        waiting = 0

        async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
            self.waiting += 1
            if self.waiting == 10:
                full.set()
            await written.wait()
            return await super().send(envelope, commit)

    class Folder(FakeChannel):
        async def send(self, envelope: Envelope, commit: Commit) -> Outcome:
            written.set()
            return await super().send(envelope, commit)

    async def go() -> None:
        made = two_ways(store, clock, Hanging(), Folder())
        running = asyncio.create_task(made.run())
        await full.wait()
        join(store, Wanted(address="late", channel="folder", editions=("daily",)))
        queue(store, issue(store, number=2))
        made.wake()
        await asyncio.wait_for(running, timeout=60)

    asyncio.run(go())
    assert {row.state for row in rows(store)} == {"sent"}
