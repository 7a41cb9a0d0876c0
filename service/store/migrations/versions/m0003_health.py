"""How sources are doing, where a text came from, and addresses in one form."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "health",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("next_check", _MOMENT),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("ttl_s", sa.Float()),
        sa.Column("unparsed", sa.Boolean(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("moved_to", sa.Text()),
        sa.Column("moved_seen", sa.Integer(), nullable=False),
        sa.Column("gone_since", _MOMENT),
        sa.Column("kills", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.Text()),
        sa.PrimaryKeyConstraint("source", name="pk_health"),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name="fk_health_source"),
        sa.CheckConstraint(
            "failures >= 0 AND moved_seen >= 0 AND kills >= 0", name=op.f("ck_health_counts")
        ),
        sa.CheckConstraint("stopped IN ('gone', 'quarantine')", name=op.f("ck_health_stopped")),
    )
    # What was stored before came from the source itself.
    op.add_column("place", sa.Column("text_from", sa.Text(), nullable=False, server_default="feed"))
    op.add_column("place", sa.Column("canonical", sa.Text()))
    # Good for most: an address with tracking parameters is known by its guid as before.
    op.execute("UPDATE place SET canonical = url")
    op.create_index("ix_place_canonical", "place", ["canonical"])
    op.drop_index("ix_place_url", "place")


def downgrade() -> None:
    op.create_index("ix_place_url", "place", ["url"])
    op.drop_index("ix_place_canonical", "place")
    with op.batch_alter_table("place") as place:
        place.drop_column("canonical")
        place.drop_column("text_from")
    op.drop_table("health")
