"""The schema. A change here needs a migration; a test compares the two."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from service.store.moment import Moment

#: Constraints have names so that a later migration can change them.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: The number of a row of which a busy installation writes millions a day. SQLite, which counts in
#: eight bytes anyway, only numbers rows by itself in a column of this very name.
Large = BigInteger().with_variant(Integer(), "sqlite")

#: A configured source as it stands now.
source = Table(
    "source",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("state", Text, nullable=False),
    #: What the source asked to be given at its next reading; opaque.
    Column("cursor", Text),
    #: Items that it held at its last successful reading.
    Column("items", Integer, nullable=False),
    Column("last_read", Moment),
    Column("last_success", Moment),
    #: In words, while the last reading failed.
    Column("last_error", Text),
    CheckConstraint("state IN ('never', 'read', 'partial', 'failed')", name="state"),
    CheckConstraint("items >= 0", name="items"),
    CheckConstraint("(state = 'failed') = (last_error IS NOT NULL)", name="error"),
    CheckConstraint("(state = 'never') = (last_read IS NULL)", name="read"),
)

#: How a source has been doing: what decides when it is read again (`service.model.Health`).
health = Table(
    "health",
    metadata,
    Column("source", Text, ForeignKey("source.name"), primary_key=True),
    Column("next_check", Moment),
    Column("failures", Integer, nullable=False),
    Column("ttl_s", Float),
    Column("unparsed", Boolean, nullable=False),
    #: Where it is read since it moved; `source.address` is the configured one.
    Column("address", Text),
    Column("moved_to", Text),
    Column("moved_seen", Integer, nullable=False),
    Column("gone_since", Moment),
    Column("kills", Integer, nullable=False),
    Column("stopped", Text),
    CheckConstraint("failures >= 0 AND moved_seen >= 0 AND kills >= 0", name="counts"),
    CheckConstraint("stopped IN ('gone', 'quarantine')", name="stopped"),
)

#: One text, for ever.
revision = Table(
    "revision",
    metadata,
    #: SHA-256 of the text, hex.
    Column("id", String(64), primary_key=True),
    #: The first revision of the same article.
    Column("root", String(64), ForeignKey("revision.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("first_collected", Moment, nullable=False),
    CheckConstraint("length(id) = 64", name="id"),
    Index(None, "root"),
    Index(None, "first_collected"),
)

#: Where a revision was found. Never changed afterwards, but for `restored` and `gone_at`.
place = Table(
    "place",
    metadata,
    Column("source", Text, ForeignKey("source.name"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("revision", String(64), ForeignKey("revision.id"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("title_given", Boolean, nullable=False),
    Column("url", Text),
    Column("published", Moment),
    Column("outlet", Text),
    Column("origin", Text),
    Column("collected", Moment, nullable=False),
    #: When the source went back to this text after it had shown another one.
    Column("restored", Moment),
    #: When the source was first seen without the item; none while it holds it.
    Column("gone_at", Moment),
    #: "feed": the text is what the source gave; "page": that of the page which it leads to.
    Column("text_from", Text, nullable=False, server_default="feed"),
    #: `url` in the form in which two ways to one page are equal; `url` is as it was given.
    Column("canonical", Text),
    Index(None, "revision"),
    Index(None, "canonical"),
    Index(None, "restored"),
)

#: What was worked out of a revision before an issue asks for it (`service.store.condensed`).
condensed = Table(
    "condensed",
    metadata,
    Column("revision", String(64), ForeignKey("revision.id"), primary_key=True),
    #: Hash of the profile and of the programs that worked it out.
    Column("maker", String(16), primary_key=True),
    #: Number of the title that it was worked out with; none: it could not be.
    Column("heading", BigInteger),
    #: None where the revision is not about the topic.
    Column("data", LargeBinary),
    CheckConstraint("data IS NULL OR heading IS NOT NULL", name="heading"),
)

#: What was not used at the last successful reading of each source.
problem = Table(
    "problem",
    metadata,
    Column("id", Large, primary_key=True),
    Column("source", Text, ForeignKey("source.name"), nullable=False),
    #: "" when it is the whole source.
    Column("key", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
    #: "skipped": left out on purpose, which is no fault (`service.model.ProblemKind`).
    Column("kind", Text, nullable=False, server_default="fault"),
    CheckConstraint("kind IN ('fault', 'skipped')", name="kind"),
    Index(None, "source"),
)

#: One row a reading: what the coverage of a period is counted from.
reading = Table(
    "reading",
    metadata,
    Column("id", Large, primary_key=True),
    Column("source", Text, ForeignKey("source.name"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("items", Integer, nullable=False),
    #: Revisions that were new to the store.
    Column("new", Integer, nullable=False),
    Column("problems", Integer, nullable=False),
    Column("error", Text),
    CheckConstraint("ok = (error IS NULL)", name="error"),
    CheckConstraint("items >= 0 AND new >= 0 AND problems >= 0", name="counts"),
    Index(None, "at"),
    Index(None, "source"),
)

#: One issue of an edition. A failed one keeps its error, and does not take its number.
issue = Table(
    "issue",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("period_start", Moment, nullable=False),
    Column("period_end", Moment, nullable=False),
    Column("cutoff", Moment, nullable=False),
    Column("created", Moment, nullable=False),
    Column("title", Text, nullable=False),
    #: The brief as JSON, and the SHA-256 of that; none when it failed before there was one.
    Column("brief", Text),
    Column("sha256", String(64)),
    #: JSON: settings, versions and revisions that it was made from.
    Column("manifest", Text, nullable=False),
    Column("error", Text),
    CheckConstraint("state IN ('published', 'failed')", name="state"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("period_start <= period_end", name="period"),
    CheckConstraint("(state = 'failed') = (error IS NOT NULL)", name="error"),
    CheckConstraint("(brief IS NULL) = (sha256 IS NULL)", name="sha256"),
    CheckConstraint("state = 'failed' OR brief IS NOT NULL", name="brief"),
    Index(None, "created"),
    Index(None, "edition", "created"),
)
Index(
    "uq_issue_published",
    issue.c.edition,
    issue.c.number,
    issue.c.sha256,
    unique=True,
    sqlite_where=issue.c.state == "published",
    postgresql_where=issue.c.state == "published",
)

#: One file of an issue. Its bytes are in `data`, or lie outside (`service.store.files`).
artifact = Table(
    "artifact",
    metadata,
    Column("issue", Integer, ForeignKey("issue.id"), primary_key=True),
    Column("format", Text, primary_key=True),
    #: The file's name, without a folder.
    Column("name", Text, nullable=False),
    #: Empty where they lie outside.
    Column("data", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    #: The address of the folder or bucket where they lie; none: here.
    Column("place", Text),
    #: Of what lies outside, in bytes.
    Column("size", BigInteger),
    CheckConstraint("length(sha256) = 64", name="sha256"),
    CheckConstraint("(place IS NULL) = (size IS NULL)", name="size"),
    UniqueConstraint("issue", "name"),
    Index(None, "sha256"),
)

#: One object that was to be put outside, written down before it was. It is let go when no row of
#: `artifact` has its hash and format any more.
placed = Table(
    "placed",
    metadata,
    Column("place", Text, primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("format", Text, primary_key=True),
    #: When it was put, or was to be, the last time.
    Column("written", Moment, nullable=False),
    CheckConstraint("length(sha256) = 64", name="sha256"),
    Index(None, "sha256"),
)

#: What can be searched, with the number under which the index of words knows it. Both this and
#: `telling` are made from the rest, and lag behind it by seconds (`service.store.search`).
searchable = Table(
    "searchable",
    metadata,
    Column("id", Large, primary_key=True),
    Column("kind", Text, nullable=False),
    #: The id of a revision, or of an issue in figures.
    Column("ref", String(64), nullable=False),
    CheckConstraint("kind IN ('article', 'issue')", name="kind"),
    UniqueConstraint("kind", "ref"),
)

#: A story as one issue told it.
telling = Table(
    "telling",
    metadata,
    Column("issue", Integer, ForeignKey("issue.id"), primary_key=True),
    #: The story's id: the smallest root of its articles when it was first told.
    Column("story", String(64), primary_key=True),
    #: Its number in the issue, from 1.
    Column("number", Integer, nullable=False),
    #: JSON, as the issue's brief has it: headline, language, badge, outlets and sentences.
    Column("told", Text, nullable=False),
    Index(None, "story"),
)
