"""When an item was taken away from its source."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Adding it needs no copy of the table, on SQLite either.
    op.add_column("place", sa.Column("gone_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("place") as place:
        place.drop_column("gone_at")
