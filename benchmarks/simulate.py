"""A simulation of workers by events: what N of them do, from what one of them was measured to cost.

Problem: two machines, a thousand feeds to a host or ten million messages are not at hand; a formula
for each resource says where it ends, but not what becomes of work that waits for several of them.
Choice: a heap of events, with these parts and no others.

* An *item* is a feed or a message. It waits without using anything (the network, the disk), then
  takes CPU outside (who serves feeds or takes mail), CPU of its worker and CPU of the server.
  Each is drawn from an exponential distribution about its mean; the draw is seeded.
* A *core* runs one thread at a time, in slices of 5 ms. Work goes to the idlest core that it may
  use, after each slice anew; so a server that shares the workers' cores takes from them.
* *Others* use so many cores, in slices that come at random: programs that are not ours.
* A *worker* may use some cores, runs so many threads there, has so many items open and holds so
  many piles, each once handed over by the queue at its cost.
* A *pile* is what one task is about: the sources of a group, which one worker holds at a time; or
  all messages, which any number do. Its *lanes* are hosts or destinations: so many items of one are
  open at once, and so long passes between two beginnings. A task ends after so many items, and what
  is left of its pile is handed over with the next sweep.

Not simulated: memory, lost leases, faults, a disk that is full of work, the publishing of issues.
"""

import heapq
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

_SLICE_S = 0.005

Then = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Means of what an item, or a task of the queue, takes, in seconds."""

    worker_s: float = 0.0
    server_s: float = 0.0
    outside_s: float = 0.0
    #: Without using anything.
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Items of one host or destination."""

    items: int
    #: How many of them may be open at once, and how long lies between the beginnings of two.
    at_once: int = 1_000_000
    gap_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """What one task is about."""

    lanes: tuple[Lane, ...]
    #: Workers that may be at it at once.
    holders: int = 1

    @property
    def items(self) -> int:
        return sum(lane.items for lane in self.lanes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The machines."""

    cores: int
    #: Of each worker, and of the server: the numbers of the cores that it may use.
    workers: tuple[tuple[int, ...], ...]
    server: tuple[int, ...]
    #: None: others' machines, which are never short of any.
    outside: tuple[int, ...] | None = None
    #: Threads of a worker that can run at once; items that it has open; piles that it holds.
    threads: int = 3
    open: int = 50
    piles: int = 8
    #: Items of a task, at most; and between two sweeps.
    most: int = 200
    sweep_s: float = 5.0
    #: Cores that are used by others, on average.
    others: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it."""

    seconds: float
    #: Items that were done: of each pile, and by each worker.
    piles: tuple[int, ...]
    workers: tuple[int, ...]
    tasks: int
    #: Seconds that each core was busy.
    busy_s: tuple[float, ...]

    @property
    def rate(self) -> float:
        return sum(self.piles) / self.seconds if self.seconds else 0.0


@dataclass(slots=True)
class _Core:
    busy_s: float = 0.0
    running: bool = False
    queue: "deque[tuple[float, tuple[int, ...], Then]]" = field(default_factory=deque)


@dataclass(slots=True)
class _Pile:
    number: int
    holders: int
    #: Lanes of which an item may begin: when, and which.
    ready: list[tuple[float, int]]
    left: list[int]
    open: list[int]
    begun: int
    parked: set[int] = field(default_factory=set)
    done: int = 0
    held: int = 0


@dataclass(slots=True)
class _Task:
    """A worker at a pile."""

    worker: int
    pile: _Pile
    may: int
    open: int = 0
    ended: bool = False


class Simulation:
    """One run, from all that is due to nothing."""

    def __init__(
        self, site: Site, piles: Sequence[Pile], *, item: Cost, task: Cost, seed: int = 1
    ) -> None:
        """item, task: what each item, and each hand-over by the queue, costs."""
        self._site, self._item, self._task = site, item, task
        self._lanes = [pile.lanes for pile in piles]
        self._draw = random.Random(seed)
        self._now, self._count = 0.0, 0
        self._events: list[tuple[float, int, Then]] = []
        self._cores = [_Core() for _ in range(site.cores)]
        self._piles = [
            _Pile(
                number=number,
                holders=pile.holders,
                ready=[(0.0, index) for index, lane in enumerate(pile.lanes) if lane.items],
                left=[lane.items for lane in pile.lanes],
                open=[0] * len(pile.lanes),
                begun=0,
            )
            for number, pile in enumerate(piles)
        ]
        #: Piles that are handed over and that no worker, or not enough, is at.
        self._waiting = deque(pile for pile in self._piles if pile.ready)
        many = range(len(site.workers))
        self._tasks: list[list[_Task]] = [[] for _ in many]
        self._threads = [0 for _ in many]
        self._queued: list[deque[tuple[float, Then]]] = [deque() for _ in many]
        self._did = [0 for _ in many]
        self._ran = 0
        self._last = 0.0
        self._left = sum(pile.items for pile in piles)

    def run(self) -> Outcome:
        """Return what came of it."""
        if self._site.others:
            self._other()
        # In turn, as workers that fetch at the same time get them.
        for _ in range(self._site.piles):
            for worker in range(len(self._site.workers)):
                self._fetch(worker)
        while self._events:
            self._now, _, then = heapq.heappop(self._events)
            then()
        return Outcome(
            seconds=self._last,
            piles=tuple(pile.done for pile in self._piles),
            workers=tuple(self._did),
            tasks=self._ran,
            busy_s=tuple(core.busy_s for core in self._cores),
        )

    # Time and cores.

    def _at(self, delay: float, then: Then) -> None:
        self._count += 1
        heapq.heappush(self._events, (self._now + delay, self._count, then))

    def _drawn(self, mean: float) -> float:
        return self._draw.expovariate(1 / mean) if mean else 0.0

    def _use(self, seconds: float, allowed: tuple[int, ...] | None, then: Then) -> None:
        """Take CPU on the idlest of some cores; None: elsewhere, where there is enough."""
        if seconds <= 0:
            then()
            return
        if allowed is None:
            self._at(seconds, then)
            return
        core = min(
            (self._cores[number] for number in allowed), key=lambda c: len(c.queue) + c.running
        )
        core.queue.append((seconds, allowed, then))
        if not core.running:
            self._slice(core)

    def _slice(self, core: _Core) -> None:
        seconds, allowed, then = core.queue.popleft()
        core.running = True
        piece = min(seconds, _SLICE_S)

        def end() -> None:
            core.busy_s += piece
            core.running = False
            rest = seconds - piece
            self._use(rest if rest > 1e-9 else 0.0, allowed, then)
            if core.queue and not core.running:
                self._slice(core)

        self._at(piece, end)

    def _other(self) -> None:
        """Let others take a slice now and then, as long as there is something to do for us."""
        if self._left:
            self._use(_SLICE_S, tuple(range(self._site.cores)), lambda: None)
            self._at(self._drawn(_SLICE_S / self._site.others), self._other)

    def _work(self, worker: int, seconds: float, then: Then) -> None:
        """Take CPU of a worker, on one of its threads."""
        if self._threads[worker] >= self._site.threads:
            self._queued[worker].append((seconds, then))
            return
        self._threads[worker] += 1

        def end() -> None:
            self._threads[worker] -= 1
            if self._queued[worker]:
                self._work(worker, *self._queued[worker].popleft())
            then()

        self._use(seconds, self._site.workers[worker], end)

    def _spend(self, cost: Cost, worker: int, then: Then) -> None:
        """Go through what an item or a task takes, one after the other."""
        site = self._site

        def outside() -> None:
            self._use(self._drawn(cost.outside_s), site.outside, own)

        def own() -> None:
            self._work(worker, self._drawn(cost.worker_s), server)

        def server() -> None:
            self._use(self._drawn(cost.server_s), site.server, then)

        self._at(self._drawn(cost.wait_s), outside)

    # Piles and items.

    def _fetch(self, worker: int) -> None:
        """Take a pile that waits, if one does and there is room for it."""
        tasks = self._tasks[worker]
        if len(tasks) >= self._site.piles or not self._waiting:
            return
        if any(task.pile is self._waiting[0] for task in tasks):
            return
        pile = self._waiting[0]
        pile.held += 1
        if pile.held >= pile.holders:
            self._waiting.popleft()
        task = _Task(worker=worker, pile=pile, may=self._site.most)
        tasks.append(task)
        self._ran += 1
        self._spend(self._task, worker, lambda: self._go(worker))

    def _go(self, worker: int) -> None:
        """Begin as many items as the worker has room for, of all its piles in turn."""
        tasks = self._tasks[worker]
        begun = True
        while begun:
            begun = False
            for task in tuple(tasks):
                if sum(one.open for one in tasks) >= self._site.open:
                    return
                begun |= self._begin(task)
        for task in tuple(tasks):
            self._end(task)

    def _begin(self, task: _Task) -> bool:
        """Begin the next item of a pile that may begin; say whether one did."""
        pile = task.pile
        if not task.may or not pile.ready or pile.ready[0][0] > self._now:
            return False
        _, index = heapq.heappop(pile.ready)
        lane = self._lanes[pile.number][index]
        task.may -= 1
        task.open += 1
        pile.begun += 1
        pile.left[index] -= 1
        pile.open[index] += 1
        if pile.left[index]:
            if pile.open[index] < lane.at_once:
                self._again(pile, index, lane)
            else:
                pile.parked.add(index)
        self._spend(self._item, task.worker, lambda: self._done(task, index))
        return True

    def _again(self, pile: _Pile, index: int, lane: Lane) -> None:
        heapq.heappush(pile.ready, (self._now + lane.gap_s, index))
        if lane.gap_s:
            self._at(lane.gap_s, lambda: self._stir(pile))

    def _stir(self, pile: _Pile) -> None:
        for worker, tasks in enumerate(self._tasks):
            if any(task.pile is pile for task in tasks):
                self._go(worker)

    def _done(self, task: _Task, index: int) -> None:
        pile = task.pile
        task.open -= 1
        pile.open[index] -= 1
        pile.done += 1
        self._left -= 1
        self._did[task.worker] += 1
        self._last = self._now
        if index in pile.parked:
            pile.parked.discard(index)
            self._again(pile, index, self._lanes[pile.number][index])
        self._go(task.worker)

    def _end(self, task: _Task) -> None:
        """End a task that has nothing more to begin, and hand over what its pile has left."""
        pile = task.pile
        spent = not task.may or not (pile.ready or pile.parked)
        if task.ended or task.open or not spent:
            return
        task.ended = True
        self._tasks[task.worker].remove(task)
        full = pile.held >= pile.holders
        pile.held -= 1
        if sum(pile.left):
            if full:
                due = self._site.sweep_s - self._now % self._site.sweep_s
                self._at(due, lambda: self._handed_over(pile))
        elif pile in self._waiting:
            self._waiting.remove(pile)
        self._fetch(task.worker)

    def _handed_over(self, pile: _Pile) -> None:
        if sum(pile.left) and pile not in self._waiting and pile.held < pile.holders:
            self._waiting.append(pile)
        for worker in range(len(self._site.workers)):
            self._fetch(worker)


def calibrated(site: Site, piles: Sequence[Pile], *, item: Cost, task: Cost, rate: float) -> Cost:
    """Return the cost with the wait that gives a measured rate, by halving; 0 where none does.

    What one worker waits for (disk, network, others' commits) is not measured by itself: it is what
    is left of its time.
    """
    low, high = 0.0, 10.0
    for _ in range(16):
        middle = (low + high) / 2
        tried = replace(item, wait_s=middle)
        found = Simulation(site, piles, item=tried, task=task).run().rate
        low, high = (low, middle) if found < rate else (middle, high)
    return replace(item, wait_s=low)
