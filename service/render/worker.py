"""Setting pages in a process that can be killed.

Problem: a page of 260 bytes can keep the layout busy for minutes, a table can ask for gigabytes,
and the issue must still be published, without its PDF, in time. A thread that lays out can neither
be stopped nor limited.

Choice: one process, by pebble, which sets one document after the other. It is started anew (not
forked from this one, whose threads may hold locks) at the first look or ahead of time by `start`,
and imports WeasyPrint, which takes half a second and some forty programs, while this process is
busy elsewhere. A document has 60 seconds of CPU, 90 of the clock and a share of memory; one that
takes more ends the process, and the next document gets another. In it, connecting and starting
programs are refused, whatever a library was talked into.

Rejected: a process a document (the imports, again and again); the fork server of the readers of
feeds, whose modules would be chosen by whichever of the two is started first.
"""

import gc
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import traceback
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from service.errors import PageError, RenderError, StoreError
from service.model import Brief
from service.render.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from pebble import ProcessPool

#: How a process ends that was out of memory: a number that Python, pebble and signals do not use.
_NO_MEMORY = 77
#: Audit events that no setting of pages has a use for, once everything is imported.
_REFUSED = frozenset(
    {
        *("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname"),
        *("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document may cost, and when the process is replaced."""

    wall_s: float = 90.0
    #: Whole seconds, as the system counts them.
    cpu_s: int = 60
    #: Address space of the process: an issue of 4 pages takes 0.34 GB, one of 48 pages 0.52 GB.
    memory_bytes: int = 1536 << 20
    #: Documents that one process sets.
    documents: int = 20


class Press:
    """The process; a context, which ends it when it is left."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._pool: ProcessPool | None = None
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def started(self) -> bool:
        """Whether there is a process now."""
        return self._pool is not None

    def start(self) -> None:
        """Start the process, and return while it is at its imports."""
        self._ready()

    def close(self) -> None:
        """End the process, at once and whatever it does; the next document starts another."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            _end(pool)

    def document(self, brief: Brief, sheet: Sheet | None = None) -> bytes:
        """Return what `pdf.document` does, made in the process; raise what it raises.

        Raises PageError where the process had to be ended, or ended itself.
        """
        made: bytes = self.run(_document, brief, sheet)
        return made

    def run(self, function: "Callable[..., Any]", *args: Any, format_: str = "pdf") -> Any:
        """Return what a function gives, run in the process; raise what it raises.

        function: importable by name; what goes in and comes out can be pickled. format_: what is
        made, for a PageError.
        """
        from pebble import ProcessExpired

        for again in (True, False):
            work = (self._limits, function, args)
            try:
                packed = self._ready().schedule(_work, args=work, timeout=self._limits.wall_s)
                done, value = pickle.loads(packed.result())
            except BrokenProcessPool as exc:
                # A process with nothing to do was ended from outside: not the document's fault.
                if not again:
                    reason = "the process that sets pages is ended from outside"
                    raise _unmade(reason, format_) from exc
            except TimeoutError as exc:
                raise _stopped(f"took more than {self._limits.wall_s:g} s", format_) from exc
            except ProcessExpired as exc:
                raise _stopped(_ended(int(exc.exitcode or 0), self._limits), format_) from exc
            else:
                if done:
                    return value
                raise value
        raise AssertionError("the second try returns or raises")

    def _ready(self) -> "ProcessPool":
        """Return the pool, made if there is none, or none that is whole."""
        from pebble import ProcessPool

        with self._lock:
            if self._pool is not None and not self._pool.active:
                _end(self._pool)
                self._pool = None
            if self._pool is None:
                # The type of a context in pebble's annotations is narrower than what it takes.
                self._pool = ProcessPool(
                    max_workers=1,
                    max_tasks=self._limits.documents,
                    initializer=_prepare,
                    initargs=(self._limits,),
                    context=multiprocessing.get_context("spawn"),
                )
                # It starts with the first look at it.
                assert self._pool.active
            return self._pool


def _stopped(reason: str, format_: str) -> PageError:
    work = "setting its pages" if format_ == "pdf" else "filling in its templates"
    return _unmade(f"{work} {reason} and was stopped", format_)


def _unmade(reason: str, format_: str) -> PageError:
    return PageError(f"the {format_.upper()} was not made: {reason}", format=format_)


def _end(pool: "ProcessPool") -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _ended(code: int, limits: Limits) -> str:
    """Return why a process ended, by its exit code: negative for a signal."""
    # GLib ends the process by a trap when it gets no memory.
    if code in (_NO_MEMORY, -signal.SIGABRT, -signal.SIGKILL, -signal.SIGTRAP):
        return f"took too much memory, more than {limits.memory_bytes >> 20} MB,"
    if code == -signal.SIGXCPU:
        return f"took more than {limits.cpu_s} s of CPU"
    how = signal.Signals(-code).name if -code in set(signal.Signals) else f"exit code {code}"
    return f"ended its process ({how})"


# What follows runs in the process.


def _document(brief: Brief, sheet: Sheet | None) -> bytes:
    from service.render import pdf

    return pdf.document(brief, sheet)


def _prepare(limits: Limits) -> None:
    """Set up the process: its imports before the clock runs, its limits, what it may not do."""
    # pebble's own handler waits for Python's next step, which a bomb in C never comes to.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    from service.brief import codec
    from service.render import html, pdf
    from service.render.charts import drawing

    # What the first document would wait for. What is wrong here, that document will say.
    with suppress(RenderError):
        pdf.library()
        html.paper_style()
        drawing.ready()
    with suppress(StoreError):
        codec.loads("{}")
    # What was imported is never garbage, and looking at it again and again costs time.
    gc.freeze()
    _limit(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        # Elsewhere the system counts what is mapped and never used.
        _limit(resource.RLIMIT_AS, limits.memory_bytes)
    sys.addaudithook(_refuse)


def _limit(kind: int, value: int) -> None:
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:
        value = min(value, most)
    resource.setrlimit(kind, (value, most))


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    """Refuse, as an audit hook, what the setting of pages does only when it was talked into it."""
    if event in _REFUSED:
        raise PageError(f"the PDF was not made: a page tried to reach out of it ({event})")


def _work(limits: Limits, function: "Callable[..., Any]", args: tuple[Any, ...]) -> bytes:
    """Return (True, result) or (False, exception), pickled.

    Pickled here, so that a result that does not fit into memory ends like any other.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_s)
    try:
        try:
            return pickle.dumps((True, function(*args)), pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            raise
        except Exception as exc:
            if not isinstance(exc, RenderError):
                # A bug: its traceback does not survive pickling, and is what mends it.
                exc.add_note(f"in the process that sets pages:\n{traceback.format_exc()}")
            return pickle.dumps((False, exc), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        # What is left of the process cannot be trusted, and nothing may be allocated here.
        os._exit(_NO_MEMORY)
