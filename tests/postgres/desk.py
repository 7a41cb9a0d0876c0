"""An installation past one machine: `briefing serve` and `briefing worker`, and readers' mail."""

import hashlib
import json
import os
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import update

from service.store import Store, deliveries, ledger, periods
from service.store.deliveries import Delivery
from tests.beside import beside
from tests.conftest import BRIDGE, GAS
from tests.delivering.given import issue, join, queue, several
from tests.delivery.server import Server, serving
from tests.postgres.cluster import Cluster
from tests.serving import served

#: Whose the database is; the tests' own superuser can mend what this one cannot.
ROLE, SECRET = "desk", "secret"
#: Messages that are under way when a test breaks something.
MESSAGES = 150


class Desk:
    """A service and a worker that run, on a database that a test breaks and mends."""

    def __init__(self, on: Cluster, name: str, home: Path, mail: Server) -> None:
        self.on, self.name, self.home, self.mail = on, name, home, mail
        self.url = f"postgresql://{ROLE}:{SECRET}@127.0.0.1:{on.port}/{name}"
        self.environ = {"BRIEFING_STORE__URL": self.url, "BRIEFING_SERVE__WORKERS": "true"}
        self._articles = 0
        #: Issues that a test makes have numbers behind those that the worker makes.
        self._issues = 1000
        #: The two processes, once `run` was called.
        self.service: served.Process
        self.worker: served.Process

    @contextmanager
    def run(self) -> Iterator["Desk"]:
        """Start both, which need not find a database."""
        with ExitStack() as held:
            for command in ("serve", "worker"):
                made = served.serving(self.home, command=command, environ=self.environ)
                setattr(self, {"serve": "service"}.get(command, command), held.enter_context(made))
            yield self

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        return self.on.sql(statement, self.name)

    @cached_property
    def store(self) -> Store:
        """The store, as somebody opens it whom nothing that a test breaks concerns."""
        return Store.open(self.on.url(self.name))

    def rows(self) -> tuple[Delivery, ...]:
        with self.store.read() as db:
            return deliveries.listing(db)

    def due(self, key: str) -> None:
        """Let an issue be due, with an article that is new."""
        self._articles += 1
        text = f"{BRIDGE}\nThe new span is number {self._articles} of those that were planned.\n"
        self.article(f"more-{self._articles}.txt", text)
        now = datetime.now(UTC)
        with self.store.write() as db:
            periods.add(db, edition="daily", key=key, due=now, state="due", now=now)

    def article(self, name: str, text: str) -> None:
        """Put a document into the corpus, to be read now."""
        document = self.home / "corpus" / name
        document.write_text(text, encoding="utf-8")
        # One that was written a moment ago would be left to the next round.
        os.utime(document, (1_772_500_000, 1_772_500_000))
        self.sql("UPDATE health SET next_check = NULL")

    def begin(self) -> None:
        """Let messages be due, and wait until some of them have gone."""
        before = len(self.mail.kept)
        self._issues += 1
        join(self.store, *several(MESSAGES))
        queue(self.store, issue(self.store, number=self._issues), now=datetime.now(UTC))
        self.worker.until(lambda: len(self.mail.kept) > before + 5, "mail")
        assert any(row.state != "sent" for row in self.rows()), "all had gone before"

    def all_sent(self) -> None:
        """Wait until everybody has his mail; twice only where there was a doubt, the same bytes."""
        served.until(
            lambda: {row.state for row in self.rows()} == {"sent"},
            lambda: f"{Counter(row.state for row in self.rows())}: {self.worker.text()[-3000:]}",
        )
        got = Counter(kept.to for kept in self.mail.kept)
        wanted: Counter[str] = Counter()
        doubts: Counter[str] = Counter()
        for row in self.rows():
            wanted[row.address] += 1
            doubts[row.address] += row.doubts
        assert set(got) == set(wanted)
        for address, times in got.items():
            assert wanted[address] <= times <= wanted[address] + doubts[address]
        bodies = {(kept.to, hashlib.sha256(kept.content).digest()) for kept in self.mail.kept}
        assert len(bodies) == wanted.total()

    def ready(self) -> tuple[int, dict[str, Any]]:
        """Return the status and the answer of /readyz."""
        try:
            with urllib.request.urlopen(f"{self.service.address}readyz") as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def time_passes(self) -> None:
        """Let the leases on what was under way come to their end."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        with self.store.write() as db:
            for until in (ledger.period.c.lease_until, ledger.delivery.c.lease_until):
                db.execute(update(until.table).where(until.is_not(None)).values({until: past}))
            lease = ledger.lease
            db.execute(update(lease).where(lease.c.owner.is_not(None)).values(until=past))

    def database_reason(self) -> str:
        """Wait until /readyz blames the database; return in which words."""
        found: list[str] = []

        def blamed() -> bool:
            code, said = self.ready()
            found[:] = [one["text"] for one in said["reasons"] if one["cause"] == "database"]
            return code == 503 and bool(found)

        self.service.until(blamed, "not ready")
        return found[0]

    def works(self, key: str) -> None:
        """Wait until it is ready and has made and sent a new issue, and all before it."""
        self.service.until(lambda: self.ready()[1].get("database") == "ok", "ready")
        self.time_passes()
        self.due(key)

        def published() -> bool:
            with self.store.read() as db:
                return periods.get(db, "daily", key).state == "published"

        self.worker.until(published, f"{key} published")
        self.all_sent()


@contextmanager
def desk(on: Cluster, home: Path, *, tablespace: str = "pg_default") -> Iterator[Desk]:
    """Give an installation with an empty store, whose processes are not started yet."""
    (home / "corpus").mkdir()
    for name, text in (("bridge.txt", BRIDGE), ("gas.md", GAS)):
        document = home / "corpus" / name
        document.write_text(text, encoding="utf-8")
        os.utime(document, (1_772_500_000, 1_772_500_000))
    name = f"of_{home.name}".replace("-", "_").lower()
    if not on.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
        on.sql(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{SECRET}'")
    on.sql(f"CREATE DATABASE {name} OWNER {ROLE} TABLESPACE {tablespace}")
    with beside(serving(Server())) as mail:
        served.write(home, smtp=mail.port)
        made = Desk(on, name, home, mail)
        Store.open(made.url).close()
        try:
            yield made
        finally:
            made.store.close()
