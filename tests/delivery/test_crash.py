"""kill -9 while an issue is sent over a real socket: nothing lost, and doubles named."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow  # test_killed of the couriers kills a few
def test_every_reader_gets_it_and_again_only_where_the_ledger_doubts() -> None:
    count, kills = 500, 200
    # A process of its own: the senders are its forks, and must inherit no thread of ours.
    words = ["--count", str(count), "--kills", str(kills), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.crash", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["received"] == found["messages"] == count
    assert found["kills"] >= kills // 2
    assert (found["unexplained"], found["differing"], found["lost"]) == (0, 0, 0)
    assert found["again"] <= found["doubted"]
