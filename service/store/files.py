"""The bytes of an issue's files: in the database, or in a place outside it.

Problem: a database that holds every PDF grows by megabytes a day, and a worker must not need a disk
of its own. Choice: `[store] artifacts` names a place (`places`), and the bytes go there as objects
that are named by their own SHA-256, `ab/cdef….pdf`. So a try that is repeated writes the same
object again, a reader can tell a changed one, and an object that was moved with its place is still
the right one wherever it is found.

*Order.* `put` writes down what it is about to put (`placed`), then puts it; only then comes the
issue's transaction. A process that is killed between leaves an object that no row names, and never
a row without its object. No transaction is open while bytes travel: `issues` gives rows, `fetched`
gives their bytes, and the caller ends its transaction in between.

*A row keeps the place where its bytes lie*, so that issues stay readable when the setting changes.
An object that is not there any more is looked for in the place of the settings as well: whoever
moves a folder or a bucket, and names the new one, changes no row.

*Swept* (`sweep`, with `store prune`) is what was put more than a day ago and is named by no row.
That is asked of `placed`, and not of a listing of the place: in a bucket that is shared with others
nothing of theirs is ever looked at. Left open: an object that nobody has named for a day, and that
is put anew at the very moment at which it is swept; it would take the same bytes twice, days apart.

*A place that does not answer costs no issue*: `lay` then leaves the bytes to the database,
where they are found just as well, and the operator is told.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, select, tuple_, update

from service.errors import BriefError, StoreError, UnreachableError
from service.model import Artifact
from service.store import issues, once, places
from service.store.issues import Filed, StoredArtifact
from service.store.tables import artifact, placed

if TYPE_CHECKING:
    from service.store.engine import Store

log = logging.getLogger(__name__)

#: What was put so lately may be named in a moment.
FRESH = timedelta(days=1)
#: Objects that are swept between two transactions, and rows that are looked at in one.
_CHUNK = 200


def name(sha256: str, form: str) -> str:
    """Return the name of an object within its place."""
    return f"{sha256[:2]}/{sha256[2:]}.{form}"


def put(
    store: "Store",
    artifacts: Iterable[Artifact],
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> str | None:
    """Put bytes where the store's files go; return that place, None for the database itself.

    For `issues.add`, and to be called before its transaction. clock: tells how fresh an object is,
    so it is the real time even where an issue is made as of another. Raises StoreError,
    UnreachableError where it may be tried again.
    """
    address = store.artifacts
    if address is None:
        return None
    given = {(_sha256(item.data), item.format): item.data for item in artifacts}
    at = clock()
    with store.write("rows") as db:
        for digest, form in given:
            row = {"place": address, "sha256": digest, "format": form, "written": at}
            if not once.add(db, placed, row):
                here = and_(*(placed.c[key] == row[key] for key in ("place", "sha256", "format")))
                db.execute(update(placed).where(here).values(written=at))
    place = places.at(address)
    for (digest, form), data in given.items():
        place.put(name(digest, form), data)
    return address


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """Where the bytes of an issue's files are to lie, for `issues.add`."""

    #: None: in the database.
    place: str | None
    #: Why not in the place that the settings name, for the operator.
    refused: str | None = None


def lay(store: "Store", artifacts: Iterable[Artifact]) -> Laid:
    """Put bytes as `put` does; they are left to the database where the place refuses them."""
    try:
        return Laid(place=put(store, artifacts))
    except StoreError as error:
        log.warning("files not put place=%s reason=%s", store.artifacts, error)
        return Laid(place=None, refused=f"files of issues go into the database: {error}")


def fetched(store: "Store", rows: Iterable[Filed]) -> tuple[StoredArtifact, ...]:
    """Return files with their bytes, in the order given; outside of a transaction.

    What the database itself holds is given as it is, for `StoredArtifact.intact` to judge. Raises
    StoreError for an object that is missing or changed, UnreachableError for a place that does not
    answer now.
    """
    return tuple(_fetched(store, row) for row in rows)


def artifacts(store: "Store", ident: int) -> tuple[StoredArtifact, ...]:
    """Return the files of an issue in order of format; raise StoreError as `fetched`."""
    with store.read() as db:
        rows = issues.artifacts(db, ident)
    return fetched(store, rows)


def artifact_of(store: "Store", ident: int, form: str) -> StoredArtifact:
    """Return one file of an issue; raise StoreError as `fetched`, or if it has none so."""
    with store.read() as db:
        row = issues.artifact(db, ident, form)
    return _fetched(store, row)


def _fetched(store: "Store", row: Filed) -> StoredArtifact:
    data = row.data
    if row.place is not None:
        data = _got(store, row.place, row)
    return StoredArtifact(format=row.format, name=row.name, data=data, sha256=row.sha256)


def _got(store: "Store", address: str, row: Filed) -> bytes:
    changed, silent = False, None
    for one in _searched(store, address):
        try:
            data = places.at(one).get(name(row.sha256, row.format))
        except UnreachableError as error:
            silent = silent or error
            continue
        if data is not None:
            if _sha256(data) == row.sha256:
                return data
            changed = True
    if silent is not None:
        raise silent
    what = "was changed" if changed else "is missing"
    raise StoreError(
        f"the {row.format} of issue {row.issue} {what} in {address} "
        f"({name(row.sha256, row.format)}): put it back from a backup, or "
        f"`briefing issues render {row.issue} --format {row.format}` makes it from its data"
    )


def _searched(store: "Store", address: str) -> tuple[str, ...]:
    """Return where an object of a place may lie."""
    return tuple(dict.fromkeys((address, store.artifacts or address)))


def check(store: "Store") -> tuple[str, ...]:
    """Read every file that lies outside the database; return what is wrong, a line each."""
    lines: dict[str, list[str]] = {}
    for row in _outside(store):
        try:
            fetched(store, (row,))
        except BriefError as error:
            lines.setdefault(row.place or "", []).append(str(error))
    return tuple(
        found[0] if len(found) == 1 else f"{len(found)} files of {place} cannot be had; {found[0]}"
        for place, found in lines.items()
    )


def _outside(store: "Store") -> Iterator[Filed]:
    """Give the rows of all files that lie outside, some at a time, between transactions."""
    last = 0
    while True:
        query = select(artifact.c.issue).where(
            artifact.c.place.is_not(None), artifact.c.issue > last
        )
        with store.read() as db:
            idents = db.scalars(query.distinct().order_by(artifact.c.issue).limit(_CHUNK)).all()
            rows = [row for ident in idents for row in issues.artifacts(db, ident)]
        if not idents:
            return
        last = idents[-1]
        yield from (row for row in rows if row.place is not None)


def sweep(store: "Store", *, now: datetime) -> int:
    """Remove objects that were put more than a day ago and that no row names; return how many.

    Other places are swept where one does not answer; its StoreError is raised at the end.
    """
    done, after = 0, ("", "")
    failed: dict[str, StoreError] = {}
    while found := _unnamed(store, now - FRESH, after):
        after = found[-1]
        done += sum(_removed(store, *each, now - FRESH, failed) for each in found)
    for error in failed.values():
        raise error
    return done


#: Some row has the bytes of an object, wherever it has them from.
_NAMED = (
    select(artifact.c.issue)
    .where(
        artifact.c.sha256 == placed.c.sha256,
        artifact.c.format == placed.c.format,
        artifact.c.place.is_not(None),
    )
    .exists()
)


def _unnamed(store: "Store", before: datetime, after: tuple[str, str]) -> list[tuple[str, str]]:
    """Return hash and format of some objects to be swept, in their order, behind one."""
    key = (placed.c.sha256, placed.c.format)
    query = (
        select(*key)
        .where(~_NAMED, tuple_(*key) > tuple_(*after))
        .group_by(*key)
        .having(func.max(placed.c.written) < before)
        .order_by(*key)
        .limit(_CHUNK)
    )
    with store.read() as db:
        return [(row.sha256, row.format) for row in db.execute(query)]


def _removed(
    store: "Store", digest: str, form: str, before: datetime, failed: dict[str, StoreError]
) -> bool:
    """Remove an object wherever it was put, then what was written down of it; tell if it was.

    failed: places that could not be used, with the reason; they are not asked again.
    """
    here = and_(placed.c.sha256 == digest, placed.c.format == form)
    with store.read() as db:
        # The others of the same part may have taken minutes.
        rows = db.execute(select(placed.c.place, placed.c.written).where(here, ~_NAMED)).all()
    if not rows or max(row.written for row in rows) >= before:
        return False
    for address in dict.fromkeys(a for row in rows for a in _searched(store, row.place)):
        if address in failed:
            return False
        try:
            places.at(address).remove(name(digest, form))
        except StoreError as error:
            if not _moved(store, address, name(digest, form)):
                failed[address] = error
                return False
    with store.write("rows") as db:
        for row in rows:
            # One that was put again meanwhile stays written down.
            same = and_(here, placed.c.place == row.place, placed.c.written == row.written)
            db.execute(delete(placed).where(same))
    return True


def _moved(store: "Store", address: str, wanted: str) -> bool:
    """Tell whether an object of a place that is no more lies in that of the settings."""
    now = store.artifacts
    return now is not None and now != address and places.at(now).get(wanted) is not None


def hand_over(store: "Store") -> None:
    """Forget what this store has put: a copy of it has that, too, and sweeps it from now on."""
    with store.read() as db:
        if db.execute(select(placed.c.place).limit(1)).first() is None:
            return
    with store.write() as db:
        db.execute(delete(placed))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
