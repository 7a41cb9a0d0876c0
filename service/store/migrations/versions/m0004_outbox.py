"""The calendar, the recipients and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "beat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_beat")),
    )
    op.create_table(
        "notice",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first", _MOMENT, nullable=False),
        sa.Column("last", _MOMENT, nullable=False),
        sa.Column("mailed", _MOMENT),
        sa.CheckConstraint("count >= 1", name=op.f("ck_notice_count")),
        sa.PrimaryKeyConstraint("cause", "day", name=op.f("pk_notice")),
    )
    op.create_table(
        "recipient",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("attach", sa.Text(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("timezone", sa.Text()),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("suppressed", sa.Text()),
        sa.Column("suppressed_at", _MOMENT),
        sa.Column("created", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "channel IN ('mail', 'webhook', 'folder')", name=op.f("ck_recipient_channel")
        ),
        sa.CheckConstraint(
            "format IN ('digest', 'full', 'text')", name=op.f("ck_recipient_format")
        ),
        sa.CheckConstraint("origin IN ('settings', 'store')", name=op.f("ck_recipient_origin")),
        sa.CheckConstraint(
            "suppressed IN ('hard', 'soft', 'complaint', 'operator')",
            name=op.f("ck_recipient_suppressed"),
        ),
        sa.CheckConstraint(
            "(suppressed IS NULL) = (suppressed_at IS NULL)", name=op.f("ck_recipient_since")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        sa.UniqueConstraint("channel", "address", name=op.f("uq_recipient_channel_address")),
    )
    op.create_table(
        "schedule",
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("high_water", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_schedule")),
    )
    op.create_table(
        "mailing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_mailing_sha256")),
        sa.ForeignKeyConstraint(["issue"], ["issue.id"], name=op.f("fk_mailing_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
        sa.UniqueConstraint("issue", "key", name=op.f("uq_mailing_issue_key")),
    )
    op.create_table(
        "membership",
        sa.Column("recipient", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recipient"], ["recipient.id"], name=op.f("fk_membership_recipient")
        ),
        sa.PrimaryKeyConstraint("recipient", "name", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_name"), "membership", ["name"], unique=False)
    op.create_table(
        "period",
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due", _MOMENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", _MOMENT, nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", _MOMENT),
        sa.Column("issue", sa.Integer()),
        sa.Column("note", sa.Text()),
        sa.Column("updated", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "(state = 'published') = (issue IS NOT NULL)", name=op.f("ck_period_issue")
        ),
        sa.CheckConstraint(
            "(state = 'running') = (lease_owner IS NOT NULL)", name=op.f("ck_period_lease")
        ),
        sa.CheckConstraint(
            "state IN ('due', 'running', 'published', 'skipped', 'empty', 'held', 'failed')",
            name=op.f("ck_period_state"),
        ),
        sa.CheckConstraint(
            "(lease_owner IS NULL) = (lease_until IS NULL)", name=op.f("ck_period_until")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_period_attempts")),
        sa.ForeignKeyConstraint(["issue"], ["issue.id"], name=op.f("fk_period_issue")),
        sa.PrimaryKeyConstraint("edition", "key", name=op.f("pk_period")),
    )
    op.create_index(
        op.f("ix_period_state_next_attempt"), "period", ["state", "next_attempt"], unique=False
    )
    op.create_table(
        "subscription",
        sa.Column("recipient", sa.String(length=32), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'active', 'left', 'suppressed')",
            name=op.f("ck_subscription_state"),
        ),
        sa.ForeignKeyConstraint(
            ["recipient"], ["recipient.id"], name=op.f("fk_subscription_recipient")
        ),
        sa.PrimaryKeyConstraint("recipient", "edition", name=op.f("pk_subscription")),
    )
    op.create_index(
        op.f("ix_subscription_edition_state"), "subscription", ["edition", "state"], unique=False
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=32), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("mailing", sa.Integer()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", _MOMENT, nullable=False),
        sa.Column("expires", _MOMENT, nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", _MOMENT),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("head", sa.LargeBinary()),
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("code", sa.Integer()),
        sa.Column("enhanced", sa.Text()),
        sa.Column("reply", sa.Text()),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("updated", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "(state IN ('claimed', 'in_data')) = (lease_owner IS NOT NULL)",
            name=op.f("ck_delivery_lease"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'claimed', 'in_data', 'sent', 'deferred', 'failed', 'suppressed',"
            " 'doubt', 'bounced')",
            name=op.f("ck_delivery_state"),
        ),
        sa.CheckConstraint("(head IS NULL) = (sha256 IS NULL)", name=op.f("ck_delivery_frozen")),
        sa.CheckConstraint(
            "(lease_owner IS NULL) = (lease_until IS NULL)", name=op.f("ck_delivery_until")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_delivery_attempts")),
        sa.ForeignKeyConstraint(["issue"], ["issue.id"], name=op.f("fk_delivery_issue")),
        sa.ForeignKeyConstraint(["mailing"], ["mailing.id"], name=op.f("fk_delivery_mailing")),
        sa.ForeignKeyConstraint(
            ["recipient"], ["recipient.id"], name=op.f("fk_delivery_recipient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("issue", "recipient", name=op.f("uq_delivery_issue_recipient")),
        sa.UniqueConstraint("message_id", name=op.f("uq_delivery_message_id")),
    )
    op.create_index(op.f("ix_delivery_recipient"), "delivery", ["recipient"], unique=False)
    op.create_index(
        op.f("ix_delivery_state_next_attempt"), "delivery", ["state", "next_attempt"], unique=False
    )
    op.create_table(
        "bounce",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.String(length=32)),
        sa.Column("delivery", sa.Integer()),
        sa.Column("status", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('hard', 'soft', 'complaint', 'policy', 'other')", name=op.f("ck_bounce_kind")
        ),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"], name=op.f("fk_bounce_delivery")),
        sa.ForeignKeyConstraint(["recipient"], ["recipient.id"], name=op.f("fk_bounce_recipient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
    )
    op.create_index(op.f("ix_bounce_recipient"), "bounce", ["recipient"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_bounce_recipient"), table_name="bounce")
    op.drop_table("bounce")
    op.drop_index(op.f("ix_delivery_state_next_attempt"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_recipient"), table_name="delivery")
    op.drop_table("delivery")
    op.drop_index(op.f("ix_subscription_edition_state"), table_name="subscription")
    op.drop_table("subscription")
    op.drop_index(op.f("ix_period_state_next_attempt"), table_name="period")
    op.drop_table("period")
    op.drop_index(op.f("ix_membership_name"), table_name="membership")
    op.drop_table("membership")
    op.drop_table("mailing")
    op.drop_table("schedule")
    op.drop_table("recipient")
    op.drop_table("notice")
    op.drop_table("beat")
