"""Reading hostile bytes in processes that can be killed, by pebble, the only place that uses it.

Problem: a small feed holds a parser for minutes, a small page unpacks to gigabytes, and a thread
that does so can neither be stopped nor measured.

Choice: a pool of two processes. An item has five seconds and a share of memory; one that takes
more ends its process and nothing else, and the error says so (`ParseError.killed`), because a
source that does it again and again is put into quarantine by whoever keeps its health. A process
is replaced after 250 items, so that what the libraries leak stays small. The processes are
children of a fork server, which never runs a thread: forking this process, with its threads, would
copy locks that nobody will ever free, and starting each one anew would cost half a second of
imports after each kill. They are started by the first item that needs one. In them, connecting,
starting programs and opening files to write are refused, whatever a library was talked into.

Rejected: a soft deadline inside the process (a signal is seen only between two steps of Python,
and what explodes is in C or Rust); a thread with a deadline (it goes on burning); one process an
item (70 ms each).
"""

import asyncio
import gc
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import forkserver
from threading import Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

from service.errors import ParseError, SourceError

if TYPE_CHECKING:
    from pebble import ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

#: Imported by the fork server, once for all processes; a process starts with them in 10 ms.
FOR_PAGES = ("feeds.documents", "feeds.extract", "lxml.html", "trafilatura")
#: The language model, too, which takes longer to load than most feeds to read.
FOR_FEEDS = (*FOR_PAGES, "feeds.warm")

#: How a process ends that was out of memory: a number that Python, pebble and signals do not use.
_NO_MEMORY = 77
#: Seconds of CPU by which a process may outlive an item's deadline when nobody is left to kill it.
_ORPHAN_S = 5
#: Audit events that no reading of bytes has a use for.
_REFUSED = frozenset(
    {
        *("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname"),
        *("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"),
        *("os.link", "os.mkdir", "os.rmdir", "os.symlink"),
    }
)
_REMOVING = ("os.remove", "os.rename", "os.truncate")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one item may cost, and when a process is replaced."""

    timeout_s: float = 5.0
    #: Address space of a process, of which some 300 MB are the interpreter and its libraries.
    memory_bytes: int = 1536 << 20
    #: Items that one process reads.
    items: int = 250


class Workers:
    """The processes; an asynchronous context, which ends them when it is left.

    size: how many. preload: modules that the fork server imports; the first object of a process
    that starts decides, for there is one fork server. Entering starts nothing: the first item
    does, or `start`. One object may be entered again after it was left.
    """

    def __init__(
        self, size: int = 2, *, limits: Limits | None = None, preload: Sequence[str] = FOR_PAGES
    ) -> None:
        self._size = size
        self._limits = limits or Limits()
        self._preload = tuple(preload)
        self._pool: ProcessPool | None = None
        self._waiting: set[Future[bytes]] = set()
        self._lock = Lock()
        self._open = False
        #: Processes that items have ended since this object was made.
        self.killed = 0

    async def __aenter__(self) -> Self:
        self._open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._open = False
            pool, self._pool = self._pool, None
        for waiting in tuple(self._waiting):
            # Or else whoever waits for it in a thread would wait for ever.
            waiting.cancel()
        if pool is not None:
            # It takes a tenth of a second, in which the caller has better things to do.
            Thread(target=_end, args=(pool,), name="workers end").start()

    @property
    def started(self) -> bool:
        """Whether there are processes now."""
        return self._pool is not None

    @property
    def waiting(self) -> int:
        """How many items are being read, or wait to be."""
        return len(self._waiting)

    async def start(self) -> None:
        """Start the processes before the first item needs them; their imports take a second."""
        await asyncio.to_thread(self._ready)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function gives, run in a process; raise what it raises.

        function: importable by name and pure; what goes in and comes out can be pickled.
        Raises ParseError where the process had to be ended, or ended itself, with `killed` set;
        RuntimeError outside of the context. Cancelling ends the process.
        """
        if not self.started:
            await self.start()
        for again in (True, False):
            try:
                packed = await asyncio.wrap_future(self._submitted(function, args, kwargs))
            except Exception as exc:
                self._explain(exc, again=again)
                continue
            result: T = _unpacked(packed)
            return result
        raise AssertionError("the second try returns or raises")

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do as `run` does, for a caller in a thread, which waits."""
        for again in (True, False):
            try:
                packed = self._submitted(function, args, kwargs).result()
            except Exception as exc:
                self._explain(exc, again=again)
                continue
            result: T = _unpacked(packed)
            return result
        raise AssertionError("the second try returns or raises")

    def _submitted(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> "Future[bytes]":
        work = (self._limits, function, args, kwargs)
        found = self._ready().schedule(_work, args=work, timeout=self._limits.timeout_s)
        self._waiting.add(found)
        found.add_done_callback(self._waiting.discard)
        return found

    def _ready(self) -> "ProcessPool":
        """Return the pool, made if there is none, or none that is whole."""
        with self._lock:
            if not self._open:
                raise RuntimeError("workers are used outside of their context")
            if self._pool is not None and not self._pool.active:
                _end(self._pool)
                self._pool = None
            if self._pool is None:
                self._pool = _pool(self._size, self._limits, self._preload)
            return self._pool

    def _explain(self, exc: Exception, *, again: bool) -> None:
        """Raise what an item is to be told; return if it is worth another try."""
        from pebble import ProcessExpired

        if isinstance(exc, BrokenProcessPool):
            # A process with nothing to do was ended from outside: not the item's fault.
            if again:
                return
            raise ParseError("was not read: the processes that read are ended from outside")
        if isinstance(exc, TimeoutError):
            reason = f"took more than {self._limits.timeout_s:g} s and was stopped"
        elif isinstance(exc, ProcessExpired):
            reason = _ended(int(exc.exitcode or 0), self._limits)
        else:
            raise exc
        self.killed += 1
        raise ParseError(reason, killed=True) from exc


def _pool(size: int, limits: Limits, preload: tuple[str, ...]) -> "ProcessPool":
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    forkserver.ensure_running()
    # Only now, while the fork server is at its own imports.
    from pebble import ProcessPool

    # The type of a context in pebble's annotations is narrower than what it takes.
    pool: ProcessPool = ProcessPool(
        max_workers=size,
        max_tasks=limits.items,
        initializer=_prepare,
        initargs=(limits, preload),
        context=context,
    )
    # It starts with the first look at it.
    assert pool.active
    return pool


def _end(pool: "ProcessPool") -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _ended(code: int, limits: Limits) -> str:
    """Return why a process ended, by its exit code: negative for a signal."""
    if code in (_NO_MEMORY, -signal.SIGABRT, -signal.SIGKILL):
        return f"took too much memory, more than {limits.memory_bytes >> 20} MB, and was stopped"
    if code == -signal.SIGXCPU:
        return f"took more than {limits.timeout_s:g} s and was stopped"
    how = signal.Signals(-code).name if -code in set(signal.Signals) else f"exit code {code}"
    return f"ended its reader ({how})"


def _unpacked(packed: bytes) -> Any:
    done, value = pickle.loads(packed)
    if done:
        return value
    raise value


# What follows runs in the processes.


def _prepare(limits: Limits, preload: tuple[str, ...]) -> None:
    """Set up a process: its limits, what it may not do, and its imports before the clock runs."""
    # pebble's own handler waits for Python's next step, which a bomb in C never comes to.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.dont_write_bytecode = True
    for name in preload:
        import_module(name)
    # What was imported is never garbage, and looking at it again and again costs a tenth.
    gc.freeze()
    _limit(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        # Elsewhere the system counts what is mapped and never used.
        _limit(resource.RLIMIT_AS, limits.memory_bytes)
    # Its first call writes a file, to see whether it can.
    tempfile.gettempdir()
    sys.addaudithook(_refuse)


def _limit(kind: int, value: int) -> None:
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:
        value = min(value, most)
    resource.setrlimit(kind, (value, most))


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    """Refuse, as an audit hook, what a reader of bytes does only when it was talked into it.

    The folder for temporary files is open to libraries that unpack their models there.
    """
    if event in _REFUSED:
        raise SourceError(f"tried to reach out of its reader ({event})")
    writes = event in _REMOVING or (event == "open" and args[2] & _WRITING)
    if writes and not str(args[0]).startswith(tempfile.gettempdir()):
        raise SourceError(f"tried to change a file ({args[0]})")


def _work(
    limits: Limits, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> bytes:
    """Return (True, result) or (False, exception), pickled.

    Pickled here, so that a result that does not fit into memory ends like any other item.
    """
    # The parent counts seconds of the clock; this counts the CPU's, for when it is gone.
    _limit(resource.RLIMIT_CPU, int(_cpu_s() + limits.timeout_s) + _ORPHAN_S)
    try:
        try:
            return pickle.dumps((True, function(*args, **kwargs)), pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            raise
        except Exception as exc:
            if not isinstance(exc, SourceError):
                # A bug: its traceback does not survive pickling, and is what mends it.
                exc.add_note(f"in a worker process:\n{traceback.format_exc()}")
            return pickle.dumps((False, exc), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        # What is left of the process cannot be trusted, and nothing may be allocated here.
        os._exit(_NO_MEMORY)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
