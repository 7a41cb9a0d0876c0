"""Messages that are due in the order in which they are taken: all those of an issue are at once."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_delivery_state_next_attempt"), table_name="delivery")
    op.create_index(
        op.f("ix_delivery_state_next_attempt_id"), "delivery", ["state", "next_attempt", "id"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_delivery_state_next_attempt_id"), table_name="delivery")
    op.create_index(op.f("ix_delivery_state_next_attempt"), "delivery", ["state", "next_attempt"])
