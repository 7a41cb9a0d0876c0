"""A worker, to be killed or frozen: `python -m tests.postgres.child URL PORT LEASE_S`."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service import settings
from service.app import App
from service.delivering.courier import Courier, new_owner
from service.delivering.letters import Letters, stored
from service.delivery.smtp import Server, SmtpChannel
from service.engine import Queue
from service.publishing import Made
from service.serving.worker import Work, Worker
from service.store.periods import Slot
from service.store.postgres import driver_url
from tests.delivering.given import desk


def _now() -> datetime:
    return datetime.now(UTC)


async def _make(held: Slot, at: datetime) -> Made:
    raise AssertionError("nothing is to be published")


async def main(url: str, port: int, lease_s: float) -> None:
    server = Server(host="127.0.0.1", port=port, security="none", connections=4)
    chosen = settings.check({"store": {"url": url}}, home=Path("/nowhere"))
    with App(chosen, clock=_now, migrate=False) as app:
        courier = Courier(
            app.store,
            {"mail": SmtpChannel(server)},
            Letters(desk(), stored(app.store)),
            clock=_now,
            lease=timedelta(seconds=lease_s),
            slots=4,
        )
        owner = new_owner()
        work = Work(app, make=_make, clock=_now, courier=courier, owner=owner)
        worker = Worker(Queue(driver_url(url)), app.store, work, owner=owner, clock=_now)
        work.then = worker.soon
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        async with app.reading():
            await worker.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
