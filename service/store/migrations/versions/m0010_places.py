"""Where the bytes of a file lie, and what was put outside the database.

`data` stays a column that is never null: on SQLite to change that is to copy the whole table, with
every file that was ever published. What lies outside leaves it empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In the order of its code points, as every text; SQLite's are by themselves.
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    digest = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    op.add_column("artifact", sa.Column("place", text))
    # Alembic would copy the table for the sake of the constraint.
    op.execute(
        "ALTER TABLE artifact ADD COLUMN size BIGINT "
        "CONSTRAINT ck_artifact_size CHECK ((place IS NULL) = (size IS NULL))"
    )
    op.create_index("ix_artifact_sha256", "artifact", ["sha256"])
    op.create_table(
        "placed",
        sa.Column("place", text, nullable=False),
        sa.Column("sha256", digest, nullable=False),
        sa.Column("format", text, nullable=False),
        sa.Column("written", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", "sha256", "format", name="pk_placed"),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_placed_sha256")),
    )
    op.create_index("ix_placed_sha256", "placed", ["sha256"])


def downgrade() -> None:
    # What lies outside would be lost to an older program: `data` is empty there.
    outside = op.get_bind().scalar(sa.text("SELECT count(*) FROM artifact WHERE place IS NOT NULL"))
    if outside:
        raise RuntimeError(f"{outside} files lie outside the database: no older version reads them")
    op.drop_table("placed")
    op.drop_index("ix_artifact_sha256", "artifact")
    with op.batch_alter_table("artifact") as table:
        table.drop_constraint("ck_artifact_size")
        table.drop_column("size")
        table.drop_column("place")
