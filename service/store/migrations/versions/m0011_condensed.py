"""What was worked out of a revision before an issue asks for it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    digest = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    maker = sa.String(16).with_variant(sa.String(16, collation="C"), "postgresql")
    op.create_table(
        "condensed",
        sa.Column("revision", digest, nullable=False),
        sa.Column("maker", maker, nullable=False),
        sa.Column("heading", sa.BigInteger()),
        sa.Column("data", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("revision", "maker", name="pk_condensed"),
        sa.ForeignKeyConstraint(["revision"], ["revision.id"], name="fk_condensed_revision"),
        sa.CheckConstraint(
            "data IS NULL OR heading IS NOT NULL", name=op.f("ck_condensed_heading")
        ),
    )


def downgrade() -> None:
    # Nothing is lost: an issue works it out again.
    op.drop_table("condensed")
