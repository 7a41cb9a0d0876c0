"""`briefing serve`: scheduler, delivery and web archive, until SIGTERM."""

import asyncio
import logging

from service.cli.console import Config, log_to_stderr, new_app

app = new_app("Scheduler, collector, delivery and web archive, until SIGTERM.")


@app.command()
def serve(config: Config = None) -> None:
    """Serve until stopped: SIGTERM ends it in good order, SIGHUP reads the settings again."""
    from contextlib import ExitStack
    from pathlib import Path

    from sqlalchemy.engine import make_url

    from service import settings
    from service.serving.lock import alone
    from service.serving.service import Service

    chosen = settings.load(config)
    log_to_stderr(logging.INFO)
    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    with ExitStack() as held:
        url = make_url(chosen.store_url)
        if url.get_backend_name() == "sqlite":
            held.enter_context(alone(Path(url.database or "")))

        async def run() -> None:
            await Service(chosen, file=config).run()

        asyncio.run(run())
