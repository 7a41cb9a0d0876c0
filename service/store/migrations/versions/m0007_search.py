"""What can be searched, the stories of each issue, and an edition's issues in order of time."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: The index of words. It holds no text (`content=''`): `service.store.search` says why.
_WORDS = (
    "CREATE VIRTUAL TABLE search_words USING fts5(title, body, pairs, "
    "content='', tokenize='trigram')"
)


def upgrade() -> None:
    op.create_table(
        "searchable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.String(64), nullable=False),
        sa.CheckConstraint("kind IN ('article', 'issue')", name=op.f("ck_searchable_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searchable")),
        sa.UniqueConstraint("kind", "ref", name=op.f("uq_searchable_kind_ref")),
    )
    op.create_table(
        "telling",
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("story", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue"], ["issue.id"], name=op.f("fk_telling_issue")),
        sa.PrimaryKeyConstraint("issue", "story", name=op.f("pk_telling")),
    )
    op.create_index(op.f("ix_telling_story"), "telling", ["story"])
    op.create_index(op.f("ix_issue_edition_created"), "issue", ["edition", "created"])
    if op.get_context().dialect.name == "sqlite":
        op.execute(_WORDS)


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    op.drop_index(op.f("ix_issue_edition_created"), table_name="issue")
    op.drop_table("telling")
    op.drop_table("searchable")
