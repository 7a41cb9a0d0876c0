"""kill -9 at random moments of sending, with real processes and a sink that records everything."""

import random
import signal
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.store import Store
from tests.delivering.given import issue, join, queue, rows, several
from tests.processes import process

_ROOT = Path(__file__).resolve().parents[2]
_LEASE_S = 1.0


def lives(url: str, port: int, kills: int, most_s: float) -> int:
    """Start the sender and kill it, again and again; then let it finish. Return the kills."""
    chance = random.Random(kills)
    done = 0
    deadline = time.monotonic() + 60 + 10 * kills
    while True:
        with process("tests.delivering.child", url, port, _LEASE_S) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            if done < kills:
                timer = threading.Timer(
                    chance.uniform(0.0, most_s), child.send_signal, (signal.SIGKILL,)
                )
                timer.start()
                child.wait()
                timer.cancel()
                done += child.returncode == -signal.SIGKILL
                if child.returncode == 0:
                    kills = done
                continue
            assert child.wait(timeout=120) == 0
        with Store.open(url) as store:
            waiting = [row for row in rows(store) if row.state not in ("sent", "failed")]
            if not waiting:
                return done
        # What a killed one held is free when its lease ends.
        assert time.monotonic() < deadline, "the rows never came free"


@pytest.mark.parametrize(
    ("messages", "kills", "most_s"),
    # Few messages a life, so that there are as many lives.
    [(60, 6, 0.08), pytest.param(500, 200, 0.08, marks=pytest.mark.slow)],
)
def test_everybody_gets_it_and_twice_only_where_the_ledger_says_so(
    tmp_path: Path, url: str, messages: int, kills: int, most_s: float
) -> None:
    record = tmp_path / "record"
    record.touch()
    with Store.open(url) as store:
        join(store, *several(messages))
        queue(store, issue(store), now=datetime.now(UTC))
    with process("tests.delivery.server", record) as sink:
        assert sink.stdout is not None
        port = int(sink.stdout.readline())
        done = lives(url, port, kills, most_s)
    got = Counter(line.split()[0] for line in record.read_text().splitlines())
    kept = {tuple(line.split()) for line in record.read_text().splitlines()}
    with Store.open(url) as store:
        found = rows(store)
    twice = sum(count > 1 for count in got.values())
    doubts = sum(row.doubts > 0 for row in found)
    sys.stdout.write(f"{done} kills, {len(got)} got it, {twice} twice, {doubts} were in doubt\n")
    assert Counter(row.state for row in found) == {"sent": messages}
    assert done >= 1
    assert len(got) == messages
    for row in found:
        assert got[row.address] <= 1 + row.doubts
    # A second copy is the same to the last byte, Message-ID included.
    assert len(kept) == messages
