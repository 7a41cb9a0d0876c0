"""Whom issues go to, and which editions each of them gets.

A recipient comes from the settings or from a command, and neither takes over what is the other's.
Whoever has left an edition stays away from it whatever is synchronised or imported: only
`subscribe`, which a person asks for by name, brings a reader back.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, exists, func, insert, select, update

from service.errors import StoreError
from service.store.ledger import membership, recipient, subscription

Way = Literal["mail", "webhook", "folder"]
Format = Literal["digest", "full", "text"]
Origin = Literal["settings", "store"]
Suppressed = Literal["hard", "soft", "complaint", "operator"]

_HOW = "`briefing recipients list` shows them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A recipient as the settings, a command or a line of a list describe one."""

    #: In its stored spelling; see `service.model.mailbox`.
    address: str
    channel: Way = "mail"
    name: str | None = None
    editions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    format: Format = "digest"
    attach: tuple[str, ...] = ("pdf",)
    language: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient(Wanted):
    """A recipient as it stands; `editions` are those that it gets."""

    id: str
    origin: Origin
    listed: bool
    suppressed: Suppressed | None
    suppressed_at: datetime | None
    created: datetime
    #: Editions that it has left.
    left: tuple[str, ...] = ()


#: Group -> the editions that its members get.
Given = Mapping[str, Collection[str]]


def sync(db: Connection, wanted: Iterable[Wanted], given: Given, *, now: datetime) -> None:
    """Make the recipients of the settings those that the file names, and no others.

    One that is in the file no more stays, unlisted: its deliveries are on record. One that a
    command added and the file names as well is the file's from now on.
    """
    book = _Book(db, given, now)
    seen = set()
    for one in wanted:
        ident = book.put(one, "settings")
        seen.add(ident)
        book.drop(ident, keep=book.join(ident, one))
    for row in book.rows.values():
        if row.origin == "settings" and row.listed and row.id not in seen:
            db.execute(update(recipient).where(recipient.c.id == row.id).values(listed=False))
        if row.origin == "store" and row.listed and row.id not in seen:
            # What a group gets may have changed.
            one = Wanted(address=row.address, groups=tuple(book.groups.get(row.id, ())))
            book.lapse(row.id, keep=book.join(row.id, one))


def add(
    db: Connection, wanted: Iterable[Wanted], given: Given, *, now: datetime
) -> tuple[str, ...]:
    """Write recipients of the store, or change those of these addresses; return their ids.

    Editions are added to those that one gets; one that it has left stays left; what only a group
    gave it, it has for as long as a group of its does. Raises StoreError for one of the settings.
    """
    book = _Book(db, given, now)
    made = []
    for one in wanted:
        row = book.row(one)
        if row is not None and row.origin == "settings" and row.listed:
            raise StoreError(f"{one.address} is in the settings file: change it there")
        ident = book.put(one, "store")
        book.lapse(ident, keep=book.join(ident, one))
        made.append(ident)
    return tuple(made)


def remove(db: Connection, ident: str) -> None:
    """Take a recipient of the store off the list; its deliveries and what it has left stay."""
    one = get(db, ident)
    if one.origin == "settings" and one.listed:
        raise StoreError(f"{one.address} is in the settings file: cut it out there")
    db.execute(update(recipient).where(recipient.c.id == ident).values(listed=False))
    db.execute(
        delete(subscription).where(
            subscription.c.recipient == ident, subscription.c.state.in_(("active", "pending"))
        )
    )
    db.execute(delete(membership).where(membership.c.recipient == ident))


def suppress(db: Connection, ident: str, why: Suppressed, *, now: datetime) -> None:
    """Send nothing there any more; the first reason stays."""
    db.execute(
        update(recipient)
        .where(recipient.c.id == ident, recipient.c.suppressed.is_(None))
        .values(suppressed=why, suppressed_at=now)
    )


def unsuppress(db: Connection, ident: str) -> None:
    """Send there again what it gets."""
    db.execute(
        update(recipient).where(recipient.c.id == ident).values(suppressed=None, suppressed_at=None)
    )


def subscribe(db: Connection, ident: str, edition: str, *, now: datetime) -> None:
    """Let a recipient have an edition, also one that it has left: a person has asked for it."""
    _set(db, ident, edition, "active", now)
    _own(db, ident, edition)


def leave(db: Connection, ident: str, edition: str | None, *, now: datetime) -> tuple[str, ...]:
    """Let a recipient have an edition no more, or none at all; return those that it left now.

    What is queued is not sent: the outbox asks again before each message. Leaving an edition that
    it never had is remembered, too.
    """
    had = select(subscription.c.edition).where(
        subscription.c.recipient == ident, subscription.c.state != "left"
    )
    if edition is not None:
        had = had.where(subscription.c.edition == edition)
    left = tuple(sorted(db.scalars(had)))
    for name in left if edition is None else (edition,):
        _set(db, ident, name, "left", now)
    return left


def find(db: Connection, address: str, channel: Way | None = None) -> Recipient:
    """Return the recipient of an address, whatever its capitals; StoreError where there is none."""
    query = select(recipient).where(func.lower(recipient.c.address) == address.lower())
    if channel is not None:
        query = query.where(recipient.c.channel == channel)
    rows = db.execute(query).all()
    if not rows:
        raise StoreError(f"there is no recipient {address}: {_HOW}")
    # Two folders can differ in capitals only.
    return _recipients(db, sorted(rows, key=lambda row: bool(row.address != address))[:1])[0]


def get(db: Connection, ident: str) -> Recipient:
    """Return a recipient; raise StoreError if there is none with this id."""
    rows = db.execute(select(recipient).where(recipient.c.id == ident)).all()
    if not rows:
        raise StoreError(f"there is no recipient {ident}: {_HOW}")
    return _recipients(db, rows)[0]


def listing(db: Connection) -> tuple[Recipient, ...]:
    """Return every recipient that is listed, or suppressed, in order of address."""
    query = (
        select(recipient)
        .where(recipient.c.listed | recipient.c.suppressed.is_not(None))
        .order_by(recipient.c.address, recipient.c.channel)
    )
    return _recipients(db, db.execute(query).all())


def readers(db: Connection, edition: str, *, every_zone: bool = False) -> tuple[Recipient, ...]:
    """Return who gets an issue of an edition, in order of id.

    edition: "daily", for those without a zone of their own, or "daily@Asia/Tokyo", for those of
    that zone; `every_zone`: all of them.
    """
    name, _, zone = edition.partition("@")
    query = (
        select(recipient)
        .join(subscription, subscription.c.recipient == recipient.c.id)
        .where(
            subscription.c.edition == name,
            subscription.c.state == "active",
            recipient.c.listed,
            recipient.c.suppressed.is_(None),
        )
        .order_by(recipient.c.id)
    )
    if not every_zone:
        own = recipient.c.timezone
        query = query.where(own == zone if zone else own.is_(None))
    return tuple(_one(row, (), (), ()) for row in db.execute(query))


def zones(db: Connection, edition: str) -> tuple[str, ...]:
    """Return the zones of their own that readers of an edition have, in order."""
    query = (
        select(recipient.c.timezone)
        .distinct()
        .join(subscription, subscription.c.recipient == recipient.c.id)
        .where(
            subscription.c.edition == edition,
            subscription.c.state == "active",
            recipient.c.listed,
            recipient.c.timezone.is_not(None),
        )
    )
    return tuple(sorted(db.scalars(query)))


def formats(db: Connection, edition: str) -> tuple[str, ...]:
    """Return the formats of files that readers of an edition want attached, in order of name."""
    wanted = {name for one in readers(db, edition, every_zone=True) for name in one.attach}
    return tuple(sorted(wanted))


class _Book:
    """What is known of every recipient, read once for many changes."""

    def __init__(self, db: Connection, given: Given, now: datetime) -> None:
        self._db, self._given, self._now = db, given, now
        self.rows = {_key(row): row for row in db.execute(select(recipient))}
        self.groups: dict[str, set[str]] = {}
        self._states: dict[str, dict[str, str]] = {}
        #: What a recipient gets for the sake of a group only.
        self._by_group: dict[str, set[str]] = {}
        for row in db.execute(select(membership)):
            self.groups.setdefault(row.recipient, set()).add(row.name)
        for row in db.execute(select(subscription)):
            self._states.setdefault(row.recipient, {})[row.edition] = row.state
            if row.by_group:
                self._by_group.setdefault(row.recipient, set()).add(row.edition)

    def row(self, one: Wanted) -> Row[Any] | None:
        return self.rows.get(_key(one))

    def put(self, one: Wanted, origin: Origin) -> str:
        """Write one with its groups; return its id."""
        values = {
            # PostgreSQL holds no U+0000, and no name has one.
            "name": one.name and one.name.replace("\0", " "),
            "format": one.format,
            "attach": ",".join(one.attach),
            "language": one.language,
            "timezone": one.timezone,
            "origin": origin,
            "listed": True,
        }
        row = self.row(one)
        if row is None:
            ident = secrets.token_hex(16)
            fixed = {"channel": one.channel, "address": one.address, "created": self._now}
            self._db.execute(insert(recipient).values({"id": ident} | fixed | values))
            # A list may name it twice.
            made = select(recipient).where(recipient.c.id == ident)
            self.rows[_key(one)] = self._db.execute(made).one()
        else:
            ident = str(row.id)
            if any(getattr(row, key) != value for key, value in values.items()):
                self._db.execute(update(recipient).where(recipient.c.id == ident).values(values))
        old, new = self.groups.get(ident, set()), {*one.groups}
        here = membership.c.recipient == ident
        if old - new:
            self._db.execute(delete(membership).where(here, membership.c.name.in_(old - new)))
        for name in sorted(new - old):
            self._db.execute(insert(membership).values(recipient=ident, name=name))
        self.groups[ident] = new
        return ident

    def join(self, ident: str, one: Wanted) -> set[str]:
        """Subscribe to what there is no word on yet; return all that it is to get."""
        wanted = {*one.editions}.union(*(self._given.get(group, ()) for group in one.groups))
        states = self._states.setdefault(ident, {})
        by_group = self._by_group.setdefault(ident, set())
        for edition in sorted(wanted - states.keys()):
            states[edition] = "active"
            row = {"recipient": ident, "edition": edition, "state": "active", "since": self._now}
            grouped = edition not in one.editions
            self._db.execute(insert(subscription).values(row | {"by_group": grouped}))
            if grouped:
                by_group.add(edition)
        for edition in by_group.intersection(one.editions):
            by_group.discard(edition)
            _own(self._db, ident, edition)
        return wanted

    def drop(self, ident: str, *, keep: set[str]) -> None:
        """End what it gets and is to get no more; what it has left stays left."""
        states = self._states.get(ident, {})
        for edition, state in tuple(states.items()):
            if edition not in keep and state in ("active", "pending"):
                del states[edition]
                self._db.execute(
                    delete(subscription).where(
                        subscription.c.recipient == ident, subscription.c.edition == edition
                    )
                )

    def lapse(self, ident: str, *, keep: set[str]) -> None:
        """End what only a group gave it and none does any more."""
        states = self._states.get(ident, {})
        self.drop(ident, keep=keep | (states.keys() - self._by_group.get(ident, set())))


def _key(one: "Wanted | Row[Any]") -> tuple[str, str]:
    """Return what names a recipient; capitals make no other mailbox of an address."""
    return one.channel, one.address.lower() if one.channel == "mail" else one.address


def _own(db: Connection, ident: str, edition: str) -> None:
    """Let an edition be its own, whatever its groups get."""
    here = (subscription.c.recipient == ident) & (subscription.c.edition == edition)
    db.execute(update(subscription).where(here).values(by_group=False))


def _set(db: Connection, ident: str, edition: str, state: str, now: datetime) -> None:
    here = (subscription.c.recipient == ident) & (subscription.c.edition == edition)
    if db.scalar(select(exists().where(here))):
        changed = here & (subscription.c.state != state)
        db.execute(update(subscription).where(changed).values(state=state, since=now))
    else:
        row = {"recipient": ident, "edition": edition, "state": state, "since": now}
        db.execute(insert(subscription).values(row))


def _recipients(db: Connection, rows: Iterable[Row[Any]]) -> tuple[Recipient, ...]:
    """Return recipients with what they get, have left and belong to."""
    found = list(rows)
    only = [found[0].id] if len(found) == 1 else None
    subscriptions = select(subscription).order_by(subscription.c.edition)
    groups = select(membership).order_by(membership.c.name)
    if only:
        subscriptions = subscriptions.where(subscription.c.recipient.in_(only))
        groups = groups.where(membership.c.recipient.in_(only))
    gets: dict[str, list[str]] = {}
    left: dict[str, list[str]] = {}
    member: dict[str, list[str]] = {}
    for row in db.execute(subscriptions) if found else ():
        if row.state in ("active", "left"):
            (gets if row.state == "active" else left).setdefault(row.recipient, []).append(
                row.edition
            )
    for row in db.execute(groups) if found else ():
        member.setdefault(row.recipient, []).append(row.name)
    return tuple(
        _one(row, gets.get(row.id, ()), left.get(row.id, ()), member.get(row.id, ()))
        for row in found
    )


def _one(
    row: Row[Any], editions: Iterable[str], left: Iterable[str], groups: Iterable[str]
) -> Recipient:
    return Recipient(
        id=row.id,
        channel=row.channel,
        address=row.address,
        name=row.name,
        format=row.format,
        attach=tuple(name for name in row.attach.split(",") if name),
        language=row.language,
        timezone=row.timezone,
        origin=row.origin,
        listed=row.listed,
        suppressed=row.suppressed,
        suppressed_at=row.suppressed_at,
        created=row.created,
        editions=tuple(editions),
        left=tuple(left),
        groups=tuple(groups),
    )
