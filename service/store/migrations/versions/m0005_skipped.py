"""Whether something that was not used is a fault, or was left out on purpose."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was stored before is a fault until its source is read again, which says what it is.
    kind = sa.Column("kind", sa.Text(), nullable=False, server_default="fault")
    with op.batch_alter_table("problem") as problem:
        problem.add_column(kind)
        problem.create_check_constraint(op.f("ck_problem_kind"), "kind IN ('fault', 'skipped')")


def downgrade() -> None:
    with op.batch_alter_table("problem") as problem:
        problem.drop_constraint(op.f("ck_problem_kind"), type_="check")
        problem.drop_column("kind")
