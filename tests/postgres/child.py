"""A worker, to be killed, frozen or cut off: `python -m tests.postgres.child` and

URL HOST PORT LEASE_S [FEED ...]: the store, the mail server, how long leases last, what to read
"""

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
from service.serving import worker as working
from service.serving.worker import Work, Worker
from service.store.periods import Slot
from service.store.postgres import driver_url
from tests.delivering.given import desk


def _now() -> datetime:
    return datetime.now(UTC)


async def _make(held: Slot, at: datetime) -> Made:
    raise AssertionError("nothing is to be published")


async def main(url: str, host: str, port: int, lease_s: float, *feeds: str) -> None:
    server = Server(host=host, port=port, security="none", connections=4)
    sources = [
        {"name": f"feed {number}", "kind": "feed", "url": feed, "allow_private": True}
        for number, feed in enumerate(feeds)
    ]
    chosen = settings.check({"store": {"url": url}, "source": sources}, home=Path("/nowhere"))
    working.LEASE = timedelta(seconds=lease_s)
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
    _, of, mail_host, mail_port, lasts_s, *read = sys.argv
    asyncio.run(main(of, mail_host, int(mail_port), float(lasts_s), *read))
