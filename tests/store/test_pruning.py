"""What is old is let go, and what an issue cites never is."""

import json
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select, update

from service.model import Period, content_id
from service.store import Store, articles, deliveries, issues, search, sources
from service.store.ledger import bounce, delivery, mailing
from service.store.pruning import Pruned, Retention, prune
from service.store.tables import artifact, reading, revision, searchable
from tests.delivering.given import issue, join, queue, several
from tests.store.given import START, entry, hour, record

DAYS = timedelta(days=90)
LATER = START + timedelta(days=100)
OLD, CITED, NEW = "An old text on timber.", "A text that was cited.", "A new text."


def cites(store: Store, *texts: str, number: int = 1) -> int:
    """Write an issue that cites some texts."""
    brief = {"lines": [{"deep": [{"article": content_id(each)}]} for each in texts]}
    with store.write() as db:
        return issues.add(
            db,
            edition="daily",
            number=number,
            period=Period(start=START, end=START),
            cutoff=START,
            created=START,
            title="A Brief",
            brief_json=json.dumps(brief),
            manifest="{}",
        )


def fill(store: Store) -> None:
    record(store, entry("old", OLD), entry("cited", CITED))
    record(store, entry("new", NEW), at=LATER)
    cites(store, CITED)


def test_without_a_setting_everything_stays(store: Store) -> None:
    fill(store)
    assert prune(store, Retention(), now=LATER) == Pruned()


def test_an_old_text_goes_and_what_is_cited_or_new_stays(store: Store) -> None:
    fill(store)
    assert prune(store, Retention(articles=DAYS), now=LATER) == Pruned(articles=1, readings=1)
    with store.read() as db:
        held = {each.text for each in articles.collected(db)}
        assert held == {CITED, NEW}
        assert articles.get(db, [content_id(OLD)]) == {}
    assert prune(store, Retention(articles=DAYS), now=LATER) == Pruned()


def test_a_text_that_was_let_go_and_is_still_in_its_feed_is_no_news(store: Store) -> None:
    fill(store)
    prune(store, Retention(articles=DAYS), now=LATER)
    again = record(store, entry("old", OLD), entry("new", NEW), at=LATER + timedelta(hours=1))
    assert again == ()
    with store.read() as db:
        assert {each.text for each in articles.collected(db, LATER)} == {NEW}
        assert sources.listing(db)[0].articles == 3


def test_a_text_that_was_let_go_is_found_no_more(store: Store) -> None:
    fill(store)
    with store.write() as db:
        while search.catch_up(db):
            pass
        assert len(search.find(db, search.terms("timber"), kind="article", limit=9)) == 1
    prune(store, Retention(articles=DAYS), now=LATER)
    with store.write() as db:
        assert search.catch_up(db) == 0
        assert search.find(db, search.terms("timber"), kind="article", limit=9) == ()
        assert len(search.find(db, search.terms("cited"), kind="article", limit=9)) == 1


def test_the_number_of_what_was_let_go_is_not_given_again(store: Store) -> None:
    record(store, entry("old", OLD))
    with store.write() as db:
        search.catch_up(db)
    prune(store, Retention(articles=DAYS), now=LATER)
    record(store, entry("new", "Another text, on coal."), at=LATER)
    with store.write() as db:
        search.catch_up(db)
        assert search.find(db, search.terms("timber"), kind="article", limit=9) == () or (
            articles.get(db, [content_id(OLD)]) == {}
        )
        assert db.scalar(select(func.count()).select_from(searchable)) == 2
        assert len(search.find(db, search.terms("coal"), kind="article", limit=9)) == 1


def test_files_of_old_issues_go_but_not_those_of_the_last_one(store: Store) -> None:
    first, second = issue(store, number=1), issue(store, number=2)
    assert prune(store, Retention(artifacts=DAYS), now=LATER) == Pruned(artifacts=1)
    with store.read() as db:
        assert issues.files(db, first) == ()
        assert len(issues.files(db, second)) == 1
        assert issues.get(db, first).brief is not None


def test_deliveries_that_are_over_go_with_their_mails_and_others_stay(store: Store) -> None:
    one, two, three = join(store, *several(3))
    queue(store, issue(store))
    with store.write() as db:
        over = delivery.c.recipient.in_((one, two))
        db.execute(update(delivery).where(over).values(state="sent"))
        sent = db.scalar(select(delivery.c.id).where(delivery.c.recipient == one))
        db.execute(
            bounce.insert().values(
                id="b", at=LATER, kind="soft", recipient=one, delivery=sent, text=""
            )
        )
    done = prune(store, Retention(deliveries=DAYS), now=LATER)
    assert done == Pruned(deliveries=2)
    with store.read() as db:
        assert [row.state for row in deliveries.listing(db)] == ["pending"]
        assert db.scalar(select(bounce.c.delivery)) is None
        assert db.scalar(select(func.count()).select_from(mailing)) == 1
    with store.write() as db:
        db.execute(update(delivery).values(state="sent"))
    assert prune(store, Retention(deliveries=DAYS), now=LATER) == Pruned(deliveries=1, mailings=1)
    assert three


def test_what_was_read_lately_stays(store: Store) -> None:
    record(store, entry("a", OLD), at=hour(0))
    assert prune(store, Retention(articles=DAYS), now=hour(24)) == Pruned()
    with store.read() as db:
        assert db.scalar(select(func.count()).select_from(reading)) == 1
        assert db.scalar(select(func.count()).select_from(revision)) == 1
        assert db.scalar(select(func.count()).select_from(artifact)) == 0


def test_a_hundred_issues_hold_what_they_cite(store: Store) -> None:
    texts = [f"Text {number} of many." for number in range(100)]
    record(store, *(entry(f"k{n}", each) for n, each in enumerate(texts)))
    for number in range(0, 100, 2):
        cites(store, texts[number], number=number + 1)
    done = prune(store, Retention(articles=DAYS), now=LATER)
    assert replace(done, readings=0) == Pruned(articles=50)
