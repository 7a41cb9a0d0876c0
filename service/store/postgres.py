"""PostgreSQL: many writers, on many machines.

A transaction that reads sees one state of the database (REPEATABLE READ, READ ONLY), as on SQLite.

Problem: much of what writes here looks first and writes then, and relies on being alone between
the two; on SQLite it is. Choice: on PostgreSQL it is as well. A transaction that writes takes an
advisory lock, which ends with it: alone by default; or shared, where what it does is known to bear
others at the same time (`Beside`): collecting and the outbox, which are all of the volume.
Collecting decides by what is stored which article a text belongs to: there two transactions are in
each other's way where they have a text or an address in common, and a lock for each of those, all
taken in one order at the beginning, keeps such two apart and no others. (With one lock for all of
collecting, eight groups in one process waited 0.4 s a feed for each other.) A lock is asked for
before the first statement, and each statement sees what was committed before it
(READ COMMITTED), so who waited sees what the other one wrote.

Rejected: SERIALIZABLE, whose failures have to be met by running the transaction again, which a
`with` cannot; to rely on unique keys alone, which are there and are the last word, but whose
refusal costs a whole batch, and which say nothing of two articles that should have been one.
Rejected: one lock for all that writes (right, but no faster with two workers than with one), and
locks that live with the session, which a frozen process keeps.

A lock says nothing of what lasts longer than a transaction, across which a process may be frozen or
cut off: there it is the lease and the attempt's number in the row (`outbox`, `periods`, `turns`).
"""

from collections.abc import Callable, Collection
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError

from service.errors import StoreError

#: First half of the locks' keys: "brief" on a telephone's keys, so that other programs' are others.
_SPACE = 27433
#: A process that is frozen in the middle of a transaction keeps its locks; the server ends the
#: transaction when nothing has come of it for so long, sooner than others give up (`lock_timeout`).
_SILENT_MS = 15_000
_BEGIN = f"SELECT set_config('idle_in_transaction_session_timeout', '{_SILENT_MS}', true), "
_ALONE = text(f"{_BEGIN} pg_advisory_xact_lock({_SPACE}, 0)")
_SHARED = f"{_BEGIN} pg_advisory_xact_lock_shared({_SPACE}, 0)"
#: Each row by its own key and owner, in one statement: as many as like.
_ROWS = text(_SHARED)
#: Articles without a word on which: one at a time, and none of those that say which.
_ARTICLES = text(f"{_SHARED}, pg_advisory_xact_lock({_SPACE}, 1)")
_NAMED = text(
    f"{_SHARED}, pg_advisory_xact_lock_shared({_SPACE}, 1), "
    f"(SELECT count(*) FROM (SELECT pg_advisory_xact_lock({_SPACE + 1}, key) FROM "
    "(SELECT unnest(CAST(:keys AS int[])) AS key ORDER BY 1) AS sorted) AS taken)"
)
#: Sessions of ours that stopped within a transaction and that the server takes for busy: it waits
#: for the rest of a pipeline of statements. PostgreSQL 17 could end them by itself.
_FROZEN = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid() "
    "AND state = 'active' AND wait_event = 'ClientRead' "
    "AND state_change < clock_timestamp() - CAST(:silent AS interval)"
)
#: More locks than that in one transaction are too many for a server's table of them.
_MOST_KEYS = 1000
#: A connection to a machine that is cut off must end before a lease does.
_GIVE_UP_S = 30
#: How a connection that leads nowhere comes to its end, on our side and on the server's. There it
#: would keep its place, and what it holds, for two hours: a transaction that waits for the rest of
#: a pipeline of statements is none that is idle to the server. So it asks sooner than we do.
LASTING: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": _GIVE_UP_S,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": _GIVE_UP_S * 1000,
    "options": (
        f"-c tcp_keepalives_idle={_SILENT_MS // 1000} -c tcp_keepalives_interval=5 "
        f"-c tcp_keepalives_count=3 -c tcp_user_timeout={_SILENT_MS}"
    ),
}
#: What is committed is on the disk, whatever the server's default: a lost `sent` is a mail twice.
_OPTIONS = (
    f"{LASTING['options']} -c timezone=UTC -c synchronous_commit=on "
    "-c idle_in_transaction_session_timeout=600000 -c lock_timeout={}"
)


class Postgres:
    """A database of a server, and how its transactions begin."""

    def __init__(self, url: str, *, busy_timeout_s: float) -> None:
        """Raises StoreError for an address that is none, and where the driver is missing."""
        address = _address(url)
        self.name = f"{address.database} on {address.host or 'this machine'}"
        if address.port:
            self.name += f":{address.port}"
        self.engine = _engine(address, busy_timeout_s)

    def reading(self, connection: Connection) -> Connection:
        """Return the connection as one whose transaction sees one state, and only reads."""
        return connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    def writing(self, connection: Connection) -> Connection:
        """Return the connection as one whose statements see what is committed."""
        driver: Any = connection.connection.driver_connection
        # As the server has it: giving a connection back from reading says READ WRITE, which would
        # override an operator who made the database read-only.
        driver.read_only = None
        return connection.execution_options(isolation_level="READ COMMITTED")

    def take_turn(
        self, db: Connection, beside: str | None, about: Callable[[], Collection[str]] | None
    ) -> None:
        """Wait until this transaction may write. beside, about: as for `Store.write`."""
        if beside is None:
            db.execute(_ALONE)
            return
        if beside == "rows":
            db.execute(_ROWS)
            return
        # A lock's key has 32 bits, with a sign; two names that share one wait for each other.
        names = () if about is None else about()
        keys = {crc32(name.encode()) - (1 << 31) for name in names}
        if 0 < len(keys) <= _MOST_KEYS:
            db.execute(_NAMED, {"keys": list(keys)})
        else:
            db.execute(_ARTICLES)

    def idle(self) -> None:
        """Do nothing: who is at work may be on any machine."""

    def end_frozen(self, db: Connection, silent_s: float | None) -> int:
        """End sessions of ours of which nothing has come within a transaction; return how many."""
        silent = _SILENT_MS if silent_s is None else 1000 * silent_s
        return int(db.execute(_FROZEN, {"silent": f"{silent} milliseconds"}).scalar_one())

    def settled(self, db: Connection) -> bool:
        """Say yes: nothing has to be set on a server."""
        return True

    def settle(self) -> None:
        """Do nothing, likewise."""

    def check(self, db: Connection) -> tuple[str, ...]:
        """Return what is wrong with the database as a whole, a line each."""
        found = []
        coding = db.scalar(text("SHOW server_encoding"))
        if coding != "UTF8":
            found.append(f"its encoding is {coding}, which has no Chinese: make it with UTF8")
        letters = db.scalar(
            text("SELECT datctype FROM pg_database WHERE datname = current_database()")
        )
        if letters in ("C", "POSIX"):
            found.append(
                f"its LC_CTYPE is {letters}, in which only ASCII has letters: searching for Russian"
                " or Chinese words is slow; make it with C.UTF-8"
            )
        if db.scalar(text("SHOW fsync")) == "off":
            found.append("fsync is off: a loss of power can end it; switch it on")
        if not db.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")):
            found.append(
                "it has no pg_trgm: searching reads every text; install the server's contrib "
                "package, and run CREATE EXTENSION pg_trgm before `briefing store migrate`"
            )
        return tuple(found)

    def counted_on(self, db: Connection) -> None:
        """Let numbers of rows go on behind those that were written with their numbers."""
        found = db.execute(
            text(
                "SELECT c.table_name, c.column_name FROM information_schema.columns c "
                "WHERE c.table_schema = current_schema() AND c.column_default LIKE 'nextval(%' "
                "AND c.table_name NOT LIKE 'procrastinate%'"
            )
        )
        for table, column in found.all():
            # The names are those of our own schema.
            db.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), "
                    f"coalesce(max({column}), 0) + 1, false) FROM {table}"
                )
            )


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError(
            "store.url is no address of a database: write it as in "
            '"postgresql://briefing@db.example.org/briefing"'
        ) from None
    if not address.database:
        raise StoreError(
            "store.url names no database behind the host: write it as in "
            '"postgresql://briefing@db.example.org/briefing"'
        )
    return address.set(drivername="postgresql+psycopg")


def driver_url(url: str) -> str:
    """Return the address as the driver itself takes it. Raises StoreError for one that is none."""
    return _address(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _engine(address: URL, busy_timeout_s: float) -> Engine:
    given: dict[str, Any] = {
        **LASTING,
        "application_name": "briefing",
        "options": _OPTIONS.format(round(busy_timeout_s * 1000)),
    }
    try:
        return create_engine(
            address,
            # What the address itself says goes before.
            connect_args={k: v for k, v in given.items() if k not in address.query},
            # A server that was restarted costs an idle connection, not a step.
            pool_pre_ping=True,
            pool_recycle=1800,
        )
    except ImportError as exc:
        raise StoreError(
            "store.url names a PostgreSQL database, and the driver for it is not installed: "
            "pip install 'briefing-digest[postgres]'"
        ) from exc
