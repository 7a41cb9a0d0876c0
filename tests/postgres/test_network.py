"""Workers on two hosts, one of which is cut off from the database and comes back (fault row 17)."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.store import Store, articles, deliveries, sources
from service.store.deliveries import Delivery
from tests.beside import beside
from tests.delivering.given import issue, join, queue, several
from tests.delivery.server import STORED, Act, Server, serving
from tests.feeds import server as web
from tests.postgres import cluster
from tests.postgres.cluster import CannotStart, Cluster
from tests.postgres.network import HOSTS, NEAR, NETWORK, Machine, NoNetwork, machines
from tests.processes import ROOT

pytestmark = pytest.mark.slow

_LEASE_S = 6.0
_MESSAGES, _FEEDS, _ITEMS = 600, len(HOSTS), 5
_PATIENCE_S = 240.0


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Machine, Machine]]:
    try:
        with machines(2) as (one, two):
            yield one, two
    except NoNetwork as why:
        pytest.skip(str(why))


@pytest.fixture(scope="module")
def on(hosts: tuple[Machine, Machine]) -> Iterator[Cluster]:
    try:
        with cluster.running({"listen_addresses": f"'127.0.0.1,{NEAR}'"}) as found:
            found.admit(NETWORK)
            yield found
    except CannotStart as why:
        pytest.skip(str(why))


class Case:
    """Two workers far away, the database, the mail server and the feeds near."""

    def __init__(self, on: Cluster, hosts: tuple[Machine, Machine], folder: Path) -> None:
        self.on, self.hosts, self.folder = on, hosts, folder
        self.held = ExitStack()
        self.near = on.database()
        self.store = self.held.enter_context(Store.open(self.near))
        slowly = Act(reply=STORED, after_s=0.1, store=True)
        self.mail = self.held.enter_context(
            beside(serving(Server(always={"dot": slowly}), host=NEAR))
        )
        self.feeds = self.held.enter_context(web.serving(NEAR))
        for number in range(_FEEDS):
            items = [web.item(f"{number}-{n}", _text(number, n)) for n in range(_ITEMS)]
            self.feeds.paths[f"/{number}"] = web.Reply(body=web.rss(*items))

    def worker(self, machine: Machine) -> subprocess.Popen[bytes]:
        name = self.near.rpartition("/")[2]
        feeds = [self.feeds.url(f"/{n}", host=host) for n, host in enumerate(HOSTS)]
        words = (sys.executable, "-m", "tests.postgres.child", self.on.url(name, host=NEAR))
        with (self.folder / machine.name).open("wb") as log:
            made = subprocess.Popen(
                machine.words(*words, NEAR, self.mail.port, _LEASE_S, *feeds),
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        self.held.callback(made.wait)
        self.held.callback(made.kill)
        return made

    def begin(self, number: int, count: int) -> None:
        join(self.store, *several(count))
        queue(self.store, issue(self.store, number=number), now=datetime.now(UTC))

    def rows(self) -> tuple[Delivery, ...]:
        with self.store.read() as db:
            return deliveries.listing(db)

    def states(self) -> Counter[str]:
        return Counter(row.state for row in self.rows())

    def until(self, reached: Callable[[], bool]) -> float:
        """Wait; return for how many seconds."""
        began = time.monotonic()
        while not reached():
            logs = [(self.folder / host.name).read_text()[-2000:] for host in self.hosts]
            assert time.monotonic() < began + _PATIENCE_S, (self.states(), logs)
        return time.monotonic() - began

    def sessions(self, machine: Machine, where: str = "true") -> list[tuple[object, ...]]:
        return self.on.sql(
            "SELECT application_name, state, query FROM pg_stat_activity "
            f"WHERE client_addr = '{machine.address}' AND {where}"
        )

    def claimed(self, machine: Machine) -> set[int]:
        """Return the rows that a machine has: of the owners that have rows, its own."""
        # A worker's name begins with that of the machine and the number of its process.
        found = self.on.sql(
            "SELECT id FROM delivery WHERE state IN ('claimed', 'in_data') "
            f"AND lease_owner LIKE '%:{self.pids[machine.name]}:%'",
            self.near.rpartition("/")[2],
        )
        return {int(row[0]) for row in found}

    pids: dict[str, int]

    def check(self) -> Counter[str]:
        """Everybody has each mail once, or again with the same bytes where there was a doubt."""
        got: dict[tuple[str, bytes], list[bytes]] = {}
        for kept in self.mail.kept:
            ident = next(
                line for line in kept.content.splitlines() if line.lower().startswith(b"message-id")
            )
            got.setdefault((kept.to, ident), []).append(kept.content)
        found = self.rows()
        assert {row.state for row in found} == {"sent"}
        assert len(got) == len(found)
        doubts = Counter[str]()
        for row in found:
            doubts[row.address] += row.doubts
        for copies in got.values():
            assert len(set(copies)) == 1
        again = Counter[str]()
        for (address, _), copies in got.items():
            again[address] += len(copies) - 1
        assert all(again[address] <= doubts[address] for address in again)
        return Counter(doubts=doubts.total(), again=again.total())


def _text(feed: int, number: int) -> str:
    return f"Customs officers at gate {feed} counted {number + 3} trains from China to Russia."


@pytest.fixture
def case(on: Cluster, hosts: tuple[Machine, Machine], tmp_path: Path) -> Iterator[Case]:
    made = Case(on, hosts, tmp_path)
    with made.held:
        yield made
    on.drop(made.near)


@pytest.mark.parametrize("heal", ["when the other is done", "when the server has given it up"])
def test_a_host_that_is_cut_off_from_the_database_loses_nothing_and_doubles_nothing(
    case: Case, heal: str, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = case.hosts
    case.begin(1, _MESSAGES)
    first, second = case.worker(one), case.worker(two)
    # `ip netns exec` becomes the command that it runs.
    case.pids = {one.name: first.pid, two.name: second.pid}
    case.until(lambda: case.states()["sent"] > 60 and bool(case.claimed(one)))
    one.cut(case.on.port)
    try:
        left = case.states()
        taken = case.claimed(one)
        over_s = case.until(lambda: not case.claimed(one) & taken)
        done_s = over_s + case.until(lambda: set(case.states()) == {"sent"})
        # What it was in the middle of keeps nobody out for longer than this.
        assert not case.sessions(one, "now() - xact_start > interval '40 seconds'")
        gone_s = 0.0
        if heal == "when the server has given it up":
            gone_s = done_s + case.until(lambda: not case.sessions(one))
        before = {row.id: (row.state, row.updated, row.doubts) for row in case.rows()}
    finally:
        one.heal(case.on.port)
    # Now it alone is there to do what comes.
    second.terminate()
    second.wait()
    case.begin(2, 50)
    back_s = case.until(lambda: set(case.states()) == {"sent"})
    after = {row.id: (row.state, row.updated, row.doubts) for row in case.rows()}
    assert {ident: after[ident] for ident in before} == before
    with case.store.read() as db:
        assert articles.count(db) == _FEEDS * _ITEMS
        assert {state.state for state in sources.listing(db)} == {"read"}
        assert len(sources.listing(db)) == _FEEDS
    counts = case.check()
    assert first.poll() is None
    with capsys.disabled():
        sys.stdout.write(
            f"\n{heal}: {left['sent']} of {_MESSAGES} sent at the cut, {len(taken)} rows held; "
            f"taken from it after {over_s:.1f} s, all sent after {done_s:.1f} s; "
            f"{counts['doubts']} doubts, {counts['again']} mails twice; sessions gone after "
            f"{gone_s:.1f} s; at work {back_s:.1f} s after the heal\n"
        )
