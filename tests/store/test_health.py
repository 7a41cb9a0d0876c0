"""How sources do is kept, and decides which are due."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from service.model import Health
from service.store import Store, health, sources
from service.store.chunks import SIZE
from tests.store.given import START, entry, hour

ADDRESS = "https://wire.example/feed"
ILL = Health(
    next_check=hour(3),
    failures=2,
    ttl_s=1800.5,
    unparsed=True,
    address="https://wire.example/new",
    moved_to="https://else.example/feed",
    moved_seen=4,
    gone_since=hour(1),
    kills=3,
    stopped="quarantine",
)


def read(store: Store, name: str = "wire", *, known: Health | None, address: str = ADDRESS) -> None:
    with store.write() as db:
        sources.record_read(
            db,
            source=name,
            kind="feed",
            address=address,
            at=START,
            entries=[entry("a", "One.")],
            problems=[],
            items=1,
            cursor=None,
            health=known,
        )


def got(store: Store, name: str = "wire", *, address: str = ADDRESS) -> Health:
    with store.read() as db:
        return health.get(db, name, address=address)


def test_a_source_that_was_never_read_is_as_new(store: Store) -> None:
    assert got(store) == Health()


def test_what_a_reading_leaves_is_read_again(store: Store) -> None:
    read(store, known=ILL)
    assert got(store) == ILL
    read(store, known=Health(next_check=hour(5)))
    assert got(store) == Health(next_check=hour(5))


def test_a_failure_leaves_it_too(store: Store) -> None:
    with store.write() as db:
        sources.record_failure(
            db, source="wire", kind="feed", address=ADDRESS, at=START, error="no", health=ILL
        )
    assert got(store) == ILL


def test_a_reading_without_it_changes_nothing(store: Store) -> None:
    read(store, known=ILL)
    read(store, known=None)
    assert got(store) == ILL


def test_what_was_learnt_at_another_address_is_not_given(store: Store) -> None:
    read(store, known=ILL)
    assert got(store, address="https://wire.example/other") == Health()


def test_declaring_a_source_at_a_new_address_forgets_how_it_was_doing(store: Store) -> None:
    read(store, known=ILL)
    with store.write() as db:
        sources.declare(db, source="wire", kind="feed", address="https://wire.example/other")
    assert got(store, address="https://wire.example/other") == Health()


def test_the_listing_shows_it(store: Store) -> None:
    read(store, known=ILL)
    read(store, "post", known=None)
    with store.read() as db:
        assert {state.name: state.health for state in sources.listing(db)} == {
            "wire": ILL,
            "post": Health(),
        }


def due(store: Store, at: float, configured: dict[str, str] | None = None) -> tuple[str, ...]:
    with store.read() as db:
        return sources.due(db, hour(at), configured)


def test_a_source_is_due_from_its_next_check_on(store: Store) -> None:
    read(store, known=Health(next_check=hour(3)))
    assert due(store, 2.99) == ()
    assert due(store, 3) == ("wire",)


def test_a_source_without_a_next_check_is_due_and_a_stopped_one_never(store: Store) -> None:
    read(store, "b", known=Health())
    read(store, "a", known=None)
    read(store, "gone", known=Health(stopped="gone"))
    assert due(store, 0) == ("a", "b")


def test_of_the_configured_ones_a_new_one_and_one_that_changed_its_address_are_due(
    store: Store,
) -> None:
    read(store, "wire", known=Health(next_check=hour(3)))
    read(store, "sick", known=Health(next_check=hour(3), stopped="quarantine"))
    read(store, "removed", known=Health())
    wanted = {"wire": ADDRESS, "sick": ADDRESS, "new": ADDRESS}
    assert due(store, 0, wanted) == ("new",)
    moved = "https://wire.example/other"
    assert due(store, 0, {"wire": moved, "sick": moved}) == ("sick", "wire")


def test_of_many_configured_ones_the_same_are_due_as_of_a_few(store: Store) -> None:
    """A long list is asked for in another way."""
    read(store, "waits", known=Health(next_check=hour(3)))
    read(store, "moves", known=Health(next_check=hour(3)))
    read(store, "ripe", known=Health(next_check=hour(1)))
    read(store, "open", known=None)
    many = {f"new {n}": ADDRESS for n in range(SIZE)}
    wanted = {"waits": ADDRESS, "moves": ADDRESS + "?", "ripe": ADDRESS, "open": ADDRESS}
    few = due(store, 2, wanted)
    assert few == ("moves", "open", "ripe")
    assert due(store, 2, wanted | many) == tuple(sorted((*few, *many)))


def test_times_are_kept_to_the_microsecond(store: Store) -> None:
    exact = Health(next_check=hour(3) + timedelta(microseconds=1))
    read(store, known=exact)
    assert got(store) == exact


@pytest.mark.parametrize("known", [{"failures": -1}, {"kills": -2}])
def test_a_count_below_zero_is_refused(known: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="below zero"):
        Health(**known)  # type: ignore[arg-type]


def test_a_stop_that_is_none_is_refused_by_the_database(store: Store) -> None:
    with pytest.raises(IntegrityError):
        read(store, known=Health(stopped="asleep"))  # type: ignore[arg-type]
