"""Sources, revisions, places, problems, readings, issues and artifacts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "source",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text()),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("last_read", _MOMENT),
        sa.Column("last_success", _MOMENT),
        sa.Column("last_error", sa.Text()),
        sa.PrimaryKeyConstraint("name", name="pk_source"),
        sa.CheckConstraint(
            "state IN ('never', 'read', 'partial', 'failed')", name=op.f("ck_source_state")
        ),
        sa.CheckConstraint("items >= 0", name=op.f("ck_source_items")),
        sa.CheckConstraint(
            "(state = 'failed') = (last_error IS NOT NULL)", name=op.f("ck_source_error")
        ),
        sa.CheckConstraint("(state = 'never') = (last_read IS NULL)", name=op.f("ck_source_read")),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("first_collected", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.ForeignKeyConstraint(["root"], ["revision.id"], name="fk_revision_root"),
        sa.CheckConstraint("length(id) = 64", name=op.f("ck_revision_id")),
    )
    op.create_index("ix_revision_root", "revision", ["root"])
    op.create_index("ix_revision_first_collected", "revision", ["first_collected"])
    op.create_table(
        "place",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_given", sa.Boolean(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("published", _MOMENT),
        sa.Column("outlet", sa.Text()),
        sa.Column("origin", sa.Text()),
        sa.Column("collected", _MOMENT, nullable=False),
        sa.Column("restored", _MOMENT),
        sa.PrimaryKeyConstraint("source", "key", "revision", name="pk_place"),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name="fk_place_source"),
        sa.ForeignKeyConstraint(["revision"], ["revision.id"], name="fk_place_revision"),
    )
    op.create_index("ix_place_revision", "place", ["revision"])
    op.create_index("ix_place_url", "place", ["url"])
    op.create_index("ix_place_restored", "place", ["restored"])
    op.create_table(
        "problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_problem"),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name="fk_problem_source"),
    )
    op.create_index("ix_problem_source", "problem", ["source"])
    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name="fk_reading_source"),
        sa.CheckConstraint("ok = (error IS NULL)", name=op.f("ck_reading_error")),
        sa.CheckConstraint(
            "items >= 0 AND new >= 0 AND problems >= 0", name=op.f("ck_reading_counts")
        ),
    )
    op.create_index("ix_reading_at", "reading", ["at"])
    op.create_index("ix_reading_source", "reading", ["source"])
    op.create_table(
        "issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("period_start", _MOMENT, nullable=False),
        sa.Column("period_end", _MOMENT, nullable=False),
        sa.Column("cutoff", _MOMENT, nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("brief", sa.Text()),
        sa.Column("sha256", sa.String(64)),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_issue"),
        sa.CheckConstraint("state IN ('published', 'failed')", name=op.f("ck_issue_state")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_issue_number")),
        sa.CheckConstraint("period_start <= period_end", name=op.f("ck_issue_period")),
        sa.CheckConstraint("(state = 'failed') = (error IS NOT NULL)", name=op.f("ck_issue_error")),
        sa.CheckConstraint("(brief IS NULL) = (sha256 IS NULL)", name=op.f("ck_issue_sha256")),
        sa.CheckConstraint("state = 'failed' OR brief IS NOT NULL", name=op.f("ck_issue_brief")),
    )
    op.create_index("ix_issue_created", "issue", ["created"])
    op.create_index(
        "uq_issue_published",
        "issue",
        ["edition", "number", "sha256"],
        unique=True,
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "artifact",
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("issue", "format", name="pk_artifact"),
        sa.ForeignKeyConstraint(["issue"], ["issue.id"], name="fk_artifact_issue"),
        sa.UniqueConstraint("issue", "name", name="uq_artifact_issue_name"),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_artifact_sha256")),
    )


def downgrade() -> None:
    for table in ("artifact", "issue", "reading", "problem", "place", "revision", "source"):
        op.drop_table(table)
