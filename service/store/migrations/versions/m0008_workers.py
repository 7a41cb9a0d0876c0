"""Leases of work that several workers may take; and what PostgreSQL has its own way of.

On PostgreSQL: text is in the order of its code points, as it is on SQLite, whatever the order of
the database; numbers of rows that a busy installation writes by the million have eight bytes; and
what is searched has a table, with an index of trigrams where the server has that extension.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_LARGE = ("reading.id", "problem.id", "delivery.id", "bounce.delivery", "searchable.id")


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.CheckConstraint("(owner IS NULL) = (until IS NULL)", name=op.f("ck_lease_until")),
        sa.CheckConstraint("(owner IS NULL) = (since IS NULL)", name=op.f("ck_lease_since")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    if op.get_context().dialect.name != "postgresql":
        return
    for name in _LARGE:
        table, column = name.split(".")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE bigint")
        if column == "id":
            op.execute(f"ALTER SEQUENCE {table}_id_seq AS bigint")
    op.execute(_IN_ORDER)
    op.execute(
        "CREATE TABLE search_words (id bigint PRIMARY KEY REFERENCES searchable (id), "
        "title text NOT NULL, body text NOT NULL, pairs text NOT NULL)"
    )
    op.execute(_TRIGRAMS)


def downgrade() -> None:
    op.drop_table("lease")
    if op.get_context().dialect.name == "postgresql":
        # The rest does no harm to an older program.
        op.execute("DROP TABLE search_words")


_IN_ORDER = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT c.table_name, c.column_name
        FROM information_schema.columns c JOIN information_schema.tables t
            ON t.table_schema = c.table_schema AND t.table_name = c.table_name
        WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
            AND c.data_type IN ('text', 'character varying')
            AND c.collation_name IS DISTINCT FROM 'C'
            AND c.table_name NOT LIKE 'procrastinate%' AND c.table_name <> 'alembic_version'
    LOOP
        EXECUTE format(
            'ALTER TABLE %I ALTER COLUMN %I TYPE %s COLLATE "C"', one.table_name, one.column_name,
            (SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
                WHERE a.attrelid = one.table_name::regclass AND a.attname = one.column_name)
        );
    END LOOP;
END
$$
"""

#: Without the right or the extension, searching reads the texts; `briefing store check` says so.
_TRIGRAMS = """
DO $$
BEGIN
    BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXCEPTION WHEN OTHERS THEN
        RAISE NOTICE 'pg_trgm: %', SQLERRM;
    END;
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX ix_search_words ON search_words
            USING gin (title gin_trgm_ops, body gin_trgm_ops, pairs gin_trgm_ops);
    END IF;
END
$$
"""
