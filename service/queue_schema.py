"""The tables of the distributed engine, brought up to date with the engine that is installed.

Problem: Procrastinate's tables and functions change with its versions, it ships a script for each
change, and keeps no record of which of them a database has had; tables that are older or newer than
the program fail somewhere in the middle of the work. Choice: we write the version beside the tables
(a comment on one of them), and as they hold nothing but hints, which the next sweep makes again, an
older set is dropped and made anew, in one transaction, by whoever migrates the store: `briefing
store migrate`, and `briefing serve` at its start. A worker only ever makes them where there are
none; where they are another version's it says so and waits, as it does for a database that is away.
Newer ones are left alone by all: those who use them would lose them again and again.

Rejected: to run Procrastinate's scripts, which must be run in two steps with the workers of both
versions between them, and whose last one is not known of a database that others have made.
"""

import logging
from contextlib import closing
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, text

from service.errors import StoreError
from service.store import Store

log = logging.getLogger(__name__)

#: What the comment says before the version.
_SIGN = "briefing queue "
#: Who waits for others that write waits for so long.
_WAIT_S = 30.0
_NO_PARAMETERS = {"no_parameters": True}

How = Literal["none", "older", "same", "newer"]


@cache
def version() -> str:
    """Return the version of the tables that this program works with: "03.04.00_50".

    It is that of the last change that the installed Procrastinate brings a script for.
    """
    from procrastinate.schema import SchemaManager

    scripts = Path(SchemaManager.get_migrations_path()).glob("*.sql")
    return max("_".join(script.name.split("_")[:2]) for script in scripts)


def found(db: Connection) -> tuple[How, str]:
    """Return how the tables in a database are to ours, and their version ("unknown": no comment).

    Tables without a version were made before there was one, and are older.
    """
    # Asked of the catalogue itself: what `to_regclass` says may be from before we waited our turn.
    row = db.execute(
        text(
            "SELECT obj_description(oid, 'pg_class') FROM pg_class WHERE "
            "relnamespace = current_schema()::regnamespace AND relname = 'procrastinate_jobs'"
        )
    ).one_or_none()
    if row is None:
        return "none", ""
    comment = row[0] or ""
    if not comment.startswith(_SIGN):
        return "older", "unknown"
    stands = comment.removeprefix(_SIGN)
    if stands == version():
        return "same", stands
    return ("older" if stands < version() else "newer"), stands


def made(url: str) -> None:
    """Make the tables where there are none; this is what a worker may do.

    url: of the store. Raises StoreError where they are another version's, UnreachableError for a
    database that does not answer.
    """
    with closing(Store(url, busy_timeout_s=_WAIT_S)) as store:
        with store.read() as db:
            how, stands = found(db)
        if how == "none":
            with store.write() as db:
                # Another worker may have done it since.
                how, stands = found(db)
                if how == "none":
                    _make(db)
                    how = "same"
                    log.info("queue made version=%s", version())
        name = store.backend.name
    if how == "older":
        raise StoreError(
            f"the queue in {name} has version {stands}, older than the {version()} of this "
            "program: `briefing store migrate` makes it anew, and nothing is lost by that"
        )
    if how == "newer":
        raise StoreError(_newer(name, stands))


def migrated(store: Store) -> bool:
    """Make older tables anew, if there are any; return whether that was done.

    Workers of the older version that still run lose their hints and wait. Raises StoreError for
    newer tables.
    """
    if not _may_have(store):
        return False
    with store.read() as db:
        how, stands = found(db)
    if how == "older":
        with store.write() as db:
            # Another process may have done it since.
            how, stands = found(db)
            if how == "older":
                db.exec_driver_sql(_DROP, execution_options=_NO_PARAMETERS)
                _make(db)
                log.info("queue made anew version=%s before=%s", version(), stands)
                return True
    if how == "newer":
        raise StoreError(_newer(store.backend.name, stands))
    return False


def wrong(store: Store, db: Connection) -> tuple[str, ...]:
    """Return what is wrong with a store's queue, if it has one: a line, or none."""
    how, stands = found(db) if _may_have(store) else ("none", "")
    if how not in ("older", "newer"):
        return ()
    return (
        f"its queue has version {stands}, {how} than the {version()} of this program: "
        + ("run `briefing store migrate`" if how == "older" else "install the same everywhere"),
    )


def _may_have(store: Store) -> bool:
    """Say whether it is on PostgreSQL, and the engine is installed."""
    return not store.url.startswith("sqlite") and find_spec("procrastinate") is not None


def _newer(name: str, stands: str) -> str:
    return (
        f"the queue in {name} has version {stands}, newer than the {version()} of this program: "
        "install the same version of it, and of Procrastinate, on every machine"
    )


def _make(db: Connection) -> None:
    from procrastinate.schema import SchemaManager

    # Many statements at once, which are written for a driver that is given no parameters.
    db.exec_driver_sql(SchemaManager.get_schema(), execution_options=_NO_PARAMETERS)
    comment = f"COMMENT ON TABLE procrastinate_jobs IS '{_SIGN}{version()}'"
    db.exec_driver_sql(comment, execution_options=_NO_PARAMETERS)


#: All that any version of Procrastinate has made. With a table go its indexes, sequences and
#: triggers; its row's type is no type of its own.
_DROP = """
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT 'TABLE' AS kind, oid::regclass::text AS name, 1 AS rank FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND starts_with(relname::text, 'procrastinate_')
    UNION ALL
        SELECT 'ROUTINE', oid::regprocedure::text, 2 FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
        AND starts_with(proname::text, 'procrastinate_')
    UNION ALL
        SELECT 'TYPE', t.oid::regtype::text, 3 FROM pg_type t
        LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.typnamespace = current_schema()::regnamespace
        AND (t.typtype = 'e' OR c.relkind = 'c')
        AND starts_with(t.typname::text, 'procrastinate_')
    ORDER BY rank
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s CASCADE', one.kind, one.name);
    END LOOP;
END $$
"""
