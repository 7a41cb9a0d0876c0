"""The schema that the migrations make is the one that `tables.py` shows."""

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from service.model import Problem
from service.store import Store, engine, files, issues, ledger, sources
from tests.store.given import blank_issue

# The tables of both modules.
metadata = ledger.delivery.metadata
_ROOT = Path(engine.__file__).parents[2]
_FOLDER = Path(engine.__file__).parent / "migrations"


def ours(name: str | None) -> bool:
    """Say whether a table is one of the schema; the index of words is each engine's own."""
    return name is not None and name != "alembic_version" and not name.startswith("search_words")


#: SQLite's own index of words, with the tables that it keeps for itself.
_WORDS = "search_words"


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not (name or "").startswith(_WORDS)


def described(db: Connection) -> dict[str, Any]:
    """Return what the engine itself says of every table of ours."""
    inspector = inspect(db)
    return {
        name: {
            "columns": [
                # The order of PostgreSQL's texts is the migrations' own matter.
                {**column, "type": str(column["type"]).removesuffix(' COLLATE "C"')}
                for column in inspector.get_columns(name)
            ],
            "key": inspector.get_pk_constraint(name),
            "foreign": sorted(map(str, inspector.get_foreign_keys(name))),
            "unique": sorted(map(str, inspector.get_unique_constraints(name))),
            "checks": sorted(map(str, inspector.get_check_constraints(name))),
            "indexes": sorted(
                f"{index['name']} {index['column_names']} {index['unique']} "
                f"{ {key: str(value) for key, value in index['dialect_options'].items()} }"
                for index in inspector.get_indexes(name)
            ),
        }
        for name in sorted(filter(ours, inspector.get_table_names()))
    }


@contextmanager
def plain(store: Store) -> Iterator[Connection]:
    """Give a database of the same engine that `tables` itself has made."""
    if store.url.startswith("sqlite"):
        other = create_engine("sqlite://")
        with other.begin() as db:
            metadata.create_all(db)
            yield db
        other.dispose()
        return
    with store.write() as db:
        db.execute(text("CREATE SCHEMA plain"))
        db.execute(text("SET LOCAL search_path TO plain"))
        metadata.create_all(db, checkfirst=False)
        yield db
        db.execute(text("DROP SCHEMA plain CASCADE"))


def test_the_migrated_schema_is_that_of_the_tables(store: Store) -> None:
    with store.read() as migrated:
        found = described(migrated)
    with plain(store) as other:
        assert found == described(other)
    assert found.keys() == metadata.tables.keys()


def test_alembic_finds_no_difference_either(store: Store) -> None:
    def wanted(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or ours(name)

    with store.read() as db:
        opts = {"compare_type": True, "include_name": wanted}
        assert compare_metadata(MigrationContext.configure(db, opts=opts), metadata) == []


def test_texts_of_postgresql_are_in_the_order_of_sqlite(store: Store) -> None:
    names = ["a b", "B", "b", "_", "Я", "会", "a-b", "é", "ab"]
    with store.write() as db:
        for name in names:
            sources.declare(db, source=name, kind="feed", address=f"https://{name}.example")
        found = [source.name for source in sources.listing(db)]
    assert found == sorted(names)


def test_the_head_that_is_known_without_alembic_is_the_last_migration() -> None:
    script = ScriptDirectory(str(_FOLDER))
    assert script.get_heads() == [engine.HEAD]
    for step in script.walk_revisions():
        assert len(step.revision) == 4
        assert Path(step.path).name.startswith(f"m{step.revision}_")
        assert str(step.down_revision or "0000") < step.revision


def test_a_problem_of_an_older_database_is_a_fault_and_stays(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    other = create_engine(url)
    with other.begin() as db:
        config = Config()
        config.set_main_option("script_location", str(_FOLDER))
        config.attributes["connection"] = db
        command.upgrade(config, "0004")
        db.exec_driver_sql(
            "INSERT INTO source (name, kind, address, state, items) "
            "VALUES ('wire', 'feed', 'a', 'never', 0)"
        )
        db.exec_driver_sql(
            "INSERT INTO problem (source, key, reason, seen_at) "
            "VALUES ('wire', 'k', 'is empty', '2026-01-01 00:00:00.000000')"
        )
    other.dispose()
    with Store.open(url) as store, store.read() as db:
        assert sources.problems(db) == (Problem(source="wire", key="k", reason="is empty"),)
        assert sources.problems(db)[0].kind == "fault"


def stepped(store: Store, to: str) -> None:
    """Bring a database back to an older schema."""
    with store.write() as db:
        config = Config()
        config.set_main_option("script_location", str(_FOLDER))
        config.attributes["connection"] = db
        command.downgrade(config, to)


def test_files_of_an_older_database_are_read_as_before(store: Store) -> None:
    stepped(store, "0009")
    with store.write() as db:
        ident = blank_issue(db)
        digest = hashlib.sha256(b"old").hexdigest()
        db.execute(
            text("INSERT INTO artifact VALUES (:issue, 'txt', 'old.txt', :data, :sha256)"),
            {"issue": ident, "data": b"old", "sha256": digest},
        )
    with Store.open(store.url) as again:
        (file,) = files.artifacts(again, ident)
        assert (file.data, file.name, file.intact) == (b"old", "old.txt", True)
        with again.read() as db:
            assert [each.size for each in issues.files(db, ident)] == [3]


def test_a_database_whose_files_lie_outside_is_not_taken_back(store: Store) -> None:
    with store.write() as db:
        row = {"format": "pdf", "name": "a.pdf", "data": b"", "sha256": "0" * 64}
        outside = {"issue": blank_issue(db), "place": "s3://bucket/briefs", "size": 9}
        db.execute(metadata.tables["artifact"].insert().values(**row, **outside))
    with pytest.raises(RuntimeError, match="1 files lie outside the database"):
        stepped(store, "0009")


def test_an_up_to_date_database_is_opened_without_alembic(url: str) -> None:
    Store.open(url).close()
    code = (
        "import sys; from service.store import Store; Store.open(sys.argv[1]).close(); "
        "assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, url], check=True, cwd=_ROOT, timeout=60)


def test_a_migration_that_cannot_be_finished_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    # A process that may write files of 48 KiB only: enough for some tables, not for all.
    code = (
        "import resource, sys; from service.store import Store; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (48 << 10, 48 << 10)); Store.open(sys.argv[1])"
    )
    result = subprocess.run(
        [sys.executable, "-B", "-c", code, f"sqlite:///{path}"],
        capture_output=True,
        text=True,
        cwd=_ROOT,
        timeout=60,
    )
    assert f"service.errors.StoreError: the database {path}" in result.stderr
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == []
    with Store.open(f"sqlite:///{path}") as store, store.read() as connection:
        assert metadata.tables.keys() <= set(inspect(connection).get_table_names())


def test_foreign_keys_are_enforced(store: Store) -> None:
    artifact = metadata.tables["artifact"]
    with store.write() as db:
        blank_issue(db)
    row = {"format": "pdf", "name": "a.pdf", "data": b"", "sha256": "0" * 64}
    with pytest.raises(IntegrityError), store.write() as db:
        db.execute(artifact.insert().values(issue=2, **row))
    with store.write() as db:
        db.execute(artifact.insert().values(issue=1, **row))
