"""A process that writes to a store: `python writer.py URL NAME ROUNDS`."""

import sys

from service.model import Period
from service.store import Store, issues
from tests.store.given import START, entry, hour, record


def main(url: str, name: str, rounds: int) -> None:
    with Store.open(url) as store:
        for number in range(rounds):
            own = entry(f"own-{number}", f"Written by {name}, number {number}.")
            # The same text from every writer.
            shared = entry(f"shared-{number}", f"Written by all, number {number}.")
            record(store, own, shared, source=name, at=hour(number))
            with store.write() as db:
                issues.add(
                    db,
                    edition="daily",
                    number=issues.next_number(db, "daily"),
                    period=Period(start=START, end=START),
                    cutoff=START,
                    created=START,
                    title=name,
                    brief_json=f'"{name} {number}"',
                    manifest="{}",
                )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
