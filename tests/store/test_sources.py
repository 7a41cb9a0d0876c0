"""What is known of each source, and what a reading leaves behind."""

import pytest
from sqlalchemy.exc import IntegrityError

from service.model import Problem, ProblemKind, content_id
from service.store import Store, sources
from service.store.sources import Reading, SourceState
from tests.store.given import START, entry, hour, record

ADDRESS = "https://wire.example/feed"


def state(store: Store) -> SourceState:
    with store.read() as db:
        (found,) = sources.listing(db)
    return found


def fail(store: Store, error: str, *, at: float) -> None:
    with store.write() as db:
        sources.record_failure(
            db, source="wire", kind="feed", address=ADDRESS, at=hour(at), error=error
        )


def problem(key: str, reason: str = "it is empty", kind: ProblemKind = "fault") -> Problem:
    return Problem(source="wire", key=key, reason=reason, kind=kind)


def test_a_declared_source_was_never_read(store: Store) -> None:
    with store.write() as db:
        sources.declare(db, source="wire", kind="feed", address=ADDRESS)
    assert state(store) == SourceState(
        name="wire",
        kind="feed",
        address=ADDRESS,
        state="never",
        items=0,
        articles=0,
        last_read=None,
        last_success=None,
        last_error=None,
        problems=0,
    )


def test_declaring_a_source_again_keeps_what_is_known_of_it(store: Store) -> None:
    record(store, entry("a", "One."), cursor="7")
    before = state(store)
    with store.write() as db:
        sources.declare(db, source="wire", kind="feed", address=ADDRESS)
    assert state(store) == before


def test_a_reading_is_counted_and_its_time_kept(store: Store) -> None:
    record(store, entry("a", "One."), entry("b", "Two."), at=hour(1))
    found = state(store)
    assert (found.state, found.items, found.articles, found.problems) == ("read", 2, 2, 0)
    assert found.last_read == found.last_success == hour(1)


def test_every_text_that_a_source_ever_held_counts_once_as_its_article(store: Store) -> None:
    record(store, entry("a", "One."), entry("b", "One."))
    record(store, entry("a", "Edited."), at=hour(1))
    record(store, entry("a", "Elsewhere."), source="post")
    with store.read() as db:
        counted = {found.name: found.articles for found in sources.listing(db)}
    assert counted == {"wire": 2, "post": 1}


def test_a_reading_with_unusable_items_is_partial(store: Store) -> None:
    record(store, entry("a", "One."), problems=[problem("b"), problem("b"), problem("c")])
    assert (state(store).state, state(store).problems) == ("partial", 2)


def test_what_is_skipped_is_counted_apart_and_the_source_is_read(store: Store) -> None:
    sound = problem("b", "only media", "skipped")
    record(store, entry("a", "One."), problems=[sound])
    assert (state(store).state, state(store).problems, state(store).skipped) == ("read", 0, 1)
    with store.read() as db:
        assert sources.problems(db) == (sound,)
        assert [reading.problems for reading in sources.readings(db)] == [0]
    record(store, problems=[sound, problem("c")], at=hour(1))
    assert (state(store).state, state(store).problems, state(store).skipped) == ("partial", 1, 1)
    with store.read() as db:
        assert [reading.problems for reading in sources.readings(db)] == [0, 1]


def test_a_reading_replaces_the_problems_of_its_source_only(store: Store) -> None:
    record(store, problems=[problem("a"), problem("b")])
    record(store, source="post", problems=[Problem(source="post", key="x", reason="too long")])
    record(store, problems=[problem("b"), problem("c")], at=hour(1))
    with store.read() as db:
        assert [(p.source, p.key) for p in sources.problems(db)] == [
            ("post", "x"),
            ("wire", "b"),
            ("wire", "c"),
        ]
        assert sources.problems(db, "wire") == (problem("b"), problem("c"))


def test_a_failure_keeps_the_last_success_and_what_was_known_then(store: Store) -> None:
    record(store, entry("a", "One."), problems=[problem("b")], cursor="7")
    fail(store, "the host does not answer", at=1)
    found = state(store)
    assert (found.state, found.last_error) == ("failed", "the host does not answer")
    assert (found.last_read, found.last_success) == (hour(1), START)
    assert (found.items, found.articles, found.problems) == (2, 1, 1)
    with store.read() as db:
        assert sources.cursor(db, "wire") == "7"


def test_a_source_may_fail_at_its_first_reading(store: Store) -> None:
    fail(store, "no such host", at=0)
    assert (state(store).state, state(store).last_success) == ("failed", None)


def test_a_success_ends_a_failure(store: Store) -> None:
    fail(store, "no such host", at=0)
    record(store, entry("a", "One."), at=hour(1))
    assert (state(store).state, state(store).last_error) == ("read", None)


def test_the_cursor_is_that_of_the_last_reading(store: Store) -> None:
    with store.read() as db:
        assert sources.cursor(db, "wire") is None
    record(store, cursor="1")
    record(store, cursor="2", at=hour(1))
    with store.read() as db:
        assert sources.cursor(db, "wire") == "2"
    record(store, cursor=None, at=hour(2))
    with store.read() as db:
        assert sources.cursor(db, "wire") is None


def test_the_cursor_of_another_address_is_not_given(store: Store) -> None:
    record(store, cursor="1")
    with store.read() as db:
        assert sources.cursor(db, "wire", address=ADDRESS) == "1"
        assert sources.cursor(db, "wire", address="https://moved.example/feed") is None


def test_a_failure_at_a_new_address_does_not_hand_it_the_cursor_of_the_old_one(
    store: Store,
) -> None:
    record(store, cursor="1")
    moved = "https://moved.example/feed"
    with store.write() as db:
        sources.record_failure(
            db, source="wire", kind="feed", address=moved, at=hour(1), error="no such host"
        )
    with store.read() as db:
        assert sources.cursor(db, "wire", address=moved) is None
        assert sources.cursor(db, "wire", address=ADDRESS) is None


def test_sources_are_listed_by_name(store: Store) -> None:
    for name in ("wire", "amur", "post"):
        record(store, source=name)
    with store.read() as db:
        assert [found.name for found in sources.listing(db)] == ["amur", "post", "wire"]


def test_every_reading_of_a_span_is_kept_with_its_outcome(store: Store) -> None:
    record(store, entry("a", "One."), entry("b", "Two."), at=hour(0))
    record(store, entry("a", "One."), problems=[problem("c")], at=hour(1))
    fail(store, "no such host", at=2)
    record(store, at=hour(3))
    with store.read() as db:
        assert sources.readings(db, hour(1), hour(3)) == (
            Reading(source="wire", at=hour(1), ok=True, items=2, new=0, problems=1, error=None),
            Reading(
                source="wire",
                at=hour(2),
                ok=False,
                items=0,
                new=0,
                problems=0,
                error="no such host",
            ),
        )
        assert [reading.new for reading in sources.readings(db)] == [2, 0, 0, 0]


def test_an_error_half_way_leaves_nothing_of_the_reading(store: Store) -> None:
    def lose() -> None:
        with store.write() as db:
            sources.record_read(
                db,
                source="wire",
                kind="feed",
                address=ADDRESS,
                at=START,
                entries=[entry("a", "One.")],
                problems=[problem("b")],
                items=2,
                cursor="1",
            )
            raise RuntimeError("the process is told to stop")

    with pytest.raises(RuntimeError, match="told to stop"):
        lose()
    with store.read() as db:
        assert sources.listing(db) == ()
        assert sources.readings(db) == ()
    assert record(store, entry("a", "One.")) == (content_id("One."),)


def test_a_count_below_none_is_refused_by_the_database(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as db:
        sources.record_read(
            db,
            source="wire",
            kind="feed",
            address=ADDRESS,
            at=START,
            entries=[],
            problems=[],
            items=-1,
            cursor=None,
        )
