"""Articles are worked out before an issue asks for them, and the issue is the same."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, func, select, update

from feeds.base import Batch
from service import condensing, pipeline, stories
from service.brief import codec
from service.collecting import Feed
from service.condensing import BATCH, WHOLE, Condensing, maker
from service.errors import StoreError
from service.model import Entry, Period, Place, SourceRead
from service.order import Order
from service.pipeline import Inputs, composed
from service.progress import Silent
from service.schedule import Rule
from service.store import Store, articles, copying, issues, sources
from service.store.condensed import Row, put
from service.store.pruning import Retention, prune
from service.store.tables import condensed, place, revision
from service.stories.cluster import forget
from service.topic import load
from tests import articles as samples
from tests.articles import CUTOFF as NOW

PROFILE = load("china-russia")
DAILY = Rule(edition="daily", every="day")
READ = SourceRead(name="wire", kind="feed", state="read", items=0, new=0)
ORDER = Order(
    title="Brief",
    marking="",
    edition="now",
    language="en",
    timezone="UTC",
    summarizer="auto",
    version="1",
    max_stories=8,
    formats=("txt",),
    sender="brief@example.org",
    since=None,
    until=None,
    cutoff=NOW,
)


class Wire:
    """A source that nobody reads: what it gave is in the store."""

    name = "wire"
    kind = "feed"

    async def read(self, cursor: str | None) -> Batch:
        raise AssertionError("it is not read")


FEED = Feed(source=Wire(), address="https://wire.example/feed")


def reports(number: int) -> list[Entry]:
    """Return reports in three languages; some tell of one event, and a fifth is on no topic."""
    draw = random.Random(number)
    known = samples.articles()
    found = []
    for n in range(number):
        base = draw.choice(known)
        told = [base.text[start:end] for start, end in samples.sentences(base)]
        draw.shuffle(told)
        title, own = f"{base.title}, {n}", f"Clerk {n} noted {draw.randrange(900)} crates."
        if n % 5 == 4:
            told, title = [f"The {word} was quiet all day." for word in ("sea", "town")], own
        found.append(
            Entry(
                key=f"{n:04}",
                title=title,
                text=" ".join([*told, own]),
                language=base.language,
                url=f"https://wire{n % 7}.example/{n}",
                published=NOW - timedelta(hours=draw.randrange(1, 20)),
                outlet=f"Outlet {n % 7}",
            )
        )
    return found


def record(store: Store, entries: Sequence[Entry], *, ago: float = 2.0) -> None:
    """Write what the source gave, so many hours ago."""
    with store.write() as db:
        sources.record_read(
            db,
            source="wire",
            kind="feed",
            address=FEED.address,
            at=NOW - timedelta(hours=ago),
            entries=entries,
            problems=(),
            items=len(entries),
            cursor=None,
        )


def work_of(store: Store, *rules: Rule) -> Condensing:
    return Condensing(store, PROFILE, lambda: rules)


def condense(work: Condensing) -> int:
    """Do all that is to do; return how many articles that was."""
    return sum(work.work(part, lambda: NOW, goes_on=lambda: True) for part in work.parts(NOW))


def kept(store: Store) -> int:
    with store.read() as db:
        return db.scalar(select(func.count()).select_from(condensed)) or 0


def issue(store: Store) -> tuple[str, bytes]:
    """Publish what is in the store; return the brief and its text, always as number 1."""
    forget()
    order = replace(ORDER, number=1)
    made = pipeline.publish(store, [FEED], [READ], PROFILE, order, progress=Silent())
    with store.write() as db:
        found = issues.get(db, made.id)
        # The next one is number 1, too.
        for name in ("artifact", "issue"):
            table = condensed.metadata.tables[name]
            db.execute(delete(table))
    assert made.brief.told()
    return found.brief or "", made.artifacts[0].data


def test_an_issue_is_the_same_with_all_of_it_worked_out_before_with_half_and_with_none(
    store: Store,
) -> None:
    record(store, reports(60))
    plain = issue(store)
    assert kept(store) == 0
    assert condense(work_of(store, DAILY)) == kept(store) == 60
    assert issue(store) == plain
    with store.write() as db:
        half = db.scalars(select(condensed.c.revision).order_by(condensed.c.revision)).all()[::2]
        db.execute(delete(condensed).where(condensed.c.revision.in_(half)))
    assert kept(store) == 30
    assert issue(store) == plain


def test_what_is_there_is_used(store: Store) -> None:
    """Or else the test before this one could not fail."""
    record(store, reports(60))
    condense(work_of(store, DAILY))
    with store.write() as db:
        db.execute(update(condensed).values(data=None))
        found = articles.collected(db)
        known = condensing.known(db, found, PROFILE)
    assert set(known.values()) == {stories.BESIDE}
    studies = condensing.studied(found, PROFILE, known)
    assert not any(one.relevance.relevant for one in studies.values())


MANY = reports(40)
FOUND = tuple(
    samples.article(
        entry.text,
        entry.language,
        Place(
            source="wire",
            key=entry.key,
            title=entry.title,
            url=entry.url,
            published=entry.published,
            outlet=entry.outlet,
            collected=NOW - timedelta(hours=2),
        ),
    )
    for entry in MANY
)
INPUTS = Inputs(
    found=FOUND, reads=(READ,), problems=(), labels={"wire": None}, number=1, history=None
)
STUDIES = {one.id: stories.study(one, PROFILE) for one in FOUND}
ALONE = codec.dumps(composed(INPUTS, PROFILE, ORDER)[0])


@settings(max_examples=12, deadline=None)
@given(st.sets(st.sampled_from(sorted(STUDIES))))
def test_an_issue_does_not_show_what_was_worked_out_before(some: set[str]) -> None:
    forget()
    inputs = replace(INPUTS, studies={ident: STUDIES[ident] for ident in some})
    assert codec.dumps(composed(inputs, PROFILE, ORDER)[0]) == ALONE


def test_rows_of_another_version_another_title_and_damaged_ones_are_not_seen(
    store: Store,
) -> None:
    record(store, reports(30))
    plain = issue(store)
    work = work_of(store, DAILY)
    for wrong in ({"maker": "another"}, {"heading": 7}, {"data": b"\1\0\0\0x"}):
        assert condense(work_of(store, DAILY)) == 30
        with store.write() as db:
            db.execute(update(condensed).where(condensed.c.data.is_not(None)).values(wrong))
        assert issue(store) == plain
        with store.write() as db:
            db.execute(delete(condensed))
    assert condense(work) == 30


def test_a_profile_that_was_changed_makes_rows_of_its_own(store: Store) -> None:
    record(store, reports(20))
    assert condense(work_of(store, DAILY)) == 20
    other = replace(PROFILE, threshold=0.1)
    assert maker(other) != maker(PROFILE)
    assert maker(replace(PROFILE)) == maker(PROFILE)
    work = Condensing(store, other, lambda: (DAILY,))
    assert condense(work) == 20
    assert kept(store) == 40
    assert work_of(store, DAILY).parts(NOW) == work.parts(NOW) == ()


def test_two_that_do_the_same_at_once_write_it_once(store: Store) -> None:
    record(store, reports(20))
    one, two = work_of(store, DAILY), work_of(store, DAILY)
    with store.read() as db:
        found = articles.collected(db)
        assert len(found) == 20
    assert one.batch(WHOLE, NOW) == 20
    with store.write("rows") as db:
        # As one does who began when nothing was there.
        put(db, maker(PROFILE), {each.id: Row(heading=1) for each in found})
    assert kept(store) == 20
    with store.read() as db:
        assert 1 not in set(db.scalars(select(condensed.c.heading)))
    assert two.batch(WHOLE, NOW) == 0


def test_many_articles_are_spread_and_a_few_are_one_piece_of_work(store: Store) -> None:
    record(store, reports(BATCH + 40))
    work = work_of(store, DAILY)
    parts = work.parts(NOW)
    assert parts == tuple(range(16))
    done = [work.batch(part, NOW) for part in parts]
    assert sum(done) == BATCH + 40
    assert all(done)
    assert work.parts(NOW) == ()
    record(store, [replace(one, text=f"{one.text} Again.") for one in reports(3)], ago=0.5)
    assert work.parts(NOW) == (WHOLE,)
    assert [work.batch(WHOLE, NOW), work.batch(WHOLE, NOW)] == [3, 0]


def test_what_is_written_late_is_found_though_all_was_done(store: Store) -> None:
    record(store, reports(5), ago=3)
    work = work_of(store, DAILY)
    assert condense(work) == 5
    assert work.parts(NOW) == ()
    # Read for half an hour, and stamped with the beginning.
    record(store, [replace(one, text=f"{one.text} Late.") for one in reports(4)], ago=0.5)
    assert condense(work) == 4


def test_what_could_not_be_written_is_still_to_do(store: Store) -> None:
    record(store, reports(5), ago=3)
    work = work_of(store, DAILY)

    def refuse(*said: Any) -> None:
        if "INTO condensed" in said[2]:
            raise StoreError("the disk is full")

    engine = store.backend.engine
    event.listen(engine, "before_cursor_execute", refuse)
    with pytest.raises(StoreError, match="full"):
        condense(work)
    event.remove(engine, "before_cursor_execute", refuse)
    assert condense(work) == kept(store) == 5


def test_only_what_a_next_issue_reaches_back_to_is_worked_out(store: Store) -> None:
    record(store, reports(3), ago=30)
    record(store, [replace(one, text=f"{one.text} New.") for one in reports(4)], ago=3)
    assert work_of(store).parts(NOW) == ()
    assert condense(work_of(store, DAILY)) == 4
    assert condense(work_of(store, DAILY, Rule(edition="weekly", every="week"))) == 3
    with store.write() as db:
        issues.add(
            db,
            edition="daily",
            number=1,
            period=Period(start=NOW, end=NOW),
            cutoff=NOW - timedelta(hours=1),
            created=NOW,
            title="Brief",
            brief_json="{}",
            manifest="{}",
        )
    record(store, [replace(one, text=f"{one.text} After.") for one in reports(2)], ago=0.5)
    # The rows that no issue reaches back to any more have gone.
    assert condense(work_of(store, DAILY)) == kept(store) == 2


def test_an_article_that_cannot_be_worked_out_holds_up_no_other_and_is_not_tried_again(
    store: Store,
) -> None:
    record(store, reports(20))
    # Without a side there is nothing to be about.
    broken = Condensing(store, replace(PROFILE, sides=()), lambda: (DAILY,))
    assert condense(broken) == 20
    assert broken.parts(NOW) == ()
    with store.read() as db:
        assert set(db.scalars(select(condensed.c.heading))) == {None}
    with store.write() as db:
        db.execute(update(condensed).values(maker=maker(PROFILE)))
        found = articles.collected(db)
        assert condensing.known(db, found, PROFILE) == {}


def test_a_revision_without_a_place_is_no_work_for_ever(store: Store) -> None:
    record(store, reports(2))
    with store.write() as db:
        gone = db.scalars(select(place.c.revision)).first()
        db.execute(delete(place).where(place.c.revision == gone))
    work = work_of(store, DAILY)
    assert condense(work) == 2
    assert work.parts(NOW) == ()


def test_an_article_in_another_language_is_no_work(store: Store) -> None:
    record(store, [replace(one, language="de") for one in reports(3)])
    assert work_of(store, DAILY).parts(NOW) == ()


def test_a_title_that_an_edition_does_not_see_does_not_count(store: Store) -> None:
    """The first place gives the title, and an edition without that source has another one."""
    record(store, reports(10))
    condense(work_of(store, DAILY))
    with store.read() as db:
        found = articles.collected(db)
        other = [
            replace(one, places=(replace(one.places[0], title="A title that says nothing"),))
            for one in found
        ]
        given = [replace(one, places=(replace(one.places[0], title_given=False),)) for one in found]
        assert len(condensing.known(db, found, PROFILE)) == 10
        assert condensing.known(db, other, PROFILE) == {}
        assert condensing.known(db, given, PROFILE) == {}


def test_what_is_pruned_goes_with_its_text_and_is_not_worked_out_again(store: Store) -> None:
    record(store, reports(10))
    work = work_of(store, DAILY)
    assert condense(work) == kept(store) == 10
    later = NOW + timedelta(days=10)
    done = prune(store, Retention(articles=timedelta(days=5)), now=later)
    assert done.articles == 10
    assert kept(store) == 0
    assert work_of(store, DAILY).parts(NOW) == ()


def test_it_is_made_from_the_rest_and_so_not_copied() -> None:
    assert condensed.name not in {table.name for table in copying.tables()}
    assert revision.name in {table.name for table in copying.tables()}


def test_the_manifest_says_nothing_of_what_was_worked_out_before(store: Store) -> None:
    """So `issues rebuild` works all of it out, and proves that it was the same."""
    record(store, reports(20))
    condense(work_of(store, DAILY))
    made = pipeline.publish(
        store, [FEED], [READ], PROFILE, replace(ORDER, number=1), progress=Silent()
    )
    with store.read() as db:
        told = json.loads(issues.get(db, made.id).manifest)
    assert "studies" not in told
    assert len(told["revisions"]) == 20
