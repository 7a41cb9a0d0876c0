"""What was collected and what was published: one database, one module of queries a noun.

    engine.py        open a database, one transaction to read or to write
    sqlite.py        what is SQLite's own: the file, how a transaction begins
    postgres.py      what is PostgreSQL's own: the server, who may write beside whom
    faults.py        what a fault of either means, in one line
    tables.py        the schema, as SQLAlchemy Core tables
    migrations/      how a database comes to that schema
    revisions.py     how an entry becomes a revision of an article, in bulk
    articles.py      articles, read back
    health.py        how sources are doing, and which are due
    sources.py       what each source gave, when, and what was wrong with it
    condensed.py     what was worked out of a revision before an issue asks for it
    issues.py        issues and their files
    files.py         the bytes of those files, where they lie outside the database
    places.py        the folders and buckets where they may lie
    periods.py       the calendar: which periods are due, and what became of each
    notices.py       what the operator must know
    beats.py         when each part of the service last did its work
    leases.py        work that several workers may take, and who has it
    searching.py     the index of words, as each engine has it
    copying.py       a store moved to another engine, counted and compared
    pruning.py       what is let go, and what never is

Functions take a `Connection` that stands in a transaction of the caller's, so that what belongs
together (an issue, its files, later its outbox) is written together or not at all.

Design notes

*Content is the key.* A revision is named by the SHA-256 of its text and never changes. Where it
was found (source, key, title, address, dates) stands in `place`, one row for each item of each
source that ever held that text. So recording twice adds nothing, an article in three feeds is one
article with three places, and a printed sentence keeps its proof after the source was edited.
Rejected: a row for each item with the text in it (copies of one text drift apart), and a version
number for each article (two writers can give the same one).

*What is new.* A revision remembers when it was first collected; an edition asks for that span,
not for what claims to have been published in it. Of each article only its newest revision is
given. A text that a source goes back to after an edit (a withdrawn correction) is newest again,
which `place.restored` says; but it is not news.

*Core, not ORM.* The nouns are the frozen dataclasses of `service.model`; rows are turned into
them in one place each. An ORM would add a second, mutable set of the same nouns.

*One code for two engines.* What is one engine's own stands in `sqlite`, `postgres` and `searching`,
where its reasons are; elsewhere there is no upsert, no JSON operator, no PRAGMA. Uniqueness is in
the tables, so a second writer can at worst be refused. PostgreSQL caps an index entry at 2,704
bytes: a source must keep keys and addresses below that. Its texts are in the order of their code
points (`COLLATE "C"`, migration 8), as SQLite's are; a migration that adds a text adds that, too.
"""

from service.store.engine import Store

__all__ = ["Store"]
