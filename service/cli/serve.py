"""`briefing serve`: scheduler, delivery and web archive, until SIGTERM."""

import asyncio
from typing import TYPE_CHECKING

from service.cli.console import Config, new_app

if TYPE_CHECKING:
    from service.serving.service import Service

app = new_app("Scheduler, collector, delivery and web archive, until SIGTERM.")


@app.command()
def serve(config: Config = None) -> None:
    """Serve until stopped: SIGTERM ends it in good order, SIGHUP reads the settings again."""
    from contextlib import ExitStack

    from service import settings
    from service.errors import SettingsError
    from service.serving import logs
    from service.serving.service import Service
    from service.store.lock import alone, database

    chosen = settings.load(config)
    if chosen.serve.workers and not chosen.store_url.startswith("postgresql"):
        raise SettingsError(
            ("serve.workers: workers need a store on PostgreSQL; set it to false, or store.url",)
        )
    logs.of(chosen)
    if chosen.store_url.startswith("postgresql"):
        from service.serving.worker import answering

        # A server that starts beside us, or is started again, is no reason to end.
        answering(chosen.store_url, who="service", migrate=True)
    with ExitStack() as held:
        file = database(chosen.store_url)
        if file is not None:
            held.enter_context(alone(file))

        async def run() -> None:
            service = Service(chosen, file=config)
            await service.run()
            await _threads_end(service)

        asyncio.run(run())


async def _threads_end(service: "Service") -> None:
    """Wait for threads that nobody can stop, and leave without them when time is up.

    What they write is whole or not at all, since it is a transaction.
    """
    import logging
    import os

    loop = asyncio.get_running_loop()
    ending = asyncio.create_task(loop.shutdown_default_executor())
    done, _ = await asyncio.wait({ending}, timeout=max(service.left_s, 1.0))
    if not done:
        logging.getLogger(__name__).warning("threads left behind at the end")
        logging.shutdown()
        os._exit(0)
