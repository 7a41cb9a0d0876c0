"""`briefing worker`: the steps of the service on this machine, for a store on PostgreSQL."""

import asyncio
import logging

from service.cli.console import Config, new_app

app = new_app("Collect, publish and deliver for a store on PostgreSQL, until SIGTERM.")


@app.command()
def worker(config: Config = None) -> None:
    """Do what is due, beside other workers, until stopped."""
    import signal
    from datetime import UTC, datetime

    from service import settings
    from service.app import App
    from service.errors import SettingsError
    from service.serving import logs
    from service.serving.making import Maker
    from service.serving.worker import answering, work

    chosen = settings.load(config)
    if not chosen.store_url.startswith("postgresql"):
        raise SettingsError(
            (
                "store.url: `briefing worker` works on PostgreSQL only; on SQLite `briefing serve` "
                "does everything",
            )
        )
    if not chosen.serve.workers:
        raise SettingsError(
            (
                "serve.workers is false: then `briefing serve` does the work itself; set it to "
                "true for both",
            )
        )
    logs.of(chosen)

    def clock() -> datetime:
        return datetime.now(UTC)

    async def run() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel if task else loop.stop)
        with App(chosen, clock=clock, migrate=False) as opened:
            make = Maker(chosen, prepare=logs.of, took=lambda step, seconds: None)
            try:
                await work(opened, make=make.make, clock=clock)
            except asyncio.CancelledError:
                logging.getLogger(__name__).info("worker stopped")

    answering(chosen.store_url)
    asyncio.run(run())
