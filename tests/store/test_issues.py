"""Issues and their files: numbered, written once, read back as they were."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from service.errors import StoreError
from service.model import Artifact, Period
from service.store import Store, issues, tables
from tests.store.given import START, hour

PDF = ("brief.pdf", Artifact(format="pdf", data=b"%PDF-\x00\xff"))
HTML = ("brief.html", Artifact(format="html", data="<p>会晤</p>".encode()))


def add(store: Store, **changes: Any) -> int:
    fields: dict[str, Any] = {
        "edition": "daily",
        "number": 1,
        "period": Period(start=START, end=hour(24)),
        "cutoff": hour(24),
        "created": hour(24.5),
        "title": "A Brief",
        "brief_json": '{"title": "会晤"}',
        "manifest": '{"version": "0.1.0"}',
        "artifacts": [PDF, HTML],
    }
    with store.write() as db:
        return issues.add(db, **(fields | changes))


def test_an_issue_comes_back_as_it_was_published(store: Store) -> None:
    number = add(store)
    with store.read() as db:
        found = issues.get(db, number)
    assert (found.id, found.edition, found.number, found.state) == (number, "daily", 1, "published")
    assert found.period == Period(start=START, end=hour(24))
    assert (found.cutoff, found.created) == (hour(24), hour(24.5))
    assert (found.title, found.error) == ("A Brief", None)
    assert (found.brief, found.manifest) == ('{"title": "会晤"}', '{"version": "0.1.0"}')
    assert found.sha256 == hashlib.sha256('{"title": "会晤"}'.encode()).hexdigest()
    assert found.formats == ("html", "pdf")


def test_its_files_come_back_with_their_names_and_hashes(store: Store) -> None:
    number = add(store)
    with store.read() as db:
        html, pdf = issues.artifacts(db, number)
        assert issues.artifact(db, number, "pdf") == pdf
    assert (html.name, html.data) == ("brief.html", HTML[1].data)
    assert (pdf.name, pdf.format, pdf.data) == ("brief.pdf", "pdf", PDF[1].data)
    assert pdf.sha256 == hashlib.sha256(PDF[1].data).hexdigest()


def test_numbers_count_from_one_in_each_edition(store: Store) -> None:
    with store.read() as db:
        assert issues.next_number(db, "daily") == 1
    add(store)
    add(store, number=2)
    with store.read() as db:
        assert issues.next_number(db, "daily") == 3
        assert issues.next_number(db, "weekly") == 1


def test_the_same_issue_is_not_added_twice(store: Store) -> None:
    first = add(store)
    assert add(store, created=hour(30), artifacts=[]) == first
    with store.read() as db:
        assert [head.id for head in issues.listing(db)] == [first]
        assert issues.get(db, first).formats == ("html", "pdf")


@pytest.mark.parametrize("change", [{"edition": "weekly"}, {"number": 2}, {"brief_json": "{}"}])
def test_another_edition_number_or_brief_is_another_issue(
    store: Store, change: dict[str, Any]
) -> None:
    assert add(store) != add(store, **change)


def test_issues_are_listed_the_newest_first(store: Store) -> None:
    ids = [add(store, number=n, created=hour(n)) for n in (2, 3, 1)]
    weekly = add(store, edition="weekly", created=hour(9), artifacts=[])
    with store.read() as db:
        heads = issues.listing(db)
        assert [head.id for head in heads] == [weekly, ids[1], ids[0], ids[2]]
        assert [head.formats for head in heads[:2]] == [(), ("html", "pdf")]
        assert [head.id for head in issues.listing(db, "weekly")] == [weekly]


def test_a_failed_issue_is_a_row_with_its_error_and_takes_no_number(store: Store) -> None:
    failed = add(
        store, state="failed", error="no font for 会", brief_json=None, artifacts=[], number=1
    )
    with store.read() as db:
        found = issues.get(db, failed)
        assert issues.next_number(db, "daily") == 1
    assert (found.state, found.error, found.brief) == ("failed", "no font for 会", None)
    assert found.sha256 is None


def test_an_issue_that_failed_twice_and_then_succeeded_is_three_rows(store: Store) -> None:
    failed = [add(store, state="failed", error="the disk is full") for _ in range(2)]
    assert add(store) not in failed
    with store.read() as db:
        assert [head.state for head in issues.listing(db)] == ["published", "failed", "failed"]


@pytest.mark.parametrize(
    "change",
    [{"state": "failed"}, {"error": "something"}, {"brief_json": None}],
    ids=["failed without an error", "published with an error", "published without a brief"],
)
def test_an_issue_that_contradicts_itself_is_refused(store: Store, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="issue"):
        add(store, **change)


def test_two_files_of_one_name_are_refused_and_leave_no_issue(store: Store) -> None:
    same = ("brief.pdf", Artifact(format="html", data=b""))
    with pytest.raises(IntegrityError):
        add(store, artifacts=[PDF, same])
    with store.read() as db:
        assert issues.listing(db) == ()


def test_an_unknown_issue_is_one_line_that_says_how_to_list_them(store: Store) -> None:
    with store.write() as db:
        for ask in (
            lambda: issues.get(db, 7),
            lambda: issues.artifacts(db, 7),
            lambda: issues.artifact(db, 7, "pdf"),
        ):
            with pytest.raises(StoreError, match=r"no issue 7: `briefing issues list`"):
                ask()


def test_a_format_that_an_issue_lacks_is_one_line_that_says_what_it_has(store: Store) -> None:
    number = add(store)
    with store.read() as db, pytest.raises(StoreError, match=r"has no eml, it has html, pdf"):
        issues.artifact(db, number, "eml")


@pytest.mark.parametrize(
    "row",
    [
        {"number": 0},
        {"state": "lost"},
        {"period_end": hour(-1)},
        {"brief": None, "sha256": None},
        {"brief": None},
        {"state": "failed"},
    ],
    ids=["number", "state", "period", "no brief", "a hash of nothing", "no error"],
)
def test_the_database_refuses_an_impossible_issue(store: Store, row: dict[str, Any]) -> None:
    good = {
        "edition": "daily",
        "number": 1,
        "state": "published",
        "period_start": START,
        "period_end": hour(1),
        "cutoff": START,
        "created": START,
        "title": "A Brief",
        "brief": "{}",
        "sha256": "0" * 64,
        "manifest": "{}",
    }
    with store.write() as db:
        db.execute(insert(tables.issue).values(**good))
    with pytest.raises(IntegrityError), store.write() as db:
        db.execute(insert(tables.issue).values(**(good | {"sha256": "1" * 64} | row)))


def test_the_database_refuses_the_same_published_issue_twice(store: Store) -> None:
    number = add(store)
    with store.read() as db:
        found = issues.get(db, number)
    with pytest.raises(IntegrityError), store.write() as db:
        db.execute(
            insert(tables.issue).values(
                edition=found.edition,
                number=found.number,
                state="published",
                period_start=START,
                period_end=START,
                cutoff=START,
                created=START,
                title="A Brief",
                brief=found.brief,
                sha256=found.sha256,
                manifest="{}",
            )
        )
