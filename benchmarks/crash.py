"""kill -9 at random moments while an issue is sent: who got it, who got it twice, what is doubted.

`--count N` (500 messages), `--kills N` (200), `--seed N`, `--json`. The mail server is a process of
its own that writes down every message before it answers (`tests.delivery.server`). Each sender is a
process of its own, too; it is killed after a random time, and another one goes on with what the
store holds. Afterwards each reader must have got the issue, again only as often as the ledger says
that it was in doubt, and every copy with the same bytes. What is held for a person after many
doubts is let go by that person at the end, once it has been counted.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.children import started, told
from service.delivering.courier import Courier
from service.delivering.letters import Letters, stored
from service.delivery.smtp import Server, SmtpChannel
from service.store import Store, deliveries, outbox
from service.store.deliveries import Delivery
from tests.delivering.given import desk, issue, join, queue

#: Short, so that what a dead process held comes free while the next ones send.
LEASE = timedelta(seconds=1)
#: Seconds between the start of the sending and the kill: at first, and at most.
_FIRST_S, _MOST_S = 0.1, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was found when all was over."""

    messages: int
    kills: int
    seconds: float
    #: Readers who got it; who got it more than once; and more often than its doubts explain.
    received: int
    again: int
    unexplained: int
    #: The most copies that one reader got.
    most: int
    #: Readers whose copies differ in their bytes.
    differing: int
    #: Rows that were in doubt; those held for a person; those of them that had not arrived.
    doubted: int
    held: int
    held_and_missing: int
    #: Readers without a copy whom the ledger did not doubt, before anything was let go.
    lost: int

    @property
    def good(self) -> bool:
        return (
            self.received == self.messages
            and not self.unexplained
            and not self.differing
            and not self.lost
        )


def main(words: Sequence[str]) -> None:
    """Print what was found; leave with 1 where something was lost, or doubled without a doubt."""
    parser = argparse.ArgumentParser(prog="crash")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(words)
    found = measure(given.count, given.kills, given.seed)
    if given.json:
        print(json.dumps(asdict(found)))
    else:
        print(
            f"{found.messages} messages, {found.kills} kills in {found.seconds:.0f} s "
            f"(seed {given.seed})\n"
            f"received by {found.received} of {found.messages} readers\n"
            f"more than once by {found.again}, at most {found.most} times; without a doubt that "
            f"says so: {found.unexplained}; with other bytes: {found.differing}\n"
            f"rows that were in doubt: {found.doubted}; held for a person: {found.held}, of which "
            f"{found.held_and_missing} had not arrived\n"
            f"lost without a doubt: {found.lost}"
        )
    if not found.good:
        raise SystemExit(1)


def measure(count: int, kills: int, seed: int) -> Result:
    """Send to `count` readers through `kills` crashes. seed: of the moments."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        record, url = Path(name) / "record", f"sqlite:///{Path(name) / 'store.db'}"
        record.touch()
        with Store.open(url) as store:
            join(store, *(f"reader{n}@host{n % 7}.example" for n in range(count)))
            queue(store, issue(store), now=datetime.now(UTC))
        with _sink(record) as port:
            done = _killed(url, port, kills, random.Random(seed))
            _finished(url, port)
            before = _rows(url)
            missing = {row.address for row in before} - _received(record).keys()
            held = [row for row in before if row.state == "doubt"]
            _let_go(url, held)
            _finished(url, port)
        copies = _received(record)
    # One copy more for each doubt, and one where a person let it go.
    most = {row.address: 1 + row.doubts + (row in held) for row in before}
    return Result(
        messages=count,
        kills=done,
        seconds=time.monotonic() - begin,
        received=len(copies),
        again=sum(len(digests) > 1 for digests in copies.values()),
        unexplained=sum(len(digests) > most[to] for to, digests in copies.items()),
        most=max(map(len, copies.values()), default=0),
        differing=sum(len(set(digests)) > 1 for digests in copies.values()),
        doubted=sum(row.doubts > 0 for row in before),
        held=len(held),
        held_and_missing=sum(row.address in missing for row in held),
        lost=len(missing - {row.address for row in held}),
    )


def _killed(url: str, port: int, kills: int, chance: random.Random) -> int:
    """Start senders and kill them; return how many were killed at work."""
    done, delay_s = 0, _FIRST_S
    while done < kills and _open(url):
        pid = _sender(url, port)
        time.sleep(chance.uniform(0, delay_s))
        os.kill(pid, signal.SIGKILL)
        done += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
        # The sending is to last as long as there are kills.
        states = [row.state for row in _rows(url)]
        ahead = states.count("sent") / len(states) > done / kills
        delay_s = min(delay_s * (0.8 if ahead else 1.25), _MOST_S)
    return done


def _finished(url: str, port: int) -> None:
    """Send the rest, without a kill."""
    while _open(url):
        os.waitpid(_sender(url, port), 0)
        if _open(url):
            # What a dead process holds comes free with its lease.
            time.sleep(LEASE.total_seconds() / 4)


def _open(url: str) -> bool:
    """Whether anything is to be sent still; what waits for a person is not."""
    with Store.open(url) as store, store.read() as db:
        states = deliveries.counts(db)
        begun = states["claimed"] + states["in_data"]
        return begun > 0 or outbox.next_due(db, resend=True) is not None


def _sender(url: str, port: int) -> int:
    """Start a process that sends; return its id when it begins."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            asyncio.run(_send(url, port, writing))
            code = 0
        finally:
            # Nothing of the parent's is to be done a second time.
            os._exit(code)
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    return pid


async def _send(url: str, port: int, started: int) -> None:
    server = Server(host="127.0.0.1", port=port, security="none", name="x.example", connections=4)
    with Store.open(url) as store:
        courier = Courier(
            store,
            {"mail": SmtpChannel(server)},
            Letters(desk(), stored(store)),
            clock=lambda: datetime.now(UTC),
            slots=8,
            lease=LEASE,
        )
        os.write(started, b"!")
        await courier.run()
        await courier.close()


def _let_go(url: str, held: Sequence[Delivery]) -> None:
    with Store.open(url) as store, store.write() as db:
        deliveries.retry(db, [row.id for row in held], now=datetime.now(UTC))


def _rows(url: str) -> tuple[Delivery, ...]:
    with Store.open(url) as store, store.read() as db:
        return deliveries.listing(db)


def _received(record: Path) -> dict[str, list[str]]:
    """Return the hashes of the copies that each reader got."""
    copies: dict[str, list[str]] = {}
    for line in record.read_text(encoding="utf-8").splitlines():
        address, _, digest = line.split()
        copies.setdefault(address, []).append(digest)
    return copies


@contextlib.contextmanager
def _sink(record: Path) -> Iterator[int]:
    with started("tests.delivery.server", record) as process:
        yield told(process)[0]


if __name__ == "__main__":
    main(sys.argv[1:])
