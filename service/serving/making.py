"""An issue is made in a process of its own, which can be ended at any time.

Problem: to compose an issue keeps a processor busy for seconds to minutes, in which this process
must answer readers, hear its signals and stop within its time; a thread shares the interpreter
with all that, and cannot be stopped. Choice: a new process for each issue. It does the whole step
with the same objects, its transaction included, so that it can be killed at any point like the
service itself; what it used is given back to the system with its end, so that a service that runs
for a year does not grow by what its issues take. It costs a second and a half of imports an issue.

Rejected: a pool that is kept (it grows, and one dead worker is a state to handle); handing over
thousands of articles to a worker that only composes (the texts cross twice, and the rest of the
step stays here). Pebble, whose processes may have no children: this one sets pages in another.
"""

import asyncio
import logging
import multiprocessing
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from multiprocessing.connection import Connection

from service import publishing
from service.progress import timed
from service.publishing import Made
from service.settings import Settings
from service.store.periods import Slot

log = logging.getLogger(__name__)

#: An issue that takes longer is stopped, and made again in another way.
LONGEST_S = 900.0
#: Called in the new process before anything else: sets up its log.
Prepare = Callable[[Settings], None]
Steps = tuple[tuple[str, float], ...]


class Maker:
    """Makes issues, one process each."""

    def __init__(
        self,
        settings: Settings,
        *,
        prepare: Prepare,
        took: Callable[[str, float], None],
        longest_s: float = LONGEST_S,
    ) -> None:
        """prepare: importable by name. took: hears of each step and its seconds."""
        self._settings, self._prepare, self._took = settings, prepare, took
        self._longest_s = longest_s

    async def make(self, held: Slot, at: datetime) -> Made:
        """Return what `publishing.made` does in the process. Cancelled, it ends the process."""
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe(duplex=False)
        process = context.Process(
            target=_run, args=(there, self._prepare, self._settings, held, at), name="issue"
        )
        # Some milliseconds; in a thread it could not be cancelled.
        process.start()
        there.close()
        try:
            made, steps = await asyncio.wait_for(_answer(here), self._longest_s)
        except EOFError:
            await asyncio.to_thread(process.join)
            return Made(error=_ended(process.exitcode))
        except TimeoutError:
            return Made(error=f"it took longer than {self._longest_s:g} s and was stopped")
        finally:
            process.kill()
            process.join()
            process.close()
            here.close()
        for name, seconds in steps:
            self._took(name, seconds)
        return made


async def _answer(here: Connection) -> tuple[Made, Steps]:
    """Wait for what the process says, without a thread. Raises EOFError when it has ended."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(here.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(here.fileno())
    said: tuple[Made, Steps] = here.recv()
    return said


def _ended(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        hint = ", which is what a system short of memory does" if name == "SIGKILL" else ""
        return f"the process that made it was ended by {name}{hint}"
    return f"the process that made it ended with exit code {code}"


# What follows runs in the process.


class Stopwatch:
    """Keeps the seconds that each step took."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float]] = []

    def step(self, name: str) -> AbstractContextManager[None]:
        return timed(name, lambda *took: self.steps.append(took))


def _run(there: Connection, prepare: Prepare, settings: Settings, held: Slot, at: datetime) -> None:
    # A terminal signals all of its processes; when this one is to end is the service's matter.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    prepare(settings)
    watch = Stopwatch()
    made = _made(settings, held, at, watch)
    try:
        there.send((made, tuple(watch.steps)))
    except BrokenPipeError:
        # What it wrote counts, or was refused, like that of any service that died.
        log.warning(
            "issue made for a service that is gone edition=%s key=%s", held.edition, held.key
        )


def _made(settings: Settings, held: Slot, at: datetime, watch: Stopwatch) -> Made:
    from service.app import App
    from service.errors import BriefError
    from service.serving.desk import Editions

    try:
        with App(settings, clock=lambda: at) as app:
            editions = Editions(app)
            if "pdf" in editions.order(held.edition, at).formats:
                app.press.start()
            return publishing.made(editions.publishing(), held, at, watch)
    except BriefError as error:
        return Made(error=str(error))
