"""A service that ticks through sixty days as fast as it can: `python racer.py URL`.

Prints what it wrote as due, one `edition key` a line.
"""

import sys
from datetime import UTC, datetime, timedelta

from service.schedule import Rule
from service.store import Store
from service.ticking import tick

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
STEPS, STEP = 240, timedelta(hours=6)
RULES = (
    Rule(edition="daily", every="day", zone="Europe/Berlin", catch_up="all"),
    Rule(edition="daily@Asia/Tokyo", every="day", zone="Asia/Tokyo", catch_up="all"),
)


def main(url: str) -> None:
    with Store.open(url) as store:
        for number in range(STEPS):
            for edition, key in tick(store, RULES, now=START + number * STEP).due:
                sys.stdout.write(f"{edition} {key}\n")


if __name__ == "__main__":
    main(sys.argv[1])
