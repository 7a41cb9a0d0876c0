"""A server in a thread with a loop of its own, for code under test that runs a loop itself."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

S = TypeVar("S")


@contextmanager
def beside(serving: AbstractAsyncContextManager[S]) -> Iterator[S]:
    """Keep an asynchronous context open in a thread while the block runs; give what it gives."""
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()
    given: list[S] = []

    async def serve() -> None:
        async with serving as made:
            given.append(made)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    try:
        assert ready.wait(10), "the server did not start"
        yield given[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
