"""Row 3: SIGKILL at every statement of the tick; periods as expected, none twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

BEFORE = {
    "daily 2026-11-20": "skipped",
    "daily 2026-11-21": "due",
    "every 2026-11-20": "skipped",
    "every 2026-11-21": "due",
    "limit 2026-11-20": "skipped",
    "limit 2026-11-21": "skipped",
    "weekly@Asia/Tokyo 2026-W47": "skipped",
}
AFTER = BEFORE | {
    "daily 2026-11-21": "skipped",
    "daily 2026-11-22": "skipped",
    "daily 2026-11-23": "due",
    "every 2026-11-22": "due",
    "every 2026-11-23": "due",
    "limit 2026-11-22": "skipped",
    "limit 2026-11-23": "skipped",
    "weekly@Asia/Tokyo 2026-W48": "due",
}


def test_a_service_that_is_killed_at_any_statement_loses_and_doubles_nothing(
    url: str, tmp_path: Path
) -> None:
    script = Path(__file__).with_name("killed.py")
    server = [] if url.startswith("sqlite") else [url]
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), *server],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    *kills, last = map(json.loads, done.stdout.splitlines())
    # The tick itself: a beginning, a commit, and what it reads and writes between.
    assert len(kills) > 18
    assert all(row["killed"] for row in kills)
    assert last["status"] == 0
    assert last["left"] == AFTER
    for row in kills:
        assert row["left"] == BEFORE, f"killed at {row['n']}: half of a tick was left"
        assert row["end"] == AFTER, f"killed at {row['n']}"
