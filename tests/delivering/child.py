"""A process that sends, to be killed: `python -m tests.delivering.child URL PORT LEASE_S`."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from service.delivering.courier import Courier
from service.delivering.letters import Letters, stored
from service.delivery.smtp import Server, SmtpChannel
from service.store import Store
from tests.delivering.given import desk


async def main(url: str, port: int, lease_s: float) -> None:
    server = Server(host="127.0.0.1", port=port, security="none", connections=4)
    with Store.open(url) as store:
        courier = Courier(
            store,
            {"mail": SmtpChannel(server)},
            Letters(desk(), stored(store)),
            clock=lambda: datetime.now(UTC),
            lease=timedelta(seconds=lease_s),
            slots=8,
        )
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await courier.run()
        await courier.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
