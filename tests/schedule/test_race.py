"""Row 4: two services, each a process, on one database."""

import os
import subprocess
import sys
from pathlib import Path

from service.schedule import due
from service.store import Store, periods
from tests.schedule import racer

ROOT = Path(__file__).parents[2]


def test_two_services_that_tick_at_once_write_each_period_once(url: str) -> None:
    Store.open(url).close()
    both = [
        subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "schedule" / "racer.py"), url],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ends = [one.communicate(timeout=240) for one in both]
    assert [one.returncode for one in both] == [0, 0], ends
    found = sorted(line for out, _ in ends for line in out.splitlines())
    end = racer.START + (racer.STEPS - 1) * racer.STEP
    assert found == sorted(
        f"{rule.edition} {d.key}" for rule in racer.RULES for d in due(rule, racer.START, end)
    )
    with Store.open(url) as store, store.read() as db:
        assert periods.counts(db) == {"due": len(found), "skipped": len(racer.RULES)}
