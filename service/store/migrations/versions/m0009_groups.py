"""Whether a recipient has an edition for the sake of a group only."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was subscribed to before stays, whatever becomes of the group.
    column: sa.Column[bool] = sa.Column(
        "by_group", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("subscription", column)


def downgrade() -> None:
    op.drop_column("subscription", "by_group")
