"""The schema of the calendar and of the outbox; `tables` has the rest.

A change here needs a migration; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from service.store.moment import Moment
from service.store.tables import Large, metadata

#: How far the due periods of an edition have been worked out; it never goes back. The edition is
#: "daily", or "daily@Asia/Tokyo" for the readers who have it in a zone of their own: that has a
#: calendar, numbers and a memory of its own.
schedule = Table(
    "schedule",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("high_water", Moment, nullable=False),
)

#: A period of an edition that is or was due. The key is its local date, ISO week or month, so that
#: two schedulers, an edited time or a change of the clocks cannot make it twice.
period = Table(
    "period",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("due", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    #: Not before; while it is due.
    Column("next_attempt", Moment, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", Moment),
    Column("issue", Integer, ForeignKey("issue.id")),
    #: Why it was skipped, held or failed, or what its issue lacks.
    Column("note", Text),
    Column("updated", Moment, nullable=False),
    CheckConstraint(
        "state IN ('due', 'running', 'published', 'skipped', 'empty', 'held', 'failed')",
        name="state",
    ),
    CheckConstraint("attempts >= 0", name="attempts"),
    CheckConstraint("(state = 'published') = (issue IS NOT NULL)", name="issue"),
    CheckConstraint("(state = 'running') = (lease_owner IS NOT NULL)", name="lease"),
    CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name="until"),
    Index(None, "state", "next_attempt"),
)

#: Whom issues go to: a mailbox, a webhook or a folder.
recipient = Table(
    "recipient",
    metadata,
    #: Random, hex: what a link carries in place of the address.
    Column("id", String(32), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("name", Text),
    #: What the mail is: "digest", "full" or "text".
    Column("format", Text, nullable=False),
    #: Formats of the attached files, separated by commas, in order.
    Column("attach", Text, nullable=False),
    #: Of the interface; the edition's where there is none.
    Column("language", Text),
    #: The zone in which the edition's time counts for this reader; the edition's where none.
    Column("timezone", Text),
    #: "settings": listed in the file, and changed with it; "store": added by a command or a page.
    Column("origin", Text, nullable=False),
    #: Whether it is in the settings still; one of the store always is, until it is removed.
    Column("listed", Boolean, nullable=False),
    #: Why nothing at all is sent there, and since when.
    Column("suppressed", Text),
    Column("suppressed_at", Moment),
    Column("created", Moment, nullable=False),
    CheckConstraint("channel IN ('mail', 'webhook', 'folder')", name="channel"),
    CheckConstraint("format IN ('digest', 'full', 'text')", name="format"),
    CheckConstraint("origin IN ('settings', 'store')", name="origin"),
    CheckConstraint("suppressed IN ('hard', 'soft', 'complaint', 'operator')", name="suppressed"),
    CheckConstraint("(suppressed IS NULL) = (suppressed_at IS NULL)", name="since"),
    UniqueConstraint("channel", "address"),
)

#: Which editions a recipient gets. One that was left stays, so that the settings, a list that is
#: imported again or a group do not bring it back.
subscription = Table(
    "subscription",
    metadata,
    Column("recipient", String(32), ForeignKey("recipient.id"), primary_key=True),
    Column("edition", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Moment, nullable=False),
    #: Whether it has it for the sake of a group only, and for as long as the group does.
    Column("by_group", Boolean, nullable=False, server_default=false()),
    CheckConstraint("state IN ('pending', 'active', 'left', 'suppressed')", name="state"),
    Index(None, "edition", "state"),
)

#: The groups that a recipient is in.
membership = Table(
    "membership",
    metadata,
    Column("recipient", String(32), ForeignKey("recipient.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Index(None, "name"),
)

#: What many recipients of an issue have in common: the parts of the message, frozen.
mailing = Table(
    "mailing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue", Integer, ForeignKey("issue.id"), nullable=False),
    #: What kind of mail it is, in which language, with which files.
    Column("key", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    CheckConstraint("length(sha256) = 64", name="sha256"),
    UniqueConstraint("issue", "key"),
)

#: The outbox: one row for each issue and recipient, and what became of it.
delivery = Table(
    "delivery",
    metadata,
    Column("id", Large, primary_key=True),
    Column("issue", Integer, ForeignKey("issue.id"), nullable=False),
    Column("recipient", String(32), ForeignKey("recipient.id"), nullable=False),
    Column("edition", Text, nullable=False),
    Column("mailing", Integer, ForeignKey("mailing.id")),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    #: Not before; while it waits.
    Column("next_attempt", Moment, nullable=False),
    #: When the issue is worth nothing any more to who has not got it.
    Column("expires", Moment, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", Moment),
    Column("message_id", Text, nullable=False),
    #: The header of the message as it was first built, and the SHA-256 of the whole: a second
    #: attempt sends the same bytes or none.
    Column("head", LargeBinary),
    Column("sha256", String(64)),
    #: The last reply: of SMTP or HTTP, the enhanced code, and in words.
    Column("code", Integer),
    Column("enhanced", Text),
    Column("reply", Text),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    #: Attempts after which nobody knew whether the message had been taken over.
    Column("doubts", Integer, nullable=False, server_default="0"),
    CheckConstraint(
        "state IN ('pending', 'claimed', 'in_data', 'sent', 'deferred', 'failed', 'suppressed',"
        " 'doubt', 'bounced')",
        name="state",
    ),
    CheckConstraint("attempts >= 0", name="attempts"),
    CheckConstraint("(state IN ('claimed', 'in_data')) = (lease_owner IS NOT NULL)", name="lease"),
    CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name="until"),
    CheckConstraint("(head IS NULL) = (sha256 IS NULL)", name="frozen"),
    UniqueConstraint("issue", "recipient"),
    UniqueConstraint("message_id"),
    Index(None, "state", "next_attempt", "id"),
    Index(None, "recipient"),
)

#: What came back: a bounce or a complaint, each message of it once.
bounce = Table(
    "bounce",
    metadata,
    #: The Message-ID of the report, or the SHA-256 of one that has none.
    Column("id", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recipient", String(32), ForeignKey("recipient.id")),
    Column("delivery", Large, ForeignKey("delivery.id")),
    #: The enhanced status code, such as "5.1.1".
    Column("status", Text),
    Column("text", Text, nullable=False),
    CheckConstraint("kind IN ('hard', 'soft', 'complaint', 'policy', 'other')", name="kind"),
    Index(None, "recipient"),
)

#: What the operator must know: one row for each cause and day, mailed once.
notice = Table(
    "notice",
    metadata,
    Column("cause", Text, primary_key=True),
    #: The UTC date.
    Column("day", String(10), primary_key=True),
    Column("text", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first", Moment, nullable=False),
    Column("last", Moment, nullable=False),
    Column("mailed", Moment),
    CheckConstraint("count >= 1", name="count"),
)

#: When a part of the service last did its work: what tells a stopped one from a quiet one.
beat = Table(
    "beat",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("note", Text),
)

#: Work that several workers may take, and who has it: `service.store.leases`.
lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    #: How often it was taken: who has an older turn has lost it.
    Column("turn", BigInteger, nullable=False),
    Column("owner", Text),
    Column("since", Moment),
    Column("until", Moment),
    CheckConstraint("(owner IS NULL) = (until IS NULL)", name="until"),
    CheckConstraint("(owner IS NULL) = (since IS NULL)", name="since"),
)
